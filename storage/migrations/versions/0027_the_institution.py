"""Who holds the exams: one row."""

import sqlalchemy as sa
from alembic import op

from storage.base.database import UtcDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

TEXTS = {
    "kind": 20,
    "name": 120,
    "address": 300,
    "telephone": 40,
    "mail": 254,
    "opening_hours": 200,
    "privacy_officer": 254,
    "complaints_address": 300,
    "kvk_number": 8,
    "vat_number": 14,
    "iban": 34,
    "colour": 7,
    "signatory_name": 120,
    "signatory_function": 120,
    "sender": 254,
}


def upgrade() -> None:
    op.create_table(
        "institution",
        *(sa.Column(name, sa.String(length), nullable=False) for name, length in TEXTS.items()),
        sa.Column("logo_key", sa.String(200), nullable=True),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind = 'institution'", name=op.f("ck_institution_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution")),
        sa.UniqueConstraint("kind", name=op.f("uq_institution_kind")),
    )


def downgrade() -> None:
    op.drop_table("institution")

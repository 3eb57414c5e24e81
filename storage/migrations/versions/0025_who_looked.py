"""Who looked at recordings and files."""

import sqlalchemy as sa
from alembic import op

from storage.base.database import UtcDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

ROLES = ("candidate", "manager", "organisation_admin", "ksf_officer", "assessor", "exam_committee", "auditor")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "look",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("seen", _one_of("seen", "recording", "role_document"), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", _one_of("role", *ROLES), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_look_dossier_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_look_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look")),
    )
    op.create_index("ix_look_subject_look_person_id_look_at", "look", ["subject", "person_id", "at"])
    op.create_index("ix_look_dossier_id_look_at", "look", ["dossier_id", "at"])


def downgrade() -> None:
    op.drop_table("look")

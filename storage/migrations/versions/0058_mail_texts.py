"""The texts of mails as KSF wrote them, and which of them a mail was made of."""

import sqlalchemy as sa
from alembic import op

from storage.base.database import UtcDateTime

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_text",
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=150), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_mail_text_number")),
        sa.CheckConstraint("(subject = '') = (body = '')", name=op.f("ck_mail_text_both")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_mail_text_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_text")),
        sa.UniqueConstraint("kind", "number", name=op.f("uq_mail_text_kind_number")),
    )
    with op.batch_alter_table("mail_message") as batch_op:
        batch_op.add_column(sa.Column("text_version", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("mail_message") as batch_op:
        batch_op.drop_column("text_version")
    op.drop_table("mail_text")

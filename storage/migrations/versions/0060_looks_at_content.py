"""Looks of the exam committee at what exams ask."""

import sqlalchemy as sa
from alembic import op

from storage.base.database import UtcDateTime

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "content_look",
        sa.Column("kind", _one_of("contentkind", "scheme", "scenario", "items"), nullable=False),
        sa.Column("exam", sa.String(length=60), nullable=False),
        sa.Column("part", sa.String(length=120), nullable=False),
        sa.Column("version", sa.String(length=60), nullable=False),
        sa.Column("outcome", _one_of("lookoutcome", "fine", "to_change"), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("outcome <> 'to_change' OR remark <> ''", name=op.f("ck_content_look_remark")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_content_look_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_look")),
    )
    op.create_index("ix_content_look_part", "content_look", ["kind", "exam", "part", "at"])
    op.create_index("ix_content_look_at", "content_look", ["at"])


def downgrade() -> None:
    op.drop_table("content_look")

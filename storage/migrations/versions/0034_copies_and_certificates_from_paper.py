"""Copies that were ordered, and lists of certificates from paper."""

import sqlalchemy as sa
from alembic import op

from storage.base.database import UtcDateTime

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "copy_order",
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("ordered_by_id", sa.Uuid(), nullable=False),
        sa.Column("ordered_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("cents >= 0", name=op.f("ck_copy_order_cents")),
        sa.ForeignKeyConstraint(["certificate_id"], ["certificate.id"], name=op.f("fk_copy_order_certificate_id")),
        sa.ForeignKeyConstraint(["ordered_by_id"], ["person.id"], name=op.f("fk_copy_order_ordered_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy_order")),
    )
    op.create_index(
        "ix_copy_order_certificate_id_copy_order_ordered_at", "copy_order", ["certificate_id", "ordered_at"]
    )
    op.create_table(
        "paper_list",
        sa.Column("uploaded_by_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("entries", sa.JSON(), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("done_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["person.id"], name=op.f("fk_paper_list_uploaded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_list")),
    )
    op.create_index("ix_paper_list_created_at", "paper_list", ["created_at"])


def downgrade() -> None:
    op.drop_table("paper_list")
    op.drop_table("copy_order")

"""What a candidate has against the result of a practical test, and what was said to that."""

import sqlalchemy as sa
from alembic import op

from storage.base.database import UtcDateTime

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

CHECKS = {
    "objected": "(objected_at IS NULL) = (objection = '')",
    "ruled": "(ruled_at IS NULL) = (ruled_by_id IS NULL)",
    "ruled_by_another": "ruled_by_id <> signed_by_id",
}


def upgrade() -> None:
    with op.batch_alter_table("practical_result") as batch_op:
        batch_op.add_column(sa.Column("objection", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("objected_at", UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("ruling", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("granted", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("ruled_at", UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("ruled_by_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_practical_result_ruled_by_id"), "person", ["ruled_by_id"], ["id"])
        for name, text in CHECKS.items():
            batch_op.create_check_constraint(batch_op.f(f"ck_practical_result_{name}"), text)


def downgrade() -> None:
    with op.batch_alter_table("practical_result") as batch_op:
        for name in CHECKS:
            batch_op.drop_constraint(batch_op.f(f"ck_practical_result_{name}"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_practical_result_ruled_by_id"), type_="foreignkey")
        for name in ("ruled_by_id", "ruled_at", "granted", "ruling", "objected_at", "objection"):
            batch_op.drop_column(name)

"""What a candidate's function is called, and whether the manager confirms that and the years."""

import sqlalchemy as sa
from alembic import op

from storage.base.database import UtcDateTime

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("dossier") as batch:
        batch.add_column(sa.Column("job_title", sa.String(length=120), server_default="", nullable=False))
        batch.add_column(sa.Column("work_confirmed", sa.Boolean(), nullable=True))
        batch.add_column(sa.Column("work_remark", sa.Text(), server_default="", nullable=False))
        batch.add_column(sa.Column("work_told_at", UtcDateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("work_told_by_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key(op.f("fk_dossier_work_told_by_id"), "person", ["work_told_by_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("dossier") as batch:
        batch.drop_constraint(op.f("fk_dossier_work_told_by_id"), type_="foreignkey")
        for column in ("work_told_by_id", "work_told_at", "work_remark", "work_confirmed", "job_title"):
            batch.drop_column(column)

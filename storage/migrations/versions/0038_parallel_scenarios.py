"""Parallel scenarios for one number, and scenarios that are retired."""

import sqlalchemy as sa
from alembic import op

from storage.base.database import UtcDateTime

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("clip") as batch_op:
        batch_op.add_column(sa.Column("parallel", sa.Integer(), server_default="0", nullable=False))
        batch_op.drop_constraint(batch_op.f("uq_clip_pack_id_number"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_clip_pack_id_number_parallel"), ["pack_id", "number", "parallel"]
        )
    with op.batch_alter_table("answer") as batch_op:
        batch_op.add_column(sa.Column("parallel", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "retired_scenario",
        sa.Column("exam", sa.String(length=60), nullable=False),
        sa.Column("scenario", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("retired_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("retired_by_id", sa.Uuid(), nullable=False),
        sa.Column("restored_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("restored_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["retired_by_id"], ["person.id"], name=op.f("fk_retired_scenario_retired_by_id")),
        sa.ForeignKeyConstraint(["restored_by_id"], ["person.id"], name=op.f("fk_retired_scenario_restored_by_id")),
        sa.CheckConstraint(
            "(restored_at IS NULL) = (restored_by_id IS NULL)", name=op.f("ck_retired_scenario_restored")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retired_scenario")),
    )
    op.create_index(
        "uq_retired_scenario_once",
        "retired_scenario",
        ["exam", "scenario"],
        unique=True,
        sqlite_where=sa.text("restored_at IS NULL"),
        postgresql_where=sa.text("restored_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("retired_scenario")
    # An exam keeps the situations that were met in it only as far as there is one for each number.
    op.execute("DELETE FROM clip WHERE parallel > 0")
    with op.batch_alter_table("answer") as batch_op:
        batch_op.drop_column("parallel")
    with op.batch_alter_table("clip") as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_clip_pack_id_number_parallel"), type_="unique")
        batch_op.drop_column("parallel")
        batch_op.create_unique_constraint(batch_op.f("uq_clip_pack_id_number"), ["pack_id", "number"])

"""Simulations of judging."""

import sqlalchemy as sa
from alembic import op

from storage.base.database import UtcDateTime

revision = "0066"
down_revision = "0068"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "simulation",
        sa.Column("pack_id", sa.Uuid(), nullable=False),
        sa.Column("candidates", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("supposed", sa.JSON(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("finished_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("candidates > 0", name=op.f("ck_simulation_candidates")),
        sa.CheckConstraint("seed >= 0", name=op.f("ck_simulation_seed")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_simulation_asked_by_id")),
        sa.ForeignKeyConstraint(["pack_id"], ["pack.id"], name=op.f("fk_simulation_pack_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_simulation")),
    )
    op.create_index("ix_simulation_asked_at", "simulation", ["asked_at"], unique=False)
    op.create_index("ix_simulation_pack_id", "simulation", ["pack_id"], unique=False)


def downgrade() -> None:
    op.drop_table("simulation")

"""Figures about the judging of each exam."""

import sqlalchemy as sa
from alembic import op

from storage.base.database import UtcDateTime

revision = "0081"
down_revision = "0079"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "judging_figures",
        sa.Column("exam", sa.String(length=60), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("candidates", sa.Integer(), nullable=False),
        sa.Column("scores", sa.Integer(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("candidates >= 0", name=op.f("ck_judging_figures_candidates")),
        sa.CheckConstraint("scores >= 0", name=op.f("ck_judging_figures_scores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judging_figures")),
        sa.UniqueConstraint("exam", name=op.f("uq_judging_figures_exam")),
    )


def downgrade() -> None:
    op.drop_table("judging_figures")

"""Alarms that are on, and whether they were told."""

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarm",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
        sa.UniqueConstraint("name", name=op.f("uq_alarm_name")),
    )


def downgrade() -> None:
    op.drop_table("alarm")

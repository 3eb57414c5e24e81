"""Absences that do not go on."""

import sqlalchemy as sa
from alembic import op

import storage.base.database

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("absence", sa.Column("cancelled_at", storage.base.database.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("absence", "cancelled_at")

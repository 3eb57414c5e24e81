"""An organisation that asks for a practical session may name two other dates, and KSF picks one."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("practical_session") as batch:
        batch.add_column(sa.Column("alternatives", sa.JSON(), server_default="[]", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("practical_session") as batch:
        batch.drop_column("alternatives")

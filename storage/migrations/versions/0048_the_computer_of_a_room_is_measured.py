"""What the check of the exam measured on the computer of a location, and since when that counts."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("location") as batch:
        batch.add_column(sa.Column("measured_on", sa.Date(), nullable=True))
        batch.add_column(sa.Column("measured_fine", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("location_check") as batch:
        batch.add_column(sa.Column("figures", sa.JSON(), server_default="{}", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("location_check") as batch:
        batch.drop_column("figures")
    with op.batch_alter_table("location") as batch:
        batch.drop_column("measured_fine")
        batch.drop_column("measured_on")

"""In which accounts of the general ledger invoices are booked."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("fee_settings") as batch_op:
        batch_op.add_column(sa.Column("accounts", sa.JSON(), server_default="{}", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("fee_settings") as batch_op:
        batch_op.drop_column("accounts")

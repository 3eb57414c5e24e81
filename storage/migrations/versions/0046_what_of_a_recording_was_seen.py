"""A rating tells what of the recording was played on the desk, and why it was signed without the rest."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("rating") as batch:
        batch.add_column(sa.Column("seen", sa.JSON(), server_default="[]", nullable=False))
        batch.add_column(sa.Column("unseen_because", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("rating") as batch:
        batch.drop_column("unseen_because")
        batch.drop_column("seen")

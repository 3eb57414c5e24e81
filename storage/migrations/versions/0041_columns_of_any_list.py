"""A list of people with headings of its own: kept until its columns are told, which the organisation remembers."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

NEW = (("roster", "table"), ("organisation", "roster_columns"))


def upgrade() -> None:
    for table, column in NEW:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column(column, sa.JSON(), server_default="{}", nullable=False))


def downgrade() -> None:
    for table, column in NEW:
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column)

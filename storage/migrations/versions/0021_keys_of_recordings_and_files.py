"""Under which key of the key store an object is sealed, and when a recording was erased."""

import sqlalchemy as sa
from alembic import op

import storage.base.database

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

SEALED = ("original", "rendition", "role_document")


def upgrade() -> None:
    for table in SEALED:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("sealed_under", sa.Uuid(), nullable=True))
    with op.batch_alter_table("recording", schema=None) as batch_op:
        batch_op.add_column(sa.Column("erased_at", storage.base.database.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("recording", schema=None) as batch_op:
        batch_op.drop_column("erased_at")
    for table in SEALED:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("sealed_under")

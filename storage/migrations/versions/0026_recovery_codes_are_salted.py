"""Recovery codes are salted with the id of their factor; the ones that were made before still work."""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

codes = sa.table(
    "recovery_code", sa.column("id", sa.Uuid()), sa.column("second_factor_id", sa.Uuid()), sa.column("digest")
)


def upgrade() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.select(codes)).all():
        salted = hashlib.sha256(row.second_factor_id.bytes + row.digest.encode()).hexdigest()
        connection.execute(sa.update(codes).where(codes.c.id == row.id).values(digest=salted))


def downgrade() -> None:
    # What was salted cannot be found any more without: their owners make new ones.
    op.execute("DELETE FROM recovery_code")

"""Indexes for what every page of the office counts: results that wait for a certificate."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

RESULT = "ended_at IS NULL AND released_at IS NOT NULL"


def upgrade() -> None:
    op.create_index(
        "ix_verdict_passed",
        "verdict",
        ["released_at", "id", "sitting_id", "released_by_id"],
        unique=False,
        sqlite_where=sa.text(f"{RESULT} AND passed IS 1"),
        postgresql_where=sa.text(f"{RESULT} AND passed IS true"),
    )
    op.create_index(op.f("ix_certificate_verdict_id"), "certificate", ["verdict_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_certificate_verdict_id"), table_name="certificate")
    op.drop_index("ix_verdict_passed", table_name="verdict")

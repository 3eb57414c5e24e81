"""Rows of the audit log are sealed under a key of the sealer, who also goes through the log and has a queue of its own.

What was sealed before keeps its number and hash; the sealer seals it at its first start, and the chain goes on.
"""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

OPEN = "kind IN ('check_audit', 'anchor_audit') AND state IN ('waiting', 'running')"


def _queues(batch: BatchOperations, *queues: str) -> None:
    """The queues that a job may be in."""
    batch.drop_constraint(op.f("ck_job_queue"), type_="check")
    batch.create_check_constraint(op.f("ck_job_queue"), f"queue IN ({', '.join(map(repr, queues))})")


def upgrade() -> None:
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seal", sa.String(64), nullable=True))
    with op.batch_alter_table("job", schema=None) as batch_op:
        _queues(batch_op, "media", "office", "audit")
    op.execute(f"UPDATE job SET queue = 'audit' WHERE {OPEN}")


def downgrade() -> None:
    op.execute("UPDATE job SET queue = 'office' WHERE queue = 'audit'")
    with op.batch_alter_table("job", schema=None) as batch_op:
        _queues(batch_op, "media", "office")
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_column("seal")

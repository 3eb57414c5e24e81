"""Indexes for long lists; a take says itself that a part came late, a sitting that its result is known."""

import sqlalchemy as sa
from alembic import op

import storage.base.database

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INDEXES = (
    ("dossier", ["created_at", "id"]),
    ("dossier", ["state", "created_at", "id"]),
    ("job", ["created_at", "id"]),
    ("job", ["state", "created_at", "id"]),
    ("job", ["subject", "created_at"]),
    ("mail_message", ["created_at", "id"]),
    ("person", ["name", "id"]),
    ("rating", ["answer_id", "slot", "phase2_signed_at"]),
    ("recording", ["late_at"]),
    ("sitting", ["stage", "told_at", "finished_at"]),
)

TOLD = """
UPDATE sitting SET told_at = (SELECT released_at FROM verdict WHERE verdict.sitting_id = sitting.id)
"""
LATE = """
UPDATE recording SET late_at = (
    SELECT max(original.created_at) FROM original
    WHERE original.recording_id = recording.id
    AND original.created_at > recording.captured_at
    AND NOT EXISTS (
        SELECT 1 FROM take_decision
        WHERE take_decision.recording_id = recording.id
        AND take_decision.kind = 'noted'
        AND take_decision.at >= original.created_at
    )
)
"""


def upgrade() -> None:
    with op.batch_alter_table("recording", schema=None) as batch_op:
        batch_op.add_column(sa.Column("late_at", storage.base.database.UtcDateTime(timezone=True), nullable=True))
    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("told_at", storage.base.database.UtcDateTime(timezone=True), nullable=True))
    op.execute(LATE)
    op.execute(TOLD)
    op.drop_index("ix_sitting_stage", table_name="sitting")
    for table, columns in INDEXES:
        op.create_index(_name(table, columns), table, columns)


def downgrade() -> None:
    for table, columns in reversed(INDEXES):
        op.drop_index(_name(table, columns), table_name=table)
    op.create_index("ix_sitting_stage", "sitting", ["stage"])
    with op.batch_alter_table("recording", schema=None) as batch_op:
        batch_op.drop_column("late_at")
    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.drop_column("told_at")


def _name(table: str, columns: list[str]) -> str:
    return "ix_" + "_".join(f"{table}_{column}" for column in columns)

"""What phase 2 says of a score stands in columns, as phase 1 does; until now it was one JSON value."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

EMPTY = ("phase2_not_observable", "phase2_reason", "change_reason", "phase2_evidence", "changed")
CHECKS = {
    "ck_score_phase2_level": "phase2_level IS NULL OR phase2_level BETWEEN 1 AND 5",
    "ck_score_phase2_level_or_not": "NOT (phase2_not_observable AND phase2_level IS NOT NULL)",
    "ck_score_phase2_changed": "changed OR NOT (phase2_not_observable OR phase2_level IS NOT NULL)",
}

OLD = sa.table("score", sa.column("id", sa.Uuid()), sa.column("phase2", sa.JSON(none_as_null=True)))
NEW = sa.table(
    "score",
    sa.column("id", sa.Uuid()),
    sa.column("changed", sa.Boolean()),
    sa.column("phase2_level", sa.Integer()),
    sa.column("phase2_not_observable", sa.Boolean()),
    sa.column("phase2_reason", sa.Text()),
    sa.column("change_reason", sa.Text()),
    sa.column("phase2_evidence", sa.JSON()),
)


def upgrade() -> None:
    with op.batch_alter_table("score", schema=None) as batch_op:
        batch_op.add_column(sa.Column("changed", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("phase2_level", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("phase2_not_observable", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("phase2_reason", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("change_reason", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("phase2_evidence", sa.JSON(), nullable=False, server_default="[]"))
    connection = op.get_bind()
    for row in connection.execute(sa.select(OLD.c.id, OLD.c.phase2).where(OLD.c.phase2.is_not(None))).all():
        if row.phase2 is not None:  # JSON has a null of its own
            connection.execute(sa.update(NEW).where(NEW.c.id == row.id).values(_columns(row.phase2)))
    with op.batch_alter_table("score", schema=None) as batch_op:
        batch_op.drop_column("phase2")
        for column in EMPTY:
            batch_op.alter_column(column, server_default=None)
        for name, rule in CHECKS.items():
            batch_op.create_check_constraint(op.f(name), rule)


def downgrade() -> None:
    with op.batch_alter_table("score", schema=None) as batch_op:
        for name in CHECKS:
            batch_op.drop_constraint(op.f(name), type_="check")
        batch_op.add_column(sa.Column("phase2", sa.JSON(), nullable=True))
    connection = op.get_bind()
    for row in connection.execute(sa.select(NEW).where(NEW.c.changed)).all():
        told = {
            "level": row.phase2_level,
            "not_observable": row.phase2_not_observable,
            "reason": row.phase2_reason,
            "change_reason": row.change_reason,
            "evidence": row.phase2_evidence,
        }
        connection.execute(sa.update(OLD).where(OLD.c.id == row.id).values(phase2=told))
    with op.batch_alter_table("score", schema=None) as batch_op:
        batch_op.drop_column("phase2_level")
        for column in EMPTY:
            batch_op.drop_column(column)


def _columns(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "changed": True,
        "phase2_level": told["level"],
        "phase2_not_observable": told["not_observable"],
        "phase2_reason": told["reason"],
        "change_reason": told["change_reason"],
        "phase2_evidence": told["evidence"],
    }

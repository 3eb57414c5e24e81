"""Each day of calibration that is noted by hand is kept, with who noted it; before, only the last one was."""

import uuid
from datetime import date

import sqlalchemy as sa
from alembic import op

from storage.base.database import UtcDateTime

revision = "0079"
down_revision = "0077"
branch_labels = None
depends_on = None


def upgrade() -> None:
    made = op.create_table(
        "calibration_note",
        sa.Column("examiner_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("noted_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["examiner_id"], ["examiner.id"], name=op.f("fk_calibration_note_examiner_id")),
        sa.ForeignKeyConstraint(["noted_by_id"], ["person.id"], name=op.f("fk_calibration_note_noted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration_note")),
    )
    op.create_index(
        op.f("ix_calibration_note_examiner_id_calibration_note_day"), "calibration_note", ["examiner_id", "day"]
    )
    _from_the_log(made)


def _from_the_log(made: sa.Table) -> None:
    """The audit log knows each day that was noted, and by whom; of people who are gone nobody is named."""
    event = sa.table(
        "audit_event",
        sa.column("at", UtcDateTime(timezone=True)),
        sa.column("actor", sa.Uuid()),
        sa.column("verb", sa.String()),
        sa.column("subject", sa.Uuid()),
        sa.column("facts", sa.JSON()),
    )
    examiner, person = sa.table("examiner", sa.column("id", sa.Uuid())), sa.table("person", sa.column("id", sa.Uuid()))
    bind = op.get_bind()
    there = sa.select(event).where(event.c.verb == "examiner_calibrated", event.c.subject.in_(sa.select(examiner.c.id)))
    people = set(bind.execute(sa.select(person.c.id)).scalars())
    rows = [
        {
            "id": uuid.uuid4(),
            "examiner_id": one.subject,
            "day": date.fromisoformat(one.facts["day"]),
            "noted_at": one.at,
            "noted_by_id": one.actor if one.actor in people else None,
        }
        for one in bind.execute(there)
    ]
    if rows:
        op.bulk_insert(made, rows)


def downgrade() -> None:
    op.drop_index(op.f("ix_calibration_note_examiner_id_calibration_note_day"), table_name="calibration_note")
    op.drop_table("calibration_note")

"""Irregularities as cases, and the minutes of the exam committee."""

import sqlalchemy as sa
from alembic import op

from storage.base.database import UtcDateTime

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

CASE_CHECKS = {
    "facts": "facts <> ''",
    "invited": "(invited_at IS NULL) = (hearing_at IS NULL)",
    "invited_somebody": "invited_at IS NULL OR person_id IS NOT NULL",
    "heard_once": "(came IS NULL) = (heard_at IS NULL)",
    "effect_known": "state NOT IN ('proposed', 'decided', 'objected') OR effect IS NOT NULL",
    "decided": "(decided_at IS NULL) = (decided_by_id IS NULL)",
    "second_person": "decided_by_id <> proposed_by_id",
    "dropped_with_reason": "state <> 'dropped' OR dropped_because <> ''",
}
MINUTES_CHECKS = {
    "numbered": "(state = 'signed') = (number IS NOT NULL)",
    "number_of_year": "(number IS NULL) = (year IS NULL)",
    "signed": "(state = 'drawn_up') = (signed_by_id IS NULL)",
    "second_person": "state <> 'signed' OR signed_by_id <> made_by_id",
    "reason": "state <> 'rejected' OR reason <> ''",
}
WAITS = sa.text("state = 'drawn_up'")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _moment(name: str, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime(timezone=True), nullable=nullable)


def _text(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=False)


def _id(name: str, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def upgrade() -> None:
    people = ("person", "opened_by", "invited_by", "heard_by", "proposed_by", "decided_by", "answered_by")
    keys = {f"{one}_id": "person" for one in people} | {"dossier_id": "dossier", "certificate_id": "certificate"}
    states = ("opened", "invited", "heard", "proposed", "decided", "objected", "dropped")
    effects = ("nothing", "warned", "not_passed", "suspended", "withdrawn")
    op.create_table(
        "irregularity",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("kind", _one_of("irregularitykind", "fraud", "leak", "other"), nullable=False),
        _text("facts"),
        *(_id(name, name != "opened_by_id") for name in keys),
        _moment("opened_at", False),
        sa.Column("state", _one_of("irregularitystate", *states), nullable=False),
        _moment("hearing_at"),
        sa.Column("hearing_place", sa.String(length=200), nullable=False),
        _moment("invited_at"),
        sa.Column("came", sa.Boolean(), nullable=True),
        _text("heard"),
        _moment("heard_at"),
        sa.Column("effect", _one_of("effect", *effects), nullable=True),
        _text("reasons"),
        _moment("proposed_at"),
        _text("sent_back"),
        _moment("decided_at"),
        _text("objection"),
        _moment("objected_at"),
        _text("answer"),
        sa.Column("granted", sa.Boolean(), nullable=True),
        _moment("answered_at"),
        _text("dropped_because"),
        _moment("ended_at"),
        _id("id", False),
        *(sa.CheckConstraint(text, name=op.f(f"ck_irregularity_{name}")) for name, text in CASE_CHECKS.items()),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_irregularity_{name}"))
            for name, table in keys.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_irregularity")),
        sa.UniqueConstraint("code", name=op.f("uq_irregularity_code")),
    )
    op.create_index(op.f("ix_irregularity_state_irregularity_opened_at"), "irregularity", ["state", "opened_at"])
    op.create_index(op.f("ix_irregularity_person_id"), "irregularity", ["person_id"])
    op.create_index(op.f("ix_irregularity_ended_at"), "irregularity", ["ended_at"])
    op.create_table(
        "decision_minutes",
        sa.Column("state", _one_of("minutesstate", "drawn_up", "signed", "rejected"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=False),
        _moment("since"),
        _moment("until", False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        _id("made_by_id", False),
        _moment("made_at", False),
        _id("signed_by_id"),
        _moment("signed_at"),
        _text("reason"),
        _id("id", False),
        *(sa.CheckConstraint(text, name=op.f(f"ck_decision_minutes_{name}")) for name, text in MINUTES_CHECKS.items()),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_decision_minutes_made_by_id")),
        sa.ForeignKeyConstraint(["signed_by_id"], ["person.id"], name=op.f("fk_decision_minutes_signed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_minutes")),
        sa.UniqueConstraint("year", "number", name=op.f("uq_decision_minutes_year_number")),
    )
    op.create_index(op.f("ix_decision_minutes_state_decision_minutes_until"), "decision_minutes", ["state", "until"])
    op.create_index(
        "uq_decision_minutes_waiting",
        "decision_minutes",
        ["state"],
        unique=True,
        sqlite_where=WAITS,
        postgresql_where=WAITS,
    )


def downgrade() -> None:
    op.drop_table("decision_minutes")
    op.drop_table("irregularity")

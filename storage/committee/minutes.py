"""Minutes: what the exam committee decided up to a day, as one document with a number, signed by two of its members.

What stands in it is copied when it is drawn up and never changed after that; the number comes with the second
signature, so that none is missing. It names cases by their codes and no candidate.
"""

import hashlib
import json
import uuid
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    event,
    func,
    inspect,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from storage.base import audit
from storage.base.database import Base, one_of, session_of
from storage.base.refusal import Refused
from storage.base.steps import Stepping, table
from storage.people.people import Person


class MinutesState(StrEnum):
    """`drawn_up`: waits for a second member."""

    DRAWN_UP = "drawn_up"
    SIGNED = "signed"
    REJECTED = "rejected"


M = MinutesState
STEPS = table(MinutesState, {M.DRAWN_UP: {M.SIGNED, M.REJECTED}})


class Rule(StrEnum):
    """Why there are no minutes, or why they are not signed."""

    NOTHING = "minutes_of_nothing"
    WAITS = "minutes_wait_already"
    FUTURE = "minutes_in_future"
    SECOND_PERSON = "minutes_second_person"
    NO_REASON = "minutes_without_reason"


class Immutable(Exception):
    """What stands in minutes is never changed."""


class DecisionMinutes(Stepping, Base):
    """One document. `content`: its sections with the lines in words; `year` and `number` come when it is signed."""

    __tablename__ = "decision_minutes"
    steps, noun = STEPS, "minutes"

    state: Mapped[MinutesState] = mapped_column(one_of(MinutesState), default=M.DRAWN_UP)
    year: Mapped[int | None]
    number: Mapped[int | None]
    held_on: Mapped[date] = mapped_column(Date)
    since: Mapped[datetime | None]
    until: Mapped[datetime]
    content: Mapped[list[Any]]
    sha256: Mapped[str] = mapped_column(String(64))
    made_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    made_at: Mapped[datetime]
    signed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    signed_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")

    made_by: Mapped[Person] = relationship(foreign_keys=made_by_id)
    signed_by: Mapped[Person | None] = relationship(foreign_keys=signed_by_id)

    __table_args__ = (
        UniqueConstraint("year", "number"),
        CheckConstraint("(state = 'signed') = (number IS NOT NULL)", name="numbered"),
        CheckConstraint("(number IS NULL) = (year IS NULL)", name="number_of_year"),
        CheckConstraint("(state = 'drawn_up') = (signed_by_id IS NULL)", name="signed"),
        CheckConstraint("state <> 'signed' OR signed_by_id <> made_by_id", name="second_person"),
        CheckConstraint("state <> 'rejected' OR reason <> ''", name="reason"),
        Index(None, "state", "until"),
    )
    # Of two answers at the same moment the second fails (StaleDataError).
    __mapper_args__ = {"version_id_col": state, "version_id_generator": False}

    @property
    def label(self) -> str:
        """What people call it: 2026-3; empty before it is signed."""
        return f"{self.year}-{self.number}" if self.number else ""

    def sign(self, member: Person, now: datetime) -> None:
        """The second member signs: it has a number from now on, the next of the year of its day."""
        if member.id == self.made_by_id:
            raise Refused(Rule.SECOND_PERSON)
        self.require_state(M.DRAWN_UP, M.SIGNED)
        # One waits at a time, so no two are numbered at the same moment.
        same_year = DecisionMinutes.year == self.held_on.year
        last = session_of(self).scalar(select(func.max(DecisionMinutes.number)).where(same_year))
        self.take_step(M.SIGNED, member.id, now)
        self.year, self.number = self.held_on.year, (last or 0) + 1
        self.signed_by, self.signed_at = member, now

    def reject(self, reason: str, member: Person, now: datetime) -> None:
        """It is not right; whoever drew it up may say so too. Its decisions stand in the next one."""
        if not reason.strip():
            raise Refused(Rule.NO_REASON)
        self.take_step(M.REJECTED, member.id, now)
        self.signed_by, self.signed_at, self.reason = member, now, reason.strip()


_WAITS = DecisionMinutes.state == M.DRAWN_UP
Index("uq_decision_minutes_waiting", DecisionMinutes.state, unique=True, sqlite_where=_WAITS, postgresql_where=_WAITS)


@event.listens_for(DecisionMinutes, "before_update")
def _refuse_change(_mapper: object, _connection: object, row: DecisionMinutes) -> None:
    told = inspect(row)
    if any(told.attrs[name].history.has_changes() for name in ("content", "sha256", "held_on", "since", "until")):
        raise Immutable(f"decision_minutes {row.id}")
    if M.SIGNED in (told.attrs.state.history.deleted or ()):
        raise Immutable(f"decision_minutes {row.id}")


def last_until(session: Session) -> datetime | None:
    """Up to when decisions stand in minutes that are signed, or that wait to be."""
    standing = DecisionMinutes.state != M.REJECTED
    return session.scalar(select(func.max(DecisionMinutes.until)).where(standing))


def waiting(session: Session) -> DecisionMinutes | None:
    """The minutes that wait for a second member; there is one at most."""
    return session.scalars(select(DecisionMinutes).where(_WAITS)).first()


def draw_up(
    session: Session,
    held_on: date,
    today: date,
    content: Sequence[dict[str, Any]],
    since: datetime | None,
    member: Person,
    now: datetime,
) -> DecisionMinutes:
    """Minutes of the decisions from `since` until now, in these sections.

    Raises Refused when there is nothing, while others wait to be signed, and for a day to come.
    """
    if held_on > today:
        raise Refused(Rule.FUTURE, found=held_on, needed=today)
    if not any(one["lines"] for one in content):
        raise Refused(Rule.NOTHING)
    if waiting(session) is not None:
        raise Refused(Rule.WAITS)
    kept = [dict(one) for one in content]
    row = DecisionMinutes(
        id=uuid.uuid4(),
        state=M.DRAWN_UP,
        held_on=held_on,
        since=since,
        until=now,
        content=kept,
        sha256=digest(kept),
        made_by=member,
        made_at=now,
    )
    session.add(row)
    # Of two who draw one up at the same moment the second is refused here.
    session.flush()
    audit.record(session, now, member.id, "minutes_drawn_up", row)
    return row


def digest(content: Sequence[dict[str, Any]]) -> str:
    """The SHA-256 (hex) of what stands in minutes."""
    text = json.dumps(list(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()

"""Absences: the days on which an assessor takes no work."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from storage.base import audit
from storage.base.database import Base, Identified, session_of
from storage.base.refusal import Refused
from storage.people.people import Person


class Rule(StrEnum):
    """Why an absence cannot be."""

    ENDS_BEFORE = "absence_ends_before"
    OVER = "absence_is_over"


class Absence(Identified, Base):
    """One absence of one person: its first and its last day."""

    __tablename__ = "absence"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    first: Mapped[date]
    last: Mapped[date]
    cancelled_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()

    __table_args__ = (CheckConstraint("last >= first", name="order"), Index(None, "person_id", "last"))

    def cancel(self, by: Person, now: datetime) -> None:
        """It does not go on. Cancelling twice is no error."""
        if self.cancelled_at is None:
            self.cancelled_at = now
            audit.record(session_of(self), now, by.id, "absence_removed", self)


def enter(session: Session, person: Person, first: date, last: date, by: Person, now: datetime) -> Absence:
    """This person is away from the first day to the last. Raises Refused for days in the wrong order or long gone."""
    if last < first:
        raise Refused(Rule.ENDS_BEFORE)
    if last < now.date():
        raise Refused(Rule.OVER)
    row = Absence(id=uuid.uuid4(), person=person, first=first, last=last)
    session.add(row)
    audit.record(session, now, by.id, "absence_entered", row)
    return row


def absences(session: Session, people: Sequence[Person], since: date) -> dict[uuid.UUID, list[Absence]]:
    """Of each of these people the absences that are not over on the day `since`, in order."""
    ids = [person.id for person in people]
    rows = session.scalars(
        select(Absence)
        .where(Absence.person_id.in_(ids), Absence.last >= since, Absence.cancelled_at.is_(None))
        .order_by(Absence.first, Absence.id)
    )
    found: dict[uuid.UUID, list[Absence]] = {person.id: [] for person in people}
    for row in rows:
        found[row.person_id].append(row)
    return found

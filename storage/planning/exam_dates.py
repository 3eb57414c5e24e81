"""Exam dates: days that KSF publishes for an exam, with a row for every place, so that no place is given twice.

A date is of an exam and not of one version of its regulation: whoever works under an older version may come too.
"""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Select,
    String,
    UniqueConstraint,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, selectinload

from scenarios.chapters import Planning
from storage.base import audit
from storage.base.clock import AMSTERDAM
from storage.base.database import Base, Identified, session_of
from storage.base.refusal import Refused
from storage.people.people import Person
from storage.schemes import Scheme

MOST_PLACES = 500


class Rule(StrEnum):
    """Why a date cannot be published, taken back, or had a place on."""

    IN_PAST = "exam_date_in_past"
    PAST_MIDNIGHT = "exam_date_past_midnight"
    NO_DATES = "exam_without_dates"
    IN_USE = "exam_date_in_use"
    OVER = "exam_date_over"
    OTHER_EXAM = "exam_date_of_other_exam"


class ExamDate(Identified, Base):
    """One day on which `exam` (the key of a scheme) can be done. Whoever has a place begins between start and end.

    `day` is that of Amsterdam, on which both lie, so that two dates which overlap have the same day.
    """

    __tablename__ = "exam_date"

    exam: Mapped[str] = mapped_column(String(60))
    day: Mapped[date]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    published_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    published_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    places: Mapped[list["ExamPlace"]] = relationship(back_populates="exam_date", order_by="ExamPlace.number")

    __table_args__ = (
        UniqueConstraint("id", "day"),
        CheckConstraint("ends_at > starts_at", name="window"),
        Index(None, "exam", "starts_at"),
    )

    def withdraw(self, officer: Person, taken: int, now: datetime) -> None:
        """Offer it no more. Raises Refused while places of it are `taken` (`held_places` counts them)."""
        if taken:
            raise Refused(Rule.IN_USE, found=taken, needed=0)
        if self.withdrawn_at is None:
            self.withdrawn_at = now
            audit.record(session_of(self), now, officer.id, "exam_date_withdrawn", self)

    def require_for(self, scheme: Scheme) -> None:
        """Raise Refused when it is a date of another exam than this scheme's."""
        if self.exam != scheme.key:
            raise Refused(Rule.OTHER_EXAM, found=scheme.content.name)

    def require_to_come(self, now: datetime) -> None:
        """Raise Refused when it has begun or was taken back."""
        if self.withdrawn_at is not None or self.starts_at <= now:
            raise Refused(Rule.OVER, found=self.starts_at, needed=now)

    def places_without(self, held: Select[uuid.UUID]) -> Sequence["ExamPlace"]:
        """Its places in their order, without those whose ids the query `held` finds."""
        free = select(ExamPlace).where(ExamPlace.date_id == self.id, ExamPlace.id.not_in(held))
        return session_of(self).scalars(free.order_by(ExamPlace.number)).all()


class ExamPlace(Identified, Base):
    """One place on a date. There are as many rows as places, and one booking at a time may hold each."""

    __tablename__ = "exam_place"

    date_id: Mapped[uuid.UUID]
    day: Mapped[date]
    number: Mapped[int]

    exam_date: Mapped[ExamDate] = relationship(back_populates="places")

    __table_args__ = (
        ForeignKeyConstraint(["date_id", "day"], [ExamDate.id, ExamDate.day]),
        UniqueConstraint("date_id", "number"),
        UniqueConstraint("id", "day"),
        CheckConstraint(f"number BETWEEN 1 AND {MOST_PLACES}", name="number"),
    )


def publish(
    session: Session,
    scheme: Scheme,
    starts_at: datetime,
    ends_at: datetime,
    places: int,
    officer: Person,
    now: datetime,
) -> ExamDate:
    """A date with so many places. Raises Refused for an exam without dates, in the past, and over midnight."""
    if not has_dates(scheme):
        raise Refused(Rule.NO_DATES, found=scheme.content.name)
    if starts_at <= now:
        raise Refused(Rule.IN_PAST, found=starts_at, needed=now)
    day = starts_at.astimezone(AMSTERDAM).date()
    if ends_at.astimezone(AMSTERDAM).date() != day:
        raise Refused(Rule.PAST_MIDNIGHT, found=ends_at)
    made = ExamDate(
        id=uuid.uuid4(),
        exam=scheme.key,
        day=day,
        starts_at=starts_at,
        ends_at=ends_at,
        published_by_id=officer.id,
        published_at=now,
    )
    made.places = [ExamPlace(day=day, number=number) for number in range(1, places + 1)]
    session.add(made)
    audit.record(session, now, officer.id, "exam_date_published", made, places=places)
    return made


def plans_by_dates(scheme: Scheme) -> bool:
    """True when this exam is done on dates that KSF publishes, and not in a window of its own."""
    sitting = scheme.content.sitting
    return sitting is not None and sitting.planning is Planning.DATES


def has_dates(scheme: Scheme) -> bool:
    """True when KSF publishes dates for this exam: for its candidates one by one, or for sessions with an examiner."""
    return plans_by_dates(scheme) or scheme.content.checklist is not None


def to_come(session: Session, exams: set[str], now: datetime) -> list[ExamDate]:
    """The dates of these exams that are still offered, soonest first."""
    offered = (ExamDate.exam.in_(exams), ExamDate.withdrawn_at.is_(None), ExamDate.starts_at > now)
    dates = select(ExamDate).where(*offered).order_by(ExamDate.starts_at, ExamDate.id)
    return list(session.scalars(dates.options(selectinload(ExamDate.places))))

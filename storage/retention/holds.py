"""Why data stay beyond their time: a hold of the exam committee, and the sample of a year until its audit closes."""

import secrets
import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from storage.base import audit
from storage.base.clock import AMSTERDAM
from storage.base.database import Base, Identified, session_of
from storage.base.refusal import Refused
from storage.dossier.dossiers import Dossier
from storage.people.people import Person
from storage.retention.destructions import going


class Rule(StrEnum):
    """Why nothing is held, or no year closed."""

    NO_REASON = "hold_without_reason"
    NO_END = "hold_without_end"
    TOO_LONG = "hold_too_long"
    ERASING = "hold_too_late"
    LIFTED = "hold_lifted_already"
    YEAR_RUNS = "audit_year_runs"
    YEAR_CLOSED = "audit_year_closed"


LONGEST_YEARS = 2
"""For how long one hold may be; a longer one is a new decision."""


class Hold(Identified, Base):
    """The exam committee keeps all of one exam, with the reason, until a day; `lifted_at` when it ended before."""

    __tablename__ = "retention_hold"

    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Dossier.id))
    reason: Mapped[str] = mapped_column(Text)
    until: Mapped[date] = mapped_column(Date)
    placed_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    placed_at: Mapped[datetime]
    lifted_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    lifted_at: Mapped[datetime | None]

    dossier: Mapped[Dossier] = relationship()
    placed_by: Mapped[Person] = relationship(foreign_keys=placed_by_id)

    __table_args__ = (
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by_id IS NULL)", name="lifted"),
        Index(None, "dossier_id"),
    )

    def lift(self, member: Person, now: datetime) -> None:
        """End it before its time."""
        if self.lifted_at:
            raise Refused(Rule.LIFTED)
        self.lifted_at, self.lifted_by_id = now, member.id
        audit.record(session_of(self), now, member.id, "hold_lifted", self)


class AuditYear(Identified, Base):
    """The yearly audit: `seed` draws the sample of that year's recordings, which stays until `closed_at`."""

    __tablename__ = "audit_year"

    year: Mapped[int] = mapped_column(unique=True)
    seed: Mapped[str] = mapped_column(String(32))
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))

    __table_args__ = (CheckConstraint("(closed_at IS NULL) = (closed_by_id IS NULL)", name="closed"),)

    def close(self, auditor: Person, now: datetime) -> None:
        """The audit of this year is done: its sample goes as all else. Raises Refused while the year runs."""
        if self.closed_at:
            raise Refused(Rule.YEAR_CLOSED)
        if day_of(now).year <= self.year:
            raise Refused(Rule.YEAR_RUNS, needed=self.year)
        self.closed_at, self.closed_by_id = now, auditor.id
        audit.record(session_of(self), now, auditor.id, "audit_year_closed", self, year=self.year)


def day_of(moment: datetime) -> date:
    """The day on which it was, in Amsterdam."""
    return moment.astimezone(AMSTERDAM).date()


def hold(session: Session, dossier: Dossier, reason: str, until: date, member: Person, now: datetime) -> Hold:
    """Keep all of this exam until a day, with the reason. Raises Refused without one, or when it goes already."""
    today = day_of(now)
    if not reason.strip():
        raise Refused(Rule.NO_REASON)
    if until <= today:
        raise Refused(Rule.NO_END, found=until, needed=today)
    latest = today.replace(year=today.year + LONGEST_YEARS, day=min(today.day, 28))
    if until > latest:
        raise Refused(Rule.TOO_LONG, found=until, needed=latest)
    session.refresh(dossier, ["state"], with_for_update=True)
    if going(session, dossier.id):
        raise Refused(Rule.ERASING)
    row = Hold(
        id=uuid.uuid4(), dossier=dossier, reason=reason.strip(), until=until, placed_by_id=member.id, placed_at=now
    )
    session.add(row)
    audit.record(session, now, member.id, "hold_placed", row, until=str(until))
    return row


def draw(session: Session, years: set[int]) -> None:
    """Give each of these years a seed of its own, unless it has one."""
    known = set(session.scalars(select(AuditYear.year).where(AuditYear.year.in_(years))))
    for year in sorted(years - known):
        session.add(AuditYear(year=year, seed=secrets.token_hex(16)))

"""Log-ins: each browser in which somebody is logged in is a row, so that it can be seen, and ended from elsewhere."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from storage.base import audit
from storage.base.database import Base, Identified, session_of
from storage.people.people import STAFF, Person

IDLE = timedelta(hours=12)
"""A browser in which nothing was done for so long is logged out."""

LONGEST = timedelta(days=7)
LONGEST_OF_STAFF = timedelta(hours=12)
"""How long after the log-in a browser is logged out whatever was done in it; of whoever sees other people's data, after
a working day."""

NOTED = timedelta(minutes=5)
"""How old `used_at` may be before it is written again."""

CONFIRMED = timedelta(minutes=15)
"""How long after giving the password somebody may change what protects the account."""


class LogIn(Identified, Base):
    """One browser of one person. It ends with the person's epoch, by itself after IDLE or LONGEST, or when it is ended.

    `device` says in words what it is; `confirmed_at` is when the password was last given in it.
    """

    __tablename__ = "log_in"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    epoch: Mapped[int]
    device: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime]
    confirmed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()

    __table_args__ = (Index(None, "person_id", "used_at"),)

    def holds(self, now: datetime) -> bool:
        longest = LONGEST_OF_STAFF if self.person.roles(now) & STAFF else LONGEST
        last = min(self.used_at + IDLE, self.created_at + longest)
        return self.ended_at is None and self.epoch == self.person.session_epoch and now < last

    def recently_confirmed(self, now: datetime) -> bool:
        return now < self.confirmed_at + CONFIRMED

    def end(self, now: datetime) -> None:
        """Log this browser out."""
        if self.ended_at is None:
            self.ended_at = now
            audit.record(session_of(self), now, self.person_id, "logged_out", self.person)


def log_in(session: Session, person: Person, device: str, now: datetime) -> LogIn:
    """Somebody gave the password, and what else is asked: a row for this browser."""
    row = LogIn(
        id=uuid.uuid4(),
        person=person,
        epoch=person.session_epoch,
        device=device,
        created_at=now,
        used_at=now,
        confirmed_at=now,
    )
    session.add(row)
    audit.record(session, now, person.id, "logged_in", person)
    return row


def log_ins(session: Session, person: Person, now: datetime) -> list[LogIn]:
    """Where this person is logged in now, last used first."""
    mine = select(LogIn).where(LogIn.person_id == person.id, LogIn.ended_at.is_(None), LogIn.used_at > now - IDLE)
    return [row for row in session.scalars(mine.order_by(LogIn.used_at.desc())) if row.holds(now)]

"""Subscriptions to a calendar: an address that nobody can guess, for an organisation's dates or an examiner's own.

Whoever has the address reads the calendar without a log-in, as agendas do. So only the hash of its secret is kept, it
is shown once, and it opens nothing any more when it is ended or its person lost the role. A new one ends the former.
"""

import hashlib
import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from storage.base import audit
from storage.base.audit import AuditEvent
from storage.base.database import Base, Identified, session_of
from storage.people.organisations import Organisation
from storage.people.people import Person, Role


class CalendarFeed(Identified, Base):
    """One address of one person: for the dates of `organisation`, or with none for the own work as an examiner."""

    __tablename__ = "calendar_feed"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Organisation.id))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
    organisation: Mapped[Organisation | None] = relationship()

    __table_args__ = (Index(None, "person_id", "made_at"),)

    def opens(self, now: datetime) -> bool:
        """True when it was not ended and its person may still see what it shows."""
        if self.ended_at is not None:
            return False
        if self.organisation_id is None:
            return Role.ASSESSOR in self.person.roles(now)
        return self.organisation_id in self.person.organisations(Role.ORGANISATION_ADMIN, now)

    def end(self, actor: Person, now: datetime) -> None:
        """It opens nothing from now on; a second time changes nothing."""
        if self.ended_at is None:
            self.ended_at = now
            audit.record(session_of(self), now, actor.id, "calendar_feed_ended", self)


def open_feed(
    session: Session, person: Person, organisation: Organisation | None, now: datetime
) -> tuple[str, uuid.UUID]:
    """The secret of a new address, which is kept nowhere, and the id of its row; a former one is ended."""
    # Of two at the same moment the second waits, and ends what the first one made.
    session.execute(select(Person.id).where(Person.id == person.id).with_for_update())
    for former in live_feeds(session, person):
        if former.organisation_id == (organisation.id if organisation else None):
            former.end(person, now)
    secret = secrets.token_urlsafe(32)
    made = CalendarFeed(id=uuid.uuid4(), person=person, organisation=organisation, digest=_digest(secret), made_at=now)
    session.add(made)
    session.flush()
    audit.record(session, now, person.id, "calendar_feed_made", made)
    return secret, made.id


def feed_of(session: Session, secret: str, now: datetime) -> CalendarFeed | None:
    """What this secret opens now."""
    known = select(CalendarFeed).where(CalendarFeed.digest == _digest(secret))
    found = session.scalars(known.options(joinedload(CalendarFeed.person))).first()
    return found if found and found.opens(now) else None


def live_feeds(session: Session, person: Person) -> list[CalendarFeed]:
    """Those of this person that were not ended, the newest first."""
    theirs = select(CalendarFeed).where(CalendarFeed.person_id == person.id, CalendarFeed.ended_at.is_(None))
    return list(session.scalars(theirs.order_by(CalendarFeed.made_at.desc(), CalendarFeed.id)))


def last_changes(session: Session, rows: Iterable[Identified]) -> dict[uuid.UUID, datetime]:
    """When something of each of these rows, of one table, was last written in the audit log; others are left out."""
    found = list(rows)
    if not found:
        return {}
    about = AuditEvent.subject_kind == found[0].__tablename__, AuditEvent.subject.in_({one.id for one in found})
    return {
        subject: at
        for subject, at in session.execute(
            select(AuditEvent.subject, func.max(AuditEvent.at)).where(*about).group_by(AuditEvent.subject)
        )
    }


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

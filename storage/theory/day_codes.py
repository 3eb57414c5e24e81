"""The code with which whoever supervises at a location opens the tests of one day, without a log-in."""

import secrets
import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from scenarios.theory_rules import Opening
from storage.base import audit
from storage.base.clock import AMSTERDAM
from storage.base.database import Base, Identified
from storage.base.refusal import Refused
from storage.people.people import Person
from storage.planning.locations import Location
from storage.planning.theory_tests import TheoryTest
from storage.theory.sittings import Rule, TheorySitting, open_test, require_today, scheme_for

TRIES = 5
"""So many wrong codes for one test; after that only a log-in opens it."""


class TheoryDayCode(Identified, Base):
    """Six digits for one location on one day."""

    __tablename__ = "theory_day_code"

    location_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Location.id))
    day: Mapped[date]
    code: Mapped[str] = mapped_column(String(6))
    made_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    made_at: Mapped[datetime]

    location: Mapped[Location] = relationship()
    made_by: Mapped[Person] = relationship()

    __table_args__ = (UniqueConstraint("location_id", "day"),)


def code_of(session: Session, location: uuid.UUID, now: datetime) -> TheoryDayCode | None:
    """The code of today at this location, if somebody made one."""
    today = now.astimezone(AMSTERDAM).date()
    theirs = select(TheoryDayCode).where(TheoryDayCode.location_id == location, TheoryDayCode.day == today)
    return session.scalars(theirs).first()


def make_code(session: Session, location: Location, actor: Person, now: datetime) -> TheoryDayCode:
    """The code of today at this location, made when there is none."""
    if found := code_of(session, location.id, now):
        return found
    made = TheoryDayCode(
        id=uuid.uuid4(),
        location=location,
        day=now.astimezone(AMSTERDAM).date(),
        code=f"{secrets.randbelow(10**6):06}",
        made_by=actor,
        made_at=now,
    )
    session.add(made)
    audit.record(session, now, actor.id, "theory_day_code_made", location)
    session.flush()
    return made


def open_by_code(session: Session, test: TheoryTest, code: str, now: datetime) -> TheorySitting | None:
    """Open a test with the code of the day; None for a wrong one, which is counted.

    Raises Refused where only a log-in opens, after too many wrong codes, and as `open_test` does.
    """
    scheme = scheme_for(session, test)
    if scheme is None:
        raise Refused(Rule.NOT_HERE)
    if scheme.content.theory.opening is Opening.LOG_IN:
        raise Refused(Rule.LOG_IN_ONLY)
    require_today(test, now)
    # Of two codes that come at the same moment the second one finds the first one counted.
    session.refresh(test, ["state", "code_tries"], with_for_update=True)
    if test.code_tries >= TRIES:
        raise Refused(Rule.TOO_MANY_CODES, found=test.code_tries, needed=TRIES)
    right = code_of(session, test.location_id, now)
    if right is None or not secrets.compare_digest(code.encode(), right.code.encode()):
        test.code_tries += 1
        return None
    return open_test(session, test, right.made_by, now, by_code=True)

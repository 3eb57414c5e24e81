"""The employers of the institution's staff: for whom somebody works besides, and did before, each with its days.

Who judges is employed in the field, so this is what impartiality rests on: without an employer that is known now,
nobody is given anybody's work (`review.conflicts.employer_unknown`). Other ties are declared beside it.
"""

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, Select, String, exists, or_, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from storage.base import audit, plain
from storage.base.database import Base, Identified, session_of
from storage.base.refusal import Refused
from storage.people.organisations import Organisation
from storage.people.people import Membership, Person, Role


class Rule(StrEnum):
    """Why somebody cannot have an employer so."""

    NO_NAME = "employer_without_name"
    ENDS_BEFORE = "employer_ends_before"
    BEGINS_LATER = "employer_begins_later"
    TWICE = "employer_twice"


class Employer(Identified, Base):
    """One employer of one person, from the day `since` to the last day `until`, None while it lasts.

    An organisation that we know, else a name: that of an employer outside, or of the own business.
    """

    __tablename__ = "employer"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Organisation.id))
    name: Mapped[str] = mapped_column(String(120), default="")
    since: Mapped[date]
    until: Mapped[date | None]

    person: Mapped[Person] = relationship()
    organisation: Mapped[Organisation | None] = relationship()

    __table_args__ = (
        CheckConstraint("(organisation_id IS NULL) = (name <> '')", name="which"),
        CheckConstraint("until >= since", name="order"),
        Index(None, "person_id", "since"),
    )

    @property
    def called(self) -> str:
        """What it is called."""
        return self.organisation.name if self.organisation else self.name

    @property
    def key(self) -> str:
        """What tells it from other employers, by whatever capitals it was written."""
        return str(self.organisation_id) if self.organisation_id else self.name.casefold()

    def holds(self, day: date) -> bool:
        """Whether the person works there on this day."""
        return self.since <= day and (self.until is None or self.until >= day)

    def end(self, last: date, by: Person, now: datetime) -> None:
        """The person works there until this day. Raises Refused for a day before the first."""
        if last < self.since:
            raise Refused(Rule.ENDS_BEFORE)
        self.until = last
        audit.record(session_of(self), now, by.id, "employer_ended", self)


def employ(
    session: Session,
    person: Person,
    organisation: Organisation | None,
    name: str,
    since: date,
    until: date | None,
    by: Person | None,
    now: datetime,
) -> Employer:
    """Somebody works, or worked, for this organisation, or for an employer of this name.

    Raises Refused for neither, for days in the wrong order or to come, and for what is known for these days already.
    """
    name = "" if organisation else plain.one_line(name)
    if not organisation and not name:
        raise Refused(Rule.NO_NAME)
    if until is not None and until < since:
        raise Refused(Rule.ENDS_BEFORE)
    if since > now.date():
        raise Refused(Rule.BEGINS_LATER)
    home = organisation.id if organisation else None
    row = Employer(id=uuid.uuid4(), person_id=person.id, organisation_id=home, name=name, since=since, until=until)
    if any(row.key == other.key and _overlap(row, other) for other in of(session, [person])[person.id]):
        raise Refused(Rule.TWICE)
    session.add(row)
    audit.record(session, now, by.id if by else None, "employer_kept", row)
    return row


def of(session: Session, people: Iterable[Person]) -> dict[uuid.UUID, list[Employer]]:
    """Every employer of each of these people, the newest first."""
    found: dict[uuid.UUID, list[Employer]] = {one.id: [] for one in people}
    rows = select(Employer).where(Employer.person_id.in_(found)).options(joinedload(Employer.organisation))
    for row in session.scalars(rows.order_by(Employer.since.desc(), Employer.id)):
        found[row.person_id].append(row)
    return found


def unknown(now: datetime) -> Select[Person]:
    """Everybody who may judge now and of whom no employer is known, by name: nobody can be given to them."""
    # Whose role is at an organisation works there, so those need not be looked at.
    judging = Membership.organisation_id.is_(None), Membership.role == Role.ASSESSOR
    judges = select(Membership.person_id).where(*judging, _now(Membership, now))
    works = exists().where(
        Membership.person_id == Person.id, Membership.organisation_id.is_not(None), _now(Membership, now)
    )
    day = now.date()
    ends = or_(Employer.until.is_(None), Employer.until >= day)
    employed = exists().where(Employer.person_id == Person.id, Employer.since <= day, ends)
    return select(Person).where(Person.id.in_(judges), ~works, ~employed).order_by(Person.name, Person.id)


def _now(noun: type[Membership], now: datetime) -> ColumnElement[bool]:
    return (noun.since <= now) & or_(noun.until.is_(None), noun.until > now)


def _overlap(one: Employer, other: Employer) -> bool:
    return (one.until is None or one.until >= other.since) and (other.until is None or other.until >= one.since)

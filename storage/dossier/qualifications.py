"""Qualifications: certificates held and tests passed, as KSF entered them. The gate to an exam asks for one.

The keys are those of a scheme's `prerequisite_any_of`: of a certificate, and of a test that was passed.
"""

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, String, Text, UniqueConstraint, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from storage.base import audit
from storage.base.database import Base, Identified, session_of
from storage.base.refusal import Refused
from storage.dossier.dossiers import Dossier
from storage.people.people import Person

CERTIFICATE = "certificate_"
"""How the key of a certificate begins; what else there is, is a test."""


class Rule(StrEnum):
    """Why somebody cannot go on to an exam, or why something cannot be entered."""

    PREREQUISITE = "prerequisite_missing"
    KNOWN = "qualification_known"
    NUMBER_NEEDED = "certificate_without_number"
    IN_FUTURE = "qualification_in_future"
    OF_TEST = "qualification_of_a_test"
    OF_CERTIFICATE = "qualification_of_a_certificate"
    NO_REASON = "qualification_without_reason"


class Qualification(Identified, Base):
    """A certificate that a person holds, with its number, or a test that a person passed, without one.

    `reason`: why it was entered by hand; what follows from a test that was taken here has none.
    """

    __tablename__ = "qualification"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    key: Mapped[str] = mapped_column(String(60))
    number: Mapped[str] = mapped_column(String(60), default="")
    since: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    entered_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    entered_at: Mapped[datetime]

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    entered_by: Mapped[Person] = relationship(foreign_keys=entered_by_id)

    __table_args__ = (UniqueConstraint("person_id", "key"),)

    def take_back(self, officer: Person, now: datetime) -> None:
        """It was entered wrongly: the person has it no more."""
        session = session_of(self)
        audit.record(session, now, officer.id, "qualification_taken_back", self, key=self.key)
        session.delete(self)


def enter(
    session: Session,
    person: Person,
    key: str,
    number: str,
    since: date,
    officer: Person,
    now: datetime,
    reason: str = "",
) -> Qualification:
    """Enter what a person has. Raises Refused when it is there already, lies ahead, or has no number and needs one."""
    if key in {one.key for one in held(session, [person.id])}:
        raise Refused(Rule.KNOWN, found=key)
    if key.startswith(CERTIFICATE) and not number.strip():
        raise Refused(Rule.NUMBER_NEEDED, found=key)
    if since > now.date():
        raise Refused(Rule.IN_FUTURE, found=since, needed=now.date())
    row = Qualification(
        person=person,
        key=key,
        number=number.strip(),
        since=since,
        reason=reason.strip(),
        entered_by=officer,
        entered_at=now,
    )
    session.add(row)
    audit.record(session, now, officer.id, "qualification_entered", row, key=key)
    return row


def renumber(session: Session, person_id: uuid.UUID | None, was: str, number: str) -> None:
    """Another certificate came in the place of the one with the number `was`."""
    of_it = (Qualification.person_id == person_id, Qualification.number == was)
    session.execute(update(Qualification).where(*of_it).values(number=number))


def withdraw(session: Session, person_id: uuid.UUID | None, number: str) -> None:
    """The certificate with this number was withdrawn: it opens nothing any more."""
    of_it = (Qualification.person_id == person_id, Qualification.number == number)
    session.execute(delete(Qualification).where(*of_it, Qualification.key.startswith(CERTIFICATE)))


def held(session: Session, people: Iterable[uuid.UUID]) -> list[Qualification]:
    """The qualifications of these people, oldest first."""
    theirs = select(Qualification).where(Qualification.person_id.in_(list(people)))
    return list(session.scalars(theirs.order_by(Qualification.since, Qualification.key)))


def prerequisite(session: Session, dossier: Dossier) -> Refused | None:
    """Why the candidate cannot go on to this exam yet: nothing of what its scheme asks for is there."""
    needed = dossier.scheme.content.prerequisite_any_of
    found = tuple(one.key for one in held(session, [dossier.candidate_id]))
    return Refused(Rule.PREREQUISITE, found=found, needed=needed) if needed and not set(needed) & set(found) else None

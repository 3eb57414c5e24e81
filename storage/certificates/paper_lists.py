"""Certificates from before, on paper: a list is looked at first and then taken over, once.

What happens to each line is worked out twice by the same rule, so a list that is uploaded twice does nothing the second
time. Who is known by the address holds it from then on; of others only name, number and day are kept.
"""

import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import audit
from storage.base.database import Base, Identified, rows_changed, session_of
from storage.base.refusal import Refused
from storage.certificates.certificates import HELD, Certificate, CertificateState
from storage.dossier import qualifications
from storage.people.organisations import Organisation
from storage.people.people import Person

TITLES = {"A": "KSF Branchecertificaat A", "B": "KSF Branchecertificaat B", "CHAT": "KSF Chatcertificaat"}
"""What there was on paper, by the letters that we give it."""


class Rule(StrEnum):
    """Why a list cannot be taken over, or a certificate cannot be given to somebody."""

    DONE = "paper_list_done"
    HAS_HOLDER = "paper_has_holder"
    HOLDS_ONE = "paper_holder_has_one"


class PaperOutcome(StrEnum):
    """What a line comes to: it is taken over, its number is there already, or this person holds such a certificate."""

    NEW = "new"
    KNOWN = "known"
    HOLDS = "holds"


@dataclass(frozen=True)
class Paper:
    """One line: a certificate as the paper says it. `email` and `organisation` may be empty."""

    letters: str
    number: str
    name: str
    earned_on: date
    email: str = ""
    organisation: str = ""

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Paper":
        return cls(**kept | {"earned_on": date.fromisoformat(kept["earned_on"])})

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"earned_on": self.earned_on.isoformat()}


@dataclass(frozen=True)
class Planned:
    """A line, what it comes to, and who and which organisation is known by what stands in it."""

    paper: Paper
    outcome: PaperOutcome
    person: Person | None
    organisation: Organisation | None


class PaperList(Identified, Base):
    """A list that an officer uploaded. Its lines are forgotten once it was taken over, or after a week."""

    __tablename__ = "paper_list"

    uploaded_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    created_at: Mapped[datetime]
    entries: Mapped[list[Any]] = mapped_column(default=list)
    faults: Mapped[list[Any]] = mapped_column(default=list)
    done_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "created_at"),)

    @property
    def papers(self) -> list[Paper]:
        return [Paper.from_json(one) for one in self.entries]

    def use(self, officer: Person, now: datetime) -> list[Certificate]:
        """Take over every line that is new. Raises Refused the second time."""
        session = session_of(self)
        fresh = update(PaperList).where(PaperList.id == self.id, PaperList.done_at.is_(None))
        if not rows_changed(session, fresh.values(done_at=now)):
            raise Refused(Rule.DONE)
        made = [_take_over(session, one, officer, now) for one in plan(session, self.papers) if _is_new(one)]
        session.flush()
        audit.record(session, now, officer.id, "paper_list_used", self, lines=len(self.entries), taken=len(made))
        self.entries, self.faults = [], []
        return made


def keep_list(
    session: Session, papers: Iterable[Paper], faults: list[dict[str, Any]], officer: Person, now: datetime
) -> PaperList:
    """A list to be looked at before it counts."""
    row = PaperList(
        id=uuid.uuid4(),
        uploaded_by_id=officer.id,
        created_at=now,
        entries=[one.to_json() for one in papers],
        faults=faults,
    )
    session.add(row)
    session.flush()
    return row


def plan(session: Session, papers: list[Paper]) -> list[Planned]:
    """What each line comes to, now."""
    numbers = set(
        session.scalars(select(Certificate.number).where(Certificate.number.in_([one.number for one in papers])))
    )
    emails = [one.email for one in papers if one.email]
    people = {one.email: one for one in session.scalars(select(Person).where(Person.email.in_(emails)))}
    names = [one.organisation.lower() for one in papers if one.organisation]
    homes = {
        one.name.lower(): one
        for one in session.scalars(select(Organisation).where(func.lower(Organisation.name).in_(names)))
    }
    theirs = select(Certificate.person_id, Certificate.letters).where(
        Certificate.person_id.in_([one.id for one in people.values()]), Certificate.state.in_(HELD)
    )
    held = {(person, letters) for person, letters in session.execute(theirs)}
    planned = []
    for paper in papers:
        person = people.get(paper.email)
        outcome = PaperOutcome.NEW
        if paper.number in numbers:
            outcome = PaperOutcome.KNOWN
        elif person is not None and (person.id, paper.letters) in held:
            outcome = PaperOutcome.HOLDS
        elif person is not None:
            held.add((person.id, paper.letters))
        numbers.add(paper.number)
        planned.append(Planned(paper, outcome, person, homes.get(paper.organisation.lower())))
    return planned


def _is_new(planned: Planned) -> bool:
    return planned.outcome is PaperOutcome.NEW


def _take_over(session: Session, planned: Planned, officer: Person, now: datetime) -> Certificate:
    paper, person = planned.paper, planned.person
    row = Certificate(
        id=uuid.uuid4(),
        number=paper.number,
        letters=paper.letters,
        title=TITLES[paper.letters],
        name=paper.name,
        person=person,
        organisation=planned.organisation,
        state=CertificateState.VALID,
        earned_on=paper.earned_on,
        issued_on=paper.earned_on,
        issued_at=now,
        issued_by_id=officer.id,
        taken_over=True,
    )
    session.add(row)
    session.flush()
    audit.record(session, now, officer.id, "certificate_taken_over", row)
    if person is not None:
        _open_gate(session, row, person, officer, now)
    return row


def give(session: Session, certificate: Certificate, person: Person, officer: Person, now: datetime) -> None:
    """Say whose certificate from paper this is, when it was taken over without an address.

    Raises Refused when it is somebody's already, and when this person holds another one of the same kind.
    """
    session.refresh(certificate, ["person_id", "state"], with_for_update=True)
    if not certificate.taken_over or certificate.person_id is not None:
        raise Refused(Rule.HAS_HOLDER)
    theirs = select(Certificate.id).where(
        Certificate.person_id == person.id, Certificate.letters == certificate.letters, Certificate.state.in_(HELD)
    )
    if session.scalars(theirs).first() is not None:
        raise Refused(Rule.HOLDS_ONE)
    certificate.person = person
    session.flush()
    audit.record(session, now, officer.id, "certificate_given", certificate)
    if certificate.held:
        _open_gate(session, certificate, person, officer, now)


def _open_gate(session: Session, row: Certificate, person: Person, officer: Person, now: datetime) -> None:
    """Enter it where the gate to an exam looks, unless it is there."""
    key = f"{qualifications.CERTIFICATE}{row.letters.lower()}"
    if key not in {one.key for one in qualifications.held(session, [person.id])}:
        qualifications.enter(session, person, key, row.number, row.earned_on, officer, now)

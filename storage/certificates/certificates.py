"""Certificates: who holds which, since when, and whether it is valid. Nothing here is ever deleted.

`storage.certificates.issuing` makes them, `changes` changes their state by two persons, `following` lets them follow a
corrected verdict.
"""

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Select, String, UniqueConstraint, exists, or_, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column, relationship

from storage.base.database import Base, Identified, one_of, session_of
from storage.base.steps import table
from storage.dossier.dossiers import Dossier
from storage.exam.sittings import Sitting
from storage.judging.verdicts import Verdict, is_result
from storage.people.organisations import Organisation
from storage.people.people import Person
from storage.schemes import Scheme


class CertificateState(StrEnum):
    VALID = "valid"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


STEPS = table(
    CertificateState,
    {
        CertificateState.VALID: {CertificateState.SUSPENDED, CertificateState.WITHDRAWN, CertificateState.REPLACED},
        CertificateState.SUSPENDED: {CertificateState.VALID, CertificateState.WITHDRAWN},
    },
)

HELD = (CertificateState.VALID, CertificateState.SUSPENDED)
"""The states in which it is still somebody's certificate: another one of the same kind is not given."""


class Rule(StrEnum):
    """Why there is no certificate."""

    NOT_RELEASED = "certificate_verdict_not_released"
    NOT_PASSED = "certificate_verdict_not_passed"
    ISSUED = "certificate_issued_already"
    SECOND_PERSON = "certificate_by_second_person"
    OWN_CASE = "certificate_in_own_case"


class Certificate(Identified, Base):
    """One certificate, as it was issued; `name` is the name that stands on it.

    `letters` say which one ("B"); `title` is its whole name. `earned_on` is the day of the result, `issued_on` that of
    the certificate. It takes two persons: `issued_by`, and before that `first_by`, who released the result or asked for
    a replacement. `valid_until` None: without end. One from paper is `taken_over`: it has the number that the paper
    has, no verdict, no badge, and perhaps no person with a log-in. The verdict of one that was issued here goes after
    its time, and the certificate stays (`storage.retention.results`). `share` is the secret in the holder's link, None
    when the link is off. `list_number` and `list_index` are its place in the status lists, which no other ever gets.
    """

    __tablename__ = "certificate"

    number: Mapped[str] = mapped_column(String(60), unique=True)
    letters: Mapped[str] = mapped_column(String(4))
    title: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(120))
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Organisation.id))
    scheme_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Scheme.id))
    verdict_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Verdict.id))
    state: Mapped[CertificateState] = mapped_column(one_of(CertificateState), default=CertificateState.VALID)
    earned_on: Mapped[date] = mapped_column(Date)
    issued_on: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    first_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    taken_over: Mapped[bool] = mapped_column(default=False)
    replaces_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("certificate.id"), unique=True)
    list_number: Mapped[int | None]
    list_index: Mapped[int | None]
    badge: Mapped[str | None]
    share: Mapped[str | None] = mapped_column(String(43), unique=True)

    person: Mapped[Person | None] = relationship(foreign_keys=person_id)
    organisation: Mapped[Organisation | None] = relationship()
    scheme: Mapped[Scheme | None] = relationship()
    verdict: Mapped[Verdict | None] = relationship()
    issued_by: Mapped[Person] = relationship(foreign_keys=issued_by_id)
    first_by: Mapped[Person | None] = relationship(foreign_keys=first_by_id)
    replaces: Mapped["Certificate | None"] = relationship(remote_side="Certificate.id")

    __table_args__ = (
        CheckConstraint("issued_by_id <> first_by_id", name="second_person"),
        CheckConstraint("taken_over OR person_id IS NOT NULL", name="of_a_person"),
        CheckConstraint("taken_over OR (first_by_id IS NOT NULL AND list_index IS NOT NULL)", name="of_two_persons"),
        UniqueConstraint("list_number", "list_index"),
        Index(None, "person_id", "letters"),
        Index(None, "organisation_id"),
        Index(None, "issued_on", "id"),
        Index(None, "verdict_id"),
    )
    # Of two changes at the same moment that start from one state, the second fails (StaleDataError).
    __mapper_args__ = {"version_id_col": state, "version_id_generator": False}

    @property
    def held(self) -> bool:
        return self.state in HELD

    def take_turn(self) -> None:
        """Whoever does something with it at the same moment comes after this one, and sees what it did."""
        session = session_of(self)
        session.flush()
        session.refresh(self, ["state"], with_for_update=True)


_ONCE = Certificate.state != CertificateState.REPLACED
Index("uq_certificate_once", Certificate.verdict_id, unique=True, sqlite_where=_ONCE, postgresql_where=_ONCE)

_LATER = aliased(Verdict)


def passed_without_certificate() -> Select[Verdict]:
    """Released positive verdicts for which no certificate was ever issued, oldest first.

    So also those of before there were certificates: they wait for an officer like all others. One in whose place
    another verdict on the same sitting came is none of them: what came after it counts.
    """
    overtaken = exists().where(_LATER.sitting_id == Verdict.sitting_id, _LATER.released_at > Verdict.released_at)
    return (
        select(Verdict)
        .join(Sitting)
        .join(Dossier)
        .where(
            is_result(),
            Verdict.passed.is_(True),
            ~exists().where(Certificate.verdict_id == Verdict.id),
            ~overtaken,
        )
        .order_by(Verdict.released_at, Verdict.id)
    )


def of_sitting(session: Session, sitting: Sitting) -> list[Certificate]:
    """Every certificate that any verdict on this sitting led to, newest first."""
    theirs = select(Certificate).join(Verdict, Certificate.verdict_id == Verdict.id)
    newest = theirs.where(Verdict.sitting_id == sitting.id).order_by(Certificate.issued_at.desc(), Certificate.id)
    return list(session.scalars(newest))


def certificates_of(session: Session, people: Iterable[uuid.UUID]) -> list[Certificate]:
    """The certificates of these people, newest first."""
    theirs = select(Certificate).where(Certificate.person_id.in_(list(people)))
    return list(session.scalars(theirs.order_by(Certificate.issued_on.desc(), Certificate.id)))


def certified_people(scheme_key: str, letters: str) -> Select[uuid.UUID]:
    """The ids of the people who hold this certificate, or passed its exam and wait for it; as a query.

    Who had it withdrawn, and who had it and not the person, holds none.
    """
    holding = select(Certificate.person_id).where(
        Certificate.letters == letters, Certificate.person_id.is_not(None), Certificate.state.in_(HELD)
    )
    waiting = (
        passed_without_certificate()
        .with_only_columns(Dossier.candidate_id)
        .join(Scheme, Dossier.scheme_id == Scheme.id)
        .where(Scheme.key == scheme_key)
        .order_by(None)
    )
    return select(Person.id).where(or_(Person.id.in_(holding), Person.id.in_(waiting)))

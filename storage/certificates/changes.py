"""Changes of a certificate's state: one officer asks with a reason, another one decides. Both stay to be read.

Nobody decides what they asked, and nobody has a part in what happens to the own certificate.
"""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, String, Text, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from storage.base import audit
from storage.base.database import Base, Identified, one_of, rows_changed, session_of
from storage.base.refusal import Refused
from storage.base.steps import check_step
from storage.certificates import issuing
from storage.certificates.certificates import STEPS, Certificate, CertificateState
from storage.dossier import qualifications
from storage.people.people import Person


class Rule(StrEnum):
    """Why a change is not asked, or not decided."""

    NO_REASON = "certificate_change_without_reason"
    NO_NAME = "certificate_replaced_without_name"
    FROM_PAPER = "certificate_from_paper"
    ASKED = "certificate_change_asked"
    DECIDED = "certificate_change_decided"
    SECOND_PERSON = "certificate_change_by_second_person"
    OWN = "certificate_change_of_own"


OPEN = "decided_at IS NULL"
"""One change of a certificate waits at most, so that nobody agrees with a change of what was changed meanwhile."""


class CertificateChange(Identified, Base):
    """A row of a certificate's history. `granted` is None until somebody else decided; `name` is for a replacement."""

    __tablename__ = "certificate_change"

    certificate_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Certificate.id))
    to: Mapped[CertificateState] = mapped_column(one_of(CertificateState))
    reason: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(String(120), default="")
    asked_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    asked_at: Mapped[datetime]
    granted: Mapped[bool | None]
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    decided_at: Mapped[datetime | None]

    certificate: Mapped[Certificate] = relationship()
    asked_by: Mapped[Person] = relationship(foreign_keys=asked_by_id)
    decided_by: Mapped[Person | None] = relationship(foreign_keys=decided_by_id)

    __table_args__ = (
        CheckConstraint("NOT granted OR decided_by_id <> asked_by_id", name="second_person"),
        CheckConstraint("(granted IS NULL) = (decided_at IS NULL)", name="decided"),
        CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="decided_by"),
        Index(None, "certificate_id", "asked_at"),
        Index(None, "decided_at"),
        Index(
            "uq_certificate_change_open",
            "certificate_id",
            unique=True,
            sqlite_where=text(OPEN),
            postgresql_where=text(OPEN),
        ),
    )

    def decide(self, granted: bool, person: Person, now: datetime) -> Certificate:
        """Let it happen, or not. Answers the certificate that counts from now on: another one after a replacement.

        Who asked may take it back, and no more. Raises Refused when somebody decided already, or may not.
        """
        session, certificate = session_of(self), self.certificate
        _require_other(certificate, person)
        if granted and person.id == self.asked_by_id:
            raise Refused(Rule.SECOND_PERSON)
        open_still = update(CertificateChange).where(
            CertificateChange.id == self.id, CertificateChange.decided_at.is_(None)
        )
        if not rows_changed(session, open_still.values(granted=granted, decided_by_id=person.id, decided_at=now)):
            raise Refused(Rule.DECIDED)
        session.refresh(self)
        if not granted:
            audit.record(session, now, person.id, "certificate_change_refused", certificate, to=self.to)
            return certificate
        move(certificate, self.to, person.id, now)
        persons = self.asked_by_id, person.id
        return issuing.replace(session, certificate, self.name, persons, now) if self.name else certificate


def ask(
    session: Session,
    certificate: Certificate,
    to: CertificateState,
    reason: str,
    officer: Person,
    now: datetime,
    name: str = "",
) -> CertificateChange:
    """Ask that this certificate gets another state. `name` is the name on the one that replaces it.

    Raises Refused without a reason, for a step that is not there, and while another change waits. Of two who ask at the
    same moment the second waits for the first, and then is refused.
    """
    _require_other(certificate, officer)
    certificate.take_turn()
    check_step(STEPS, certificate.state, to)
    if not reason.strip():
        raise Refused(Rule.NO_REASON)
    if to is CertificateState.REPLACED and certificate.taken_over:
        raise Refused(Rule.FROM_PAPER)
    if (to is CertificateState.REPLACED) != bool(name.strip()):
        raise Refused(Rule.NO_NAME)
    if session.scalars(open_changes().where(CertificateChange.certificate_id == certificate.id)).first():
        raise Refused(Rule.ASKED)
    row = CertificateChange(
        id=uuid.uuid4(),
        certificate=certificate,
        to=to,
        reason=reason.strip(),
        name=name.strip(),
        asked_by=officer,
        asked_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(session, now, officer.id, "certificate_change_asked", certificate, to=to)
    return row


def changed_by_two(
    session: Session,
    certificate: Certificate,
    to: CertificateState,
    reason: str,
    first: uuid.UUID,
    second: uuid.UUID,
    now: datetime,
) -> None:
    """Change the state at once, by two persons who decided elsewhere what leads to it, as a corrected verdict does.

    A change that waited is refused by it, since it was asked about something else.
    """
    if first == second:
        raise Refused(Rule.SECOND_PERSON)
    certificate.take_turn()
    waiting = update(CertificateChange).where(
        CertificateChange.certificate_id == certificate.id, CertificateChange.decided_at.is_(None)
    )
    session.execute(waiting.values(granted=False, decided_by_id=second, decided_at=now))
    session.add(
        CertificateChange(
            id=uuid.uuid4(),
            certificate=certificate,
            to=to,
            reason=reason,
            name="",
            asked_by_id=first,
            asked_at=now,
            granted=True,
            decided_by_id=second,
            decided_at=now,
        )
    )
    move(certificate, to, second, now)


def move(certificate: Certificate, to: CertificateState, actor: uuid.UUID, now: datetime) -> None:
    """Give it this state. Raises Refused for a step that is not there."""
    session, was = session_of(certificate), certificate.state
    check_step(STEPS, was, to)
    certificate.state = to
    if to is CertificateState.WITHDRAWN:
        qualifications.withdraw(session, certificate.person_id, certificate.number)
    session.flush()
    audit.record(session, now, actor, f"certificate_{to}", certificate, was=was)


def open_changes() -> Select[CertificateChange]:
    """What nobody decided yet, oldest first."""
    waiting = select(CertificateChange).where(CertificateChange.decided_at.is_(None))
    return waiting.order_by(CertificateChange.asked_at, CertificateChange.id)


def history(session: Session, certificate: Certificate) -> list[CertificateChange]:
    """Every change that was ever asked of this certificate, oldest first."""
    theirs = select(CertificateChange).where(CertificateChange.certificate_id == certificate.id)
    return list(session.scalars(theirs.order_by(CertificateChange.asked_at, CertificateChange.id)))


def _require_other(certificate: Certificate, person: Person) -> None:
    if person.id == certificate.person_id:
        raise Refused(Rule.OWN)

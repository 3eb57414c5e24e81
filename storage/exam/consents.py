"""What a candidate allows beyond the exam, freely, and takes back as freely (article 7 GDPR).

That the own recordings are kept to train assessors (`consent_benchmark` in the scheme), and that others read the own
result (`storage.judging.shared_results`). It changes nothing about the result, and ends at the moment that it is taken
back.
"""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from scenarios.sitting import Stage
from storage.base import audit
from storage.base.database import Base, Identified, one_of, session_of
from storage.base.refusal import Refused
from storage.dossier.dossiers import Dossier
from storage.exam.recordings import Recording
from storage.exam.sittings import Answer, Sitting
from storage.people.people import Person


class Rule(StrEnum):
    """Why nothing is allowed."""

    NOTHING_TO_ALLOW = "consent_without_recordings"


class ConsentKind(StrEnum):
    """What is allowed."""

    BENCHMARK = "benchmark"
    """The recordings of this exam may train assessors, and are kept for that."""
    SHARE_MANAGER = "share_manager"
    """The manager who substantiated reads the result of this exam."""
    SHARE_ORGANISATION = "share_organisation"
    """The beheerders of the organisation that nominated read the result of this exam."""


class Consent(Identified, Base):
    """A candidate allows something with the recordings of one exam, in these words (`version`), until taken back."""

    __tablename__ = "consent"

    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Dossier.id))
    kind: Mapped[ConsentKind] = mapped_column(one_of(ConsentKind))
    version: Mapped[str] = mapped_column(String(20))
    given_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]

    dossier: Mapped[Dossier] = relationship()

    __table_args__ = (
        CheckConstraint("taken_back_at >= given_at", name="taken_back_later"),
        Index(None, "dossier_id"),
    )

    def take_back(self, now: datetime) -> None:
        """It holds no more. Twice is once."""
        if self.taken_back_at is None:
            self.taken_back_at = now
            audit.record(
                session_of(self), now, self.dossier.candidate_id, "consent_taken_back", self.dossier, kind=self.kind
            )


_HOLDING = Consent.taken_back_at.is_(None)
Index(
    "uq_consent_holding",
    Consent.dossier_id,
    Consent.kind,
    unique=True,
    sqlite_where=_HOLDING,
    postgresql_where=_HOLDING,
)


def allow(session: Session, dossier: Dossier, kind: ConsentKind, version: str, now: datetime) -> Consent:
    """The candidate of this exam allows it. Twice is once. Raises Refused while there is nothing to allow it with."""
    if kind is ConsentKind.BENCHMARK and dossier.id not in with_recordings(session, dossier.candidate):
        raise Refused(Rule.NOTHING_TO_ALLOW)
    if (there := holding(session, dossier, kind)) is not None:
        return there
    row = Consent(id=uuid.uuid4(), dossier=dossier, kind=kind, version=version, given_at=now)
    session.add(row)
    audit.record(session, now, dossier.candidate_id, "consent_given", dossier, kind=kind, version=version)
    return row


def holding(session: Session, dossier: Dossier, kind: ConsentKind) -> Consent | None:
    """The consent that holds now, if there is one."""
    theirs = select(Consent).where(Consent.dossier_id == dossier.id, Consent.kind == kind)
    return session.scalars(theirs.where(_HOLDING)).first()


def take_back_all(session: Session, person: Person, now: datetime) -> list[uuid.UUID]:
    """Nothing that this person allowed holds any more; answers of which exams it was."""
    theirs = select(Consent).join(Dossier).where(Dossier.candidate_id == person.id, _HOLDING)
    found = session.scalars(theirs).all()
    for one in found:
        one.take_back(now)
    return sorted({one.dossier_id for one in found})


def with_recordings(session: Session, person: Person) -> dict[uuid.UUID, Dossier]:
    """The finished exams of this person of which recordings are still there, newest first."""
    there = select(Sitting.dossier_id).join(Answer).join(Recording).where(Recording.erased_at.is_(None))
    done = there.where(Sitting.stage == Stage.FINISHED)
    mine = select(Dossier).where(Dossier.candidate_id == person.id, Dossier.id.in_(done))
    return {one.id: one for one in session.scalars(mine.order_by(Dossier.created_at.desc()))}

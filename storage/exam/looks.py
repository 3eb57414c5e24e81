"""Who looked at what a candidate made: recordings and files, by whom, in which role, when, and with which reason.

Each look is a row, and a row of the audit log, which holds neither name nor reason. The candidate may read the list.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from storage.base import audit
from storage.base.database import Base, Identified, one_of
from storage.base.refusal import Refused
from storage.dossier.dossiers import Dossier, RoleDocument
from storage.exam.recordings import Recording
from storage.people.people import Person, Role

LASTS = timedelta(hours=1)
"""For so long one look opens a recording, and for so long what a player fetches of it is the same look."""
SHORTEST = 10
"""Signs of a reason."""


class Seen(StrEnum):
    """The kind of thing that was opened."""

    RECORDING = "recording"
    ROLE_DOCUMENT = "role_document"


class Rule(StrEnum):
    """Why somebody may not look."""

    NO_REASON = "look_without_reason"


class Look(Identified, Base):
    """One look of one person in one role. `subject` is the recording or file; it may be erased by now."""

    __tablename__ = "look"

    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Dossier.id))
    seen: Mapped[Seen] = mapped_column(one_of(Seen))
    subject: Mapped[uuid.UUID]
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    role: Mapped[Role] = mapped_column(one_of(Role))
    reason: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]

    dossier: Mapped[Dossier] = relationship()
    person: Mapped[Person] = relationship()

    __table_args__ = (Index(None, "subject", "person_id", "at"), Index(None, "dossier_id", "at"))


def look_at(
    session: Session, what: Recording | RoleDocument, person: Person, role: Role, now: datetime, reason: str = ""
) -> Look:
    """Note that somebody looks. KSF's people need a reason to open a recording; a file is read to judge part 1.

    An assessor needs none for own work, and gives one when appointed to an objection.

    Raises Refused when there is no reason worth reading.
    """
    if isinstance(what, Recording) and (reason or role in WITH_REASON) and len(reason.strip()) < SHORTEST:
        raise Refused(Rule.NO_REASON, found=len(reason.strip()), needed=SHORTEST)
    if isinstance(what, Recording):
        seen, dossier_id = Seen.RECORDING, what.answer.sitting.dossier_id
    else:
        seen, dossier_id = Seen.ROLE_DOCUMENT, what.dossier_id
    look = Look(id=uuid.uuid4(), dossier_id=dossier_id, seen=seen, subject=what.id, person_id=person.id, role=role)
    look.reason, look.at = reason.strip(), now
    session.add(look)
    audit.record(session, now, person.id, f"{seen}_looked_at", what, role=role)
    return look


WITH_REASON = frozenset({Role.KSF_OFFICER, Role.EXAM_COMMITTEE, Role.AUDITOR})
"""Who opens one recording at a time, and says why."""


def going_on(session: Session, subject: uuid.UUID, person: Person, now: datetime) -> Look | None:
    """The look at this that this person began less than an hour ago."""
    found = select(Look).where(Look.subject == subject, Look.person_id == person.id, Look.at > now - LASTS)
    return session.scalars(found.order_by(Look.at.desc()).limit(1)).first()


def looks_at(session: Session, person: Person) -> Sequence[Look]:
    """Every look at what this candidate made, newest first; the own ones are left out."""
    theirs = select(Look).join(Look.dossier).where(Dossier.candidate_id == person.id, Look.person_id != person.id)
    return session.scalars(theirs.order_by(Look.at.desc(), Look.id)).all()

"""The portfolio of a candidate: documents per competency, handed in before the assessment. It proves nothing by itself.

The files are looked into and kept as role documents are, under a key of their assessment.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from storage.assessing.assessments import Assessment, AssessmentState
from storage.base import audit
from storage.base.database import Base, session_of
from storage.base.keys import KeyGone, key_store
from storage.base.objects import object_store
from storage.base.refusal import Refused
from storage.dossier import role_documents
from storage.dossier.dossiers import SealedDocument
from storage.people.people import Person

MOST = 10
"""Documents of one competency that stand at a time."""
OPEN = (AssessmentState.REQUESTED, AssessmentState.PLANNED)


class Rule(StrEnum):
    """Why a document is not taken or not taken away."""

    CLOSED = "portfolio_closed"
    FULL = "portfolio_full"
    GONE = "portfolio_document_gone"


class PortfolioDocument(SealedDocument, Base):
    """One document for one competency of the scheme."""

    __tablename__ = "portfolio_document"

    assessment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Assessment.id))
    competency: Mapped[str] = mapped_column(String(60))

    assessment: Mapped[Assessment] = relationship()

    __table_args__ = (CheckConstraint("size > 0", name="size"), Index(None, "assessment_id"))


def is_open(found: Assessment, now: datetime) -> bool:
    """True until the assessment begins."""
    return found.state in OPEN and (found.starts_at is None or now < found.starts_at)


def documents_of(found: Assessment) -> Sequence[PortfolioDocument]:
    """The documents that stand, in the order in which they came."""
    theirs = select(PortfolioDocument).where(
        PortfolioDocument.assessment_id == found.id, PortfolioDocument.removed_at.is_(None)
    )
    ordered = theirs.order_by(PortfolioDocument.created_at, PortfolioDocument.id)
    return session_of(found).scalars(ordered).all()


def put(found: Assessment, name: str, data: bytes, now: datetime) -> PortfolioDocument:
    """Encrypt the file and put it in the object store. The row is made but not added.

    Slow: call it outside of a transaction. Raises Refused as `role_documents.sniff` does.
    """
    return role_documents.seal(PortfolioDocument(), "portfolio-documents", found.id, name, data, now)


def attach(found: Assessment, competency: str, document: PortfolioDocument, now: datetime) -> None:
    """Add this document. Raises Refused once the assessment began, or when there are enough of this competency."""
    found.wait_for_others()
    require_open(found, now)
    there = sum(one.competency == competency for one in documents_of(found))
    if there >= MOST:
        raise Refused(Rule.FULL, found=there, needed=MOST)
    document.assessment_id, document.competency = found.id, competency
    session = session_of(found)
    session.add(document)
    audit.record(session, now, found.candidate_id, "portfolio_document_attached", found)


def remove(document: PortfolioDocument, now: datetime) -> None:
    """Take it out. Raises Refused once the assessment began."""
    require_open(document.assessment, now)
    document.removed_at = now
    audit.record(
        session_of(document), now, document.assessment.candidate_id, "portfolio_document_removed", document.assessment
    )


def require_open(found: Assessment, now: datetime) -> None:
    if not is_open(found, now):
        raise Refused(Rule.CLOSED)


def get(document: PortfolioDocument) -> bytes:
    """The file as it came. Raises Refused when its key was destroyed, Tampered when it is another file."""
    try:
        return role_documents.unseal(document, document.assessment_id)
    except KeyGone as error:
        raise Refused(Rule.GONE) from error


def look_at(session: Session, document: PortfolioDocument, person: Person, role: str, now: datetime) -> None:
    """Note that somebody opens it."""
    audit.record(session, now, person.id, "portfolio_document_looked_at", document, role=role)


def erase(session: Session, old: ColumnElement[bool]) -> int:
    """Destroy the keys of these assessments, and delete their documents; answers how many. Again is no error.

    `old` is about `Assessment`. What is in a backup of the store can be read no more from then on.
    """
    theirs = select(PortfolioDocument).join(PortfolioDocument.assessment).where(old)
    documents = list(session.scalars(theirs))
    key_store().destroy(*{one.assessment_id for one in documents})
    for one in documents:
        object_store().delete(one.key)
        session.delete(one)
    session.flush()
    return len(documents)

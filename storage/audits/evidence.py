"""Evidence with a finding: files of the auditor or the organisation, looked into and kept as role documents are."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from storage.audits.audits import OrganisationAudit
from storage.audits.findings import AuditFinding, FindingState
from storage.base import audit
from storage.base.database import Base, session_of
from storage.base.keys import KeyGone, key_store
from storage.base.objects import object_store
from storage.base.refusal import Refused
from storage.dossier import role_documents
from storage.dossier.dossiers import SealedDocument
from storage.people.people import Person

MOST = 10
"""Files with one finding."""


class Rule(StrEnum):
    """Why a file is not taken, or not there."""

    CLOSED = "evidence_finding_closed"
    FULL = "evidence_full"
    GONE = "evidence_gone"


class AuditEvidence(SealedDocument, Base):
    """One file with one finding, under a key of its audit."""

    __tablename__ = "audit_evidence"

    finding_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(AuditFinding.id))
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))

    finding: Mapped[AuditFinding] = relationship()
    by: Mapped[Person] = relationship()

    __table_args__ = (CheckConstraint("size > 0", name="size"), Index(None, "finding_id"))


def evidence_of(finding: AuditFinding) -> Sequence[AuditEvidence]:
    """The files with this finding, in the order in which they came."""
    theirs = select(AuditEvidence).where(AuditEvidence.finding_id == finding.id)
    return session_of(finding).scalars(theirs.order_by(AuditEvidence.created_at, AuditEvidence.id)).all()


def require_open(finding: AuditFinding) -> None:
    """Raise Refused for a finding that takes no more files."""
    if finding.state is FindingState.CLOSED:
        raise Refused(Rule.CLOSED)


def put(finding: AuditFinding, name: str, data: bytes, now: datetime) -> AuditEvidence:
    """Encrypt the file and put it in the object store. The row is made but not added.

    Slow: call it outside of a transaction. Raises Refused as `role_documents.sniff` does.
    """
    return role_documents.seal(AuditEvidence(), "audit-evidence", finding.audit_id, name, data, now)


def attach(finding: AuditFinding, document: AuditEvidence, actor: Person, now: datetime) -> None:
    """Add this file. Raises Refused when the finding is closed or has enough of them."""
    session = session_of(finding)
    session.flush()
    session.refresh(finding, ["state"], with_for_update=True)
    require_open(finding)
    if (there := len(evidence_of(finding))) >= MOST:
        raise Refused(Rule.FULL, found=there, needed=MOST)
    document.finding_id, document.by_id = finding.id, actor.id
    session.add(document)
    audit.record(session, now, actor.id, "audit_evidence_attached", finding)


def get(document: AuditEvidence) -> bytes:
    """The file as it came. Raises Refused when its key was destroyed, Tampered when it is another file."""
    try:
        return role_documents.unseal(document, document.finding.audit_id)
    except KeyGone as error:
        raise Refused(Rule.GONE) from error


def look_at(session: Session, document: AuditEvidence, reader: Person, now: datetime) -> None:
    """Note that somebody opens it."""
    audit.record(session, now, reader.id, "audit_evidence_looked_at", document)


def erase(session: Session, old: ColumnElement[bool]) -> dict[str, int]:
    """Destroy the keys of these audits and delete them with their findings and files; answers how many rows of each.

    `old` is about `OrganisationAudit`. Again is no error.
    """
    audits = list(session.scalars(select(OrganisationAudit).where(old)))
    theirs = [one.id for one in audits]
    findings = list(session.scalars(select(AuditFinding).where(AuditFinding.audit_id.in_(theirs))))
    within = AuditEvidence.finding_id.in_([one.id for one in findings])
    documents = list(session.scalars(select(AuditEvidence).where(within)))
    key_store().destroy(*{one.finding.audit_id for one in documents})
    for one in documents:
        object_store().delete(one.key)
    for rows in (documents, findings, audits):
        for row in rows:
            session.delete(row)
        session.flush()
    return {"audit_evidence": len(documents), "audit_finding": len(findings), "organisation_audit": len(audits)}

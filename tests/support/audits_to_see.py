"""Audits for the tests: one in each state, with findings and a file."""

import hashlib
import uuid
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from scenarios.audit_guidelines import Found
from storage.audits import audits, findings, packs, samples
from storage.audits.audits import OrganisationAudit
from storage.audits.evidence import AuditEvidence
from storage.audits.findings import AuditFinding
from storage.audits.packs import AuditPack
from storage.audits.samples import AuditSample
from storage.people.organisations import Organisation
from storage.people.people import Person

PLACE = "Proefstraat 1, Utrecht"


def planned(
    session: Session, organisation: Organisation, auditor: Person, officer: Person, now: datetime
) -> OrganisationAudit:
    """An audit in three weeks."""
    return audits.plan(session, organisation, now + timedelta(days=21), PLACE, auditor, officer, now)


def held(
    session: Session, organisation: Organisation, auditor: Person, officer: Person, now: datetime
) -> OrganisationAudit:
    """One that took place today, with everything in order but one point."""
    found = planned(session, organisation, auditor, officer, now)
    answers = {one.key: (Found.YES, "") for one in found.guidelines.points}
    answers["theory_quiet"] = (Found.NO, "De gang is te horen.")
    found.fill(answers, auditor, now)
    found.hold(now.date(), auditor, now)
    session.flush()
    return found


def finding(found: OrganisationAudit, owner: Person | None, now: datetime) -> AuditFinding:
    """A finding about the point that is not in order."""
    until = (now + timedelta(days=30)).date()
    text = "De ruimte voor de online toets is niet rustig genoeg."
    return findings.add(found, text, "theory_quiet", owner, until, found.auditor, now)


def reported(
    session: Session,
    organisation: Organisation,
    auditor: Person,
    officer: Person,
    now: datetime,
    owner: Person | None = None,
) -> AuditFinding:
    """A reported audit; answers its finding."""
    found = held(session, organisation, auditor, officer, now)
    made = finding(found, owner, now)
    found.report("De organisatie houdt de examens goed, op één punt na.", auditor, now)
    session.flush()
    return made


def file(session: Session, made: AuditFinding, by: Person, now: datetime) -> AuditEvidence:
    """The row of a file with a finding, without its object."""
    row = AuditEvidence(
        id=uuid.uuid4(),
        finding=made,
        by=by,
        name="foto.pdf",
        content_type="application/pdf",
        size=5,
        sha256=hashlib.sha256(b"bytes").hexdigest(),
        key=f"audit-evidence/{uuid.uuid4()}.enc",
        cipher_size=60,
        cipher_sha256="0" * 64,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def sample(session: Session, auditor: Person, now: datetime) -> AuditSample:
    """One exam by chance and one by risk, of those that were finished this year."""
    return samples.draw_sample(session, None, (now - timedelta(hours=1)).year, 1, 1, "een seed", auditor, now)


def pack(session: Session, organisation: Organisation, auditor: Person, now: datetime) -> AuditPack:
    """The row of a pack that was made, whose key is no more."""
    row = packs.ask(session, organisation, now.year, [], False, "", auditor, now)
    row.made_at, row.size, row.sha256, row.files = now, 1000, "0" * 64, 8
    row.key, row.key_id = f"audit-packs/{row.id}.enc", "did:web:voorbeeld.example#key"
    session.flush()
    return row

"""Who hears of an audit: the auditor and the beheerders, beforehand, when it moves, and of the report."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from storage.audits.audits import OrganisationAudit
from storage.audits.findings import AuditFinding
from storage.base.database import session_of
from storage.people.people import Person
from webapp.access.audits import told_of
from webapp.mail.notify import notify
from webapp.planning import calendar_file

ABOUT = timedelta(hours=3)
"""How long an audit takes up in an agenda."""


def notify_planned(found: OrganisationAudit, former: Person | None, now: datetime) -> None:
    """When, where and by whom; `former` does not hold it any more."""
    session = session_of(found)
    if former is not None and former.id != found.auditor_id:
        notify(session, former, "audit_off", now, calendar=_file(found, former, now, True), audit=found)
    for person in _concerned(found, now):
        notify(session, person, "audit_planned", now, calendar=_file(found, person, now), audit=found)


def notify_off(found: OrganisationAudit, now: datetime) -> None:
    """It does not take place."""
    for person in _concerned(found, now):
        file = _file(found, person, now, True)
        notify(session_of(found), person, "audit_off", now, calendar=file, audit=found)


def notify_reported(found: OrganisationAudit, findings: Sequence[AuditFinding], now: datetime) -> None:
    """The report is there, and what has to be mended."""
    for person in told_of(found.organisation, now):
        notify(session_of(found), person, "audit_reported", now, audit=found, findings=len(findings))


def notify_sent_back(finding: AuditFinding, now: datetime) -> None:
    """A finding is open again, with the reason and another day."""
    for person in told_of(finding.audit.organisation, now):
        notify(session_of(finding), person, "audit_finding_back", now, finding=finding)


def _concerned(found: OrganisationAudit, now: datetime) -> list[Person]:
    return [found.auditor, *told_of(found.organisation, now)]


def _file(found: OrganisationAudit, person: Person, now: datetime, cancelled: bool = False) -> str:
    lasts = (found.starts_at, found.starts_at + ABOUT)
    title = f"Audit van {found.organisation.name}"
    text = f"Jaarlijkse audit van KSF, door {found.auditor.name}."
    return calendar_file.event(found.id, person, lasts, title, text, now, cancelled, found.place)

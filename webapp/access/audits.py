"""Which audits, findings and files the one who asks may see. Like `access`: what is not yours does not exist."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from flask import abort, request
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from scenarios.audit_guidelines import newest
from storage.audits import audits as rows
from storage.audits import findings as finding_rows
from storage.audits.audits import AUDITING, AuditState, OrganisationAudit
from storage.audits.evidence import AuditEvidence
from storage.audits.findings import AuditFinding, FindingState
from storage.people import staff
from storage.people.organisations import Organisation
from storage.people.people import Person, Role, holders
from webapp.access import me
from webapp.access.people import my_organisation_ids
from webapp.context import g
from webapp.dutch.formats import day_of

Found = TypeVar("Found")

OF_FINDING = (
    joinedload(AuditFinding.owner),
    joinedload(AuditFinding.audit).options(
        joinedload(OrganisationAudit.organisation), joinedload(OrganisationAudit.auditor)
    ),
)
OF_AUDIT = (joinedload(OrganisationAudit.organisation), joinedload(OrganisationAudit.auditor))


def lists() -> dict[str, Select[Organisation]]:
    """Organisations by how they stand with their audit: late, soon, with one on the way, all; by name."""
    today, guidelines = day_of(g.now), newest()
    soon = today.fromordinal(today.toordinal() + guidelines.soon_days + 1)
    by_name = select(Organisation).order_by(func.lower(Organisation.name), Organisation.id)
    going = select(OrganisationAudit.organisation_id).where(OrganisationAudit.state.in_(rows.LIVE))
    late = rows.due_before(today, guidelines)
    return {
        "te-laat": by_name.where(late),
        "binnenkort": by_name.where(rows.due_before(soon, guidelines), ~late),
        "gepland": by_name.where(Organisation.id.in_(going)),
        "alles": by_name,
    }


def overdue() -> Select[Organisation]:
    """Organisations that should have been audited by now."""
    return rows.overdue(g.now)


def organisation(organisation_id: uuid.UUID) -> Organisation:
    """Any organisation, for who plans or holds audits."""
    return g.db.get(Organisation, organisation_id) or abort(404)


def audit(audit_id: uuid.UUID) -> OrganisationAudit:
    """Any audit, for an officer or auditor; whoever is about to change it waits for others."""
    query = select(OrganisationAudit).where(OrganisationAudit.id == audit_id)
    return _one(query.with_for_update(of=OrganisationAudit) if request.method == "POST" else query.options(*OF_AUDIT))


def reported(audit_id: uuid.UUID) -> OrganisationAudit:
    """An audit of which there is a report."""
    found = audit(audit_id)
    return found if found.state is AuditState.REPORTED else abort(404)


def my_audit(audit_id: uuid.UUID) -> OrganisationAudit:
    """An audit that the one who asks holds: nobody else writes in it."""
    found = audit(audit_id)
    return found if found.auditor_id == me().id else abort(404)


def mine_to_hold() -> Select[OrganisationAudit]:
    """The own audits whose moment has come."""
    return rows.to_hold(me(), g.now)


def finding_lists() -> dict[str, Select[AuditFinding]]:
    """Findings of reported audits: late, answered, open, closed."""
    told, state = finding_rows.told(), AuditFinding.state
    return {
        "te-laat": finding_rows.overdue_findings(g.now),
        "beantwoord": finding_rows.answered(),
        "open": told.where(state == FindingState.OPEN),
        "gesloten": told.where(state == FindingState.CLOSED),
    }


def answered_to_me() -> Select[AuditFinding]:
    """Follow-ups that wait for the auditor who asks."""
    return finding_rows.answered().where(OrganisationAudit.auditor_id == me().id)


def finding(finding_id: uuid.UUID) -> AuditFinding:
    """Any finding, for an officer or auditor."""
    query = select(AuditFinding).where(AuditFinding.id == finding_id)
    return _one(query.with_for_update(of=AuditFinding) if request.method == "POST" else query.options(*OF_FINDING))


def finding_to_change(finding_id: uuid.UUID) -> AuditFinding:
    """A finding of an own audit, or any one for KSF's office: an auditor changes only own findings."""
    found = finding(finding_id)
    return found if may_change(found) else abort(404)


def may_change(found: AuditFinding) -> bool:
    return found.audit.auditor_id == me().id or Role.KSF_OFFICER in me().roles(g.now)


def evidence(document_id: uuid.UUID) -> AuditEvidence:
    """A file with any finding, for an officer or auditor."""
    return _one(select(AuditEvidence).where(AuditEvidence.id == document_id))


def auditors() -> list[Person]:
    """Who may hold an audit, by name."""
    found = {one.id: one for role in AUDITING for one in staff.holders(g.db, role, g.now)}
    return sorted(found.values(), key=lambda one: (one.name.lower(), one.id))


def owners(home: Organisation) -> list[Person]:
    """Who of this organisation may mend something, by name."""
    there = [
        *holders(g.db, Role.ORGANISATION_ADMIN, home, g.now),
        *holders(g.db, Role.MANAGER, home, g.now),
    ]
    return sorted({one.id: one for one in there}.values(), key=lambda one: (one.name.lower(), one.id))


def audits_of_my_organisations() -> Select[OrganisationAudit]:
    """The audits of the beheerder's organisations that take place or took place, the newest first."""
    mine = OrganisationAudit.organisation_id.in_(my_organisation_ids())
    there = select(OrganisationAudit).where(mine, OrganisationAudit.state != AuditState.CANCELLED)
    return there.order_by(OrganisationAudit.starts_at.desc(), OrganisationAudit.id)


def my_findings() -> Select[AuditFinding]:
    """What was found at the beheerder's organisations and reported."""
    return finding_rows.told().where(OrganisationAudit.organisation_id.in_(my_organisation_ids()))


def my_findings_to_mend(late: bool) -> Select[AuditFinding]:
    """Those that wait for the organisation, past their day or not."""
    past = AuditFinding.until < day_of(g.now)
    return my_findings().where(AuditFinding.state == FindingState.OPEN, past if late else ~past)


def my_finding(finding_id: uuid.UUID) -> AuditFinding:
    """One of them."""
    query = my_findings().where(AuditFinding.id == finding_id)
    return _one(query.with_for_update(of=AuditFinding) if request.method == "POST" else query.options(*OF_FINDING))


def my_report(audit_id: uuid.UUID) -> OrganisationAudit:
    """A reported audit of a beheerder's organisation."""
    reported = audits_of_my_organisations().where(OrganisationAudit.state == AuditState.REPORTED)
    return _one(reported.where(OrganisationAudit.id == audit_id))


def my_evidence(document_id: uuid.UUID) -> AuditEvidence:
    """A file with a finding of a beheerder's organisation."""
    theirs = my_findings().with_only_columns(AuditFinding.id).order_by(None)
    return _one(select(AuditEvidence).where(AuditEvidence.id == document_id, AuditEvidence.finding_id.in_(theirs)))


def told_of(home: Organisation, now: datetime) -> Sequence[Person]:
    """Who of this organisation hears of its audits."""
    return holders(g.db, Role.ORGANISATION_ADMIN, home, now)


def _one(query: Select[Found]) -> Found:
    return g.db.scalars(query).first() or abort(404)

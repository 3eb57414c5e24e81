"""What a beheerder sees of audits: when the own one is, what was found, and what was done about it."""

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from scenarios.audit_guidelines import newest
from storage.audits import audits as rows
from storage.audits import evidence
from storage.audits.findings import AuditFinding
from storage.base.present import present
from storage.people.people import Role
from webapp import access, uploads
from webapp.access import audits as access_audit
from webapp.access.people import my_organisations
from webapp.audits.findings import download, take_file
from webapp.audits.forms import FollowUpForm
from webapp.audits.office import report
from webapp.context import g
from webapp.dutch.formats import day_of
from webapp.paging import page_of
from webapp.uploads import Upload

pages = Blueprint("own_audits", __name__, url_prefix="/organisatie/audits")


@pages.get("")
@access.roles(Role.ORGANISATION_ADMIN)
def home() -> ResponseReturnValue:
    """When the next audit is due, the audits, and the findings that are open."""
    own = my_organisations()
    ids = [one.id for one in own]
    held, going, guidelines = rows.last_held(g.db, ids), rows.live_audits(g.db, ids), newest()
    due = [(one, guidelines.due(rows.joined_on(one), held.get(one.id)), going.get(one.id)) for one in own]
    audits = page_of(access_audit.audits_of_my_organisations(), *access_audit.OF_AUDIT)
    findings = g.db.scalars(access_audit.my_findings().options(*access_audit.OF_FINDING).limit(50)).all()
    values: dict[str, Any] = {"due": due, "findings": findings, "guidelines": guidelines, "today": day_of(g.now)}
    return render_template("audits/own.html", page=audits, **values)


@pages.route("/bevindingen/<uuid:finding_id>", methods=["GET", "POST"])
@access.roles(Role.ORGANISATION_ADMIN)
def finding(finding_id: uuid.UUID) -> ResponseReturnValue:
    """One finding; say what was done about it."""
    found, form = access_audit.my_finding(finding_id), FollowUpForm()
    if form.validate_on_submit():
        found.answer(present(form.follow_up.data), access.me(), g.now)
        flash("Uw antwoord is bewaard. De auditor kijkt ernaar.", "ok")
        return redirect(url_for("own_audits.finding", finding_id=found.id))
    return _page(found, form), 422 if form.errors else 200


@pages.post("/bevindingen/<uuid:finding_id>/bewijs")
@access.roles(Role.ORGANISATION_ADMIN)
@uploads.a_day(Upload.AUDIT_EVIDENCE)
def attach(finding_id: uuid.UUID) -> ResponseReturnValue:
    """Take a PDF or Word document of at most 10 MB."""
    take_file(access_audit.my_finding(finding_id))
    return redirect(url_for("own_audits.finding", finding_id=finding_id, _anchor="bewijs"))


@pages.get("/bewijs/<uuid:document_id>")
@access.roles(Role.ORGANISATION_ADMIN)
def file(document_id: uuid.UUID) -> ResponseReturnValue:
    """A file with an own finding."""
    return download(access_audit.my_evidence(document_id))


@pages.get("/<uuid:audit_id>/verslag.pdf")
@access.roles(Role.ORGANISATION_ADMIN)
def report_file(audit_id: uuid.UUID) -> ResponseReturnValue:
    """The report of an own audit."""
    return report(access_audit.my_report(audit_id))


def _page(found: AuditFinding, form: FollowUpForm) -> str:
    documents = evidence.evidence_of(found)
    return render_template("audits/own_finding.html", found=found, form=form, documents=documents, today=day_of(g.now))

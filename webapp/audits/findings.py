"""Findings at the office and with the auditor: which are late, what was done about one, with the evidence."""

import uuid
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scenarios.audit_guidelines import newest
from storage.audits import evidence
from storage.audits.evidence import AuditEvidence
from storage.audits.findings import AuditFinding
from storage.base.database import session_scope
from storage.base.present import present
from storage.base.refusal import Refused
from storage.dossier.role_documents import LARGEST
from storage.dossier.role_documents import Rule as FileRule
from storage.people.people import Person
from webapp import access, uploads
from webapp.access import audits as access_audit
from webapp.audits import mails
from webapp.audits.forms import BackForm, CloseForm
from webapp.audits.office import READING
from webapp.context import g
from webapp.dutch.formats import day_of
from webapp.forms import Form
from webapp.paging import page_of
from webapp.uploads import Upload

pages = Blueprint("audit_findings", __name__, url_prefix="/audits/bevindingen")


@pages.get("")
@access.roles(*READING)
def home() -> ResponseReturnValue:
    """The findings that are late, answered, open or closed."""
    lists = access_audit.finding_lists()
    shown = request.args.get("toon", "")
    shown = shown if shown in lists else "te-laat"
    page = page_of(lists[shown], *access_audit.OF_FINDING)
    return render_template("audits/findings.html", page=page, shown=shown, today=day_of(g.now))


@pages.get("/<uuid:finding_id>")
@access.roles(*READING)
def one(finding_id: uuid.UUID) -> ResponseReturnValue:
    """One finding, what was done, and the evidence."""
    return _page(access_audit.finding(finding_id))


@pages.post("/<uuid:finding_id>/sluiten")
@access.roles(*READING)
def close(finding_id: uuid.UUID) -> ResponseReturnValue:
    """It is mended, or no longer matters."""
    found, form = access_audit.finding_to_change(finding_id), CloseForm()
    if not form.validate_on_submit():
        return _page(found, close=form), 422
    found.close(form.note.data or "", access.me(), g.now)
    flash("De bevinding is gesloten.", "ok")
    return redirect(url_for("audit_findings.one", finding_id=found.id))


@pages.post("/<uuid:finding_id>/terug")
@access.roles(*READING)
def send_back(finding_id: uuid.UUID) -> ResponseReturnValue:
    """What was done is not enough, or it was closed by mistake."""
    found, form = access_audit.finding_to_change(finding_id), BackForm()
    if not form.validate_on_submit():
        return _page(found, back=form), 422
    found.send_back(present(form.remark.data), present(form.until.data), access.me(), g.now)
    mails.notify_sent_back(found, g.now)
    flash("De bevinding staat weer open. De organisatie krijgt bericht.", "ok")
    return redirect(url_for("audit_findings.one", finding_id=found.id))


@pages.post("/<uuid:finding_id>/bewijs")
@access.roles(*READING)
@uploads.a_day(Upload.AUDIT_EVIDENCE)
def attach(finding_id: uuid.UUID) -> ResponseReturnValue:
    """Take a PDF or Word document of at most 10 MB."""
    found = access_audit.finding_to_change(finding_id)
    take_file(found)
    return redirect(url_for("audit_findings.one", finding_id=finding_id, _anchor="bewijs"))


@pages.get("/bewijs/<uuid:document_id>")
@access.roles(*READING)
def file(document_id: uuid.UUID) -> ResponseReturnValue:
    """A file; that it was opened is noted."""
    return download(access_audit.evidence(document_id))


def take_file(found: AuditFinding) -> None:
    """Keep the file that was sent with this finding. Raises Refused for one that is not taken."""
    evidence.require_open(found)
    sent = request.files.get("document")
    if sent is None or not sent.filename:
        raise Refused(FileRule.EMPTY)
    data, name, finding_id = sent.stream.read(LARGEST + 1), sent.filename, found.id
    # Encrypting and sending takes a while; nobody should wait for this request meanwhile.
    g.db.commit()
    document = evidence.put(found, name, data, g.now)
    evidence.attach(g.db.get_one(AuditFinding, finding_id), document, access.me(), g.now)
    flash("Het bestand is bewaard.", "ok")


def download(found: AuditEvidence) -> Response:
    """The file; what somebody uploaded must not run under our address. That it is opened is noted."""
    person = access.me().id
    with session_scope() as session:
        theirs = session.get_one(AuditEvidence, found.id)
        evidence.look_at(session, theirs, session.get_one(Person, person), g.now)
    response = Response(evidence.get(found), content_type=found.content_type)
    response.headers.set("Content-Disposition", "attachment", filename=found.name)
    return response


def _page(found: AuditFinding, **forms: Any) -> str:
    given: dict[str, Form] = {}
    if access_audit.may_change(found):
        until = day_of(g.now) + timedelta(days=newest().finding_days)
        given = {"close": CloseForm(formdata=None), "back": BackForm(formdata=None, data={"until": until})}
    return render_template(
        "audits/finding.html",
        found=found,
        documents=evidence.evidence_of(found),
        today=day_of(g.now),
        **{**given, **forms},
    )

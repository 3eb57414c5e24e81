"""What the auditor of an audit does with it: fill in the checklist, note findings, say when it was held, report."""

import uuid

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from storage.audits import findings as rows
from storage.base.present import present
from webapp import access
from webapp.access import audits as access_audit
from webapp.audits import mails
from webapp.audits.forms import ChecklistForm, ConclusionForm, FindingForm, HeldForm
from webapp.audits.office import READING, show
from webapp.context import g

pages = Blueprint("audit_holding", __name__, url_prefix="/audits/<uuid:audit_id>")


@pages.post("/checklist")
@access.roles(*READING)
def fill(audit_id: uuid.UUID) -> ResponseReturnValue:
    """Keep the checklist as far as it is."""
    found = access_audit.my_audit(audit_id)
    form = ChecklistForm.of(found)
    if not form.validate_on_submit():
        return show(found, checklist=form), 422
    found.fill(form.answers, access.me(), g.now)
    missing = len(found.missing())
    flash(f"De checklist is bewaard. Nog {missing} te doen." if missing else "De checklist is compleet.", "ok")
    return redirect(url_for("audits.one", audit_id=found.id, _anchor="checklist"))


@pages.post("/gehouden")
@access.roles(*READING)
def hold(audit_id: uuid.UUID) -> ResponseReturnValue:
    """It took place."""
    found, form = access_audit.my_audit(audit_id), HeldForm()
    if not form.validate_on_submit():
        return show(found, held=form), 422
    found.hold(present(form.on.data), access.me(), g.now)
    flash("De audit is gehouden. Maak nu het verslag.", "ok")
    return redirect(url_for("audits.one", audit_id=found.id))


@pages.post("/bevindingen")
@access.roles(*READING)
def add(audit_id: uuid.UUID) -> ResponseReturnValue:
    """A new finding."""
    found = access_audit.my_audit(audit_id)
    form = FindingForm.of(found, request.form)
    if not form.validate_on_submit():
        return show(found, finding=form), 422
    people = {str(one.id): one for one in access_audit.owners(found.organisation)}
    owner = people.get(form.owner.data or "")
    text, until = present(form.text.data), present(form.until.data)
    rows.add(found, text, form.point.data or "", owner, until, access.me(), g.now)
    flash("De bevinding is bewaard. De organisatie leest die in het verslag.", "ok")
    return redirect(url_for("audits.one", audit_id=found.id, _anchor="bevindingen"))


@pages.post("/verslag")
@access.roles(*READING)
def report(audit_id: uuid.UUID) -> ResponseReturnValue:
    """Close it; the organisation is told."""
    found, form = access_audit.my_audit(audit_id), ConclusionForm()
    if not form.validate_on_submit():
        return show(found, conclusion=form), 422
    found.report(present(form.conclusion.data), access.me(), g.now)
    mails.notify_reported(found, rows.of_audit(found), g.now)
    flash("Het verslag is klaar. De organisatie krijgt bericht.", "ok")
    return redirect(url_for("audits.one", audit_id=found.id))

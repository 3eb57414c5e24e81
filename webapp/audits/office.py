"""Audits at the office: which are due, when each is held and by whom, and one audit with all that was found."""

import uuid
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import DataRequired, InputRequired, Length

from scenarios.audit_guidelines import newest
from storage.audits import audits as rows
from storage.audits import findings as finding_rows
from storage.audits.audits import AuditState, OrganisationAudit
from storage.base.present import present
from storage.people.organisations import Organisation
from storage.people.people import Role
from webapp import access
from webapp.access import audits as access_audit
from webapp.access.cases import named
from webapp.audits import mails, report_pdf
from webapp.audits.forms import ChecklistForm, ConclusionForm, FindingForm, HeldForm, ReasonForm
from webapp.certificates import pdf
from webapp.context import g
from webapp.dutch import formats
from webapp.forms import Form, choices
from webapp.paging import matching, page_of, search

pages = Blueprint("audits", __name__, url_prefix="/audits")

READING = (Role.KSF_OFFICER, Role.AUDITOR)


class PlanForm(Form):
    """When, where and by whom."""

    day = DateField("Dag", [InputRequired("Kies een dag.")])
    at = TimeField("Begin", [InputRequired("Vul een tijd in.")])
    place = StringField("Waar?", [DataRequired("Schrijf waar het is."), Length(max=200)])
    auditor = SelectField("Wie houdt de audit?", [InputRequired("Kies iemand.")])

    @property
    def starts_at(self) -> datetime:
        return datetime.combine(present(self.day.data), present(self.at.data), formats.AMSTERDAM)


class MoveForm(PlanForm):
    why = TextAreaField("Waarom verandert de afspraak?", [DataRequired("Schrijf waarom."), Length(max=2000)])


@pages.get("")
@access.roles(*READING)
def home() -> ResponseReturnValue:
    """Organisations by how they stand with their yearly audit; those that are late are shown first."""
    lists = access_audit.lists()
    shown = request.args.get("toon", "")
    shown = shown if shown in lists else "te-laat"
    words = search()
    page = page_of(lists[shown].where(matching(words, Organisation.name)))
    ids = [one.id for one in page.rows]
    held, going = rows.last_held(g.db, ids), rows.live_audits(g.db, ids)
    lines = [_line(one, held.get(one.id), going.get(one.id)) for one in page.rows]
    return render_template("audits/home.html", page=page, lines=lines, shown=shown, words=words)


@pages.get("/organisaties/<uuid:organisation_id>")
@access.roles(*READING)
def organisation(organisation_id: uuid.UUID) -> ResponseReturnValue:
    """The audits of one organisation; an officer plans the next one here."""
    return _organisation(access_audit.organisation(organisation_id), _plan_form(PlanForm(formdata=None))[0])


@pages.post("/organisaties/<uuid:organisation_id>")
@access.roles(Role.KSF_OFFICER)
def plan(organisation_id: uuid.UUID) -> ResponseReturnValue:
    """Plan an audit of this organisation."""
    found = access_audit.organisation(organisation_id)
    form, people = _plan_form(PlanForm())
    if not form.validate_on_submit():
        return _organisation(found, form), 422
    auditor = people[form.auditor.data]
    made = rows.plan(g.db, found, form.starts_at, present(form.place.data), auditor, access.me(), g.now)
    mails.notify_planned(made, None, g.now)
    flash("De audit is gepland. De organisatie en de auditor krijgen bericht.", "ok")
    return redirect(url_for("audits.one", audit_id=made.id))


@pages.get("/<uuid:audit_id>")
@access.roles(*READING)
def one(audit_id: uuid.UUID) -> ResponseReturnValue:
    """One audit."""
    return show(access_audit.audit(audit_id))


@pages.post("/<uuid:audit_id>/verplaatsen")
@access.roles(Role.KSF_OFFICER)
def move(audit_id: uuid.UUID) -> ResponseReturnValue:
    """Another moment, place or auditor."""
    found = access_audit.audit(audit_id)
    form, people = _plan_form(MoveForm())
    if not form.validate_on_submit():
        return show(found, move=form), 422
    former = found.auditor
    found.move(
        form.starts_at,
        present(form.place.data),
        people[form.auditor.data],
        present(form.why.data),
        access.me(),
        g.now,
    )
    mails.notify_planned(found, former, g.now)
    flash("De afspraak is veranderd. Iedereen krijgt bericht.", "ok")
    return redirect(url_for("audits.one", audit_id=found.id))


@pages.post("/<uuid:audit_id>/afzeggen")
@access.roles(Role.KSF_OFFICER)
def cancel(audit_id: uuid.UUID) -> ResponseReturnValue:
    """It does not take place."""
    found, form = access_audit.audit(audit_id), ReasonForm()
    if not form.validate_on_submit():
        return show(found, cancel=form), 422
    planned = found.state is AuditState.PLANNED
    found.cancel(present(form.reason.data), access.me(), g.now)
    if planned:
        mails.notify_off(found, g.now)
    flash("De audit gaat niet door. De organisatie staat weer op de lijst.", "ok")
    return redirect(url_for("audits.organisation", organisation_id=found.organisation_id))


@pages.get("/<uuid:audit_id>/verslag.pdf")
@access.roles(*READING)
def file(audit_id: uuid.UUID) -> ResponseReturnValue:
    """The report."""
    return report(access_audit.reported(audit_id))


def report(found: OrganisationAudit) -> Response:
    """The report of this audit as PDF."""
    return pdf.answer(report_pdf.made(found), f"audit-{found.held_on}.pdf")


def show(found: OrganisationAudit, **forms: Any) -> str:
    """The page of this audit; `forms` are those that were sent and not taken."""
    mine = found.auditor_id == access.me().id and found.live
    officer = Role.KSF_OFFICER in access.me().roles(g.now)
    given: dict[str, Any] = {}
    if officer and found.state is AuditState.PLANNED:
        at = found.starts_at.astimezone(formats.AMSTERDAM)
        filled = {"day": at.date(), "at": at.time(), "place": found.place, "auditor": str(found.auditor_id)}
        given["move"] = _plan_form(MoveForm(formdata=None, data=filled))[0]
    if officer and found.live:
        given["cancel"] = ReasonForm(formdata=None)
    if mine:
        given["checklist"] = ChecklistForm.of(found, formdata=None)
        given["finding"] = FindingForm.of(found, None)
        given["held"] = HeldForm(formdata=None, data={"on": formats.day_of(g.now)})
        given["conclusion"] = ConclusionForm(formdata=None, data={"conclusion": found.conclusion})
    return render_template(
        "audits/one.html",
        found=found,
        mine=mine,
        findings=finding_rows.of_audit(found),
        today=formats.day_of(g.now),
        **{**given, **forms},
    )


def _organisation(found: Organisation, form: PlanForm) -> str:
    plans = Role.KSF_OFFICER in access.me().roles(g.now)
    line = _line(found, rows.last_held(g.db, [found.id]).get(found.id), rows.live_of(g.db, found.id))
    audits = rows.audits_of(g.db, found.id)
    packs = Role.AUDITOR in access.me().roles(g.now) and named()
    values = {"form": form if plans else None, "packs": packs}
    return render_template("audits/organisation.html", line=line, rows=audits, **values)


def _line(found: Organisation, held: Any, going: OrganisationAudit | None) -> dict[str, Any]:
    """How this organisation stands with its audit."""
    guidelines = newest()
    due = guidelines.due(rows.joined_on(found), held)
    standing = guidelines.standing(due, formats.day_of(g.now))
    return {"organisation": found, "held": held, "due": due, "standing": standing, "going": going}


def _plan_form(form: PlanForm) -> tuple[PlanForm, dict[str, Any]]:
    people = {str(one.id): one for one in access_audit.auditors()}
    form.auditor.choices = choices([("", "Kies iemand"), *((key, one.name) for key, one in people.items())])
    return form, people

"""Assessments at the office and the exam committee: planning, a third assessor, signing, releasing, sending back."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import DataRequired, InputRequired, Length

from storage.assessing import results
from storage.assessing.assessments import Assessment, AssessmentState
from storage.base.present import present
from storage.judging.conflicts import assessors
from storage.people.people import Person, Role
from webapp import access
from webapp.access import assessments as access_assessment
from webapp.assessing import mails, showing
from webapp.certificates import mails as certificate_mails
from webapp.context import g
from webapp.dutch import formats
from webapp.forms import Form, choices
from webapp.paging import page_of

pages = Blueprint("assessment_office", __name__, url_prefix="/assessments")


class PlanForm(Form):
    """When, where, and one assessor for each slot of the scheme."""

    day = DateField("Dag", [InputRequired("Kies een dag.")])
    at = TimeField("Begin", [InputRequired("Vul een tijd in.")])
    place = StringField("Waar?", [DataRequired("Schrijf waar het is."), Length(max=200)])


class ThirdForm(Form):
    third = SelectField("Wie is de derde assessor?", [InputRequired("Kies een assessor.")])


class ReasonForm(Form):
    reason = TextAreaField("Waarom?", [DataRequired("Schrijf waarom."), Length(max=2000)])


@pages.get("")
@access.roles(Role.KSF_OFFICER, Role.EXAM_COMMITTEE)
def home() -> ResponseReturnValue:
    """The assessments that wait for something, those that are planned, or all of them."""
    lists = access_assessment.lists()
    usual = "gevraagd" if Role.KSF_OFFICER in access.me().roles(g.now) else "tekenen"
    shown = request.args.get("toon", usual)
    shown = shown if shown in lists else usual
    page = page_of(lists[shown], *access_assessment.OF_ASSESSMENT)
    return render_template("assessing/office.html", page=page, shown=shown)


@pages.get("/<uuid:assessment_id>")
@access.roles(Role.KSF_OFFICER, Role.EXAM_COMMITTEE)
def one(assessment_id: uuid.UUID) -> ResponseReturnValue:
    """One assessment: what the assessors found, side by side, and what may be done now."""
    return _page(access_assessment.for_office(assessment_id))


@pages.post("/<uuid:assessment_id>/plannen")
@access.roles(Role.KSF_OFFICER)
def plan(assessment_id: uuid.UUID) -> ResponseReturnValue:
    """Say when, where and by whom; everybody who is concerned is told."""
    found = access_assessment.for_office(assessment_id)
    form, people, _ = _plan_form(found, filled=False)
    if not form.validate_on_submit():
        return _page(found, plan=form), 422
    starts_at = datetime.combine(present(form.day.data), present(form.at.data), formats.AMSTERDAM)
    was = (found.starts_at, found.place) if found.state is AssessmentState.PLANNED else None
    chosen = [people[form[f"assessor_{slot}"].data] for slot in range(1, found.slots + 1)]
    before = [one.assessor for one in found.sheets]
    named = found.plan(chosen, starts_at, present(form.place.data), access.me(), g.now)
    moved = was != (found.starts_at, found.place)
    mails.notify_planned(found, named, [one for one in before if one not in chosen], moved, g.now)
    flash("Gepland. De kandidaat, de assessoren en de beheerder krijgen bericht.", "ok")
    return redirect(_back(found))


@pages.post("/<uuid:assessment_id>/derde")
@access.roles(Role.KSF_OFFICER)
def third(assessment_id: uuid.UUID) -> ResponseReturnValue:
    """Name the assessor who decides where the others differ."""
    found = access_assessment.for_office(assessment_id)
    form, people = _third_form(found)
    if not form.validate_on_submit():
        return _page(found, third=form), 422
    chosen = people[form.third.data]
    found.name_third(chosen, access.me(), g.now)
    mails.notify_named(found, chosen, g.now)
    flash(f"{chosen.name} is de derde assessor en krijgt bericht.", "ok")
    return redirect(_back(found))


@pages.post("/<uuid:assessment_id>/afwijzen")
@access.roles(Role.KSF_OFFICER)
def decline(assessment_id: uuid.UUID) -> ResponseReturnValue:
    """Say no to what was asked."""
    found, form = access_assessment.for_office(assessment_id), ReasonForm()
    if not form.validate_on_submit():
        return _page(found, reason=form), 422
    found.decline(present(form.reason.data), access.me(), g.now)
    mails.notify_organisation(found, g.now)
    flash("Uw antwoord is verstuurd.", "ok")
    return redirect(_back(found))


@pages.post("/<uuid:assessment_id>/afzeggen")
@access.roles(Role.KSF_OFFICER)
def cancel(assessment_id: uuid.UUID) -> ResponseReturnValue:
    """Take back what was planned; everybody who would come is told."""
    found, form = access_assessment.for_office(assessment_id), ReasonForm()
    if not form.validate_on_submit():
        return _page(found, reason=form), 422
    found.cancel(present(form.reason.data), access.me(), g.now)
    mails.notify_off(found, g.now)
    mails.notify_organisation(found, g.now)
    flash("Afgezegd. De kandidaat, de assessoren en de beheerder krijgen bericht.", "ok")
    return redirect(_back(found))


@pages.post("/<uuid:assessment_id>/tekenen")
@access.roles(Role.EXAM_COMMITTEE)
def endorse(assessment_id: uuid.UUID) -> ResponseReturnValue:
    """The exam committee signs."""
    found = access_assessment.for_office(assessment_id)
    results.endorse(found, access.me(), g.now)
    flash("Getekend. Het bureau geeft de uitslag vrij.", "ok")
    return redirect(_back(found))


@pages.post("/<uuid:assessment_id>/vrijgeven")
@access.roles(Role.KSF_OFFICER)
def release(assessment_id: uuid.UUID) -> ResponseReturnValue:
    """Make it known to the candidate; when it is positive the certificate follows at once."""
    found = access_assessment.for_office(assessment_id)
    certificate = results.release(found, access.me(), g.now)
    mails.notify_result(found, g.now)
    if certificate is not None:
        certificate_mails.tell(certificate, g.now)
    flash("Vrijgegeven. De kandidaat krijgt bericht" + (", en het certificaat." if certificate else "."), "ok")
    return redirect(_back(found))


@pages.post("/<uuid:assessment_id>/terugsturen")
@access.roles(Role.KSF_OFFICER, Role.EXAM_COMMITTEE)
def send_back(assessment_id: uuid.UUID) -> ResponseReturnValue:
    """The assessors look at it again, and sign anew."""
    found, form = access_assessment.for_office(assessment_id), ReasonForm()
    if not form.validate_on_submit():
        return _page(found, reason=form), 422
    results.send_back(found, present(form.reason.data), access.me(), g.now)
    mails.notify_sent_back(found, g.now)
    flash("Teruggestuurd. De assessoren krijgen bericht.", "ok")
    return redirect(_back(found))


def _back(found: Assessment) -> str:
    return url_for("assessment_office.one", assessment_id=found.id)


def _able(found: Assessment, besides: Sequence[uuid.UUID] = ()) -> tuple[dict[str, Person], dict[Person, Any]]:
    """Who may judge this candidate, by id, and who may not, with the reasons."""
    people = [one for one in assessors(g.db, g.now) if one.id not in besides and one.id != found.candidate_id]
    tied = found.conflicts(people, g.now)
    able = {str(one.id): one for one in people if one.id not in tied}
    return able, {one: tied[one.id] for one in people if one.id in tied}


def _plan_form(found: Assessment, filled: bool = True) -> tuple[PlanForm, dict[str, Person], dict[Person, Any]]:
    """The form, who may be chosen in it, and who may not, with the reasons."""
    people, tied = _able(found)
    people |= {str(one.assessor_id): one.assessor for one in found.sheets if one.slot <= found.slots}
    offered = choices([("", "Kies een assessor"), *((key, one.name) for key, one in people.items())])
    fields = {
        f"assessor_{slot}": SelectField(
            f"Assessor {slot}" if found.slots > 1 else "Assessor",
            [InputRequired("Kies een assessor.")],
            choices=offered,
        )
        for slot in range(1, found.slots + 1)
    }
    made: type[PlanForm] = type("PlanForm", (PlanForm,), fields)
    if not filled:
        return made(), people, tied
    values: dict[str, Any] = {f"assessor_{one.slot}": str(one.assessor_id) for one in found.sheets}
    if found.starts_at is not None:
        local = found.starts_at.astimezone(formats.AMSTERDAM)
        values |= {"day": local.date(), "at": local.time(), "place": found.place}
    return made(formdata=None, data=values), people, tied


def _third_form(found: Assessment) -> tuple[ThirdForm, dict[str, Person]]:
    people, _ = _able(found, [one.assessor_id for one in found.sheets if one.slot <= found.slots])
    form = ThirdForm() if request.method == "POST" else ThirdForm(formdata=None)
    form.third.choices = choices([("", "Kies een assessor"), *((key, one.name) for key, one in people.items())])
    return form, people


def _page(found: Assessment, plan: Form | None = None, third: Form | None = None, reason: Form | None = None) -> str:
    me, roles = access.me(), access.me().roles(g.now)
    office = Role.KSF_OFFICER in roles
    signed = bool(found.sheets) and all(one.signed_at for one in found.sheets)
    disputed = found.state is AssessmentState.DISPUTED
    to_plan = office and found.state in (AssessmentState.REQUESTED, AssessmentState.PLANNED)
    fresh, _, tied = _plan_form(found) if to_plan else (None, None, {})
    return render_template(
        "assessing/one.html",
        found=found,
        office=office,
        committee=Role.EXAM_COMMITTEE in roles,
        plan=(plan or fresh) if to_plan else None,
        third=(third or _third_form(found)[0]) if office and disputed else None,
        reason=reason or ReasonForm(formdata=None),
        tied=tied,
        blocks=showing.blocks(found) if signed or disputed else [],
        whole=showing.whole(found),
        mine=found.endorsed_by_id == me.id,
    )

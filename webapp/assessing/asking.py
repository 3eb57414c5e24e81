"""Assessments as an organisation sees them: asking one for a candidate, and what came of it."""

import uuid
from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField
from wtforms.validators import InputRequired

from storage.assessing.assessments import Assessment, AssessmentState, hindrances, request
from storage.base.present import present
from storage.people.people import Role, jobs
from storage.schemes import Scheme
from webapp import access
from webapp.access import assessments as access_assessment
from webapp.access import people as access_people
from webapp.assessing import mails
from webapp.context import g
from webapp.forms import Form, choices
from webapp.paging import page_of

pages = Blueprint("assessments", __name__, url_prefix="/organisatie/assessments")


class RequestForm(Form):
    candidate = SelectField("Voor wie?", [InputRequired("Kies een kandidaat.")])


@pages.get("")
@access.roles(Role.ORGANISATION_ADMIN)
def home() -> ResponseReturnValue:
    """The assessments of the organisation, and how far each is."""
    page = page_of(access_assessment.of_my_organisations(), *access_assessment.OF_ASSESSMENT)
    return render_template("assessing/home.html", page=page, exams=access_assessment.exams())


@pages.route("/aanvragen/<exam>", methods=["GET", "POST"])
@access.roles(Role.ORGANISATION_ADMIN)
def ask(exam: str) -> ResponseReturnValue:
    """Ask an assessment for one candidate who may take part."""
    scheme, form = access_assessment.exam(exam), RequestForm()
    people = {str(one.id): one for one in g.db.scalars(access_assessment.candidates())}
    why = hindrances(g.db, scheme, [one.id for one in people.values()])
    able = {key: one for key, one in people.items() if one.id not in why}
    form.candidate.choices = choices([("", "Kies een kandidaat"), *((key, one.name) for key, one in able.items())])
    if form.validate_on_submit():
        candidate, own = able[form.candidate.data], set(access_people.my_organisation_ids())
        home = present(next(iter(jobs(g.db, [candidate.id], own, g.now))).organisation)
        made = request(g.db, scheme, candidate, home, access.me(), g.now)
        mails.notify_asked(made, g.now)
        flash("Het assessment is aangevraagd. U en de kandidaat krijgen bericht van KSF.", "ok")
        return redirect(url_for("assessments.one", assessment_id=made.id))
    hindered = [(one, why[one.id]) for one in people.values() if one.id in why]
    page = render_template("assessing/ask.html", form=form, scheme=scheme, able=able, hindered=hindered)
    return page, 422 if form.errors else 200


@pages.get("/<uuid:assessment_id>")
@access.roles(Role.ORGANISATION_ADMIN)
def one(assessment_id: uuid.UUID) -> ResponseReturnValue:
    """One assessment: when, where, by whom, and whether it was passed."""
    found = access_assessment.for_admin(assessment_id)
    begun = found.starts_at is not None and found.starts_at <= g.now
    open_states = (AssessmentState.REQUESTED, AssessmentState.PLANNED)
    return render_template(
        "assessing/of_organisation.html", found=found, may_withdraw=found.state in open_states and not begun
    )


@pages.post("/<uuid:assessment_id>/intrekken")
@access.roles(Role.ORGANISATION_ADMIN)
def withdraw(assessment_id: uuid.UUID) -> ResponseReturnValue:
    """Take it back before it begins; whoever knew of it is told."""
    found = access_assessment.for_admin(assessment_id)
    was_planned = found.state is AssessmentState.PLANNED
    found.withdraw(access.me(), g.now)
    if was_planned:
        mails.notify_off(found, g.now)
    flash("Het assessment is ingetrokken.", "ok")
    return redirect(url_for("assessments.home"))


@pages.app_template_global("assessment_exams")
def assessment_exams() -> list[Scheme]:
    """The exams for which an assessment can be asked."""
    return access_assessment.exams()


@pages.app_template_global("my_assessments")
def my_assessments() -> Sequence[Assessment]:
    """The own assessments of the candidate who asks."""
    return access_assessment.my_assessments()

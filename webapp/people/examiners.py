"""Examiners whom organisations supply: a beheerder proposes, the office accepts and sees how often each is deployed."""

import uuid
from datetime import date

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload
from wtforms import DateField, EmailField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from review import deployment
from review.deployment import Standing
from storage.base.present import present
from storage.base.refusal import Refused
from storage.judging import absences
from storage.judging.allocations import loads
from storage.people import examiners
from storage.people.examiners import Examiner, ExaminerState, Rule
from storage.people.people import Person, Role
from storage.planning import examiner_records
from storage.planning.deployments import deployments
from webapp import access
from webapp.access import people as access_people
from webapp.context import g
from webapp.dutch import refusals
from webapp.dutch.formats import day_of
from webapp.forms import Form
from webapp.judging.calibration import exam_names
from webapp.mail.notify import notify
from webapp.paging import page_of
from webapp.people.enrolling import ADDRESS, NAME

pages = Blueprint("examiners", __name__)


class ProposeForm(Form):
    organisation = SelectField("Organisatie", [Optional()])
    name = StringField("Naam", NAME)
    email = EmailField("E-mailadres", ADDRESS)


class AcceptForm(Form):
    trained_on = DateField(
        "Geschoold op", [InputRequired("Kies een dag.")], description="De dag waarop KSF deze persoon schoolde."
    )
    active_from = DateField("Inzetbaar vanaf", [InputRequired("Kies een dag.")])


class CalibrationForm(Form):
    day = DateField(
        "Gekalibreerd op",
        [InputRequired("Kies een dag.")],
        description="De dag waarop deze examiner met anderen dezelfde gesprekken beoordeelde.",
    )


class DeclineForm(Form):
    reason = TextAreaField("Waarom niet?", [DataRequired("Schrijf waarom."), Length(max=2000)])


@pages.route("/organisatie/examiners", methods=["GET", "POST"])
@access.roles(Role.ORGANISATION_ADMIN)
def own() -> ResponseReturnValue:
    """Whom the own organisations supply, and a form to propose somebody."""
    homes = {str(one.id): one for one in access_people.my_organisations() if one.supplies_examiners}
    form = ProposeForm()
    form.organisation.choices = [(key, one.name) for key, one in homes.items()]
    form.organisation.data = form.organisation.data or next(iter(homes), None)
    if homes and form.validate_on_submit():
        home = homes[form.organisation.data]
        try:
            examiners.propose(g.db, home, present(form.name.data), present(form.email.data), access.me(), g.now)
        except Refused as error:
            form.email.errors = [refusals.refusal(error)]
        else:
            flash("Uw voorstel is verstuurd. KSF geeft antwoord; u krijgt een mail.", "ok")
            return redirect(url_for("examiners.own"))
    page = page_of(access_people.examiners_of_my_organisations(), joinedload(Examiner.organisation))
    values = {"form": form, "page": page, "homes": homes}
    return render_template("examiners/own.html", **values), 422 if form.errors else 200


@pages.post("/organisatie/examiners/<uuid:examiner_id>/intrekken")
@access.roles(Role.ORGANISATION_ADMIN)
def withdraw(examiner_id: uuid.UUID) -> ResponseReturnValue:
    """Take a proposal back, or supply somebody no longer."""
    found = access_people.examiner_for_admin(examiner_id)
    if found.state is ExaminerState.ACCEPTED:
        found.end(access.me(), g.now)
        flash(f"U levert {found.name} niet meer als examiner. KSF ziet dat.", "ok")
    else:
        found.withdraw(access.me(), g.now)
        flash("Uw voorstel is ingetrokken.", "ok")
    return redirect(url_for("examiners.own"))


@pages.get("/bureau/examiners")
@access.roles(Role.KSF_OFFICER)
def home() -> ResponseReturnValue:
    """What was proposed, and who was accepted: load, absence and deployments of each."""
    waiting = g.db.scalars(examiners.waiting().options(joinedload(Examiner.organisation))).all()
    page = page_of(access_people.accepted_examiners(), joinedload(Examiner.organisation), joinedload(Examiner.person))
    people = [one.person for one in page.rows if one.person]
    values = {
        "waiting": waiting,
        "page": page,
        "records": examiner_records.records_of(g.db, people, g.now),
        "loads": loads(g.db, people),
        "away": absences.absences(g.db, people, day_of(g.now)),
        "deployed": deployed(people),
        "today": day_of(g.now),
    }
    return render_template("examiners/home.html", **values)


@pages.route("/bureau/examiners/<uuid:examiner_id>", methods=["GET", "POST"])
@access.roles(Role.KSF_OFFICER)
@access.confirmed_to_change
def one(examiner_id: uuid.UUID) -> ResponseReturnValue:
    """One of them; sending the form accepts."""
    found, form = access_people.examiner_for_officer(examiner_id), AcceptForm()
    if form.validate_on_submit():
        try:
            found.accept(present(form.trained_on.data), present(form.active_from.data), access.me(), g.now)
        except Refused as error:
            if error.rule not in (Rule.NOT_TRAINED, Rule.ACTIVE_BEFORE):
                raise
            (form.trained_on if error.rule is Rule.NOT_TRAINED else form.active_from).errors = [refusals.refusal(error)]
        else:
            _answer(found)
            flash(f"{found.name} is aangenomen. Een collega keurt de rol nog goed, bij ‘Wacht op een tweede’.", "ok")
            return redirect(url_for("examiners.home"))
    return _page(found, form, DeclineForm(formdata=None)), 422 if form.errors else 200


@pages.post("/bureau/examiners/<uuid:examiner_id>/afwijzen")
@access.roles(Role.KSF_OFFICER)
def decline(examiner_id: uuid.UUID) -> ResponseReturnValue:
    """Do not take this person; the organisation reads why."""
    found, form = access_people.examiner_for_officer(examiner_id), DeclineForm()
    if not form.validate_on_submit():
        return _page(found, AcceptForm(formdata=None), form), 422
    found.decline(present(form.reason.data), access.me(), g.now)
    _answer(found)
    flash("Afgewezen. De organisatie krijgt uw reden.", "ok")
    return redirect(url_for("examiners.home"))


@pages.post("/bureau/examiners/<uuid:examiner_id>/kalibratie")
@access.roles(Role.KSF_OFFICER)
def calibrate(examiner_id: uuid.UUID) -> ResponseReturnValue:
    """Note a calibration."""
    found, form = access_people.examiner_for_officer(examiner_id), CalibrationForm()
    if form.validate_on_submit():
        try:
            found.calibrate(present(form.day.data), access.me(), g.now)
        except Refused as error:
            if error.rule is not Rule.NOT_CALIBRATED:
                raise
            form.day.errors = [refusals.refusal(error)]
        else:
            flash("De kalibratie is bewaard.", "ok")
            return redirect(url_for("examiners.one", examiner_id=found.id))
    return _page(found, AcceptForm(formdata=None), DeclineForm(formdata=None), form), 422


@pages.post("/bureau/examiners/<uuid:examiner_id>/einde")
@access.roles(Role.KSF_OFFICER)
def end(examiner_id: uuid.UUID) -> ResponseReturnValue:
    """This person is supplied no longer."""
    found = access_people.examiner_for_officer(examiner_id)
    found.end(access.me(), g.now)
    flash(f"{found.name} is geen geleverde examiner meer. De rol beëindigt u bij Mensen.", "ok")
    return redirect(url_for("examiners.home"))


def deployed(people: list[Person]) -> dict[uuid.UUID, tuple[int, Standing]]:
    """Of each of these people how often in the last twelve months, and what that says."""
    today, days = day_of(g.now), deployments(g.db, people, g.now)
    since: dict[uuid.UUID, date] = examiners.active_from(g.db, people)
    return {
        who: (deployment.lately(found, today), deployment.standing(found, since.get(who, today), today))
        for who, found in days.items()
    }


def _answer(found: Examiner) -> None:
    notify(g.db, found.proposed_by, "examiner_answer", g.now, examiner=found)


def _page(
    found: Examiner, form: AcceptForm, decline_form: DeclineForm, calibration: CalibrationForm | None = None
) -> str:
    calibration = calibration or CalibrationForm(formdata=None)
    values = {"form": form, "decline_form": decline_form, "calibration": calibration, "today": day_of(g.now)}
    if found.person is not None:
        values["number"], values["standing"] = deployed([found.person])[found.person.id]
        values["record"] = examiner_records.record_of(g.db, found.person, g.now)
        values["names"] = exam_names()
    return render_template("examiners/one.html", found=found, **values)

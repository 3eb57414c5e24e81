"""When assessors are away, and for which clients and groups people work: what is honoured when work is shared out."""

import uuid
from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import DateField, TextAreaField
from wtforms.validators import InputRequired, Length

from storage.base.present import present
from storage.base.refusal import Refused
from storage.judging import absences, conflicts, workload
from storage.judging.allocations import loads
from storage.people import employers
from storage.people.organisations import Organisation
from storage.people.people import Membership, Person, Role
from webapp import access
from webapp.access import judging as access_judging
from webapp.context import g
from webapp.dutch import refusals
from webapp.dutch.formats import day_of
from webapp.forms import Form
from webapp.paging import matching, page_of, search

pages = Blueprint("absences", __name__)

MOST_NAMES = 50


class AbsenceForm(Form):
    first = DateField("Eerste dag afwezig", [InputRequired("Kies een dag.")])
    last = DateField("Laatste dag afwezig", [InputRequired("Kies een dag.")])


class TiesForm(Form):
    names = TextAreaField(
        "Opdrachtgevers en groepen",
        [Length(max=4000)],
        description="Zet elke naam op een eigen regel. Wie dezelfde naam deelt, beoordeelt elkaar niet.",
    )


@pages.get("/bureau/assessoren")
@access.roles(Role.KSF_OFFICER)
def assessors() -> ResponseReturnValue:
    """Everybody who judges: what lies with them, when they are away, and with whom they have a conflict of interest."""
    words = search()
    page = page_of(conflicts.judging(g.now).where(matching(words, Person.name, Person.email)))
    return render_template(
        "absences/assessors.html",
        page=page,
        words=words,
        loads=loads(g.db, page.rows),
        away=absences.absences(g.db, page.rows, g.now.date()),
        names=conflicts.affiliations_of(g.db, page.rows),
        works_for=_works_for(page.rows),
    )


@pages.get("/bureau/assessoren/<uuid:person_id>")
@access.roles(Role.KSF_OFFICER)
def assessor(person_id: uuid.UUID) -> ResponseReturnValue:
    """One assessor: days away, clients and groups."""
    return _assessor(access_judging.assessor(person_id), AbsenceForm(formdata=None))


@pages.post("/bureau/assessoren/<uuid:person_id>/afwezig")
@access.roles(Role.KSF_OFFICER)
def enter(person_id: uuid.UUID) -> ResponseReturnValue:
    """The office notes that an assessor is away."""
    person, form = access_judging.assessor(person_id), AbsenceForm()
    if _entered(person, form):
        return redirect(url_for("absences.assessor", person_id=person.id))
    return _assessor(person, form), 422


@pages.post("/bureau/assessoren/<uuid:person_id>/banden")
@access.roles(Role.KSF_OFFICER)
def tie_person(person_id: uuid.UUID) -> ResponseReturnValue:
    """For which clients an assessor works, and to which groups the own company belongs."""
    return _tie(access_judging.assessor(person_id), url_for("absences.assessor", person_id=person_id))


@pages.get("/bureau/banden/<uuid:organisation_id>")
@access.roles(Role.KSF_OFFICER)
def organisation(organisation_id: uuid.UUID) -> ResponseReturnValue:
    """One organisation: its clients, and the group of companies to which it belongs."""
    found = access_judging.organisation(organisation_id)
    return render_template("absences/organisation.html", organisation=found, form=_ties_form(found))


@pages.post("/bureau/banden/<uuid:organisation_id>")
@access.roles(Role.KSF_OFFICER)
def tie_organisation(organisation_id: uuid.UUID) -> ResponseReturnValue:
    return _tie(
        access_judging.organisation(organisation_id),
        url_for("organisations.one", organisation_id=organisation_id),
    )


@pages.route("/beoordelen/afwezig", methods=["GET", "POST"])
@access.roles(Role.ASSESSOR)
def own() -> ResponseReturnValue:
    """The assessor's own days away."""
    form = AbsenceForm()
    if _entered(access.me(), form):
        return redirect(url_for("absences.own"))
    away = absences.absences(g.db, [access.me()], g.now.date())[access.me().id]
    values = {"away": away, "waiting": loads(g.db, [access.me()])[access.me().id]}
    return render_template("absences/own.html", form=form, **values), 422 if form.errors else 200


@pages.post("/beoordelen/teruggeven")
@access.roles(Role.ASSESSOR)
def return_work() -> ResponseReturnValue:
    """An assessor who is ill returns what is not signed; the office gives it to somebody else."""
    if returned := workload.return_all(g.db, access.me(), g.now):
        answers = "1 antwoord is" if returned == 1 else f"{returned} antwoorden zijn"
        flash(f"{answers} terug bij het bureau. Wat u schreef, is bewaard.", "ok")
    else:
        flash("Er was niets om terug te geven.", "info")
    return redirect(url_for("absences.own"))


@pages.post("/afwezig/<uuid:absence_id>/weghalen")
@access.roles(Role.KSF_OFFICER, Role.ASSESSOR)
def remove(absence_id: uuid.UUID) -> ResponseReturnValue:
    """An absence does not go on."""
    found = access_judging.absence(absence_id)
    found.cancel(access.me(), g.now)
    flash("Deze dagen zijn weggehaald.", "success")
    if found.person_id == access.me().id:
        return redirect(url_for("absences.own"))
    return redirect(url_for("absences.assessor", person_id=found.person_id))


def _entered(person: Person, form: AbsenceForm) -> bool:
    if not form.validate_on_submit():
        return False
    try:
        absences.enter(g.db, person, present(form.first.data), present(form.last.data), access.me(), g.now)
    except Refused as refused:
        form.last.errors = [*form.last.errors, refusals.refusal(refused)]
        return False
    flash("Bewaard. Een volgende verdeling houdt er rekening mee.", "success")
    return True


def _assessor(person: Person, form: AbsenceForm) -> str:
    return render_template(
        "absences/assessor.html",
        person=person,
        form=form,
        ties_form=_ties_form(person),
        away=absences.absences(g.db, [person], g.now.date())[person.id],
        waiting=loads(g.db, [person])[person.id],
        works_for=_works_for([person])[person.id],
    )


def _works_for(people: Sequence[Person]) -> dict[uuid.UUID, list[str]]:
    """For each of these people the employers of today: where they are members, and what was noted."""
    today = day_of(g.now)
    found = {
        who: {one.called for one in noted if one.holds(today)} for who, noted in employers.of(g.db, people).items()
    }
    at_home = select(Membership).where(Membership.person_id.in_(found), Membership.organisation_id.is_not(None))
    for one in g.db.scalars(at_home.options(joinedload(Membership.organisation))):
        if one.organisation and one.holds(g.now):
            found[one.person_id].add(one.organisation.name)
    return {who: sorted(names) for who, names in found.items()}


def _ties_form(whose: Person | Organisation) -> TiesForm:
    form = TiesForm(formdata=None)
    form.names.data = "\n".join(conflicts.affiliations(g.db, whose))
    return form


def _tie(whose: Person | Organisation, back: str) -> ResponseReturnValue:
    form = TiesForm()
    names = [line.strip()[:120] for line in (form.names.data or "").splitlines() if line.strip()][:MOST_NAMES]
    if form.validate_on_submit():
        conflicts.set_affiliations(g.db, whose, names, access.me(), g.now)
        flash("Bewaard. Een volgende verdeling houdt er rekening mee.", "success")
    return redirect(back)

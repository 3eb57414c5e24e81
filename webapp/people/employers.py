"""For whom somebody of the staff works, kept by the office: without it nobody is given work to judge."""

import uuid
from enum import StrEnum

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import DateField, Field, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from storage.base.present import present
from storage.base.refusal import Refused
from storage.people import employers
from storage.people.employers import Rule
from storage.people.organisations import Organisation
from storage.people.people import Role
from webapp import access
from webapp.access import people as access_people
from webapp.context import g
from webapp.dutch import refusals
from webapp.dutch.formats import day_of
from webapp.forms import Form

pages = Blueprint("employers", __name__, url_prefix="/bureau/mensen")

OUTSIDE = ""


class EmployerForm(Form):
    organisation = SelectField("Organisatie", [Optional()], default=OUTSIDE)
    name = StringField(
        "Andere werkgever",
        [Length(max=120)],
        description="Staat de organisatie niet in de lijst? Vul dan de naam in. Zelfstandig: de naam van de zaak.",
    )
    since = DateField("Eerste dag", [InputRequired("Kies een dag.")])
    until = DateField("Laatste dag", [Optional()], description="Leeg zolang het duurt.")


class EndForm(Form):
    last = DateField("Laatste dag", [InputRequired("Kies een dag.")])


@pages.route("/<uuid:person_id>/werkgevers", methods=["GET", "POST"])
@access.roles(Role.KSF_OFFICER)
def of(person_id: uuid.UUID) -> ResponseReturnValue:
    """The employers of one person, and one more."""
    person, form = access_people.person_for_officer(person_id), EmployerForm()
    rows = g.db.scalars(select(Organisation).order_by(Organisation.name)).all()
    known = {str(one.id): one for one in rows}
    form.organisation.choices = [(OUTSIDE, "niet in deze lijst"), *((key, one.name) for key, one in known.items())]
    if form.validate_on_submit():
        home = known.get(form.organisation.data or OUTSIDE)
        try:
            employers.employ(
                g.db, person, home, form.name.data or "", present(form.since.data), form.until.data, access.me(), g.now
            )
        except Refused as error:
            _field(form, error).errors = [refusals.refusal(error)]
        else:
            flash("De werkgever is bewaard. Een volgende verdeling houdt er rekening mee.", "ok")
            return redirect(url_for("employers.of", person_id=person.id))
    found = employers.of(g.db, [person])[person.id]
    values = {"person": person, "form": form, "employers": found, "today": day_of(g.now)}
    return render_template("employers/of.html", **values), 422 if form.errors else 200


@pages.post("/werkgevers/<uuid:employer_id>/einde")
@access.roles(Role.KSF_OFFICER)
def end(employer_id: uuid.UUID) -> ResponseReturnValue:
    """Somebody does not work there any more, from the day after the last on."""
    found, form = access_people.employer_for_officer(employer_id), EndForm()
    if not form.validate_on_submit():
        flash("Kies de laatste dag.", "warn")
    else:
        found.end(present(form.last.data), access.me(), g.now)
        flash("Bewaard. Als vroegere werkgever telt hij nog mee.", "ok")
    return redirect(url_for("employers.of", person_id=found.person_id))


def _field(form: EmployerForm, error: Refused) -> Field:
    fields: dict[StrEnum, Field] = {Rule.ENDS_BEFORE: form.until, Rule.BEGINS_LATER: form.since}
    return fields.get(error.rule, form.name)

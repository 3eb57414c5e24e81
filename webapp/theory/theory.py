"""Online theory tests as an organisation sees them: who may take one, setting it ready, taking it back.

The test itself is taken in KSF's own secured environment; here is kept who takes it, where, when, and what came of it.
"""

import uuid
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, EmailField, RadioField, SelectField, StringField, TimeField
from wtforms.validators import InputRequired

from storage.base.present import present
from storage.base.refusal import Refused
from storage.people.organisations import Organisation
from storage.people.people import Person, Role, join, known_here_or_new
from storage.planning import theory_tests
from storage.planning.theory_tests import TheoryTest, hindrances, set_ready
from storage.theory.sittings import sittings_of
from webapp import access
from webapp.access import locations as access_location
from webapp.access import people as access_people
from webapp.access import theory_tests as access_theory
from webapp.context import g
from webapp.dutch import formats, refusals
from webapp.dutch.states import CERTIFICATES
from webapp.forms import Form, choices, offer
from webapp.paging import called_so, page_of, search
from webapp.people.enrolling import ADDRESS, NAME
from webapp.people.invitations import invite
from webapp.theory import theory_mail

pages = Blueprint("theory", __name__, url_prefix="/organisatie/online-toets")

NEWCOMER = "nieuw"
"""Prefix of the field names of the second form on a page."""

LOOKING = "lijst"
"""Value of a button that only shows other people to choose from; who was ticked and what was filled in stay."""


class TestForm(Form):
    """For which certificate, where and when; for whom is ticked in the list of people."""

    certificate = RadioField(
        "Voor welk certificaat?",
        [InputRequired("Kies een certificaat.")],
        choices=choices((one, formats.sentence(words)) for one, words in CERTIFICATES.items()),
        description="De toets is voor allemaal dezelfde. Wie hem heeft behaald, hoeft hem nooit opnieuw te maken.",
    )
    location = SelectField("Waar?", [InputRequired("Kies een locatie.")])
    day = DateField("Dag", [InputRequired("Kies een dag.")])
    begins = TimeField("Begin", [InputRequired("Vul een tijd in.")])

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.locations = {str(one.id): one for one in access_location.open_locations()}
        many = len(access_people.my_organisation_ids()) > 1
        offer(
            self.location,
            {
                key: f"{one.organisation.name}: {one.full_name}" if many else one.full_name
                for key, one in self.locations.items()
            },
        )

    @property
    def starts_at(self) -> datetime:
        return datetime.combine(present(self.day.data), present(self.begins.data), formats.AMSTERDAM)

    def refuse(self, error: Refused) -> None:
        """Say at the right field why it cannot be so."""
        if error.rule not in set(theory_tests.Rule):
            raise error
        of_moment = (theory_tests.Rule.IN_PAST, theory_tests.Rule.TOO_FAR, theory_tests.Rule.TOO_SOON)
        field = self.day if error.rule in of_moment else self.location
        if error.rule in (theory_tests.Rule.PASSED, theory_tests.Rule.TWICE):
            self.form_errors.append(refusals.refusal(error))
        else:
            field.errors = [refusals.refusal(error)]


class NewcomerForm(Form):
    """Somebody who takes the test and is not in the list yet."""

    organisation = SelectField("Organisatie", [InputRequired("Kies een organisatie.")])
    name = StringField("Naam", NAME, description="Zoals op het certificaat moet staan.")
    email = EmailField("E-mailadres", ADDRESS)

    def __init__(self, **more: Any) -> None:
        super().__init__(prefix=NEWCOMER, **more)
        self.own = {str(one.id): one for one in access_people.my_organisations()}
        offer(self.organisation, {key: one.name for key, one in self.own.items()})


@pages.get("")
@access.roles(Role.ORGANISATION_ADMIN)
def home() -> ResponseReturnValue:
    """The tests that were set ready, and how each ended: passed or over, never how it went."""
    words = search()
    found = access_theory.tests_of_my_organisations().where(called_so(words, TheoryTest.person_id))
    page = page_of(found, *access_theory.OF_TEST)
    return render_template("theory/home.html", page=page, words=words, sittings=sittings_of(g.db, page.rows))


@pages.route("/nieuw", methods=["GET", "POST"])
@access.roles(Role.ORGANISATION_ADMIN)
def new() -> ResponseReturnValue:
    """Set a test ready for everybody who is ticked: for all of them, or for none."""
    form, chosen = TestForm(), _ticked()
    if LOOKING in request.form:
        return _page(form, NewcomerForm(formdata=None), chosen)
    if form.validate_on_submit() and _somebody(form, chosen):
        people, location = access_theory.chosen_people(chosen), form.locations[form.location.data]
        try:
            made = set_ready(g.db, people, form.certificate.data, location, form.starts_at, access.me(), g.now)
        except Refused as error:
            form.refuse(error)
        else:
            for one in made:
                theory_mail.notify_person(one, "theory_test_set")
            theory_mail.notify_office(made, "theory_test_ready")
            number = "1 toets staat" if len(made) == 1 else f"{len(made)} toetsen staan"
            flash(f"{number} klaar. De deelnemers krijgen een mail met dag, tijd en plaats; KSF heeft bericht.", "ok")
            return redirect(url_for("theory.home"))
    status = 422 if form.errors or form.form_errors else 200
    return _page(form, NewcomerForm(formdata=None), chosen), status


@pages.post("/mensen")
@access.roles(Role.ORGANISATION_ADMIN)
def add_person() -> ResponseReturnValue:
    """Take somebody into the organisation's list, as a candidate, to choose next."""
    form = NewcomerForm()
    if not form.validate_on_submit():
        return _page(TestForm(formdata=None), form, []), 422
    home: Organisation = form.own[form.organisation.data]
    person = known_here_or_new(g.db, home, present(form.email.data), present(form.name.data), g.now)
    if join(g.db, person, Role.CANDIDATE, home, access.me().id, g.now) is None:
        flash("Deze persoon staat al in uw lijst.", "info")
    else:
        g.db.flush()
        invite(person, access.me(), because=f"{home.name} meldt u aan voor een toets van KSF.")
        flash(f"{person.name} staat in uw lijst en krijgt een mail. Zet nu de toets klaar.", "ok")
    return redirect(url_for("theory.new", voor=person.id))


@pages.post("/<uuid:test_id>/intrekken")
@access.roles(Role.ORGANISATION_ADMIN)
def withdraw(test_id: uuid.UUID) -> ResponseReturnValue:
    """Take a test back that has not begun; the person and KSF are told."""
    found = access_theory.test_for_admin(test_id)
    found.withdraw(access.me(), g.now)
    theory_mail.notify_person(found, "theory_test_withdrawn")
    theory_mail.notify_office([found], "theory_test_taken_back")
    flash(f"Ingetrokken. {found.person.name} en KSF krijgen bericht.", "ok")
    return redirect(url_for("theory.home"))


def _ticked() -> list[uuid.UUID]:
    """For whom it is asked; what is no id is nobody."""
    found = []
    for text in request.form.getlist("people"):
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


def _somebody(form: TestForm, chosen: list[uuid.UUID]) -> bool:
    if not chosen:
        form.form_errors.append("Voor wie? Kruis ten minste één persoon aan.")
    return bool(chosen)


def _page(form: TestForm, newcomer: NewcomerForm, chosen: list[uuid.UUID]) -> str:
    words, only = search(), request.args.get("voor", type=uuid.UUID)
    mine = access_theory.people_to_test()
    found = mine.where(called_so(words, Person.id))
    page = page_of(found.where(Person.id == only) if only else found)
    shown = [one.id for one in page.rows]
    kept = g.db.scalars(mine.where(Person.id.in_(chosen), Person.id.not_in(shown))).all()
    people = [*kept, *page.rows]
    values: dict[str, Any] = {"hindered": hindrances(g.db, [one.id for one in people]), "chosen": chosen, "only": only}
    values |= {"page": page, "people": people, "words": words, "looking": LOOKING}
    return render_template("theory/new.html", form=form, newcomer=newcomer, **values)

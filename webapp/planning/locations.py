"""Locations: an organisation keeps its own and checks them before an exam; KSF sees them all."""

import uuid
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload
from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from scenarios.chapters import LocationRules
from scenarios.readiness import Standing
from storage.base.present import present
from storage.base.refusal import Refused
from storage.people.organisations import Organisation
from storage.people.people import Role
from storage.planning import locations
from storage.planning.locations import Location, checks_of
from webapp import access
from webapp.access import locations as access_location
from webapp.access import people as access_people
from webapp.dutch import refusals
from webapp.forms import Form, choices, offer
from webapp.notices import done_with_undo
from webapp.paging import matching, page_of, search
from webapp.planning import location_mail

pages = Blueprint("locations", __name__)


class LocationForm(Form):
    name = StringField(
        "Naam", [DataRequired("Vul een naam in."), Length(max=120)], description="Bijvoorbeeld: kantoor Utrecht."
    )
    address = StringField(
        "Adres",
        [DataRequired("Vul het adres in."), Length(max=240)],
        description="Straat, nummer en plaats. De kandidaat leest dit.",
    )
    room = StringField("Ruimte", [Length(max=120)], description="Bijvoorbeeld: tweede verdieping, kamer 2.14.")

    def values(self) -> tuple[str, str, str]:
        return present(self.name.data), present(self.address.data), self.room.data or ""

    def refuse(self, error: Refused) -> None:
        """Say in the form why it cannot be so."""
        if error.rule not in set(locations.Rule):
            raise error
        self.name.errors = [refusals.refusal(error)]


class NewForm(LocationForm):
    """Where somebody is beheerder of one organisation only, nobody is asked which."""

    organisation = SelectField("Organisatie", [InputRequired("Kies een organisatie.")])

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.own: dict[str, Organisation] = {str(one.id): one for one in access_people.my_organisations()}
        offer(self.organisation, {key: one.name for key, one in self.own.items()})


class CheckForm(Form):
    """The checklist of now: what is ticked is in order."""

    in_order = SelectMultipleField("Wat is in orde?", option_widget=CheckboxInput(), widget=ListWidget())
    remarks = TextAreaField(
        "Opmerkingen", [Length(max=2000)], description="Bijvoorbeeld wat nog niet in orde is, en wie dat regelt."
    )

    def __init__(self, rules: LocationRules, **more: Any) -> None:
        super().__init__(**more)
        self.items = {str(number): text for number, text in enumerate(rules.items, 1)}
        self.in_order.choices = choices(self.items.items())

    @property
    def marks(self) -> dict[str, bool]:
        return {text: number in (self.in_order.data or ()) for number, text in self.items.items()}


@pages.get("/organisatie/locaties")
@access.roles(Role.ORGANISATION_ADMIN)
def home() -> ResponseReturnValue:
    """The own locations, and which of them are ready for an exam."""
    page = page_of(access_location.locations_of_my_organisations(), joinedload(Location.organisation))
    return render_template("locations/home.html", page=page, many=len(access_people.my_organisation_ids()) > 1)


@pages.route("/organisatie/locaties/nieuw", methods=["GET", "POST"])
@access.roles(Role.ORGANISATION_ADMIN)
def new() -> ResponseReturnValue:
    form = NewForm()
    if form.validate_on_submit():
        try:
            made = locations.add(g.db, form.own[form.organisation.data], *form.values(), access.me(), g.now)
        except Refused as error:
            form.refuse(error)
        else:
            flash("De locatie is toegevoegd. Controleer nu of alles in orde is.", "ok")
            return redirect(url_for("locations.one", location_id=made.id))
    return render_template("locations/new.html", form=form), 422 if form.errors else 200


@pages.route("/organisatie/locaties/<uuid:location_id>", methods=["GET", "POST"])
@access.roles(Role.ORGANISATION_ADMIN)
def one(location_id: uuid.UUID) -> ResponseReturnValue:
    """One location: the check, what was found before, and its name and address."""
    found = access_location.location_for_admin(location_id)
    form = LocationForm(obj=found)
    if form.validate_on_submit():
        try:
            former = found.full_address
            found.change(*form.values(), access.me(), g.now)
        except Refused as error:
            form.refuse(error)
        else:
            flash(f"De gegevens zijn bewaard.{_told(location_mail.notify_moved(found, former, g.now))}", "ok")
            return redirect(url_for("locations.one", location_id=found.id))
    return _page(found, form, CheckForm(_rules(), formdata=None)), 422 if form.errors else 200


@pages.post("/organisatie/locaties/<uuid:location_id>/controle")
@access.roles(Role.ORGANISATION_ADMIN)
def check(location_id: uuid.UUID) -> ResponseReturnValue:
    """Keep what somebody found there. What was not ticked is not in order."""
    found, form = access_location.location_for_admin(location_id), CheckForm(_rules())
    if not form.validate_on_submit():
        return _page(found, LocationForm(formdata=None, obj=found), form), 422
    missing = found.check(form.marks, form.remarks.data or "", access.me(), g.now).missing
    if missing:
        flash("Bewaard. Nog niet alles is in orde. Controleer opnieuw als dat wel zo is.", "warn")
    else:
        flash("Bewaard. Deze locatie is klaar voor een examen.", "ok")
    return redirect(url_for("locations.one", location_id=found.id))


@pages.post("/organisatie/locaties/<uuid:location_id>/sluiten")
@access.roles(Role.ORGANISATION_ADMIN)
def close(location_id: uuid.UUID) -> ResponseReturnValue:
    """Nobody chooses it from now on."""
    found = access_location.location_for_admin(location_id)
    found.close(access.me(), g.now)
    undo = url_for("locations.open_again", location_id=found.id)
    text = f"{found.full_name} is gesloten. Niemand kan deze locatie nog kiezen; wat er al staat, gaat door."
    done_with_undo(text, undo)
    return redirect(url_for("locations.home"))


@pages.post("/organisatie/locaties/<uuid:location_id>/openen")
@access.roles(Role.ORGANISATION_ADMIN)
def open_again(location_id: uuid.UUID) -> ResponseReturnValue:
    """Take it into use again."""
    found = access_location.location_for_admin(location_id)
    found.open_again(access.me(), g.now)
    flash(f"{found.full_name} is weer in gebruik.", "ok")
    return redirect(url_for("locations.one", location_id=found.id))


@pages.get("/bureau/locaties")
@access.roles(Role.KSF_OFFICER)
def all_of_them() -> ResponseReturnValue:
    """The locations of all organisations, and how ready each is; or only those that are not."""
    words, late = search(), request.args.get("toon") == "controle"
    found = access_location.locations_for_officer()
    found = found.where(matching(words, Organisation.name, Location.name, Location.address, Location.room))
    if late:
        found = found.where(locations.not_ready(_rules(), g.now))
    page = page_of(found, joinedload(Location.organisation))
    return render_template("locations/all.html", page=page, words=words, late=late)


@pages.get("/bureau/locaties/<uuid:location_id>")
@access.roles(Role.KSF_OFFICER)
def for_officer(location_id: uuid.UUID) -> ResponseReturnValue:
    """One location with its checks, to read."""
    found = access_location.location_for_officer(location_id)
    return render_template("locations/read.html", found=found, checks=checks_of(g.db, found))


@pages.app_template_filter("stand_op")
def standing_on(location: Location, on: datetime) -> Standing:
    """How ready this location is on that day."""
    return location.standing(_rules(), on)


@pages.app_template_filter("meting_op")
def measured_on(location: Location, on: datetime) -> Standing:
    """How good what was measured of its computer is on that day."""
    return location.measured(_rules(), on)


def _rules() -> LocationRules:
    """How locations are checked, asked once a request however many of them a page shows."""
    if "location_rules" not in g:
        g.location_rules = locations.rules(g.db)
    rules: LocationRules = g.location_rules
    return rules


def _told(number: int) -> str:
    """How many people were told of another location, as a sentence that follows another."""
    return f" {number} {'persoon krijgt' if number == 1 else 'mensen krijgen'} bericht." if number else ""


def _page(found: Location, form: LocationForm, check_form: CheckForm) -> str:
    values = {"checks": checks_of(g.db, found), "check_days": _rules().check_days}
    return render_template("locations/one.html", found=found, form=form, check_form=check_form, **values)

"""The day of an online test at a location: who sits there, opening each test, and another computer when one breaks."""

import uuid

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scenarios.theory_rules import Opening
from storage.people.people import Role
from storage.planning.locations import Location
from storage.planning.theory_tests import TheoryTest
from storage.theory import day_codes
from storage.theory.sittings import TheoryStage, open_test, scheme_for, sitting_of, sittings_of
from webapp import access
from webapp.access import locations as access_locations
from webapp.access import theory_sittings as access_theory
from webapp.context import g

pages = Blueprint("theory_day", __name__, url_prefix="/organisatie/online-toets/vandaag")


@pages.get("")
@access.roles(Role.ORGANISATION_ADMIN)
def home() -> ResponseReturnValue:
    """Today's tests, by location, each with how far it is."""
    tests = access_theory.tests_of_today()
    places: dict[Location, list[TheoryTest]] = {}
    for test in tests:
        places.setdefault(test.location, []).append(test)
    schemes = {test.certificate: scheme_for(g.db, test) for test in {one.certificate: one for one in tests}.values()}
    here = {test.id: schemes[test.certificate] for test in tests}
    coded = {
        place.id: any((one := here[test.id]) and one.content.theory.opening is not Opening.LOG_IN for test in mine)
        for place, mine in places.items()
    }
    codes = {place.id: day_codes.code_of(g.db, place.id, g.now) for place in places}
    values = {"places": places, "coded": coded, "codes": codes, "here": here, "sittings": sittings_of(g.db, tests)}
    return render_template("theory_day/home.html", stages=TheoryStage, **values)


@pages.post("/<uuid:test_id>/openen")
@access.roles(Role.ORGANISATION_ADMIN)
def open_one(test_id: uuid.UUID) -> ResponseReturnValue:
    """The supervisor looked at an identity card, and lets this person begin."""
    test = access_theory.test_to_supervise(test_id)
    open_test(g.db, test, access.me(), g.now)
    flash(f"De toets van {test.person.name} is open. De tijd begint als de kandidaat op ‘Beginnen’ drukt.", "ok")
    return redirect(url_for("theory_day.home"))


@pages.post("/<uuid:test_id>/andere-computer")
@access.roles(Role.ORGANISATION_ADMIN)
def move(test_id: uuid.UUID) -> ResponseReturnValue:
    """Let a candidate go on at another computer. What was saved is there; the time runs on."""
    test = access_theory.test_to_supervise(test_id)
    sitting = sitting_of(g.db, test) or abort(404)
    sitting.move(access.me(), g.now)
    flash(f"{test.person.name} kan nu op een andere computer inloggen en verdergaan. De tijd loopt door.", "ok")
    return redirect(url_for("theory_day.home"))


@pages.post("/code")
@access.roles(Role.ORGANISATION_ADMIN)
def make_code() -> ResponseReturnValue:
    """A code of today for a location, for a supervisor without a log-in."""
    asked = request.form.get("location", "")
    location = next((one for one in access_locations.open_locations() if str(one.id) == asked), None)
    if location is None:
        flash("Kies een locatie van uw eigen organisatie.", "warn")
    else:
        day_codes.make_code(g.db, location, access.me(), g.now)
    return redirect(url_for("theory_day.home"))

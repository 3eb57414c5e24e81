"""Online theory tests at the office: what organisations set ready, and the result that KSF enters."""

import uuid

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from wtforms import RadioField
from wtforms.validators import InputRequired

from storage.people import Role
from storage.theory_tests import RESULTS, TheoryState, TheoryTest
from webapp import access
from webapp.access import theory_tests as access_theory
from webapp.dutch import formats
from webapp.dutch.states import THEORY_STATES
from webapp.forms import Form, choices
from webapp.paging import called_so, page_of, search

pages = Blueprint("theory_results", __name__, url_prefix="/bureau/online-toetsen")

LISTS = {
    "uitslag": ("Uitslag invoeren", access_theory.tests_without_result),
    "komend": ("Komt nog", access_theory.tests_to_come),
    "afgerond": ("Afgerond", access_theory.tests_that_ended),
}


class ResultForm(Form):
    result = RadioField(
        "Wat is de uitslag?",
        [InputRequired("Kies een uitslag.")],
        choices=choices((one, formats.sentence(THEORY_STATES[one][0])) for one in RESULTS),
        description="Kijk goed: de uitslag kan hierna niet meer veranderen.",
    )


@pages.get("")
@access.roles(Role.KSF_OFFICER)
def home():
    """What waits for a result, what is to come, or what is over."""
    words, shown = search(), request.args.get("toon", "")
    shown = shown if shown in LISTS else next(iter(LISTS))
    found = LISTS[shown][1]().where(called_so(words, TheoryTest.person_id))
    page = page_of(found, *access_theory.OF_TEST)
    return render_template("theory_results/home.html", page=page, words=words, shown=shown, lists=LISTS)


@pages.route("/<uuid:test_id>", methods=["GET", "POST"])
@access.roles(Role.KSF_OFFICER)
def one(test_id: uuid.UUID):
    """One test, and its result."""
    found, form = access_theory.test_for_officer(test_id), ResultForm()
    if form.validate_on_submit():
        found.enter(TheoryState(form.result.data), access.me(), g.now)
        flash("De uitslag is bewaard.", "ok")
        return redirect(url_for("theory_results.home"))
    return render_template("theory_results/one.html", found=found, form=form), 422 if form.errors else 200

"""Online theory tests at the office: what organisations set ready, and the result that KSF enters."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from storage.base import audit
from storage.base.present import present
from storage.base.refusal import Refused
from storage.people.people import Role
from storage.planning import theory_tests
from storage.planning.theory_corrections import correct, given
from storage.planning.theory_tests import CORRECTIONS, RESULTS, TheoryState, TheoryTest
from storage.theory.sittings import Rule, facts_of, scheme_for, sitting_of, sittings_of
from webapp import access
from webapp.access import theory_sittings as access_sittings
from webapp.access import theory_tests as access_theory
from webapp.context import g
from webapp.dutch import formats, refusals
from webapp.dutch.states import THEORY_STATES
from webapp.dutch.terms import THEORY_FACTS
from webapp.forms import Form, choices
from webapp.mail.notify import notify
from webapp.paging import called_so, page_of, search
from webapp.theory import theory_mail

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
    )


class CorrectionForm(Form):
    """The other results that this test may be given."""

    correct = RadioField("Wat is de juiste uitslag?", [InputRequired("Kies een uitslag.")])
    reason = TextAreaField(
        "Waarom?",
        [DataRequired("Schrijf waarom de uitslag anders moet zijn."), Length(max=2000)],
        description="Alleen KSF leest dit.",
    )

    def __init__(self, found: TheoryTest, **more: Any) -> None:
        super().__init__(**more)
        others = [one for one in RESULTS if one in CORRECTIONS[found.state]]
        self.correct.choices = choices((one, formats.sentence(THEORY_STATES[one][0])) for one in others)


class ExtraTimeForm(Form):
    """How much longer somebody may work at the items: a fraction."""

    extra_time = RadioField(
        "Tijd voor de vragen",
        [InputRequired("Kies een tijd.")],
        choices=choices(
            (("1", "gewone tijd"), ("5/4", "een kwart meer"), ("3/2", "de helft meer"), ("2", "twee keer zo veel"))
        ),
    )


def _require_no_outcome(found: TheoryTest) -> None:
    """What was taken here is not entered by hand. Raises Refused."""
    sitting = sitting_of(g.db, found)
    if sitting is not None and sitting.started_at is not None:
        raise Refused(Rule.HAS_OUTCOME)


@pages.get("")
@access.roles(Role.KSF_OFFICER)
def home() -> ResponseReturnValue:
    """The tests that wait for a result, those to come, or those that are over."""
    words, shown = search(), request.args.get("toon", "")
    shown = shown if shown in LISTS else next(iter(LISTS))
    found = LISTS[shown][1]().where(called_so(words, TheoryTest.person_id))
    page = page_of(found, *access_theory.OF_TEST)
    values = {"page": page, "words": words, "shown": shown, "lists": LISTS}
    return render_template("theory_results/home.html", **values, sittings=sittings_of(g.db, page.rows))


@pages.route("/<uuid:test_id>", methods=["GET", "POST"])
@access.roles(Role.KSF_OFFICER)
def one(test_id: uuid.UUID) -> ResponseReturnValue:
    """One test, and its result."""
    found, form = access_theory.test_for_officer(test_id), ResultForm()
    if form.validate_on_submit():
        _require_no_outcome(found)
        found.enter(TheoryState(form.result.data), access.me(), g.now)
        flash("De uitslag is bewaard.", "ok")
        return redirect(url_for("theory_results.home"))
    return _page(found, form, CorrectionForm(found, formdata=None)), 422 if form.errors else 200


@pages.post("/<uuid:test_id>/herstellen")
@access.roles(Role.KSF_OFFICER)
def put_right(test_id: uuid.UUID) -> ResponseReturnValue:
    """Another result than the one that was entered by mistake, with the reason."""
    found = access_theory.test_for_officer(test_id)
    form = CorrectionForm(found)
    if form.validate_on_submit():
        try:
            correct(found, TheoryState(form.correct.data), present(form.reason.data), access.me(), g.now)
        except Refused as error:
            if error.rule not in set(theory_tests.Rule):
                raise
            form.form_errors.append(refusals.refusal(error))
        else:
            flash("De uitslag is hersteld. Vignet mailt dit niet: vertel het de kandidaat en de organisatie.", "ok")
            return redirect(url_for("theory_results.one", test_id=found.id))
    return _page(found, ResultForm(formdata=None), form), 422


@pages.post("/<uuid:test_id>/vrijgeven")
@access.roles(Role.KSF_OFFICER)
def release(test_id: uuid.UUID) -> ResponseReturnValue:
    """Let the result of a test that was taken in Vignet stand: a pass goes into the register."""
    found = access_theory.test_for_officer(test_id)
    sitting = sitting_of(g.db, found) or abort(404)
    sitting.release(access.me(), g.now)
    notify(g.db, found.person, "theory_result", g.now, test=found)
    flash(f"Vrijgegeven. {found.person.name} krijgt bericht dat de uitslag er is.", "ok")
    return redirect(url_for("theory_results.one", test_id=found.id))


@pages.post("/<uuid:test_id>/extra-tijd")
@access.roles(Role.KSF_OFFICER)
def extra_time(test_id: uuid.UUID) -> ResponseReturnValue:
    """An accommodation: more time for the items, until the candidate begins."""
    found, form = access_theory.test_for_officer(test_id), ExtraTimeForm()
    if not form.validate_on_submit():
        return _page(found, ResultForm(formdata=None), CorrectionForm(found, formdata=None)), 422
    sitting = sitting_of(g.db, found)
    if found.state is not TheoryState.SET or (sitting and sitting.started_at):
        raise Refused(Rule.BEGUN)
    found.extra_time = form.extra_time.data
    audit.record(g.db, g.now, access.me().id, "theory_test_extra_time", found, extra_time=found.extra_time)
    flash("De tijd is bewaard.", "ok")
    return redirect(url_for("theory_results.one", test_id=found.id))


@pages.post("/<uuid:test_id>/intrekken")
@access.roles(Role.KSF_OFFICER)
def withdraw(test_id: uuid.UUID) -> ResponseReturnValue:
    """Take a test back that its organisation cannot, for instance of somebody who left there."""
    found = access_theory.test_for_officer(test_id)
    found.withdraw(access.me(), g.now)
    theory_mail.notify_person(found, "theory_test_withdrawn")
    theory_mail.notify_organisation(found, "theory_test_taken_back")
    flash(f"Ingetrokken. {found.person.name} en de organisatie krijgen bericht.", "ok")
    return redirect(url_for("theory_results.one", test_id=found.id))


def _page(found: TheoryTest, form: ResultForm, correction: CorrectionForm) -> str:
    at_home = any(one.organisation_id == found.organisation_id and one.holds(g.now) for one in found.person.memberships)
    sitting = access_sittings.sitting_for_officer(found)
    values: dict[str, Any] = {"form": form, "correction": correction, "gave": given(g.db, found), "at_home": at_home}
    values |= {"sitting": sitting, "facts": facts_of(g.db, sitting) if sitting else [], "facts_words": THEORY_FACTS}
    values |= {"extra": ExtraTimeForm(formdata=None, extra_time=found.extra_time), "here": scheme_for(g.db, found)}
    return render_template("theory_results/one.html", found=found, **values)

"""The candidate at the online test: from the supervisor's code to the receipt.

All items of the form are on one page, so that five minutes without a network stop nobody; the script shows one at a
time. The server keeps the time and each answer, and never shows anything of another sitting.
"""

import uuid
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from scenarios.theory.forms import arranged
from scenarios.theory.items import ResponseError
from scenarios.theory.safe_exam_browser import MEDIA_TYPE, Check, configuration
from storage.base import json_values
from storage.base.present import present
from storage.people.people import Role
from storage.theory.day_codes import open_by_code
from storage.theory.sittings import (
    Fact,
    Given,
    TheoryAnswer,
    TheorySitting,
    TheoryStage,
    scheme_for,
    sitting_of,
)
from webapp import access, media
from webapp.access import theory_sittings as access_theory
from webapp.context import g
from webapp.dossier.drafts import secret
from webapp.forms import Form
from webapp.theory import browser
from webapp.theory.showing import Shown

pages = Blueprint("taking", __name__, url_prefix="/online-toets")

SEAT_HEADER = "X-Seat"
LONGEST_BODY = 200_000
MOST_ANSWERS, MOST_VALUES, MOST_FACTS = 200, 200, 200
LONGEST_VALUE = 500
LONG_AGO_S = 6 * 3600.0


class CodeForm(Form):
    code = StringField(
        "Code van vandaag",
        [DataRequired("Vul de code in."), Length(max=20)],
        description="Wie toezicht houdt, typt deze code van zes cijfers.",
    )


@pages.get("")
@access.roles(Role.CANDIDATE)
def home() -> ResponseReturnValue:
    """What fits the moment: waiting for the supervisor, beginning, the test itself, or the receipt."""
    test = access_theory.my_test()
    if test is None:
        return render_template("taking/none.html")
    sitting = sitting_of(g.db, test)
    if sitting is not None and sitting.over:
        told = sitting.released_at is not None or sitting.rules.result_at_once
        return render_template("taking/receipt.html", sitting=sitting, test=test, told=told)
    if browser.asked_for(test) and (seen := browser.seen(test)) is not Check.RIGHT:
        return render_template("taking/browser.html", wrong=seen is Check.WRONG), 200
    if sitting is None:
        return _waiting(CodeForm(formdata=None)), 200
    if sitting.last_call and g.now > sitting.last_call:
        return render_template("taking/over.html", sitting=sitting)
    if sitting.stage is TheoryStage.OPEN:
        return render_template("taking/begin.html", sitting=sitting, test=test)
    return _page(access_theory.my_sitting())


@pages.post("/openen")
@access.roles(Role.CANDIDATE)
def open_with_code() -> ResponseReturnValue:
    """The supervisor types the code of the day."""
    test, form = access_theory.require_my_test(), CodeForm()
    if not form.validate_on_submit():
        return _waiting(form), 422
    code = present(form.code.data).replace(" ", "")
    # A wrong code is counted, so the answer is a redirect and no error.
    if open_by_code(g.db, test, code, g.now) is None:
        flash("Deze code klopt niet. Vraag wie toezicht houdt om de code van vandaag.", "warn")
    return redirect(url_for("taking.home"))


@pages.post("/beginnen")
@access.roles(Role.CANDIDATE)
def begin() -> ResponseReturnValue:
    """The clock runs from now on."""
    sitting = access_theory.my_sitting()
    _require_browser(sitting)
    sitting.begin(_seat(request.form.get("seat", "")), g.now)
    return redirect(url_for("taking.home"))


@pages.post("/plaats")
@access.roles(Role.CANDIDATE)
def take_seat() -> ResponseReturnValue:
    """This browser says that it leads; another one does only after the supervisor let it."""
    return jsonify({"left_s": _mine().left_s(g.now)})


@pages.post("/antwoorden")
@access.roles(Role.CANDIDATE)
def save() -> ResponseReturnValue:
    """Keep answers, and what happened meanwhile. What was saved already may be sent again."""
    if len(request.data) > LONGEST_BODY:
        abort(413)
    sitting, body = _mine(), json_values.mapping(request.get_json(silent=True))
    given = dict(_answer(one) for one in json_values.listing(body.get("answers", []), MOST_ANSWERS))
    facts = [_fact(one) for one in json_values.listing(body.get("facts", []), MOST_FACTS)]
    try:
        sitting.save(given, g.now)
    except (ResponseError, KeyError):
        abort(400)
    for kind, ago in facts:
        sitting.note(kind, g.now - timedelta(seconds=ago))
    return jsonify({"left_s": sitting.left_s(g.now)})


@pages.post("/inleveren")
@access.roles(Role.CANDIDATE)
def hand_in() -> ResponseReturnValue:
    """It is over; asked twice it is over once."""
    sitting = access_theory.my_sitting()
    if sitting.stage is TheoryStage.RUNNING:
        late = sitting.last_call is not None and g.now > sitting.last_call
        if not late:
            sitting.require_seat(_seat(request.headers.get(SEAT_HEADER, "")), g.now)
        sitting.hand_in(g.now, by_clock=late)
    elif sitting.stage is TheoryStage.OPEN:
        abort(409)
    return jsonify({"url": url_for("taking.home")})


@pages.post("/tijd-om")
@access.roles(Role.CANDIDATE)
def hand_in_late() -> ResponseReturnValue:
    """The time was over before the page could hand it in."""
    sitting = access_theory.my_sitting()
    if sitting.last_call and g.now > sitting.last_call:
        sitting.hand_in(g.now, by_clock=True)
    return redirect(url_for("taking.home"))


@pages.get("/bestand/<int:number>/<uuid:medium_id>")
@access.roles(Role.CANDIDATE)
def medium(number: int, medium_id: uuid.UUID) -> ResponseReturnValue:
    """A picture or sound of an own item, while the test goes on."""
    found = access_theory.my_medium(number, medium_id)
    return media.stream(found.key, found.content_type)


@pages.get("/instellingen.seb")
@access.roles(Role.CANDIDATE)
def configure() -> ResponseReturnValue:
    """The configuration file of Safe Exam Browser for the own test."""
    test = access_theory.require_my_test()
    if not browser.asked_for(test):
        abort(404)
    answer = Response(configuration(browser.settings(test)), content_type=MEDIA_TYPE)
    answer.headers.set("Content-Disposition", "attachment", filename="online-toets.seb")
    return answer


@pages.post("/browser")
@access.roles(Role.CANDIDATE)
def prove_browser() -> ResponseReturnValue:
    """What the script of a page read of Safe Exam Browser."""
    test = access_theory.require_my_test()
    facts = json_values.flat(request.get_json(silent=True))
    path, config_hash, exam_hash = (
        json_values.text(facts.get(name, ""), 500) for name in ("path", "config_key", "exam_key")
    )
    if not path.startswith("/"):
        abort(400)
    right = browser.asked_for(test) and browser.prove(test, path, config_hash, exam_hash)
    return jsonify({"right": right})


@pages.get("/klaar")
@access.roles(Role.CANDIDATE)
def finished() -> ResponseReturnValue:
    """The address at which Safe Exam Browser closes itself."""
    return redirect(url_for("taking.home"))


def _waiting(form: CodeForm) -> str:
    test = access_theory.require_my_test()
    scheme = scheme_for(g.db, test)
    return render_template("taking/waiting.html", test=test, scheme=scheme, form=form)


def _page(sitting: TheorySitting) -> str:
    shown = [(one, _shown(sitting, one)) for one in sitting.answers]
    values: dict[str, Any] = {"sitting": sitting, "shown": shown, "left_s": sitting.left_s(g.now), "secret": secret()}
    return render_template("taking/test.html", **values)


def _shown(sitting: TheorySitting, one: TheoryAnswer) -> Shown:
    item = one.item.content
    media_of = {each.path: url_for("taking.medium", number=one.number, medium_id=each.id) for each in one.item.media}
    sides = arranged(item, sitting.seed)
    return Shown(item, sides, tuple(one.response), f"v{one.number}", media_of.__getitem__)


def _mine() -> TheorySitting:
    """The own sitting, led from this browser."""
    sitting = access_theory.my_own_sitting()
    sitting.require_seat(_seat(request.headers.get(SEAT_HEADER, "")), g.now)
    return sitting


def _require_browser(sitting: TheorySitting) -> None:
    """A page that lost its Safe Exam Browser asks again from the start."""
    if browser.asked_for(sitting.test) and browser.seen(sitting.test) is not Check.RIGHT:
        abort(redirect(url_for("taking.home")))


def _seat(seat: str) -> str:
    if not 16 <= len(seat) <= 64 or not seat.isascii():
        abort(400)
    return seat


def _answer(value: Any) -> tuple[int, Given]:
    one = json_values.mapping(value)
    response = json_values.listing(one.get("response"), MOST_VALUES)
    words = tuple(json_values.text(each, LONGEST_VALUE) for each in response)
    return json_values.whole(one.get("number")), Given(words, json_values.yes_no(one.get("flagged")))


def _fact(value: Any) -> tuple[Fact, float]:
    """What happened, and how many seconds ago."""
    one = json_values.flat(value)
    kind = json_values.text(one.get("kind"), 20)
    if kind not in (Fact.LEFT, Fact.BACK, Fact.OFFLINE, Fact.ONLINE):
        abort(400)
    return Fact(kind), json_values.number(one.get("ago_s"), LONG_AGO_S)

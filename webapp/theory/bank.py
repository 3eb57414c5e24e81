"""The bank of items at the office: looking, bringing in and taking out as packages, and each step by two persons."""

import uuid
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, func, select
from wtforms import BooleanField, FileField, SelectField, TextAreaField
from wtforms.validators import Length, Optional

from scenarios.theory.content import text_of
from scenarios.theory.forms import arranged
from scenarios.theory.items import Item, Match, options_of
from scenarios.theory.qti.packages import PackageError, read_package
from storage.base.objects import ObjectError
from storage.base.refusal import Refused
from storage.theory import packages
from storage.theory.drops import drop_of, open_proposals
from storage.theory.figures import exposure, item_figures, whole_reliability
from storage.theory.items import ITEM_STEPS, ItemState, Kind, Rule, TheoryItem, versions_of
from storage.theory.packages import Looked, NotTaken
from storage.theory.stock import stock, terms_asked
from webapp import access, media, uploads
from webapp.access import theory_items as access_items
from webapp.context import g
from webapp.dutch.packages import ITEM_FLAGS, ITEM_STATES, KINDS, STEPS, finding
from webapp.forms import Form, choices
from webapp.paging import matching, one_of, page_of, search
from webapp.people.account import own_address
from webapp.theory.showing import Shown, right_answer
from webapp.uploads import Upload

pages = Blueprint("bank", __name__, url_prefix="/bureau/vragen")

PAGE = 50
LARGEST = 10 * 1000 * 1000


class PackageForm(Form):
    package = FileField(
        "Vragenpakket", description="Een ZIP-bestand van QTI 3.0, tot 10 MB. Vragen van QTI 2 zet u eerst om."
    )
    term = SelectField(
        "Toetsterm voor vragen die er geen noemen",
        description="Noemt het pakket zelf een toetsterm, dan geldt die.",
    )
    partly = BooleanField("Neem de goede vragen over, ook als er vragen bij zijn die niet kunnen")


class ReasonForm(Form):
    reason = TextAreaField("Waarom?", [Optional(), Length(max=2000)])


@pages.get("")
@access_items.keepers
def home() -> ResponseReturnValue:
    """The items in one state, or those that somebody looks for."""
    words, chosen = search(), one_of(ItemState, "stand")
    page = page_of(access_items.items(*_wanted()), size=PAGE)
    counted = g.db.execute(select(TheoryItem.state, func.count()).group_by(TheoryItem.state))
    counts = {state: number for state, number in counted}
    values: dict[str, Any] = {"page": page, "words": words, "chosen": chosen, "counts": counts}
    values |= {"steps": sorted(ITEM_STEPS[chosen], key=list(ItemState).index) if chosen else []}
    values |= {"exposure": exposure(g.db, [one.id for one in page.rows])}
    values |= {"filters": _filters(), "terms": terms_asked(g.db), "kinds": KINDS, "states": ITEM_STATES}
    values |= {"proposals": open_proposals(g.db)}
    return render_template("bank/home.html", **values, step_words=STEPS)


@pages.get("/toetsmatrijs")
@access_items.keepers
def blueprint() -> ResponseReturnValue:
    """Whether there are enough items for the tests that the schemes ask for."""
    return render_template("bank/blueprint.html", exams=stock(g.db))


@pages.get("/cijfers")
@access_items.keepers
def figures() -> ResponseReturnValue:
    """How each item did, with the number of candidates that it rests on."""
    found = item_figures(g.db)
    items = g.db.scalars(access_items.items(TheoryItem.id.in_(found))).all()
    rows = [(item, found[item.id]) for item in items]
    return render_template("bank/figures.html", rows=rows, whole=whole_reliability(g.db), flags=ITEM_FLAGS)


@pages.get("/<uuid:item_id>")
@access_items.keepers
def one(item_id: uuid.UUID) -> ResponseReturnValue:
    """One item as a candidate sees it, with its key and its way so far."""
    return _one(access_items.item(item_id), "")


@pages.post("/stand")
@access_items.keepers
def move() -> ResponseReturnValue:
    """Let the items that are ticked take one step: all of them, or none."""
    form, to = ReasonForm(), request.form.get("naar", "")
    ids = _ids(request.form.getlist("items"))
    if to not in set(ItemState) or not form.validate():
        abort(400)
    found = access_items.chosen_items(ids)
    back = request.form.get("terug") or url_for("bank.home", stand=to)
    if not found:
        flash("Kruis eerst aan welke vragen u bedoelt.", "warn")
        return redirect(own_address(back))
    for item in found:
        item.move(ItemState(to), form.reason.data or "", access.me(), g.now)
    number = "1 vraag is" if len(found) == 1 else f"{len(found)} vragen zijn"
    flash(f"{number} nu {ITEM_STATES[ItemState(to)][0]}.", "ok")
    return redirect(own_address(back))


@pages.route("/nieuw", methods=["GET", "POST"])
@access_items.keepers
@uploads.a_day(Upload.ITEM_PACKAGE)
def bring() -> ResponseReturnValue:
    """Bring in a package, as new items, or (?van=) as the next version of one."""
    form, of = PackageForm(), request.args.get("van", type=uuid.UUID)
    before = access_items.item(of) if of else None
    terms = terms_asked(g.db)
    form.term.choices = choices([("", "geen"), *((term, f"{term} {text}") for term, text in terms.items())])
    if not form.validate_on_submit():
        return _bring(form, before, terms), 422 if form.errors else 200
    file = request.files.get("package")
    data = file.stream.read(LARGEST + 1) if file else b""
    if not data or len(data) > LARGEST:
        form.package.errors = ["Kies een bestand." if not data else "Dit bestand is groter dan 10 MB."]
        return _bring(form, before, terms), 422
    try:
        package = read_package(data)
    except PackageError as error:
        seen = NotTaken(error.finding.where, error.finding.why, error.finding.what)
        return _bring(form, before, terms, Looked((), {}, (seen,), ())), 422
    found = packages.look(g.db, package, terms, before.term if before else form.term.data or "")
    if not found.items or (found.refused and not form.partly.data) or (before and len(found.items) != 1):
        return _bring(form, before, terms, found), 422
    # Sending pictures and sounds takes a while; nobody should wait for this request meanwhile.
    g.db.commit()
    packages.put_media(found.items, found.media)
    number = before.number if before else None
    made = packages.take_in(g.db, found.items, found.media, access.me(), g.now, number)
    return render_template("bank/brought.html", made=made, found=found, finding=finding)


@pages.get("/vragen.zip")
@access_items.keepers
def export() -> ResponseReturnValue:
    """The items of the list, or the one that is asked for (?item=), as a package of QTI 3.0."""
    asked = request.args.get("item", type=uuid.UUID)
    wanted = [TheoryItem.id == asked] if asked else _wanted()
    found = g.db.scalars(access_items.items(*wanted).options(*access_items.OF_ITEM)).all()
    if not found:
        abort(404)
    try:
        data = packages.export(found)
    except ObjectError as error:
        raise Refused(Rule.MEDIA_AWAY) from error
    answer = Response(data, content_type="application/zip")
    answer.headers.set("Content-Disposition", "attachment", filename="vragen.zip")
    return answer


@pages.get("/<uuid:item_id>/bestand/<uuid:medium_id>")
@access_items.keepers
def medium(item_id: uuid.UUID, medium_id: uuid.UUID) -> ResponseReturnValue:
    """A picture or sound of an item."""
    found = access_items.medium(item_id, medium_id)
    return media.stream(found.key, found.content_type)


def _one(item: TheoryItem, seed: str) -> str:
    content = item.content
    paths = {one.path: url_for("bank.medium", item_id=item.id, medium_id=one.id) for one in item.media}
    sides = arranged(content, seed) if seed else _as_written(content)
    shown = Shown(content, sides, (), "vraag", paths.__getitem__)
    steps = [one for one in ItemState if item.may_go_to(one, access.me())]
    blocked = [one for one in ItemState if one in ITEM_STEPS[item.state] and one not in steps]
    values: dict[str, Any] = {"item": item, "content": content, "shown": shown, "right": right_answer(content)}
    values |= {"steps": steps, "blocked": blocked, "step_words": STEPS, "states": ITEM_STATES, "kinds": KINDS}
    words = {option.key: text_of(option.content) for option in options_of(content.interaction)}
    values |= {"figures": item_figures(g.db, item.id).get(item.id), "words": words}
    values |= {"drop": drop_of(g.db, item.id)}
    values |= {"versions": versions_of(g.db, item.number), "term": terms_asked(g.db).get(item.term, "")}
    return render_template("bank/one.html", **values)


def _as_written(item: Item) -> tuple[tuple[str, ...], ...]:
    """The options as their author wrote them."""
    one = item.interaction
    sides = (one.left, one.right) if isinstance(one, Match) else (options_of(one),)
    return tuple(tuple(option.key for option in side) for side in sides)


def _bring(form: PackageForm, before: TheoryItem | None, terms: dict[str, str], found: Looked | None = None) -> str:
    return render_template("bank/bring.html", form=form, before=before, terms=terms, found=found, finding=finding)


def _filters() -> dict[str, str]:
    """What the address asks for, for links that keep it."""
    return {name: value for name in ("zoek", "stand", "toets", "soort") if (value := request.args.get(name, ""))}


def _wanted() -> list[ColumnElement[bool]]:
    """The items that the address asks for."""
    words, state, kind, term = search(), one_of(ItemState, "stand"), one_of(Kind, "soort"), request.args.get("toets")
    wanted: list[ColumnElement[bool]] = []
    if words:
        number = words.removeprefix("V").removeprefix("v")
        if number.isascii() and number.isdigit() and len(number) < 9:
            wanted.append(TheoryItem.number == int(number))
        else:
            wanted.append(matching(words, TheoryItem.title, TheoryItem.words, TheoryItem.source))
    if state:
        wanted.append(TheoryItem.state == state)
    if kind:
        wanted.append(TheoryItem.kind == kind)
    if term:
        wanted.append(TheoryItem.term == term)
    return wanted


def _ids(texts: list[str]) -> list[uuid.UUID]:
    try:
        return [uuid.UUID(one) for one in texts]
    except ValueError:
        abort(404)

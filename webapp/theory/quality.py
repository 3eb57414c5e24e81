"""The quality of the bank's items: an item that is dropped for everybody, and the panel that sets the cut."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from scenarios.theory_rules import TheoryRules
from storage.people.people import Person, Role
from storage.people.staff import holders
from storage.schemes import current_theory_tests
from storage.theory import dropping, panels
from storage.theory.drops import drop_of
from storage.theory.panels import AngoffPanel
from storage.theory.sittings import TheorySitting, TheoryStage
from webapp import access
from webapp.access import theory_items as access_items
from webapp.context import g
from webapp.dutch.packages import DROPPED, STAYS
from webapp.forms import Form, choices
from webapp.mail.notify import notify
from webapp.theory.showing import right_answer

pages = Blueprint("quality", __name__)

SHOWN = 200
"""So many changed outcomes stand on the page; all of them are counted."""


class DropForm(Form):
    reason = TextAreaField(
        "Wat is er niet goed aan deze vraag?",
        [DataRequired("Schrijf wat er niet goed is."), Length(max=2000)],
        description="Alleen KSF leest dit.",
    )


class PanelForm(Form):
    """Of which test a panel sets the cut, and who is in it."""

    scheme = SelectField("Toets", [InputRequired("Kies een toets.")])
    members = SelectMultipleField(
        "Wie zit in het panel?",
        [DataRequired("Kies wie in het panel zit.")],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description="Vijf of meer is beter: van één lid is er geen marge.",
    )


@pages.route("/bureau/vragen/<uuid:item_id>/vervallen", methods=["GET", "POST"])
@access_items.keepers
def drop(item_id: uuid.UUID) -> ResponseReturnValue:
    """What changes when this item does not count; the first person proposes it here."""
    item, form = access_items.item(item_id), DropForm()
    if form.validate_on_submit():
        dropping.propose(g.db, item, form.reason.data or "", access.me(), g.now)
        flash("Voorgesteld. Iemand anders van KSF besluit.", "ok")
        return redirect(url_for("quality.drop", item_id=item.id))
    made = drop_of(g.db, item.id)
    values: dict[str, Any] = {"item": item, "drop": made, "form": form}
    if made and made.decided_at:
        kept = {uuid.UUID(one["sitting"]): one for one in made.outcomes}
        theirs = select(TheorySitting).where(TheorySitting.id.in_(list(kept)[:SHOWN])).order_by(TheorySitting.id)
        values["outcomes"] = [(one, kept[one.id]) for one in g.db.scalars(theirs)]
    elif item.live_at is None:
        abort(404)
    else:
        found = dropping.preview(g.db, item)
        values |= {"found": found, "turned": [one for one in found if one.turned], "shown": SHOWN}
    values |= {"why": STAYS, "rules": _rules(), "dropped": DROPPED}
    return render_template("bank/drop.html", **values), 422 if form.errors else 200


@pages.post("/bureau/vragen/<uuid:item_id>/vervallen/besluit")
@access_items.keepers
def decide(item_id: uuid.UUID) -> ResponseReturnValue:
    """The second person drops the item for everybody; or either of them takes the proposal back."""
    made = drop_of(g.db, access_items.item(item_id).id) or abort(404)
    if request.form.get("besluit") == "terug":
        dropping.take_back(made, access.me(), g.now)
        flash("Het voorstel is ingetrokken. De vraag telt mee zoals hij deed.", "ok")
        return redirect(url_for("bank.one", item_id=item_id))
    if request.form.get("besluit") != "vervalt":
        abort(400)
    told = 0
    for one in dropping.carry_out(made, access.me(), g.now):
        if one.turned and not one.stays and one.sitting.stage is TheoryStage.RELEASED:
            notify(g.db, one.sitting.test.person, "theory_result_changed", g.now, test=one.sitting.test)
            told += 1
    flash(f"De vraag is vervallen. Kandidaten die bericht krijgen: {told}.", "ok")
    return redirect(url_for("quality.drop", item_id=item_id))


@pages.route("/bureau/panels", methods=["GET", "POST"])
@access_items.keepers
def panel_list() -> ResponseReturnValue:
    """Every panel that set, or is setting, a cut; and the form for a new one."""
    form = PanelForm()
    schemes = {str(one.id): one for one in current_theory_tests(g.db)}
    people = {str(one.id): one for one in _keepers()}
    form.scheme.choices = choices((key, one.content.name) for key, one in schemes.items())
    form.members.choices = choices((key, one.name) for key, one in people.items())
    if form.validate_on_submit():
        chosen = [people[key] for key in form.members.data or []]
        made = panels.open_panel(g.db, schemes[form.scheme.data], chosen, access.me(), g.now)
        flash("Het panel is open. Ieder lid schat zelf, op deze pagina.", "ok")
        return redirect(url_for("quality.panel", panel_id=made.id))
    found = panels.panels(g.db)
    return render_template("bank/panels.html", found=found, form=form), 422 if form.errors else 200


@pages.get("/bureau/panels/<uuid:panel_id>")
@access_items.keepers
def panel(panel_id: uuid.UUID) -> ResponseReturnValue:
    """One panel: the own estimates while it is open, and what they come to when it is closed."""
    return _panel(_found(panel_id), {})


@pages.post("/bureau/panels/<uuid:panel_id>/schatten")
@access_items.keepers
def estimate(panel_id: uuid.UUID) -> ResponseReturnValue:
    """Keep the own estimates; those that are empty may follow later."""
    found = _found(panel_id)
    mine = found.judge(access.me().id) or abort(404)
    given, wrong = _estimates(found)
    if wrong:
        return _panel(found, wrong), 422
    mine.save(given, g.now)
    left = len(found.items) - len(mine.estimates)
    flash("Bewaard. U hebt bij elke vraag geschat." if not left else f"Bewaard. Nog te schatten: {left}.", "ok")
    return redirect(url_for("quality.panel", panel_id=found.id))


@pages.post("/bureau/panels/<uuid:panel_id>/sluiten")
@access_items.keepers
def close(panel_id: uuid.UUID) -> ResponseReturnValue:
    """Let the estimates stand, and show what they come to."""
    found = _found(panel_id)
    found.close(access.me(), g.now)
    flash("Het panel is gesloten.", "ok")
    return redirect(url_for("quality.panel", panel_id=found.id))


def _found(panel_id: uuid.UUID) -> AngoffPanel:
    return g.db.get(AngoffPanel, panel_id) or abort(404)


def _rules() -> list[tuple[str, TheoryRules]]:
    """What each scheme with a theory test does with an item that is dropped."""
    return [(one.content.name, one.content.theory) for one in current_theory_tests(g.db)]


def _estimates(found: AngoffPanel) -> tuple[dict[str, int], dict[str, str]]:
    """What was filled in by the id of the item, and what is no number from 0 to 100."""
    given, wrong = {}, {}
    for item in found.items:
        text = request.form.get(f"e-{item}", "").strip()
        if text.isascii() and text.isdigit() and len(text) < 4 and int(text) <= 100:
            given[item] = int(text)
        elif text:
            wrong[item] = text[:20]
    return given, wrong


def _panel(found: AngoffPanel, wrong: dict[str, str]) -> str:
    rows = panels.items_of(g.db, found)
    mine = found.judge(access.me().id)
    values: dict[str, Any] = {"panel": found, "rows": rows, "mine": mine, "wrong": wrong, "right": right_answer}
    if found.closed_at:
        result = found.result(rows)
        judges = [(one, result.judges[str(one.id)]) for one in found.judged]
        values |= {"result": result, "judges": judges, "of_items": {one.item: one for one in result.items}}
        values |= {"cut": found.scheme.content.theory.cut_share}
    return render_template("bank/panel.html", **values)


def _keepers() -> list[Person]:
    """Who may look into the bank, by name."""
    found = {one.id: one for role in (Role.KSF_OFFICER, Role.EXAM_COMMITTEE) for one in holders(g.db, role, g.now)}
    return sorted(found.values(), key=lambda one: (one.name, str(one.id)))

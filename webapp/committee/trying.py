"""Who would flip by another cut: the committee tries it on the results of a year. Nothing is changed by it."""

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from wtforms import IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from review.changed_rule import Change, Flip, Tried
from scenarios.scheme import Scheme
from storage.committee import simulations, tried_rules
from storage.people.people import Role
from storage.schemes import Pack
from webapp import access, explain
from webapp.context import g
from webapp.forms import Form, NumberField, choices, offer

pages = Blueprint("trying", __name__, url_prefix="/proefregel")

YEARS = {"1": "het laatste jaar", "5": "de laatste vijf jaar"}
SAID = {True: "geslaagd", False: "niet geslaagd", None: "te weinig gezien"}
MOST = 200
"""So many are listed; all are counted."""


class TryForm(Form):
    exam = SelectField("Examen", [InputRequired("Kies een examen.")])
    competency_min = NumberField("Cesuur per competentie", [Optional(), NumberRange(1, 5)], places=2)
    overall_min = NumberField("Cesuur over alles", [Optional(), NumberRange(1, 5)], places=2)
    observed_min = IntegerField(
        "In hoeveel antwoorden elke competentie gezien moet zijn", [Optional(), NumberRange(1, 40)]
    )
    years = RadioField(
        "Uitslagen van", [InputRequired("Kies een periode.")], choices=choices(YEARS.items()), default="1"
    )

    def change(self) -> Change:
        """What is tried; an empty field leaves the value of the regulation."""
        cuts = [None if one.data is None else Fraction(one.data) for one in (self.competency_min, self.overall_min)]
        return Change(cuts[0], cuts[1], self.observed_min.data)


@pages.get("")
@access.roles(Role.EXAM_COMMITTEE)
def home() -> ResponseReturnValue:
    """The form."""
    packs = simulations.packs(g.db)
    return _page(TryForm(formdata=None), packs)


@pages.post("")
@access.roles(Role.EXAM_COMMITTEE)
def attempt() -> ResponseReturnValue:
    """How many would flip, and who. It reads alone."""
    form, packs = TryForm(), simulations.packs(g.db)
    _offer(form, packs)
    if not form.validate_on_submit():
        return _page(form, packs), 422
    change = form.change()
    if change == Change():
        form.overall_min.errors = ["Vul minstens één waarde in die anders is."]
        return _page(form, packs), 422
    since = g.now - timedelta(days=365 * int(form.years.data))
    found = tried_rules.try_change(g.db, form.exam.data, change, since)
    scheme = next(one.scheme.content for one in packs if one.scheme.key == form.exam.data)
    return _page(form, packs, found, scheme)


def _offer(form: TryForm, packs: Sequence[Pack]) -> None:
    offer(form.exam, {one.scheme.key: one.scheme.content.name for one in packs})


def _page(form: TryForm, packs: Sequence[Pack], found: Tried | None = None, scheme: Scheme | None = None) -> str:
    _offer(form, packs)
    rows = [(one, _why(one, scheme)) for one in found.flips[:MOST]] if found and scheme else []
    values = {"rows": rows, "said": SAID, "most": MOST}
    return render_template("trying/home.html", form=form, packs=packs, found=found, **values)


def _why(one: Flip, scheme: Scheme) -> list[str]:
    lines = (explain.line(reason, scheme) for reason in one.because)
    return [f"{each.what}: {each.found} ({each.needed})" for each in lines]

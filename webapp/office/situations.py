"""The situations of each exam: which are in use, who met them, and how one that leaked goes out of use."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from scenarios.catalogue import Scenario
from storage.base.present import present
from storage.dossier.dossiers import Dossier
from storage.exam import drawing
from storage.exam.drawing import Retired, RetiredScenario
from storage.exam.sittings import Sitting
from storage.people.people import Role
from storage.schemes import Pack, current_schemes, newest_pack, packs_of
from webapp import access
from webapp.context import g
from webapp.forms import Form
from webapp.paging import count, page_of

pages = Blueprint("situations", __name__, url_prefix="/bureau/situaties")


class RetireForm(Form):
    reason = TextAreaField(
        "Waarom gaat deze situatie uit gebruik?",
        [DataRequired("Schrijf waarom deze situatie uit gebruik gaat."), Length(max=2000)],
        description="Bijvoorbeeld: het filmpje staat op internet. Noem geen namen.",
    )


@dataclass(frozen=True)
class Row:
    """One situation in the list of an exam."""

    scenario: Scenario
    met: int
    retired: RetiredScenario | None


@dataclass(frozen=True)
class Shown:
    """One exam with the newest pack of it. `empty`: the numbers for which nothing is left."""

    pack: Pack
    rows: list[Row]
    empty: list[int]
    planned: int


@pages.get("")
@access.roles(Role.KSF_OFFICER)
def home() -> str:
    """Every exam with its newest pack."""
    packs = [newest_pack(g.db, one.key) for one in current_schemes(g.db) if one.content.sitting]
    return render_template("situations/home.html", exams=[_shown(one) for one in packs if one is not None])


@pages.route("/<exam>/<scenario>", methods=["GET", "POST"])
@access.roles(Role.KSF_OFFICER)
def one(exam: str, scenario: str) -> ResponseReturnValue:
    """One situation: who met it, and the one act that lets nobody meet it any more."""
    pack, found = _find(exam, scenario)
    form = RetireForm()
    if form.validate_on_submit():
        told = drawing.retire(g.db, pack, found, present(form.reason.data), access.me(), g.now)
        flash(_said(told), "warn" if told.kept else "success")
        return redirect(url_for("situations.one", exam=exam, scenario=scenario))
    theirs = drawing.who_met(g.db, exam, scenario).join(Sitting.dossier).where(access.others())
    page = page_of(theirs, joinedload(Sitting.dossier).joinedload(Dossier.candidate))
    values: dict[str, Any] = {"exam": exam, "pack": pack, "scenario": found, "form": form, "page": page}
    values |= {
        "retired": drawing.retired(g.db, exam).get(scenario),
        "met": drawing.meetings(g.db, exam).get(scenario, 0),
        "others": [each for each in pack.content.slot(found.number) if each.key != scenario],
        "gone": drawing.retired(g.db, exam),
        "planned": count(drawing.planned(exam)),
        "competencies": [pack.scheme.content.competency(key).name for key in found.competencies],
    }
    return render_template("situations/one.html", **values), 422 if form.errors else 200


@pages.post("/<exam>/<scenario>/terug")
@access.roles(Role.KSF_OFFICER)
def restore(exam: str, scenario: str) -> ResponseReturnValue:
    """Take a situation into use again that was retired by mistake."""
    _find(exam, scenario)
    drawing.restore(g.db, exam, scenario, access.me(), g.now)
    flash("De situatie is weer in gebruik. Wie nu aan een examen begint, kan die krijgen.", "success")
    return redirect(url_for("situations.one", exam=exam, scenario=scenario))


def _find(exam: str, scenario: str) -> tuple[Pack, Scenario]:
    """The situation in the newest pack that has it, but for the practice round."""
    for pack in packs_of(g.db, exam):
        for found in (*pack.content.scenarios, *pack.content.parallels):
            if found.key == scenario:
                return pack, found
    abort(404)


def _shown(pack: Pack) -> Shown:
    exam = pack.scheme.key
    met, gone = drawing.meetings(g.db, exam), drawing.retired(g.db, exam)
    rows = [
        Row(each, met.get(each.key, 0), gone.get(each.key))
        for slot in pack.content.scenarios
        for each in pack.content.slot(slot.number)
    ]
    return Shown(pack, rows, drawing.empty_slots(g.db, pack), count(drawing.planned(exam)))


def _said(told: Retired) -> str:
    said = "De situatie is uit gebruik: niemand krijgt die nog."
    if told.drawn_anew:
        said += f" {_exams(told.drawn_anew)} van dit moment {_gets(told.drawn_anew)} een andere situatie."
    if told.kept:
        said += (
            f" {_exams(told.kept)} van dit moment {_gets(told.kept)} die toch nog, omdat er geen andere is. "
            "Beslis met de examencommissie of dat examen geldt."
        )
    return said


def _exams(number: int) -> str:
    return "1 examen" if number == 1 else f"{number} examens"


def _gets(number: int) -> str:
    return "krijgt" if number == 1 else "krijgen"

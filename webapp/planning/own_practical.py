"""The candidate's own result of a practical test: the points of each term, and every point that was missed, and why."""

import uuid
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from scenarios.chapters import ChecklistRules
from storage.base.present import present
from storage.people.people import Role
from storage.planning.practical_results import PracticalResult
from webapp import access
from webapp.access import practical as access_practical
from webapp.context import g
from webapp.dutch.formats import day_of
from webapp.forms import Form

pages = Blueprint("own_practical", __name__, url_prefix="/examen/praktijktoets")


class ObjectionForm(Form):
    text = TextAreaField(
        "Waarom bent u het niet eens met de uitslag?",
        [DataRequired("Schrijf waarom u het niet eens bent."), Length(max=5000)],
        description="Noem de punten waar het om gaat.",
    )


@pages.get("/<uuid:result_id>")
@access.roles(Role.CANDIDATE)
def show(result_id: uuid.UUID) -> ResponseReturnValue:
    """One result that was released."""
    return _page(access_practical.my_result(result_id), ObjectionForm(formdata=None))


@pages.post("/<uuid:result_id>/bezwaar")
@access.roles(Role.CANDIDATE)
def object_to(result_id: uuid.UUID) -> ResponseReturnValue:
    """Say what is wrong with it."""
    found, form = access_practical.my_result(result_id), ObjectionForm()
    if not form.validate_on_submit():
        return _page(found, form), 422
    found.object_to(present(form.text.data), g.now)
    flash("Uw bezwaar is ontvangen. Iemand die niet over deze uitslag ging, kijkt ernaar. U krijgt bericht.", "ok")
    return redirect(url_for("own_practical.show", result_id=found.id))


def _page(found: PracticalResult, form: ObjectionForm) -> str:
    until = found.objection_until()
    may = found.objected_at is None and until is not None and day_of(g.now) <= until
    values = {"form": form, "until": until, "may_object": may}
    return render_template("practical_results/own.html", found=found, **values, **values_of(found))


@pages.app_template_global("my_practical_results")
def my_practical_results() -> Sequence[PracticalResult]:
    """The own results of the candidate who asks, the newest first."""
    return g.db.scalars(access_practical.my_results()).all()


def values_of(found: PracticalResult) -> dict[str, Any]:
    """What a page about this result shows: its terms and points by their keys, with the words of the regulation."""
    content = found.participant.practical_session.scheme.content
    rules = content.chapter(ChecklistRules)
    return {
        "practical": found.participant.practical_session,
        "content": content,
        "names": {term["key"]: term["name"] for term in content.pass_rule["terms"]},
        "points": {one.key: one for one in rules.points},
    }

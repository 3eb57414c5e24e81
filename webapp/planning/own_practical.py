"""The candidate's own result of a practical test: the points of each term, and every point that was missed, and why."""

import uuid
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from scenarios.chapters import ChecklistRules
from storage.people.people import Role
from storage.planning.practical_results import PracticalResult
from webapp import access
from webapp.access import practical as access_practical
from webapp.context import g

pages = Blueprint("own_practical", __name__, url_prefix="/examen/praktijktoets")


@pages.get("/<uuid:result_id>")
@access.roles(Role.CANDIDATE)
def show(result_id: uuid.UUID) -> ResponseReturnValue:
    """One result that was released."""
    found = access_practical.my_result(result_id)
    return render_template("practical_results/own.html", found=found, **values_of(found))


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

"""The home page of the exam committee: what waits for it, and what it ruled."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from storage.people.people import Role
from webapp import access, todo
from webapp.access import objections as access_objections
from webapp.paging import page_of

pages = Blueprint("committee", __name__)

RECENT = 5
"""How many rulings are shown beside what waits."""


@pages.get("/examencommissie")
@access.roles(Role.EXAM_COMMITTEE)
def home() -> ResponseReturnValue:
    """What waits for the committee, the objections among it by name, and its latest rulings."""
    waiting = page_of(access_objections.for_committee(), access_objections.WHOSE)
    ruled = page_of(access_objections.ruled_objections(), access_objections.WHOSE, size=RECENT)
    lines = todo.of_role(Role.EXAM_COMMITTEE)
    return render_template("committee/home.html", todo=lines, waiting=waiting, ruled=ruled.rows)

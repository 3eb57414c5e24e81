"""The recorders as the office sees them: which are alive, how much capacity is left, which are ending."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from storage.exam import reservations
from storage.people.people import Role
from webapp import access
from webapp.context import g

pages = Blueprint("recorders", __name__)


@pages.get("/bureau/opnameservers")
@access.roles(Role.KSF_OFFICER)
def show() -> ResponseReturnValue:
    """Every recorder with its load, and how many exams can begin now."""
    loads = reservations.loads(g.db, g.now)
    free = sum(load.free for load in loads if load.node.takes_sittings(g.now))
    return render_template("recorders/show.html", loads=loads, free=free)

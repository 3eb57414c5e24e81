"""The recorders as the office sees them: which are alive, how much room there is, which are ending."""

from flask import Blueprint, g, render_template

from storage.exam import recorder_places
from storage.people.people import Role
from webapp import access

pages = Blueprint("recorders", __name__)


@pages.get("/bureau/opnameservers")
@access.roles(Role.KSF_OFFICER)
def show():
    """Every recorder with its room, and how many exams can begin now."""
    rooms = recorder_places.rooms(g.db, g.now)
    free = sum(room.free for room in rooms if room.node.takes_sittings(g.now))
    return render_template("recorders/show.html", rooms=rooms, free=free)

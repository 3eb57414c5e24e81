"""The state of the installation for the office: which parts answer, what waits since when, and what gave up."""

from dataclasses import dataclass

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from storage import operation
from storage.base.config import Config
from storage.base.jobs import JobState
from storage.base.version import VERSION
from storage.operation import Number
from storage.people.people import Role
from webapp import access, health
from webapp.context import g

pages = Blueprint("status", __name__, url_prefix="/bureau/stand")

PARTS = {
    "database": "Database",
    "set_up": "Inrichting",
    "broker": "Wachtrij",
    "objects": "Opslag van opnames",
    "recorder": "Opnameservers",
    "workers": "Achtergrondwerk",
}
"""What each part of the health page is called."""
MATTERS = {
    "stuck": "opnames die blijven hangen",
    "faulty": "antwoorden om over te beslissen",
    "unmade": "opnames zonder video",
    "late": "delen die te laat binnenkwamen",
}
LONG_S = 1800
"""Seconds that a task may wait before it stands out."""


@dataclass(frozen=True)
class Work:
    """A kind of task: how many wait, run and gave up, and how many seconds the oldest waits."""

    kind: str
    waiting: int
    running: int
    dead: int
    oldest: float

    @property
    def late(self) -> bool:
        return self.oldest > LONG_S


@pages.get("")
@access.roles(Role.KSF_OFFICER)
def show() -> ResponseReturnValue:
    """All of it, as of now; the same numbers that the machine's own watch is told."""
    settings: Config = current_app.config["SETTINGS"]
    numbers = list(operation.numbers(g.db, settings, g.now))
    one = {number.name: number.value for number in numbers if not number.labels}
    mails = {number.labels["state"]: int(number.value) for number in numbers if number.name == "vignet_mails"}
    takes = {number.labels["matter"]: int(number.value) for number in numbers if number.name == "vignet_takes_waiting"}
    recorders = {number.labels["state"]: int(number.value) for number in numbers if number.name == "vignet_recorders"}
    return render_template(
        "status/show.html",
        parts=[(PARTS.get(part, part), up) for part, up in health.parts().items()],
        works=_works(numbers),
        one=one,
        mails=mails,
        takes=[(MATTERS.get(matter, matter), count) for matter, count in takes.items()],
        recorders=recorders,
        free=operation.free_bytes(settings),
        version=VERSION,
    )


def _works(numbers: list[Number]) -> list[Work]:
    """Each kind that has a task, longest waiting first."""
    counts: dict[str, dict[str, int]] = {}
    oldest: dict[str, float] = {}
    for one in numbers:
        if one.name == "vignet_jobs":
            counts.setdefault(one.labels["kind"], {})[one.labels["state"]] = int(one.value)
        elif one.name == "vignet_job_oldest_seconds":
            oldest[one.labels["kind"]] = one.value
    found = [
        Work(kind, found[JobState.WAITING], found[JobState.RUNNING], found[JobState.DEAD], oldest.get(kind, 0))
        for kind, found in counts.items()
    ]
    return sorted(found, key=lambda one: (-one.dead, -one.oldest, one.kind))

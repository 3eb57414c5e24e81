"""Readiness of a location for an exam: it was looked at, lately enough, and everything was in order.

A signal and never a lock (KSF: "het is belangrijk om vooraf te testen of alles naar behoren werkt op de locatie").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from scenarios.quality import Limits, judge_camera

LEAST_LINE_KBPS = 500
"""Slower than this an answer is sent for longer than it lasted."""
LEAST_PICTURES = 15
"""Coded pictures a second: with fewer a computer has too much to do."""
HEARD = 0.4
"""How loud speech is at least, on the scale of the check (0: a quiet room, 1: loud speech)."""


class Readiness(StrEnum):
    """The newest check of a location, held against one day."""

    ABSENT = "absent"
    EXPIRED = "expired"
    INCOMPLETE = "incomplete"
    READY = "ready"


@dataclass(frozen=True)
class Standing:
    """How ready a location is, and the last day on which its newest check counts (None when there was no check)."""

    readiness: Readiness
    until: date | None

    @property
    def ready(self) -> bool:
        return self.readiness is Readiness.READY


def standing(checked_on: date | None, complete: bool, check_days: int, on: date) -> Standing:
    """How ready a location is on the day `on`, last checked on `checked_on`, where a check counts `check_days`.

    A check that has lapsed says nothing any more, whatever was missing then.
    """
    if checked_on is None:
        return Standing(Readiness.ABSENT, None)
    until = checked_on + timedelta(days=check_days)
    if until < on:
        return Standing(Readiness.EXPIRED, until)
    return Standing(Readiness.READY if complete else Readiness.INCOMPLETE, until)


class Part(StrEnum):
    """What the check of the exam measures on a computer."""

    CAMERA = "camera"
    MICROPHONE = "microphone"
    SPEAKER = "speaker"
    COMPUTER = "computer"
    LINE = "line"


@dataclass(frozen=True)
class Figures:
    """What that check found: pixels, pictures a second, loudness from 0 to 1, kbit/s away.

    `coded_per_second` is None where a browser could not tell.
    """

    width: float
    height: float
    frames_per_second: float
    loudest: float
    speaker: bool
    coded_per_second: float | None
    line_kbps: float


def in_order(figures: Figures, limits: Limits | None) -> Mapping[Part, bool]:
    """Whether each part is good enough for an exam of which the recordings must be within `limits`."""
    camera = {
        "width": figures.width,
        "height": figures.height,
        "frames_per_second": figures.frames_per_second,
    }
    coded = figures.coded_per_second
    return {
        Part.CAMERA: figures.height > 0 and not (limits and judge_camera(camera, limits)),
        Part.MICROPHONE: figures.loudest >= HEARD,
        Part.SPEAKER: figures.speaker,
        Part.COMPUTER: coded is None or coded >= LEAST_PICTURES,
        Part.LINE: figures.line_kbps >= LEAST_LINE_KBPS,
    }

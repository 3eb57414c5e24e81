"""Readiness of a location for an exam: it was looked at, lately enough, and everything was in order.

A signal and never a lock (KSF: "het is belangrijk om vooraf te testen of alles naar behoren werkt op de locatie").
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


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

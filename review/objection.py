"""Objections: until when one may object, who handles what, and what a ruling may be.

The General Administrative Law Act (Algemene wet bestuursrecht 6:7, 6:11, 7:5, 7:10) is followed as good practice,
though KSF is no public body: six weeks, a later objection when somebody cannot be blamed, and a ruling by people who
had no part in the decision. The lengths themselves are values of the scheme.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from review.terms import weeks_after


class Ground(StrEnum):
    """The subject of an objection. Content goes to the exam committee; the others may."""

    TECHNICAL = "technical"
    PROCEDURAL = "procedural"
    CONTENT = "content"


class Ruling(StrEnum):
    """Granted and denied speak of the decision; inadmissible says that it is not looked at, as it came too late."""

    GRANTED = "granted"
    DENIED = "denied"
    INADMISSIBLE = "inadmissible"


@dataclass(frozen=True)
class Term:
    """The term for one decision: `notice` is the day on which the candidate could know it."""

    notice: date
    weeks: int

    @property
    def last_day(self) -> date:
        return weeks_after(self.notice, self.weeks)

    def is_over(self, today: date) -> bool:
        return today > self.last_day


def is_for_committee(ground: Ground, forwarded: bool) -> bool:
    """True when the exam committee rules instead of the office."""
    return forwarded or ground is Ground.CONTENT


def may_handle(person: str, involved: Collection[str]) -> bool:
    """True when somebody may classify or rule: only who had no part in the decision, on either side."""
    return person not in involved

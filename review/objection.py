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
    """The outcome. The decision is upheld or revised, or the candidate takes answers again; late: it is not looked at.

    A rejection of part 1 that is revised is judged anew, by somebody else.
    """

    UPHELD = "upheld"
    REVISED = "revised"
    RESIT = "resit"
    LATE = "late"


class Obstacle(StrEnum):
    """Why a ruling does not fit what was found."""

    NO_TEXT = "ruling_without_text"
    IN_TIME = "objection_was_in_time"
    REMARK_GOES_ON = "remark_goes_on"
    REMARK_FOUND_HIGHER = "remark_found_higher"
    NOTHING_NEW = "nothing_to_revise"
    NO_ANSWERS = "resit_without_answers"


@dataclass(frozen=True)
class Found:
    """What is known when somebody rules.

    `late`: it came after the term. `result`: it is about a result, not about part 1. `remarking`: new assessors are at
    work. `new_verdict`: there is a verdict that would take the place of the result. `remarked`: a re-mark found it.
    `answers`: how many answers are to be taken again.
    """

    late: bool
    result: bool
    remarking: bool = False
    new_verdict: bool = False
    remarked: bool = False
    answers: int = 0


def obstacle(ruling: Ruling, text: str, found: Found) -> Obstacle | None:
    """Why this ruling cannot be given; None when it can."""
    if not text.strip():
        return Obstacle.NO_TEXT
    if ruling is Ruling.LATE:
        return None if found.late else Obstacle.IN_TIME
    if found.remarking:
        return Obstacle.REMARK_GOES_ON
    if found.remarked and found.new_verdict and ruling is not Ruling.REVISED:
        return Obstacle.REMARK_FOUND_HIGHER
    if ruling is Ruling.REVISED and found.result and not found.new_verdict:
        return Obstacle.NOTHING_NEW
    if ruling is Ruling.RESIT and not (found.result and found.answers):
        return Obstacle.NO_ANSWERS
    return None


def takes_the_place(known: bool | None, found: bool, may_lower: bool) -> bool:
    """True when what a new look found (passed or not) becomes the result in the place of the one that is known.

    Nobody is worse off for having asked, unless the scheme lets a re-mark lower a result.
    """
    return found != known and (found or may_lower)


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

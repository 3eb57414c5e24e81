"""Who may judge: the scores on benchmark answers beside those agreed on, and how often that test is wrong.

A competency that was agreed not to be observable is exact for who says so too; where one of the two says so and the
other gives a level, it counts as further off than one. Every competency of an answer counts as one score. The
thresholds are the scheme's, in exact fractions, and who has one exactly has passed.

Source: the awarding bodies' practice of qualification scripts (Ofqual 2014, Review of quality of marking); the default
values (half exact, four fifths within one, ten answers) are a choice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil, comb

from review.shares import Shares

Levels = Mapping[str, int | None]
"""The level of each competency of one answer; None for "not observable"."""


@dataclass(frozen=True)
class Thresholds:
    """At least this share exact, this share within one level, over at least so many answers."""

    exact: Fraction = Fraction(1, 2)
    within_one: Fraction = Fraction(4, 5)
    answers: int = 10


class Shortfall(StrEnum):
    """Why somebody is not qualified."""

    ANSWERS = "answers"
    EXACT = "exact"
    WITHIN_ONE = "within_one"


@dataclass(frozen=True)
class Qualification:
    """What came of a test: so many answers and scores, the two shares (None without any), and what falls short."""

    answers: int
    scores: int
    exact: Fraction | None
    within_one: Fraction | None
    shortfalls: tuple[Shortfall, ...]

    @property
    def passed(self) -> bool:
        return not self.shortfalls


def steps_apart(given: int | None, agreed: int | None) -> int:
    """0 for the same, 1 for one level apart, 2 for further, or for a level where the other saw nothing to judge."""
    if given is None or agreed is None:
        return 0 if given == agreed else 2
    return min(abs(given - agreed), 2)


def differences(given: Levels, agreed: Levels) -> tuple[int, ...]:
    """`steps_apart` of each competency that was agreed on, in its order. Raises ValueError where one was not scored."""
    if missing := [competency for competency in agreed if competency not in given]:
        raise ValueError(f"not scored: {', '.join(missing)}")
    return tuple(steps_apart(given[competency], level) for competency, level in agreed.items())


def qualify(answers: Iterable[tuple[int, ...]], thresholds: Thresholds) -> Qualification:
    """The outcome over answers, each with the `differences` of all its competencies."""
    found = list(answers)
    scores = [steps for answer in found for steps in answer]
    short = [Shortfall.ANSWERS] if len(found) < thresholds.answers else []
    if not scores:
        return Qualification(len(found), 0, None, None, tuple(short or [Shortfall.ANSWERS]))
    exact, within = (Fraction(sum(steps <= most for steps in scores), len(scores)) for most in (0, 1))
    if exact < thresholds.exact:
        short.append(Shortfall.EXACT)
    if within < thresholds.within_one:
        short.append(Shortfall.WITHIN_ONE)
    return Qualification(len(found), len(scores), exact, within, tuple(short))


def chance_to_pass(shares: Shares, scores: int, thresholds: Thresholds) -> float:
    """How likely somebody with these shares of exact and near scores passes, computed exactly.

    For `scores` that are independent. Those within an answer are not, so it is a best case: see
    `review.drift.chance_to_qualify`.
    """
    need_exact, need_within = (ceil(scores * share) for share in (thresholds.exact, thresholds.within_one))
    total = 0.0
    for exact in range(need_exact, scores + 1):
        for near in range(max(0, need_within - exact), scores - exact + 1):
            ways = comb(scores, exact) * comb(scores - exact, near)
            total += ways * shares.exact**exact * shares.near**near * shares.far ** (scores - exact - near)
    return total

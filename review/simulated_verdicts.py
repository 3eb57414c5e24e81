"""The verdict of many candidates at once, in whole numbers: what `review.verdict` and `review.adjudication` say.

A mean is kept as a sum and a number, and a cut p/q is reached when q times the one is at least p times the other, so
nothing is rounded. A simulation of forty thousand candidates takes seconds this way, where fractions take an hour. That
both say the same is tested, and `review.simulate_panel` asks the slow one about some candidates of every run.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np

from review.adjudication import Triggers
from review.rules import LEVEL_MAX, CompetencyRule
from review.simulated_people import UNSEEN

UNDECIDED = -1
"""In a row of verdicts: too little was observed. 1 is passed, 0 is not."""
MOST_SLOTS = 4
UNIT = lcm(*range(1, MOST_SLOTS + 1))
"""Sums of levels are kept in this part of a level, so that the mean of one to four slots is whole."""


@dataclass(frozen=True)
class Means:
    """Of each candidate and competency: the sum of the means of the answers, in UNITs, and the number of answers."""

    sums: np.ndarray
    observed: np.ndarray

    def overall(self) -> tuple[np.ndarray, int]:
        """The sum of the competency means of each candidate, in parts of a level, and how many parts a level has.

        Says nothing of a candidate of whom a competency has no mean.
        """
        common = lcm(*(int(one) for one in np.unique(self.observed) if one))
        return (self.sums * (common // np.maximum(self.observed, 1))).sum(axis=1), UNIT * common


def fits(rule: CompetencyRule, situations: int, competencies: int, band: Fraction | None) -> bool:
    """True when no number on the way leaves 64 bits: cuts with few decimals, and not too many situations."""
    weight, near = rule.part1_weight or Fraction(1), band or Fraction(1)
    scales = weight.denominator * rule.overall_min.denominator * near.denominator
    return LEVEL_MAX * UNIT * lcm(*range(1, situations + 1)) * competencies * scales < 2**62


def means(marks: np.ndarray, competency: np.ndarray, competencies: int) -> Means:
    """`marks`: slot by candidate by cell; `competency`: the number of that of each cell."""
    seen = marks != UNSEEN
    slots = seen.sum(axis=0)
    of_cell = marks.sum(axis=0) * UNIT // np.maximum(slots, 1)
    of = competency[:, None] == np.arange(competencies)
    return Means(of_cell @ of, (slots > 0).astype(np.int64) @ of)


def verdicts(found: Means, rule: CompetencyRule, part1: np.ndarray | None = None) -> np.ndarray:
    """1, 0 or UNDECIDED for each candidate. `part1`: the mark for part 1, a whole level, where the rule weighs it."""
    cut = rule.competency_min
    reached = found.sums * cut.denominator >= found.observed * (UNIT * cut.numerator)
    enough = (found.observed >= rule.observed_min).all(axis=1)
    passed = (reached & (found.observed > 0)).all(axis=1) & (_over(found, rule, part1) >= 0)
    return np.where(enough, passed.astype(np.int64), UNDECIDED)


def asks_third(
    one: Means, other: Means, rule: CompetencyRule, triggers: Triggers, part1: np.ndarray | None
) -> np.ndarray:
    """Which candidates get a third assessor, given what each of the first two found: `review.adjudication`."""
    both = (one.observed > 0) & (other.observed > 0)
    apart = np.abs(one.sums * other.observed - other.sums * one.observed) * triggers.mean_gap.denominator
    least = one.observed * other.observed * (UNIT * triggers.mean_gap.numerator)
    asked: np.ndarray = (both & (apart >= least)).any(axis=1)
    if triggers.verdicts_differ:
        asked = asked | (verdicts(one, rule, part1) != verdicts(other, rule, part1))
    return asked


def near_cut(found: Means, rule: CompetencyRule, band: Fraction, part1: np.ndarray | None) -> np.ndarray:
    """Which candidates have a competency, or all of them together, at most `band` of a level from its cut."""
    cut = rule.competency_min
    apart = np.abs(found.sums * cut.denominator - found.observed * (UNIT * cut.numerator)) * band.denominator
    close = apart <= found.observed * (UNIT * cut.denominator * band.numerator)
    over = np.abs(_over(found, rule, part1)) * band.denominator
    seen = found.observed > 0
    one: np.ndarray = (close & seen).any(axis=1)
    return np.asarray(one | seen.all(axis=1) & (over <= _over_unit(found, rule) * band.numerator))


def true_verdicts(levels: np.ndarray, rule: CompetencyRule, part1: np.ndarray | None = None) -> np.ndarray:
    """1 or 0 for candidates whose levels are known: candidate by competency, and no score but the level itself."""
    overall = levels.mean(axis=1)
    if rule.part1_weight is not None and part1 is not None:
        weight = float(rule.part1_weight)
        overall = (1 - weight) * overall + weight * part1
    reached = (levels >= float(rule.competency_min)).all(axis=1)
    return np.asarray(reached & (overall >= float(rule.overall_min)), dtype=np.int64)


def _over(found: Means, rule: CompetencyRule, part1: np.ndarray | None) -> np.ndarray:
    """How far above the cut over all (below it: less than 0), in parts of a level of which `_over_unit` has many."""
    total, parts = found.overall()
    weight = rule.part1_weight or Fraction(0)
    competencies = found.sums.shape[1]
    unit = parts * competencies
    value = total * (weight.denominator - weight.numerator)
    if part1 is not None:
        value = value + part1 * (unit * weight.numerator)
    cut = rule.overall_min
    return np.asarray(value * cut.denominator - unit * weight.denominator * cut.numerator)


def _over_unit(found: Means, rule: CompetencyRule) -> int:
    weight = rule.part1_weight or Fraction(1)
    return found.overall()[1] * int(found.sums.shape[1]) * weight.denominator * rule.overall_min.denominator

"""Who has drifted: points on benchmark answers that were slipped into live work, with a floor.

An exact score takes points away, one level off gives a point, further off gives more, and the sum never falls below 0;
at the stop the assessor judges no more. That is a cumulative sum test: the points are the logarithms, rounded, of how
many times likelier a score is from who drifted (35 % exact, 70 % within one) than from who is good (60 and 90 %).
Without a floor years of good work would hide a fresh drift.

The scores of one answer hang together (one impression, one bad evening), so the points of a whole answer are added
before anybody looks, and the stop lies higher than independent scores would ask for: at 20 a good assessor would soon
be stopped by two or three bad answers. `error_rates` says how often a good one is stopped and how soon a bad one.

Dependence is the correlation of how far two scores of one answer are off: with that chance all scores of an answer are
as far off as each other, and otherwise each stands for itself.

Sources: Page 1954 (the cumulative sum test); the points and the stop are a choice, the stop by these error rates.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import numpy as np

from review.qualification import Thresholds
from review.shares import DRIFTED, GOOD, Shares

STOP_FOR_DEPENDENCE = ((0.0, 28), (0.3, 48), (0.6, 60))
"""Where to stop for answers of four competencies, by the dependence: under 5 % of the good in a year of sixty."""


@dataclass(frozen=True)
class DriftRule:
    """Points for a score by how far it is off, and the sum at which an assessor is stopped. The scheme's values."""

    exact: int = -2
    near: int = 1
    far: int = 4
    stop_at: int = 48

    def points(self, answer: Sequence[int]) -> int:
        """The points of one answer, from `review.qualification.differences`."""
        return sum((self.exact, self.near, self.far)[steps] for steps in answer)


@dataclass(frozen=True)
class Track:
    """The sum after each answer, in order; at which answer it stopped (None: not), and the work to look at again.

    `suspect_from`: the first answer after the sum was last 0; all work since the answer before it goes back
    into the queue when `stopped_at` is not None. With the sum at 0 it lies after the end.
    """

    sums: tuple[int, ...]
    stopped_at: int | None
    suspect_from: int


@dataclass(frozen=True)
class ErrorRates:
    """What the rule does to one kind of assessor: the share stopped, with its error of simulation.

    `median` and `ninth`: after how many answers half, and nine in ten, of all of them were stopped; None if fewer were.
    """

    stopped: float
    error: float
    median: int | None
    ninth: int | None


def follow(answers: Iterable[Sequence[int]], rule: DriftRule) -> Track:
    """The rule along benchmark answers in the order in which they were signed; nothing after the stop counts."""
    sums: list[int] = []
    now, suspect_from, stopped_at = 0, 0, None
    for at, answer in enumerate(answers):
        now = max(0, now + rule.points(answer))
        sums.append(now)
        if now == 0:
            suspect_from = at + 1
        if now >= rule.stop_at:
            stopped_at = at
            break
    return Track(tuple(sums), stopped_at, suspect_from)


@dataclass(frozen=True)
class Seeds:
    """So many benchmark answers, of so many competencies each, and how far those hang together (0 to below 1)."""

    answers: int = 60
    competencies: int = 4
    dependence: float = 0.0


def error_rates(rule: DriftRule, shares: Shares, seeds: Seeds, runs: int = 20_000, seed: int = 1) -> ErrorRates:
    """What the rule does to assessors with these shares, each judged over `seeds`, starting at 0."""
    at = first_stops(rule, [(shares, seeds.answers)], seeds, runs, seed)
    return _rates(at, seeds.answers)


def rates_after_good_work(rule: DriftRule, good: int, seeds: Seeds, runs: int = 20_000, seed: int = 1) -> ErrorRates:
    """The same for who does `good` answers well and drifts then: counted from there, of those still at work."""
    at = first_stops(rule, [(GOOD, good), (DRIFTED, seeds.answers)], seeds, runs, seed)
    return _rates(at[at >= good] - good, seeds.answers)


def first_stops(
    rule: DriftRule, spells: Sequence[tuple[Shares, int]], seeds: Seeds, runs: int, seed: int
) -> np.ndarray:
    """For each run the place of the answer that stops, or the number of answers for none; spells follow each other."""
    random = np.random.default_rng(seed)
    now = np.zeros(runs, dtype=np.int64)
    total = sum(length for _, length in spells)
    stopped = np.full(runs, total)
    place = 0
    for shares, length in spells:
        for _ in range(length):
            points = np.array([rule.exact, rule.near, rule.far])[_steps(shares, seeds, runs, random)].sum(axis=1)
            now = np.maximum(now + points, 0)
            stopped = np.where((now >= rule.stop_at) & (stopped == total), place, stopped)
            place += 1
    return stopped


def stop_for(seeds: Seeds, most: float = 0.05, runs: int = 20_000, seed: int = 1) -> int:
    """The lowest stop at which at most this share of good assessors is stopped by these seeds."""
    random = np.random.default_rng(seed)
    rule = DriftRule()
    now = np.zeros(runs, dtype=np.int64)
    highest = now.copy()
    for _ in range(seeds.answers):
        points = np.array([rule.exact, rule.near, rule.far])[_steps(GOOD, seeds, runs, random)].sum(axis=1)
        now = np.maximum(now + points, 0)
        highest = np.maximum(highest, now)
    return int(np.sort(highest)[ceil(runs * (1 - most)) - 1]) + 1


def chance_to_qualify(shares: Shares, thresholds: Thresholds, seeds: Seeds, runs: int = 20_000, seed: int = 1) -> float:
    """How likely somebody passes the qualification where the scores of an answer hang together, simulated."""
    random = np.random.default_rng(seed)
    exact, within = np.zeros(runs, dtype=np.int64), np.zeros(runs, dtype=np.int64)
    for _ in range(seeds.answers):
        steps = _steps(shares, seeds, runs, random)
        exact += (steps == 0).sum(axis=1)
        within += (steps <= 1).sum(axis=1)
    scores = seeds.answers * seeds.competencies
    need_exact, need_within = (ceil(Fraction(scores) * share) for share in (thresholds.exact, thresholds.within_one))
    return float(((exact >= need_exact) & (within >= need_within)).mean())


def _steps(shares: Shares, seeds: Seeds, runs: int, random: np.random.Generator) -> np.ndarray:
    """0, 1 or 2 for each run and competency of one answer."""
    drawn = random.random((runs, seeds.competencies))
    alike = random.random(runs) < seeds.dependence
    drawn[alike] = drawn[alike, :1]
    steps: np.ndarray = (drawn >= shares.exact).astype(np.int64) + (drawn >= shares.exact + shares.near)
    return steps


def _rates(at: np.ndarray, answers: int) -> ErrorRates:
    """From the place of each stop, `answers` for none."""
    runs = len(at)
    if not runs:
        return ErrorRates(0.0, 0.0, None, None)
    places, share = np.sort(at), float((at < answers).mean())
    median, ninth = (int(places[ceil(runs * part) - 1]) for part in (0.5, 0.9))
    error = float(np.sqrt(share * (1 - share) / runs))
    return ErrorRates(share, error, *(place + 1 if place < answers else None for place in (median, ninth)))

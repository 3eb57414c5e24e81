"""Invented candidates and assessors for a simulation: levels that are known, and scores that real people could give.

A score is the rounded sum, kept on the scale, of: the candidate's level on the competency; how this candidate does in
this situation, and on this competency in it; how severe the assessor is, on the whole and on this competency, and how
that drifts; what this assessor makes of this candidate as a whole (halo); and the rest. Each is drawn from a normal
distribution with a standard deviation of its own, in levels. Nobody real is in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite

import numpy as np

from review.rules import LEVEL_MAX, LEVEL_MIN

UNSEEN = 0
"""In a table of levels: not observable."""


@dataclass(frozen=True)
class Spreads:
    """How far apart people and scores lie: standard deviations in levels, but for `mean`, `stretch` and `unseen`.

    `mean`: the level of all candidates together. `candidates`: of their levels; `competencies`: of one candidate's
    levels around the own one; `situations` and `cells`: of how a candidate does in one situation, and on one competency
    in it. `severity`, `severity_by_competency`: of assessors; `drift`: of how far their severity moves from the first
    candidate of a batch to the last; `halo`: of an assessor's opinion of a candidate; `rest`: of what nothing explains.
    `stretch`: of the logarithm of the factor by which an assessor uses the scale wider or narrower around its middle.
    `unseen`: the share of scores that is "not observable".
    """

    mean: float = 3.1
    candidates: float = 0.5
    competencies: float = 0.3
    situations: float = 0.25
    cells: float = 0.35
    severity: float = 0.25
    severity_by_competency: float = 0.15
    drift: float = 0.0
    halo: float = 0.2
    stretch: float = 0.0
    rest: float = 0.55
    unseen: float = 0.0

    def __post_init__(self) -> None:
        """Raises ValueError for a figure that cannot be."""
        for name, value in vars(self).items():
            if not isfinite(value) or value < 0:
                raise ValueError(f"{name} must be a number of at least 0")
        if not LEVEL_MIN <= self.mean <= LEVEL_MAX:
            raise ValueError(f"mean must lie on the scale of {LEVEL_MIN} to {LEVEL_MAX}")
        if self.unseen > 0.9:
            raise ValueError("unseen must leave a tenth of the scores")

    def with_error(self, factor: float) -> "Spreads":
        """The same candidates, with all that assessors add made `factor` times as large: 0 is no error at all."""
        theirs = ("severity", "severity_by_competency", "drift", "halo", "stretch", "rest")
        return replace(self, **{name: getattr(self, name) * factor for name in theirs})


@dataclass(frozen=True)
class Form:
    """What is judged: for each situation the numbers of the competencies that it asks, of `competencies` in all."""

    situations: tuple[tuple[int, ...], ...]
    competencies: int

    def __post_init__(self) -> None:
        """Raises ValueError where a competency is asked nowhere or twice in one situation."""
        asked = {one for each in self.situations for one in each}
        if asked != set(range(self.competencies)) or any(len(set(each)) < len(each) for each in self.situations):
            raise ValueError("every competency is asked somewhere, and once in a situation at most")

    @property
    def cells(self) -> tuple[tuple[int, int], ...]:
        """(situation, competency) of everything that gets a score."""
        return tuple((number, one) for number, each in enumerate(self.situations) for one in each)

    @property
    def fewest(self) -> int:
        """In how many situations the competency is asked that is asked least."""
        return min(sum(one in each for each in self.situations) for one in range(self.competencies))

    def longer(self, situations: int) -> "Form":
        """So many situations, by asking as these do over again."""
        had = self.situations
        return Form(tuple(had[number % len(had)] for number in range(situations)), self.competencies)


@dataclass(frozen=True)
class Answers:
    """What was shown. `levels`: candidate by competency, the true ones; `shown`: candidate by cell of the form."""

    levels: np.ndarray
    shown: np.ndarray


def levels(spreads: Spreads, candidates: int, competencies: int, random: np.random.Generator) -> np.ndarray:
    """The true levels of so many candidates, candidate by competency."""
    own = spreads.mean + random.normal(0, 1, (candidates, 1)) * spreads.candidates
    return np.asarray(own + random.normal(0, 1, (candidates, competencies)) * spreads.competencies)


def answers(spreads: Spreads, form: Form, known: np.ndarray, random: np.random.Generator) -> Answers:
    """The answers of candidates with these true levels."""
    situation, competency = np.array(form.cells).T
    in_situation = random.normal(0, 1, (len(known), len(form.situations))) * spreads.situations
    in_cell = random.normal(0, 1, (len(known), len(situation))) * spreads.cells
    return Answers(known, known[:, competency] + in_situation[:, situation] + in_cell)


def scores(
    spreads: Spreads, form: Form, given: Answers, who: np.ndarray, assessors: int, random: np.random.Generator
) -> np.ndarray:
    """The levels given, slot by candidate by cell; `UNSEEN` where nothing was observed.

    `who`: slot by candidate by situation, the number of the assessor. The assessors are new ones, `assessors` in all.
    """
    situation, competency = np.array(form.cells).T
    candidates = np.arange(len(given.levels))[:, None]
    by = who[:, :, situation]
    severity = random.normal(0, 1, assessors) * spreads.severity
    on_competency = random.normal(0, 1, (assessors, form.competencies)) * spreads.severity_by_competency
    drift = random.normal(0, 1, assessors) * spreads.drift
    stretch = np.exp(random.normal(0, 1, assessors) * spreads.stretch)
    halo = random.normal(0, 1, (assessors, len(given.levels))) * spreads.halo
    rest = random.normal(0, 1, by.shape) * spreads.rest
    unseen = random.random(by.shape) < spreads.unseen
    middle = (LEVEL_MIN + LEVEL_MAX) / 2
    found = middle + (given.shown - middle) * stretch[by]
    moved = candidates / max(1, len(candidates) - 1) - 0.5
    found = found + severity[by] + on_competency[by, competency] + drift[by] * moved + halo[by, candidates] + rest
    rounded = np.clip(np.rint(found), LEVEL_MIN, LEVEL_MAX).astype(np.int64)
    return np.where(unseen, UNSEEN, rounded)


def form_of(asked: Sequence[Sequence[str]], competencies: Sequence[str]) -> Form:
    """The form of situations that ask these competencies, by key."""
    at = {key: number for number, key in enumerate(competencies)}
    return Form(tuple(tuple(at[key] for key in each) for each in asked), len(competencies))

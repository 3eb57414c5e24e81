"""Who judges what: random, even, reproducible from a seed, and never a forbidden pair.

Both modes are one transport problem. Work comes in units: in `whole` a unit is all answers of a candidate and each
assessor takes at most one unit of a candidate; in `spread` a unit is one answer and each takes at most a few. The
solver fills every place it can, then makes loads as even as they can be, then minimises random costs drawn from the
seed. A second, small problem per candidate says which answers an assessor gets.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from random import Random

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import block_array, eye_array, kron


class Mode(StrEnum):
    WHOLE = "whole"
    SPREAD = "spread"


@dataclass(frozen=True)
class Panel:
    """How many judge one candidate. `slots`: assessors per answer, numbered from `first_slot`.

    Only for `spread`: at least `least_assessors` per candidate, each at most `most_answers` of the answers.
    A third assessor is `Panel(slots=1, first_slot=3)` with the first two among the forbidden pairs.
    """

    mode: Mode = Mode.WHOLE
    slots: int = 2
    first_slot: int = 1
    least_assessors: int = 4
    most_answers: int = 5


@dataclass(frozen=True)
class Assessor:
    """`limit`: answers that this person takes at most in a whole period. `load`: answers already waiting.

    `leave`: first and last day of each absence.
    """

    key: str
    limit: int
    load: int = 0
    leave: tuple[tuple[date, date], ...] = ()

    def room(self, first: date, last: date) -> int:
        """How many more answers fit in the period: the limit in proportion to the days present, less the load."""
        days = (last - first).days + 1
        return max(0, self.limit * self.days_present(first, last) // days - self.load)

    def days_present(self, first: date, last: date) -> int:
        days = (first + timedelta(days=number) for number in range((last - first).days + 1))
        return sum(not any(start <= day <= end for start, end in self.leave) for day in days)


@dataclass(frozen=True, order=True)
class Assignment:
    candidate: str
    answer: str
    slot: int
    assessor: str


class Cause(StrEnum):
    """Why places stay empty: the first of these that alone explains it."""

    TOO_FEW_ASSESSORS = "too_few_assessors"
    CONFLICTS = "conflicts"
    LEAVE = "leave"
    LOAD_LIMITS = "load_limits"


@dataclass(frozen=True)
class Shortage:
    """`places` (answers x slots) of this candidate for which nobody was found."""

    candidate: str
    places: int
    cause: Cause


@dataclass(frozen=True)
class Allocation:
    assignments: tuple[Assignment, ...]
    shortages: tuple[Shortage, ...]


def allocate(
    candidates: Iterable[str],
    answers: Sequence[str],
    assessors: Iterable[Assessor],
    forbidden: Container[tuple[str, str]],
    panel: Panel,
    period: tuple[date, date],
    seed: int,
) -> Allocation:
    """Shares the answers of all candidates of a batch among the assessors.

    `answers`: the keys of the scenarios, the same for everyone in the batch. `forbidden`: pairs (assessor, candidate).
    `period`: first and last day of the work. The order in which candidates and assessors are given does not matter.
    Raises ValueError for a panel or a period that cannot be and for a key that is given twice.
    """
    candidates, assessors = sorted(candidates), sorted(assessors, key=lambda assessor: assessor.key)
    _check(candidates, answers, assessors, panel)
    if period[1] < period[0]:
        raise ValueError("the period ends before it begins")
    if not candidates or not answers:
        return Allocation((), ())
    random = np.random.default_rng(seed)
    unit = len(answers) if panel.mode is Mode.WHOLE else 1
    most = 1 if panel.mode is Mode.WHOLE else _most_answers(panel, len(answers))
    needed = panel.slots * len(answers) // unit
    allowed = np.array([[(a.key, c) not in forbidden for c in candidates] for a in assessors], dtype=int)
    allowed = allowed.reshape(len(assessors), len(candidates))
    room = np.array([assessor.room(*period) // unit for assessor in assessors], dtype=int)
    present = np.array([assessor.days_present(*period) > 0 for assessor in assessors], dtype=int)
    load = np.array([assessor.load / unit for assessor in assessors])
    shares = _shares(allowed * most, room, load, needed, random) * unit
    assignments: list[Assignment] = []
    shortages: list[Shortage] = []
    for column, candidate in enumerate(candidates):
        ranks = random.permutation(len(assessors))
        for number, who in enumerate(_answers_of(shares[:, column], len(answers), random)):
            by_rank = sorted(np.flatnonzero(who), key=lambda row: ranks[row])
            assignments += [
                Assignment(candidate, answers[number], slot, assessors[row].key)
                for slot, row in enumerate(by_rank, start=panel.first_slot)
            ]
        places = needed * unit - int(shares[:, column].sum())
        if places:
            shortages.append(Shortage(candidate, places, _cause(allowed[:, column], present, most, needed)))
    return Allocation(tuple(assignments), tuple(shortages))


def serving_order(assignments: Iterable[Assignment], assessor: str, seed: int) -> tuple[Assignment, ...]:
    """The own work in the order in which it is served: horizontal, all candidates' answers to one scenario together.

    The scenarios come in a random order for each assessor, the candidates in another one for each scenario, so that
    neither fatigue nor the answer just seen always falls on the same.
    """
    random = Random(f"{seed}/{assessor}")
    by_answer: dict[str, list[Assignment]] = defaultdict(list)
    for assignment in sorted(assignments):
        if assignment.assessor == assessor:
            by_answer[assignment.answer].append(assignment)
    order = random.sample(sorted(by_answer), len(by_answer))
    return tuple(own for answer in order for own in random.sample(by_answer[answer], len(by_answer[answer])))


def _shares(
    most: np.ndarray, room: np.ndarray, load: np.ndarray, needed: int, random: np.random.Generator
) -> np.ndarray:
    """Units per assessor and candidate, at most `most` each, at most `room` per assessor, `needed` per candidate.

    Columns of the problem: the shares, row by row; a step per unit of work of each assessor, dearer with each step, so
    that an even spread is the cheapest; and the units that stay empty, dearer than all else.
    """
    assessors, candidates = most.shape
    if not assessors:
        return most
    room = np.minimum(room, most.sum(axis=1))
    steps = int(room.max())
    even = candidates * needed + 1
    empty = even * (load.max() + steps + 2)
    costs = np.concatenate(
        [
            random.random(most.size),
            even * (load[:, None] + np.arange(1, steps + 1)).ravel(),
            np.full(candidates, empty),
        ]
    )
    upper = np.concatenate(
        [most.ravel(), (np.arange(steps) < room[:, None]).ravel(), np.full(candidates, needed)]
    ).astype(float)
    total_of_candidate = kron(np.ones((1, assessors)), eye_array(candidates))
    total_of_assessor = kron(eye_array(assessors), np.ones((1, candidates)))
    steps_of_assessor = kron(eye_array(assessors), np.ones((1, steps))) if steps else np.zeros((assessors, 0))
    rows = block_array(
        [[total_of_candidate, None, eye_array(candidates)], [total_of_assessor, -steps_of_assessor, None]]
    )
    totals = np.concatenate([np.full(candidates, needed), np.zeros(assessors)])
    return _solved(costs, upper, rows, totals, totals)[: most.size].reshape(most.shape)


def _answers_of(shares: np.ndarray, answers: int, random: np.random.Generator) -> np.ndarray:
    """Which of the answers each assessor gets: a row per answer, a column per assessor, random and evenly filled."""
    who = np.zeros((answers, len(shares)), dtype=bool)
    (taking,) = np.nonzero(shares)
    if len(taking):
        per_answer = kron(eye_array(answers), np.ones((1, len(taking))))
        per_assessor = kron(np.ones((1, answers)), eye_array(len(taking)))
        filled = shares.sum() / answers
        low = np.concatenate([np.full(answers, np.floor(filled)), shares[taking]])
        high = np.concatenate([np.full(answers, np.ceil(filled)), shares[taking]])
        cells = answers * len(taking)
        rows = block_array([[per_answer], [per_assessor]])
        who[:, taking] = _solved(random.random(cells), np.ones(cells), rows, low, high).reshape(answers, -1)
    return who


def _solved(costs: np.ndarray, upper: np.ndarray, rows, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """The cheapest whole numbers from 0 to `upper` with `low` <= rows <= `high`; both problems always have some."""
    result = milp(
        costs,
        integrality=np.ones(len(costs)),
        bounds=Bounds(0, upper),
        constraints=LinearConstraint(rows.tocsr(), low, high),
        options={"mip_rel_gap": 0},
    )
    if result.x is None:
        raise RuntimeError(f"the solver gave up: {result.message}")
    return np.rint(result.x).astype(int)


def _most_answers(panel: Panel, answers: int) -> int:
    """Few enough answers each that a full candidate cannot do with fewer assessors than asked."""
    places = panel.slots * answers
    least = panel.least_assessors
    return min(panel.most_answers, answers, places if least < 2 else -(-places // (least - 1)) - 1)


def _cause(allowed: np.ndarray, present: np.ndarray, most: int, needed: int) -> Cause:
    if len(allowed) * most < needed:
        return Cause.TOO_FEW_ASSESSORS
    if allowed.sum() * most < needed:
        return Cause.CONFLICTS
    return Cause.LEAVE if (allowed * present).sum() * most < needed else Cause.LOAD_LIMITS


def _check(candidates: Sequence[str], answers: Sequence[str], assessors: Sequence[Assessor], panel: Panel) -> None:
    for keys in (candidates, answers, [assessor.key for assessor in assessors]):
        if len(set(keys)) < len(keys):
            raise ValueError("a key is given twice")
    if min(panel.slots, panel.least_assessors, panel.most_answers) < 1:
        raise ValueError("a panel has at least one slot, one assessor and one answer each")
    if panel.mode is Mode.SPREAD and answers and _most_answers(panel, len(answers)) < 1:
        raise ValueError("more assessors are asked than there are places")

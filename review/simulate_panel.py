"""What a way of judging is worth: candidates with known levels, judged by invented assessors under the exam's rules.

Work is shared out by `review.allocation`, a third assessor is asked by `review.adjudication` and the verdict is that of
`review.verdict`, computed in whole numbers for speed (`review.simulated_verdicts`) and compared with the slow one in
every run. The same candidates, answers and chance go through every way of judging, so that two ways differ by
themselves alone. All is drawn from one seed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np

from review import simulated_people, simulated_verdicts
from review.adjudication import Triggers, differences
from review.allocation import allocate
from review.batch import Assessor, Batch, Mode, Panel, fresh
from review.rules import CompetencyRule
from review.simulated_figures import Counts
from review.simulated_people import UNSEEN, Answers, Form, Spreads
from review.simulated_verdicts import MOST_SLOTS, UNDECIDED, Means
from review.verdict import Mark, decide

CANDIDATES = 60
"""In a batch, as in a month of exams; and so many assessors."""
ASSESSORS = 12
ALLOCATIONS = 6
"""Work is shared out so often, each time from another seed; batches take turns, with new people each time."""
COMPARED = 40
"""So many candidates of each way of judging are judged by the slow rules too."""
DAY = date(2026, 1, 1)


@dataclass(frozen=True)
class Procedure:
    """A way of judging. `slots`: how many judge an answer; `third`: when one more is asked; `mode`: the whole candidate
    to each, or answers spread over many assessors.
    """

    slots: int
    third: Triggers | None = None
    mode: Mode = Mode.WHOLE
    least_assessors: int = 4
    most_answers: int = 5

    def __post_init__(self) -> None:
        """Raises ValueError for a way of judging that cannot be."""
        if not 1 <= self.slots <= MOST_SLOTS or self.widest > MOST_SLOTS:
            raise ValueError(f"an answer has one to {MOST_SLOTS} assessors")
        if self.third and self.slots != 2:
            raise ValueError("a third assessor is asked where two differ")

    @property
    def near(self) -> Fraction | None:
        """How far from a cut a third assessor is asked."""
        return self.third.near_cut if self.third else None

    @property
    def widest(self) -> int:
        """The most assessors that an answer may get."""
        return self.slots + (self.third is not None)


@dataclass(frozen=True)
class Trial:
    """One row of the table: a way of judging under a rule, with people as they are supposed to be.

    `rule`: by which verdicts are given. `true_rule`: by which the true levels pass or not; the same, unless the cuts
    that are used are set apart from those that are meant.
    """

    procedure: Procedure
    spreads: Spreads
    form: Form
    rule: CompetencyRule
    true_rule: CompetencyRule

    def __post_init__(self) -> None:
        """Raises ValueError for what cannot be computed exactly."""
        for rule in (self.rule, self.true_rule):
            if not simulated_verdicts.fits(
                rule, len(self.form.situations), self.form.competencies, self.procedure.near
            ):
                raise ValueError("so many situations, or cuts with so many decimals, cannot be simulated")


Plans = list[np.ndarray]
"""Who judges what, slot by candidate by situation, in each of some times that work was shared out."""


def simulate(
    trial: Trial,
    candidates: int,
    seed: int,
    tell: Callable[[float], object] = lambda _: None,
    plans: Plans | None = None,
) -> Counts:
    """Judge at least so many invented candidates, in whole batches; `tell` hears which share is done.

    Everybody is judged three times: once, again by other assessors, and again after other answers. Without `plans` the
    work is shared out here. Raises RuntimeError when the quick rules and the slow ones differ.
    """
    shared = plans or share_out(trial, seed)
    batches = max(2, -(-candidates // CANDIDATES))
    rows = []
    for number in range(batches):
        known, part1 = _candidates(trial, seed, number)
        given = [
            simulated_people.answers(trial.spreads, trial.form, known, _random(seed, number, 1, again))
            for again in (0, 1)
        ]
        judged = [
            _judge(trial, given[other], shared[(number + again) % len(shared)], part1, _random(seed, number, 2, again))
            for again, other in enumerate((0, 0, 1))
        ]
        truth = simulated_verdicts.true_verdicts(known, trial.true_rule, part1)
        first, by_others, other_answers = (one.passed for one in judged)
        rows.append(Counts.of_batch(truth, first, by_others, other_answers, judged[0].scored))
        if number * CANDIDATES < COMPARED:
            _compare(trial, judged[0], part1, COMPARED - number * CANDIDATES)
        tell((number + 1) / batches)
    return Counts.joined(rows)


def simulate_all(
    trials: Mapping[str, Trial],
    candidates: int,
    seed: int,
    tell: Callable[[float], object] = lambda _: None,
    allocations: int = ALLOCATIONS,
) -> dict[str, Counts]:
    """All of these, by name; where work is shared out alike, that is done once."""
    found: dict[str, Counts] = {}
    plans: dict[tuple[object, ...], Plans] = {}
    for trial in trials.values():
        if _shape(trial) not in plans:
            plans[_shape(trial)] = share_out(trial, seed, allocations)

    def told(share: float) -> None:
        tell((len(found) + share) / len(trials))

    for name, trial in trials.items():
        found[name] = simulate(trial, candidates, seed, told, plans[_shape(trial)])
    return found


def _shape(trial: Trial) -> tuple[object, ...]:
    one = trial.procedure
    return one.mode, one.widest, one.least_assessors, one.most_answers, len(trial.form.situations)


@dataclass(frozen=True)
class _Judged:
    """`marks`: slot by candidate by cell, with `UNSEEN` for a third who was not asked. `scored`: answers judged."""

    marks: np.ndarray
    asked: np.ndarray
    passed: np.ndarray
    scored: int


def _judge(
    trial: Trial, given: Answers, who: np.ndarray, part1: np.ndarray | None, random: np.random.Generator
) -> _Judged:
    procedure, form = trial.procedure, trial.form
    competency = np.array([one for _, one in form.cells])
    marks = simulated_people.scores(trial.spreads, form, given, who, ASSESSORS, random)
    asked = np.zeros(len(given.levels), dtype=bool)

    def found(some: np.ndarray) -> Means:
        return simulated_verdicts.means(some, competency, form.competencies)

    if procedure.third:
        sides = found(marks[:1]), found(marks[1:2])
        asked = simulated_verdicts.asks_third(*sides, trial.rule, procedure.third, part1)
        if procedure.near:
            asked = asked | simulated_verdicts.near_cut(found(marks[:2]), trial.rule, procedure.near, part1)
        marks[procedure.slots :, ~asked] = UNSEEN
    passed = simulated_verdicts.verdicts(found(marks), trial.rule, part1)
    scored = len(form.situations) * (procedure.slots * len(asked) + int(asked.sum()))
    return _Judged(marks, asked, passed, scored)


def _candidates(trial: Trial, seed: int, number: int) -> tuple[np.ndarray, np.ndarray | None]:
    """The true levels of a batch, and the marks for part 1 where the rule weighs them: near the own level."""
    random = _random(seed, number, 0, 0)
    known = simulated_people.levels(trial.spreads, CANDIDATES, trial.form.competencies, random)
    if trial.rule.part1_weight is None and trial.true_rule.part1_weight is None:
        return known, None
    near = known.mean(axis=1) + random.normal(0, 1, CANDIDATES) * trial.spreads.rest
    return known, np.clip(np.rint(near), 1, 5).astype(np.int64)


def share_out(trial: Trial, seed: int, times: int = ALLOCATIONS) -> Plans:
    """The work of a batch as the product shares it out, so many times, each from another seed."""
    procedure = trial.procedure
    answers = [f"{number:03}" for number in range(len(trial.form.situations))]
    candidates = [f"{number:03}" for number in range(CANDIDATES)]
    panel = Panel(procedure.mode, len(answers), procedure.widest, procedure.least_assessors, procedure.most_answers)
    limit = len(answers) * CANDIDATES * procedure.widest
    people = tuple(Assessor(f"{number:03}", limit) for number in range(ASSESSORS))
    batch = Batch(fresh(candidates, answers, procedure.widest), people, {}, panel, (DAY, DAY), {})
    found = []
    for number in range(times):
        shared = allocate(batch, seed + number)
        if shared.shortages:
            raise RuntimeError("invented work was not shared out whole")
        who = np.zeros((procedure.widest, CANDIDATES, len(answers)), dtype=np.int64)
        for one in shared.assignments:
            who[one.slot - 1, int(one.candidate), int(one.answer)] = int(one.assessor)
        found.append(who)
    return found


def _compare(trial: Trial, judged: _Judged, part1: np.ndarray | None, candidates: int) -> None:
    """Hold the quick rules against the slow ones."""
    rule, keys = trial.rule, [f"{number:03}" for number in range(trial.form.competencies)]
    for candidate in range(min(candidates, len(judged.passed))):
        mark = None if part1 is None or rule.part1_weight is None else Fraction(int(part1[candidate]))
        marks = marks_of(trial.form, judged.marks[:, candidate])
        decided = decide(marks, True, rule, keys, mark).passed
        same = decided == {1: True, 0: False, UNDECIDED: None}[int(judged.passed[candidate])]
        if trial.procedure.third:
            asked = bool(differences(marks, True, rule, keys, trial.procedure.third, mark))
            same = same and asked == bool(judged.asked[candidate])
        if not same:
            raise RuntimeError(f"candidate {candidate} of the simulation has two verdicts")


def marks_of(form: Form, given: np.ndarray) -> list[Mark]:
    """The levels of one candidate, slot by cell, as `review.verdict` reads them; each slot is an assessor."""
    return [
        Mark(f"{situation:03}", f"a{slot}", slot, f"{competency:03}", int(level) if level != UNSEEN else None)
        for slot, levels in enumerate(given, start=1)
        if slot <= 2 or (levels != UNSEEN).any()
        for (situation, competency), level in zip(form.cells, levels, strict=True)
    ]


def _random(seed: int, *place: int) -> np.random.Generator:
    return np.random.default_rng([seed, *place])

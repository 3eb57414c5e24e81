"""Who would flip: past cases judged again by a rule with other values, or without some of their answers.

Nothing is changed by trying. Each case is judged by its own rule, in which the given values take the place of those
that were there, so cases of several versions of a regulation can be tried together.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from review.rules import Reason
from review.verdict import Case, Decision, decide

Passed = bool | None
"""Passed, failed, or None where too little was observed to say it."""


@dataclass(frozen=True)
class Change:
    """What is tried. None leaves a value as it was; answers to these situations are left out."""

    competency_min: Fraction | None = None
    overall_min: Fraction | None = None
    observed_min: int | None = None
    without: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Flip:
    """A case that would come out otherwise. `because`: what is not met after a fail, else what is met now and was not.

    `after` None: too little would be observed to say it.
    """

    key: str
    before: Passed
    after: Passed
    because: tuple[Reason, ...]


@dataclass(frozen=True)
class Tried:
    """`counts`: how many cases went from what to what, those that stay as they are too. `flips`: the others."""

    counts: Mapping[tuple[Passed, Passed], int]
    flips: tuple[Flip, ...]

    @property
    def cases(self) -> int:
        return sum(self.counts.values())


def again(case: Case, change: Change, situations: Mapping[str, str]) -> Decision:
    """The case under the change. `situations`: the situation of each answer, both by key.

    Raises KeyError for an answer whose situation is not told while some are left out, and what `Case.decide` raises.
    """
    rule, values = case.cuts(), vars(change)
    given = {name: values[name] for name in ("competency_min", "overall_min", "observed_min")}
    rule = replace(rule, **{name: value for name, value in given.items() if value is not None})
    marks = case.marks
    if change.without:
        marks = tuple(mark for mark in marks if situations[mark.answer] not in change.without)
    return decide(marks, case.part1_sufficient, rule, case.competencies, case.part1_mark)


def tried(cases: Iterable[tuple[str, Case, Mapping[str, str]]], change: Change) -> Tried:
    """Each of (key, case, situations of its answers) before and after, in the order given.

    Before is what the case itself says, so who was decided on by people, or put right, stands as computed.
    """
    counts: Counter[tuple[Passed, Passed]] = Counter()
    flips = []
    for key, case, situations in cases:
        before, after = case.decide(), again(case, change, situations)
        counts[before.passed, after.passed] += 1
        if before.passed is not after.passed:
            flips.append(Flip(key, before.passed, after.passed, _because(before, after)))
    return Tried(dict(counts), tuple(flips))


def _because(before: Decision, after: Decision) -> tuple[Reason, ...]:
    if not after.passed:
        return tuple(one for one in after.reasons if not one.met)
    unmet = {(one.rule, one.subject) for one in before.reasons if not one.met}
    return tuple(one for one in after.reasons if (one.rule, one.subject) in unmet)

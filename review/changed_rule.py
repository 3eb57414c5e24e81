"""Who would flip: past cases judged again by a rule with other values, or without some of their answers.

Nothing is changed by trying. Each case is judged by its own rule, in which the given values take the place of those
that were there, so cases of several versions of a regulation can be tried together.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from review.rules import CompetencyRule, Outcome, Reason
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

    def of(self, rule: CompetencyRule) -> CompetencyRule:
        """The rule with the values that are tried."""
        names = ("competency_min", "overall_min", "observed_min")
        return replace(rule, **{name: getattr(self, name) for name in names if getattr(self, name) is not None})


@dataclass(frozen=True)
class Past:
    """A case as it was decided. `situations`: the situation of each answer, both by key, where some are left out."""

    key: str
    case: Case
    decision: Decision
    situations: Mapping[str, str] = field(default_factory=dict)


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


def again(past: Past, change: Change) -> Outcome:
    """The case under the change: from the means that were decided on, or from the marks where answers are left out.

    Raises KeyError for an answer whose situation is not told while some are left out, and what `Case.decide` raises.
    """
    case, rule = past.case, change.of(past.case.cuts())
    if change.without:
        marks = tuple(mark for mark in case.marks if past.situations[mark.answer] not in change.without)
        found = decide(marks, case.part1_sufficient, rule, case.competencies, case.part1_mark)
        return Outcome(found.passed, found.reasons)
    means = {one.key: one.mean for one in past.decision.competencies}
    observed = {one.key: one.observed for one in past.decision.competencies}
    return rule.judge(means, observed, case.part1_sufficient, case.part1_mark)


def tried(cases: Iterable[Past], change: Change) -> Tried:
    """Each case before and after, in the order given.

    Before is what was computed, also where people decided otherwise as too little was observed, or put it right.
    """
    counts: Counter[tuple[Passed, Passed]] = Counter()
    flips = []
    for past in cases:
        before, after = past.decision, again(past, change)
        counts[before.passed, after.passed] += 1
        if before.passed is not after.passed:
            flips.append(Flip(past.key, before.passed, after.passed, _because(before, after)))
    return Tried(dict(counts), tuple(flips))


def _because(before: Decision, after: Outcome) -> tuple[Reason, ...]:
    if not after.passed:
        return tuple(one for one in after.reasons if not one.met)
    unmet = {(one.rule, one.subject) for one in before.reasons if not one.met}
    return tuple(one for one in after.reasons if (one.rule, one.subject) in unmet)

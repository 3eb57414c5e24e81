"""From marks to a verdict, in exact fractions, the same however the marks are ordered.

The arithmetic (a choice of the scheme's makers, replaceable by standard setting):

1. An answer on a competency is the mean of the slots that observed it. When one assessor gives a level and the other
   says "not observable", the level stands alone: what one person saw is evidence, what another did not see is none,
   and the disagreement itself is not hidden, since the marks are kept. Only when nobody observed it does the answer
   not count for that competency.
2. A competency is the mean of its observed answers, each answer weighing the same whatever the number of its slots.
3. Overall is the unweighted mean of the competencies, so one that is seen in ten answers weighs no more than one that
   is seen in four.

Nothing here is rounded; `shown` is for the screen and for nothing else.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from review.rule_reading import parse
from review.rules import (
    LEVEL_MAX,
    LEVEL_MIN,
    CompetencyRule,
    Outcome,
    Reason,
    RuleError,
    exact,
    on_scale,
    to_plain,
)


@dataclass(frozen=True)
class Mark:
    """One assessor's level, in one slot, for one answer on one competency; `level` None is "not observable".

    In phase 2 this is the phase-2 level: the level that counts.
    """

    answer: str
    assessor: str
    slot: int
    competency: str
    level: int | None

    def to_json(self) -> list[Any]:
        return [self.answer, self.assessor, self.slot, self.competency, self.level]

    @classmethod
    def from_json(cls, data: Sequence[Any]) -> "Mark":
        return cls(*data)


@dataclass(frozen=True)
class CompetencyResult:
    """One competency: the exact mean (None when nobody observed it) over `observed` answers."""

    key: str
    mean: Fraction | None
    observed: int

    @property
    def level(self) -> int | None:
        """The nearest level, for the screen only."""
        return None if self.mean is None else int(shown(self.mean, 0))

    def to_json(self) -> dict[str, Any]:
        return {"key": self.key, "mean": to_plain(self.mean), "observed": self.observed}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "CompetencyResult":
        return cls(data["key"], exact(data["mean"]), data["observed"])


@dataclass(frozen=True)
class Decision:
    """The verdict with all that led to it. `passed` None: extra evidence is asked, which is no failure."""

    passed: bool | None
    competencies: tuple[CompetencyResult, ...]
    overall: Fraction | None
    reasons: tuple[Reason, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "competencies": [result.to_json() for result in self.competencies],
            "overall": to_plain(self.overall),
            **Outcome(self.passed, self.reasons).to_json(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Decision":
        outcome = Outcome.from_json(data)
        competencies = tuple(CompetencyResult.from_json(result) for result in data["competencies"])
        return cls(outcome.passed, competencies, exact(data["overall"]), outcome.reasons)


def decide(
    marks: Iterable[Mark],
    part1_sufficient: bool,
    rule: CompetencyRule,
    competencies: Sequence[str],
    part1_mark: Fraction | None = None,
) -> Decision:
    """Judges one candidate. `competencies`: every key of the scheme, in its order.

    Raises ValueError for a mark that cannot be: an unknown competency, a level outside the scale, a slot or an assessor
    that marks the same competency of the same answer twice; RuleError where the rule weighs part 1 and the mark for it
    is absent.
    """
    found = results(tuple(marks), competencies)
    means = {result.key: result.mean for result in found}
    observed = {result.key: result.observed for result in found}
    outcome = rule.judge(means, observed, part1_sufficient, part1_mark)
    return Decision(outcome.passed, found, rule.overall(means, part1_mark), outcome.reasons)


def results(marks: Sequence[Mark], competencies: Sequence[str]) -> tuple[CompetencyResult, ...]:
    """Every competency with its mean. Raises ValueError as `decide` does."""
    _check(marks, competencies)
    levels: dict[str, dict[str, list[int]]] = {key: defaultdict(list) for key in competencies}
    for mark in marks:
        if mark.level is not None:
            levels[mark.competency][mark.answer].append(mark.level)
    return tuple(
        CompetencyResult(
            key, _mean([mean for slots in answers.values() if (mean := _mean(slots)) is not None]), len(answers)
        )
        for key, answers in levels.items()
    )


@dataclass(frozen=True)
class Case:
    """Everything a verdict rests on, to be stored beside it: `Case.from_json(stored).decide()` says the same again.

    `rule` is the mapping of the scheme, unread. The JSON lists the marks in a fixed order.
    """

    marks: tuple[Mark, ...]
    part1_sufficient: bool
    rule: Mapping[str, Any]
    competencies: tuple[str, ...]
    part1_mark: Fraction | None = None

    def cuts(self) -> CompetencyRule:
        """The rule, read. Raises what `review.rule_reading.parse` raises, and RuleError for a rule of another kind."""
        rule = parse(self.rule)
        if not isinstance(rule, CompetencyRule):
            raise RuleError(["marks on competencies need a rule of that kind"])
        return rule

    def decide(self) -> Decision:
        """Raises what `decide` and `cuts` raise."""
        return decide(self.marks, self.part1_sufficient, self.cuts(), self.competencies, self.part1_mark)

    def to_json(self) -> dict[str, Any]:
        ordered = sorted(self.marks, key=lambda mark: (mark.answer, mark.slot, mark.competency, mark.assessor))
        return {
            "marks": [mark.to_json() for mark in ordered],
            "part1_sufficient": self.part1_sufficient,
            "part1_mark": to_plain(self.part1_mark),
            "rule": dict(self.rule),
            "competencies": list(self.competencies),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Case":
        return cls(
            tuple(Mark.from_json(mark) for mark in data["marks"]),
            data["part1_sufficient"],
            data["rule"],
            tuple(data["competencies"]),
            exact(data["part1_mark"]),
        )


def shown(value: Fraction, decimals: int = 2, beside: Fraction | int | None = None) -> Decimal:
    """`value` rounded half up, for the screen only.

    With `beside`, the number it must reach, as many decimals are added as it takes to show on which side it is: nobody
    should read that 2.75 was needed, 2.75 was found, and it was not enough.
    """
    while True:
        rounded = Decimal((abs(value) * 10**decimals * 2 + 1) // 2).scaleb(-decimals)
        rounded = -rounded if value < 0 else rounded
        if beside in (None, value) or (Fraction(rounded) >= beside) == (value >= beside):
            return rounded
        decimals += 1


def _check(marks: Sequence[Mark], competencies: Sequence[str]) -> None:
    by_slot, by_assessor = set(), set()
    for mark in marks:
        if mark.competency not in competencies:
            raise ValueError(f"unknown competency {mark.competency!r}")
        if mark.level is not None and not on_scale(mark.level):
            raise ValueError(f"level {mark.level!r} is not on the scale of {LEVEL_MIN} to {LEVEL_MAX}")
        slot = (mark.answer, mark.slot, mark.competency)
        assessor = (mark.answer, mark.assessor, mark.competency)
        if slot in by_slot or assessor in by_assessor:
            raise ValueError(f"answer {mark.answer!r} is marked twice on {mark.competency!r} by one slot or assessor")
        by_slot.add(slot)
        by_assessor.add(assessor)


def _mean(values: Sequence[Fraction] | Sequence[int]) -> Fraction | None:
    return Fraction(sum(values)) / len(values) if values else None

"""The pass rule (cesuur) of an exam is data of its scheme, which `review.rule_reading` reads; here it is applied.

Four kinds cover the exams of the field:

- ``competencies``: means on the scale of 1 to 5, a cut for each and a cut over all (Branchecertificaat B);
- ``terms``: points per term, each term with its own minimum, nothing compensates (practical test of A);
- ``proven``: every competency must be proven, criterion by criterion (Ervaringsbewijs, `review.proof`);
- ``marks``: every work process is marked, every core task reaches the pass mark (MBO, `review.marks`).

Numbers are whole or exact fractions: a float never decides about a person.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

LEVEL_MIN = 1
LEVEL_MAX = 5
LEVELS = range(LEVEL_MIN, LEVEL_MAX + 1)
"""The scale of every level, a score's as well as a candidate's own: the one place that says where it ends."""


def on_scale(level: object) -> bool:
    """True for a whole number that is a level."""
    return type(level) is int and level in LEVELS


Found = Fraction | int | bool | None


class RuleError(ValueError):
    """Data that no rule can be read from or applied to. `problems`: every fault found, one sentence each."""

    def __init__(self, problems: Iterable[str]):
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


class Condition(StrEnum):
    """The subject of a reason."""

    PART1_SUFFICIENT = "part1_sufficient"
    COMPETENCY_MIN = "competency_min"
    OVERALL_MIN = "overall_min"
    OBSERVED_MIN = "observed_min"
    TERM_MIN = "term_min"
    PROVEN = "proven"
    MARK_MIN = "mark_min"


def to_plain(value: Found) -> str | int | bool | None:
    """A value as JSON can hold it; fractions become "n/d"."""
    return f"{value.numerator}/{value.denominator}" if isinstance(value, Fraction) else value


def from_plain(value: str | int | bool | None) -> Found:
    """The inverse of `to_plain`."""
    return Fraction(value) if isinstance(value, str) else value


def exact(value: str | None) -> Fraction | None:
    """The fraction that `to_plain` made this text of."""
    return None if value is None else Fraction(value)


@dataclass(frozen=True)
class Reason:
    """One condition of the rule, met or not.

    `subject` is the key of the competency or term, "part1" or "overall". `found` is None when there was nothing to
    judge, such as the mean of a competency that nobody observed.
    """

    rule: Condition
    subject: str
    found: Found
    needed: Found
    met: bool

    def to_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule.value,
            "subject": self.subject,
            "found": to_plain(self.found),
            "needed": to_plain(self.needed),
            "met": self.met,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Reason":
        found, needed = from_plain(data["found"]), from_plain(data["needed"])
        return cls(Condition(data["rule"]), data["subject"], found, needed, data["met"])


@dataclass(frozen=True)
class Outcome:
    """The outcome of the rule. `passed` is None as long as there is too little evidence to say it."""

    passed: bool | None
    reasons: tuple[Reason, ...]

    def to_json(self) -> dict[str, Any]:
        return {"passed": self.passed, "reasons": [reason.to_json() for reason in self.reasons]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Outcome":
        return cls(data["passed"], tuple(Reason.from_json(reason) for reason in data["reasons"]))


@dataclass(frozen=True)
class CompetencyRule:
    """Cuts on the scale of 1 to 5.

    With `part1_weight` the overall figure is (1 - weight) x mean of the competencies + weight x the mark for part 1,
    which is then on the same scale. `part1` says, apart from that, whether part 1 must have been judged sufficient.
    """

    part1: bool
    competency_min: Fraction
    overall_min: Fraction
    observed_min: int
    part1_weight: Fraction | None = None

    def overall(self, means: Mapping[str, Fraction | None], part1_mark: Fraction | None = None) -> Fraction | None:
        """The unweighted mean of the competency means, joined with part 1 where the scheme weighs it.

        None when a competency has no mean. Raises RuleError when a mark for part 1 is needed and absent, out of range,
        or given to a rule that does not weigh it.
        """
        if (part1_mark is None) != (self.part1_weight is None):
            raise RuleError(["a mark for part 1 belongs with part1_weight, and only with it"])
        if part1_mark is not None and not LEVEL_MIN <= part1_mark <= LEVEL_MAX:
            raise RuleError([f"the mark for part 1 must lie between {LEVEL_MIN} and {LEVEL_MAX}"])
        known = [mean for mean in means.values() if mean is not None]
        if not means or len(known) < len(means):
            return None
        mean = sum(known, Fraction()) / len(known)
        if self.part1_weight is None or part1_mark is None:
            return mean
        return (1 - self.part1_weight) * mean + self.part1_weight * part1_mark

    def judge(
        self,
        means: Mapping[str, Fraction | None],
        observed: Mapping[str, int],
        part1_sufficient: bool,
        part1_mark: Fraction | None = None,
    ) -> Outcome:
        """Applies the rule to the mean and the number of observed answers of each competency.

        A competency that was observed too seldom asks for extra evidence: then nothing is decided, neither pass nor
        failure, whatever the other conditions say.
        """
        reasons = []
        if self.part1:
            reasons.append(Reason(Condition.PART1_SUFFICIENT, "part1", part1_sufficient, True, part1_sufficient))
        for key, mean in means.items():
            seen = observed[key]
            reasons.append(Reason(Condition.OBSERVED_MIN, key, seen, self.observed_min, met=seen >= self.observed_min))
            reasons.append(at_least(Condition.COMPETENCY_MIN, key, mean, self.competency_min))
        overall = self.overall(means, part1_mark)
        reasons.append(at_least(Condition.OVERALL_MIN, "overall", overall, self.overall_min))
        if any(reason.rule is Condition.OBSERVED_MIN and not reason.met for reason in reasons):
            return Outcome(None, tuple(reasons))
        return Outcome(all(reason.met for reason in reasons), tuple(reasons))


@dataclass(frozen=True)
class Term:
    """One term of a checklist: whole points from 0 to `max`, at least `min` needed."""

    key: str
    name: str
    max: int
    min: int

    @property
    def critical(self) -> bool:
        """True when no point of it may be missed."""
        return self.min == self.max


@dataclass(frozen=True)
class TermRule:
    """Every term reaches its own minimum; points of one term never make up for another."""

    terms: tuple[Term, ...]

    def judge(self, points: Mapping[str, int]) -> Outcome:
        """Raises RuleError when a term is absent, unknown, or its points are no whole number within its range."""
        known = {term.key: term for term in self.terms}
        problems = [f"unknown term {key!r}" for key in points if key not in known]
        problems += [f"no points for term {key!r}" for key in known if key not in points]
        problems += [
            f"points of term {key!r} must be a whole number from 0 to {term.max}"
            for key, term in known.items()
            if key in points and not (is_whole(points[key]) and 0 <= points[key] <= term.max)
        ]
        if problems:
            raise RuleError(problems)
        reasons = tuple(at_least(Condition.TERM_MIN, key, points[key], term.min) for key, term in known.items())
        return Outcome(all(reason.met for reason in reasons), reasons)


def at_least(rule: Condition, subject: str, found: Fraction | int | None, needed: Fraction | int) -> Reason:
    return Reason(rule, subject, found, needed, met=found is not None and found >= needed)


def is_whole(value: object) -> bool:
    """True for an int that is no bool."""
    return isinstance(value, int) and not isinstance(value, bool)

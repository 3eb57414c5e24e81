"""The pass rule (cesuur) of an exam is data of its scheme; this module reads it and applies it.

Three kinds cover the exams of the field:

- ``competencies``: means on the scale of 1 to 5, a cut for each and a cut over all (Branchecertificaat B);
- ``terms``: points per term, each term with its own minimum, nothing compensates (practical test of A);
- ``proven``: every competency must be proven (Ervaringsbewijs).

Numbers with decimals are written as strings in the data ("2.25") and read as exact fractions: a float never decides
about a person.
"""

import re
from collections.abc import Callable, Iterable, Mapping
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
            reasons.append(_at_least(Condition.COMPETENCY_MIN, key, mean, self.competency_min))
        overall = self.overall(means, part1_mark)
        reasons.append(_at_least(Condition.OVERALL_MIN, "overall", overall, self.overall_min))
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
            if key in points and not (_is_int(points[key]) and 0 <= points[key] <= term.max)
        ]
        if problems:
            raise RuleError(problems)
        reasons = tuple(_at_least(Condition.TERM_MIN, key, points[key], term.min) for key, term in known.items())
        return Outcome(all(reason.met for reason in reasons), reasons)


@dataclass(frozen=True)
class ProvenRule:
    """Every competency must be proven; one that is not fails the whole."""

    def judge(self, proven: Mapping[str, bool | None]) -> Outcome:
        """`None` for a competency that is not judged yet. Undecided only while nothing has failed already.

        Raises RuleError when there is no competency at all.
        """
        if not proven:
            raise RuleError(["no competency to judge"])
        reasons = tuple(Reason(Condition.PROVEN, key, found, True, found is True) for key, found in proven.items())
        if any(found is False for found in proven.values()):
            return Outcome(False, reasons)
        return Outcome(None if None in proven.values() else True, reasons)


Rule = CompetencyRule | TermRule | ProvenRule


def parse(data: Mapping[str, Any]) -> Rule:
    """Reads a rule as it stands in the scheme. Raises RuleError with everything that is wrong at once."""
    readers: dict[str, Callable[[Mapping[str, Any], list[str]], Rule]] = {
        "competencies": _competency_rule,
        "terms": _term_rule,
        "proven": _proven_rule,
    }
    kind = data.get("kind")
    if not isinstance(kind, str) or kind not in readers:
        raise RuleError([f"kind must be one of {', '.join(readers)}, not {kind!r}"])
    problems: list[str] = []
    rule = readers[kind]({key: value for key, value in data.items() if key != "kind"}, problems)
    if problems:
        raise RuleError(problems)
    return rule


def _exact(value: Any, name: str, low: int, high: int, problems: list[str]) -> Fraction:
    """A whole number or a decimal in a string, as a fraction from `low` to `high`; else one more of the problems."""
    text = str(value) if _is_int(value) else value
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        problems.append(f'{name} must be an exact number in quotes such as "2.25", not {value!r}')
        return Fraction(low)
    number = Fraction(text)
    if not low <= number <= high:
        problems.append(f"{name} must lie between {low} and {high}, not {text}")
    return number


def _refuse_unknown(data: Mapping[str, Any], known: Iterable[str], problems: list[str]) -> None:
    """A misspelt key must never silently leave a condition out."""
    problems.extend(f"unknown key {key!r}" for key in data if key not in set(known))


def _competency_rule(data: Mapping[str, Any], problems: list[str]) -> CompetencyRule:
    _refuse_unknown(data, ("part1", "competency_min", "overall_min", "observed_min", "part1_weight"), problems)
    part1: Any = data.get("part1")
    observed_min: Any = data.get("observed_min")
    if not isinstance(part1, bool):
        problems.append("part1 must be true or false")
    if not _is_int(observed_min) or observed_min < 1:
        problems.append("observed_min must be a whole number of at least 1")
    weight = None
    if "part1_weight" in data:
        weight = _exact(data["part1_weight"], "part1_weight", 0, 1, problems)
        if weight in (0, 1):
            problems.append("part1_weight must leave weight to both parts")
    return CompetencyRule(
        part1=part1,
        competency_min=_exact(data.get("competency_min"), "competency_min", LEVEL_MIN, LEVEL_MAX, problems),
        overall_min=_exact(data.get("overall_min"), "overall_min", LEVEL_MIN, LEVEL_MAX, problems),
        observed_min=observed_min,
        part1_weight=weight,
    )


def _term_rule(data: Mapping[str, Any], problems: list[str]) -> TermRule:
    _refuse_unknown(data, ("terms",), problems)
    listed = data.get("terms")
    if not isinstance(listed, list | tuple) or not listed:
        problems.append("terms must be a list of at least one term")
        return TermRule(())
    terms: list[Term] = []
    for number, entry in enumerate(listed, start=1):
        if not isinstance(entry, Mapping):
            problems.append(f"term {number} must have key, name, max and min")
            continue
        faults: list[str] = []
        _refuse_unknown(entry, ("key", "name", "max", "min"), faults)
        found: dict[str, Any] = {name: entry.get(name) for name in ("key", "name", "max", "min")}
        term = Term(**found)
        if not all(isinstance(text, str) and text for text in (term.key, term.name)):
            faults.append("key and name must be texts")
        if not (_is_int(term.max) and _is_int(term.min) and 0 <= term.min <= term.max and term.max > 0):
            faults.append("max and min must be whole numbers, 0 <= min <= max, max above 0")
        if term.key in [other.key for other in terms]:
            faults.append(f"the key {term.key!r} stands there twice")
        problems.extend(f"term {number}: {fault}" for fault in faults)
        terms.append(term)
    return TermRule(tuple(terms))


def _proven_rule(data: Mapping[str, Any], problems: list[str]) -> ProvenRule:
    _refuse_unknown(data, (), problems)
    return ProvenRule()


def _at_least(rule: Condition, subject: str, found: Fraction | int | None, needed: Fraction | int) -> Reason:
    return Reason(rule, subject, found, needed, met=found is not None and found >= needed)


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)

"""What assessors fill in for one candidate who is judged while working: criterion by criterion, or in marks.

One form for the exams that are judged by `review.proof` and by `review.marks`. A page keeps what is filled in as texts;
here they become findings, and the findings of all assessors become an outcome. Where several assessors mark one work
process, its mark is the mean of theirs, rounded to a whole mark as the scheme rounds: a choice.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from review import proof
from review.marks import MarkRule, rounded
from review.proof import Finding, NormKind, ProvenRule
from review.rules import Found, Outcome, RuleError, to_plain

MARK = "mark"
"""How a work process is looked at; the other ways are those of `review.proof.NormKind`."""
YES, NO = "yes", "no"
_BEHAVIOUR = {YES: True, NO: False}
_NUMBER = {NormKind.PERCENTAGE: r"[0-9]{1,3}([.,][0-9]{1,6})?", NormKind.COUNT: r"[0-9]{1,4}", MARK: r"[0-9]{1,3}"}


@dataclass(frozen=True)
class Form:
    """The empty form. `terms`: the criteria of each competency or core task; `slots`: how many assessors judge all."""

    terms: Mapping[str, tuple[str, ...]]
    rule: ProvenRule | MarkRule
    slots: int

    @property
    def criteria(self) -> tuple[str, ...]:
        return tuple(one for criteria in self.terms.values() for one in criteria)

    def kind(self, criterion: str) -> str:
        """How this criterion is looked at: a value of `NormKind`, or `MARK`."""
        return MARK if isinstance(self.rule, MarkRule) else self.rule.norm(criterion).kind.value

    def limit(self, criterion: str) -> Fraction | None:
        """So many per cent, or times, that the norm of this criterion asks; None where no number is asked."""
        return None if isinstance(self.rule, MarkRule) else self.rule.norm(criterion).limit

    def read(self, criterion: str, text: str) -> Found:
        """What is filled in, exactly; None when nothing is. Raises RuleError for what this criterion cannot be."""
        text, kind = text.strip(), self.kind(criterion)
        if not text:
            return None
        if kind == NormKind.BEHAVIOUR:
            if text not in _BEHAVIOUR:
                raise RuleError([f"{text!r} is neither shown nor not shown"])
            return _BEHAVIOUR[text]
        if not re.fullmatch(_NUMBER[kind], text):
            raise RuleError([f"{text!r} is no {kind}"])
        found = Fraction(text.replace(",", ".")) if kind == NormKind.PERCENTAGE else int(text)
        self._met(criterion, found)
        return found

    def falls_short(self, criterion: str, found: Found) -> bool:
        """True when this finding keeps somebody from passing, so that a reason belongs to it."""
        return self._met(criterion, found) is False

    def _met(self, criterion: str, found: Found) -> bool | None:
        if isinstance(self.rule, ProvenRule):
            return self.rule.norm(criterion).met(found)
        mark = self.rule.task([found])  # type: ignore[list-item]  # the rule itself looks whether it is a mark
        return None if mark is None else mark >= self.rule.pass_mark


@dataclass(frozen=True)
class Filled:
    """What one assessor, in one slot, found of each criterion; one that is not there, or None, is not judged yet."""

    assessor: str
    slot: int
    found: Mapping[str, Found]


@dataclass(frozen=True)
class Line:
    """One criterion: what each assessor found, in the order of their slots, and what counts of it.

    `counts`: whether the criterion is met, or the mark of the work process; None while that is not decided.
    """

    criterion: str
    by_slot: tuple[Found, ...]
    counts: Found


@dataclass(frozen=True)
class TermResult:
    """One competency or core task. `counts`: whether it is proven, or its mark; `enough`: whether it suffices."""

    key: str
    lines: tuple[Line, ...]
    counts: Found
    enough: bool | None


@dataclass(frozen=True)
class Judgement:
    """The outcome with all that led to it. `whole`: the mark of the whole, where there are marks.

    `for_third`: the criteria that wait for one more assessor; none when the outcome does not depend on them.
    """

    outcome: Outcome
    terms: tuple[TermResult, ...]
    whole: Fraction | None
    for_third: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """As it is kept and shown; fractions become "n/d"."""
        return {
            "passed": self.outcome.passed,
            "whole": to_plain(self.whole),
            "terms": [
                {
                    "key": term.key,
                    "counts": to_plain(term.counts),
                    "enough": term.enough,
                    "criteria": [
                        {
                            "number": line.criterion,
                            "by_slot": [to_plain(one) for one in line.by_slot],
                            "counts": to_plain(line.counts),
                        }
                        for line in term.lines
                    ],
                }
                for term in self.terms
            ],
        }


def judge(form: Form, filled: Sequence[Filled]) -> Judgement:
    """What these assessors say together. Raises ValueError for what cannot be, as `review.proof.decide`."""
    by_slot = {one.slot: one for one in filled}
    if len(by_slot) < len(filled) or len({one.assessor for one in filled}) < len(filled):
        raise ValueError("each slot has one assessor, and each assessor one slot")
    if unknown := {key for one in filled for key in one.found} - set(form.criteria):
        raise ValueError(f"unknown criteria {sorted(unknown)}")
    slots = range(1, max([form.slots, *by_slot]) + 1)
    found = {
        criterion: tuple(by_slot[slot].found.get(criterion) if slot in by_slot else None for slot in slots)
        for criterion in form.criteria
    }
    if isinstance(form.rule, ProvenRule):
        return _proven(form, form.rule, filled, found)
    return _marked(form, form.rule, found)


def _proven(
    form: Form, rule: ProvenRule, filled: Iterable[Filled], found: Mapping[str, tuple[Found, ...]]
) -> Judgement:
    findings = [
        Finding(one.assessor, one.slot, criterion, value)
        for one in filled
        for criterion, value in one.found.items()
        if value is not None
    ]
    decided = proof.decide(findings, form.terms, rule, form.slots)
    proven = {reason.subject: reason.found for reason in decided.outcome.reasons}
    terms = tuple(
        TermResult(
            key,
            tuple(Line(one.criterion, found[one.criterion], one.met) for one in results),
            proven[key],
            None if proven[key] is None else proven[key] is True,
        )
        for key, results in decided.criteria.items()
    )
    waiting = decided.for_third if decided.outcome.passed is None else ()
    return Judgement(decided.outcome, terms, None, waiting)


def _marked(form: Form, rule: MarkRule, found: Mapping[str, tuple[Found, ...]]) -> Judgement:
    if any(any(one is not None for one in marks[form.slots :]) for marks in found.values()):
        raise ValueError("nobody asked a third about a mark")
    terms = []
    for key, criteria in form.terms.items():
        lines = tuple(Line(one, found[one], _together(rule, found[one][: form.slots])) for one in criteria)
        mark = rule.task([line.counts for line in lines])  # type: ignore[misc]  # whole marks, as `_together` makes them
        terms.append(TermResult(key, lines, mark, None if mark is None else mark >= rule.pass_mark))
    marks = {term.key: term.counts for term in terms}
    outcome = rule.judge(marks)  # type: ignore[arg-type]  # marks of core tasks are fractions
    return Judgement(outcome, tuple(terms), rule.whole(marks.values()), ())  # type: ignore[arg-type]


def _together(rule: MarkRule, marks: Sequence[Found]) -> int | None:
    """One mark for a work process of those that the assessors gave; None while one of them gave none."""
    given = [Fraction(one) for one in marks if one is not None]
    return int(rounded(sum(given, Fraction()) / len(given), 0, rule.rounding)) if len(given) == len(marks) else None

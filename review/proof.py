"""Acquired competencies, proven criterion by criterion before two assessors who judge apart (Ervaringsbewijs).

Source: the certificate supplement of the Ervaringsbewijs callcenteroperator: every competency must be proven, an
assessment by two assessors, and norms in numbers (typing 97 % right, at most two or three counter-arguments). That a
third assessor decides where the two differ is a choice. A portfolio is judged before it, and proves nothing by itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any

from review.rules import Condition, Found, Outcome, Reason, RuleError, from_plain, to_plain


class NormKind(StrEnum):
    """How a criterion is looked at."""

    BEHAVIOUR = "behaviour"
    PERCENTAGE = "percentage"
    COUNT = "count"


@dataclass(frozen=True)
class Norm:
    """What one criterion asks: behaviour that is shown, at least so many per cent, or at most so many times.

    `limit`: per cent from 0 to 100, or a number of times; behaviour has none.
    """

    kind: NormKind
    limit: Fraction | None = None

    def met(self, found: Found) -> bool | None:
        """Whether this finding meets the norm, never rounded; None when there is no finding.

        Raises RuleError for a finding of another kind: a yes where a number is asked, a percentage above 100.
        """
        if found is None:
            return None
        if self.kind is NormKind.BEHAVIOUR or self.limit is None:
            if not isinstance(found, bool):
                raise RuleError([f"behaviour is shown or not, {found!r} is neither"])
            return found
        if isinstance(found, bool) or not isinstance(found, int | Fraction) or found < 0:
            raise RuleError([f"{found!r} is no {self.kind.value}"])
        if self.kind is NormKind.PERCENTAGE:
            if found > 100:
                raise RuleError(["a percentage is at most 100"])
            return found >= self.limit
        if not isinstance(found, int):
            raise RuleError([f"{found!r} is no number of times"])
        return found <= self.limit


SHOWN = Norm(NormKind.BEHAVIOUR)


@dataclass(frozen=True)
class ProvenRule:
    """Every competency must be proven; one that is not fails the whole.

    `norms`: those of the criteria that ask for a number, by the number of the criterion; all others ask for behaviour.
    """

    norms: Mapping[str, Norm] = field(default_factory=dict)

    def norm(self, criterion: str) -> Norm:
        return self.norms.get(criterion, SHOWN)

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


@dataclass(frozen=True)
class Finding:
    """What one assessor, in one slot, found of one criterion: shown or not, per cent, or a number of times.

    `found` None: not judged yet. `reason`: why, in words; what a norm does not meet should have one.
    """

    assessor: str
    slot: int
    criterion: str
    found: Found
    reason: str = ""

    def to_json(self) -> list[Any]:
        return [self.assessor, self.slot, self.criterion, to_plain(self.found), self.reason]

    @classmethod
    def from_json(cls, data: Sequence[Any]) -> "Finding":
        assessor, slot, criterion, found, reason = data
        return cls(assessor, slot, criterion, from_plain(found), reason)


@dataclass(frozen=True)
class CriterionResult:
    """One criterion. `by_slot`: what each of the assessors says, the third last; None is not judged yet."""

    criterion: str
    by_slot: tuple[bool | None, ...]
    met: bool | None

    @property
    def disputed(self) -> bool:
        """True when the assessors differ, whether or not a third has decided."""
        return {True, False} <= set(self.by_slot)


@dataclass(frozen=True)
class Proof:
    """The outcome with all that led to it: every criterion by competency."""

    outcome: Outcome
    criteria: Mapping[str, tuple[CriterionResult, ...]]

    @property
    def for_third(self) -> tuple[str, ...]:
        """The criteria that wait for a third assessor."""
        every = (one for results in self.criteria.values() for one in results)
        return tuple(one.criterion for one in every if one.disputed and one.met is None)


def per_cent(right: int, total: int) -> Fraction:
    """So many right of a total, exactly. Raises ValueError when that cannot be."""
    if not 0 <= right <= total or total == 0:
        raise ValueError(f"{right} right of {total}")
    return Fraction(100 * right, total)


def decide(
    findings: Iterable[Finding], competencies: Mapping[str, Sequence[str]], rule: ProvenRule, slots: int = 2
) -> Proof:
    """Judges one candidate. `competencies`: their criteria, in the order of the scheme; `slots`: how many judge all.

    Where those differ about a criterion, slot `slots + 1` decides it. A competency is proven when each of its criteria
    is met, and is not as soon as one is not.

    Raises ValueError for what cannot be: an unknown criterion, two findings of one slot on one criterion, one assessor
    in two slots or two in one, a third on what the others agree about or have not judged yet; RuleError for a finding
    that is of another kind than its norm.
    """
    listed = list(findings)
    known = [criterion for criteria in competencies.values() for criterion in criteria]
    _check(listed, known, slots)
    met: dict[str, dict[int, bool | None]] = {criterion: {} for criterion in known}
    for one in listed:
        met[one.criterion][one.slot] = rule.norm(one.criterion).met(one.found)
    results = {
        key: tuple(_result(criterion, met[criterion], slots) for criterion in criteria)
        for key, criteria in competencies.items()
    }
    return Proof(rule.judge({key: _proven(criteria) for key, criteria in results.items()}), results)


def _result(criterion: str, met: Mapping[int, bool | None], slots: int) -> CriterionResult:
    own = tuple(met.get(slot) for slot in range(1, slots + 1))
    if None in own or len(set(own)) == 1:
        if met.get(slots + 1) is not None:
            raise ValueError(f"nobody asked a third about criterion {criterion!r}")
        return CriterionResult(criterion, own, None if None in own else own[0])
    return CriterionResult(criterion, (*own, met.get(slots + 1)), met.get(slots + 1))


def _proven(criteria: Sequence[CriterionResult]) -> bool | None:
    if any(one.met is False for one in criteria):
        return False
    return None if any(one.met is None for one in criteria) else True


def _check(findings: Sequence[Finding], known: Sequence[str], slots: int) -> None:
    seen: set[tuple[int, str]] = set()
    for one in findings:
        if one.criterion not in known:
            raise ValueError(f"unknown criterion {one.criterion!r}")
        if one.slot not in range(1, slots + 2):
            raise ValueError(f"there is no slot {one.slot!r}")
        if (one.slot, one.criterion) in seen:
            raise ValueError(f"slot {one.slot} has two findings on criterion {one.criterion!r}")
        seen.add((one.slot, one.criterion))
    pairs = {(one.slot, one.assessor) for one in findings}
    for side in zip(*pairs, strict=True):
        if len(set(side)) < len(pairs):
            raise ValueError("each slot has one assessor, and each assessor one slot")

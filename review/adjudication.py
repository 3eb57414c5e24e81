"""When two assessors are so far apart, or together so near a cut, that a third, who sees nothing of them, is asked."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from review.rules import CompetencyRule
from review.verdict import Decision, Mark, decide


@dataclass(frozen=True)
class Triggers:
    """The scheme's values. `mean_gap`: in levels of the scale; a gap of exactly this much already triggers.

    `near_cut`: how many levels from a cut is near it, by what the two found together; exactly this much already
    triggers, and None or 0 is never.
    """

    verdicts_differ: bool
    mean_gap: Fraction
    near_cut: Fraction | None = None


class Trigger(StrEnum):
    VERDICTS_DIFFER = "verdicts_differ"
    MEAN_GAP = "mean_gap"
    NEAR_CUT = "near_cut"


@dataclass(frozen=True)
class Difference:
    """One reason for a third assessor.

    `subject`: the competency, "overall" or "verdict". `first` and `second`: what each of the two found, a mean or
    passed (None: that one alone saw too little to say it, which differs from both); where they are near a cut, what
    they found together and the cut.
    """

    trigger: Trigger
    subject: str
    first: Fraction | bool | None
    second: Fraction | bool | None


def open_slots(taken: Collection[int], slots: int, third: bool) -> tuple[int, ...]:
    """The slots of one answer that wait for an assessor: the first ones, and the one after them when a third is asked.

    `taken`: those in which somebody judges it already.
    """
    wanted = range(1, slots + 1 + third)
    return tuple(slot for slot in wanted if slot not in taken)


def differences(
    marks: Iterable[Mark],
    part1_sufficient: bool,
    rule: CompetencyRule,
    competencies: Sequence[str],
    triggers: Triggers,
    part1_mark: Fraction | None = None,
) -> tuple[Difference, ...]:
    """Every reason to ask a third assessor; none means that the two are close enough.

    Compares the two assessors, each by the verdict that the own marks alone would give, and holds what they found
    together against the cuts. Where the work is spread, so
    that no one saw the whole candidate, slot 1 is compared with slot 2. Marks of a third slot are left out. Raises
    ValueError when the marks do not come from two sides, and what `decide` raises.
    """
    marks = [mark for mark in marks if mark.slot in (1, 2)]
    people = {mark.assessor for mark in marks}
    sides: dict[str | int, list[Mark]] = {}
    for mark in marks:
        sides.setdefault(mark.assessor if len(people) == 2 else mark.slot, []).append(mark)
    if len(sides) != 2:
        raise ValueError("a comparison needs the marks of two assessors")
    first, second = (decide(sides[side], part1_sufficient, rule, competencies, part1_mark) for side in sorted(sides))
    together = decide(marks, part1_sufficient, rule, competencies, part1_mark)
    return (
        *_verdicts(first, second, triggers),
        *_gaps(first, second, triggers),
        *_near(together, rule, triggers),
    )


def _verdicts(first: Decision, second: Decision, triggers: Triggers) -> Iterable[Difference]:
    if triggers.verdicts_differ and first.passed is not second.passed:
        yield Difference(Trigger.VERDICTS_DIFFER, "verdict", first.passed, second.passed)


def _gaps(first: Decision, second: Decision, triggers: Triggers) -> Iterable[Difference]:
    for one, other in zip(first.competencies, second.competencies, strict=True):
        if one.mean is None or other.mean is None:
            continue
        if abs(one.mean - other.mean) >= triggers.mean_gap:
            yield Difference(Trigger.MEAN_GAP, one.key, one.mean, other.mean)


def _near(together: Decision, rule: CompetencyRule, triggers: Triggers) -> Iterable[Difference]:
    if not triggers.near_cut:
        return
    means = [(one.key, one.mean, rule.competency_min) for one in together.competencies]
    for subject, mean, cut in (*means, ("overall", together.overall, rule.overall_min)):
        if mean is not None and abs(mean - cut) <= triggers.near_cut:
            yield Difference(Trigger.NEAR_CUT, subject, mean, cut)

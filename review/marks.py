"""Marks for work processes, for core tasks and for the whole (MBO): whole marks with names, means rounded exactly.

Source: the certificate supplement of the diploma (crebo 25135): marks 1 to 10 with ten names, three core tasks. How a
core task and the whole follow from the processes, and from which mark on one passes, are choices of a scheme.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from review.rules import Condition, Outcome, RuleError, at_least, is_whole


class Rounding(StrEnum):
    """What becomes of a half: up, or to the even neighbour; `down` cuts off."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    DOWN = "down"


def rounded(value: Fraction, decimals: int, rounding: Rounding) -> Fraction:
    """A value of 0 or more with so many decimals, exactly."""
    scaled = value * 10**decimals
    if rounding is Rounding.DOWN:
        number = math.floor(scaled)
    elif rounding is Rounding.HALF_UP:
        number = math.floor(scaled + Fraction(1, 2))
    else:
        number = round(scaled)
    return Fraction(number, 10**decimals)


@dataclass(frozen=True)
class MarkRule:
    """Whole marks for work processes, a mark for each core task, one for the whole.

    `scale`: the name of each mark, from the lowest on without a gap. A core task is the mean of its processes in
    `task_decimals`; the whole is the mean of the core tasks as they were rounded, in `whole_decimals`. Each core task
    must reach `pass_mark` as it is rounded, and none makes up for another.
    """

    scale: Mapping[int, str]
    pass_mark: int
    task_decimals: int
    whole_decimals: int
    rounding: Rounding

    def name(self, mark: Fraction | int) -> str:
        """The name of a mark; one with decimals has the name of the whole mark that it has reached."""
        return self.scale[math.floor(mark)]

    def task(self, marks: Iterable[int | None]) -> Fraction | None:
        """The mark of a core task with these marks for its processes; None while one is absent.

        Raises RuleError for a mark that is not on the scale, and without any process.
        """
        given = list(marks)
        known = [mark for mark in given if mark is not None]
        if not given:
            raise RuleError(["a core task needs a work process"])
        if wrong := [mark for mark in known if not is_whole(mark) or mark not in self.scale]:
            raise RuleError([f"{mark!r} is no mark from {min(self.scale)} to {max(self.scale)}" for mark in wrong])
        if len(known) < len(given):
            return None
        return rounded(Fraction(sum(known), len(known)), self.task_decimals, self.rounding)

    def whole(self, tasks: Iterable[Fraction | None]) -> Fraction | None:
        """The mark of the whole; None while a core task has none. Raises RuleError without any core task."""
        given = list(tasks)
        known = [mark for mark in given if mark is not None]
        if not given:
            raise RuleError(["no core task to judge"])
        if len(known) < len(given):
            return None
        return rounded(sum(known, Fraction()) / len(known), self.whole_decimals, self.rounding)

    def judge(self, tasks: Mapping[str, Fraction | None]) -> Outcome:
        """Whether every core task reaches the pass mark. Undecided while one is absent and none has failed."""
        if not tasks:
            raise RuleError(["no core task to judge"])
        reasons = tuple(at_least(Condition.MARK_MIN, key, mark, self.pass_mark) for key, mark in tasks.items())
        if any(not reason.met and reason.found is not None for reason in reasons):
            return Outcome(False, reasons)
        return Outcome(None if None in tasks.values() else True, reasons)

"""Input and outcome of an allocation: plain values, so that both can be stored and compared later."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from review.conflicts import Conflict


class Mode(StrEnum):
    WHOLE = "whole"
    SPREAD = "spread"


@dataclass(frozen=True)
class Panel:
    """How many judge one candidate, who gives `answers` answers; `slots` assessors per answer.

    Only for `spread`: at least `least_assessors` per candidate, each at most `most_answers` of the answers.
    """

    mode: Mode = Mode.WHOLE
    answers: int = 10
    slots: int = 2
    least_assessors: int = 4
    most_answers: int = 5

    @property
    def share(self) -> int:
        """How many answers of one candidate somebody may have: few enough to need as many assessors as asked."""
        if self.mode is Mode.WHOLE:
            return self.answers
        openings, least = self.slots * self.answers, self.least_assessors
        return min(self.most_answers, self.answers, openings if least < 2 else -(-openings // (least - 1)) - 1)


@dataclass(frozen=True)
class Assessor:
    """`limit`: answers that this person takes at most in a whole period. `load`: answers already waiting.

    `leave`: first and last day of each absence.
    """

    key: str
    limit: int
    load: int = 0
    leave: tuple[tuple[date, date], ...] = ()

    def capacity(self, first: date, last: date) -> int:
        """How many more answers fit in the period: the limit in proportion to the days present, less the load."""
        days = (last - first).days + 1
        return max(0, self.limit * self.days_present(first, last) // days - self.load)

    def days_present(self, first: date, last: date) -> int:
        days = (first + timedelta(days=number) for number in range((last - first).days + 1))
        return sum(not any(start <= day <= end for start, end in self.leave) for day in days)


@dataclass(frozen=True, order=True)
class Assignment:
    candidate: str
    answer: str
    slot: int
    assessor: str


class Cause(StrEnum):
    """Why openings stay empty: the first of these that alone explains it."""

    TOO_FEW_ASSESSORS = "too_few_assessors"
    CONFLICTS = "conflicts"
    LEAVE = "leave"
    LOAD_LIMITS = "load_limits"


@dataclass(frozen=True)
class Shortage:
    """`openings` (answers x slots) of this candidate for which nobody was found."""

    candidate: str
    openings: int
    cause: Cause


@dataclass(frozen=True)
class Allocation:
    assignments: tuple[Assignment, ...]
    shortages: tuple[Shortage, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "assignments": [[one.candidate, one.answer, one.slot, one.assessor] for one in self.assignments],
            "shortages": [[one.candidate, one.openings, one.cause.value] for one in self.shortages],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Allocation":
        return cls(
            tuple(Assignment(*one) for one in data["assignments"]),
            tuple(Shortage(candidate, openings, Cause(cause)) for candidate, openings, cause in data["shortages"]),
        )


@dataclass(frozen=True)
class Batch:
    """The work to be shared out, among whom, and the forbidden pairs. Together with a seed it says everything.

    `open`: for each candidate the answers that wait, each with the numbers of the slots that are free. `held`: answers
    of these candidates that somebody judges already, by (assessor, candidate). `forbidden`: the pairs (assessor,
    candidate) that may not be, with every reason. `period`: first and last day of the work.
    """

    open: Mapping[str, Mapping[str, tuple[int, ...]]]
    assessors: tuple[Assessor, ...]
    forbidden: Mapping[tuple[str, str], tuple[Conflict, ...]]
    panel: Panel
    period: tuple[date, date]
    held: Mapping[tuple[str, str], tuple[str, ...]]

    def __post_init__(self) -> None:
        """Raises ValueError for a panel, a period or work that cannot be and for a key that is given twice."""
        keys = [assessor.key for assessor in self.assessors]
        if len(set(keys)) < len(keys):
            raise ValueError("a key is given twice")
        if self.period[1] < self.period[0]:
            raise ValueError("the period ends before it begins")
        panel = self.panel
        if min(panel.answers, panel.slots, panel.least_assessors, panel.most_answers) < 1:
            raise ValueError("a panel has at least one slot, one assessor and one answer each")
        if panel.share < 1:
            raise ValueError("more assessors are asked than there are openings")
        if panel.mode is Mode.WHOLE and any(len(set(answers.values())) > 1 for answers in self.open.values()):
            raise ValueError("who judges a candidate as a whole takes the same slot of every answer")

    def share(self, assessor: str, candidate: str) -> int:
        """How many of the open answers of this candidate this assessor may still take."""
        held = self.held.get((assessor, candidate), ())
        free = len(self.open[candidate].keys() - set(held))
        if (assessor, candidate) in self.forbidden or (held and self.panel.mode is Mode.WHOLE):
            return 0
        return max(0, min(free, self.panel.share - len(held)))

    def to_json(self) -> dict[str, Any]:
        return {
            "open": {key: {answer: list(slots) for answer, slots in one.items()} for key, one in self.open.items()},
            "assessors": [
                {**asdict(one), "leave": [[day.isoformat() for day in absence] for absence in one.leave]}
                for one in self.assessors
            ],
            "forbidden": [[*pair, *(reason.value for reason in found)] for pair, found in self.forbidden.items()],
            "panel": {**asdict(self.panel), "mode": self.panel.mode.value},
            "period": [day.isoformat() for day in self.period],
            "held": [[*pair, *answers] for pair, answers in self.held.items()],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Batch":
        return cls(
            open={key: {answer: tuple(slots) for answer, slots in one.items()} for key, one in data["open"].items()},
            assessors=tuple(
                Assessor(one["key"], one["limit"], one["load"], tuple(map(_days, one["leave"])))
                for one in data["assessors"]
            ),
            forbidden={(one, other): tuple(map(Conflict, found)) for one, other, *found in data["forbidden"]},
            panel=Panel(**{**data["panel"], "mode": Mode(data["panel"]["mode"])}),
            period=_days(data["period"]),
            held={(one, other): tuple(answers) for one, other, *answers in data["held"]},
        )


def fresh(candidates: Sequence[str], answers: Sequence[str], slots: int = 2) -> dict[str, dict[str, tuple[int, ...]]]:
    """The openings of candidates of whom nothing was given to anybody yet. Raises ValueError for a key twice."""
    if len(set(candidates)) < len(candidates) or len(set(answers)) < len(answers):
        raise ValueError("a key is given twice")
    return {candidate: {answer: tuple(range(1, slots + 1)) for answer in answers} for candidate in candidates}


def _days(texts: Sequence[str]) -> tuple[date, date]:
    first, last = (date.fromisoformat(text) for text in texts)
    return first, last

"""Part 1 on the officer's table: every criterion judged with a reason, and what may be decided then."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

_WORD = re.compile(r"\w+(?:['’\-.,]\w+)*")


class Outcome(StrEnum):
    """KSF's decision about a motivation file."""

    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"


class Rule(StrEnum):
    """Why a decision about part 1 cannot be taken."""

    UNJUDGED = "criteria_unjudged"
    NOT_SUFFICIENT = "criteria_not_sufficient"
    NOTHING_WRONG = "all_criteria_sufficient"


@dataclass(frozen=True)
class Mark:
    """The judgement of one criterion; `sufficient` is None until it is judged."""

    sufficient: bool | None = None
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def complete(self) -> bool:
        return self.sufficient is not None and bool(self.reason.strip())


def unjudged(criteria: Iterable[str], marks: Mapping[str, Mark]) -> tuple[str, ...]:
    """The criteria without a judgement or without its reason."""
    return tuple(key for key in criteria if not marks.get(key, Mark()).complete)


def insufficient(criteria: Iterable[str], marks: Mapping[str, Mark]) -> tuple[str, ...]:
    """The criteria that were judged not to be met."""
    return tuple(key for key in criteria if marks.get(key, Mark()).sufficient is False)


def refusal(
    outcome: Outcome, criteria: Iterable[str], marks: Mapping[str, Mark]
) -> tuple[Rule, tuple[str, ...]] | None:
    """Why this decision does not fit these judgements, with the criteria it is about.

    Approved needs every criterion met; returned and rejected need one that is not. Without criteria all is allowed.
    """
    criteria = tuple(criteria)
    if gaps := unjudged(criteria, marks):
        return Rule.UNJUDGED, gaps
    wrong = insufficient(criteria, marks)
    if outcome is Outcome.APPROVED and wrong:
        return Rule.NOT_SUFFICIENT, wrong
    if outcome is not Outcome.APPROVED and criteria and not wrong:
        return Rule.NOTHING_WRONG, ()
    return None


def words(text: str) -> int:
    """How many words a text has, counted as the page counts them (static/js/ui/words.js)."""
    return len(_WORD.findall(text))

"""The chapter of a scheme about its theory test: what a form is made of, how long it takes, and when it is passed."""

# ruff: noqa: RUF009 (`within` and `many` return dataclasses.field)

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from scenarios.reading import many, within
from scenarios.theory.forms import Blueprint, Quota


class Form(StrEnum):
    """`per_candidate`: everybody gets a draw of the own; `linear`: all who sit together get the same items."""

    PER_CANDIDATE = "per_candidate"
    LINEAR = "linear"


class Opening(StrEnum):
    """How a supervisor opens a test: under the own log-in only, or also with the code of the day."""

    LOG_IN = "log_in"
    LOG_IN_OR_CODE = "log_in_or_code"


class Dropped(StrEnum):
    """What an item that turned out to be wrong is worth: everybody gets its points, or it does not count at all."""

    FULL_POINTS = "full_points"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, kw_only=True)
class TheoryQuota:
    """So many items of these terms together; `name` is what the terms are called on a page."""

    name: str
    terms: tuple[str, ...] = many(1, 20)
    items: int = within(1, 200)


@dataclass(frozen=True, kw_only=True)
class TheoryRules:
    """The online test: about how many minutes somebody has to be there, and how the test itself is made.

    A scheme without `quotas` has no test of its own in Vignet: it is taken elsewhere, and KSF enters what came of it.
    `offline_minutes`: so long after the end answers still come in that waited for the network. `result_at_once`: the
    candidate reads the result when the test is handed in, and not only after KSF released it. `browser_exam_keys`: one
    of these keys of Safe Exam Browser must fit too; none for the Config Key alone. `dropped_in_favour`: nobody who had
    passed fails by an item that is dropped afterwards. `resit_days`: so long after a test that was not passed, the next
    one can be at the earliest; 0 for at once. `passed_key`: what who passed has from then on, as schemes ask for it
    (`prerequisite_any_of`).
    """

    duration_minutes: int = within(5, 480, default=60)
    minutes: int = within(5, 300, default=45)
    cut_share: Fraction = within("0.01", 1, default=Fraction("0.7"))
    quotas: tuple[TheoryQuota, ...] = many(0, 20, ())
    form: Form = Form.PER_CANDIDATE
    opening: Opening = Opening.LOG_IN_OR_CODE
    checked_location: bool = False
    safe_exam_browser: bool = False
    browser_exam_keys: tuple[str, ...] = many(0, 50, (), pattern="[0-9a-f]{64}", meaning="een sleutel van 64 tekens")
    offline_minutes: int = within(0, 30, default=5)
    result_at_once: bool = True
    dropped: Dropped = Dropped.FULL_POINTS
    dropped_in_favour: bool = True
    resit_days: int = within(0, 366, default=14)
    passed_key: str = ""

    @property
    def blueprint(self) -> Blueprint | None:
        """What a form is made of. Raises ValueError for a term in two quotas."""
        if not self.quotas:
            return None
        quotas = tuple(Quota(one.name, one.terms, one.items) for one in self.quotas)
        return Blueprint(quotas, self.minutes, self.cut_share)


def problems(rules: TheoryRules, numbers: set[str]) -> list[str]:
    """What is wrong with the quotas, in Dutch; `numbers` are those of the scheme's terms."""
    found = [
        f"De toetsmatrijs vraagt {term}, maar die toetsterm is er niet."
        for quota in rules.quotas
        for term in quota.terms
        if term not in numbers
    ]
    terms = [term for quota in rules.quotas for term in quota.terms]
    return found + [
        f"In de toetsmatrijs staat toetsterm {term} meer dan één keer."
        for term in sorted({one for one in terms if terms.count(one) > 1})
    ]

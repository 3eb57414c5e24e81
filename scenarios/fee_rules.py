"""The chapter of a scheme about money, and what somebody pays for what: each line with its reason.

The amounts are those of KSF ("Hoe werkt het", Kosten): members pay less for A and chat, and who supplies no examiner
pays for each candidate of a practical test. When a cost arises, and what is due after a withdrawal, the sources leave
open; both are choices of the scheme.
"""

# ruff: noqa: RUF009 (`within` returns dataclasses.field)

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from scenarios.reading import within


class ChargedAt(StrEnum):
    """The step at which the price of an exam is due."""

    THEORY = "theory"
    PRACTICAL = "practical"
    INVITATION = "invitation"


class Product(StrEnum):
    """What is paid for."""

    EXAM = "exam"
    RESIT = "resit"
    NO_EXAMINER = "no_examiner"
    COPY = "copy"


class Reason(StrEnum):
    """Why a line costs what it costs."""

    MEMBER = "member"
    NO_MEMBER = "no_member"
    AGAIN = "again"
    NO_EXAMINER = "no_examiner"
    OWN_EXAMINER = "own_examiner"
    COPY = "copy"


class Ending(StrEnum):
    """How something that was charged came to nothing."""

    WITHDRAWN = "withdrawn"
    """By the organisation or the candidate."""
    NOT_COME = "not_come"
    CANCELLED = "cancelled"
    """By the institution."""


@dataclass(frozen=True, kw_only=True)
class Fees:
    """Prices in euro cents; `no_examiner_cents` is added when the organisation supplies no examiner.

    `charged_at`: the step at which the exam is charged. `withdrawn_share`: what is still due of something that was
    charged and then withdrawn; who does not come pays all, and who is cancelled by the institution nothing.
    """

    member_cents: int = within(0, 1_000_000)
    non_member_cents: int = within(0, 1_000_000)
    no_examiner_cents: int = within(0, 1_000_000)
    resit_cents: int = within(0, 1_000_000)
    copy_cents: int = within(0, 1_000_000)
    charged_at: ChargedAt = ChargedAt.INVITATION
    withdrawn_share: Fraction = within(0, 1, default=Fraction(1, 2))


@dataclass(frozen=True)
class FeeLine:
    """One line of what somebody pays: `cents` euro cents for one `product`."""

    product: Product
    reason: Reason
    cents: int


def lines(fees: Fees, at: ChargedAt, *, member: bool, supplies_examiner: bool, again: bool) -> tuple[FeeLine, ...]:
    """What one candidate's step `at` costs the organisation; a line may say why it costs nothing.

    `again`: the candidate takes this exam once more. The surcharge for who supplies no examiner belongs to the
    practical test, whenever the exam itself is charged.
    """
    found = []
    if fees.charged_at is at:
        if again:
            found.append(FeeLine(Product.RESIT, Reason.AGAIN, fees.resit_cents))
        elif member:
            found.append(FeeLine(Product.EXAM, Reason.MEMBER, fees.member_cents))
        else:
            found.append(FeeLine(Product.EXAM, Reason.NO_MEMBER, fees.non_member_cents))
    if at is ChargedAt.PRACTICAL:
        reason = Reason.OWN_EXAMINER if supplies_examiner else Reason.NO_EXAMINER
        found.append(FeeLine(Product.NO_EXAMINER, reason, 0 if supplies_examiner else fees.no_examiner_cents))
    return tuple(found)


def total(found: Sequence[FeeLine]) -> int:
    """The cents of these lines together."""
    return sum(one.cents for one in found)


def credited(fees: Fees, cents: int, ending: Ending) -> int:
    """How many of these charged cents are given back. Half a cent is the payer's."""
    if ending is Ending.NOT_COME:
        return 0
    if ending is Ending.CANCELLED:
        return cents
    return cents - int(cents * Fraction(fees.withdrawn_share))

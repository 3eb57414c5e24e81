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
    ASSESSMENT = "assessment"
    """When KSF plans it, at the price of the day on which it was asked."""


class Supplying(StrEnum):
    """When an organisation counts as one that supplies an examiner."""

    ACTIVE = "active_examiner"
    """While somebody whom it supplies is accepted and has begun, at the moment of the step."""
    SAID = "said"
    """As it stands with the organisation, whether or not somebody is there."""


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
    NO_ACTIVE_EXAMINER = "no_active_examiner"
    ACTIVE_EXAMINER = "active_examiner"
    COPY = "copy"
    # Why something is given back.
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    JOINED = "joined"
    """The payer turns out to have been a member."""
    GIVEN_BACK = "given_back"
    """An officer decided so."""


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

    `charged_at`: the step at which the exam is charged. `resit_at`: the one at which taking it again is; None is the
    same. `withdrawn_share`: what is still due of something that was charged and then withdrawn; who does not come pays
    all, and who is cancelled by the institution nothing. `supplying`: when an organisation supplies an examiner.
    """

    member_cents: int = within(0, 1_000_000)
    non_member_cents: int = within(0, 1_000_000)
    no_examiner_cents: int = within(0, 1_000_000)
    resit_cents: int = within(0, 1_000_000)
    copy_cents: int = within(0, 1_000_000)
    charged_at: ChargedAt = ChargedAt.INVITATION
    withdrawn_share: Fraction = within(0, 1, default=Fraction(1, 2))
    supplying: Supplying = Supplying.ACTIVE
    resit_at: ChargedAt | None = None

    @property
    def charges_resit_at(self) -> ChargedAt:
        """The step at which taking it again is charged."""
        return self.resit_at or self.charged_at


@dataclass(frozen=True)
class FeeLine:
    """One line of what somebody pays: `cents` euro cents for one `product`."""

    product: Product
    reason: Reason
    cents: int


def lines(fees: Fees, at: ChargedAt, *, member: bool, supplies_examiner: bool, again: bool) -> tuple[FeeLine, ...]:
    """What one candidate's step `at` costs the organisation; that of the surcharge may say why it costs nothing.

    `again`: the candidate takes this step of the exam once more. The surcharge for who supplies no examiner belongs to
    the practical test, whenever the exam itself is charged.
    """
    found = []
    if again and fees.charges_resit_at is at:
        found.append(FeeLine(Product.RESIT, Reason.AGAIN, fees.resit_cents))
    elif not again and fees.charged_at is at:
        reason = Reason.MEMBER if member else Reason.NO_MEMBER
        found.append(FeeLine(Product.EXAM, reason, fees.member_cents if member else fees.non_member_cents))
    found = [one for one in found if one.cents]
    if at is ChargedAt.PRACTICAL:
        cents = 0 if supplies_examiner else fees.no_examiner_cents
        found.append(FeeLine(Product.NO_EXAMINER, _of_examiner(fees.supplying, supplies_examiner), cents))
    return tuple(found)


def _of_examiner(supplying: Supplying, supplies: bool) -> Reason:
    if supplying is Supplying.ACTIVE:
        return Reason.ACTIVE_EXAMINER if supplies else Reason.NO_ACTIVE_EXAMINER
    return Reason.OWN_EXAMINER if supplies else Reason.NO_EXAMINER


def joined(cents: int, non_member_cents: int, member_cents: int) -> int:
    """How much of `cents`, what is left of a price for others, is given back to who was a member: the same share.

    Half a cent is the payer's.
    """
    if member_cents >= non_member_cents:
        return 0
    return -(-cents * (non_member_cents - member_cents) // non_member_cents)


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

"""A member that paid the price for others: the difference is given back, each order with the price of its own day.

What was ordered stays as it was. One that is no member any more keeps the prices it had.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, joinedload

from scenarios.fee_rules import Product, Reason, joined
from storage.base.clock import AMSTERDAM
from storage.base.refusal import Refused
from storage.fees.orders import FeeOrder, credit, left_of
from storage.fees.prices import fees_on
from storage.people.organisations import Organisation
from storage.people.people import Person


class Rule(StrEnum):
    """Why no difference is given back."""

    NO_MEMBER = "difference_for_no_member"
    NOTHING = "difference_of_nothing"


@dataclass(frozen=True)
class Difference:
    """So many cents of this order are more than a member pays."""

    order: FeeOrder
    cents: int


def differences(session: Session, organisation: Organisation, since: date) -> Sequence[Difference]:
    """What this organisation paid too much from this day on if it was a member then, the oldest first.

    Of what was given back in part, the same share of what is left.
    """
    begin = datetime.combine(since, time(), AMSTERDAM).astimezone(UTC)
    before = aliased(FeeOrder)
    done = select(before.id).where(before.credits_id == FeeOrder.id, before.reason == Reason.JOINED)
    paid = select(FeeOrder).where(
        FeeOrder.organisation_id == organisation.id,
        FeeOrder.product == Product.EXAM,
        FeeOrder.reason == Reason.NO_MEMBER,
        FeeOrder.credits_id.is_(None),
        FeeOrder.ordered_at >= begin,
        ~done.exists(),
    )
    options = joinedload(FeeOrder.scheme), joinedload(FeeOrder.candidate)
    orders = session.scalars(paid.order_by(FeeOrder.ordered_at, FeeOrder.id).options(*options)).all()
    left = left_of(session, orders)
    prices: dict[tuple[str, date], int] = {}
    found = []
    for one in orders:
        day = one.ordered_at.astimezone(AMSTERDAM).date()
        key = (one.scheme.key, day)
        if key not in prices:
            prices[key] = fees_on(session, one.scheme, day).member_cents
        if cents := joined(left[one.id], one.cents, prices[key]):
            found.append(Difference(one, cents))
    return found


def give_back(
    session: Session, organisation: Organisation, since: date, note: str, actor: Person, now: datetime
) -> Sequence[FeeOrder]:
    """Credit every difference, with these words beside each; answers the credits.

    Raises Refused for an organisation that is no member, and when there is nothing to give back.
    """
    if not organisation.is_member:
        raise Refused(Rule.NO_MEMBER)
    # Of two who do this at one moment the second finds nothing left.
    session.execute(select(Organisation.id).where(Organisation.id == organisation.id).with_for_update())
    found = differences(session, organisation, since)
    if not found:
        raise Refused(Rule.NOTHING)
    return [credit(session, one.order, one.cents, note, actor.id, now, Reason.JOINED) for one in found]

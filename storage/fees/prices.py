"""The price list: an amount of an exam from a day on. Until KSF sets one, the amount of the scheme holds.

What was ordered keeps its price; a new amount holds from its day, and one that is still to come can be taken back.
"""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from scenarios.fee_rules import Fees
from storage.base import audit
from storage.base.database import Base, Identified, one_of, session_of
from storage.base.refusal import Refused
from storage.people.people import Person
from storage.schemes import Scheme

MOST_CENTS = 1_000_000
FURTHEST = timedelta(days=3 * 366)
"""How far ahead a price may begin; beyond it the year is a slip of the pen."""


class Price(StrEnum):
    """Which amount of an exam it is, named as in the scheme."""

    MEMBER = "member_cents"
    NON_MEMBER = "non_member_cents"
    NO_EXAMINER = "no_examiner_cents"
    RESIT = "resit_cents"
    COPY = "copy_cents"


class Rule(StrEnum):
    """Why a price cannot be set or taken back."""

    IN_PAST = "price_in_past"
    TOO_FAR = "price_too_far"
    TWICE = "price_twice"
    BEGUN = "price_begun"
    GONE = "price_taken_back"


class FeePrice(Identified, Base):
    """This amount of this exam, in euro cents, from the day `since` on."""

    __tablename__ = "fee_price"

    exam: Mapped[str] = mapped_column(String(60))
    price: Mapped[Price] = mapped_column(one_of(Price))
    since: Mapped[date]
    cents: Mapped[int]
    set_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    set_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]

    set_by: Mapped[Person] = relationship()

    __table_args__ = (CheckConstraint(f"cents BETWEEN 0 AND {MOST_CENTS}", name="cents"),)

    def take_back(self, actor: Person, today: date, now: datetime) -> None:
        """It never begins. Raises Refused for one that has begun, which somebody may have paid, and a second time."""
        if self.taken_back_at is not None:
            raise Refused(Rule.GONE)
        if self.since <= today:
            raise Refused(Rule.BEGUN, found=self.since, needed=today)
        session = session_of(self)
        facts = {"exam": self.exam, "price": self.price, "since": str(self.since), "cents": self.cents}
        audit.record(session, now, actor.id, "price_taken_back", self, **facts)
        self.taken_back_at = now


_STANDING = FeePrice.taken_back_at.is_(None)
Index(
    "uq_fee_price_once",
    FeePrice.exam,
    FeePrice.price,
    FeePrice.since,
    unique=True,
    sqlite_where=_STANDING,
    postgresql_where=_STANDING,
)


def set_price(
    session: Session, exam: str, price: Price, cents: int, since: date, actor: Person, today: date, now: datetime
) -> FeePrice:
    """This amount from that day on. Raises Refused for a day that is past, too far, or has a price of its own."""
    if since < today:
        raise Refused(Rule.IN_PAST, found=since, needed=today)
    if since > today + FURTHEST:
        raise Refused(Rule.TOO_FAR, found=since, needed=today + FURTHEST)
    if any((one.price, one.since) == (price, since) for one in prices_of(session, exam)):
        raise Refused(Rule.TWICE, found=since)
    row = FeePrice(id=uuid.uuid4(), exam=exam, price=price, since=since, cents=cents, set_by=actor, set_at=now)
    session.add(row)
    session.flush()
    audit.record(session, now, actor.id, "price_set", row, exam=exam, price=price, since=str(since), cents=cents)
    return row


def prices_of(session: Session, exam: str) -> Sequence[FeePrice]:
    """Every price that was set for this exam and not taken back, oldest first."""
    theirs = select(FeePrice).where(FeePrice.exam == exam, _STANDING)
    return session.scalars(theirs.order_by(FeePrice.since, FeePrice.price)).all()


def copy_price(session: Session, scheme: Scheme | None, day: date) -> int:
    """What a copy of a certificate costs on this day, in euro cents; 0 for one from paper, of which there is none."""
    return fees_on(session, scheme, day).copy_cents if scheme else 0


def fees_on(session: Session, scheme: Scheme, day: date) -> Fees:
    """The amounts of this exam on this day, and what else its scheme says about money."""
    begun: dict[str, Any] = {str(one.price): one.cents for one in prices_of(session, scheme.key) if one.since <= day}
    return replace(scheme.content.fees, **begun)

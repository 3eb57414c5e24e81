"""Orders: what an organisation, or a person, owes for one thing; frozen when it was ordered, credited with a reason."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column, relationship

from scenarios.fee_rules import Product, Reason
from storage.base import audit
from storage.base.database import Base, Identified, one_of, session_of
from storage.base.refusal import Refused
from storage.fees.invoices import Invoice
from storage.people.organisations import Organisation
from storage.people.people import Person
from storage.schemes import Scheme


class Subject(StrEnum):
    """What was ordered: a row of this table."""

    THEORY_TEST = "theory_test"
    PRACTICAL_SEAT = "practical_seat"
    DOSSIER = "dossier"
    COPY = "copy_order"
    ASSESSMENT = "assessment"


class Rule(StrEnum):
    """Why an order cannot be credited."""

    CREDITED = "order_credited"
    NO_REASON = "order_without_reason"
    TOO_MUCH = "order_credit_too_high"


class FeeOrder(Identified, Base):
    """`cents` euro cents for one `product` about `candidate`, paid by an organisation or, without one, by the person.

    A credit is an order of less than nothing that names what it credits, with why in `reason`, once for each, and in
    words in `note`. `subject_id` is the row of `subject` that was ordered. `cost_centre` is what the organisation wrote
    beside it.
    """

    __tablename__ = "fee_order"
    noun: ClassVar[str] = "fee_order"

    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Organisation.id))
    candidate_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    scheme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Scheme.id))
    product: Mapped[Product] = mapped_column(one_of(Product))
    reason: Mapped[Reason] = mapped_column(one_of(Reason))
    subject: Mapped[Subject] = mapped_column(one_of(Subject))
    subject_id: Mapped[uuid.UUID]
    cents: Mapped[int]
    cost_centre: Mapped[str] = mapped_column(String(40), default="")
    ordered_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text, default="")
    credits_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("fee_order.id"))
    invoice_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Invoice.id))

    organisation: Mapped[Organisation | None] = relationship()
    candidate: Mapped[Person] = relationship()
    scheme: Mapped[Scheme] = relationship()
    invoice: Mapped[Invoice | None] = relationship()
    credits: Mapped["FeeOrder | None"] = relationship(remote_side="FeeOrder.id")

    __table_args__ = (
        CheckConstraint("(credits_id IS NULL) = (cents >= 0)", name="cents"),
        CheckConstraint("credits_id IS NULL OR note <> ''", name="credit_reason"),
        UniqueConstraint("credits_id", "reason"),
        Index(
            "uq_fee_order_once",
            "subject_id",
            "product",
            unique=True,
            sqlite_where=credits_id.is_(None),
            postgresql_where=credits_id.is_(None),
        ),
        Index(None, "organisation_id", "ordered_at"),
        Index(None, "candidate_id"),
        Index(None, "invoice_id"),
        Index(None, "ordered_at"),
    )


_CREDIT = aliased(FeeOrder)


def place(session: Session, order: FeeOrder, now: datetime) -> FeeOrder:
    """Keep an order that nobody pressed a button for: the step it belongs to was its order."""
    session.add(order)
    session.flush()
    audit.record(session, now, None, "fee_ordered", order, cents=order.cents, product=order.product)
    return order


def credit(
    session: Session,
    order: FeeOrder,
    cents: int,
    note: str,
    actor: uuid.UUID | None,
    now: datetime,
    reason: Reason = Reason.GIVEN_BACK,
) -> FeeOrder:
    """Give back `cents` of what was ordered.

    Raises Refused without words, for more than is left of it, and a second time for the same reason. It is on an
    invoice of its own when the order was invoiced already, else on the same one.
    """
    # Of two who credit the same order at one moment, the second waits and finds it credited.
    session.execute(select(FeeOrder.id).where(FeeOrder.id == order.id).with_for_update())
    back = credits_of(session, order)
    if any(one.reason is reason for one in back):
        raise Refused(Rule.CREDITED)
    if not note.strip():
        raise Refused(Rule.NO_REASON)
    left = order.cents + sum(one.cents for one in back)
    if order.credits_id is not None or not 0 < cents <= left:
        raise Refused(Rule.TOO_MUCH, found=cents, needed=left)
    made = FeeOrder(
        id=uuid.uuid4(),
        organisation_id=order.organisation_id,
        candidate_id=order.candidate_id,
        scheme_id=order.scheme_id,
        product=order.product,
        reason=reason,
        subject=order.subject,
        subject_id=order.subject_id,
        cents=-cents,
        cost_centre=order.cost_centre,
        ordered_at=now,
        note=note.strip(),
        credits_id=order.id,
    )
    session.add(made)
    session.flush()
    audit.record(session, now, actor, "fee_credited", made, order=str(order.id), cents=-cents)
    return made


def orders() -> Select[FeeOrder]:
    """Every order and credit, newest first."""
    return select(FeeOrder).order_by(FeeOrder.ordered_at.desc(), FeeOrder.id)


def unended() -> Select[FeeOrder]:
    """What was charged, of which nothing was given back because it came to nothing or because an officer said so."""
    ended = (Reason.WITHDRAWN, Reason.CANCELLED, Reason.GIVEN_BACK)
    credited = select(_CREDIT.id).where(_CREDIT.credits_id == FeeOrder.id, _CREDIT.reason.in_(ended))
    return select(FeeOrder).where(FeeOrder.cents > 0, ~credited.exists())


def credits_of(session: Session, order: FeeOrder) -> Sequence[FeeOrder]:
    """What was given back of it, the oldest first."""
    theirs = select(FeeOrder).where(FeeOrder.credits_id == order.id)
    return session.scalars(theirs.order_by(FeeOrder.ordered_at, FeeOrder.reason)).all()


def left_of(session: Session, orders: Collection[FeeOrder]) -> dict[uuid.UUID, int]:
    """What is left of each of these after what was given back, in cents."""
    back = select(FeeOrder.credits_id, func.sum(FeeOrder.cents)).where(
        FeeOrder.credits_id.in_([one.id for one in orders])
    )
    given = {order: int(cents) for order, cents in session.execute(back.group_by(FeeOrder.credits_id))}
    return {one.id: one.cents + given.get(one.id, 0) for one in orders}


def again(session: Session, person: uuid.UUID, exam: str, before: datetime) -> bool:
    """True when this person was charged for this exam before, and that was not given back whole."""
    theirs = (
        select(FeeOrder)
        .join(Scheme, FeeOrder.scheme_id == Scheme.id)
        .where(
            FeeOrder.candidate_id == person,
            Scheme.key == exam,
            FeeOrder.product.in_((Product.EXAM, Product.RESIT)),
            FeeOrder.credits_id.is_(None),
            FeeOrder.ordered_at < before,
        )
    )
    return any(left > 0 for left in left_of(session, session.scalars(theirs).all()).values())


def to_invoice(until: datetime) -> Select[FeeOrder]:
    """What was ordered or credited until this moment and is on no invoice."""
    return select(FeeOrder).where(FeeOrder.invoice_id.is_(None), FeeOrder.cents != 0, FeeOrder.ordered_at <= until)


def of_invoice(invoice: Invoice) -> list[FeeOrder]:
    """What is on this invoice, in the order in which it was ordered."""
    theirs = select(FeeOrder).where(FeeOrder.invoice_id == invoice.id)
    return list(session_of(invoice).scalars(theirs.order_by(FeeOrder.ordered_at, FeeOrder.id)))


def of_organisations(ids: Collection[uuid.UUID]) -> Select[FeeOrder]:
    """What these organisations pay."""
    return orders().where(FeeOrder.organisation_id.in_(ids))

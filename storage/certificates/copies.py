"""Copies (afschriften): the certificate once more, with the word and its own date, for the price of that day.

An order is what an invoice is made of; nothing is paid here.
"""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from storage.base import audit
from storage.base.clock import AMSTERDAM
from storage.base.database import Base, Identified
from storage.base.refusal import Refused
from storage.certificates.certificates import Certificate
from storage.people.people import Person


class Rule(StrEnum):
    """Why no copy can be ordered."""

    NOT_HELD = "copy_of_certificate_not_held"


class CopyOrder(Identified, Base):
    """One copy that somebody ordered. `cents` is the price of that day."""

    __tablename__ = "copy_order"

    certificate_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Certificate.id))
    cents: Mapped[int]
    ordered_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    ordered_at: Mapped[datetime]

    certificate: Mapped[Certificate] = relationship()
    ordered_by: Mapped[Person] = relationship()

    __table_args__ = (CheckConstraint("cents >= 0", name="cents"), Index(None, "certificate_id", "ordered_at"))


def order(session: Session, certificate: Certificate, person: Person, cents: int, now: datetime) -> CopyOrder:
    """Order a copy for so many euro cents (`storage.fees.prices` knows the price).

    One of the same day is the same paper, so whoever asks again gets that one and pays once.

    Raises Refused for a certificate from paper, and for one that is not valid.
    """
    certificate.take_turn()
    if certificate.scheme is None or not certificate.held:
        raise Refused(Rule.NOT_HELD)
    newest = next(iter(copies_of(session, certificate)), None)
    if newest and newest.ordered_at.astimezone(AMSTERDAM).date() == now.astimezone(AMSTERDAM).date():
        return newest
    row = CopyOrder(
        id=uuid.uuid4(),
        certificate=certificate,
        cents=cents,
        ordered_by=person,
        ordered_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(session, now, person.id, "copy_ordered", row, cents=row.cents)
    return row


def copies_of(session: Session, certificate: Certificate) -> list[CopyOrder]:
    """The copies of this certificate, newest first."""
    theirs = select(CopyOrder).where(CopyOrder.certificate_id == certificate.id)
    return list(session.scalars(theirs.order_by(CopyOrder.ordered_at.desc(), CopyOrder.id)))

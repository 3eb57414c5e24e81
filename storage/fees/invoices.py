"""Invoices: numbered by year without a hole, frozen as they were sent; paid, reminded, written off.

What stands on one is kept with it (`content`), so that it reads the same whenever it is opened. An invoice that was
wrong is never changed: a credit note takes it back.
"""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from storage.base import audit
from storage.base.database import Base, one_of, session_of
from storage.base.refusal import Refused
from storage.base.steps import Stepping, table
from storage.fees.billing import is_payment_link
from storage.people.organisations import Organisation
from storage.people.people import Person


class InvoiceState(StrEnum):
    """How far the money is. A credit note is settled from the start."""

    OPEN = "open"
    PAID = "paid"
    WRITTEN_OFF = "written_off"
    SETTLED = "settled"


STEPS = table(
    InvoiceState,
    {
        InvoiceState.OPEN: {InvoiceState.PAID, InvoiceState.WRITTEN_OFF},
        InvoiceState.PAID: {InvoiceState.OPEN},
        InvoiceState.WRITTEN_OFF: {InvoiceState.OPEN},
    },
)
"""What was entered by mistake goes back to open."""


class Rule(StrEnum):
    """Why nothing can be entered about an invoice."""

    NO_REASON = "invoice_without_reason"
    NOT_DUE = "invoice_not_due"
    NO_LINK = "invoice_payment_link"


class InvoiceCounter(Base):
    """The last number of a year. Whoever makes an invoice holds it until the invoice is kept."""

    __tablename__ = "invoice_counter"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class Invoice(Stepping, Base):
    """One invoice, or a credit note on one (`credits_id`), of an organisation or, without one, of a person.

    `content` is all that stands on it: seller, buyer, lines, how VAT is dealt with. Amounts are euro cents; those of a
    credit note are what is given back, so above zero too. `payment_link`: where a person pays, if anywhere.
    """

    __tablename__ = "invoice"
    steps, noun = STEPS, "invoice"

    year: Mapped[int]
    sequence: Mapped[int]
    number: Mapped[str] = mapped_column(String(20), unique=True)
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Organisation.id))
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    credits_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("invoice.id"))
    issued_on: Mapped[date]
    due_on: Mapped[date]
    made_at: Mapped[datetime]
    net_cents: Mapped[int]
    vat_cents: Mapped[int]
    total_cents: Mapped[int]
    content: Mapped[dict[str, Any]]
    state: Mapped[InvoiceState] = mapped_column(one_of(InvoiceState), default=InvoiceState.OPEN)
    state_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    reminded_at: Mapped[datetime | None]
    reminders: Mapped[int] = mapped_column(default=0)
    payment_link: Mapped[str] = mapped_column(String(500), default="", server_default="")

    organisation: Mapped[Organisation | None] = relationship()
    person: Mapped[Person | None] = relationship()
    credits: Mapped["Invoice | None"] = relationship(remote_side="Invoice.id")

    __table_args__ = (
        UniqueConstraint("year", "sequence"),
        CheckConstraint("(organisation_id IS NULL) <> (person_id IS NULL)", name="buyer"),
        CheckConstraint("total_cents = net_cents + vat_cents", name="total"),
        CheckConstraint("net_cents > 0", name="net"),
        CheckConstraint("(credits_id IS NULL) <> (state = 'settled')", name="settled"),
        Index(None, "organisation_id", "issued_on"),
        Index(None, "person_id"),
        Index(None, "state", "due_on"),
    )
    # Of two who enter something about it at the same moment, the second fails (StaleDataError).
    __mapper_args__ = {"version_id_col": state, "version_id_generator": False}

    @property
    def is_credit_note(self) -> bool:
        return self.credits_id is not None

    def overdue(self, today: date) -> bool:
        """True when it should have been paid by now."""
        return self.state is InvoiceState.OPEN and self.due_on < today

    def pay(self, on: date, actor: Person, now: datetime) -> None:
        """The money came on this day."""
        self.take_step(InvoiceState.PAID, actor.id, now, on=str(on))
        self.state_on, self.reason = on, ""

    def write_off(self, reason: str, today: date, actor: Person, now: datetime) -> None:
        """Nobody waits for the money any more. Raises Refused without a reason."""
        if not reason.strip():
            raise Refused(Rule.NO_REASON)
        self.take_step(InvoiceState.WRITTEN_OFF, actor.id, now)
        self.state_on, self.reason = today, reason.strip()

    def reopen(self, reason: str, actor: Person, now: datetime) -> None:
        """What was entered was a mistake. Raises Refused without a reason."""
        if not reason.strip():
            raise Refused(Rule.NO_REASON)
        self.take_step(InvoiceState.OPEN, actor.id, now)
        self.state_on, self.reason = None, reason.strip()

    def pay_at(self, link: str, actor: Person, now: datetime) -> None:
        """The person pays at this address, or by a transfer alone when it is empty. Raises Refused for what is none."""
        if self.person_id is None or self.state is not InvoiceState.OPEN or (link and not is_payment_link(link)):
            raise Refused(Rule.NO_LINK)
        self.payment_link = link
        audit.record(session_of(self), now, actor.id, "invoice_payment_link", self, there=bool(link))

    def remind(self, today: date, actor: Person, now: datetime) -> None:
        """Somebody is told that it waits. Raises Refused before it is due."""
        if not self.overdue(today):
            raise Refused(Rule.NOT_DUE, found=today, needed=self.due_on)
        self.reminders, self.reminded_at = self.reminders + 1, now
        audit.record(session_of(self), now, actor.id, "invoice_reminded", self, times=self.reminders)


def next_number(session: Session, year: int) -> int:
    """The next number of this year; nobody else gets one before this transaction ends, and one that fails leaves none.

    The row of a new year is made by whoever comes first.
    """
    locked = select(InvoiceCounter).where(InvoiceCounter.year == year).with_for_update()
    counter = session.scalars(locked.execution_options(populate_existing=True)).first()
    if counter is None:
        counter = InvoiceCounter(year=year, last=0)
        session.add(counter)
    counter.last += 1
    session.flush()
    return counter.last


def invoices() -> Select[Invoice]:
    """Every invoice and credit note, newest first."""
    return select(Invoice).order_by(Invoice.year.desc(), Invoice.sequence.desc(), Invoice.id)


def issued_in(first: date, last: date) -> Select[Invoice]:
    """Those of these days, both included, in the order of their numbers."""
    return select(Invoice).where(Invoice.issued_on.between(first, last)).order_by(Invoice.year, Invoice.sequence)

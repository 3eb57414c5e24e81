"""To whom invoices go and how: the details of an organisation, and what the institution chose about money."""

import re
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from sqlalchemy import CheckConstraint, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from storage.base import audit, plain
from storage.base.database import Base, Identified, one_of
from storage.people.institution_rules import compact, is_oin, is_vat_number
from storage.people.organisations import Organisation
from storage.people.people import Person

VAT_PERCENT = 21
KVK = re.compile(r"[0-9]{8}")
POSTCODE = re.compile(r"([1-9][0-9]{3}) ?([A-Z]{2})")
MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class InvoiceFormat(StrEnum):
    """How an invoice is sent. One file cannot be both NLCIUS and Peppol BIS."""

    PDF = "pdf"
    NLCIUS = "nlcius"
    PEPPOL = "peppol"


class Rhythm(StrEnum):
    """When what was ordered is put on an invoice."""

    MONTHLY = "monthly"
    PER_ORDER = "per_order"


class Fault(StrEnum):
    """Why a value of the details cannot be used."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    NO_POSTCODE = "no_postcode"
    NO_KVK = "no_kvk"
    NO_OIN = "no_oin"
    NO_VAT = "no_vat"
    NO_MAIL = "no_mail"
    NEITHER = "neither"


FIELDS: Mapping[str, int] = {
    "legal_name": 120,
    "street": 120,
    "postcode": 7,
    "city": 80,
    "kvk_number": 8,
    "oin": 20,
    "vat_number": 14,
    "mail": 254,
    "reference": 60,
}
"""What is asked of an organisation, with its most characters, in the order in which it is asked."""
NEEDED = ("legal_name", "street", "postcode", "city", "mail")


class NotInOrder(Exception):
    """Details that cannot be kept: all that is wrong, by field."""

    def __init__(self, faults: Mapping[str, Fault]):
        super().__init__(", ".join(f"{name}: {fault}" for name, fault in faults.items()))
        self.faults = faults


class BillingDetails(Identified, Base):
    """Where the invoices of an organisation go. `reference` is what its books ask for, such as an order number."""

    __tablename__ = "billing_details"

    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Organisation.id), unique=True)
    legal_name: Mapped[str] = mapped_column(String(120))
    street: Mapped[str] = mapped_column(String(120))
    postcode: Mapped[str] = mapped_column(String(7))
    city: Mapped[str] = mapped_column(String(80))
    kvk_number: Mapped[str] = mapped_column(String(8), default="")
    oin: Mapped[str] = mapped_column(String(20), default="")
    vat_number: Mapped[str] = mapped_column(String(14), default="")
    mail: Mapped[str] = mapped_column(String(254))
    reference: Mapped[str] = mapped_column(String(60), default="")
    format: Mapped[InvoiceFormat] = mapped_column(one_of(InvoiceFormat), default=InvoiceFormat.PDF)
    rhythm: Mapped[Rhythm] = mapped_column(one_of(Rhythm), default=Rhythm.MONTHLY)
    changed_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    changed_at: Mapped[datetime]

    organisation: Mapped[Organisation] = relationship()


class FeeSettings(Identified, Base):
    """What the institution chose: from which day costs are charged, the days to pay in, and VAT or why there is none.

    Nothing that was ordered before `since` is ever charged; None charges nothing. `accounts` are the numbers of
    `storage.fees.ledger_accounts` that differ from the usual. `payment_link`: where a person pays, an address of the
    institution's own bank or payment service in which {nummer} and {bedrag} are filled in.
    """

    __tablename__ = "fee_settings"
    only: ClassVar[str] = "fees"

    kind: Mapped[str] = mapped_column(String(10), default="fees", unique=True)
    since: Mapped[date | None]
    days_to_pay: Mapped[int] = mapped_column(default=30)
    exemption: Mapped[str] = mapped_column(String(200), default="")
    accounts: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    payment_link: Mapped[str] = mapped_column(String(300), default="", server_default="")

    __table_args__ = (
        CheckConstraint("kind = 'fees'", name="kind"),
        CheckConstraint("days_to_pay BETWEEN 1 AND 120", name="days_to_pay"),
    )

    @property
    def vat_percent(self) -> int:
        """The rate on every line; 0 where the institution is exempt."""
        return 0 if self.exemption else VAT_PERCENT


def settings(session: Session) -> FeeSettings:
    """What was chosen, or what holds before anybody chose: nothing is charged."""
    found = session.scalars(select(FeeSettings)).first()
    return found or _unchosen()


def one_at_a_time(session: Session) -> FeeSettings:
    """The same, held until this transaction ends: whoever charges or gives back waits for whoever does so already."""
    held = select(FeeSettings).with_for_update().execution_options(populate_existing=True)
    return session.scalars(held).first() or _unchosen()


def to_change(session: Session) -> FeeSettings:
    """The row of the choices, which nobody else changes meanwhile."""
    row = session.scalars(select(FeeSettings).with_for_update()).first()
    if row is None:
        row = _unchosen()
        row.id = uuid.uuid4()
        session.add(row)
    return row


def _unchosen() -> FeeSettings:
    return FeeSettings(kind=FeeSettings.only, since=None, days_to_pay=30, exemption="", accounts={}, payment_link="")


def choose(
    session: Session,
    since: date | None,
    days_to_pay: int,
    exemption: str,
    actor: Person,
    now: datetime,
    payment_link: str = "",
) -> FeeSettings:
    """Make the choices as given. What was ordered already stays as it was.

    Raises ValueError for a `payment_link` that is none (`is_payment_link`).
    """
    if payment_link and not is_payment_link(payment_link):
        raise ValueError("no payment link")
    row = to_change(session)
    row.since, row.days_to_pay, row.exemption = since, days_to_pay, plain.one_line(exemption)
    row.payment_link = payment_link
    session.flush()
    facts = {"since": str(since or ""), "days_to_pay": days_to_pay, "exempt": bool(row.exemption)}
    audit.record(session, now, actor.id, "fee_settings_chosen", row, **facts)
    return row


def is_payment_link(text: str) -> bool:
    """Whether this is an address that browsers open safely, with nothing to fill in but number and amount."""
    filled = payment_link(text, "2026-00001", 1500)
    parts = urlsplit(filled)
    host = re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]+)?", parts.netloc.lower())
    return bool(parts.scheme == "https" and host) and re.fullmatch(r"[!-~]+", filled) is not None and "{" not in filled


def payment_link(template: str, number: str, cents: int) -> str:
    """The address where this invoice is paid; empty without a template. Amounts have a point: 18.15."""
    return template.replace("{nummer}", quote(number)).replace("{bedrag}", f"{Decimal(cents) / 100:.2f}")


def details(session: Session, organisation: uuid.UUID) -> BillingDetails | None:
    """Those of this organisation, once somebody gave them."""
    return session.scalars(select(BillingDetails).where(BillingDetails.organisation_id == organisation)).first()


def faults(values: Mapping[str, str], format: InvoiceFormat) -> dict[str, Fault]:
    """All that is wrong with these values, by field.

    An electronic invoice within the Netherlands names the buyer's KvK number or OIN (BR-NL-10); that both have the
    right digits no rule set looks at, so it is looked at here.
    """
    found = {name: Fault.MISSING for name in NEEDED if not values[name]}
    found |= {name: Fault.TOO_LONG for name, most in FIELDS.items() if len(values[name]) > most}
    checks = (
        ("postcode", POSTCODE.fullmatch(values["postcode"]), Fault.NO_POSTCODE),
        ("kvk_number", KVK.fullmatch(values["kvk_number"]), Fault.NO_KVK),
        ("oin", is_oin(values["oin"]), Fault.NO_OIN),
        ("vat_number", is_vat_number(values["vat_number"]), Fault.NO_VAT),
        ("mail", MAIL.fullmatch(values["mail"]), Fault.NO_MAIL),
    )
    found |= {name: fault for name, right, fault in checks if values[name] and not right and name not in found}
    if format is not InvoiceFormat.PDF and not (values["kvk_number"] or values["oin"]):
        found["kvk_number"] = Fault.NEITHER
    return found


def keep(
    session: Session,
    organisation: Organisation,
    given: Mapping[str, str],
    format: InvoiceFormat,
    rhythm: Rhythm,
    actor: Person,
    now: datetime,
) -> BillingDetails:
    """Keep these details, each field of FIELDS. Raises NotInOrder with all that is wrong."""
    values = {name: _clean(name, given[name]) for name in FIELDS}
    if wrong := faults(values, format):
        raise NotInOrder(wrong)
    row = details(session, organisation.id) or BillingDetails(id=uuid.uuid4(), organisation_id=organisation.id)
    for name, value in values.items():
        setattr(row, name, value)
    row.format, row.rhythm, row.changed_by_id, row.changed_at = format, rhythm, actor.id, now
    session.add(row)
    session.flush()
    audit.record(session, now, actor.id, "billing_details_kept", row, format=format, rhythm=rhythm)
    return row


def _clean(name: str, value: str) -> str:
    text = plain.one_line(value)
    if name in ("kvk_number", "oin", "vat_number"):
        return compact(text)
    if name == "postcode" and (parts := POSTCODE.fullmatch(text.upper())):
        return f"{parts[1]} {parts[2]}"
    return text

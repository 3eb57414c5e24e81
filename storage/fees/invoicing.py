"""Invoices are made of what was ordered: one for each organisation or person, and credit notes on earlier ones."""

import re
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy.orm import Session, joinedload

from storage.base import audit
from storage.base.clock import AMSTERDAM
from storage.fees import billing
from storage.fees.billing import POSTCODE, BillingDetails, InvoiceFormat, Rhythm
from storage.fees.invoices import Invoice, InvoiceState, next_number
from storage.fees.orders import FeeOrder, to_invoice
from storage.people import institution
from storage.people.institution import Institution
from storage.people.people import Person

_LAST_LINE = re.compile(
    rf"^(?P<street>.+?)\s*[,\n]\s*(?P<postcode>{POSTCODE.pattern})\s*,?\s+(?P<city>\S.*)$", re.DOTALL
)


@dataclass
class Batch:
    """What goes on one invoice, or on one credit note when it `credits` an invoice."""

    organisation_id: uuid.UUID | None
    person_id: uuid.UUID | None
    credits: Invoice | None
    orders: list[FeeOrder] = field(default_factory=list)
    details: BillingDetails | None = None
    seller_lacks: tuple[str, ...] = ()
    """What the institution did not say of itself and this invoice names."""

    @property
    def cents(self) -> int:
        """Without VAT: what is asked, or what is given back."""
        return abs(sum(one.cents for one in self.orders))

    @property
    def lacks_details(self) -> bool:
        """True when nobody said where the invoices of this organisation go."""
        return self.organisation_id is not None and self.details is None

    @property
    def waits(self) -> bool:
        """True when it cannot be made yet."""
        return self.lacks_details or bool(self.seller_lacks)

    @property
    def buyer(self) -> str:
        """The name that everybody knows the buyer by."""
        first = self.orders[0]
        return first.organisation.name if first.organisation else first.candidate.name


def batches(session: Session, now: datetime, to_make: bool = False) -> list[Batch]:
    """What is to be invoiced now, each invoice a batch; `to_make` holds its orders until the transaction ends.

    An organisation that pays by the month gets what was ordered before this month; who pays for each order, and a
    person, gets what there is. A credit on what was invoiced before is a credit note on that invoice; one on what was
    not goes beside it, and when nothing is left of the two they wait for what comes.
    """
    month = datetime.combine(now.astimezone(AMSTERDAM).date().replace(day=1), time(), AMSTERDAM).astimezone(UTC)
    found: dict[tuple[uuid.UUID | None, uuid.UUID | None, uuid.UUID | None], Batch] = {}
    known: dict[uuid.UUID, BillingDetails | None] = {}
    lacks = seller_lacks(institution.of(session))
    options = joinedload(FeeOrder.organisation), joinedload(FeeOrder.candidate), joinedload(FeeOrder.credits)
    waiting = to_invoice(now).order_by(FeeOrder.ordered_at, FeeOrder.id).options(*options)
    if to_make:
        waiting = waiting.with_for_update(of=FeeOrder).execution_options(populate_existing=True)
    for order in session.scalars(waiting).all():
        details = None
        if order.organisation_id is not None:
            if order.organisation_id not in known:
                known[order.organisation_id] = billing.details(session, order.organisation_id)
            details = known[order.organisation_id]
        earlier = order.credits.invoice if order.credits else None
        asked = order.credits if order.credits and earlier is None else order
        if earlier is None and asked.ordered_at >= month and _monthly(order, details):
            continue
        person = order.candidate_id if order.organisation_id is None else None
        key = (order.organisation_id, person, earlier.id if earlier else None)
        wants = lacks if details and details.format is not InvoiceFormat.PDF else ()
        new = Batch(order.organisation_id, person, earlier, details=details, seller_lacks=wants)
        batch = found.setdefault(key, new)
        batch.orders.append(order)
    return [one for one in found.values() if one.cents]


def _monthly(order: FeeOrder, details: BillingDetails | None) -> bool:
    return order.organisation_id is not None and (details is None or details.rhythm is Rhythm.MONTHLY)


def make_due(session: Session, actor: Person | None, now: datetime) -> list[Invoice]:
    """Make every invoice that can be made now; those that lack a detail of buyer or institution wait.

    Of two who do this at one moment the second waits, and finds what the first left.
    """
    return [make(session, one, actor, now) for one in batches(session, now, to_make=True) if not one.waits]


def make(session: Session, batch: Batch, actor: Person | None, now: datetime) -> Invoice:
    """One invoice or credit note of this batch, with the next number. Raises ValueError for one that has to wait."""
    if batch.lacks_details:
        raise ValueError("an organisation without details gets no invoice")
    if batch.seller_lacks:
        raise ValueError(f"the institution has no {', '.join(batch.seller_lacks)}")
    chosen, today = billing.settings(session), now.astimezone(AMSTERDAM).date()
    # A credit note goes by the VAT of what it takes back.
    content = _content(session, batch, chosen)
    net = batch.cents
    vat = _vat(net, content["vat_percent"])
    sequence = next_number(session, today.year)
    made = Invoice(
        id=uuid.uuid4(),
        year=today.year,
        sequence=sequence,
        number=f"{today.year}-{sequence:05d}",
        organisation_id=batch.organisation_id,
        person_id=batch.person_id,
        credits_id=batch.credits.id if batch.credits else None,
        issued_on=today,
        due_on=today + timedelta(days=chosen.days_to_pay),
        made_at=now,
        net_cents=net,
        vat_cents=vat,
        total_cents=net + vat,
        content=content,
        payment_link=_link(batch, chosen, f"{today.year}-{sequence:05d}", net + vat),
        state=InvoiceState.SETTLED if batch.credits else InvoiceState.OPEN,
    )
    session.add(made)
    session.flush()
    for order in batch.orders:
        order.invoice_id = made.id
    session.flush()
    facts = {"number": made.number, "orders": len(batch.orders), "total_cents": made.total_cents}
    audit.record(session, now, actor.id if actor else None, "invoice_made", made, **facts)
    return made


def _link(batch: Batch, chosen: billing.FeeSettings, number: str, cents: int) -> str:
    """Where a person pays; who gets something back pays nothing, and organisations pay by transfer."""
    return billing.payment_link(chosen.payment_link, number, cents) if batch.person_id and not batch.credits else ""


def _vat(net: int, percent: int) -> int:
    """The VAT on this, in whole cents; half a cent goes up (article 5a of the Uitvoeringsbesluit omzetbelasting)."""
    return int((Decimal(net) * percent / 100).quantize(Decimal(1), ROUND_HALF_UP))


def seller_lacks(house: Institution) -> tuple[str, ...]:
    """The fields without which an electronic invoice, or an export to the books, would be refused where it goes.

    The norm asks for the VAT number (BR-E-02, BR-S-02), NLCIUS for a number of the chamber of commerce and for street,
    postcode and city (BR-NL-1, BR-NL-3), and a payment to an account for the account (BR-61).
    """
    known = {name: getattr(house, name) for name in ("kvk_number", "vat_number", "iban")}
    known["address"] = address(house.address)["postcode"]
    return tuple(name for name in ("address", "kvk_number", "vat_number", "iban") if not known[name])


def _content(session: Session, batch: Batch, chosen: billing.FeeSettings) -> dict[str, Any]:
    house, earlier = institution.of(session), batch.credits
    percent = earlier.content["vat_percent"] if earlier else chosen.vat_percent
    exemption = earlier.content["exemption"] if earlier else chosen.exemption
    return {
        "seller": {
            "name": house.name,
            "mail": house.mail,
            "telephone": house.telephone,
            "kvk_number": house.kvk_number,
            "vat_number": house.vat_number,
            "iban": house.iban,
            "colour": house.colour,
            **address(house.address),
        },
        "buyer": _buyer(batch),
        "format": str(batch.details.format if batch.details else InvoiceFormat.PDF),
        "vat_percent": percent,
        "exemption": exemption,
        "credits": {"number": earlier.number, "issued_on": earlier.issued_on.isoformat()} if earlier else None,
        "lines": lines(batch.orders, earlier is not None),
    }


def address(text: str) -> dict[str, str]:
    """Street, postcode and city of an address as people write it; all in `street` when it has no postcode."""
    parts = _LAST_LINE.match(text.strip())
    if parts is None:
        return {"street": text.strip(), "postcode": "", "city": ""}
    return {"street": parts["street"].replace("\n", ", "), "postcode": parts["postcode"], "city": parts["city"]}


def _buyer(batch: Batch) -> dict[str, str]:
    given = batch.details
    if given is None:
        person = batch.orders[0].candidate
        return {"name": person.name, "mail": person.email, **dict.fromkeys(set(billing.FIELDS) - {"mail"}, "")}
    return {"name": given.legal_name} | {name: getattr(given, name) for name in billing.FIELDS}


def lines(orders: Sequence[FeeOrder], credit_note: bool) -> list[dict[str, Any]]:
    """What stands on it: alike orders together, as so many times one price, which is above zero. Nobody is named.

    What is given back on an invoice is less than none of it; a credit note counts what it gives back.
    """
    alike: dict[tuple[str, str, str, str, int, int], int] = defaultdict(int)
    for one in orders:
        each = -1 if one.cents < 0 and not credit_note else 1
        exam = one.scheme.content.certificate
        alike[(str(one.product), str(one.reason), exam, one.cost_centre, abs(one.cents), each)] += each
    return [
        {
            "product": product,
            "reason": reason,
            "exam": exam,
            "cost_centre": cost_centre,
            "price_cents": cents,
            "quantity": quantity,
        }
        for (product, reason, exam, cost_centre, cents, _), quantity in alike.items()
    ]

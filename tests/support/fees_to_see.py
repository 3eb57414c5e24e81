"""Something of everything about money, for the tests of pages: an order, an invoice of each kind, a price to come."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from scenarios.fee_rules import Product, Reason
from storage.fees import billing
from storage.fees.billing import InvoiceFormat, Rhythm
from storage.fees.invoices import Invoice
from storage.fees.invoicing import make_due
from storage.fees.orders import FeeOrder, Subject
from storage.fees.prices import FeePrice, Price, set_price
from storage.people.organisations import Organisation
from storage.people.people import Person
from storage.schemes import Scheme

DETAILS = {
    "legal_name": "Voorbeeld Klantcontact B.V.",
    "street": "Proefstraat 1",
    "postcode": "3511 AB",
    "city": "Utrecht",
    "kvk_number": "12345678",
    "oin": "",
    "vat_number": "",
    "mail": "facturen@voorbeeld.example",
    "reference": "PO-7",
}


def ordered(
    session: Session,
    scheme: Scheme,
    organisation: Organisation | None,
    candidate: Person,
    now: datetime,
    cents: int = 3500,
    product: Product = Product.EXAM,
) -> FeeOrder:
    """An order of this organisation about this candidate, or of the candidate."""
    made = FeeOrder(
        id=uuid.uuid4(),
        organisation_id=organisation.id if organisation else None,
        candidate_id=candidate.id,
        scheme_id=scheme.id,
        product=product,
        reason=Reason.COPY if product is Product.COPY else Reason.MEMBER,
        subject=Subject.COPY if product is Product.COPY else Subject.THEORY_TEST,
        subject_id=uuid.uuid4(),
        cents=cents,
        ordered_at=now,
    )
    session.add(made)
    session.flush()
    return made


def invoiced(
    session: Session,
    scheme: Scheme,
    organisation: Organisation,
    candidate: Person,
    admin: Person,
    now: datetime,
    kind: InvoiceFormat = InvoiceFormat.NLCIUS,
) -> tuple[FeeOrder, Invoice]:
    """An order of this organisation, and the invoice made of it."""
    billing.keep(session, organisation, DETAILS, kind, Rhythm.PER_ORDER, admin, now)
    order = ordered(session, scheme, organisation, candidate, now)
    (made,) = [one for one in make_due(session, None, now) if one.organisation_id == organisation.id]
    return order, made


def own_invoice(session: Session, scheme: Scheme, candidate: Person, now: datetime) -> Invoice:
    """The invoice of a copy."""
    ordered(session, scheme, None, candidate, now, 1500, Product.COPY)
    (made,) = [one for one in make_due(session, None, now) if one.person_id == candidate.id]
    return made


def coming(session: Session, scheme: Scheme, officer: Person, now: datetime) -> FeePrice:
    """A price that has not begun."""
    today = now.date()
    return set_price(session, scheme.key, Price.MEMBER, 3600, today + timedelta(days=30), officer, today, now)

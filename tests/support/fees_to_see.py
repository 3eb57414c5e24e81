"""Something of everything about money, for the tests of pages: an order, an invoice of each kind, a price to come."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from scenarios.fee_rules import Product, Reason
from storage.fees import billing
from storage.fees.billing import InvoiceFormat, Rhythm
from storage.fees.invoices import Invoice
from storage.fees.invoicing import make_due
from storage.fees.orders import FeeOrder, Subject
from storage.fees.prices import FeePrice, Price, set_price
from storage.people import institution
from storage.people.institution import Institution
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


def seller(session: Session) -> Institution:
    """The institution, with what an electronic invoice names of it."""
    row = session.scalars(select(Institution)).first()
    if row is None:
        row = institution.unknown()
        row.id, row.kind = uuid.uuid4(), "institution"
        session.add(row)
    row.address, row.kvk_number = "Proefplein 1, 3511 AA Voorbeeldstad", "12345678"
    row.vat_number, row.iban = "NL004495445B01", "NL91ABNA0417164300"
    session.flush()
    return row


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
    seller(session)
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

"""Which orders and invoices the one who asks may see. Like `access`: what is not yours does not exist."""

import uuid
from datetime import datetime

from flask import abort, request
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from storage.fees.invoices import Invoice, InvoiceState, invoices
from storage.fees.orders import FeeOrder, of_organisations
from storage.fees.prices import FeePrice
from storage.people.organisations import Organisation
from storage.people.people import Membership, Role
from storage.schemes import Scheme
from webapp.access import me
from webapp.access.people import my_organisation_ids
from webapp.context import g
from webapp.dutch.formats import day_of

OF_ORDER = (
    joinedload(FeeOrder.scheme),
    joinedload(FeeOrder.candidate),
    joinedload(FeeOrder.organisation),
    joinedload(FeeOrder.invoice),
)
OF_INVOICE = (joinedload(Invoice.organisation), joinedload(Invoice.person), joinedload(Invoice.credits))


def price(price_id: uuid.UUID) -> FeePrice:
    """A price that an officer set."""
    return g.db.get(FeePrice, price_id) or abort(404)


def all_invoices() -> Select[Invoice]:
    """Every invoice but the own, which somebody else handles."""
    return invoices().where(or_(Invoice.person_id.is_(None), Invoice.person_id != me().id))


def late_invoices() -> Select[Invoice]:
    """Those that should have been paid by now."""
    return all_invoices().where(Invoice.state == InvoiceState.OPEN, Invoice.due_on < day_of(g.now))


def invoice_for_officer(invoice_id: uuid.UUID) -> Invoice:
    """One of them; whoever is about to change it waits for others."""
    query = all_invoices().where(Invoice.id == invoice_id)
    return _one(query.with_for_update(of=Invoice) if request.method == "POST" else query.options(*OF_INVOICE))


def order_for_officer(order_id: uuid.UUID) -> FeeOrder:
    """An order that is not about the one who asks."""
    query = select(FeeOrder).where(FeeOrder.id == order_id, FeeOrder.candidate_id != me().id)
    return g.db.scalars(query.options(*OF_ORDER)).first() or abort(404)


def orders_of_my_organisations() -> Select[FeeOrder]:
    """What the beheerder's organisations pay, of the exams whose scheme lets an organisation see it."""
    hidden = [one.id for one in g.db.scalars(select(Scheme)) if not _shows_costs(one)]
    return of_organisations(my_organisation_ids()).where(FeeOrder.scheme_id.not_in(hidden))


def invoices_of_my_organisations() -> Select[Invoice]:
    """The invoices of the beheerder's organisations."""
    return invoices().where(Invoice.organisation_id.in_(my_organisation_ids()))


def invoice_for_admin(invoice_id: uuid.UUID) -> Invoice:
    """One of them."""
    return _one(invoices_of_my_organisations().where(Invoice.id == invoice_id))


def my_invoices() -> Select[Invoice]:
    """The invoices of the one who asks."""
    return invoices().where(Invoice.person_id == me().id)


def my_invoice(invoice_id: uuid.UUID) -> Invoice:
    """One of them."""
    return _one(my_invoices().where(Invoice.id == invoice_id))


def my_organisation(organisation_id: uuid.UUID) -> Organisation:
    """An organisation that the one who asks administers."""
    if organisation_id not in my_organisation_ids():
        abort(404)
    return g.db.get_one(Organisation, organisation_id)


def admins_of(organisation: uuid.UUID, now: datetime) -> list[Membership]:
    """Who administers this organisation now: they are told of its invoices."""
    theirs = select(Membership).where(
        Membership.organisation_id == organisation, Membership.role == Role.ORGANISATION_ADMIN
    )
    return [one for one in g.db.scalars(theirs.order_by(Membership.since, Membership.id)) if one.holds(now)]


def _shows_costs(scheme: Scheme) -> bool:
    return scheme.content.visibility is None or scheme.content.visibility.organisation_sees_costs


def _one(query: Select[Invoice]) -> Invoice:
    return g.db.scalars(query).first() or abort(404)

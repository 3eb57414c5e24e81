"""The invoices of a person, for copies of the own certificate."""

import uuid

from flask import Blueprint
from flask.typing import ResponseReturnValue

from storage.people.people import Role
from webapp import access
from webapp.access import fees as access_fees
from webapp.fees.invoices import as_pdf

pages = Blueprint("own_invoices", __name__, url_prefix="/certificaat/facturen")


@pages.get("/<uuid:invoice_id>.pdf")
@access.roles(Role.CANDIDATE)
def file(invoice_id: uuid.UUID) -> ResponseReturnValue:
    return as_pdf(access_fees.my_invoice(invoice_id))

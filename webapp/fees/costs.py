"""What a beheerder sees of money: what the own people's exams cost, the invoices, and where these go."""

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField, StringField

from storage.fees import billing
from storage.fees.billing import FIELDS, NEEDED, InvoiceFormat, NotInOrder, Rhythm
from storage.fees.orders import FeeOrder
from storage.people.people import Role
from webapp import access
from webapp.access import fees as access_fees
from webapp.access.people import my_organisations
from webapp.context import g
from webapp.csv_writer import table
from webapp.dutch import formats
from webapp.dutch.fees import FORMATS, HINTS, LABELS, PRODUCTS, REASONS, RHYTHMS, fault
from webapp.fees.invoices import as_pdf, as_ubl
from webapp.forms import Form, choices
from webapp.paging import called_so, page_of, search

pages = Blueprint("costs", __name__, url_prefix="/organisatie/kosten")

COLUMNS = ("datum", "kandidaat", "examen", "wat", "reden", "kostenplaats", "bedrag", "factuur")


class DetailsForm(Form):
    """A field for each of FIELDS; what may stand in it is said by `storage.fees.billing` alone."""

    format = SelectField("Hoe wilt u facturen krijgen?", choices=choices(FORMATS.items()))
    rhythm = SelectField("Hoe vaak?", choices=choices(RHYTHMS.items()))

    def keep(self, organisation: Any) -> bool:
        """Keep it; when something is wrong, say all of it in the form."""
        given = {name: self[name].data or "" for name in FIELDS}
        how = InvoiceFormat(self.format.data), Rhythm(self.rhythm.data)
        try:
            billing.keep(g.db, organisation, given, *how, access.me(), g.now)
        except NotInOrder as error:
            for name, found in error.faults.items():
                self[name].errors = [fault(name, found)]
            return False
        return True


for _name in FIELDS:
    setattr(DetailsForm, _name, StringField(LABELS[_name], description=HINTS.get(_name, "")))


@pages.get("")
@access.roles(Role.ORGANISATION_ADMIN)
def home() -> ResponseReturnValue:
    """What each candidate costs and why, newest first, and what was given back."""
    words = search()
    found = access_fees.orders_of_my_organisations()
    page = page_of(found.where(called_so(words, FeeOrder.candidate_id)), *access_fees.OF_ORDER)
    own = my_organisations()
    known = {one.id: billing.details(g.db, one.id) for one in own}
    return render_template("fees/costs.html", page=page, words=words, own=own, known=known)


@pages.get("/lijst.csv")
@access.roles(Role.ORGANISATION_ADMIN)
def export() -> ResponseReturnValue:
    """The same as CSV, all pages."""
    found = access_fees.orders_of_my_organisations().where(called_so(search(), FeeOrder.candidate_id))
    return table("kosten.csv", COLUMNS, [_row(one) for one in g.db.scalars(found.options(*access_fees.OF_ORDER))])


@pages.get("/facturen")
@access.roles(Role.ORGANISATION_ADMIN)
def invoices() -> ResponseReturnValue:
    """The invoices of the organisation."""
    page = page_of(access_fees.invoices_of_my_organisations(), *access_fees.OF_INVOICE)
    return render_template("fees/own_invoices.html", page=page, today=formats.day_of(g.now))


@pages.get("/facturen/<uuid:invoice_id>.pdf")
@access.roles(Role.ORGANISATION_ADMIN)
def file(invoice_id: uuid.UUID) -> ResponseReturnValue:
    return as_pdf(access_fees.invoice_for_admin(invoice_id))


@pages.get("/facturen/<uuid:invoice_id>.xml")
@access.roles(Role.ORGANISATION_ADMIN)
def electronic(invoice_id: uuid.UUID) -> ResponseReturnValue:
    return as_ubl(access_fees.invoice_for_admin(invoice_id))


@pages.route("/gegevens/<uuid:organisation_id>", methods=["GET", "POST"])
@access.roles(Role.ORGANISATION_ADMIN)
def details(organisation_id: uuid.UUID) -> ResponseReturnValue:
    """Where invoices go, and how."""
    organisation = access_fees.my_organisation(organisation_id)
    known = billing.details(g.db, organisation.id)
    form = DetailsForm(obj=known) if known else DetailsForm(data={"legal_name": organisation.name})
    if form.validate_on_submit() and form.keep(organisation):
        flash("De gegevens voor facturen zijn bewaard.", "ok")
        return redirect(url_for("costs.home"))
    values = {"organisation": organisation, "fields": list(FIELDS), "needed": NEEDED}
    return render_template("fees/details.html", form=form, **values), 422 if form.errors else 200


def _row(one: FeeOrder) -> tuple[str, ...]:
    return (
        formats.day_of(one.ordered_at).isoformat(),
        one.candidate.name,
        one.scheme.content.certificate,
        PRODUCTS[one.product],
        one.note or REASONS[one.reason],
        one.cost_centre,
        f"{one.cents / 100:.2f}".replace(".", ","),
        one.invoice.number if one.invoice else "",
    )

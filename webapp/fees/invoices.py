"""Invoices at the office: what is to be made, what waits for money, what came in; and the income of a year."""

import uuid
from collections import Counter
from datetime import UTC, date, datetime

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, select
from wtforms import DateField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from scenarios.fee_rules import Product, Reason
from storage.base.clock import AMSTERDAM
from storage.base.present import present
from storage.fees import invoicing
from storage.fees.billing import is_payment_link
from storage.fees.invoices import Invoice, InvoiceState
from storage.fees.orders import FeeOrder, credit, credits_of, of_invoice
from storage.people.people import Person, Role
from webapp import access
from webapp.access import fees as access_fees
from webapp.certificates import pdf
from webapp.context import g
from webapp.csv_writer import table
from webapp.dutch import formats
from webapp.dutch.fees import INVOICE_STATES, PRODUCTS
from webapp.fees import invoice_pdf, ubl
from webapp.forms import Form, NumberField
from webapp.mail.notify import notify
from webapp.paging import matching, page_of, search

pages = Blueprint("invoices", __name__, url_prefix="/bureau/facturen")

SHOWN = ("open", "te-laat", "betaald", "alles")
COLUMNS = ("nummer", "datum", "vervaldatum", "klant", "netto", "btw", "totaal", "stand", "bij_factuur")
INCOME_COLUMNS = ("maand", *(str(one) for one in Product), "samen")


class PaidForm(Form):
    on = DateField("Betaald op", [InputRequired("Kies een dag.")])


class ReasonForm(Form):
    reason = TextAreaField("Waarom?", [DataRequired("Schrijf waarom."), Length(max=2000)])


class LinkForm(Form):
    link = StringField(
        "Betaallink",
        [Length(max=500)],
        description="De kandidaat ziet deze link bij de factuur. Leeg: betalen gaat met een overschrijving.",
    )


class CreditForm(Form):
    euros = NumberField("Bedrag in euro", [InputRequired("Vul een bedrag in.")], description="Hoeveel u teruggeeft.")
    reason = TextAreaField("Waarom?", [DataRequired("Schrijf waarom. De organisatie leest het."), Length(max=2000)])


@pages.get("")
@access.roles(Role.KSF_OFFICER)
def home() -> ResponseReturnValue:
    """The invoices that are open, late, paid, or all; and how many are to be made."""
    shown = request.args.get("toon", "")
    shown = shown if shown in SHOWN else "open"
    words = search()
    page = page_of(_list(shown, words), *access_fees.OF_INVOICE)
    waiting = invoicing.batches(g.db, g.now)
    return render_template("fees/invoices.html", page=page, shown=shown, words=words, waiting=waiting, today=_today())


@pages.get("/lijst.csv")
@access.roles(Role.KSF_OFFICER)
def export() -> ResponseReturnValue:
    """Every invoice as CSV, for the books."""
    rows = g.db.scalars(access_fees.all_invoices().options(*access_fees.OF_INVOICE))
    return table("facturen.csv", COLUMNS, [_row(one) for one in rows])


@pages.get("/te-maken")
@access.roles(Role.KSF_OFFICER)
def waiting() -> ResponseReturnValue:
    """What would be on each invoice, before it is made."""
    found = invoicing.batches(g.db, g.now)
    return render_template("fees/to_make.html", batches=found, lines=invoicing.lines)


@pages.post("/te-maken")
@access.roles(Role.KSF_OFFICER)
def make() -> ResponseReturnValue:
    """Make every invoice that can be made, and tell those who get one."""
    made = invoicing.make_due(g.db, access.me(), g.now)
    for one in made:
        _tell(one, "invoice_made")
    number = "1 factuur is" if len(made) == 1 else f"{len(made)} facturen zijn"
    flash(
        f"{number} gemaakt. Wie betaalt, heeft bericht." if made else "Er was niets te maken.", "ok" if made else "info"
    )
    return redirect(url_for("invoices.home"))


@pages.get("/<uuid:invoice_id>")
@access.roles(Role.KSF_OFFICER)
def one(invoice_id: uuid.UUID) -> ResponseReturnValue:
    """One invoice: what is on it, and what can be done with it."""
    return _page(access_fees.invoice_for_officer(invoice_id))


@pages.get("/<uuid:invoice_id>/factuur.pdf")
@access.roles(Role.KSF_OFFICER)
def file(invoice_id: uuid.UUID) -> ResponseReturnValue:
    return as_pdf(access_fees.invoice_for_officer(invoice_id))


@pages.get("/<uuid:invoice_id>/factuur.xml")
@access.roles(Role.KSF_OFFICER)
def electronic(invoice_id: uuid.UUID) -> ResponseReturnValue:
    return as_ubl(access_fees.invoice_for_officer(invoice_id))


@pages.post("/<uuid:invoice_id>/betaald")
@access.roles(Role.KSF_OFFICER)
def paid(invoice_id: uuid.UUID) -> ResponseReturnValue:
    """The money came."""
    found, form = access_fees.invoice_for_officer(invoice_id), PaidForm()
    if form.validate_on_submit() and not _in_future(form):
        found.pay(present(form.on.data), access.me(), g.now)
        flash("De factuur is betaald.", "ok")
        return redirect(url_for("invoices.one", invoice_id=found.id))
    return _page(found, paid_form=form), 422


@pages.post("/<uuid:invoice_id>/herinneren")
@access.roles(Role.KSF_OFFICER)
def remind(invoice_id: uuid.UUID) -> ResponseReturnValue:
    """Write once more to who should have paid."""
    found = access_fees.invoice_for_officer(invoice_id)
    found.remind(_today(), access.me(), g.now)
    _tell(found, "invoice_reminder")
    flash("De herinnering is verstuurd.", "ok")
    return redirect(url_for("invoices.one", invoice_id=found.id))


@pages.post("/<uuid:invoice_id>/afschrijven")
@access.roles(Role.KSF_OFFICER)
def write_off(invoice_id: uuid.UUID) -> ResponseReturnValue:
    """Nobody waits for the money any more."""
    found, form = access_fees.invoice_for_officer(invoice_id), ReasonForm()
    if form.validate_on_submit():
        found.write_off(present(form.reason.data), _today(), access.me(), g.now)
        flash("De factuur is afgeschreven.", "ok")
        return redirect(url_for("invoices.one", invoice_id=found.id))
    return _page(found, reason_form=form), 422


@pages.post("/<uuid:invoice_id>/heropenen")
@access.roles(Role.KSF_OFFICER)
def reopen(invoice_id: uuid.UUID) -> ResponseReturnValue:
    """What was entered was a mistake."""
    found, form = access_fees.invoice_for_officer(invoice_id), ReasonForm()
    if form.validate_on_submit():
        found.reopen(present(form.reason.data), access.me(), g.now)
        flash("De factuur staat weer open.", "ok")
        return redirect(url_for("invoices.one", invoice_id=found.id))
    return _page(found, reason_form=form), 422


@pages.post("/<uuid:invoice_id>/betaallink")
@access.roles(Role.KSF_OFFICER)
def pay_at(invoice_id: uuid.UUID) -> ResponseReturnValue:
    """Let a person pay elsewhere, or by transfer alone."""
    found, form = access_fees.invoice_for_officer(invoice_id), LinkForm()
    link = form.link.data or ""
    if link and not is_payment_link(link):
        form.link.errors = ["Dit is geen veilige link. Begin met https:// en laat spaties weg."]
    elif form.validate_on_submit():
        found.pay_at(link, access.me(), g.now)
        flash("De betaallink is bewaard.", "ok")
        return redirect(url_for("invoices.one", invoice_id=found.id))
    return _page(found, link_form=form), 422


@pages.route("/kosten/<uuid:order_id>", methods=["GET", "POST"])
@access.roles(Role.KSF_OFFICER)
def give_back(order_id: uuid.UUID) -> ResponseReturnValue:
    """Give back what was charged for one candidate, or a part of it."""
    order, form = access_fees.order_for_officer(order_id), CreditForm()
    if form.validate_on_submit():
        cents = int((present(form.euros.data) * 100).to_integral_value())
        credit(g.db, order, cents, present(form.reason.data), access.me().id, g.now)
        flash("De teruggave staat klaar voor de volgende factuur.", "ok")
        return redirect(url_for("invoices.give_back", order_id=order.id))
    back = credits_of(g.db, order)
    left = order.cents + sum(one.cents for one in back)
    may = order.cents > 0 and left > 0 and all(one.reason is not Reason.GIVEN_BACK for one in back)
    page = render_template("fees/order.html", order=order, back=back, may=may, left=left, form=form)
    return page, 422 if form.errors else 200


@pages.get("/inkomsten")
@access.roles(Role.KSF_OFFICER)
def income() -> ResponseReturnValue:
    """What was ordered in a year, by month and product, less what was given back."""
    year = _year()
    months = _income(year)
    most = max((sum(one.values()) for one in months.values()), default=0)
    return render_template(
        "fees/income.html", year=year, months=months, products=PRODUCTS, most=most, this=_today().year
    )


@pages.get("/inkomsten.csv")
@access.roles(Role.KSF_OFFICER)
def income_file() -> ResponseReturnValue:
    """The same as CSV, in euros."""
    rows = [
        (f"{_year()}-{month:02d}", *(_euros(found[one]) for one in Product), _euros(sum(found.values())))
        for month, found in _income(_year()).items()
    ]
    return table(f"inkomsten-{_year()}.csv", INCOME_COLUMNS, rows)


def as_pdf(found: Invoice) -> Response:
    """The invoice as it is sent."""
    return pdf.answer(invoice_pdf.made(found), f"factuur-{found.number}.pdf")


def as_ubl(found: Invoice) -> Response:
    """The electronic invoice; 404 for one that goes as PDF alone."""
    try:
        data = ubl.written(found)
    except ubl.NotElectronic:
        return Response(status=404)
    headers = {"Content-Disposition": f'attachment; filename="factuur-{found.number}.xml"'}
    return Response(data, content_type="application/xml; charset=utf-8", headers=headers)


def _tell(found: Invoice, template: str) -> None:
    people: list[Person] = [found.person] if found.person else []
    if found.organisation_id:
        people = [one.person for one in access_fees.admins_of(found.organisation_id, g.now)]
    for person in people:
        notify(g.db, person, template, g.now, invoice=found)


def _list(shown: str, words: str) -> Select[Invoice]:
    found = access_fees.all_invoices()
    if shown == "te-laat":
        return _named(access_fees.late_invoices(), words)
    elif shown != "alles":
        found = found.where(Invoice.state == (InvoiceState.OPEN if shown == "open" else InvoiceState.PAID))
    return _named(found, words)


def _named(found: Select[Invoice], words: str) -> Select[Invoice]:
    return found.where(matching(words, Invoice.number)) if words else found


def _row(one: Invoice) -> tuple[str, ...]:
    sign = -1 if one.is_credit_note else 1
    amounts = (_euros(sign * cents) for cents in (one.net_cents, one.vat_cents, one.total_cents))
    credits = one.credits.number if one.credits else ""
    dates = (one.issued_on.isoformat(), one.due_on.isoformat())
    return (one.number, *dates, one.content["buyer"]["name"], *amounts, INVOICE_STATES[one.state], credits)


def _income(year: int) -> dict[int, Counter[Product]]:
    first, last = (datetime(each, 1, 1, tzinfo=AMSTERDAM).astimezone(UTC) for each in (year, year + 1))
    found: dict[int, Counter[Product]] = {month: Counter() for month in range(1, 13)}
    query = select(FeeOrder.ordered_at, FeeOrder.product, func.sum(FeeOrder.cents))
    grouped = query.where(FeeOrder.ordered_at >= first, FeeOrder.ordered_at < last, FeeOrder.cents != 0)
    for at, product, cents in g.db.execute(grouped.group_by(FeeOrder.ordered_at, FeeOrder.product)):
        found[formats.day_of(at).month][product] += cents
    return found


def _page(
    found: Invoice,
    paid_form: PaidForm | None = None,
    reason_form: ReasonForm | None = None,
    link_form: LinkForm | None = None,
) -> str:
    values = {
        "orders": of_invoice(found),
        "paid_form": paid_form or PaidForm(formdata=None, data={"on": _today()}),
        "reason_form": reason_form or ReasonForm(formdata=None),
        "link_form": link_form or LinkForm(formdata=None, data={"link": found.payment_link}),
        "today": _today(),
    }
    return render_template("fees/invoice.html", found=found, **values)


def _in_future(form: PaidForm) -> bool:
    if present(form.on.data) > _today():
        form.on.errors = ["Deze dag moet nog komen. Kies vandaag of eerder."]
        return True
    return False


def _year() -> int:
    asked = request.args.get("jaar", _today().year, type=int)
    return asked if 2020 <= asked <= _today().year + 1 else _today().year


def _euros(cents: int) -> str:
    return f"{cents / 100:.2f}".replace(".", ",")


def _today() -> date:
    return formats.day_of(g.now)

"""What the bookkeeper gets: the sales journal of a period as an audit file, and in which accounts it is booked."""

from datetime import date, timedelta

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict
from wtforms import DateField, StringField
from wtforms.validators import InputRequired

from storage.base.present import present
from storage.fees import ledger_accounts
from storage.fees.invoices import Invoice, issued_in
from storage.fees.invoicing import address, seller_lacks
from storage.fees.ledger_accounts import Account
from storage.people import institution
from storage.people.people import Role
from webapp import access
from webapp.context import g
from webapp.dutch import formats
from webapp.dutch.fees import ACCOUNT_FAULTS, ACCOUNTS
from webapp.fees import xaf
from webapp.fees.xaf import Period
from webapp.forms import Form

pages = Blueprint("books", __name__, url_prefix="/bureau/facturen/boekhouding")

PREFIX = "rekening"


class PeriodForm(Form):
    """Asked for by an address, so that it can be kept and asked again."""

    first = DateField("Van", [InputRequired("Kies een dag.")])
    last = DateField("Tot en met", [InputRequired("Kies een dag.")])

    class Meta(Form.Meta):
        csrf = False

    def fits(self) -> bool:
        """Whether both are days of one year, the first not after the last; when not, the form says so."""
        if not self.validate():
            return False
        first, last = present(self.first.data), present(self.last.data)
        if last < first:
            self.last.errors = ["De laatste dag kan niet voor de eerste liggen."]
        elif last.year != first.year:
            self.last.errors = ["Kies een periode binnen één jaar: een boekjaar is een bestand."]
        return not self.last.errors


class AccountsForm(Form):
    """A field for each Account; what may stand in it is said by `storage.fees.ledger_accounts` alone."""

    def keep(self) -> bool:
        """Keep it; when something is wrong, say all of it in the form."""
        try:
            ledger_accounts.keep(g.db, {one: self[str(one)].data or "" for one in Account}, access.me(), g.now)
        except ledger_accounts.NotInOrder as error:
            for account, found in error.faults.items():
                self[str(account)].errors = [ACCOUNT_FAULTS[found]]
            return False
        return True


for _account, _label in ACCOUNTS.items():
    setattr(AccountsForm, str(_account), StringField(_label, [InputRequired("Vul dit in.")]))


@pages.get("")
@access.roles(Role.KSF_OFFICER)
def home() -> ResponseReturnValue:
    """A period to download, and the accounts."""
    return _page(_period_form(), _accounts_form())


@pages.post("/rekeningen")
@access.roles(Role.KSF_OFFICER)
def keep() -> ResponseReturnValue:
    """Book in these accounts from now on."""
    form = AccountsForm(prefix=PREFIX)
    if form.validate_on_submit() and form.keep():
        flash("De rekeningen zijn bewaard. Ze gelden voor elk bestand dat u nu maakt.", "ok")
        return redirect(url_for("books.home"))
    return _page(_period_form(), form), 422


@pages.get("/auditfile.xml")
@access.roles(Role.KSF_OFFICER)
def file() -> ResponseReturnValue:
    """The audit file of a period. Every invoice is in it, also one of the officer who asks: books have no holes."""
    form = PeriodForm(request.args)
    house = institution.of(g.db)
    if not form.fits() or seller_lacks(house):
        return _page(form, _accounts_form()), 422
    period = Period(present(form.first.data), present(form.last.data))
    seller = {"name": house.name, "kvk_number": house.kvk_number, "vat_number": house.vat_number}
    found = g.db.scalars(issued_in(period.first, period.last)).all()
    accounts = ledger_accounts.accounts(g.db)
    data = xaf.written(seller | address(house.address), accounts, found, period, _today())
    name = f"auditfile-{period.first.isoformat()}-{period.last.isoformat()}.xml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, content_type="application/xml; charset=utf-8", headers=headers)


def _page(form: PeriodForm, accounts: AccountsForm) -> str:
    lacks = seller_lacks(institution.of(g.db))
    oldest = g.db.scalar(select(func.min(Invoice.issued_on)))
    kinds = [str(one) for one in Account]
    return render_template("fees/books.html", form=form, accounts=accounts, lacks=lacks, oldest=oldest, kinds=kinds)


def _period_form() -> PeriodForm:
    """The month that is over."""
    last = _today().replace(day=1) - timedelta(days=1)
    return PeriodForm(MultiDict(), data={"first": last.replace(day=1), "last": last})


def _accounts_form() -> AccountsForm:
    known = {str(one): number for one, number in ledger_accounts.accounts(g.db).items()}
    return AccountsForm(formdata=None, prefix=PREFIX, data=known)


def _today() -> date:
    return formats.day_of(g.now)

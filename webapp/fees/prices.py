"""The price list, kept by the office: what each exam costs from which day on, and how costs are asked."""

import uuid
from datetime import date
from decimal import Decimal

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import DateField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from scenarios.fee_rules import ChargedAt, total
from storage.base.present import present
from storage.base.refusal import Refused
from storage.fees import billing
from storage.fees.charging import preview
from storage.fees.prices import MOST_CENTS, Price, Rule, fees_on, prices_of, set_price
from storage.people.organisations import Organisation
from storage.people.people import Role
from storage.schemes import Scheme
from webapp import access
from webapp.access import fees as access_fees
from webapp.access.people import my_organisations
from webapp.context import g
from webapp.dutch import formats, refusals
from webapp.dutch.fees import PRICES, REASONS
from webapp.forms import Form, NumberField, choices

pages = Blueprint("fee_prices", __name__, url_prefix="/bureau/tarieven")

SETTINGS = "keuzes"
"""Prefix of the field names of the second form on the page."""


class PriceForm(Form):
    exam = SelectField("Examen", [InputRequired("Kies een examen.")])
    price = SelectField("Wat", [InputRequired("Kies wat dit kost.")], choices=choices(PRICES.items()))
    euros = NumberField(
        "Bedrag in euro",
        [InputRequired("Vul een bedrag in."), NumberRange(0, MOST_CENTS // 100)],
        description="Zonder btw, bijvoorbeeld 37,50.",
    )
    since = DateField("Geldt vanaf", [InputRequired("Kies een dag.")])

    def __init__(self, exams: list[Scheme], **more: object) -> None:
        super().__init__(**more)
        self.exam.choices = choices((one.key, one.content.name) for one in exams)

    @property
    def cents(self) -> int:
        return int((Decimal(present(self.euros.data)) * 100).to_integral_value())


class SettingsForm(Form):
    since = DateField(
        "Kosten gaan in op",
        [Optional()],
        description="Wat eerder is aangevraagd, kost nooit iets. Leeg: er worden geen kosten gerekend.",
    )
    days_to_pay = IntegerField("Betalen binnen (dagen)", [InputRequired("Vul een aantal in."), NumberRange(1, 120)])
    exemption = StringField(
        "Waarom er geen btw is",
        [Length(max=200)],
        description="Leeg: er komt 21 % btw bij. Anders staat deze reden op elke factuur.",
    )

    payment_link = StringField(
        "Waar iemand een afschrift betaalt",
        [Length(max=300)],
        description="Een link van uw bank of betaaldienst. Schrijf {nummer} en {bedrag} waar die in de link horen. "
        "Leeg: betalen gaat met een overschrijving.",
    )


@pages.route("", methods=["GET", "POST"])
@access.roles(Role.KSF_OFFICER)
def home() -> ResponseReturnValue:
    """What each exam costs today and later; a new amount from a day on."""
    exams = priced_exams()
    form = PriceForm(exams, data={"since": _today()})
    if form.validate_on_submit():
        try:
            set_price(
                g.db,
                form.exam.data,
                Price(form.price.data),
                form.cents,
                present(form.since.data),
                access.me(),
                _today(),
                g.now,
            )
        except Refused as error:
            if error.rule not in set(Rule):
                raise
            form.since.errors = [refusals.refusal(error)]
        else:
            flash("De prijs is bewaard. Wat al is aangevraagd, houdt zijn prijs.", "ok")
            return redirect(url_for("fee_prices.home"))
    return _page(exams, form, _settings_form()), 422 if form.errors else 200


@pages.post("/keuzes")
@access.roles(Role.KSF_OFFICER)
def choose() -> ResponseReturnValue:
    """From when costs are charged, within how many days they are paid, and VAT."""
    form, was = SettingsForm(prefix=SETTINGS), billing.settings(g.db).since
    if form.validate_on_submit() and _not_before_today(form, was) and _payable(form):
        chosen = form.since.data, present(form.days_to_pay.data), form.exemption.data or ""
        billing.choose(g.db, *chosen, access.me(), g.now, form.payment_link.data or "")
        flash("De keuzes zijn bewaard.", "ok")
        return redirect(url_for("fee_prices.home"))
    exams = priced_exams()
    return _page(exams, PriceForm(exams, formdata=None, data={"since": _today()}), form), 422


@pages.post("/<uuid:price_id>/terug")
@access.roles(Role.KSF_OFFICER)
def take_back(price_id: uuid.UUID) -> ResponseReturnValue:
    """Drop a price that has not begun."""
    access_fees.price(price_id).take_back(access.me(), _today(), g.now)
    flash("De prijs is teruggenomen.", "ok")
    return redirect(url_for("fee_prices.home"))


@pages.app_template_global("costs_of")
def costs_of(exam: Scheme, at: str, organisation: Organisation | None = None) -> str:
    """What a step costs one candidate's organisation, in words with the reasons; empty where nothing is charged.

    Without `organisation`: the one that the asker administers, when there is one alone.
    """
    since = billing.settings(g.db).since
    if since is None or since > _today():
        return ""
    mine = [organisation] if organisation else my_organisations()
    if len(mine) != 1:
        return ""
    found = preview(g.db, exam, ChargedAt(at), mine[0], None, g.now)
    if not found:
        return ""
    told = "; ".join(f"{formats.money(one.cents)}, {REASONS[one.reason]}" for one in found)
    return f"{formats.money(total(found))} per kandidaat: {told}."


@pages.app_template_global("costs_at")
def costs_at(at: str) -> list[str]:
    """The same for each exam that is charged at this step, each with its name."""
    told = [(one, costs_of(one, at)) for one in charged_exams() if one.content.fees.charged_at is ChargedAt(at)]
    return [f"{one.content.certificate}: {text}" for one, text in told if text]


def _page(exams: list[Scheme], form: PriceForm, settings: SettingsForm) -> str:
    today = _today()
    table = [
        {
            "exam": one,
            "fees": fees_on(g.db, one, today),
            "coming": [price for price in prices_of(g.db, one.key) if price.since > today],
        }
        for one in exams
    ]
    return render_template("fees/prices.html", table=table, form=form, settings=settings, kinds=PRICES)


def _settings_form() -> SettingsForm:
    return SettingsForm(formdata=None, prefix=SETTINGS, obj=billing.settings(g.db))


def _not_before_today(form: SettingsForm, was: date | None) -> bool:
    """What was asked before anybody could read its price costs nothing, so costs begin today at the earliest."""
    if form.since.data is None or form.since.data == was or form.since.data >= _today():
        return True
    form.since.errors = ["Kies vandaag of later. Wat eerder is aangevraagd, zag geen prijs."]
    return False


def _payable(form: SettingsForm) -> bool:
    if not form.payment_link.data or billing.is_payment_link(form.payment_link.data):
        return True
    form.payment_link.errors = ["Dit is geen veilige link. Begin met https:// en gebruik alleen {nummer} en {bedrag}."]
    return False


def charged_exams() -> list[Scheme]:
    """The newest version of each exam of which something is charged today."""
    return [one for one in priced_exams() if one.content.fees.charged_at is not ChargedAt.ASSESSMENT or _costs(one)]


def _costs(exam: Scheme) -> bool:
    fees = fees_on(g.db, exam, _today())
    return bool(fees.member_cents or fees.non_member_cents)


def priced_exams() -> list[Scheme]:
    """The newest version of each exam that may have a price: with a motivation file, a practical test or an assessment.

    What costs nothing by its scheme, such as an assessment, is charged from the day on which KSF sets a price.
    """
    newest: dict[str, Scheme] = {}
    for one in g.db.scalars(select(Scheme).order_by(Scheme.key, Scheme.number)):
        newest[one.key] = one
    priced = (
        one
        for one in newest.values()
        if one.content.documents or one.content.checklist or one.content.fees.charged_at is ChargedAt.ASSESSMENT
    )
    return sorted(priced, key=lambda one: one.content.name)


def _today() -> date:
    return formats.day_of(g.now)

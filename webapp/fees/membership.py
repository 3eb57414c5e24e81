"""An organisation that turns out to be a member gets the difference back: seen first, then given with the reason."""

import uuid
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField
from wtforms.validators import InputRequired

from storage.base.present import present
from storage.fees.membership import differences, give_back
from storage.people.people import Role
from webapp import access
from webapp.access import people as access_people
from webapp.context import g
from webapp.dutch import formats
from webapp.forms import Form

pages = Blueprint("membership_credits", __name__, url_prefix="/bureau/facturen/lid")


class SinceForm(Form):
    since = DateField("Lid sinds", [InputRequired("Kies een dag.")])


@pages.route("/<uuid:organisation_id>", methods=["GET", "POST"])
@access.roles(Role.KSF_OFFICER)
def show(organisation_id: uuid.UUID) -> ResponseReturnValue:
    """What a member would have paid less from a day on; giving it back makes credits, and no order changes."""
    found = access_people.organisation_for_officer(organisation_id)
    form = SinceForm(data={"since": _asked()})
    since = _asked()
    if form.validate_on_submit():
        since = present(form.since.data)
        note = f"lid sinds {formats.date_only(since)}: verschil met de prijs voor leden"
        made = give_back(g.db, found, since, note, access.me(), g.now)
        cents = formats.money(-sum(one.cents for one in made))
        flash(f"{cents} staat klaar om terug te geven, op de volgende factuur of creditfactuur.", "ok")
        return redirect(url_for("invoices.waiting"))
    lines = differences(g.db, found, since)
    values = {"lines": lines, "total": sum(one.cents for one in lines), "since": since}
    page = render_template("fees/membership.html", found=found, form=form, **values)
    return page, 422 if form.errors else 200


def _asked() -> date:
    """The day that the address names, else the first of this year."""
    try:
        return date.fromisoformat(request.args.get("sinds", ""))
    except ValueError:
        return formats.day_of(g.now).replace(month=1, day=1)

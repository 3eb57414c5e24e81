"""The own account: where one is logged in, the password, and the second factor."""

import uuid

import segno
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, logout_user
from wtforms import PasswordField
from wtforms.validators import DataRequired, Length

from storage.base import audit
from storage.base.present import present
from storage.people import logins
from storage.people.people import Role, stand_ins_of
from storage.people.second_factor import (
    SecondFactor,
    begin_second_factor,
    must_have_second_factor,
    remove_second_factor,
    second_factor_of,
)
from webapp import access
from webapp.access import people as access_people
from webapp.context import g
from webapp.forms import Form
from webapp.mail.notify import notify
from webapp.people import failed_logins
from webapp.people.account import WRONG_CODE, CodeForm, own_address, password_fits
from webapp.people.guessing import slowly
from webapp.people.invitations import PasswordForm

pages = Blueprint("own_account", __name__, url_prefix="/account")

anybody = access.roles(*Role, before_second_factor=True)


class ConfirmForm(Form):
    password = PasswordField("Uw wachtwoord", [DataRequired("Vul uw wachtwoord in."), Length(max=200)])


class ConfirmWithCodeForm(ConfirmForm, CodeForm):
    """The same for whoever has a second factor."""


@pages.get("")
@anybody
def show() -> ResponseReturnValue:
    """Who one is here, how one logs in, and in which browsers."""
    person = access.me()
    return render_template(
        "own_account/show.html",
        person=person,
        factor=_factor(),
        must=must_have_second_factor(person, g.now),
        stand_ins=stand_ins_of(g.db, person),
        rows=logins.log_ins(g.db, person, g.now),
        here=current_user.row,
    )


@pages.route("/bevestigen", methods=["GET", "POST"])
@anybody
@slowly(lambda: getattr(current_user, "email", ""))
def confirm() -> ResponseReturnValue:
    """Show once more to be the one, as at the log-in, before something changes that protects an account."""
    factor, target = _factor(), request.args.get("next")
    asked = factor if factor is not None and factor.confirmed_at is not None else None
    form = ConfirmWithCodeForm() if asked else ConfirmForm()
    if form.validate_on_submit():
        if not password_fits(access.me(), present(form.password.data)):
            failed_logins.note("confirm_failed", access.me())
            form.password.errors = ["Dit wachtwoord klopt niet. Probeer het nog eens."]
        elif asked and not asked.accepts(form.code.data, g.now):
            failed_logins.note("code_failed", access.me())
            form.code.errors = [WRONG_CODE]
        else:
            current_user.row.confirmed_at = g.now
            return redirect(own_address(target))
    return render_template("own_account/confirm.html", form=form, target=target), 422 if form.errors else 200


@pages.route("/wachtwoord", methods=["GET", "POST"])
@anybody
@access.confirmed
def password() -> ResponseReturnValue:
    """Another password. Every other browser is logged out by it."""
    form, person = PasswordForm(), access.me()
    if form.validate_on_submit() and form.take(person.choose_password):
        current_user.row.epoch = person.session_epoch
        audit.record(g.db, g.now, person.id, "password_changed", person)
        notify(g.db, person, "password_changed", g.now)
        flash("Uw wachtwoord is veranderd. Andere browsers zijn uitgelogd.", "ok")
        return redirect(url_for("own_account.show"))
    return render_template("own_account/password.html", form=form), 422 if form.errors else 200


@pages.post("/sessies/<uuid:log_in_id>/uit")
@anybody
def end(log_in_id: uuid.UUID) -> ResponseReturnValue:
    """Log one browser out."""
    row = access_people.my_log_in(log_in_id)
    row.end(g.now)
    if row is current_user.row:
        logout_user()
        return redirect(url_for("account.log_in"))
    flash("Deze browser is uitgelogd.", "ok")
    return redirect(url_for("own_account.show"))


@pages.post("/overal-uit")
@anybody
def end_all() -> ResponseReturnValue:
    """Log every browser out, this one too."""
    access.me().log_out_everywhere(g.now)
    logout_user()
    flash("U bent overal uitgelogd.", "ok")
    return redirect(url_for("account.log_in"))


@pages.post("/tweede-stap")
@anybody
@access.confirmed
def begin() -> ResponseReturnValue:
    """A fresh secret for an app; the one of before goes on until the new one is confirmed."""
    factor = _factor()
    if factor is None or factor.confirmed_at is None:
        begin_second_factor(g.db, access.me(), g.now)
    return redirect(url_for("own_account.set_up"))


@pages.get("/tweede-stap")
@anybody
def set_up() -> ResponseReturnValue:
    """Put the secret in an app, and show by a code that it works."""
    factor = _factor()
    if factor is not None and factor.confirmed_at:
        return redirect(url_for("own_account.show"))
    return _set_up_page(factor, CodeForm()), 200


@pages.post("/tweede-stap/bevestigen")
@anybody
@access.confirmed
@slowly(lambda: getattr(current_user, "email", ""))
def finish_set_up() -> ResponseReturnValue:
    factor, form = _factor() or abort(404), CodeForm()
    if factor.confirmed_at:
        return redirect(url_for("own_account.show"))
    if form.validate_on_submit():
        if factor.confirm(present(form.code.data), g.now):
            notify(g.db, access.me(), "second_factor_on", g.now)
            return _recovery_page(factor)
        form.code.errors = ["Deze code klopt niet. Kijk of uw telefoon de juiste tijd heeft en neem de nieuwste code."]
    return _set_up_page(factor, form), 422


@pages.post("/tweede-stap/herstelcodes")
@anybody
@access.confirmed
def recovery_codes() -> ResponseReturnValue:
    """Fresh recovery codes, shown once."""
    return _recovery_page(_confirmed_factor())


@pages.post("/tweede-stap/weg")
@anybody
@access.confirmed
def remove() -> ResponseReturnValue:
    """Ask for no code any more, where the role allows it."""
    person, factor = access.me(), _confirmed_factor()
    if must_have_second_factor(person, g.now):
        flash("Met uw rol is de tweede stap verplicht. U kunt wel een andere telefoon instellen.", "warn")
        begin_second_factor(g.db, person, g.now)
        return redirect(url_for("own_account.set_up"))
    remove_second_factor(g.db, factor, person.id, g.now)
    notify(g.db, person, "second_factor_off", g.now)
    flash("De tweede stap is uit.", "ok")
    return redirect(url_for("own_account.show"))


def _factor() -> SecondFactor | None:
    return second_factor_of(g.db, access.me())


def _confirmed_factor() -> SecondFactor:
    factor = _factor()
    if factor is None or factor.confirmed_at is None:
        abort(404)
    return factor


def _set_up_page(factor: SecondFactor | None, form: CodeForm) -> str:
    picture = segno.make(factor.address, error="m").svg_data_uri(scale=5, border=3, light="#fff") if factor else None
    secret = " ".join(factor.secret[at : at + 4] for at in range(0, len(factor.secret), 4)) if factor else None
    must = must_have_second_factor(access.me(), g.now)
    return render_template("own_account/set_up.html", form=form, picture=picture, secret=secret, must=must)


def _recovery_page(factor: SecondFactor) -> str:
    return render_template("own_account/recovery.html", codes=factor.new_recovery_codes(g.now))

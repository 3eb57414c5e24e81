"""Another e-mail address for the own account: proven by a link to the new one, told to the old one.

The link holds a random word and nothing else. What it is about waits in the browser that asked, for an hour and for one
use, so that neither the outbox nor somebody else's mail program can change an account.
"""

import secrets

from flask import Blueprint, flash, g, redirect, render_template, session, url_for
from flask_login import current_user
from wtforms import EmailField

from storage.base.refusal import Refused
from storage.people.people import Person, person_by_email, readdress
from webapp import access
from webapp.dutch import refusals
from webapp.extensions import limiter
from webapp.forms import Form
from webapp.mail.notify import notify
from webapp.people.enrolling import ADDRESS
from webapp.people.own_account import anybody

pages = Blueprint("own_address", __name__, url_prefix="/account/adres")

ASKED, LIFETIME_S = "address", 3600
"""Where the browser keeps what was asked, and for how long the link works."""


class AddressForm(Form):
    email = EmailField("Nieuw e-mailadres", ADDRESS)


@pages.route("", methods=["GET", "POST"])
@anybody
@access.confirmed
@limiter.limit("10/hour", methods=["POST"], key_func=lambda: f"address {current_user.get_id()}")
def ask():
    """Ask for a link to the new address. The answer is the same whether the address is somebody else's or not."""
    form, person = AddressForm(), access.me()
    if form.validate_on_submit():
        if form.email.data == person.email:
            form.email.errors = ["Dit is al uw adres."]
        else:
            if person_by_email(g.db, form.email.data) is None:
                token = secrets.token_urlsafe(24)
                asked = {"old": person.email, "new": form.email.data, "token": token, "at": g.now.timestamp()}
                session[ASKED] = asked
                address = url_for("own_address.use", token=token)
                notify(g.db, person, "address_confirm", g.now, to=form.email.data, address=address)
            return render_template("own_account/address_sent.html", sent_to=form.email.data)
    return render_template("own_account/address.html", form=form), 422 if form.errors else 200


@pages.route("/<token>", methods=["GET", "POST"])
@anybody
def use(token: str):
    """The page behind the link, and the change itself."""
    form, person, email = Form(), access.me(), _address(token)
    if email is None:
        return render_template("own_account/address_new.html", email=None), 410
    if form.validate_on_submit():
        session.pop(ASKED)
        try:
            change(person, email, person)
        except Refused as error:
            flash(refusals.refusal(error), "warn")
            return redirect(url_for("own_address.ask"))
        current_user.row.epoch = person.session_epoch
        flash("Uw e-mailadres is veranderd. Andere browsers zijn uitgelogd.", "ok")
        return redirect(url_for("own_account.show"))
    return render_template("own_account/address_new.html", email=email, form=form)


def change(person: Person, email: str, actor: Person) -> None:
    """Give an account another address and tell the old one, if somebody ever used the account there.

    Raises Refused when it is no address, or somebody else's.
    """
    old = person.email
    readdress(g.db, person, email, actor.id, g.now)
    if person.password_hash is not None:
        notify(g.db, person, "address_changed", g.now, to=old)


def _address(token: str) -> str | None:
    """The new address that was asked in this browser with this word, unless that is too long ago."""
    asked = session.get(ASKED)
    if asked is None or asked["old"] != access.me().email or g.now.timestamp() > asked["at"] + LIFETIME_S:
        return None
    return asked["new"] if secrets.compare_digest(asked["token"].encode(), token.encode()) else None

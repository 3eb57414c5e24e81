"""Another e-mail address for the own account: proven by a link to the new one, told to the old one.

Only the mail holds the word that opens the link, and only the person who asked can use it, logged in, within an hour:
neither the own browser, nor the outbox, nor somebody else's mail program can change an account.
"""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import EmailField

from storage.base.present import present
from storage.base.refusal import Refused
from storage.people.addresses import prove, readdress
from storage.people.links import LinkKind, issue, link_by_token
from storage.people.people import Person, person_by_email
from webapp import access
from webapp.context import g
from webapp.dutch import refusals
from webapp.extensions import limiter
from webapp.forms import Form
from webapp.mail.notify import notify
from webapp.people.enrolling import ADDRESS
from webapp.people.own_account import anybody

pages = Blueprint("own_address", __name__, url_prefix="/account/adres")


class AddressForm(Form):
    email = EmailField("Nieuw e-mailadres", ADDRESS)


@pages.route("", methods=["GET", "POST"])
@anybody
@access.confirmed
@limiter.limit("10/hour", methods=["POST"], key_func=lambda: f"address of {access.me().id}")
@limiter.limit("3/hour", methods=["POST"], key_func=lambda: f"proof to {request.form.get('email', '').strip().lower()}")
def ask() -> ResponseReturnValue:
    """Ask for a link to the new address. Nothing tells whether the address is somebody else's, who hears of it."""
    form, person = AddressForm(), access.me()
    if form.validate_on_submit():
        new = present(form.email.data)
        if new == person.email:
            form.email.errors = ["Dit is al uw adres."]
        else:
            link = issue(g.db, person, LinkKind.ADDRESS, person.id, g.now, new)
            if (owner := person_by_email(g.db, new)) is None:
                notify(g.db, person, "address_confirm", g.now, link=link, to=new)
            else:
                notify(g.db, owner, "address_known", g.now)
            return render_template("own_account/address_sent.html", sent_to=new)
    return render_template("own_account/address.html", form=form), 422 if form.errors else 200


@pages.route("/<token>", methods=["GET", "POST"])
@anybody
def use(token: str) -> ResponseReturnValue:
    """The page behind the link, and the change itself."""
    form, person, link = Form(), access.me(), link_by_token(g.db, token, LinkKind.ADDRESS)
    if link is None or link.person is not person or not link.holds(g.now):
        return render_template("own_account/address_new.html", email=None), 410
    if form.validate_on_submit():
        old = person.email
        try:
            prove(g.db, link, g.now)
        except Refused as error:
            g.db.rollback()
            flash(refusals.refusal(error), "warn")
            return redirect(url_for("own_address.ask"))
        tell_old(person, old)
        current_user.row.epoch = person.session_epoch
        flash("Uw e-mailadres is veranderd. Andere browsers zijn uitgelogd.", "ok")
        return redirect(url_for("own_account.show"))
    return render_template("own_account/address_new.html", email=link.address, form=form)


def change(person: Person, email: str, actor: Person) -> None:
    """Give an account another address and tell the old one, if somebody ever used the account there.

    Raises Refused when it is no address, or somebody else's.
    """
    old = person.email
    readdress(g.db, person, email, actor.id, g.now)
    tell_old(person, old)


def tell_old(person: Person, old: str) -> None:
    """Write to the address of before that it changed, if somebody ever used the account there."""
    if person.password_hash is not None:
        notify(g.db, person, "address_changed", g.now, to=old)

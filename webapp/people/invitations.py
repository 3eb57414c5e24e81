"""Links by mail: choosing the first password, or a new one. Looking changes nothing, sending the form does."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, logout_user
from sqlalchemy.orm import Session
from wtforms import EmailField, PasswordField
from wtforms.validators import DataRequired, Length, ValidationError

from storage.admission import enrolments
from storage.base.jobs import Queue, enqueue
from storage.base.present import present
from storage.base.refusal import Refused
from storage.people import passwords
from storage.people.links import PASSWORD_KINDS, SEND_RESET, Link, LinkKind, asks_for_reset, issue, link_by_token
from storage.people.people import Person, Role, Rule
from webapp import access
from webapp.access import people as access_people
from webapp.context import g
from webapp.dutch import refusals
from webapp.extensions import limiter
from webapp.forms import Form
from webapp.mail.notify import notify
from webapp.people.account import after_password
from webapp.people.patience import patiently

pages = Blueprint("invitations", __name__)


class PasswordForm(Form):
    """A new password, twice, since nobody can read what was typed."""

    password = PasswordField(
        "Uw nieuwe wachtwoord",
        [DataRequired("Kies een wachtwoord.")],
        description="Ten minste twaalf tekens. Een zin van vier losse woorden is sterk en goed te onthouden.",
    )
    again = PasswordField("Nog een keer", [DataRequired("Vul hetzelfde wachtwoord nog een keer in.")])

    def validate_again(self, field: PasswordField) -> None:
        if self.password.data and field.data != self.password.data:
            raise ValidationError("Dit is niet hetzelfde. Vul beide velden opnieuw in.")

    def take(self, choose: Callable[[str], object]) -> bool:
        """Let `choose(password)` keep the password; when it refuses, say why in the form.

        Judging and hashing it is slow work, during which others may write.
        """
        g.db.commit()
        try:
            choose(present(self.password.data))
        except Refused as error:
            if error.rule not in set(passwords.Rule):
                raise
            self.password.errors = [refusals.refusal(error)]
            return False
        return True


class ForgottenForm(Form):
    email = EmailField("E-mailadres", [DataRequired("Vul uw e-mailadres in."), Length(max=254)])


@pages.route("/wachtwoord-vergeten", methods=["GET", "POST"])
@patiently("10/minute;30/hour", "forgotten", lambda _response: True, lambda: False)
@limiter.limit("3/hour", methods=["POST"], key_func=lambda: f"to {request.form.get('email', '').strip().lower()}")
def forgotten() -> ResponseReturnValue:
    """Ask for a link. The answer is the same whether the address is known or not."""
    form = ForgottenForm()
    if form.validate_on_submit():
        # Link and mail are written by a job: here a known and an unknown address are the same work.
        enqueue(g.db, Queue.OFFICE, SEND_RESET, asks_for_reset(g.db, present(form.email.data)), g.now)
        return render_template("account/link_sent.html")
    return render_template("account/forgotten.html", form=form), 422 if form.errors else 200


def send_reset(session: Session, person_id: uuid.UUID, now: datetime) -> bool:
    """Write the mail with a link for a new password; False when there is nobody to write to."""
    person = session.get(Person, person_id)
    if person is not None:
        notify(session, person, "password_reset", now, link=issue(session, person, LinkKind.RESET, None, now))
    return person is not None


@pages.route("/welkom/<token>", methods=["GET", "POST"])
def open_link(token: str) -> ResponseReturnValue:
    """The page behind a link: who it is for, and a password to choose."""
    link, form = link_by_token(g.db, token, *PASSWORD_KINDS), PasswordForm()
    if link is None or not link.holds(g.now):
        return render_template("account/link_gone.html"), 410
    person = link.person.stands_for
    if person is not None and person.password_hash is not None:
        return _accept_page(link, person)
    if form.validate_on_submit() and form.take(lambda password: link.use(password, g.now)):
        if current_user.is_authenticated:
            logout_user()
        flash("Uw wachtwoord is bewaard.", "ok")
        if person is not None:
            _accept(link.person)
        return after_password(person or link.person)
    return render_template("account/choose.html", link=link, form=form), 422 if form.errors else 200


def _accept_page(link: Link, person: Person) -> ResponseReturnValue:
    """Somebody with an account was put forward by an organisation that does not know it: accepted once logged in."""
    mine = current_user.is_authenticated and current_user.person.id == person.id
    if request.method == "POST" and mine:
        link.use_up(g.now)
        _accept(link.person)
        return redirect(url_for("account.home"))
    return render_template("account/accept.html", link=link, mine=mine)


@pages.post("/account/aanmeldingen/<uuid:person_id>/aannemen")
@access.roles(*Role, before_second_factor=True)
def accept(person_id: uuid.UUID) -> ResponseReturnValue:
    """The same from the own account, without the mail."""
    _accept(access_people.my_stand_in(person_id))
    return redirect(url_for("account.home"))


def _accept(stand_in: Person) -> None:
    """Accepted; or why not, and then it waits on the own account."""
    names = ", ".join(sorted({one.organisation.name for one in stand_in.memberships if one.organisation}))
    try:
        unneeded = enrolments.accept(g.db, stand_in, g.now)
    except Refused as refused:
        if refused.rule is not Rule.STAND_IN_CLASHES:
            raise
        flash(refusals.refusal(refused), "warn")
        return
    flash(f"U hoort nu bij {names}. Zij zien uw naam, en hoe ver u bent.", "ok")
    if unneeded:
        flash("U hebt dit certificaat al, of u was er al voor aangemeld. Daarom gaat de aanmelding niet door.", "info")


def invite(person: Person, actor: Person, template: str = "account_invitation", **values: Any) -> None:
    """Send somebody without a password a link to choose one; whoever has one reads the news without a link."""
    link = None if person.password_hash else issue(g.db, person, LinkKind.INVITATION, actor.id, g.now)
    notify(g.db, person, template, g.now, link=link, **values)

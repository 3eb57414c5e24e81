"""Logging in and out, and the way to the own home page."""

import uuid
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import UserMixin, current_user, login_user, logout_user
from sqlalchemy import update
from sqlalchemy.orm import Session, joinedload
from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import DataRequired, Length

from storage.base.database import session_scope
from storage.base.present import present
from storage.people import logins
from storage.people.logins import NOTED, LogIn
from storage.people.people import Person, Role, person_by_email, stand_ins_of
from storage.people.second_factor import second_factor_of
from webapp import todo
from webapp.access import HOMES, ask_to_log_in, newest_result
from webapp.dutch.devices import device_words
from webapp.forms import Form
from webapp.people import failed_logins
from webapp.people.guessing import remember_browser, slowly

pages = Blueprint("account", __name__)

HALF, HALF_S = "half", 600
"""Where the browser keeps who gave the right password, and how long the code may take."""


EXPLAINED = {
    Role.CANDIDATE: "Uw motivatiedossier, uw examen en uw uitslag.",
    Role.MANAGER: "De kandidaten voor wie u een onderbouwing schrijft.",
    Role.ORGANISATION_ADMIN: "Wie er bezig is met het examen, en wie het heeft behaald.",
    Role.KSF_OFFICER: "Dossiers beoordelen, examens volgen, taken en mail.",
    Role.ASSESSOR: "De antwoorden die op uw oordeel wachten.",
    Role.EXAM_COMMITTEE: "Eindoordelen en wie ze mag vrijgeven.",
    Role.AUDITOR: "Het logboek, en of de keten heel is.",
}
"""The description of each home page, for somebody with several roles."""


class LogInForm(Form):
    email = EmailField("E-mailadres", [DataRequired("Vul uw e-mailadres in."), Length(max=254)])
    password = PasswordField("Wachtwoord", [DataRequired("Vul uw wachtwoord in."), Length(max=200)])


class CodeForm(Form):
    code = StringField(
        "Code uit uw app",
        [DataRequired("Vul de code in."), Length(max=40)],
        description="Zes cijfers. Een herstelcode mag ook.",
    )


WRONG_CODE = "Deze code klopt niet, of is al gebruikt. Wacht op de volgende code in uw app."


class LoggedIn(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """A person as flask-login wants to see one: its id is that of the row for this browser."""

    def __init__(self, row: LogIn) -> None:
        self.row, self.person = row, row.person

    def __getattr__(self, name: str) -> Any:
        return getattr(self.person, name)

    def get_id(self) -> str:
        return str(self.row.id)


def person_of_session(db: Session, session_id: str) -> LoggedIn | None:
    """Who is logged in in this browser, unless that was ended since, or was too long ago."""
    try:
        row = db.get(LogIn, uuid.UUID(session_id), options=[joinedload(LogIn.person).joinedload(Person.memberships)])
    except ValueError:
        return None
    if row is None or not row.holds(g.now):
        return None
    if g.now > row.used_at + NOTED:
        _note_use(row)
    return LoggedIn(row)


def _note_use(row: LogIn) -> None:
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        row.used_at = g.now
        return
    # A request that only reads has a transaction that cannot write.
    with session_scope() as other:
        other.execute(update(LogIn).where(LogIn.id == row.id).values(used_at=g.now))


@pages.get("/")
def home() -> ResponseReturnValue:
    """Straight to the work for who has one role; a choice for who has more."""
    if not current_user.is_authenticated:
        return ask_to_log_in()
    roles = current_user.roles(g.now)
    own = [role for role in Role if role in roles]
    if own == [Role.CANDIDATE] and newest_result() is not None:
        return redirect(url_for("results.own"))
    if len(own) == 1:
        return redirect(url_for(HOMES[own[0]][1]))
    homes = [(*HOMES[role], EXPLAINED[role], todo.of_role(role)) for role in own]
    return render_template("account/home.html", homes=homes)


@pages.route("/inloggen", methods=["GET", "POST"])
@slowly(lambda: request.form.get("email", ""))
def log_in() -> ResponseReturnValue:
    form = LogInForm()
    if current_user.is_authenticated:
        return redirect(url_for("account.home"))
    if form.validate_on_submit():
        person = person_by_email(g.db, present(form.email.data))
        if password_fits(person, present(form.password.data)) and person is not None:
            return after_password(person, request.args.get("next"))
        failed_logins.note("log_in_failed", person)
        form.password.errors = ["Dit e-mailadres en wachtwoord horen niet bij elkaar. Probeer het nog eens."]
    return render_template("account/log_in.html", form=form), 422 if form.errors or request.method == "POST" else 200


def password_fits(person: Person | None, password: str) -> bool:
    """True for the password of this person; takes as long when there is nobody.

    With SQLite one request writes at a time: this one lets the others while it does the slow work.
    """
    g.db.commit()
    return (person or _NOBODY).has_password(password)


def after_password(person: Person, target: str | None = None) -> ResponseReturnValue:
    """The password was right: ask for the code of whoever has a second factor, log the others in."""
    factor = second_factor_of(g.db, person)
    if factor is None or factor.confirmed_at is None:
        return _enter(person, target)
    session[HALF] = {"email": person.email, "epoch": person.session_epoch, "at": g.now.timestamp(), "next": target}
    return redirect(url_for("account.code"))


@pages.route("/inloggen/code", methods=["GET", "POST"])
@slowly(lambda: session.get(HALF, {}).get("email", ""))
def code() -> ResponseReturnValue:
    """The second step of the log-in."""
    half, form = session.get(HALF, {}), CodeForm()
    person = person_by_email(g.db, half["email"]) if half else None
    factor = second_factor_of(g.db, person) if person else None
    if (
        person is None
        or factor is None
        or person.session_epoch != half["epoch"]
        or g.now.timestamp() > half["at"] + HALF_S
    ):
        flash("Log opnieuw in. U kreeg tien minuten voor de code.", "info")
        return redirect(url_for("account.log_in"))
    if form.validate_on_submit():
        if factor.accepts(present(form.code.data), g.now):
            return _enter(person, half["next"])
        failed_logins.note("code_failed", person)
        form.code.errors = [WRONG_CODE]
    return render_template("account/code.html", form=form), 422 if form.errors else 200


def _enter(person: Person, target: str | None) -> ResponseReturnValue:
    session.pop(HALF, None)
    # A token against forgery that was read or planted before the log-in counts no more.
    session.pop("csrf_token", None)
    g.pop("csrf_token", None)
    row = logins.log_in(g.db, person, device_words(request.user_agent.string), g.now)
    g.db.flush()
    login_user(LoggedIn(row))
    remember_browser(person.email)
    if stand_ins_of(g.db, person):
        flash("Een organisatie heeft u aangemeld. Onder ‘Mijn account’ leest u welke, en neemt u het aan.", "info")
    return redirect(own_address(target))


@pages.post("/uitloggen")
def log_out() -> ResponseReturnValue:
    if current_user.is_authenticated:
        current_user.row.end(g.now)
    logout_user()
    flash("U bent uitgelogd.", "success")
    return redirect(url_for("account.log_in"))


_NOBODY = Person(email="", name="", password_hash=None)


def own_address(target: str | None) -> str:
    """Where to go after the log-in: only ever to a page of ours."""
    try:
        parts = urlsplit(target or "")
    except ValueError:
        return url_for("account.home")
    outside = parts.scheme or parts.netloc or not parts.path.startswith("/") or parts.path.startswith(("//", "/\\"))
    if not target or outside or any(ord(letter) < 32 for letter in target):
        return url_for("account.home")
    return target

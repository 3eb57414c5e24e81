"""Logging in and out, and the way to the own home page."""

import uuid
from urllib.parse import urlsplit

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_login import UserMixin, current_user, login_required, login_user, logout_user
from sqlalchemy.orm import Session, joinedload
from wtforms import EmailField, PasswordField
from wtforms.validators import DataRequired, Length

from storage import audit
from storage.people import Person, Role, person_by_email
from webapp.access import HOMES
from webapp.extensions import limiter
from webapp.forms import Form

pages = Blueprint("account", __name__)


EXPLAINED = {
    Role.CANDIDATE: "Uw motivatiedossier, uw examen en uw uitslag.",
    Role.MANAGER: "De kandidaten voor wie u een onderbouwing schrijft.",
    Role.ORGANISATION_ADMIN: "Wie er bezig is met het examen, en wie het heeft behaald.",
    Role.KSF_OFFICER: "Dossiers beoordelen, examens volgen, taken en mail.",
    Role.ASSESSOR: "De antwoorden die op uw oordeel wachten.",
    Role.EXAM_COMMITTEE: "Eindoordelen en wie ze mag vrijgeven.",
    Role.AUDITOR: "Het logboek, en of de keten heel is.",
}
"""What somebody with several roles finds behind each home page."""


class LogInForm(Form):
    email = EmailField("E-mailadres", [DataRequired("Vul uw e-mailadres in."), Length(max=254)])
    password = PasswordField("Wachtwoord", [DataRequired("Vul uw wachtwoord in."), Length(max=200)])


class LoggedIn(UserMixin):
    """A person as flask-login wants to see one: its id ends with the epoch, so that all sessions can be ended."""

    def __init__(self, person: Person):
        self.person = person

    def __getattr__(self, name: str):
        return getattr(self.person, name)

    def get_id(self) -> str:
        return f"{self.person.id}:{self.person.session_epoch}"


def person_of_session(session: Session, session_id: str) -> LoggedIn | None:
    """Who is logged in with this session, unless all sessions of that person were ended since."""
    person_id, _, epoch = session_id.partition(":")
    try:
        person = session.get(Person, uuid.UUID(person_id), options=[joinedload(Person.memberships)])
    except ValueError:
        return None
    return LoggedIn(person) if person and str(person.session_epoch) == epoch else None


@pages.get("/")
@login_required
def home():
    """Straight to the work for who has one role; a choice for who has more."""
    roles = current_user.roles(g.now)
    homes = [(*HOMES[role], EXPLAINED[role]) for role in Role if role in roles]
    if len(homes) == 1:
        return redirect(url_for(homes[0][1]))
    return render_template("account/home.html", homes=homes)


@pages.route("/inloggen", methods=["GET", "POST"])
@limiter.limit("30/minute", methods=["POST"])
@limiter.limit(
    "10/minute;40/hour", methods=["POST"], key_func=lambda: f"to {request.form.get('email', '').strip().lower()}"
)
def log_in():
    form = LogInForm()
    if current_user.is_authenticated:
        return redirect(url_for("account.home"))
    if form.validate_on_submit():
        person = person_by_email(g.db, form.email.data)
        if (person or _NOBODY).has_password(form.password.data):
            login_user(LoggedIn(person))
            audit.record(g.db, g.now, person.id, "logged_in", person)
            return redirect(_own_address(request.args.get("next")))
        form.password.errors = ["Dit e-mailadres en wachtwoord horen niet bij elkaar. Probeer het nog eens."]
    return render_template("account/log_in.html", form=form), 422 if form.errors or request.method == "POST" else 200


@pages.post("/uitloggen")
def log_out():
    logout_user()
    flash("U bent uitgelogd.", "success")
    return redirect(url_for("account.log_in"))


_NOBODY = Person(email="", name="", password_hash=None)


def _own_address(target: str | None) -> str:
    """Where to go after the log-in: only ever to a page of ours."""
    parts = urlsplit(target or "")
    if not target or parts.scheme or parts.netloc or not target.startswith("/") or target.startswith(("//", "/\\")):
        return url_for("account.home")
    return target

"""The institution itself, kept by the office: where to ask, who signs, how it looks."""

import uuid
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import FileField, StringField

from storage.base.config import config
from storage.base.objects import ObjectError
from storage.base.refusal import Refused
from storage.people import institution, institution_logo
from storage.people.institution import NotInOrder
from storage.people.institution_rules import LIMITS
from storage.people.people import Role
from webapp import access, uploads
from webapp.context import g
from webapp.dutch.institution import HINTS, INTO_FILES, LABELS, LOGO_RULES, SENT, fault, not_sent
from webapp.extensions import limiter
from webapp.forms import Form
from webapp.mail.deliver import NotSent, send_now
from webapp.office import first_steps
from webapp.uploads import Upload

pages = Blueprint("institution", __name__)

KEPT_S = 300
"""How long a browser keeps logo and colour without asking again."""


class InstitutionForm(Form):
    """A field for each of LIMITS; what may stand in it is said by `storage.people.institution_rules` alone."""

    def keep(self) -> bool:
        """Keep it; when something is wrong, say all of it in the form."""
        given = {name: self[name].data or "" for name in LIMITS}
        try:
            institution.keep(g.db, given, access.me().id, g.now)
        except NotInOrder as error:
            for name, found in error.faults.items():
                self[name].errors = [fault(name, found, given[name])]
            return False
        return True


for _name, _limit in LIMITS.items():
    setattr(InstitutionForm, _name, StringField(LABELS[_name], description=HINTS.get(_name, "")))


class LogoForm(Form):
    logo = FileField("Logo", description="Een PNG of JPEG van hoogstens 300 kB, op een witte achtergrond.")


@pages.route("/bureau/instelling", methods=["GET", "POST"])
@access.roles(Role.KSF_OFFICER)
@access.confirmed_to_change
def show() -> ResponseReturnValue:
    """What is known of the institution, and the steps until the first exam can be held."""
    form = InstitutionForm(obj=institution.of(g.db))
    if form.validate_on_submit() and form.keep():
        flash("De gegevens van de instelling zijn bewaard.", "ok")
        return redirect(url_for("institution.show"))
    return _page(form, LogoForm(formdata=None)), 422 if form.errors else 200


@pages.post("/bureau/instelling/logo")
@access.roles(Role.KSF_OFFICER)
@access.confirmed
@uploads.a_day(Upload.LOGO)
def change_logo() -> ResponseReturnValue:
    """Show another logo from now on."""
    form, file = LogoForm(), request.files.get("logo")
    data = file.stream.read(institution_logo.LARGEST + 1) if file else b""
    # Sending it takes a while; nobody should wait for this request meanwhile.
    g.db.commit()
    try:
        key = institution_logo.put(data)
    except Refused as error:
        form.logo.errors = [LOGO_RULES[error.rule]]
        return _page(InstitutionForm(formdata=None, obj=institution.of(g.db)), form), 422
    institution.keep_logo(g.db, key, access.me().id, g.now)
    flash("Het logo is bewaard.", "ok")
    return redirect(url_for("institution.show"))


@pages.post("/bureau/instelling/logo/weg")
@access.roles(Role.KSF_OFFICER)
@access.confirmed
def remove_logo() -> ResponseReturnValue:
    """Show no logo."""
    institution.keep_logo(g.db, None, access.me().id, g.now)
    flash("Er is geen logo meer.", "ok")
    return redirect(url_for("institution.show"))


@pages.post("/bureau/instelling/proefmail")
@access.roles(Role.KSF_OFFICER)
@limiter.limit("20/hour")
def try_mail() -> ResponseReturnValue:
    """Send the officer who asks a mail at once, and say in words what the mail server answered."""
    person, sender, now = access.me(), institution.of(g.db).sender or config().mail_sender, g.now
    # The mail server may be slow; nobody should wait for this request meanwhile.
    g.db.commit()
    try:
        send_now(person.email, "setup", now, uuid.uuid4(), sender, origin=config().origin)
    except NotSent as error:
        flash(not_sent(str(error), person.email, sender), "danger")
    else:
        into_files = config().mail_url.startswith("file:")
        flash(INTO_FILES if into_files else SENT.format(address=person.email), "warn" if into_files else "ok")
    return redirect(url_for("institution.show") + "#proefmail")


@pages.get("/instelling/logo")
def logo() -> ResponseReturnValue:
    """The logo, for every page; nothing while there is none."""
    key = institution.of(g.db).logo_key
    if key is None:
        return "", 204
    try:
        data = institution_logo.get(key)
    except ObjectError:
        abort(404)
    return _kept(Response(data, content_type=institution_logo.content_type(key)))


@pages.get("/instelling/kleur.css")
def colour() -> ResponseReturnValue:
    """The colour, for every page."""
    text = f":root {{ --institution: {institution.of(g.db).colour}; }}\n"
    return _kept(Response(text, content_type="text/css; charset=utf-8"))


def _kept(answer: Response) -> Response:
    answer.headers["Cache-Control"] = f"public, max-age={KEPT_S}"
    return answer


def _page(form: Any, logo_form: LogoForm) -> str:
    found = institution.of(g.db)
    values = {"form": form, "logo_form": logo_form, "fields": list(LIMITS), "steps": first_steps.of(g.db, g.now)}
    return render_template("institution/show.html", found=found, me=access.me(), **values)

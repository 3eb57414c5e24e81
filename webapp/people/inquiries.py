"""Asking KSF something about a file: a beheerder or a manager writes it there, and reads the answer there."""

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from storage.base.present import present
from storage.dossier.dossiers import Dossier
from storage.inquiries import LONGEST, WITH_FILE, InquiryState, ask
from storage.people.people import Role
from storage.planning.practical_sessions import PracticalSession
from webapp import access
from webapp.access import inquiries as access_inquiries
from webapp.context import g
from webapp.forms import Form
from webapp.paging import page_of

pages = Blueprint("inquiries", __name__, url_prefix="/vragen-aan-ksf")


class QuestionForm(Form):
    text = TextAreaField(
        "Uw vraag",
        [DataRequired("Schrijf eerst uw vraag."), Length(max=LONGEST)],
        description="Schrijf alleen wat KSF nodig heeft. De kandidaat kan uw vraag later opvragen bij KSF.",
    )


class MoreForm(Form):
    text = TextAreaField(
        "Nog iets vragen of laten weten",
        [DataRequired("Schrijf eerst iets op."), Length(max=LONGEST)],
        description="KSF krijgt uw bericht opnieuw te zien en antwoordt hier.",
    )


@pages.get("")
@access.roles(*access_inquiries.ASKERS)
def mine() -> ResponseReturnValue:
    """One's own inquiries, with how each stands."""
    page = page_of(access_inquiries.mine(), *WITH_FILE)
    beheerder = Role.ORGANISATION_ADMIN in access.me().roles(g.now)
    return render_template("inquiries/mine.html", page=page, beheerder=beheerder)


@pages.route("/dossier/<uuid:dossier_id>", methods=["GET", "POST"])
@access.roles(*access_inquiries.ASKERS)
def about_dossier(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """Ask something about a motivation file: its enrolment, its exam date, whatever belongs to it."""
    return _ask(access_inquiries.dossier_to_ask_about(dossier_id))


@pages.route("/praktijktoets/<uuid:session_id>", methods=["GET", "POST"])
@access.roles(Role.ORGANISATION_ADMIN)
def about_session(session_id: uuid.UUID) -> ResponseReturnValue:
    """Ask something about a practical session."""
    return _ask(access_inquiries.session_to_ask_about(session_id))


def _ask(about: Dossier | PracticalSession) -> ResponseReturnValue:
    form = QuestionForm()
    if form.validate_on_submit():
        made = ask(g.db, about, access.me(), present(form.text.data), g.now)
        flash("Uw vraag is verstuurd. U krijgt een mail als er antwoord is.", "success")
        return redirect(url_for("inquiries.one", inquiry_id=made.id))
    earlier = access_inquiries.mine_about(about)
    values = {"form": form, "earlier": earlier, "dossier": about if isinstance(about, Dossier) else None}
    return render_template("inquiries/ask.html", about=about, **values), 422 if form.errors else 200


@pages.route("/<uuid:inquiry_id>", methods=["GET", "POST"])
@access.roles(*access_inquiries.ASKERS)
def one(inquiry_id: uuid.UUID) -> ResponseReturnValue:
    """One of one's own inquiries with its answers, and a place to write more."""
    found, form = access_inquiries.my_inquiry(inquiry_id), MoreForm()
    if form.validate_on_submit():
        found.ask_more(present(form.text.data), g.now)
        flash("Uw bericht is verstuurd. U krijgt een mail als er antwoord is.", "success")
        return redirect(url_for("inquiries.one", inquiry_id=found.id))
    return render_template("inquiries/one.html", found=found, form=form), 422 if form.errors else 200


@pages.post("/<uuid:inquiry_id>/sluiten")
@access.roles(*access_inquiries.ASKERS)
def close(inquiry_id: uuid.UUID) -> ResponseReturnValue:
    """No answer is needed any more."""
    found = access_inquiries.my_inquiry(inquiry_id)
    if found.state is not InquiryState.CLOSED:
        found.close(access.me(), g.now)
    flash("De vraag is gesloten. Schrijft u er nog iets bij, dan gaat hij weer open.", "ok")
    return redirect(url_for("inquiries.mine"))

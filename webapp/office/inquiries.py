"""What organisations ask KSF about a file: the office's list with how long each waits, and the answers."""

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from storage.base.present import present
from storage.inquiries import LONGEST, WITH_FILE, InquiryState
from storage.people.people import Role
from webapp import access
from webapp.access import inquiries as access_inquiries
from webapp.context import g
from webapp.forms import Form
from webapp.mail.notify import notify
from webapp.paging import one_of, page_of

pages = Blueprint("answering", __name__, url_prefix="/bureau/vragen-van-organisaties")


class AnswerForm(Form):
    text = TextAreaField(
        "Uw antwoord",
        [DataRequired("Schrijf eerst uw antwoord."), Length(max=LONGEST)],
        description="Wie het vroeg, leest dit. Noem niets uit de teksten of de opnames van de kandidaat.",
    )


@pages.get("")
@access.roles(Role.KSF_OFFICER)
def home() -> ResponseReturnValue:
    """The inquiries of one state; those that wait are first, and longest waiting first."""
    state = one_of(InquiryState, "staat") or InquiryState.OPEN
    page = page_of(access_inquiries.inquiries_in(state), *WITH_FILE)
    return render_template("inquiries/list.html", page=page, state=state, states=list(InquiryState))


@pages.route("/<uuid:inquiry_id>", methods=["GET", "POST"])
@access.roles(Role.KSF_OFFICER)
def one(inquiry_id: uuid.UUID) -> ResponseReturnValue:
    """One inquiry, and the answer to it; the mail only says that there is one."""
    found, form = access_inquiries.inquiry_for_officer(inquiry_id), AnswerForm()
    if form.validate_on_submit():
        found.answer(present(form.text.data), access.me(), g.now)
        notify(g.db, found.asker, "inquiry_answered", g.now, inquiry=found)
        flash("Uw antwoord is verstuurd.", "success")
        return redirect(url_for("answering.home"))
    return render_template("inquiries/answer.html", found=found, form=form), 422 if form.errors else 200


@pages.post("/<uuid:inquiry_id>/sluiten")
@access.roles(Role.KSF_OFFICER)
def close(inquiry_id: uuid.UUID) -> ResponseReturnValue:
    """What was answered is done with."""
    access_inquiries.inquiry_for_officer(inquiry_id).close(access.me(), g.now)
    flash("De vraag is gesloten.", "ok")
    return redirect(url_for("answering.one", inquiry_id=inquiry_id))


@pages.post("/<uuid:inquiry_id>/heropenen")
@access.roles(Role.KSF_OFFICER)
def reopen(inquiry_id: uuid.UUID) -> ResponseReturnValue:
    """The answer was not all: it waits for another one."""
    access_inquiries.inquiry_for_officer(inquiry_id).reopen(access.me(), g.now)
    flash("De vraag wacht weer op een antwoord.", "ok")
    return redirect(url_for("answering.one", inquiry_id=inquiry_id))

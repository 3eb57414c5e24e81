"""Complaints: the form for everybody who is logged in, with the own ones; the office's list with term and answer."""

import uuid
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from review.terms import weeks_after
from storage.base.present import present
from storage.people.complaints import ANSWER_WEEKS, Complaint, Subject, complain
from storage.people.people import Role
from webapp import access
from webapp.access import complaints as access_complaints
from webapp.context import g
from webapp.dutch import formats, terms
from webapp.forms import Form, choices
from webapp.mail.notify import notify, notify_once
from webapp.paging import page_of

pages = Blueprint("complaining", __name__, url_prefix="/klachten")


class ComplaintForm(Form):
    subject = RadioField(
        "Waar gaat uw klacht over?",
        [InputRequired("Kies waar uw klacht over gaat.")],
        choices=choices((one, terms.COMPLAINTS[one].capitalize()) for one in Subject),
    )
    text = TextAreaField(
        "Wat is er gebeurd?",
        [DataRequired("Schrijf wat er is gebeurd."), Length(max=8000)],
        description="Schrijf ook wanneer het was, en wat u graag anders had gezien.",
    )


class AnswerForm(Form):
    answer = TextAreaField(
        "Uw antwoord",
        [DataRequired("Schrijf eerst uw antwoord."), Length(max=8000)],
        description="Wie klaagde, leest dit. Schrijf wat u hebt nagegaan en wat er verandert.",
    )


@dataclass(frozen=True)
class Row:
    """A complaint, when there must be an answer, and whether that is over."""

    complaint: Complaint
    due: date
    late: bool


@pages.route("", methods=["GET", "POST"])
@access.roles(*Role)
def mine() -> ResponseReturnValue:
    """The form, and below it one's own complaints with their answers."""
    form = ComplaintForm()
    if form.validate_on_submit():
        made = complain(g.db, access.me(), Subject(form.subject.data), present(form.text.data), g.now)
        notify_once(g.db, access.me(), "complaint_received", g.now, complaint=made, due=_row(made).due)
        flash(f"Uw klacht is ontvangen. Uw ontvangstnummer is {made.code}.", "success")
        return redirect(url_for("complaining.mine"))
    own = select(Complaint).where(Complaint.person_id == access.me().id).order_by(Complaint.received_at.desc())
    rows = [_row(one) for one in g.db.scalars(own)]
    return render_template("complaints/mine.html", form=form, rows=rows), 422 if form.errors else 200


@pages.get("/bureau")
@access.roles(Role.KSF_OFFICER)
def waiting() -> ResponseReturnValue:
    """Every complaint without an answer, oldest first; or (?toon=gedaan) those with one, newest first."""
    done = request.args.get("toon") == "gedaan"
    page = page_of(
        access_complaints.answered() if done else access_complaints.unanswered(), joinedload(Complaint.person)
    )
    return render_template("complaints/list.html", page=page, rows=[_row(one) for one in page.rows], done=done)


@pages.route("/bureau/<uuid:complaint_id>", methods=["GET", "POST"])
@access.roles(Role.KSF_OFFICER)
def one(complaint_id: uuid.UUID) -> ResponseReturnValue:
    """One complaint, and the answer to it."""
    found = access_complaints.complaint_to_answer(complaint_id)
    form = AnswerForm()
    if form.validate_on_submit():
        found.reply(present(form.answer.data), access.me(), g.now)
        notify(g.db, found.person, "complaint_answered", g.now, complaint=found)
        flash("Uw antwoord is verstuurd.", "success")
        return redirect(url_for("complaining.waiting"))
    return render_template("complaints/one.html", row=_row(found), form=form), 422 if form.errors else 200


def _row(one: Complaint) -> Row:
    due = weeks_after(one.received_at.astimezone(formats.AMSTERDAM).date(), ANSWER_WEEKS)
    return Row(one, due, one.answered_at is None and g.now.astimezone(formats.AMSTERDAM).date() > due)

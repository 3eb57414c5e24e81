"""The outbox on the screen: every mail and what became of it."""

import uuid

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from storage.mail import UNDELIVERED, MailMessage
from storage.people import Role
from webapp import access
from webapp.paging import page_of

pages = Blueprint("outbox", __name__, url_prefix="/bureau/post")


@pages.get("")
@access.roles(Role.KSF_OFFICER)
def show():
    """Every mail and what became of it; the ones that could not be delivered first."""
    failed_first = (MailMessage.state.in_(UNDELIVERED).desc(), MailMessage.created_at.desc())
    mails = select(MailMessage).options(joinedload(MailMessage.person)).order_by(*failed_first)
    return render_template("outbox/show.html", page=page_of(mails))


@pages.post("/<uuid:message_id>/opnieuw")
@access.roles(Role.KSF_OFFICER)
def send_again(message_id: uuid.UUID):
    """Try a mail again that could not be delivered."""
    message = g.db.get(MailMessage, message_id) or abort(404)
    if message.retry(access.me().id, g.now):
        flash("De mail gaat binnen een minuut opnieuw weg.", "ok")
    else:
        flash("Deze mail is al verstuurd, of wacht nog op verzending.", "info")
    return redirect(url_for("outbox.show"))

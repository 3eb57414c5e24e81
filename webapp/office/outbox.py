"""The outbox on the screen: every mail and what became of it."""

import uuid

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from storage.people.outbox import LINK, UNDELIVERED, MailMessage, MailState
from storage.people.people import Role
from webapp import access
from webapp.context import g
from webapp.mail import fields
from webapp.paging import called_so, count, one_of, page_of, search

pages = Blueprint("outbox", __name__, url_prefix="/bureau/post")


@pages.get("")
@access.roles(Role.KSF_OFFICER)
def show() -> ResponseReturnValue:
    """Every mail and what became of it, or those of one state; newest first."""
    state, words = one_of(MailState, "staat"), search()
    query = select(MailMessage).order_by(MailMessage.created_at.desc(), MailMessage.id)
    if state:
        query = query.where(MailMessage.state == state)
    if words:
        query = query.where(called_so(words, MailMessage.person_id))
    page = page_of(query, joinedload(MailMessage.person))
    undelivered = [(one, count(select(MailMessage).where(MailMessage.state == one))) for one in UNDELIVERED]
    values = {"states": list(MailState), "state": state, "words": words, "undelivered": undelivered}
    return render_template("outbox/show.html", page=page, **values)


@pages.get("/<uuid:message_id>")
@access.roles(Role.KSF_OFFICER)
def one(message_id: uuid.UUID) -> ResponseReturnValue:
    """The text of one mail. A personal link is not in it: that opens an account, and is not kept."""
    mail = g.db.get(MailMessage, message_id) or abort(404)
    text = mail.text.replace(LINK, "[persoonlijke link, alleen voor de ontvanger]")
    text_url = url_for("mail_texts.one", kind=mail.template) if mail.template in fields.kinds() else None
    return render_template("outbox/one.html", mail=mail, paragraphs=text.strip().split("\n\n"), text_url=text_url)


@pages.post("/<uuid:message_id>/opnieuw")
@access.roles(Role.KSF_OFFICER)
def send_again(message_id: uuid.UUID) -> ResponseReturnValue:
    """Try a mail again that could not be delivered."""
    message = g.db.get(MailMessage, message_id) or abort(404)
    if message.retry(access.me().id, g.now):
        flash("De mail gaat binnen een minuut opnieuw weg.", "ok")
    else:
        flash("Deze mail is al verstuurd, of wacht nog op verzending.", "info")
    return redirect(url_for("outbox.show"))

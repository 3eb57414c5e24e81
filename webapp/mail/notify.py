"""Notifying people: the Dutch text of a mail is written into the outbox, in the transaction that causes it."""

from datetime import datetime
from typing import Any

from flask import render_template
from sqlalchemy.orm import Session

from storage.base import plain
from storage.base.config import config
from storage.people import mail_texts, outbox
from storage.people.links import Link
from storage.people.mail_texts import MailText
from storage.people.outbox import MailMessage
from storage.people.people import Person
from webapp.mail import fields


def notify(
    session: Session,
    person: Person,
    template: str,
    now: datetime,
    link: Link | None = None,
    calendar: str | None = None,
    to: str | None = None,
    **values: Any,
) -> MailMessage:
    """Put the mail `mail/<template>.txt` for this person in the outbox. Its first line is the subject.

    `link` takes its place in the text when the mail is sent; `calendar` goes with it as a file; `to` is another address
    than the person's own.
    """
    values = {"link": outbox.LINK if link else None, **values}
    text = mail_texts.newest(session, template)
    subject, body = _text(person, template, values, text)
    message = outbox.add(session, person, template, subject, body, now, link, calendar, to)
    message.text_version = _number(text)
    return message


def notify_once(session: Session, person: Person, template: str, now: datetime, **values: Any) -> bool:
    """The same, unless this person was sent these very words before. True when a mail was written."""
    text = mail_texts.newest(session, template)
    subject, body = _text(person, template, values, text)
    for one in outbox.to_person(session, person, template):
        then = mail_texts.version(session, template, one.text_version)
        # Held against the text of then: what KSF changed in it since is no news to this person.
        if one.text == (body if _number(then) == _number(text) else _text(person, template, values, then)[1]):
            return False
    outbox.add(session, person, template, subject, body, now).text_version = _number(text)
    return True


def _text(person: Person, template: str, values: dict[str, Any], text: MailText | None) -> tuple[str, str]:
    """Subject and body: by this text of KSF, or by that of the code."""
    context = {"person": person, "origin": config().origin, **values}
    if text is not None and not text.is_default:
        filled = fields.values_of(template, context)
        subject = plain.one_line(fields.fill(text.subject, filled))[: outbox.LONGEST_SUBJECT]
        return subject, fields.fill(text.body, filled) + "\n"
    subject, _, body = render_template(f"mail/{template}.txt", **context).strip().partition("\n")
    return subject.strip(), body.strip() + "\n"


def _number(text: MailText | None) -> int:
    """The version that a mail tells; 0 for the text of the code."""
    return 0 if text is None or text.is_default else text.number

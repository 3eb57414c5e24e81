"""Notifying people: the Dutch text of a mail is written into the outbox, in the transaction that causes it."""

from datetime import datetime
from typing import Any

from flask import render_template
from sqlalchemy.orm import Session

from storage.base.config import config
from storage.people import outbox
from storage.people.links import Link
from storage.people.outbox import MailMessage
from storage.people.people import Person


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
    subject, body = _text(person, template, {"link": outbox.LINK if link else None, **values})
    return outbox.add(session, person, template, subject, body, now, link, calendar, to)


def notify_once(session: Session, person: Person, template: str, now: datetime, **values: Any) -> bool:
    """The same, unless this person was sent these very words before. True when a mail was written."""
    subject, body = _text(person, template, values)
    if any(one.text == body for one in outbox.to_person(session, person, template)):
        return False
    outbox.add(session, person, template, subject, body, now)
    return True


def _text(person: Person, template: str, values: dict[str, Any]) -> tuple[str, str]:
    text = render_template(f"mail/{template}.txt", person=person, origin=config().origin, **values)
    subject, _, body = text.strip().partition("\n")
    return subject.strip(), body.strip() + "\n"

"""Delivering mail: a mail of the outbox goes to the mail server, or into a file."""

import contextlib
import logging
import smtplib
import ssl
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from jinja2 import Environment, FileSystemLoader

from storage.base import plain
from storage.base.config import config
from storage.base.database import session_of, session_scope
from storage.base.jobs import Later
from storage.people import institution, outbox
from storage.people.outbox import MailMessage, MailState
from webapp.mail import fields

log = logging.getLogger(__name__)

_layouts = Environment(loader=FileSystemLoader(Path(__file__).parents[1] / "templates" / "mail"), autoescape=True)


def attempt(message_id: uuid.UUID, now: datetime) -> dict[str, Any]:
    """Try to send a mail that waits; answers its state then. Raises jobs.Later when it is to be tried again."""
    with session_scope() as session:
        message = session.get(MailMessage, message_id)
        if message is None or message.state is not MailState.WAITING:
            return {}
        # Counted before, since a worker may die of it.
        message.attempts += 1
        try:
            email = _as_email(message, now)
        except Exception as ours:
            # Ours, whatever it is: no attempt mends it, and no address is blamed for it.
            message.not_made(f"NotMade {type(ours).__name__}", now)
            log.error("mail %s could not be made: %s", message_id, type(ours).__name__)
            return {"state": message.state}
    error, refused = _deliver(email)
    delay = None
    with session_scope() as session:
        message = session.get_one(MailMessage, message_id)
        if error and refused:
            message.bounced(error, now)
        elif error:
            delay = message.failed(error)
        else:
            message.sent(now)
    if error:
        log.warning("mail %s not sent: %s", message_id, error)
    if error and delay:
        raise Later(delay, error)
    return {"state": message.state}


def _deliver(email: EmailMessage) -> tuple[str | None, bool]:
    """The error, if any, and True when the server refuses the address for good.

    The kind of error and no more, since the server's own words may hold the address.
    """
    try:
        _transport()(email)
    except smtplib.SMTPRecipientsRefused as error:
        ((status, _),) = error.recipients.values()
        return f"SMTPRecipientsRefused {status}", status >= 500
    except (OSError, ValueError, smtplib.SMTPException) as error:
        return type(error).__name__, False
    return None, False


def send_now(to: str, template: str, now: datetime, name: uuid.UUID, sender: str = "", **values: Any) -> None:
    """Send a mail that does not wait in the outbox, since whoever can write there must not be able to hold it.

    `name` makes the same mail at every attempt. Raises NotSent.
    """
    subject, _, text = _layouts.overlay(autoescape=False).get_template(f"{template}.txt").render(values).partition("\n")
    error, _ = _deliver(_email(to, subject.strip(), text.strip() + "\n", now, name, sender))
    if error:
        raise NotSent(error)


class NotSent(Exception):
    """The mail server did not take it; the message is the kind of error."""


def _as_email(message: MailMessage, now: datetime) -> EmailMessage:
    # A link that is forgotten by now opened nothing any more: a new one is asked for there.
    opens = message.link.path if message.link else "/wachtwoord-vergeten"
    text = message.text.replace(outbox.LINK, f"{config().origin}{opens}")
    house = institution.of(session_of(message))
    if told := _layouts.overlay(autoescape=False).get_template("contact.txt").render(institution=house):
        text = f"{text.rstrip()}\n\n{told}\n"
    email = _email(message.recipient, message.subject, text, now, message.id, house.sender)
    if message.calendar:
        from icalendar import Calendar

        method = str(Calendar.from_ical(message.calendar)["method"])
        email.add_attachment(message.calendar, subtype="calendar", params={"method": method}, filename="examen.ics")
    return email


def _email(to: str, subject: str, text: str, now: datetime, name: uuid.UUID, sender: str = "") -> EmailMessage:
    sender = sender or config().mail_sender
    email = EmailMessage()
    email["From"], email["To"], email["Subject"] = sender, to, plain.one_line(subject)
    email["Date"] = format_datetime(now)
    # The same at every attempt: who receives it twice sees it once.
    email["Message-ID"] = f"<{name}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    email["Auto-Submitted"] = "auto-generated"
    email.set_content(text)
    email.add_alternative(as_html(subject, text), subtype="html")
    return email


def as_html(subject: str, text: str) -> str:
    """The same mail for a program that shows HTML: paragraphs, and addresses that can be pressed."""
    paragraphs = [" ".join(part.split()) if fields.flows(part) else part for part in text.strip().split("\n\n")]
    return _layouts.get_template("layout.html").render(subject=subject, paragraphs=paragraphs)


def _transport() -> Callable[[EmailMessage], None]:
    target = urlsplit(config().mail_url)
    if target.scheme == "file":
        return lambda email: _to_file(email, Path(target.path))
    return lambda email: _to_server(email, target)


def _to_file(email: EmailMessage, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = email["Message-ID"].strip("<>").partition("@")[0].replace("/", "_")
    (folder / f"{name}.eml").write_bytes(email.as_bytes())


def _to_server(email: EmailMessage, target: SplitResult) -> None:
    with connected(target) as server:
        server.send_message(email)


@contextlib.contextmanager
def connected(target: SplitResult) -> Iterator[smtplib.SMTP]:
    """The mail server at this address, ready to take a mail.

    Raises smtplib.SMTPNotSupportedError when the way there must be secret and the server offers no STARTTLS.
    """
    port = target.port or 0
    server: smtplib.SMTP
    if target.scheme == "smtps":
        server = smtplib.SMTP_SSL(target.hostname or "", port, timeout=20, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(target.hostname or "", port, timeout=20)
    with server:
        if target.scheme == "smtp":
            # What a server offers is only known after it was greeted; what it offers is then used, or nothing is sent.
            server.ehlo_or_helo_if_needed()
            if server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
            elif config().mail_tls or target.username:
                raise smtplib.SMTPNotSupportedError("the server offers no STARTTLS")
        if target.username:
            server.login(unquote(target.username), unquote(target.password or ""))
        yield server

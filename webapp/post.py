"""Mail: writes the Dutch text into the outbox, and brings the outbox to the mail server (or into files)."""

import logging
import smtplib
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from urllib.parse import unquote, urlsplit

from flask import render_template
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.config import config
from storage.database import session_scope
from storage.mail import MailMessage, MailState
from storage.mail import post as put_in_outbox
from storage.people import Person

log = logging.getLogger(__name__)

RETRY_DELAYS_S = (60, 300, 1800, 7200, 21600)


def write(session: Session, person: Person, template: str, now: datetime, **values) -> MailMessage:
    """Put the mail `mail/<template>.txt` for this person in the outbox. Its first line is the subject."""
    text = render_template(f"mail/{template}.txt", person=person, origin=config().origin, **values)
    subject, _, body = text.strip().partition("\n")
    return put_in_outbox(session, person, template, subject.strip(), body.strip() + "\n", now)


def send_waiting(now: datetime) -> int:
    """Send every mail that is due; answers how many were sent. One that fails is tried again later."""
    with session_scope() as session:
        due = select(MailMessage.id).where(MailMessage.state == MailState.WAITING, MailMessage.not_before <= now)
        ids = session.scalars(due.order_by(MailMessage.created_at).limit(100)).all()
    return sum(_send_one(message_id, now) for message_id in ids)


def _send_one(message_id: uuid.UUID, now: datetime) -> bool:
    with session_scope() as session:
        message = session.get(MailMessage, message_id)
        message.attempts += 1
        try:
            _transport()(_as_email(message, now))
        except (OSError, smtplib.SMTPException) as error:
            # The kind of error and no more: the server's own words may hold the address.
            message.error = type(error).__name__
            if message.attempts > len(RETRY_DELAYS_S):
                message.state = MailState.FAILED
            else:
                message.not_before = now + timedelta(seconds=RETRY_DELAYS_S[message.attempts - 1])
            log.warning("mail %s not sent: %s", message_id, message.error)
            return False
        message.state, message.sent_at, message.error = MailState.SENT, now, None
        return True


def _as_email(message: MailMessage, now: datetime) -> EmailMessage:
    email = EmailMessage()
    email["From"], email["To"], email["Subject"] = config().mail_sender, message.person.email, message.subject
    email["Date"] = format_datetime(now)
    email["Message-ID"] = make_msgid(str(message.id), "vignet.invalid")
    email["Auto-Submitted"] = "auto-generated"
    email.set_content(message.text)
    return email


def _transport() -> Callable[[EmailMessage], None]:
    target = urlsplit(config().mail_url)
    if target.scheme == "file":
        return lambda email: _to_file(email, Path(target.path))
    return lambda email: _to_server(email, target)


def _to_file(email: EmailMessage, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = email["Message-ID"].strip("<>").partition("@")[0].replace("/", "_")
    (folder / f"{name}.eml").write_bytes(email.as_bytes())


def _to_server(email: EmailMessage, target) -> None:
    kind = smtplib.SMTP_SSL if target.scheme == "smtps" else smtplib.SMTP
    with kind(target.hostname, target.port or 0, timeout=20) as server:
        if target.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls()
        if target.username:
            server.login(unquote(target.username), unquote(target.password or ""))
        server.send_message(email)

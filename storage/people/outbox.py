"""The outbox: every mail is a row first, and the row says what became of it. Sending it is a job."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from storage.base import audit
from storage.base.backoff import MAILS
from storage.base.database import Base, Identified, one_of, session_of
from storage.base.jobs import Queue, enqueue
from storage.people.links import Link
from storage.people.people import Person

DELIVER = "deliver_mail"
"""The kind of the jobs that send a mail; the subject is the mail."""


class MailState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"


UNDELIVERED = (MailState.FAILED, MailState.BOUNCED)
"""The mails that the office should look at."""

LONGEST_SUBJECT = 200

LINK = "{link}"
"""Where the personal link comes in the text of a mail; the link itself is never kept."""


class MailMessage(Identified, Base):
    """One mail to one person. `template` names the text that it was made of; `error` is what the last attempt met.

    `text_version` is the version of that text as KSF wrote it, or 0 for the text of the code.

    `link` is the personal link that takes the place of LINK when the mail is sent; `calendar` an iCalendar file to go
    with it. `address` is where it goes when that is not the person's own address.
    """

    __tablename__ = "mail_message"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    template: Mapped[str] = mapped_column(String(60))
    text_version: Mapped[int] = mapped_column(default=0, server_default="0")
    subject: Mapped[str] = mapped_column(String(LONGEST_SUBJECT))
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[MailState] = mapped_column(one_of(MailState), default=MailState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)
    link_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Link.id))
    calendar: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(String(254))

    person: Mapped[Person] = relationship()
    link: Mapped[Link | None] = relationship()

    __table_args__ = (
        Index(None, "state", "created_at"),
        Index(None, "created_at", "id"),
        Index(None, "person_id", "created_at"),
    )

    @property
    def recipient(self) -> str:
        """The address that it goes to."""
        return self.address or self.person.email

    def sent(self, now: datetime) -> None:
        """The mail server has taken it."""
        self.state, self.sent_at, self.error = MailState.SENT, now, None

    def failed(self, error: str) -> timedelta | None:
        """After how long to try again; None after the last attempt, when it is given up."""
        self.error = error
        delay = MAILS.after(self.attempts)
        if delay is None:
            self.state = MailState.FAILED
        return delay

    def not_made(self, error: str, now: datetime) -> None:
        """No mail could be made of it: a fault of ours, which the office is told and no attempt mends."""
        self.state, self.error = MailState.FAILED, error
        audit.record(session_of(self), now, None, "mail_not_made", self)

    def bounced(self, error: str, now: datetime) -> None:
        """The address takes no mail: trying again is useless until somebody looks at it."""
        self.state, self.error = MailState.BOUNCED, error
        if self.recipient == self.person.email:
            self.person.bounced_at = self.person.bounced_at or now
        audit.record(session_of(self), now, None, "mail_bounced", self)

    def retry(self, actor: uuid.UUID, now: datetime) -> bool:
        """Give a mail that was given up another life. True when it was given up."""
        if self.state not in UNDELIVERED:
            return False
        self.state, self.attempts = MailState.WAITING, 0
        enqueue(session_of(self), Queue.OFFICE, DELIVER, self.id, now)
        if self.recipient == self.person.email:
            self.person.bounced_at = None
        audit.record(session_of(self), now, actor, "mail_retried", self)
        return True


def bounce(session: Session, address: str, now: datetime) -> MailMessage | None:
    """A mail server says afterwards that this address takes no mail: the newest mail sent to it; None when none was."""
    to = (
        select(MailMessage)
        .join(Person)
        .where(func.coalesce(MailMessage.address, Person.email) == address.strip().lower())
    )
    newest = to.where(MailMessage.state == MailState.SENT).order_by(MailMessage.sent_at.desc()).limit(1)
    message = session.scalars(newest).first()
    if message is not None:
        message.bounced("BouncedLater", now)
    return message


def add(
    session: Session,
    person: Person,
    template: str,
    subject: str,
    text: str,
    now: datetime,
    link: Link | None = None,
    calendar: str | None = None,
    address: str | None = None,
) -> MailMessage:
    """Put a mail in the outbox, in the transaction that causes it."""
    message = MailMessage(
        id=uuid.uuid4(),
        person=person,
        template=template,
        subject=subject,
        text=text,
        created_at=now,
        link=link,
        calendar=calendar,
        address=address,
    )
    session.add(message)
    enqueue(session, Queue.OFFICE, DELIVER, message.id, now)
    return message


def to_person(session: Session, person: Person, template: str) -> Sequence[MailMessage]:
    """Every mail of this template that was written to this person."""
    mine = (MailMessage.person_id == person.id) & (MailMessage.template == template)
    return session.scalars(select(MailMessage).where(mine)).all()


def calendars(session: Session, person: Person, uid: str) -> Sequence[str]:
    """Every calendar file about this event that was written to this person, in the transaction under way too."""
    mine = (MailMessage.person_id == person.id) & MailMessage.calendar.contains(uid, autoescape=True)
    return [text for text in session.scalars(select(MailMessage.calendar).where(mine)) if text]

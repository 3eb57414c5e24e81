"""The outbox: every mail is a row first, and the row says what became of it."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from storage.database import Base, Identified, one_of
from storage.people import Person


class MailState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class MailMessage(Identified, Base):
    """One mail to one person. `template` names the text that it was made of."""

    __tablename__ = "mail_message"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    template: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[MailState] = mapped_column(one_of(MailState), default=MailState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)

    person: Mapped[Person] = relationship()

    __table_args__ = (Index(None, "state", "not_before"),)


def post(session: Session, person: Person, template: str, subject: str, text: str, now: datetime) -> MailMessage:
    """Put a mail in the outbox, in the transaction that causes it."""
    message = MailMessage(person=person, template=template, subject=subject, text=text, created_at=now, not_before=now)
    session.add(message)
    return message

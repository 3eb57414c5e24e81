"""Complaints about how people were treated, or about the service: a register of its own, beside objections.

An objection asks for another decision; a complaint asks for an answer. The term and the duty to answer follow the
General Administrative Law Act (Algemene wet bestuursrecht 9:11 and 9:12) as good practice.
"""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from storage.base import audit
from storage.base.codes import neutral_code
from storage.base.database import Base, Identified, one_of, session_of
from storage.base.refusal import Refused
from storage.people.people import Person

ANSWER_WEEKS = 6
"""The weeks within which whoever complains has an answer."""


class Subject(StrEnum):
    """What a complaint is about."""

    CONDUCT = "conduct"
    SERVICE = "service"


class Rule(StrEnum):
    """Why a complaint is not taken in, or not answered."""

    NO_TEXT = "complaint_without_text"
    ANSWERED = "complaint_answered"
    OWN = "complaint_of_oneself"


class Complaint(Identified, Base):
    """One complaint, with its answer once there is one. `code` is the number on its receipt."""

    __tablename__ = "complaint"

    code: Mapped[str] = mapped_column(String(12), unique=True, default=lambda: neutral_code("KL"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    subject: Mapped[Subject] = mapped_column(one_of(Subject))
    text: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    answered_by: Mapped[Person | None] = relationship(foreign_keys=answered_by_id)

    __table_args__ = (
        CheckConstraint("(answered_at IS NULL) = (answered_by_id IS NULL)", name="answered"),
        CheckConstraint("answered_by_id IS NULL OR answered_by_id <> person_id", name="not_by_oneself"),
        CheckConstraint("(answered_at IS NULL) = (answer = '')", name="answered_with_words"),
        Index(None, "answered_at", "received_at"),
        Index(None, "person_id"),
    )

    def reply(self, answer: str, officer: Person, now: datetime) -> None:
        """Answer it, once. Raises Refused for an empty answer, and for one's own complaint."""
        session_of(self).flush()
        session_of(self).refresh(self, ["answered_at"], with_for_update=True)
        if self.answered_at:
            raise Refused(Rule.ANSWERED)
        if officer.id == self.person_id:
            raise Refused(Rule.OWN)
        if not answer.strip():
            raise Refused(Rule.NO_TEXT)
        self.answer, self.answered_at, self.answered_by_id = answer.strip(), now, officer.id
        audit.record(session_of(self), now, officer.id, "complaint_answered", self)


def complain(session: Session, person: Person, subject: Subject, text: str, now: datetime) -> Complaint:
    """Take a complaint in; the same once more while it waits is one complaint. Raises Refused without a text."""
    if not text.strip():
        raise Refused(Rule.NO_TEXT)
    session.execute(select(Person.id).where(Person.id == person.id).with_for_update())
    waiting = Complaint.answered_at.is_(None) & (Complaint.person_id == person.id) & (Complaint.subject == subject)
    if there := session.scalars(select(Complaint).where(waiting, Complaint.text == text.strip())).first():
        return there
    row = Complaint(id=uuid.uuid4(), person=person, subject=subject, text=text.strip(), received_at=now)
    session.add(row)
    session.flush()
    audit.record(session, now, person.id, "complaint_received", row, about=subject)
    return row

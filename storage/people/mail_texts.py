"""The texts of mails as KSF wrote them: versions of subject and body for each kind of mail, none of which ever changes.

Without a version the text of the code holds, and an empty version says that it holds again. What may stand in a text is
not known here (`webapp.mail.fields`).
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from storage.base import audit
from storage.base.database import Base, Identified
from storage.base.refusal import Refused
from storage.people.people import Person

LONGEST_SUBJECT, LONGEST_BODY = 150, 6000
"""Characters, before the fields are filled in."""


class Rule(StrEnum):
    """Why a text cannot be kept."""

    CHANGED_ELSEWHERE = "mail_text_changed_elsewhere"
    NO_SUCH_VERSION = "mail_text_without_version"


class MailText(Identified, Base):
    """Version `number` of the text of mails of this kind; with nothing in it, the text of the code holds again."""

    __tablename__ = "mail_text"

    kind: Mapped[str] = mapped_column(String(60))
    number: Mapped[int]
    subject: Mapped[str] = mapped_column(String(LONGEST_SUBJECT))
    body: Mapped[str] = mapped_column(Text)
    made_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    made_at: Mapped[datetime]

    made_by: Mapped[Person] = relationship()

    __table_args__ = (
        UniqueConstraint("kind", "number"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("(subject = '') = (body = '')", name="both"),
    )

    @property
    def is_default(self) -> bool:
        """True when it says that the text of the code holds."""
        return not self.body


def newest(session: Session, kind: str) -> MailText | None:
    """The version that holds for this kind; None when nobody ever wrote one."""
    theirs = select(MailText).where(MailText.kind == kind).order_by(MailText.number.desc()).limit(1)
    return session.scalars(theirs).first()


def version(session: Session, kind: str, number: int) -> MailText | None:
    """This version of this kind; None for 0, the text of the code, and where there is none."""
    return session.scalars(select(MailText).where(MailText.kind == kind, MailText.number == number)).first()


def versions(session: Session, kind: str) -> Sequence[MailText]:
    """Every version of this kind, the newest first."""
    theirs = select(MailText).where(MailText.kind == kind).options(joinedload(MailText.made_by))
    return session.scalars(theirs.order_by(MailText.number.desc())).all()


def newest_of_all(session: Session) -> dict[str, MailText]:
    """By kind the version that holds, of the kinds that have one."""
    last = select(MailText.kind, func.max(MailText.number).label("number")).group_by(MailText.kind).subquery()
    same = (MailText.kind == last.c.kind) & (MailText.number == last.c.number)
    return {one.kind: one for one in session.scalars(select(MailText).join(last, same))}


def keep(session: Session, kind: str, subject: str, body: str, seen: int, actor: Person, now: datetime) -> MailText:
    """A new version, written by who saw version `seen` (0 for none); the same words once more make no new one.

    Raises Refused when somebody else wrote one since.
    """
    last = newest(session, kind)
    if (last.number if last else 0) != seen:
        raise Refused(Rule.CHANGED_ELSEWHERE, found=last.number if last else 0, needed=seen)
    if last is not None and (last.subject, last.body) == (subject, body):
        return last
    values = {"subject": subject, "body": body, "made_by": actor, "made_at": now}
    made = MailText(id=uuid.uuid4(), kind=kind, number=seen + 1, **values)
    session.add(made)
    session.flush()
    audit.record(session, now, actor.id, "mail_text_kept", made, kind=kind, number=made.number, default=made.is_default)
    return made


def back_to(session: Session, kind: str, number: int, seen: int, actor: Person, now: datetime) -> MailText:
    """Let an older version hold again, or with 0 the text of the code: a new version with the same words.

    Raises Refused for a version that is not there, and as `keep` does.
    """
    older = version(session, kind, number)
    if older is None and (number or newest(session, kind) is None):
        raise Refused(Rule.NO_SUCH_VERSION, found=number)
    subject, body = (older.subject, older.body) if older else ("", "")
    return keep(session, kind, subject, body, seen, actor, now)

"""Inquiries: what an organisation asks KSF about one file, and what KSF's office answers there.

An inquiry is about a motivation file or about a practical session. It is a thread of posts, numbered in the order in
which they were written; it waits for KSF from a post of its asker until the next answer.
"""

import uuid
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from storage.base import audit
from storage.base.codes import neutral_code
from storage.base.database import Base, Identified, one_of, session_of
from storage.base.refusal import Refused
from storage.base.steps import Stepping, table
from storage.dossier.dossiers import Dossier
from storage.people.organisations import Organisation
from storage.people.people import Person
from storage.planning.practical_sessions import PracticalSession

LONGEST = 4000
"""Characters of one post."""
MOST_A_DAY = 20
"""Posts that one person may write in 24 hours."""
DAY = timedelta(hours=24)
SOON = timedelta(days=5)
"""Within which KSF means to answer; what waits longer stands out."""


class InquiryState(StrEnum):
    """Whether it waits for KSF, was answered, or is done with."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


STEPS = table(
    InquiryState,
    {
        InquiryState.OPEN: {InquiryState.ANSWERED, InquiryState.CLOSED},
        InquiryState.ANSWERED: {InquiryState.OPEN, InquiryState.CLOSED},
        InquiryState.CLOSED: {InquiryState.OPEN},
    },
)


class Rule(StrEnum):
    """Why something cannot be asked or answered now."""

    NO_TEXT = "inquiry_without_text"
    TOO_LONG = "inquiry_too_long"
    TOO_MANY = "inquiries_too_many_today"
    ANSWERED = "inquiry_answered"
    OWN = "inquiry_of_oneself"
    UNANSWERED = "inquiry_unanswered"


class Inquiry(Stepping, Base):
    """One question with what followed, about a file or a practical session. `state_at` is when it came to its state."""

    __tablename__ = "inquiry"
    steps, noun = STEPS, "inquiry"

    code: Mapped[str] = mapped_column(String(12), unique=True, default=lambda: neutral_code("VR"))
    dossier_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Dossier.id))
    session_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(PracticalSession.id))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Organisation.id))
    asker_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    state: Mapped[InquiryState] = mapped_column(one_of(InquiryState), default=InquiryState.OPEN)
    state_at: Mapped[datetime]

    dossier: Mapped[Dossier | None] = relationship()
    practical_session: Mapped[PracticalSession | None] = relationship()
    organisation: Mapped[Organisation] = relationship()
    asker: Mapped[Person] = relationship()
    posts: Mapped[list["InquiryPost"]] = relationship(back_populates="inquiry", order_by="InquiryPost.number")

    __table_args__ = (
        CheckConstraint("(dossier_id IS NULL) <> (session_id IS NULL)", name="about_one"),
        Index(None, "state", "state_at", "id"),
        Index(None, "asker_id", "state_at"),
        Index(None, "dossier_id"),
        Index(None, "session_id"),
    )

    def late(self, now: datetime) -> bool:
        """True when it waits for KSF longer than KSF means to take."""
        return self.state is InquiryState.OPEN and self.state_at < now - SOON

    def ask_more(self, text: str, now: datetime) -> None:
        """The asker writes more: it waits for KSF, also when it was closed. Raises Refused as `ask` does."""
        session = session_of(self)
        _hold_asker(session, self.asker)
        self._hold()
        if self._last_said(self.asker_id, text):
            return
        _check(session, self.asker_id, text, now)
        if self.state is not InquiryState.OPEN:
            self._go(InquiryState.OPEN, self.asker_id, now)
        else:
            audit.record(session, now, self.asker_id, "inquiry_more", self)
        self._write(self.asker_id, False, text, now)

    def answer(self, text: str, officer: Person, now: datetime) -> None:
        """KSF's answer. Of two at the same moment the second is refused, as is one by whoever asked."""
        self._hold()
        if officer.id == self.asker_id:
            raise Refused(Rule.OWN)
        if self.state is not InquiryState.OPEN:
            raise Refused(Rule.ANSWERED, found=self.state)
        _check_text(text)
        self._go(InquiryState.ANSWERED, officer.id, now)
        self._write(officer.id, True, text, now)

    def close(self, by: Person, now: datetime) -> None:
        """Done with. The office closes only what it answered; the asker may also do without an answer."""
        self._hold()
        if self.state is InquiryState.OPEN and by.id != self.asker_id:
            raise Refused(Rule.UNANSWERED)
        self._go(InquiryState.CLOSED, by.id, now)

    def reopen(self, by: Person, now: datetime) -> None:
        """It waits for an answer again. Raises Refused for one that does so already."""
        self._hold()
        self._go(InquiryState.OPEN, by.id, now)

    def _hold(self) -> None:
        session_of(self).flush()
        session_of(self).refresh(self, ["state", "state_at"], with_for_update=True)

    def _go(self, state: InquiryState, actor: uuid.UUID, now: datetime) -> None:
        self.take_step(state, actor, now)
        self.state_at = now

    def _last_said(self, author: uuid.UUID, text: str) -> bool:
        """True when this is what was written last: the button was pressed twice."""
        session_of(self).expire(self, ["posts"])
        last = self.posts[-1] if self.posts else None
        return last is not None and last.author_id == author and last.text == text.strip()

    def _write(self, author: uuid.UUID, by_office: bool, text: str, now: datetime) -> None:
        session = session_of(self)
        newest = session.scalar(select(func.max(InquiryPost.number)).where(InquiryPost.inquiry_id == self.id))
        values = {"author_id": author, "by_office": by_office, "text": text.strip(), "written_at": now}
        session.add(InquiryPost(id=uuid.uuid4(), inquiry_id=self.id, number=(newest or 0) + 1, **values))
        session.flush()
        session.expire(self, ["posts"])


class InquiryPost(Identified, Base):
    """What was written in an inquiry at one moment, by its asker or by KSF's office."""

    __tablename__ = "inquiry_post"

    inquiry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Inquiry.id))
    number: Mapped[int]
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    by_office: Mapped[bool]
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]

    inquiry: Mapped[Inquiry] = relationship(back_populates="posts")
    author: Mapped[Person] = relationship()

    __table_args__ = (UniqueConstraint("inquiry_id", "number"), Index(None, "author_id", "written_at"))


def ask(session: Session, about: Dossier | PracticalSession, asker: Person, text: str, now: datetime) -> Inquiry:
    """Ask KSF something about this; the very same while it waits is one inquiry.

    Raises Refused without a text, for one that is too long, and for too many in a day.
    """
    # Who asks twice at one moment asks one after the other, so that the limit holds and nothing is there twice.
    _hold_asker(session, asker)
    for there in session.scalars(of(about).where(Inquiry.asker_id == asker.id, Inquiry.state == InquiryState.OPEN)):
        if there.posts and there.posts[-1].text == text.strip():
            return there
    _check(session, asker.id, text, now)
    made = Inquiry(
        id=uuid.uuid4(),
        dossier_id=about.id if isinstance(about, Dossier) else None,
        session_id=about.id if isinstance(about, PracticalSession) else None,
        organisation_id=about.organisation_id,
        asker=asker,
        state=InquiryState.OPEN,
        state_at=now,
    )
    session.add(made)
    session.flush()
    audit.record(session, now, asker.id, "inquiry_asked", made)
    made._write(asker.id, False, text, now)
    return made


def of(about: Dossier | PracticalSession) -> Select[Inquiry]:
    """What was asked about this, the newest first, with its posts at hand."""
    column = Inquiry.dossier_id if isinstance(about, Dossier) else Inquiry.session_id
    return select(Inquiry).where(column == about.id).order_by(Inquiry.state_at.desc(), Inquiry.id)


WITH_FILE = (
    joinedload(Inquiry.dossier).joinedload(Dossier.candidate),
    joinedload(Inquiry.practical_session).joinedload(PracticalSession.scheme),
    joinedload(Inquiry.practical_session).joinedload(PracticalSession.exam_date),
    joinedload(Inquiry.organisation),
    joinedload(Inquiry.asker),
)
"""Loaded with the inquiries of a list."""


def _hold_asker(session: Session, asker: Person) -> None:
    session.execute(select(Person.id).where(Person.id == asker.id).with_for_update())


def _check(session: Session, asker: uuid.UUID, text: str, now: datetime) -> None:
    _check_text(text)
    theirs = select(func.count()).where(
        InquiryPost.author_id == asker, InquiryPost.by_office.is_(False), InquiryPost.written_at > now - DAY
    )
    if (written := session.scalar(theirs) or 0) >= MOST_A_DAY:
        raise Refused(Rule.TOO_MANY, found=written, needed=MOST_A_DAY)


def _check_text(text: str) -> None:
    if not text.strip():
        raise Refused(Rule.NO_TEXT)
    if len(text.strip()) > LONGEST:
        raise Refused(Rule.TOO_LONG, found=len(text.strip()), needed=LONGEST)

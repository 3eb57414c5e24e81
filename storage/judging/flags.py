"""Flags: what an assessor tells the office about an answer, with a reason and a fixed consequence."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from storage.base import audit
from storage.base.database import Base, Identified, one_of, session_of
from storage.base.refusal import Refused
from storage.judging.purposes import Purpose
from storage.judging.ratings import Rating, Return
from storage.judging.workload import decline
from storage.people.people import Person


class FlagKind(StrEnum):
    """The matter, and what follows from it.

    Unusable: the answer is put aside until the office has answered, and is perhaps asked again. Known: all work on this
    candidate is returned, and never given back. Welfare: somebody of the office, by name, sees to it at once; the work
    goes on, and the result does not depend on it.
    """

    UNUSABLE = "unusable"
    KNOWN = "known"
    WELFARE = "welfare"


class Rule(StrEnum):
    """Why something may not be flagged, or a flag not be closed."""

    NO_REASON = "flag_without_reason"
    OPEN_ALREADY = "flag_open_already"
    CLOSED = "flag_closed"
    NOBODY = "flag_taken_by_nobody"


class Flag(Identified, Base):
    """One flag on one answer by its assessor. Closed by the office with a reply, which the assessor reads."""

    __tablename__ = "flag"

    rating_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Rating.id))
    kind: Mapped[FlagKind] = mapped_column(one_of(FlagKind))
    reason: Mapped[str] = mapped_column(Text)
    raised_at: Mapped[datetime]
    taken_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    reply: Mapped[str] = mapped_column(Text, default="")

    rating: Mapped[Rating] = relationship()
    taken_by: Mapped[Person | None] = relationship(foreign_keys=taken_by_id)
    closed_by: Mapped[Person | None] = relationship(foreign_keys=closed_by_id)

    __table_args__ = (
        CheckConstraint("(closed_at IS NULL) = (closed_by_id IS NULL)", name="closed"),
        Index(None, "rating_id"),
        Index(None, "closed_at"),
    )

    @property
    def sets_aside(self) -> bool:
        """True when the answer waits for the office."""
        return self.kind is FlagKind.UNUSABLE and self.closed_at is None

    def take(self, officer: Person, now: datetime) -> None:
        """This officer sees to it, and is the one to ask about it. A colleague may take it over."""
        if self.closed_at:
            raise Refused(Rule.CLOSED)
        self.taken_by_id = officer.id
        audit.record(session_of(self), now, officer.id, "flag_taken", self, kind=self.kind)

    def close(self, officer: Person, reply: str, now: datetime) -> None:
        """The office has dealt with it. A worry about somebody's welfare is closed by who took it up."""
        if self.closed_at:
            raise Refused(Rule.CLOSED)
        if self.kind is FlagKind.WELFARE and self.taken_by_id != officer.id:
            raise Refused(Rule.NOBODY)
        if not reply.strip():
            raise Refused(Rule.NO_REASON)
        self.closed_at, self.closed_by_id, self.reply = now, officer.id, reply.strip()
        audit.record(session_of(self), now, officer.id, "flag_closed", self, kind=self.kind)


def raise_flag(session: Session, rating: Rating, kind: FlagKind, reason: str, now: datetime) -> Flag:
    """Tell the office. Who knows the candidate needs no reason and returns the work on that candidate."""
    if kind is not FlagKind.KNOWN and not reason.strip():
        raise Refused(Rule.NO_REASON)
    if any(flag.kind is kind and flag.closed_at is None for flag in flags_of(session, [rating])):
        raise Refused(Rule.OPEN_ALREADY)
    if kind is FlagKind.KNOWN:
        if rating.purpose is Purpose.EXAM:
            decline(session, rating.answer.sitting, rating.assessor, now)
        else:
            rating.declined_at, rating.declined_because = now, Return.KNOWN
    flag = Flag(id=uuid.uuid4(), rating=rating, kind=kind, reason=reason.strip(), raised_at=now)
    session.add(flag)
    audit.record(session, now, rating.assessor_id, "flag_raised", flag, kind=kind)
    return flag


def flags_of(session: Session, ratings: Sequence[Rating]) -> Sequence[Flag]:
    """Every flag on these ratings, oldest first."""
    ids = [rating.id for rating in ratings]
    return session.scalars(select(Flag).where(Flag.rating_id.in_(ids)).order_by(Flag.raised_at)).all()

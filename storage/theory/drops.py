"""An item that turned out to be wrong after tests were sat: proposed by one person, decided on by another.

What it does to the outcomes is in `storage.theory.dropping`.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from storage.base.database import Base, Identified
from storage.people.people import Person
from storage.theory.items import TheoryItem


class Rule(StrEnum):
    """Why an item cannot be dropped."""

    NOT_USED = "drop_never_used"
    PROPOSED = "drop_proposed"
    SAME_PERSON = "drop_same_person"
    NO_REASON = "drop_without_reason"
    OTHERWISE = "drop_result_otherwise"


class TheoryDrop(Identified, Base):
    """A version of an item that is to count no more, or does not. One that is taken back is deleted.

    `outcomes` is kept once it is decided: for each sitting of which passed or not passed became another, its id, what
    it was, what it is, and the rule by which a result that was released stays as it was (None when it changed).
    `rescored` is how many sittings had the item.
    """

    __tablename__ = "theory_drop"

    item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(TheoryItem.id), unique=True)
    reason: Mapped[str] = mapped_column(Text)
    proposed_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    proposed_at: Mapped[datetime]
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    decided_at: Mapped[datetime | None]
    rescored: Mapped[int] = mapped_column(default=0)
    outcomes: Mapped[list[Any]] = mapped_column(default=list)

    item: Mapped[TheoryItem] = relationship()
    proposed_by: Mapped[Person] = relationship(foreign_keys=proposed_by_id)
    decided_by: Mapped[Person | None] = relationship(foreign_keys=decided_by_id)

    __table_args__ = (
        CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="decided"),
        CheckConstraint("decided_by_id <> proposed_by_id", name="decided_by_another"),
    )


def drop_of(session: Session, item: uuid.UUID) -> TheoryDrop | None:
    """The proposal for this version of an item, or the decision."""
    return session.scalars(select(TheoryDrop).where(TheoryDrop.item_id == item)).first()


def open_proposals(session: Session) -> list[TheoryDrop]:
    """Those that wait for a second person, the oldest first."""
    waiting = select(TheoryDrop).where(TheoryDrop.decided_at.is_(None))
    return list(session.scalars(waiting.order_by(TheoryDrop.proposed_at, TheoryDrop.id)))


def dropped(session: Session, items: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Which of these items count no more."""
    decided = TheoryDrop.decided_at.is_not(None)
    return set(session.scalars(select(TheoryDrop.item_id).where(TheoryDrop.item_id.in_(list(items)), decided)))

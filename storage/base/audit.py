"""The audit log: one row for every change of state, written in the transaction that made the change.

Rows hold no personal data: an actor is an id, a subject is a kind and an id. Writers never wait for each other; once a
minute one sealer numbers the new rows and chains their hashes, so that any later change of a row is found.
"""

import hashlib
import json
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base.database import Base, Identified

GENESIS = "0" * 64

CHECK = "check_audit"
"""The kind of the office job that goes through the whole chain; its result says what was found."""
CHAIN = uuid.UUID("c4a1b0de-0000-4000-8000-000000000000")
"""The subject of that job: there is one chain."""


class AuditEvent(Identified, Base):
    """Who (an id, or None for the system) did what (a verb) to what (a kind and an id), when, with which facts."""

    __tablename__ = "audit_event"

    at: Mapped[datetime]
    actor: Mapped[uuid.UUID | None]
    verb: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[uuid.UUID]
    facts: Mapped[dict[str, Any]]
    number: Mapped[int | None] = mapped_column(unique=True)
    hash: Mapped[str | None] = mapped_column(String(64))

    __table_args__ = (Index(None, "subject_kind", "subject"), Index(None, "at"))

    def digest(self, previous: str) -> str:
        """The SHA-256 (hex) of this row's content, chained to the hash of the row before it."""
        content = [
            previous,
            self.number,
            str(self.id),
            self.at.isoformat(),
            str(self.actor or ""),
            self.verb,
            self.subject_kind,
            str(self.subject),
            self.facts,
        ]
        return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def record(
    session: Session, now: datetime, actor: uuid.UUID | None, verb: str, subject: Identified, **facts: Any
) -> None:
    """Write one row about `subject` in this transaction. `facts` must be plain JSON values without personal data."""
    if subject.id is None:
        subject.id = uuid.uuid4()
    session.add(
        AuditEvent(
            at=now, actor=actor, verb=verb, subject_kind=subject.__tablename__, subject=subject.id, facts=dict(facts)
        )
    )


def seal(session: Session) -> int:
    """Number and chain all rows that are not sealed yet; answers how many. Only one sealer may run at a time."""
    last = session.scalars(
        select(AuditEvent).where(AuditEvent.number.is_not(None)).order_by(AuditEvent.number.desc()).limit(1)
    ).first()
    number, previous = (last.number or 0, last.hash or GENESIS) if last else (0, GENESIS)
    fresh = session.scalars(
        select(AuditEvent).where(AuditEvent.number.is_(None)).order_by(AuditEvent.at, AuditEvent.id)
    ).all()
    for event in fresh:
        number += 1
        event.number = number
        event.hash = previous = event.digest(previous)
    return len(fresh)


def last_number(session: Session) -> int:
    """How many rows are sealed."""
    return session.scalar(select(func.max(AuditEvent.number))) or 0


def broken_among(session: Session, events: Sequence[AuditEvent]) -> int | None:
    """As `first_broken`, of these rows alone: each is held against the row before it."""
    sealed = sorted(((one.number, one) for one in events if one.number is not None), key=lambda pair: pair[0])
    before = select(AuditEvent.number, AuditEvent.hash).where(
        AuditEvent.number.in_([number - 1 for number, _ in sealed])
    )
    hashes = dict(session.execute(before).all()) | {0: GENESIS}
    broken = (number for number, one in sealed if one.digest(hashes.get(number - 1) or GENESIS) != one.hash)
    return next(broken, None)


def first_broken(session: Session) -> int | None:
    """The number of the first sealed row that was changed, removed or inserted afterwards; None when all is well."""
    previous, expected = GENESIS, 1
    rows = select(AuditEvent).where(AuditEvent.number.is_not(None)).order_by(AuditEvent.number)
    for event in session.scalars(rows.execution_options(yield_per=500)):
        if event.number != expected or event.digest(previous) != event.hash:
            return expected
        previous, expected = event.hash, expected + 1
    return None

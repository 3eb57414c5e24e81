"""The audit log: one row for every change of state, written in the transaction that made the change.

Rows hold no personal data: an actor is an id, a subject is a kind and an id. Writers never wait for each other; once a
minute one sealer (`storage.base.sealer`) numbers the new rows, chains their hashes and seals each under a key that
nobody else holds, so that any later change is found, also by who can write in the whole database.
"""

import hmac
import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import audit_verifier
from storage.base.audit_verifier import GENESIS, Anchor
from storage.base.database import Base, Identified

CHECK = "check_audit"
"""The kind of the job that goes through the whole chain; its result says what was found."""
ANCHOR = "anchor_audit"
"""The kind of the job that makes the anchor of the day and brings it away."""
CHAIN = uuid.UUID("c4a1b0de-0000-4000-8000-000000000000")
"""The subject of both jobs: there is one chain."""


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
    seal: Mapped[str | None] = mapped_column(String(64))

    __table_args__ = (Index(None, "subject_kind", "subject"), Index(None, "at"))

    def line(self) -> dict[str, Any]:
        """This row as the export has it, and as hash and seal are made of it: values of JSON."""
        return {
            "number": self.number,
            "id": str(self.id),
            "at": self.at.isoformat(),
            "actor": str(self.actor) if self.actor else None,
            "verb": self.verb,
            "subject_kind": self.subject_kind,
            "subject": str(self.subject),
            "facts": self.facts,
            "hash": self.hash,
            "seal": self.seal,
        }

    def digest(self, previous: str) -> str:
        """The SHA-256 (hex) of this row's content, chained to the hash of the row before it."""
        return audit_verifier.digest_of(self.line(), previous)

    def seal_under(self, key: bytes) -> str:
        """The HMAC-SHA-256 (hex) of this row's content and hash under the sealer's key."""
        return audit_verifier.seal_of(self.line(), key)

    def sealed_under(self, key: bytes) -> bool:
        """True when the row, as it is, was sealed under this key."""
        return hmac.compare_digest(self.seal or "", self.seal_under(key))


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


def seal(session: Session, key: bytes, after: tuple[int, str] | None = None, most: int | None = None) -> int:
    """Number, chain and seal the rows that are not sealed yet, at `most` so many; answers how many.

    They follow row number and hash `after`, else the last one that is there. Only one sealer may run at a time.
    """
    number, previous = after or head(session) or (0, GENESIS)
    fresh = select(AuditEvent).where(AuditEvent.number.is_(None)).order_by(AuditEvent.at, AuditEvent.id).limit(most)
    done = 0
    for done, event in enumerate(session.scalars(fresh).all(), 1):
        event.number = number + done
        event.hash = previous = event.digest(previous)
        event.seal = event.seal_under(key)
    return done


def head(session: Session) -> tuple[int, str] | None:
    """Number and hash of the last sealed row."""
    newest = select(AuditEvent).where(AuditEvent.number.is_not(None)).order_by(AuditEvent.number.desc())
    found = session.scalars(newest.limit(1)).first()
    return (found.number or 0, found.hash or GENESIS) if found else None


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


def first_broken(session: Session, key: bytes | None = None) -> int | None:
    """The number of the first sealed row that was changed, removed or inserted afterwards; None when all is well.

    With the sealer's key also of one that somebody else made anew.
    """
    previous, expected = GENESIS, 1
    for event in in_order(session):
        whole = event.number == expected and event.digest(previous) == event.hash
        if not whole or (key is not None and not event.sealed_under(key)):
            return expected
        previous, expected = event.hash or GENESIS, expected + 1
    return None


def first_unanchored(session: Session, anchors: Iterable[Anchor]) -> int | None:
    """The lowest number of these anchors whose row is gone or has another hash; None when all are as they were."""
    for anchor in sorted(anchors):
        if session.scalar(select(AuditEvent.hash).where(AuditEvent.number == anchor.number)) != anchor.hash:
            return anchor.number
    return None


def in_order(session: Session) -> Iterator[AuditEvent]:
    """Every sealed row by its number, a few at a time."""
    rows = select(AuditEvent).where(AuditEvent.number.is_not(None)).order_by(AuditEvent.number)
    return session.scalars(rows.execution_options(yield_per=500))

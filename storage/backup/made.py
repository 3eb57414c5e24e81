"""Backups that were made, and master keys that took the place of another: so that somebody sees when none is."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, Index, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import audit
from storage.base.database import Base, Identified


class Backup(Identified, Base):
    """One backup; `ended_at` None while it is being made, or when it was broken off. `size` in bytes.

    `faults` is how many of the objects that its database names it could not keep.
    """

    __tablename__ = "backup"

    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    objects: Mapped[int] = mapped_column(default=0)
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    copied: Mapped[int] = mapped_column(default=0)
    faults: Mapped[int] = mapped_column(default=0)

    __table_args__ = (Index(None, "began_at"),)


class KeyRotation(Identified, Base):
    """All keys wrapped by a new master key: how many were; `ended_at` None while it goes on, or was broken off."""

    __tablename__ = "key_rotation"

    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    keys: Mapped[int] = mapped_column(default=0)
    secrets: Mapped[int] = mapped_column(default=0)


def begin(session: Session, now: datetime) -> Backup:
    """A backup begins."""
    row = Backup(id=uuid.uuid4(), began_at=now)
    session.add(row)
    return row


def end(session: Session, row: Backup, now: datetime) -> None:
    """It is whole, and what is told of it is in the row."""
    row.ended_at = now
    facts = {"objects": row.objects, "bytes": row.size, "copied": row.copied, "faults": row.faults}
    audit.record(session, now, None, "backup_made", row, **facts)


def last_good(session: Session) -> datetime | None:
    """As of when there is a backup in which nothing is missing: when the newest of them began."""
    good = select(func.max(Backup.began_at)).where(Backup.ended_at.is_not(None), Backup.faults == 0)
    return session.scalar(good)

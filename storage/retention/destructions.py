"""The certificate of what was destroyed: a run is one night, a destruction is one kind of data of one exam."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, ForeignKey, Index, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from review.retention import Erasable
from storage.base.database import Base, Identified, one_of
from storage.dossier.dossiers import Dossier
from storage.people.people import Person


class Run(Identified, Base):
    """One night of erasing; `ended_at` None while it goes on, or waits to go on after a crash."""

    __tablename__ = "retention_run"

    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "began_at", "id"),)


class Destruction(Identified, Base):
    """One kind of data of one exam was destroyed, `due` being the first day on which it might.

    Begun before anything is destroyed, and `at` when all of it was proven gone; in between it cannot be stopped any
    more. `contents` names what there was, without what was in it: for each recording its situation, its take, its
    receipts (SHA-256), for each document size and SHA-256. `objects` and `size` (bytes) are what the store gave back.
    """

    __tablename__ = "destruction"

    run_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Run.id))
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Dossier.id))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    what: Mapped[Erasable] = mapped_column(one_of(Erasable))
    due: Mapped[date] = mapped_column(Date)
    began_at: Mapped[datetime]
    at: Mapped[datetime | None]
    contents: Mapped[list[Any]] = mapped_column(default=list)
    objects: Mapped[int] = mapped_column(default=0)
    size: Mapped[int] = mapped_column(BigInteger, default=0)

    run: Mapped[Run] = relationship()
    dossier: Mapped[Dossier] = relationship()
    person: Mapped[Person] = relationship()

    __table_args__ = (
        UniqueConstraint("dossier_id", "what"),
        Index(None, "run_id", "at"),
        Index(None, "person_id", "at"),
    )


def going(session: Session, dossier_id: uuid.UUID) -> bool:
    """True when something of this exam is being destroyed at this moment."""
    begun = select(Destruction.id).where(Destruction.dossier_id == dossier_id, Destruction.at.is_(None))
    return session.scalars(begun.limit(1)).first() is not None


def destroyed_of(session: Session, person: Person) -> bool:
    """True when anything of this person was destroyed."""
    theirs = select(Destruction.id).where(Destruction.person_id == person.id, Destruction.at.is_not(None))
    return session.scalars(theirs.limit(1)).first() is not None


def totals(session: Session, run: Run) -> Mapping[Erasable, tuple[int, int, int]]:
    """Totals of a run: how many exams, objects and bytes of each kind."""
    counted = select(Destruction.what, func.count(), func.sum(Destruction.objects), func.sum(Destruction.size)).where(
        Destruction.run_id == run.id, Destruction.at.is_not(None)
    )
    rows = session.execute(counted.group_by(Destruction.what)).all()
    return {what: (exams, int(objects), int(size)) for what, exams, objects, size in rows}

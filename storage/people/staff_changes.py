"""Changes that give power over the exams take two people: a role of KSF's own, or the address of somebody who has one.

One officer asks, another one decides. Nobody decides about what they asked, nor about themselves.
"""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from storage.base import audit
from storage.base.database import Base, Identified, one_of, rows_changed, session_of
from storage.base.refusal import Refused
from storage.people.addresses import readdress
from storage.people.people import Person, Role, as_address, join, person_by_email
from storage.people.people import Rule as PersonRule


class Rule(StrEnum):
    """Why a change cannot be decided."""

    DECIDED = "staff_change_decided"
    SECOND_OFFICER = "second_officer"


class StaffChange(Identified, Base):
    """A role or another address for one person, asked by one officer. `granted` is None until it is decided."""

    __tablename__ = "staff_change"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    role: Mapped[Role | None] = mapped_column(one_of(Role))
    address: Mapped[str | None] = mapped_column(String(254))
    asked_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    asked_at: Mapped[datetime]
    granted: Mapped[bool | None]
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    decided_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    asked_by: Mapped[Person] = relationship(foreign_keys=asked_by_id)

    __table_args__ = (
        CheckConstraint("(role IS NULL) <> (address IS NULL)", name="role_or_address"),
        CheckConstraint("NOT granted OR decided_by_id <> asked_by_id", name="second_officer"),
        Index(None, "person_id"),
        Index(None, "decided_at"),
    )

    def decide(self, granted: bool, actor: Person, now: datetime) -> None:
        """Let it happen, or not. Who asked may take it back, and no more.

        Raises Refused when somebody decided already, when it takes another officer, or when the address is taken.
        """
        if actor.id == self.person_id or (granted and actor.id == self.asked_by_id):
            raise Refused(Rule.SECOND_OFFICER)
        session = session_of(self)
        # Of two who decide at the same moment, one finds it decided.
        open_still = update(StaffChange).where(StaffChange.id == self.id, StaffChange.decided_at.is_(None))
        values = {"granted": granted, "decided_by_id": actor.id, "decided_at": now}
        if not rows_changed(session, open_still.values(**values)):
            raise Refused(Rule.DECIDED)
        audit.record(session, now, actor.id, f"staff_change_{'granted' if granted else 'refused'}", self)
        if granted and self.role:
            join(session, self.person, self.role, None, actor.id, now)
        elif granted and self.address:
            readdress(session, self.person, self.address, actor.id, now)


def ask_role(session: Session, person: Person, role: Role, actor: Person, now: datetime) -> StaffChange:
    """Ask that this person gets a role of KSF's own. Asked twice, it is the same question."""
    return _ask(session, person, actor, now, role=role)


def ask_address(session: Session, person: Person, email: str, actor: Person, now: datetime) -> StaffChange:
    """Ask that somebody of KSF is written to elsewhere. Raises Refused when it is no address, or somebody else's."""
    email = as_address(email)
    if person_by_email(session, email) is not None:
        raise Refused(PersonRule.ADDRESS_TAKEN)
    return _ask(session, person, actor, now, address=email)


def open_changes() -> Select[StaffChange]:
    """The changes that wait for a decision, oldest first."""
    return select(StaffChange).where(StaffChange.decided_at.is_(None)).order_by(StaffChange.asked_at, StaffChange.id)


def _ask(session: Session, person: Person, actor: Person, now: datetime, **what: Role | str) -> StaffChange:
    same = open_changes().where(
        StaffChange.person_id == person.id, *(getattr(StaffChange, k) == v for k, v in what.items())
    )
    if (asked := session.scalars(same).first()) is not None:
        return asked
    change = StaffChange(id=uuid.uuid4(), person=person, asked_by=actor, asked_at=now, **what)
    session.add(change)
    audit.record(session, now, actor.id, "staff_change_asked", change)
    return change

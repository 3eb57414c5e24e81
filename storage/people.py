"""People and what they may do: a person, and memberships that give a role for a while."""

import uuid
from datetime import datetime
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from storage.database import Base, Identified, one_of
from storage.organisations import Organisation

_hasher = PasswordHasher()


class Role(StrEnum):
    """What a person may do (domain.md, "Who takes part")."""

    CANDIDATE = "candidate"
    MANAGER = "manager"
    ORGANISATION_ADMIN = "organisation_admin"
    KSF_OFFICER = "ksf_officer"
    ASSESSOR = "assessor"
    EXAM_COMMITTEE = "exam_committee"
    AUDITOR = "auditor"


class Person(Identified, Base):
    """Somebody with a log-in. `session_epoch` goes up to end every session of this person."""

    __tablename__ = "person"

    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    session_epoch: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    memberships: Mapped[list["Membership"]] = relationship(back_populates="person", order_by="Membership.since")

    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),)

    def set_password(self, password: str) -> None:
        """Keep the argon2id hash of this password and end every other session."""
        self.password_hash = _hasher.hash(password)
        self.session_epoch += 1

    def has_password(self, password: str) -> bool:
        """Whether this is the person's password. Takes as long for somebody without one."""
        try:
            return _hasher.verify(self.password_hash or _NOBODY, password) and self.password_hash is not None
        except (VerifyMismatchError, InvalidHashError):
            return False

    def roles(self, now: datetime) -> set[Role]:
        """The roles that this person holds now."""
        return {membership.role for membership in self.memberships if membership.holds(now)}

    def organisations(self, role: Role, now: datetime) -> set[uuid.UUID]:
        """The organisations in which this person holds `role` now."""
        return {m.organisation_id for m in self.memberships if m.role is role and m.organisation_id and m.holds(now)}


class Membership(Identified, Base):
    """A person has a role, in an organisation or (KSF's own roles) in none, from a moment and perhaps until one."""

    __tablename__ = "membership"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    role: Mapped[Role] = mapped_column(one_of(Role))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Organisation.id))
    since: Mapped[datetime]
    until: Mapped[datetime | None]

    person: Mapped[Person] = relationship(back_populates="memberships")
    organisation: Mapped[Organisation | None] = relationship()

    __table_args__ = (
        CheckConstraint("until IS NULL OR until >= since", name="until_after_since"),
        Index(None, "person_id"),
        Index(None, "organisation_id", "role"),
    )

    def holds(self, now: datetime) -> bool:
        return self.since <= now and (self.until is None or now < self.until)


_NOBODY = _hasher.hash(uuid.uuid4().hex)


def person_by_email(session: Session, email: str) -> Person | None:
    """Who logs in with this address."""
    return session.scalars(select(Person).where(Person.email == email.strip().lower())).first()

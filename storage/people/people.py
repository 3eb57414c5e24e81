"""People and what they may do: a person, and memberships that give a role for a while."""

import re
import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import (
    CheckConstraint,
    Connection,
    ForeignKey,
    Index,
    Select,
    String,
    delete,
    event,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, selectinload, validates

from storage.base import audit, plain
from storage.base.database import Base, Identified, one_of, session_of
from storage.base.refusal import Refused
from storage.people.organisations import Organisation
from storage.people.passwords import require_good
from storage.people.search_words import BEYOND, LONGEST, endings

_hasher = PasswordHasher()
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$h4kzhbjwV9GWaw8YgPLc6Q$MWiswXMxR6n655RJFQuB7Y6vseHv0oCnQCJ9D9jgtvI"
"""What a password is held against where there is none: a hash of 32 random bytes that were not kept. It is written here
and not made, since every process would pay for it at its start, and costs as much to check as `_hasher`'s own."""


class Role(StrEnum):
    """The roles of a person."""

    CANDIDATE = "candidate"
    MANAGER = "manager"
    ORGANISATION_ADMIN = "organisation_admin"
    KSF_OFFICER = "ksf_officer"
    ASSESSOR = "assessor"
    EXAM_COMMITTEE = "exam_committee"
    AUDITOR = "auditor"


STAFF = frozenset(Role) - {Role.CANDIDATE, Role.MANAGER}
"""Who sees other people's data, and so must log in with a second factor."""


OF_KSF = (Role.KSF_OFFICER, Role.ASSESSOR, Role.EXAM_COMMITTEE, Role.AUDITOR)
"""The roles that KSF gives itself, in no organisation; the others belong to an organisation."""

UNDONE = timedelta(days=1)
"""How long a leaving, or the end of a role, can be undone."""


class Rule(StrEnum):
    """Why somebody cannot have an address."""

    NO_ADDRESS = "no_address"
    ADDRESS_TAKEN = "address_taken"
    NO_STAND_IN = "no_stand_in"
    STAND_IN_CLASHES = "stand_in_clashes"


class Person(Identified, Base):
    """Somebody with a log-in. `session_epoch` goes up to end every session of this person.

    `bounced_at` is since when mail to this address is known not to arrive. `stands_for`: this is not the person but
    what an organisation typed, which does not know that somebody has this address already. To that organisation it is
    somebody new, until the person accepts (`take_over`).
    """

    __tablename__ = "person"

    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    session_epoch: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    bounced_at: Mapped[datetime | None]
    stands_for_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))

    stands_for: Mapped["Person | None"] = relationship(remote_side="Person.id")
    memberships: Mapped[list["Membership"]] = relationship(back_populates="person", order_by="Membership.since")

    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("stands_for_id IS NULL OR password_hash IS NULL", name="stand_in_without_password"),
        Index(None, "name", "id"),
        Index(None, "email"),
        Index(None, "stands_for_id"),
    )

    @validates("name")
    def _readable(self, _key: str, name: str) -> str:
        """Whichever way a name comes in, it holds nothing that no eye sees."""
        return plain.one_line(name)

    def set_password(self, password: str) -> None:
        """Keep the argon2id hash of this password and end every other session."""
        self.password_hash = _hasher.hash(password)
        self.session_epoch += 1

    def choose_password(self, password: str) -> None:
        """As `set_password`, for one that the person chose. Raises Refused when it is not good enough."""
        require_good(password, (self.email, self.name))
        self.set_password(password)

    def log_out_everywhere(self, now: datetime, actor: uuid.UUID | None = None) -> None:
        """End every session of this person, who asks it unless another `actor` does."""
        self.session_epoch += 1
        audit.record(session_of(self), now, actor or self.id, "logged_out_everywhere", self)

    def has_password(self, password: str) -> bool:
        """True when this is the person's password. Takes as long for somebody without one."""
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


_REAL = Person.stands_for_id.is_(None)
Index("uq_person_log_in", Person.email, unique=True, sqlite_where=_REAL, postgresql_where=_REAL)


class SearchWord(Base):
    """A word by which somebody is found, from the beginning of one of its parts on (`storage.people.search_words`)."""

    __tablename__ = "search_word"

    # Compared by its bytes, so that all that begins with something stands together.
    word: Mapped[str] = mapped_column(
        String(LONGEST).with_variant(String(LONGEST, collation="C"), "postgresql"), primary_key=True
    )
    person_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Person.id, ondelete="CASCADE"), primary_key=True, index=True
    )


def _words_of(person: Person) -> list[dict[str, Any]]:
    return [{"word": word, "person_id": person.id} for word in sorted(endings(person.name, person.email))]


@event.listens_for(Person, "after_insert")
def _begin_words(_mapper: object, connection: Connection, person: Person) -> None:
    if words := _words_of(person):
        connection.execute(insert(SearchWord), words)


@event.listens_for(Person, "after_update")
def _keep_words(mapper: object, connection: Connection, person: Person) -> None:
    """Whoever changes a name or an address changes the words with it, in the same transaction."""
    now = inspect(person).attrs
    if now.name.history.has_changes() or now.email.history.has_changes():
        connection.execute(delete(SearchWord).where(SearchWord.person_id == person.id))
        _begin_words(mapper, connection, person)


def called(word: str) -> Select[uuid.UUID]:
    """The ids of the people of whom a part of the name or address begins so; `word` is one of `search_words.typed`."""
    return select(SearchWord.person_id).where(SearchWord.word >= word, SearchWord.word < word + BEYOND)


LASTS = {Role.AUDITOR: timedelta(days=365)}
"""Roles that end by themselves (a choice): who reads everything is asked for again, by two officers, every year."""


class Membership(Identified, Base):
    """A person has a role, in an organisation or (KSF's own roles) in none, from a moment and perhaps until one.

    `in_job_since` is the first day of a candidate in the job there, when the organisation told it.
    """

    __tablename__ = "membership"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    role: Mapped[Role] = mapped_column(one_of(Role))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Organisation.id))
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    in_job_since: Mapped[date | None]

    person: Mapped[Person] = relationship(back_populates="memberships")
    organisation: Mapped[Organisation | None] = relationship()

    __table_args__ = (
        CheckConstraint("until IS NULL OR until >= since", name="until_after_since"),
        Index(None, "person_id"),
        Index(None, "organisation_id", "role"),
    )

    def holds(self, now: datetime) -> bool:
        return self.since <= now and (self.until is None or now < self.until)

    def is_for(self, role: Role, organisation: uuid.UUID | None, now: datetime) -> bool:
        """True when it is this very role, in this organisation or in none, and holds now."""
        return self.role is role and self.organisation_id == organisation and self.holds(now)

    def end(self, actor: uuid.UUID, now: datetime) -> None:
        """Take the role away from now on. What the person did in it stays."""
        if self.holds(now):
            self.until = now
            audit.record(session_of(self), now, actor, "role_ended", self.person, role=self.role)

    def start_job(self, day: date | None, actor: uuid.UUID, now: datetime) -> None:
        """Keep the first day in the job; None when it is not known."""
        if day != self.in_job_since:
            self.in_job_since = day
            audit.record(session_of(self), now, actor, "job_start_changed", self.person)


_ADDRESS = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]+@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9][a-z0-9-]*[a-z0-9]")


def as_address(text: str) -> str:
    """The e-mail address in this text, as it is kept. Raises Refused when it is none."""
    address = text.strip().lower()
    local = address.partition("@")[0]
    if len(address) > 254 or not _ADDRESS.fullmatch(address) or ".." in local or local[:1] == "." or local[-1:] == ".":
        raise Refused(Rule.NO_ADDRESS, found=None, needed="name@organisation.nl")
    return address


def join(
    session: Session,
    person: Person,
    role: Role,
    organisation: Organisation | None,
    actor: uuid.UUID | None,
    now: datetime,
) -> Membership | None:
    """Give this person a role from now on, or for as long as LASTS says; None when the person holds it already."""
    home = organisation.id if organisation else None
    if any(one.is_for(role, home, now) for one in person.memberships):
        return None
    membership = Membership(id=uuid.uuid4(), role=role, organisation=organisation, organisation_id=home, since=now)
    if role in LASTS:
        membership.until = now + LASTS[role]
    person.memberships.append(membership)
    facts = {"organisation": str(home)} if home else {}
    audit.record(session, now, actor, "role_given", person, role=role, **facts)
    return membership


def known_or_new(session: Session, email: str, name: str, now: datetime) -> Person:
    """Who is known by this address, whatever the name; else somebody new with this name, who has no password yet."""
    person = person_by_email(session, email)
    if person is None:
        person = Person(
            id=uuid.uuid4(), email=email, name=name.strip(), created_at=now, session_epoch=0, memberships=[]
        )
        session.add(person)
    return person


def known_here(session: Session, organisation: Organisation, emails: Iterable[str]) -> dict[str, Person]:
    """Whom this organisation knows by these addresses: who works there, and what stands for somebody there."""
    works = select(Membership.person_id).where(
        Membership.organisation_id == organisation.id, Membership.until.is_(None)
    )
    here = select(Person).where(Person.email.in_(set(emails)), Person.id.in_(works))
    found = session.scalars(here.options(selectinload(Person.memberships)).order_by(_REAL))
    return {person.email: person for person in found}


def strangers(session: Session, emails: Iterable[str]) -> dict[str, Person]:
    """Who logs in with these addresses."""
    return {one.email: one for one in session.scalars(select(Person).where(Person.email.in_(set(emails)), _REAL))}


def newcomer(session: Session, taken: dict[str, Person], email: str, name: str, now: datetime) -> Person:
    """Somebody whom an organisation typed and does not know; a stand-in if the house knows the address (`taken`)."""
    person = Person(id=uuid.uuid4(), email=email, name=name.strip(), created_at=now, session_epoch=0, memberships=[])
    person.stands_for = taken.get(email)
    session.add(person)
    return person


def known_here_or_new(session: Session, organisation: Organisation, email: str, name: str, now: datetime) -> Person:
    """Whom this organisation knows by this address, else somebody new to it."""
    here = known_here(session, organisation, [email]).get(email)
    return here or newcomer(session, strangers(session, [email]), email, name, now)


def take_over(session: Session, stand_in: Person, now: datetime) -> Person:
    """The person accepts what was done with the stand-in: all of it is the person's from now on. Answers the person.

    Raises Refused, and changes nothing, when the person has something already that nobody has twice, such as a test on
    that day.
    """
    person = stand_in.stands_for
    if person is None:
        raise Refused(Rule.NO_STAND_IN)
    try:
        with session.begin_nested():
            _give_all(session, stand_in.id, person.id)
    except IntegrityError as error:
        raise Refused(Rule.STAND_IN_CLASHES) from error
    audit.record(session, now, person.id, "stand_in_accepted", person)
    session.flush()
    gone = stand_in.id
    session.expunge(stand_in)
    session.execute(delete(Person).where(Person.id == gone))
    session.expire_all()
    return person


def _give_all(session: Session, giver: uuid.UUID, taker: uuid.UUID) -> None:
    """Let every row that names the one name the other."""
    key = Person.__table__.c.id
    session.execute(delete(SearchWord).where(SearchWord.person_id == giver))
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if any(one.column is key for one in column.foreign_keys):
                session.execute(update(table).where(column == giver).values({column.name: taker}))


def stand_ins_of(session: Session, person: Person) -> Sequence[Person]:
    """What organisations did with this person's address that the person did not accept yet."""
    return session.scalars(select(Person).where(Person.stands_for_id == person.id).order_by(Person.created_at)).all()


def stand_alone(session: Session, person: Person) -> None:
    """This unused account went to another address: of what stands for it, the first is that person from now on."""
    session.flush()
    if found := stand_ins_of(session, person):
        first, *others = found
        first.stands_for = None
        for one in others:
            one.stands_for = first


def release(session: Session, person: Person, organisations: set[uuid.UUID], actor: uuid.UUID, now: datetime) -> None:
    """Somebody left these organisations. A candidate stays one, of no organisation: what was earned is the person's."""
    ending = [one for one in person.memberships if one.organisation_id in organisations and one.holds(now)]
    for membership in ending:
        membership.end(actor, now)
    if any(one.role is Role.CANDIDATE for one in ending):
        join(session, person, Role.CANDIDATE, None, actor, now)


def employ_again(
    session: Session, person: Person, organisations: set[uuid.UUID], actor: uuid.UUID, now: datetime
) -> None:
    """Undo a leaving of less than a day ago."""
    for one in list(person.memberships):
        if one.organisation_id in organisations and one.until and now - UNDONE < one.until <= now:
            back = join(session, person, one.role, one.organisation, actor, now)
            if back is not None:
                back.in_job_since = one.in_job_since


def holders(session: Session, role: Role, organisation: Organisation | None, now: datetime) -> Sequence[Person]:
    """Who holds this role in this organisation now; in none, for a role of KSF's own."""
    theirs = select(Person).join(Membership).where(Membership.role == role, Membership.organisation == organisation)
    holding = (Membership.since <= now) & (Membership.until.is_(None) | (Membership.until > now))
    return session.scalars(theirs.where(holding).distinct()).all()


def jobs(
    session: Session, people: Iterable[uuid.UUID], organisations: set[uuid.UUID], now: datetime
) -> list[Membership]:
    """Who of these people is a candidate of one of these organisations now, in order of the first day in the job."""
    holding = (Membership.since <= now) & (Membership.until.is_(None) | (Membership.until > now))
    theirs = select(Membership).where(
        Membership.person_id.in_(list(people)),
        Membership.organisation_id.in_(organisations),
        Membership.role == Role.CANDIDATE,
        holding,
    )
    return list(session.scalars(theirs.order_by(Membership.in_job_since.nulls_first(), Membership.id)))


def names_at(session: Session, organisation: Organisation) -> Sequence[str]:
    """The names of everybody who ever worked at this organisation, as far as is known."""
    theirs = select(Person.name).join(Membership).where(Membership.organisation_id == organisation.id)
    return session.scalars(theirs.distinct()).all()


def person_by_email(session: Session, email: str) -> Person | None:
    """Who logs in with this address."""
    return session.scalars(select(Person).where(Person.email == email.strip().lower(), _REAL)).first()

"""The online theory test, one test for three certificates: who takes it, where, when, and what came of it.

The organisation sets it ready. It is taken in Vignet where the scheme has a blueprint (`storage.theory`), and elsewhere
where not: then KSF enters the result.
Whoever passed it once has passed it for every certificate (`storage.dossier.qualifications`).
"""

import uuid
from collections.abc import Iterable, Sequence, Set
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from scenarios import brought
from storage.base import audit
from storage.base.clock import AMSTERDAM
from storage.base.database import Base, Identified, one_of, session_of
from storage.base.refusal import Refused
from storage.base.steps import check_step, table
from storage.dossier import qualifications
from storage.people.people import Membership, Person
from storage.planning.locations import Location
from storage.schemes import Scheme, current_practical_tests, current_theory_tests

FURTHEST = timedelta(days=366)
"""How long ahead a test may be; beyond it the year is a slip of the pen."""


class TheoryState(StrEnum):
    """How far one test of one person is."""

    SET = "set"
    PASSED = "passed"
    NOT_PASSED = "not_passed"
    NOT_TAKEN = "not_taken"
    WITHDRAWN = "withdrawn"


RESULTS = (TheoryState.PASSED, TheoryState.NOT_PASSED, TheoryState.NOT_TAKEN)
"""The results that KSF may enter."""

STEPS = table(TheoryState, {TheoryState.SET: {*RESULTS, TheoryState.WITHDRAWN}})

CORRECTIONS = table(TheoryState, {result: set(RESULTS) - {result} for result in RESULTS})
"""The results that may take the place of one that was entered wrong (`storage.planning.theory_corrections`)."""


class Rule(StrEnum):
    """Why a test cannot be set ready, taken back, given a result, or given another one."""

    PASSED = "theory_test_passed"
    TWICE = "theory_test_twice"
    IN_PAST = "theory_test_in_past"
    TOO_FAR = "theory_test_too_far"
    TOO_SOON = "theory_test_too_soon"
    NOT_OF_ORGANISATION = "theory_test_of_other_organisation"
    BEGUN = "theory_test_begun"
    NOT_YET = "theory_test_not_yet"
    NO_REASON = "theory_test_without_reason"
    OTHER_STANDS = "theory_test_other_stands"
    ON_CERTIFICATE = "theory_test_under_certificate"
    ON_FILE = "theory_test_under_file"
    ON_SESSION = "theory_test_under_session"


class TheoryTest(Identified, Base):
    """One test for one person, at a location of the organisation that set it ready.

    `certificate` is the key of the one for which it is taken. `reason` is why the result was put right, the last time
    that it was. `extra_time` is a fraction such as 3/2, 1 for none: an accommodation that KSF granted. `code_tries`:
    wrong codes with which somebody tried to open it.
    """

    __tablename__ = "theory_test"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    organisation_id: Mapped[uuid.UUID]
    location_id: Mapped[uuid.UUID]
    certificate: Mapped[str] = mapped_column(String(40))
    starts_at: Mapped[datetime]
    state: Mapped[TheoryState] = mapped_column(one_of(TheoryState), default=TheoryState.SET)
    set_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    set_at: Mapped[datetime]
    ended_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    ended_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    extra_time: Mapped[str] = mapped_column(String(12), default="1", server_default="1")
    code_tries: Mapped[int] = mapped_column(default=0, server_default="0")

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    location: Mapped[Location] = relationship()
    set_by: Mapped[Person] = relationship(foreign_keys=set_by_id)

    __table_args__ = (
        ForeignKeyConstraint(["location_id", "organisation_id"], [Location.id, Location.organisation_id]),
        CheckConstraint("(state = 'set') = (ended_at IS NULL)", name="ended"),
        Index(None, "organisation_id", "starts_at"),
        Index(None, "state", "starts_at"),
    )
    # Of two ends at the same moment the second fails (StaleDataError).
    __mapper_args__ = {"version_id_col": state, "version_id_generator": False}

    def is_ahead(self, now: datetime) -> bool:
        """True when it is still to come."""
        return self.state is TheoryState.SET and now < self.starts_at

    def awaits_result(self, now: datetime) -> bool:
        """True when it has been, and KSF has not said how it went."""
        return self.state is TheoryState.SET and self.starts_at <= now

    def withdraw(self, actor: Person, now: datetime) -> None:
        """The organisation takes it back. Raises Refused once it has begun."""
        check_step(STEPS, self.state, TheoryState.WITHDRAWN)
        if self.starts_at <= now:
            raise Refused(Rule.BEGUN, found=self.starts_at, needed=now)
        self.end(TheoryState.WITHDRAWN, actor, now)

    def enter(self, result: TheoryState, officer: Person, now: datetime) -> None:
        """KSF says what came of it. Passed opens every way that asks for this test. Raises Refused before it began."""
        check_step(STEPS, self.state, result)
        if self.starts_at > now:
            raise Refused(Rule.NOT_YET, found=now, needed=self.starts_at)
        self.end(result, officer, now)

    def end(self, state: TheoryState, actor: Person, now: datetime) -> None:
        """Be over in this way, and enter a pass in the register, unless it is there. Whoever calls asked the rules."""
        session = session_of(self)
        self.state, self.ended_by_id, self.ended_at = state, actor.id, now
        audit.record(session, now, actor.id, f"theory_test_{state}", self)
        if state is not TheoryState.PASSED:
            return
        key = passed_key(session)
        if self.person_id not in _passed(session, [self.person_id], {key}):
            day = min(self.starts_at.astimezone(AMSTERDAM).date(), now.date())
            qualifications.enter(session, self.person, key, "", day, actor, now)


_ONCE = TheoryTest.state.in_((TheoryState.SET, TheoryState.PASSED))
Index("uq_theory_test_once", TheoryTest.person_id, unique=True, sqlite_where=_ONCE, postgresql_where=_ONCE)


def set_ready(
    session: Session,
    people: Sequence[Person],
    certificate: str,
    location: Location,
    starts_at: datetime,
    actor: Person,
    now: datetime,
) -> list[TheoryTest]:
    """A test for each of these people: for all of them, or for none.

    Raises Refused when the location is closed, when the moment is past or too far ahead, and for the first of them who
    works elsewhere, has passed, has a test to come, or had one too short ago; `found` is then that person's name.
    """
    location.require_open()
    if starts_at <= now:
        raise Refused(Rule.IN_PAST, found=starts_at, needed=now)
    if starts_at > now + FURTHEST:
        raise Refused(Rule.TOO_FAR, found=starts_at, needed=now + FURTHEST)
    ids = [person.id for person in people]
    working = _working(session, ids, location.organisation_id, now)
    hindered = hindrances(session, ids)
    for person in people:
        if person.id not in working:
            raise Refused(Rule.NOT_OF_ORGANISATION, found=person.name, needed=location.organisation.name)
        if person.id in hindered:
            raise Refused(hindered[person.id], found=person.name)
    soonest = _soonest(session, ids, scheme_for(session, certificate))
    day = starts_at.astimezone(AMSTERDAM).date()
    for person in people:
        if (first := soonest.get(person.id)) and day < first:
            raise Refused(Rule.TOO_SOON, found=person.name, needed=first)
    made = [
        TheoryTest(
            id=uuid.uuid4(),
            person=person,
            location=location,
            certificate=certificate,
            starts_at=starts_at,
            state=TheoryState.SET,
            set_by_id=actor.id,
            set_at=now,
        )
        for person in people
    ]
    session.add_all(made)
    for one in made:
        audit.record(session, now, actor.id, "theory_test_set", one, certificate=certificate)
    session.flush()
    return made


def scheme_for(session: Session, certificate: str) -> Scheme | None:
    """The exam whose rules a test for this certificate goes by; else the first one that has a theory test."""
    found = current_theory_tests(session)
    own = [one for one in found if one.content.certificate_key == certificate]
    return next(iter(own or found), None)


def passed_key(session: Session) -> str:
    """What somebody has who passed, whatever the certificate, as the scheme in use says or as Vignet brings it."""
    used = [one.content.theory.passed_key for one in current_theory_tests(session)]
    return next(filter(None, (*used, *brought.theory_keys())))


def _satisfying(session: Session) -> set[str]:
    """Who has one of these needs no test: it was passed, or a certificate is held to which only this test leads."""
    key = passed_key(session)
    known = {one.key: one for one in brought.schemes()}
    known |= {one.key: one.content for one in current_practical_tests(session)}
    return {key} | {one.certificate_key for one in known.values() if one.prerequisite_any_of == (key,)}


def _soonest(session: Session, people: list[uuid.UUID], scheme: Scheme | None) -> dict[uuid.UUID, date]:
    """The first day on which each of these people who did not pass may take the test again, by the scheme's rule."""
    if scheme is None:
        return {}
    failed = select(TheoryTest.person_id, func.max(TheoryTest.starts_at)).where(
        TheoryTest.person_id.in_(people), TheoryTest.state == TheoryState.NOT_PASSED
    )
    days = timedelta(days=scheme.content.theory.resit_days)
    found = session.execute(failed.group_by(TheoryTest.person_id))
    return {person: at.astimezone(AMSTERDAM).date() + days for person, at in found}


def live_test(session: Session, person: uuid.UUID) -> TheoryTest | None:
    """The test that this person has still to take, or that waits for its result."""
    theirs = select(TheoryTest).where(TheoryTest.person_id == person, TheoryTest.state == TheoryState.SET)
    return session.scalars(theirs.options(joinedload(TheoryTest.location))).first()


def ahead_at(session: Session, location: Location, now: datetime) -> Sequence[TheoryTest]:
    """The tests that are still to come at this location, the first one first."""
    theirs = select(TheoryTest).where(TheoryTest.location_id == location.id, TheoryTest.state == TheoryState.SET)
    coming = theirs.where(TheoryTest.starts_at > now).order_by(TheoryTest.starts_at)
    return session.scalars(coming.options(joinedload(TheoryTest.person))).all()


def hindrances(session: Session, people: Iterable[uuid.UUID]) -> dict[uuid.UUID, Rule]:
    """Who of these people cannot be set a test now, and why."""
    ids = list(people)
    live = select(TheoryTest.person_id).where(TheoryTest.person_id.in_(ids), TheoryTest.state == TheoryState.SET)
    return {one: Rule.TWICE for one in session.scalars(live)} | {
        one: Rule.PASSED for one in _passed(session, ids, _satisfying(session))
    }


def _passed(session: Session, people: list[uuid.UUID], keys: Set[str]) -> set[uuid.UUID]:
    return {one.person_id for one in qualifications.held(session, people) if one.key in keys}


def _working(session: Session, people: list[uuid.UUID], organisation: uuid.UUID, now: datetime) -> set[uuid.UUID]:
    theirs = select(Membership).where(Membership.person_id.in_(people), Membership.organisation_id == organisation)
    return {one.person_id for one in session.scalars(theirs) if one.holds(now)}

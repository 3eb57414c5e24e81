"""Who may take part in a session of a practical test, and of whom KSF advises another moment."""

import uuid
from collections.abc import Collection, Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from scenarios.chapters import ChecklistRules
from scenarios.practical import Advised, signals
from storage.base.database import session_of
from storage.base.refusal import Refused
from storage.dossier.qualifications import Qualification, held
from storage.people.organisations import Organisation
from storage.people.people import Membership, Person, Role, jobs
from storage.planning import practical_places
from storage.planning.bookings import LIVE as BOOKED
from storage.planning.bookings import Booking
from storage.planning.exam_dates import ExamDate
from storage.planning.locations import Location
from storage.planning.practical_places import book
from storage.planning.practical_sessions import LIVE, Participant, PracticalSession
from storage.planning.practical_sessions import Rule as SessionRule
from storage.schemes import Scheme


class Rule(StrEnum):
    """Why somebody cannot take part."""

    NOT_OF_ORGANISATION = "practical_candidate_elsewhere"
    CERTIFIED = "practical_candidate_certified"
    NO_THEORY = "practical_without_theory"
    TWICE = "practical_twice"


def request(
    session: Session,
    scheme: Scheme,
    wanted: ExamDate,
    location: Location | None,
    candidates: Sequence[Person],
    actor: Person,
    now: datetime,
    alternatives: Sequence[ExamDate] = (),
) -> PracticalSession:
    """Ask a session on this date, at this location, for all of these candidates or for none.

    `alternatives` are other dates that would do, the best one first: KSF may pick one of them instead.

    They have their turns in the order of their names. Raises Refused without a location or a candidate, for those who
    cannot take part (`found` are their names), and for a date that is over or has too few places.
    """
    if location is None:
        raise Refused(SessionRule.NO_LOCATION, found=0, needed=1)
    location.require_open()
    if not candidates:
        raise Refused(SessionRule.NO_CANDIDATE, found=0, needed=1)
    # Of two who ask for people of one organisation at the same moment, the second waits and finds them planned.
    session.execute(select(Organisation.id).where(Organisation.id == location.organisation_id).with_for_update())
    _require_able(session, scheme, location.organisation, candidates, tuple(Rule), now)
    booked = set(session.scalars(_booked([one.id for one in candidates], wanted)))
    _refuse(SessionRule.SAME_DAY, [one for one in candidates if one.id in booked], wanted.day)
    in_turn = sorted(candidates, key=lambda one: (one.name.casefold(), one.id))
    return book(session, scheme, wanted, location, in_turn, actor, now, alternatives)


def confirm(found: PracticalSession, examiner: Person | None, officer: Person, now: datetime) -> None:
    """KSF says yes, as `PracticalSession.confirm`. Raises Refused too when a candidate may take part no more."""
    still = (Rule.NOT_OF_ORGANISATION, Rule.CERTIFIED, Rule.NO_THEORY)
    session = session_of(found)
    _require_able(session, found.scheme, found.organisation, found.candidates, still, now)
    found.confirm(examiner, officer, now)


def choose(found: PracticalSession, wanted: ExamDate, officer: Person, now: datetime) -> None:
    """KSF picks another date that would do. Raises Refused too for a candidate with another exam on that day."""
    session = session_of(found)
    booked = set(session.scalars(_booked([one.id for one in found.candidates], wanted)))
    _refuse(SessionRule.SAME_DAY, [one for one in found.candidates if one.id in booked], wanted.day)
    practical_places.choose(session, found, wanted, officer, now)


def gone(found: PracticalSession, now: datetime) -> set[uuid.UUID]:
    """Who of the candidates works at the organisation no more. They stay participants: leaving can be undone."""
    return {one.id for one in _elsewhere(found.organisation, found.candidates, now)}


def hindrances(session: Session, scheme: Scheme, people: Collection[uuid.UUID], now: datetime) -> dict[uuid.UUID, Rule]:
    """Who of these people cannot take part in any session now, and why."""
    has: dict[uuid.UUID, set[str]] = {one: set() for one in people}
    for one in held(session, people):
        has[one.person_id].add(one.key)
    certificate, needed = scheme.content.certificate_key, set(scheme.content.prerequisite_any_of)
    planned = set(session.scalars(planned_people(scheme, now).where(Participant.candidate_id.in_(list(people)))))
    found = {}
    for person, keys in has.items():
        if certificate in keys:
            found[person] = Rule.CERTIFIED
        elif needed and not needed & keys:
            found[person] = Rule.NO_THEORY
        elif person in planned:
            found[person] = Rule.TWICE
    return found


def able(scheme: Scheme, organisations: Collection[uuid.UUID], now: datetime) -> Select[Person]:
    """The candidates of these organisations who may take part now, by name: those without a hindrance, as a query."""
    found = candidates_of(organisations, now).where(Person.id.not_in(planned_people(scheme, now)))
    if needed := scheme.content.prerequisite_any_of:
        found = found.where(Person.id.in_(_having(needed)))
    return found.where(Person.id.not_in(_having([scheme.content.certificate_key])))


def candidates_of(organisations: Collection[uuid.UUID], now: datetime) -> Select[Person]:
    """Everybody who is a candidate at one of these organisations now, by name, as a query."""
    holding = (Membership.since <= now) & (Membership.until.is_(None) | (Membership.until > now))
    there = select(Membership.person_id).where(
        Membership.role == Role.CANDIDATE, Membership.organisation_id.in_(organisations), holding
    )
    return select(Person).where(Person.id.in_(there)).order_by(Person.name, Person.id)


def planned_people(scheme: Scheme, now: datetime) -> Select[uuid.UUID]:
    """The ids of the people with a session of this exam that is still to be, as a query."""
    planned = (
        select(Participant.candidate_id)
        .join(PracticalSession, Participant.session_id == PracticalSession.id)
        .join(ExamDate, PracticalSession.date_id == ExamDate.id)
    )
    return planned.where(
        Participant.freed_at.is_(None),
        PracticalSession.state.in_(LIVE),
        ExamDate.exam == scheme.key,
        ExamDate.ends_at > now,
    )


def advised(
    session: Session,
    scheme: Scheme,
    people: Collection[uuid.UUID],
    organisations: set[uuid.UUID],
    day: date,
    now: datetime,
) -> dict[uuid.UUID, tuple[Advised, ...]]:
    """For each of these people the advice that a test on this day does not follow; the others are left out."""
    theory: dict[uuid.UUID, date] = {}
    for one in held(session, people):
        if one.key in scheme.content.prerequisite_any_of:
            theory.setdefault(one.person_id, one.since)
    started = {one.person_id: one.in_job_since for one in jobs(session, people, organisations, now)}
    rules = scheme.content.chapter(ChecklistRules)
    found = {person: signals(theory.get(person), started.get(person), day, rules) for person in people}
    return {person: told for person, told in found.items() if told}


def _require_able(
    session: Session,
    scheme: Scheme,
    organisation: Organisation,
    candidates: Sequence[Person],
    rules: Sequence[Rule],
    now: datetime,
) -> None:
    _refuse(Rule.NOT_OF_ORGANISATION, _elsewhere(organisation, candidates, now), organisation.name)
    hindered = hindrances(session, scheme, [one.id for one in candidates], now)
    for rule in rules:
        needed = scheme.content.prerequisite_any_of if rule is Rule.NO_THEORY else None
        _refuse(rule, [one for one in candidates if hindered.get(one.id) is rule], needed)


def _elsewhere(organisation: Organisation, candidates: Sequence[Person], now: datetime) -> list[Person]:
    session = session_of(organisation)
    here = {one.person_id for one in jobs(session, [one.id for one in candidates], {organisation.id}, now)}
    return [one for one in candidates if one.id not in here]


def _having(keys: Collection[str]) -> Select[uuid.UUID]:
    return select(Qualification.person_id).where(Qualification.key.in_(keys))


def _booked(people: list[uuid.UUID], wanted: ExamDate) -> Select[uuid.UUID]:
    """Who of these people has another exam on this day."""
    there = select(Booking.candidate_id).where(Booking.candidate_id.in_(people), Booking.state.in_(BOOKED))
    return there.where(Booking.day == wanted.day)


def _refuse(rule: StrEnum, people: Sequence[Person], needed: object) -> None:
    if people:
        raise Refused(rule, found=", ".join(one.name for one in people), needed=needed)

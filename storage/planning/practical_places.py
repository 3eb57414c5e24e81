"""Asking a practical session: it takes a place of the date for each candidate, or is refused."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from scenarios.chapters import ChecklistRules
from scenarios.practical import most_candidates
from storage.base import audit
from storage.base.refusal import Refused
from storage.people.people import Person
from storage.planning.exam_dates import ExamDate, ExamPlace
from storage.planning.locations import Location
from storage.planning.practical_sessions import (
    HELD,
    Participant,
    PracticalSession,
    Rule,
    SessionState,
)
from storage.schemes import Scheme


def book(
    session: Session,
    scheme: Scheme,
    wanted: ExamDate,
    location: Location,
    candidates: Sequence[Person],
    actor: Person,
    now: datetime,
    alternatives: Sequence[ExamDate] = (),
) -> PracticalSession:
    """A session that is asked for, with a place for each of these candidates, who may take part by now.

    `alternatives` are other dates that would do, the best one first.

    Raises Refused when the date is over or has too few places, and when one of them has something else on that day.
    `practical_candidates.request` looks first whether they may take part.
    """
    places = _room(session, scheme, wanted, len(candidates), now)
    for other in alternatives:
        other.require_for(scheme)
    made = PracticalSession(
        id=uuid.uuid4(),
        scheme=scheme,
        exam_date=wanted,
        organisation_id=location.organisation_id,
        location=location,
        asked_by=actor,
        asked_at=now,
        state=SessionState.REQUESTED,
        reason="",
        alternatives=[str(one.id) for one in dict.fromkeys(alternatives) if one is not wanted],
    )
    made.participants = _seats(candidates, places)
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError as error:
        names = ", ".join(one.name for one in candidates)
        raise Refused(Rule.SAME_DAY, found=names, needed=wanted.day) from error
    audit.record(session, now, actor.id, "practical_requested", made, date=str(wanted.id), candidates=len(candidates))
    return made


def alternatives_of(session: Session, found: PracticalSession, now: datetime) -> list[ExamDate]:
    """The other dates that would do for a session that waits, as long as they are to come, in the order of choice."""
    return _to_come(session, found.alternatives if found.state is SessionState.REQUESTED else [], now)


def offered_for(session: Session, found: PracticalSession, now: datetime) -> list[ExamDate]:
    """The dates that KSF offered instead of one that it declined, as long as they are to come."""
    return _to_come(session, found.offered if found.state is SessionState.DECLINED else [], now)


def _to_come(session: Session, ids: Sequence[str], now: datetime) -> list[ExamDate]:
    wanted = [uuid.UUID(one) for one in ids]
    coming = (ExamDate.withdrawn_at.is_(None), ExamDate.starts_at > now)
    there = {one.id: one for one in session.scalars(select(ExamDate).where(ExamDate.id.in_(wanted), *coming))}
    return [there[one] for one in wanted if one in there]


def choose(session: Session, found: PracticalSession, wanted: ExamDate, officer: Person, now: datetime) -> None:
    """Put a session that waits for an answer on another date that would do; the one it had becomes such a date.

    Who comes, takes a place there and has another turn. Raises Refused for a date that nobody named, that is over or
    has too few places, and when one of the candidates has something else on that day.
    """
    found.require_state(SessionState.REQUESTED, SessionState.REQUESTED)
    if str(wanted.id) not in found.alternatives:
        raise Refused(Rule.NO_ALTERNATIVE, found=wanted.day)
    candidates, former = found.candidates, found.exam_date
    places = _room(session, found.scheme, wanted, len(candidates), now)
    try:
        with session.begin_nested():
            found.participants = []
            session.flush()
            found.exam_date = wanted
            found.alternatives = [str(former.id) if one == str(wanted.id) else one for one in found.alternatives]
            session.flush()
            found.participants = _seats(candidates, places)
            session.flush()
    except IntegrityError as error:
        names = ", ".join(one.name for one in candidates)
        raise Refused(Rule.SAME_DAY, found=names, needed=wanted.day) from error
    audit.record(session, now, officer.id, "practical_other_date", found, date=str(wanted.id), was=str(former.id))


def _room(session: Session, scheme: Scheme, wanted: ExamDate, people: int, now: datetime) -> Sequence[ExamPlace]:
    """The free places of a date for so many people. Raises Refused when it is over or has too few."""
    # Whoever asks for this date, or takes it back, waits, and then counts these places.
    session.refresh(wanted, with_for_update=True)
    wanted.require_for(scheme)
    wanted.require_to_come(now)
    places = wanted.places_without(select(Participant.place_id).where(HELD))
    if people > len(places):
        raise Refused(Rule.FULL, found=people, needed=len(places))
    most = most_candidates(wanted.starts_at, wanted.ends_at, scheme.content.chapter(ChecklistRules))
    if people > most:
        raise Refused(Rule.DAY_TOO_SHORT, found=people, needed=most)
    return places


def _seats(candidates: Sequence[Person], places: Sequence[ExamPlace]) -> list[Participant]:
    return [
        Participant(number=number, candidate=candidate, place=place)
        for number, (candidate, place) in enumerate(zip(candidates, places, strict=False), 1)
    ]


def seats_taken(session: Session, dates: Sequence[ExamDate]) -> dict[uuid.UUID, int]:
    """How many places of these dates sessions hold, by date."""
    held = select(ExamPlace.date_id, func.count()).join(Participant, Participant.place_id == ExamPlace.id)
    held = held.where(ExamPlace.date_id.in_([one.id for one in dates]), HELD)
    return dict(session.execute(held.group_by(ExamPlace.date_id)).all())


def confirmed_at(session: Session, location: Location, now: datetime) -> Sequence[PracticalSession]:
    """The confirmed sessions at this location that are not over, the first one first."""
    theirs = select(PracticalSession).join(ExamDate, PracticalSession.date_id == ExamDate.id)
    theirs = theirs.where(PracticalSession.location_id == location.id, PracticalSession.state == SessionState.CONFIRMED)
    coming = theirs.where(ExamDate.ends_at > now).order_by(ExamDate.starts_at)
    return session.scalars(coming.options(selectinload(PracticalSession.participants))).all()

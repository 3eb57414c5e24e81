"""Which practical sessions the one who asks may see. Like `access`: what is not yours does not exist."""

import uuid
from collections.abc import Sequence
from datetime import date

from flask import abort
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import joinedload, selectinload

from scenarios.chapters import ChecklistRules
from storage.base.clock import AMSTERDAM
from storage.people.people import Person
from storage.planning.exam_dates import ExamDate
from storage.planning.practical_candidates import able, candidates_of
from storage.planning.practical_results import PracticalResult, ResultState
from storage.planning.practical_sessions import LIVE, Participant, PracticalSession, SessionState
from storage.schemes import Scheme, current_practical_tests
from webapp.access import me
from webapp.access import people as access_people
from webapp.context import g

OF_SESSION = (
    joinedload(PracticalSession.exam_date),
    joinedload(PracticalSession.location),
    joinedload(PracticalSession.organisation),
    joinedload(PracticalSession.scheme),
    joinedload(PracticalSession.asked_by),
    joinedload(PracticalSession.examiner),
    selectinload(PracticalSession.participants).joinedload(Participant.candidate),
)
"""Loaded with the sessions of a list."""


def practical_tests() -> list[Scheme]:
    """The newest regulation of every exam with a practical test; for everybody to know."""
    return current_practical_tests(g.db)


def practical_test(key: str) -> Scheme:
    return next((row for row in practical_tests() if row.key == key), None) or abort(404)


def able_people(scheme: Scheme) -> Sequence[Person]:
    """The beheerder's own candidates who may take part in this exam now, by name."""
    return g.db.scalars(able(scheme, access_people.my_organisation_ids(), g.now)).all()


def hindered_people(scheme: Scheme) -> Select[Person]:
    """The beheerder's own candidates who may not, by name, as a query."""
    own = access_people.my_organisation_ids()
    may = able(scheme, own, g.now).with_only_columns(Person.id).order_by(None)
    return candidates_of(own, g.now).where(Person.id.not_in(may))


def sessions_of_my_organisations() -> Select[PracticalSession]:
    """The sessions of the beheerder's organisations: first what is still to be, then the newest, as a query."""
    mine = select(PracticalSession).where(PracticalSession.organisation_id.in_(access_people.my_organisation_ids()))
    return mine.order_by(_to_come().desc(), PracticalSession.day.desc(), PracticalSession.id)


def session_for_admin(session_id: uuid.UUID) -> PracticalSession:
    """A session of an organisation of the beheerder who asks."""
    return _one(sessions_of_my_organisations(), session_id)


def participant_for_admin(participant_id: uuid.UUID) -> Participant:
    """A participant of a session of an organisation of the beheerder who asks."""
    return _participant(sessions_of_my_organisations(), participant_id)


def sessions_for_officer() -> dict[str, Select[PracticalSession]]:
    """Sessions that wait for KSF, longest waiting first; those with a result that waits for the one who asks as second
    person, or with an objection as third; confirmed ones to come; all of them. Never the own case.
    """
    signed = (
        select(Participant.session_id)
        .join(PracticalResult, PracticalResult.participant_id == Participant.id)
        .where(PracticalResult.state == ResultState.SIGNED, PracticalResult.signed_by_id != me().id)
    )
    objected = (
        select(Participant.session_id)
        .join(PracticalResult, PracticalResult.participant_id == Participant.id)
        .where(
            PracticalResult.objected_at.is_not(None),
            PracticalResult.ruled_at.is_(None),
            PracticalResult.signed_by_id != me().id,
            PracticalResult.released_by_id != me().id,
        )
    )
    others = select(PracticalSession).where(_others())
    asked = others.where(PracticalSession.state == SessionState.REQUESTED)
    planned = others.where(PracticalSession.state == SessionState.CONFIRMED, PracticalSession.day >= _today())
    return {
        "gevraagd": asked.order_by(PracticalSession.asked_at, PracticalSession.id),
        "uitslag": others.where(PracticalSession.id.in_(signed)).order_by(PracticalSession.day, PracticalSession.id),
        "bezwaar": others.where(PracticalSession.id.in_(objected)).order_by(PracticalSession.day, PracticalSession.id),
        "komend": planned.order_by(PracticalSession.day, PracticalSession.id),
        "alles": others.order_by(PracticalSession.day.desc(), PracticalSession.id),
    }


def session_for_officer(session_id: uuid.UUID) -> PracticalSession:
    """Any session in which the officer who asks is no candidate."""
    return _one(sessions_for_officer()["alles"], session_id)


def participant_for_officer(participant_id: uuid.UUID) -> Participant:
    """A participant of any session in which the officer who asks is no candidate."""
    return _participant(sessions_for_officer()["alles"], participant_id)


def sessions_on(exam_date: ExamDate) -> Sequence[PracticalSession]:
    """The sessions that hold places of this date."""
    held = sessions_for_officer()["alles"].where(
        PracticalSession.date_id == exam_date.id, PracticalSession.state.in_(LIVE)
    )
    return g.db.scalars(held.options(*OF_SESSION)).unique().all()


def sessions_of_examiner() -> Select[PracticalSession]:
    """The sessions to which the one who asks was named: first those to come, soonest first, as a query."""
    mine = select(PracticalSession).where(
        PracticalSession.examiner_id == me().id, PracticalSession.state == SessionState.CONFIRMED
    )
    return mine.order_by((PracticalSession.day < _today()), PracticalSession.day, PracticalSession.id)


def session_for_examiner(session_id: uuid.UUID) -> PracticalSession:
    return _one(sessions_of_examiner(), session_id)


def participant_for_examiner(participant_id: uuid.UUID) -> Participant:
    """A participant of a session to which the one who asks was named."""
    return _participant(sessions_of_examiner(), participant_id)


def result_for_officer(result_id: uuid.UUID) -> PracticalResult:
    """Any result of a session in which the officer who asks is no candidate."""
    found = select(PracticalResult).join(Participant, PracticalResult.participant_id == Participant.id)
    found = found.join(PracticalSession, Participant.session_id == PracticalSession.id)
    return g.db.scalars(found.where(PracticalResult.id == result_id, _others())).first() or abort(404)


def my_results() -> Select[PracticalResult]:
    """The own results that were released, the newest first."""
    mine = select(PracticalResult).join(Participant, PracticalResult.participant_id == Participant.id)
    released = mine.where(Participant.candidate_id == me().id, PracticalResult.state == ResultState.RELEASED)
    whole = joinedload(PracticalResult.participant).joinedload(Participant.practical_session)
    released = released.options(whole.joinedload(PracticalSession.exam_date), whole.joinedload(PracticalSession.scheme))
    return released.order_by(PracticalResult.released_at.desc(), PracticalResult.id)


def my_result(result_id: uuid.UUID) -> PracticalResult:
    return g.db.scalars(my_results().where(PracticalResult.id == result_id)).first() or abort(404)


_WHOLE = joinedload(Participant.practical_session).options(
    joinedload(PracticalSession.exam_date),
    joinedload(PracticalSession.location),
    joinedload(PracticalSession.scheme),
)


def my_participations() -> Sequence[Participant]:
    """Where the one who asks is a candidate in a session that is still to be."""
    return g.db.scalars(_participations_to_come(me()).options(_WHOLE)).all()


def my_participations_without_result() -> Sequence[Participant]:
    """Where the one who asks was a candidate, of whom the result is not known yet; only where Vignet has the result."""
    known = select(PracticalResult.participant_id).where(PracticalResult.state == ResultState.RELEASED)
    held = _participations(me()).where(
        PracticalSession.state == SessionState.CONFIRMED, ExamDate.ends_at <= g.now, Participant.id.not_in(known)
    )
    found = g.db.scalars(held.options(_WHOLE))
    return [one for one in found if one.practical_session.scheme.content.chapter(ChecklistRules).points]


def participations_here(candidate: Person) -> Sequence[Participant]:
    """Where this candidate sits in a session to be of an organisation of the beheerder who asks."""
    here = PracticalSession.organisation_id.in_(access_people.my_organisation_ids())
    return g.db.scalars(_participations_to_come(candidate).where(here)).all()


def _participations_to_come(candidate: Person) -> Select[Participant]:
    return _participations(candidate).where(PracticalSession.state.in_(LIVE), ExamDate.ends_at > g.now)


def _participations(candidate: Person) -> Select[Participant]:
    planned = select(Participant).join(PracticalSession, Participant.session_id == PracticalSession.id)
    planned = planned.join(ExamDate, PracticalSession.date_id == ExamDate.id)
    mine = planned.where(Participant.candidate_id == candidate.id, Participant.freed_at.is_(None))
    return mine.order_by(ExamDate.starts_at, Participant.id)


def _to_come() -> ColumnElement[bool]:
    return PracticalSession.state.in_(LIVE) & (PracticalSession.day >= _today())


def _today() -> date:
    return g.now.astimezone(AMSTERDAM).date()


def _others() -> ColumnElement[bool]:
    mine = select(Participant.session_id).where(Participant.candidate_id == me().id)
    return PracticalSession.id.not_in(mine)


def _one(query: Select[PracticalSession], session_id: uuid.UUID) -> PracticalSession:
    found = query.where(PracticalSession.id == session_id).options(*OF_SESSION)
    return g.db.scalars(found).unique().first() or abort(404)


def _participant(sessions: Select[PracticalSession], participant_id: uuid.UUID) -> Participant:
    theirs = sessions.with_only_columns(PracticalSession.id).order_by(None)
    found = select(Participant).where(Participant.id == participant_id, Participant.session_id.in_(theirs))
    return g.db.scalars(found).first() or abort(404)

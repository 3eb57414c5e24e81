"""Which exams, holds and destructions the one who asks may see. Like `access`: what is not yours does not exist."""

import uuid

from flask import abort
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from storage.dossier.dossiers import Dossier
from storage.people.people import Person
from storage.retention import plan
from storage.retention.destructions import Destruction, Run
from storage.retention.holds import AuditYear, Hold
from storage.retention.requests import OPEN, ErasureRequest, RequestState
from webapp.access import me, others
from webapp.context import g

WHOSE = joinedload(Destruction.dossier)


def exams() -> Select[Dossier]:
    """Every exam that is over and of which anything is still there, save those of the one who asks; oldest first."""
    return plan.over(g.now).where(others())


def exam(dossier_id: uuid.UUID) -> Dossier:
    """An exam in which the one who asks is neither candidate nor manager. Who is about to hold it, locks it."""
    return g.db.scalars(select(Dossier).where(Dossier.id == dossier_id, others())).first() or abort(404)


def hold(hold_id: uuid.UUID) -> Hold:
    return g.db.scalars(select(Hold).join(Dossier).where(Hold.id == hold_id, others())).first() or abort(404)


def run(run_id: uuid.UUID) -> Run:
    return g.db.get(Run, run_id) or abort(404)


def year(year_id: uuid.UUID) -> AuditYear:
    return g.db.get(AuditYear, year_id) or abort(404)


def destroyed() -> Select[Destruction]:
    """The destructions that are proven, oldest first."""
    return select(Destruction).where(Destruction.at.is_not(None)).order_by(Destruction.at, Destruction.id)


def my_destroyed() -> list[Destruction]:
    """What was destroyed of the one who asks; 404 when there is nothing."""
    mine = destroyed().where(Destruction.person_id == me().id).options(WHOSE)
    return list(g.db.scalars(mine)) or abort(404)


def open_requests() -> Select[ErasureRequest]:
    """Requests for erasure that are not answered yet, the first due first; save the own one."""
    return _requests().where(ErasureRequest.state.in_(OPEN)).order_by(ErasureRequest.answer_by, ErasureRequest.id)


def requests_to_do() -> Select[ErasureRequest]:
    """Those of them on which the one who asks may do the next step."""
    second = (ErasureRequest.state == RequestState.DECIDED) & (ErasureRequest.decided_by_id != me().id)
    return open_requests().where((ErasureRequest.state == RequestState.ASKED) | second)


def closed_requests() -> Select[ErasureRequest]:
    """Those that were answered or withdrawn, newest first; save the own ones."""
    return (
        _requests().where(ErasureRequest.state.not_in(OPEN)).order_by(ErasureRequest.asked_at.desc(), ErasureRequest.id)
    )


def request_to_handle(request_id: uuid.UUID) -> ErasureRequest:
    """A request of anybody but the officer who asks."""
    return g.db.scalars(_requests().where(ErasureRequest.id == request_id)).first() or abort(404)


def _requests() -> Select[ErasureRequest]:
    return select(ErasureRequest).where(ErasureRequest.person_id != me().id)


def somebody_else(person_id: uuid.UUID) -> Person:
    """Somebody of whom anything was destroyed, save the one who asks."""
    theirs = select(Destruction.person_id).where(Destruction.at.is_not(None))
    found = select(Person).where(Person.id == person_id, Person.id != me().id, Person.id.in_(theirs))
    return g.db.scalars(found).first() or abort(404)


def exams_of(person: Person) -> Select[Dossier]:
    """The exams of somebody whose request the one who asks handles, newest first; save what is the own case."""
    theirs = select(Dossier).where(Dossier.candidate_id == person.id, others())
    return theirs.order_by(Dossier.created_at.desc(), Dossier.id)

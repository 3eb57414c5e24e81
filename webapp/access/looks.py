"""Who may look at a recording, and that each look is noted. Like `access`: what is not yours does not exist.

A candidate at the own recordings once the exam is over, an assessor while judging, KSF's officer, committee and auditor
at one recording at a time, with a reason. So does an assessor who was appointed to an objection, at those of that exam
until it is ruled on. And a member of the committee, at the one answer of a start round that waits for levels to be
agreed on.
"""

import uuid
from collections.abc import Callable

from flask import abort
from sqlalchemy import ColumnElement, Select, exists, or_, select, true

from scenarios.sitting import Stage
from storage.base.database import session_scope
from storage.dossier.dossiers import Dossier, RoleDocument
from storage.exam import consents, looks
from storage.exam.recordings import Recording, RecordingState, counting_take
from storage.exam.sittings import Answer, Sitting
from storage.judging import start_rounds
from storage.judging.benchmarks import Benchmark
from storage.judging.objections import Objection, ObjectionState, Outsider
from storage.judging.ratings import Rating
from storage.people.people import Person, Role
from webapp.access import me, not_judging, others
from webapp.context import g

TO_AGREE = "om af te spreken welke scores kloppen"
"""Why a member of the committee looks in a start round, as the candidate reads it."""
BENCHMARK_TEXT = "consent_benchmark"
"""The text of the scheme that says what is asked."""


def recording_to_watch(recording_id: uuid.UUID) -> Recording:
    """A stored recording, for whoever may look at it now; that he looks is noted."""
    for role in (Role.ASSESSOR, Role.CANDIDATE):
        if role in me().roles(g.now) and (found := _stored(recording_id, _MAY[role]())):
            note(found, role)
            return found
    if Role.EXAM_COMMITTEE in me().roles(g.now) and (found := _stored(recording_id, _agreeing())):
        note(found, Role.EXAM_COMMITTEE, TO_AGREE)
        return found
    recording = _with_reason(recording_id)
    return recording if recording and open_look(recording) else abort(404)


def open_look(recording: Recording) -> looks.Look | None:
    """The look for which a reason was given less than an hour ago, in a role that lasts; not that of a start round."""
    look = looks.going_on(g.db, recording.id, me(), g.now)
    given = look and look.reason and look.reason != TO_AGREE and look.role in me().roles(g.now)
    return look if given else None


def recording_to_open(recording_id: uuid.UUID) -> Recording:
    """A stored recording that may be opened, if a reason is given: of nobody whose file the one who asks judges."""
    return _with_reason(recording_id) or abort(404)


def _with_reason(recording_id: uuid.UUID) -> Recording | None:
    of_any = bool(looks.WITH_REASON & me().roles(g.now))
    return _stored(recording_id, others() & not_judging() & (true() if of_any else _appointed()))


def _appointed() -> ColumnElement[bool]:
    """Recordings of exams to an objection about which the one who asks was appointed, until it is ruled on."""
    mine = select(Objection.dossier_id).join(Outsider).where(Outsider.person_id == me().id)
    return Dossier.id.in_(mine.where(Objection.state != ObjectionState.RULED))


def my_role() -> Role:
    """The role in which the one who asks looks and gives a reason."""
    asking = (Role.KSF_OFFICER, Role.EXAM_COMMITTEE, Role.AUDITOR, Role.ASSESSOR)
    return next(role for role in asking if role in me().roles(g.now))


def my_recordings() -> Select[Recording]:
    """The candidate's own recordings that can be played, in the order of the situations."""
    return _all(_own()).order_by(Sitting.finished_at.desc(), Answer.number, Recording.take)


def may_allow() -> list[Dossier]:
    """The own exams of which recordings are there, and whose scheme asks for consent before they train assessors."""
    return [one for one in consents.with_recordings(g.db, me()).values() if _asks(one)]


def exam_to_allow(dossier_id: uuid.UUID) -> Dossier:
    """One of them, or one of which something was allowed before."""
    mine = select(Dossier).where(Dossier.id == dossier_id, Dossier.candidate_id == me().id)
    found = g.db.scalars(mine).first()
    return found if found and _asks(found) else abort(404)


def _asks(dossier: Dossier) -> bool:
    scheme = dossier.scheme.content
    asked = scheme.retention is not None and scheme.retention.benchmark_needs_consent
    return asked and any(one.key == BENCHMARK_TEXT for one in scheme.texts)


def note(what: Recording | RoleDocument, role: Role, reason: str = "") -> None:
    """Note that the one who asks looks, unless this look goes on. In a transaction of its own: a GET writes nothing."""
    if looks.going_on(g.db, what.id, me(), g.now):
        return
    subject, person, recording = what.id, me().id, isinstance(what, Recording)
    with session_scope() as session:
        theirs: Recording | RoleDocument = (
            session.get_one(Recording, subject) if recording else session.get_one(RoleDocument, subject)
        )
        looks.look_at(session, theirs, session.get_one(Person, person), role, g.now, reason)


def _own() -> ColumnElement[bool]:
    return (Dossier.candidate_id == me().id) & (Sitting.stage == Stage.FINISHED)


def _judging() -> ColumnElement[bool]:
    """Answers that the one who asks is judging: until the result is known, or while own work on it is open again.

    A blind re-mark goes on until it is ruled on the objection, so that it ends as all work does.
    """
    remarked = exists().where(
        Objection.dossier_id == Sitting.dossier_id,
        Objection.marking == Rating.marking,
        Objection.state != ObjectionState.RULED,
    )
    going_on = or_(Sitting.told_at.is_(None), Rating.phase2_signed_at.is_(None), remarked)
    mine = select(Rating.answer_id).join(Answer).join(Sitting)
    mine = mine.where(Rating.assessor_id == me().id, Rating.declined_at.is_(None), going_on)
    return Answer.id.in_(mine) & not_judging()


def _agreeing() -> ColumnElement[bool]:
    """Answers that all three of a start round signed and on which nothing is agreed; not of an own round or exam."""
    return Answer.id.in_(start_rounds.to_agree(me()).with_only_columns(Benchmark.answer_id)) & others()


def film_to_agree(answer: Answer) -> Recording | None:
    """The film of this answer, for who may agree on its levels; None where it is not there, or not to be seen."""
    take = counting_take(g.db, answer)
    return _stored(take.id, _agreeing()) if take else None


_MAY: dict[Role, Callable[[], ColumnElement[bool]]] = {Role.ASSESSOR: _judging, Role.CANDIDATE: _own}


def _all(may: ColumnElement[bool]) -> Select[Recording]:
    whole = select(Recording).join(Recording.answer).join(Answer.sitting).join(Sitting.dossier)
    there = (Recording.state == RecordingState.STORED) & Recording.erased_at.is_(None)
    return whole.where(there, may)


def _stored(recording_id: uuid.UUID, may: ColumnElement[bool]) -> Recording | None:
    return g.db.scalars(_all(may).where(Recording.id == recording_id)).first()

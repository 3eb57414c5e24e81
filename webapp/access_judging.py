"""Which work, sittings and verdicts the one who asks may see. Like `access`: what is not yours does not exist."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from flask import abort, g
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from review.allocation import serving_order
from scenarios.sitting import AnswerStage, Stage
from storage.absences import Absence
from storage.allocations import Allocation
from storage.dossiers import Dossier
from storage.flags import Flag, flags_of
from storage.organisations import Organisation
from storage.people import Person, Role
from storage.ratings import Rating, may_open_dossier, own_ratings
from storage.recordings import Recording, RecordingState, Rendition, RenditionKind
from storage.sittings import Answer, Sitting
from storage.ties import assessors
from storage.verdicts import Verdict
from webapp.access import me, others

_OF_WHAT = (joinedload(Sitting.pack), joinedload(Sitting.dossier).joinedload(Dossier.scheme))
_WHOSE = joinedload(Sitting.dossier).options(
    joinedload(Dossier.candidate), joinedload(Dossier.organisation), joinedload(Dossier.scheme)
)


def my_work() -> list[Rating]:
    """The work of this assessor that is not final yet, in the order in which it is served."""
    mine = (
        select(Rating)
        .join(Answer)
        .where(Rating.assessor_id == me().id, Rating.declined_at.is_(None), Rating.phase2_signed_at.is_(None))
        .options(joinedload(Rating.answer).joinedload(Answer.sitting).options(*_OF_WHAT))
    )
    by_place = {(rating.answer.number, rating.answer.code): rating for rating in g.db.scalars(mine)}
    return [by_place[place] for place in serving_order(by_place, str(me().id))]


def my_flags(ratings: Sequence[Rating]) -> dict[uuid.UUID, list[Flag]]:
    """The flags on these ratings, by rating."""
    found: dict[uuid.UUID, list[Flag]] = {rating.id: [] for rating in ratings}
    for flag in flags_of(g.db, ratings):
        found[flag.rating_id].append(flag)
    return found


def takes_to_watch(answers: Iterable[Answer]) -> dict[uuid.UUID, Recording]:
    """The take to judge of each of these answers; none while a newer one is asked, recorded or worked upon."""
    ids = [answer.id for answer in answers if answer.stage is AnswerStage.RECORDED]
    good = select(Recording).where(Recording.answer_id.in_(ids), Recording.state != RecordingState.RETAKE)
    newest = {take.answer_id: take for take in g.db.scalars(good.order_by(Recording.take))}
    return {answer_id: take for answer_id, take in newest.items() if take.state is RecordingState.STORED}


def kinds_of(takes: Iterable[Recording]) -> dict[uuid.UUID, set[RenditionKind]]:
    """What there is to see of each of these recordings."""
    kinds: dict[uuid.UUID, set[RenditionKind]] = {take.id: set() for take in takes}
    rows = select(Rendition.recording_id, Rendition.kind).where(Rendition.recording_id.in_(kinds))
    for recording_id, kind in g.db.execute(rows):
        kinds[recording_id].add(kind)
    return kinds


def signed_since(moment: datetime) -> int:
    """How many answers the one who asks has signed since then."""
    mine = (Rating.assessor_id == me().id) & Rating.declined_at.is_(None)
    return g.db.scalar(select(func.count()).select_from(Rating).where(mine, Rating.phase1_signed_at >= moment))


def my_dossier_phase(rating_id: uuid.UUID) -> list[Rating]:
    """All own ratings of the candidate whose first answer this is, once each of them is signed; 404 before that."""
    mine = (Rating.assessor_id == me().id) & Rating.declined_at.is_(None)
    rating = g.db.scalars(select(Rating).where(Rating.id == rating_id, mine)).first()
    own = own_ratings(g.db, rating.answer.sitting, me()) if rating else []
    if not own or own[0].id != rating_id or not may_open_dossier(own):
        abort(404)
    return list(own)


def sittings_to_judge() -> list[Sitting]:
    """Finished sittings without a verdict, oldest first, save those in which the one who asks has a part."""
    decided = select(Verdict.sitting_id)
    found = (
        select(Sitting)
        .join(Dossier)
        .where(Sitting.stage == Stage.FINISHED, Sitting.id.not_in(decided), others())
        .order_by(Sitting.finished_at)
        .options(_WHOSE)
    )
    return list(g.db.scalars(found))


def sitting_to_assign(sitting_id: uuid.UUID) -> Sitting:
    return next((one for one in sittings_to_judge() if one.id == sitting_id), None) or abort(404)


def allocation(allocation_id: uuid.UUID) -> Allocation:
    """An allocation, for an officer who has no part in any of its examinations."""
    found = g.db.get(Allocation, allocation_id) or abort(404)
    mine = {me().id} & {one for row in found.sittings() for one in (row.dossier.candidate_id, row.dossier.manager_id)}
    return found if not mine else abort(404)


def assessor(person_id: uuid.UUID) -> Person:
    """Somebody who judges."""
    return next((one for one in assessors(g.db, g.now) if one.id == person_id), None) or abort(404)


def work_to_take_back(rating_id: uuid.UUID) -> Rating:
    """A rating, for an officer who has no part in the examination; the office sees who judges, and never the scores."""
    theirs = select(Rating).join(Answer).join(Sitting).join(Dossier)
    return g.db.scalars(theirs.where(Rating.id == rating_id, others())).first() or abort(404)


def organisation(organisation_id: uuid.UUID) -> Organisation:
    return g.db.get(Organisation, organisation_id) or abort(404)


def absence(absence_id: uuid.UUID) -> Absence:
    """An absence of one's own; for an officer that of anybody."""
    found = g.db.get(Absence, absence_id) or abort(404)
    may = found.person_id == me().id or Role.KSF_OFFICER in me().roles(g.now)
    return found if may else abort(404)


def verdicts_to_handle() -> list[Verdict]:
    """Verdicts that are not released yet, oldest first."""
    waiting = select(Verdict).join(Sitting).join(Dossier).where(Verdict.released_at.is_(None), others())
    return list(g.db.scalars(_with_people(waiting.order_by(Verdict.decided_at))))


def verdicts_released(limit: int, offset: int = 0) -> list[Verdict]:
    """Released verdicts, newest first."""
    done = select(Verdict).join(Sitting).join(Dossier).where(Verdict.released_at.is_not(None), others())
    return list(g.db.scalars(_with_people(done.order_by(Verdict.released_at.desc()).limit(limit).offset(offset))))


def open_flags() -> list[Flag]:
    """What assessors told the office and nobody has dealt with: worries about somebody's welfare first."""
    found = (
        select(Flag)
        .join(Rating)
        .join(Answer)
        .join(Sitting)
        .join(Dossier)
        .where(Flag.closed_at.is_(None), others())
        .order_by((Flag.kind == "welfare").desc(), Flag.raised_at)
        .options(
            joinedload(Flag.rating).options(
                joinedload(Rating.assessor), joinedload(Rating.answer).joinedload(Answer.sitting).options(_WHOSE)
            )
        )
    )
    return list(g.db.scalars(found))


def flag_to_close(flag_id: uuid.UUID) -> Flag:
    return next((flag for flag in open_flags() if flag.id == flag_id), None) or abort(404)


def _with_people(query):
    return query.options(
        selectinload(Verdict.sitting).options(_WHOSE),
        selectinload(Verdict.confirmed_by),
        selectinload(Verdict.released_by),
    )

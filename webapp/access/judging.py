"""Which work, sittings and verdicts the one who asks may see. Like `access`: what is not yours does not exist."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from flask import abort
from sqlalchemy import ColumnElement, Select, false, or_, select, true
from sqlalchemy.orm import joinedload, selectinload

from review.allocation import serving_order
from scenarios.sitting import AnswerStage, Stage
from storage.dossier.dossiers import Dossier
from storage.exam.recordings import Recording, RecordingState, Rendition, RenditionKind
from storage.exam.sittings import Answer, Judging, Sitting
from storage.judging.absences import Absence
from storage.judging.allocations import Allocation
from storage.judging.conflicts import assessors
from storage.judging.flags import Flag, FlagKind, flags_of
from storage.judging.purposes import LISTED
from storage.judging.ratings import Rating, may_open_dossier, own_ratings
from storage.judging.verdicts import Cause, Verdict
from storage.people.organisations import Organisation
from storage.people.people import Person, Role
from storage.schemes import Pack, with_sittings
from webapp import explain
from webapp.access import me, others
from webapp.context import g
from webapp.paging import of_dossier

_OF_WHAT = (joinedload(Sitting.pack), joinedload(Sitting.dossier).joinedload(Dossier.scheme))
WHOSE = joinedload(Sitting.dossier).options(
    joinedload(Dossier.candidate), joinedload(Dossier.organisation), joinedload(Dossier.scheme)
)
"""Loaded with a sitting, to tell whose it is."""
WITH_ANSWERS = (WHOSE, selectinload(Sitting.answers), joinedload(Sitting.pack).joinedload(Pack.scheme))
"""The same, to tell how far the work on it is."""


def my_work() -> list[Rating]:
    """The work of this assessor that is not final yet, in the order in which it is served."""
    mine = (
        select(Rating)
        .join(Answer)
        .where(Rating.assessor_id == me().id, Rating.declined_at.is_(None), Rating.phase2_signed_at.is_(None))
        .where(Rating.purpose.in_(LISTED))
        .options(joinedload(Rating.answer).joinedload(Answer.sitting).options(*_OF_WHAT))
    )
    by_key = {(rating.answer.number, rating.answer.code): rating for rating in g.db.scalars(mine)}
    return [by_key[key] for key in serving_order(by_key, str(me().id))]


def my_finished() -> Select[Rating]:
    """What this assessor signed in both phases, the last first."""
    mine = (Rating.assessor_id == me().id) & Rating.declined_at.is_(None) & Rating.phase2_signed_at.is_not(None)
    mine &= Rating.purpose.in_(LISTED)
    return select(Rating).where(mine).order_by(Rating.phase2_signed_at.desc(), Rating.id)


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
    """The renditions of each of these recordings."""
    kinds: dict[uuid.UUID, set[RenditionKind]] = {take.id: set() for take in takes}
    rows = select(Rendition.recording_id, Rendition.kind).where(Rendition.recording_id.in_(kinds))
    for recording_id, kind in g.db.execute(rows):
        kinds[recording_id].add(kind)
    return kinds


def my_dossier_phase(rating_id: uuid.UUID) -> list[Rating]:
    """All own ratings of the candidate whose first answer this is, once each of them is signed; 404 before that."""
    mine = (Rating.assessor_id == me().id) & Rating.declined_at.is_(None)
    rating = g.db.scalars(select(Rating).where(Rating.id == rating_id, mine)).first()
    own = own_ratings(g.db, rating.answer.sitting, me()) if rating else []
    if not own or own[0].id != rating_id or not may_open_dossier(own):
        abort(404)
    return list(own)


def looked_for(words: str) -> Select[uuid.UUID]:
    """The ids of the sittings of whom somebody looks for by name, address or the number of the dossier."""
    return select(Sitting.id).join(Dossier, Sitting.dossier_id == Dossier.id).where(of_dossier(words))


def _not_mine(sitting_id: Any) -> ColumnElement[bool]:
    """Of sittings in which the one who asks is neither candidate nor manager; for most officers those are all."""
    mine = (Dossier.candidate_id == me().id) | (Dossier.manager_id == me().id)
    own = g.db.scalars(select(Sitting.id).where(Sitting.dossier_id.in_(select(Dossier.id).where(mine)))).all()
    return sitting_id.not_in(own) if own else true()


def _unknown(words: str) -> list[ColumnElement[bool]]:
    """Finished sittings of which the candidate does not know the result, of others than the one who asks."""
    return _finished(Sitting.told_at.is_(None), words=words)


def _finished(*wanted: ColumnElement[bool], words: str) -> list[ColumnElement[bool]]:
    wanted = (Sitting.stage == Stage.FINISHED, *wanted, _not_mine(Sitting.id))
    return [*wanted, Sitting.id.in_(looked_for(words))] if words else list(wanted)


def to_judge(words: str = "") -> dict[Judging, Select[Sitting]]:
    """Finished sittings by how far judging is, oldest first, save those in which the one who asks has a part.

    With those that are judged anew while a result is known.
    """
    found = select(Sitting).where(*_finished(words=words)).order_by(Sitting.finished_at, Sitting.id)
    return {how: found.where(Sitting.judging == how) for how in (Judging.OPEN, Judging.HELD)}


def too_late(words: str = "") -> Select[Sitting]:
    """Exams of which the result should have been known by now, the longest waiting first."""
    moments = [
        (Dossier.scheme_id == one.id) & (Sitting.finished_at < explain.late_before(one.content, g.now))
        for one in with_sittings(g.db)
    ]
    found = select(Sitting).join(Sitting.dossier).where(*_unknown(words), or_(false(), *moments))
    return found.order_by(Sitting.finished_at, Sitting.id)


def sitting_to_assign(sitting_id: uuid.UUID) -> Sitting:
    going_on = (Sitting.stage == Stage.FINISHED) & (Sitting.judging != Judging.DECIDED)
    found = select(Sitting).join(Dossier).where(Sitting.id == sitting_id, going_on)
    return g.db.scalars(found.where(others()).options(WHOSE)).first() or abort(404)


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


def verdicts(words: str = "") -> dict[str, Select[Verdict]]:
    """Verdicts by the next step, the longest waiting first; those that were released newest first.

    What a re-mark found waits for the ruling on the objection, and is in that list.
    """
    all_of_them = select(Verdict).where(_not_mine(Verdict.sitting_id), Verdict.ended_at.is_(None))
    if words:
        all_of_them = all_of_them.where(Verdict.sitting_id.in_(looked_for(words)))
    waiting = all_of_them.where(Verdict.released_at.is_(None)).order_by(Verdict.decided_at, Verdict.id)
    known = Verdict.passed.is_not(None)
    return {
        "undecided": waiting.where(~known),
        "to_confirm": waiting.where(known, Verdict.confirmed_at.is_(None)),
        "to_release": waiting.where(known, Verdict.confirmed_at.is_not(None), Verdict.cause != Cause.REMARK),
        "released": all_of_them.where(Verdict.released_at.is_not(None)).order_by(
            Verdict.released_at.desc(), Verdict.id
        ),
    }


def open_flags(words: str = "") -> Select[Flag]:
    """The flags of assessors that nobody has dealt with: worries about somebody's welfare first."""
    found = select(Flag).join(Flag.rating).join(Rating.answer).where(Flag.closed_at.is_(None))
    found = found.where(_not_mine(Answer.sitting_id))
    if words:
        found = found.where(Answer.sitting_id.in_(looked_for(words)))
    return found.order_by((Flag.kind == FlagKind.WELFARE).desc(), Flag.raised_at, Flag.id)


OF_FLAG = joinedload(Flag.rating).options(
    joinedload(Rating.assessor), joinedload(Rating.answer).joinedload(Answer.sitting).options(WHOSE)
)


def flag_to_close(flag_id: uuid.UUID) -> Flag:
    return g.db.scalars(open_flags().where(Flag.id == flag_id).options(OF_FLAG)).first() or abort(404)


WITH_PEOPLE = (
    joinedload(Verdict.sitting).options(WHOSE),
    joinedload(Verdict.confirmed_by),
    joinedload(Verdict.released_by),
)
"""Loaded with a verdict."""

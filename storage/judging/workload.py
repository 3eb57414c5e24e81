"""Work: answers go to an assessor in a slot, and come back without anything written being lost."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.rating import Phase
from storage.base import audit
from storage.base.refusal import Refused
from storage.exam.recordings import RecordingState, counting_take
from storage.exam.sittings import Answer, Sitting
from storage.judging.progress import look_again
from storage.judging.purposes import Purpose
from storage.judging.ratings import Rating, Return, own_ratings
from storage.people.people import Person


class Rule(StrEnum):
    """Why work may not be given or taken back."""

    NOT_RECORDED = "answer_not_recorded"
    FINAL = "work_is_final"
    AT_WORK = "assessor_at_work"
    NOTHING = "no_work_to_take_back"


def assign(
    session: Session,
    sitting: Sitting,
    assessor: Person,
    slot: int,
    now: datetime,
    by: uuid.UUID | None = None,
    answers: Sequence[Answer] | None = None,
) -> list[Rating]:
    """Give answers of a finished sitting (all of them when none are named) to one assessor in one slot.

    Work that was taken back from this very assessor comes back with what was written. Raises Refused unless every one
    of the answers has a stored recording.
    """
    answers = sitting.answers if answers is None else answers
    for answer in answers:
        take = counting_take(session, answer)
        if take is None or take.state is not RecordingState.STORED:
            raise Refused(Rule.NOT_RECORDED, found=answer.number)
    seed = uuid.uuid4().int % 2**31
    left = {rating.answer_id: rating for rating in _left_behind(session, sitting, assessor)}
    ratings = []
    for answer in answers:
        rating = left.get(answer.id) or Rating(answer=answer, assessor=assessor, shuffle=seed, marking=sitting.marking)
        rating.slot, rating.declined_at, rating.declined_because, rating.active_at = slot, None, None, None
        ratings.append(rating)
    session.add_all(ratings)
    look_again(session, sitting)
    numbers = [answer.number for answer in answers]
    audit.record(session, now, by, "assessor_assigned", sitting, slot=slot, assessor=str(assessor.id), answers=numbers)
    return ratings


def give_back(ratings: Sequence[Rating], because: Return, now: datetime) -> None:
    """The slots of these ratings are free again. What was written stays with them. Raises Refused for a final one."""
    for rating in ratings:
        if rating.signed is Phase.DOSSIER:
            raise Refused(Rule.FINAL)
    for rating in ratings:
        rating.slot, rating.declined_at, rating.declined_because = None, now, because


def decline(session: Session, sitting: Sitting, assessor: Person, now: datetime) -> None:
    """An assessor who knows the candidate returns all own work on that candidate, before it is final."""
    session.refresh(sitting, ["stage"], with_for_update=True)
    give_back(own_ratings(session, sitting, assessor), Return.KNOWN, now)
    look_again(session, sitting)
    audit.record(session, now, assessor.id, "assessor_declined", sitting)


def take_back(session: Session, sitting: Sitting, assessor: Person, by: Person, now: datetime) -> list[Rating]:
    """Free the work of an assessor who does not get round to it, so that somebody else can do it.

    One who judges the candidate as a whole returns everything, since somebody else starts as a whole too; of spread
    work what is signed stays. Raises Refused when all is final, and, unless it is the assessor who asks, while that
    one was at it less than a lease ago.
    """
    session.refresh(sitting, ["stage"], with_for_update=True)
    own = own_ratings(session, sitting, assessor)
    if not own:
        raise Refused(Rule.NOTHING)
    if by.id != assessor.id and any(rating.is_at_work(now) for rating in own):
        raise Refused(Rule.AT_WORK)
    waiting = [rating for rating in own if rating.signed is None]
    partly = len(own) < len(sitting.answers) or any(rating.signed is Phase.DOSSIER for rating in own)
    back = waiting if partly and waiting else own
    give_back(back, Return.TAKEN_BACK, now)
    look_again(session, sitting)
    numbers = [rating.answer.number for rating in back]
    audit.record(session, now, by.id, "work_taken_back", sitting, assessor=str(assessor.id), answers=numbers)
    return list(back)


def return_all(session: Session, assessor: Person, now: datetime) -> int:
    """An assessor who cannot go on returns all that is not signed; answers how many answers."""
    unsigned = Rating.declined_at.is_(None) & Rating.phase1_signed_at.is_(None) & (Rating.purpose == Purpose.EXAM)
    mine = select(Answer.sitting_id).join(Rating).where(Rating.assessor_id == assessor.id, unsigned)
    sittings = session.scalars(select(Sitting).where(Sitting.id.in_(mine)).order_by(Sitting.finished_at, Sitting.id))
    return sum(len(take_back(session, sitting, assessor, assessor, now)) for sitting in sittings.all())


def _left_behind(session: Session, sitting: Sitting, assessor: Person) -> Sequence[Rating]:
    """The work that was taken back from this assessor, oldest first."""
    return session.scalars(
        select(Rating)
        .join(Answer)
        .where(
            Answer.sitting_id == sitting.id,
            Rating.assessor_id == assessor.id,
            Rating.marking == sitting.marking,
            Rating.declined_because == Return.TAKEN_BACK,
        )
        .order_by(Rating.declined_at)
    ).all()

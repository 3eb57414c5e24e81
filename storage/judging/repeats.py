"""Asking an answer again: another take, judged anew by the same assessors, while all that was said stays kept.

The verdict for which it is asked stays until the new one takes its place. When no take comes in time, the office stops
waiting: the earlier take is the answer after all, and somebody decides on what there is.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from scenarios.chapters import SittingRules
from scenarios.sitting import AnswerStage
from storage.base import audit
from storage.base.database import Base, Identified
from storage.base.refusal import Refused
from storage.exam.recordings import latest_take
from storage.exam.sittings import Answer, Sitting
from storage.judging import progress, verdicts
from storage.judging.ratings import Rating, Return, ratings_of
from storage.judging.verdicts import Verdict
from storage.people.people import Person


class Rule(StrEnum):
    """Why an answer is not asked again, or the office does not stop waiting for it."""

    NOTHING = "no_answers_to_ask"
    IN_TIME = "answer_still_has_time"
    RECORDING = "answer_is_being_recorded"


class Repeat(Identified, Base):
    """One answer that was asked again: by whom, why, until when, and the undecided verdict for which it was.

    `given_up_at`: since when nobody waits for it any more.
    """

    __tablename__ = "repeat"

    answer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Answer.id))
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    until: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text)
    verdict: Mapped[dict[str, Any] | None]

    answer: Mapped[Answer] = relationship()
    asked_by: Mapped[Person] = relationship()

    __table_args__ = (Index(None, "answer_id"),)


def ask_again(
    session: Session, answers: Sequence[Answer], by: Person, reason: str, now: datetime, verdict: Verdict | None = None
) -> None:
    """Ask these answers of one candidate again; assessors who had them judge the new takes in the same slots.

    Their ratings of the old takes are kept as work that went back. `verdict`: the one in which too little was observed,
    or the result that an objection is about; it stays until there is another. Raises Refused for a verdict that is on
    its way and decides, and without answers.
    """
    if not answers:
        raise Refused(Rule.NOTHING)
    if verdict is not None and verdict.released_at is None and verdict.passed is not None:
        raise Refused(verdicts.Rule.DECIDED)
    if verdict is not None and verdict.asked_until is not None:
        raise Refused(verdicts.Rule.ASKED, needed=verdict.asked_until)
    sitting = answers[0].sitting
    until = now + timedelta(days=sitting.dossier.scheme.content.chapter(SittingRules).window_days)
    was = verdict and {"inputs": verdict.inputs, "decision": verdict.decision, "decided_at": str(verdict.decided_at)}
    judged = [one for one in ratings_of(session, sitting) if one.answer in answers]
    slots = {one: (one.answer, one.assessor, one.slot, one.shuffle) for one in judged}
    for rating in judged:
        rating.slot, rating.declined_at, rating.declined_because = None, now, Return.AGAIN
    session.flush()
    session.add_all(
        Rating(answer=answer, assessor=assessor, slot=slot, shuffle=shuffle, marking=sitting.marking)
        for answer, assessor, slot, shuffle in slots.values()
    )
    for answer in answers:
        answer.grant_take(now)
        facts = {"asked_at": now, "asked_by": by, "until": until, "reason": reason.strip(), "verdict": was}
        session.add(Repeat(id=uuid.uuid4(), answer=answer, **facts))
        audit.record(session, now, by.id, "answer_asked_again", answer, number=answer.number)
    if verdict is not None:
        verdict.asked_until = until
    progress.look_again(session, sitting)


def repeats_of(session: Session, sitting: Sitting) -> Sequence[Repeat]:
    """What was ever asked again in this sitting, oldest first."""
    theirs = select(Repeat).join(Answer).where(Answer.sitting_id == sitting.id)
    return session.scalars(theirs.order_by(Repeat.asked_at, Answer.number)).all()


def asked_now(session: Session, sitting: Sitting) -> list[Repeat]:
    """What is asked of the candidate and did not come yet, the newest of each answer, by situation."""
    newest = {one.answer_id: one for one in repeats_of(session, sitting)}
    missing = [one for one in newest.values() if one.given_up_at is None and not _came(one)]
    return sorted(missing, key=lambda one: one.answer.number)


def give_up(session: Session, verdict: Verdict, by: Person, now: datetime) -> None:
    """No longer wait for the answers that did not come: of each the take before it counts, as it was judged.

    What did come is judged as usual. Raises Refused while the candidate has time, or is recording right now.
    """
    if verdict.asked_until is None:
        raise Refused(verdicts.Rule.NOT_ASKED)
    if now < verdict.asked_until:
        raise Refused(Rule.IN_TIME, needed=verdict.asked_until)
    sitting = verdict.sitting
    missing = asked_now(session, sitting)
    if any(one.answer.stage is AnswerStage.RECORDING for one in missing):
        raise Refused(Rule.RECORDING)
    for one in missing:
        _as_before(session, one, now)
        one.given_up_at = now
        audit.record(session, now, by.id, "answer_given_up", one.answer, number=one.answer.number)
    session.flush()
    asked_for_it = [one for one in repeats_of(session, sitting) if one.until == verdict.asked_until]
    if not any(_came(one) for one in asked_for_it):
        verdict.asked_until = None
    elif progress.all_final(sitting, ratings_of(session, sitting)):
        # Somebody signed the last of what came while another answer was still waited for.
        progress.decide(session, sitting, now)
    progress.look_again(session, sitting)


def _as_before(session: Session, repeat: Repeat, now: datetime) -> None:
    """The take that there was is the answer again, and what was said of it counts."""
    answer = repeat.answer
    fresh = [one for one in ratings_of(session, answer.sitting) if one.answer_id == answer.id and one.signed is None]
    before = select(Rating).where(
        Rating.answer_id == answer.id,
        Rating.marking == answer.sitting.marking,
        Rating.declined_because == Return.AGAIN,
        Rating.declined_at == repeat.asked_at,
    )
    judged = {one.assessor_id: one for one in session.scalars(before)}
    slots = {one.assessor_id: one.slot for one in fresh}
    for one in fresh:
        session.delete(one)
    session.flush()
    for assessor_id, rating in judged.items():
        if slot := slots.get(assessor_id):
            rating.slot, rating.declined_at, rating.declined_because = slot, None, None
    take = latest_take(session, answer)
    answer.withdraw_retake(take.closed_at if take else None, now)


def _came(repeat: Repeat) -> bool:
    """True when the candidate took the answer again."""
    answer = repeat.answer
    at = answer.recorded_at
    return answer.stage is AnswerStage.RECORDED and at is not None and at > repeat.asked_at

"""Asking an answer again: another take, judged anew by the same assessors, while all that was said stays kept."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from storage.base import audit
from storage.base.database import Base, Identified
from storage.base.refusal import Refused
from storage.exam.sittings import Answer
from storage.judging.progress import look_again
from storage.judging.ratings import Rating, Return, ratings_of
from storage.judging.verdicts import Rule, Verdict
from storage.people.people import Person


class Repeat(Identified, Base):
    """One answer that was asked again: by whom, why, and the undecided verdict that made way for it, if any did."""

    __tablename__ = "repeat"

    answer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Answer.id), index=True)
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    reason: Mapped[str] = mapped_column(Text)
    verdict: Mapped[dict[str, Any] | None]

    answer: Mapped[Answer] = relationship()
    asked_by: Mapped[Person] = relationship()


def ask_again(
    session: Session, answers: Sequence[Answer], by: Person, reason: str, now: datetime, verdict: Verdict | None = None
) -> None:
    """Ask these answers of one candidate again; assessors who had them judge the new takes in the same slots.

    Their ratings of the old takes are kept as work that went back. With `verdict`, the one in which too little was
    observed: it makes way, and stands with the repeat. Raises Refused for a verdict that decides.
    """
    if verdict is not None and verdict.passed is not None:
        raise Refused(Rule.DECIDED)
    was = verdict and {"inputs": verdict.inputs, "decision": verdict.decision, "decided_at": str(verdict.decided_at)}
    judged = [one for one in ratings_of(session, answers[0].sitting) if one.answer in answers]
    slots = {one: (one.answer, one.assessor, one.slot, one.shuffle) for one in judged}
    for rating in judged:
        rating.slot, rating.declined_at, rating.declined_because = None, now, Return.AGAIN
    session.flush()
    session.add_all(
        Rating(answer=answer, assessor=assessor, slot=slot, shuffle=shuffle)
        for answer, assessor, slot, shuffle in slots.values()
    )
    for answer in answers:
        answer.grant_take(now)
        session.add(
            Repeat(id=uuid.uuid4(), answer=answer, asked_at=now, asked_by=by, reason=reason.strip(), verdict=was)
        )
        audit.record(session, now, by.id, "answer_asked_again", answer, number=answer.number)
    if verdict is not None:
        session.delete(verdict)
    look_again(session, answers[0].sitting)

"""What the office decides about a take that no rule can settle: one more attempt, accept it as it is, or leave it."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from scenarios import sitting as rules
from scenarios.sitting import AnswerStage
from storage import audit
from storage.database import Base, Identified, one_of
from storage.jobs import Job, JobState
from storage.people import Person
from storage.recordings import FINISH, STUCK, Original, Recording, RecordingState, counting_take
from storage.refusal import Refused
from storage.sittings import Answer


class DecisionKind(StrEnum):
    """`again`: the candidate makes another take. `accepted`: assessors see this take, fault and all. `noted`: an
    original that came after the first score changes nothing."""

    AGAIN = "again"
    ACCEPTED = "accepted"
    NOTED = "noted"


class Rule(StrEnum):
    """Why the office cannot decide so."""

    NO_REASON = "take_decision_without_reason"
    NOT_WAITING = "take_waits_for_nobody"
    NOTHING_TO_SEE = "take_without_picture"


class TakeDecision(Identified, Base):
    """One decision of one officer about one take, with a reason, which stays out of the audit log."""

    __tablename__ = "take_decision"

    recording_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Recording.id))
    kind: Mapped[DecisionKind] = mapped_column(one_of(DecisionKind))
    reason: Mapped[str] = mapped_column(Text)
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime]

    recording: Mapped[Recording] = relationship()
    by: Mapped[Person] = relationship()

    __table_args__ = (Index(None, "recording_id"),)


def may_decide(session: Session, recording: Recording, now: datetime) -> set[DecisionKind]:
    """What the office may decide about this take now; nothing when no one waits for the office."""
    answer, allowed = recording.answer, set()
    if _unseen(session, recording):
        allowed.add(DecisionKind.NOTED)
    if answer.stage is not AnswerStage.RECORDED or counting_take(session, answer) is not recording:
        return allowed
    if recording.stuck(now) or _unmade(session, recording):
        allowed.add(DecisionKind.AGAIN)
    if recording.state is RecordingState.RETAKE and rules.retake_refusal(answer.view, answer.sitting.times):
        allowed.add(DecisionKind.AGAIN)
        if recording.figures.get("frames"):
            allowed.add(DecisionKind.ACCEPTED)
    return allowed


def decide(
    session: Session, recording: Recording, kind: DecisionKind, reason: str, officer: Person, now: datetime
) -> TakeDecision:
    """Decide about a take, and do what follows from it. Raises Refused when it may not be, or not without a reason."""
    if not reason.strip():
        raise Refused(Rule.NO_REASON)
    session.refresh(recording, ["state"], with_for_update=True)
    allowed = may_decide(session, recording, now)
    if kind not in allowed:
        only_unseen = kind is DecisionKind.ACCEPTED and DecisionKind.AGAIN in allowed
        raise Refused(Rule.NOTHING_TO_SEE if only_unseen else Rule.NOT_WAITING, found=recording.state)
    decision = TakeDecision(recording=recording, kind=kind, reason=reason.strip(), by_id=officer.id, at=now)
    session.add(decision)
    session.flush()
    audit.record(session, now, officer.id, f"take_{kind}", recording, number=recording.answer.number)
    if kind is DecisionKind.ACCEPTED:
        recording.capture(now)
    elif kind is DecisionKind.AGAIN:
        if recording.state is not RecordingState.RETAKE:
            recording.give_up(now)
        if recording.answer.stage is AnswerStage.RECORDED:
            recording.answer.grant_take(now)
        recording.answer.tell_retake(now)
    return decision


def decisions_about(session: Session, recording: Recording) -> Sequence[TakeDecision]:
    """Every decision about this take, oldest first."""
    found = select(TakeDecision).where(TakeDecision.recording_id == recording.id).order_by(TakeDecision.at)
    return session.scalars(found).all()


def accepted(session: Session, recording: Recording) -> bool:
    """Whether assessors may see this take in spite of its faults."""
    return any(one.kind is DecisionKind.ACCEPTED for one in decisions_about(session, recording))


def waiting(session: Session, now: datetime) -> dict[str, list[Recording]]:
    """The takes that wait for the office, oldest first, by what is the matter.

    `faulty`: a fault and no retake left. `stuck`: it never left its recorder. `unmade`: no film can be made of it.
    `late`: a part came after the first score.
    """
    faulty = select(Recording).join(Answer)
    faulty = faulty.where(Recording.state == RecordingState.RETAKE, Answer.stage == AnswerStage.RECORDED)
    stuck = select(Recording).where(Recording.state == RecordingState.RECEIVING, Recording.created_at < now - STUCK)
    unmade = select(Recording).join(Job, Job.subject == Recording.id)
    unmade = unmade.where(Recording.state == RecordingState.CAPTURED, Job.kind == FINISH, Job.state == JobState.DEAD)
    late = select(Recording).where(Recording.originals.any(Original.created_at > Recording.captured_at))
    found = {
        name: session.scalars(query.order_by(Recording.created_at)).all()
        for name, query in (("faulty", faulty), ("stuck", stuck), ("unmade", unmade), ("late", late))
    }
    return {
        name: [
            take
            for take in takes
            if (DecisionKind.NOTED if name == "late" else DecisionKind.AGAIN) in may_decide(session, take, now)
        ]
        for name, takes in found.items()
    }


def _unmade(session: Session, recording: Recording) -> bool:
    """Whether the job that makes the film has given up, and nobody has begun it again."""
    jobs = select(Job.state).where(Job.kind == FINISH, Job.subject == recording.id).order_by(Job.created_at.desc())
    return recording.state is RecordingState.CAPTURED and session.scalars(jobs.limit(1)).first() is JobState.DEAD


def _unseen(session: Session, recording: Recording) -> bool:
    """Whether an original came too late that nobody has noted."""
    noted = [one.at for one in decisions_about(session, recording) if one.kind is DecisionKind.NOTED]
    return any(not noted or original.created_at > noted[-1] for original in recording.late)

"""The office's decisions about a take that no rule can settle: one more attempt, accept it as it is, or leave it."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Select, Text, case, exists, literal, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column, relationship

from scenarios import sitting as rules
from scenarios.chapters import SittingRules
from scenarios.sitting import AnswerStage
from storage.base import audit
from storage.base.database import Base, Identified, one_of
from storage.base.jobs import Job, JobState
from storage.base.refusal import Refused
from storage.dossier.dossiers import Dossier
from storage.exam.recordings import FINISH, STUCK, Recording, RecordingState, counting_take
from storage.exam.sittings import Answer, Sitting
from storage.people.people import Person
from storage.schemes import with_sittings


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
    """The decisions that the office may take about this take now; nothing when no one waits for the office."""
    answer, allowed = recording.answer, set()
    if recording.late_at is not None:
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
    if kind is DecisionKind.NOTED:
        recording.late_at = None
    elif kind is DecisionKind.ACCEPTED:
        recording.capture(now)
    elif kind is DecisionKind.AGAIN:
        if recording.state is not RecordingState.RETAKE:
            recording.give_up(now)
        if recording.answer.stage is AnswerStage.RECORDED:
            recording.answer.grant_take(now)
        recording.answer.enqueue_retake_mail(now)
    return decision


def decisions_about(session: Session, recording: Recording) -> Sequence[TakeDecision]:
    """Every decision about this take, oldest first."""
    found = select(TakeDecision).where(TakeDecision.recording_id == recording.id).order_by(TakeDecision.at)
    return session.scalars(found).all()


def accepted(session: Session, recording: Recording) -> bool:
    """True when assessors may see this take in spite of its faults."""
    return any(one.kind is DecisionKind.ACCEPTED for one in decisions_about(session, recording))


# Made once: SQLAlchemy reads the columns of each new alias anew, which cost half of what the menu of the office does.
_OTHER, _JOB, _NEWER = aliased(Recording), aliased(Job), aliased(Job)


def waits(session: Session, now: datetime) -> dict[str, Select[Recording]]:
    """The takes that wait for the office, by what is the matter, as queries that join the dossier.

    `faulty`: a fault and no retake left. `stuck`: it never left its recorder. `unmade`: no film can be made of it.
    `late`: a part came after the first score. They say of many takes what `may_decide` says of one.
    """
    retakes = {scheme.id: scheme.content.chapter(SittingRules).technical_retakes for scheme in with_sittings(session)}
    left = case(retakes, value=Dossier.scheme_id) if retakes else literal(0)
    # Said so, a database without statistics looks in the few takes of the answer and not in all that are stored.
    not_stored = set(RecordingState) - {RecordingState.STORED}
    stored = exists().where(_OTHER.answer_id == Recording.answer_id, _OTHER.state.not_in(not_stored))
    counts = (Answer.stage == AnswerStage.RECORDED) & (Recording.take == Answer.takes) & ~stored
    dead = exists().where(
        _JOB.subject == Recording.id,
        _JOB.kind == FINISH,
        _JOB.state == JobState.DEAD,
        ~exists().where(_NEWER.subject == _JOB.subject, _NEWER.kind == FINISH, _NEWER.created_at > _JOB.created_at),
    )
    conditions = {
        "faulty": (Recording.state == RecordingState.RETAKE) & counts & (Answer.takes > left + Answer.extra_takes),
        "stuck": (Recording.state == RecordingState.RECEIVING) & counts & (Recording.closed_at < now - STUCK),
        "unmade": (Recording.state == RecordingState.CAPTURED) & counts & dead,
        "late": Recording.late_at.is_not(None),
    }
    takes = select(Recording).join(Recording.answer).join(Answer.sitting).join(Sitting.dossier)
    return {name: takes.where(wanted) for name, wanted in conditions.items()}


def waiting(session: Session, now: datetime) -> dict[str, list[Recording]]:
    """The same takes, oldest first."""
    found = waits(session, now)
    return {name: list(session.scalars(query.order_by(Recording.created_at))) for name, query in found.items()}


def _unmade(session: Session, recording: Recording) -> bool:
    """True when the job that makes the film has given up, and nobody has begun it again."""
    jobs = select(Job.state).where(Job.kind == FINISH, Job.subject == recording.id).order_by(Job.created_at.desc())
    return recording.state is RecordingState.CAPTURED and session.scalars(jobs.limit(1)).first() is JobState.DEAD

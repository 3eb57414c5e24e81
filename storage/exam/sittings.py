"""The sitting (part 2): one candidate, ten situations, one answer to each."""

import secrets
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from scenarios import sitting as rules
from scenarios.catalogue import Scenario
from scenarios.chapters import IdentityCheck, SittingRules
from scenarios.quality import judge_camera
from scenarios.sitting import AnswerStage, AnswerView, Rule, Stage, Step, Times
from storage.base import audit
from storage.base.codes import neutral_code
from storage.base.database import Base, Identified, one_of, session_of
from storage.base.jobs import Queue, enqueue
from storage.base.refusal import Refused
from storage.base.steps import check_step
from storage.dossier.dossiers import Dossier
from storage.people.people import Person
from storage.schemes import Clip, Pack

RETAKE_ASKED = "tell_retake"
"""The kind of the office job that mails a candidate that an answer is asked again; its subject is the answer."""


class Judging(StrEnum):
    """How far judging is, as `storage.judging.progress.look_again` sees it: it is kept so that lists need not look."""

    OPEN = "open"
    """A slot waits for an assessor, perhaps since the first two are too far apart."""
    HELD = "held"
    """Everything is in somebody's hands."""
    DECIDED = "decided"
    """There is a verdict."""


CONSENT_STAGES = (Stage.CONSENTED, Stage.CHECKED)
"""In which the candidate said that recording is fine, and nothing is recorded yet."""


class Sitting(Identified, Base):
    """One candidate's assessment. `seat` is the one browser tab that leads it; `extra_time` a fraction such as 3/2.

    `finished_at`: when the candidate closed it last; it stays while a retake opens the sitting again. `told_at`: when
    the result was made known. `marking`: the judgements that count, 2 since all is judged anew by others.
    `text_prompt`: the words of the clip may be read. `reminded`: how many days before the end the last reminder went
    out.
    """

    __tablename__ = "sitting"

    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Dossier.id), unique=True)
    pack_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Pack.id))
    stage: Mapped[Stage] = mapped_column(one_of(Stage), default=Stage.INVITED)
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    extra_time: Mapped[str] = mapped_column(String(12), default="1")
    replay: Mapped[bool] = mapped_column(default=False)
    text_prompt: Mapped[bool] = mapped_column(default=False)
    seat: Mapped[str | None] = mapped_column(String(64))
    consent_version: Mapped[str | None] = mapped_column(String(20))
    consented_at: Mapped[datetime | None]
    device_check: Mapped[dict[str, Any]] = mapped_column(default=dict[str, Any])
    break_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    judging: Mapped[Judging] = mapped_column(one_of(Judging), default=Judging.OPEN, server_default=Judging.OPEN)
    marking: Mapped[int] = mapped_column(default=1, server_default="1")
    extension_reason: Mapped[str] = mapped_column(Text, default="")
    reminded: Mapped[int | None]
    identity_code: Mapped[str | None] = mapped_column(String(6))
    identity_tries: Mapped[int] = mapped_column(default=0)
    identified_at: Mapped[datetime | None]
    identified_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))

    dossier: Mapped[Dossier] = relationship()
    pack: Mapped[Pack] = relationship()
    answers: Mapped[list["Answer"]] = relationship(back_populates="sitting", order_by="Answer.number")

    __table_args__ = (
        CheckConstraint("closes_at > opens_at", name="window"),
        Index(None, "stage", "told_at", "finished_at"),
        Index(None, "stage", "judging", "finished_at", "id"),
    )
    # Of two changes at the same moment that start from one stage, the second fails (StaleDataError).
    __mapper_args__ = {"version_id_col": stage, "version_id_generator": False}

    @property
    def times(self) -> Times:
        """The times that hold for this candidate."""
        return rules.times_for(
            self.dossier.scheme.content.chapter(SittingRules), Fraction(self.extra_time), self.replay
        )

    @property
    def current(self) -> "Answer | None":
        """The answer that the candidate is at."""
        view = rules.current([answer.view for answer in self.answers])
        return next((answer for answer in self.answers if view and answer.number == view.number), None)

    def step(self, now: datetime) -> Step:
        """The step that the candidate's page shows now."""
        return rules.step(self.stage, [a.view for a in self.answers], self.break_until, now)

    def require_open(self, now: datetime) -> None:
        """Raise Refused outside the window, unless the candidate is already answering and so may go on."""
        refusal = rules.window_refusal(now, self.opens_at, self.closes_at)
        if refusal and not (refusal is Rule.WINDOW_CLOSED and self.stage is Stage.ANSWERING):
            raise Refused(refusal, found=now, needed=(self.opens_at, self.closes_at))

    def require_seat(self, seat: str) -> None:
        """Raise Refused when another tab leads this sitting."""
        if self.seat not in (None, seat):
            raise Refused(Rule.ELSEWHERE)

    def take_seat(self, seat: str, now: datetime) -> None:
        """Make this tab the one that leads, and bring the answer that was going on to the step that the rules say."""
        if self.seat is not None and self.seat != seat:
            self._record("sitting_moved", now)
        self.seat = seat
        if self.stage is Stage.ANSWERING and (answer := self.current):
            answer.resume(now)

    def consent(self, version: str, now: datetime) -> None:
        self._go(Stage.CONSENTED, now, version=version)
        self.consent_version, self.consented_at = version, now

    def take_back_consent(self, now: datetime) -> None:
        """The candidate does not want to be recorded after all. Nothing was recorded yet, and the place stays."""
        self._go(Stage.INVITED, now)
        self.consent_version, self.consented_at, self.device_check = None, None, {}

    def pass_check(self, result: dict[str, Any], now: datetime) -> None:
        """Keep what the camera and microphone check found. Raises Refused when no recording of it could pass."""
        limits = self.dossier.scheme.content.quality
        if limits and (faults := judge_camera(result, limits)):
            needed = (limits.minimum_height, limits.minimum_fps)
            raise Refused(Rule.CAMERA_BELOW_LIMITS, found=[fault.kind for fault in faults], needed=needed)
        self._go(Stage.CHECKED, now)
        self.device_check = result

    def check_again(self, now: datetime) -> None:
        self._go(Stage.CONSENTED, now)

    def begin(self, now: datetime) -> None:
        """Start the clock of the ten situations. Raises Refused while it is not sure who sits there, if it must be."""
        if self.needs_identity:
            raise Refused(Rule.NOT_IDENTIFIED)
        self._go(Stage.ANSWERING, now)

    @property
    def needs_identity(self) -> bool:
        """True when somebody of the organisation still has to say that this is the candidate."""
        return self.identity_code is not None and self.identified_at is None

    def identify(self, code: str, now: datetime) -> bool:
        """The code that the supervisor read out; whether it is right. Raises Refused after too many wrong ones."""
        if self.identity_tries >= rules.IDENTITY_TRIES:
            raise Refused(Rule.TOO_MANY_CODES, found=self.identity_tries, needed=rules.IDENTITY_TRIES)
        self.identity_tries += 1
        if not secrets.compare_digest(code.encode(), (self.identity_code or "").encode()):
            return False
        self._identified(now, None)
        return True

    def confirm_identity(self, supervisor: Person, now: datetime) -> None:
        """Somebody of the organisation says, under an own log-in, that this is the candidate."""
        if self.needs_identity:
            self._identified(now, supervisor)

    def _identified(self, now: datetime, by: Person | None) -> None:
        supervisor = None if by is None else by.id
        self.identified_at, self.identified_by_id = now, supervisor
        audit.record(session_of(self), now, supervisor, "sitting_identified", self)

    def extend(self, until: datetime, reason: str, officer: Person, now: datetime) -> None:
        """Give more time, with the reason; an exam that had expired goes on where it was. Raises Refused backwards."""
        # One that is over may go on for any time from now, be it in the window that it had.
        least = now if self.stage is Stage.EXPIRED else max(now, self.closes_at)
        if self.stage is Stage.FINISHED or until <= least:
            raise Refused(Rule.NOT_LATER, found=until, needed=least)
        if not reason.strip():
            raise Refused(Rule.NO_REASON)
        if self.stage is Stage.EXPIRED:
            self._go(Stage.ANSWERING if self.begun else Stage.INVITED, now)
        self.closes_at, self.extension_reason, self.reminded = until, reason.strip(), None
        audit.record(session_of(self), now, officer.id, "sitting_extended", self)

    def replan(self, opens_at: datetime, closes_at: datetime, now: datetime) -> None:
        """Another date for somebody whose exam closed before it began."""
        if self.begun:
            raise Refused(Rule.OTHER_STEP, found=self.stage, needed=Stage.INVITED)
        self._go(Stage.INVITED, now)
        self.opens_at, self.closes_at, self.reminded, self.extension_reason = opens_at, closes_at, None, ""

    def expire(self, now: datetime) -> None:
        """The window closed and nobody had begun: no-show."""
        self._go(Stage.EXPIRED, now)

    @property
    def last_step_at(self) -> datetime:
        """When the candidate did something in this exam for the last time."""
        moments = [self.consented_at, self.break_until]
        for answer in self.answers:
            moments += [answer.preparing_since, answer.recording_since, answer.recorded_at]
        return max((one for one in moments if one is not None), default=self.opens_at)

    def leave_off(self, now: datetime) -> None:
        """It was begun and left for longer than the scheme gives: an incident, about which the office decides.

        What was recorded is kept. More time lets it go on where it was, until the day that the office names. Not for an
        answer that is asked again.
        """
        hours = self.dossier.scheme.content.chapter(SittingRules).resume_hours
        has_time = self.finished_at is not None or (self.extension_reason and now < self.closes_at)
        if not has_time and rules.left_too_long(self.last_step_at, hours, now):
            self._go(Stage.EXPIRED, now, begun=True)

    @property
    def begun(self) -> bool:
        """True when any of the situations was met."""
        return any(answer.met for answer in self.answers)

    def take_break(self, now: datetime) -> None:
        if not rules.break_offered([a.view for a in self.answers], self.times, self.break_until is not None):
            raise Refused(Rule.OTHER_STEP)
        self.break_until = now + timedelta(seconds=self.times.break_s)
        self._record("break_began", now)

    def end_break(self, now: datetime) -> None:
        if self.break_until and now < self.break_until:
            self.break_until = now

    def finish(self, now: datetime, is_safe: Callable[["Answer"], bool]) -> None:
        """Close the sitting. Raises Refused until every answer is recorded and safely kept."""
        unsafe = [a.number for a in self.answers if a.stage is not AnswerStage.RECORDED or not is_safe(a)]
        if unsafe:
            raise Refused(Rule.NOT_ALL_SAFE, found=unsafe, needed=[])
        self._go(Stage.FINISHED, now)
        self.finished_at = now

    def reopen(self, now: datetime) -> None:
        """Go back to answering, for a technical retake that was found after the end."""
        if self.stage is Stage.FINISHED:
            self._go(Stage.ANSWERING, now)

    def close_again(self, now: datetime) -> None:
        """Finished once more, as the candidate left it, when the retake that opened the sitting again was withdrawn."""
        recorded = all(answer.stage is AnswerStage.RECORDED for answer in self.answers)
        if self.stage is Stage.ANSWERING and self.finished_at and recorded:
            self._go(Stage.FINISHED, now)

    def _go(self, stage: Stage, now: datetime, **facts: Any) -> None:
        check_step(rules.STAGES, self.stage, stage)
        self.stage = stage
        self._record(f"sitting_{stage}", now, **facts)

    def _record(self, verb: str, now: datetime, **facts: Any) -> None:
        audit.record(session_of(self), now, self.dossier.candidate_id, verb, self, **facts)


class Answer(Identified, Base):
    """One candidate's answer to one scenario. `code` is all that an assessor's queue shows of it.

    `parallel`: which of the scenarios with this number, as `storage.exam.drawing` drew it; it is 0 until then.
    """

    __tablename__ = "answer"

    sitting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Sitting.id))
    number: Mapped[int]
    parallel: Mapped[int] = mapped_column(default=0, server_default="0")
    code: Mapped[str] = mapped_column(String(12), unique=True, default=lambda: neutral_code("A"))
    stage: Mapped[AnswerStage] = mapped_column(one_of(AnswerStage), default=AnswerStage.WAITING)
    plays: Mapped[int] = mapped_column(default=0)
    stalled: Mapped[bool] = mapped_column(default=False)
    preparation_restarts: Mapped[int] = mapped_column(default=0)
    preparing_since: Mapped[datetime | None]
    recording_since: Mapped[datetime | None]
    recorded_at: Mapped[datetime | None]
    takes: Mapped[int] = mapped_column(default=0)
    extra_takes: Mapped[int] = mapped_column(default=0, server_default="0")

    sitting: Mapped[Sitting] = relationship(back_populates="answers")

    __table_args__ = (UniqueConstraint("sitting_id", "number"), CheckConstraint("number > 0", name="number"))
    __mapper_args__ = {"version_id_col": stage, "version_id_generator": False}

    @property
    def view(self) -> AnswerView:
        return AnswerView(
            self.number,
            self.stage,
            self.plays,
            self.stalled,
            self.preparation_restarts,
            self.preparing_since,
            self.recording_since,
            self.takes,
            self.extra_takes,
        )

    @property
    def scenario(self) -> Scenario:
        """The situation that is answered."""
        return self.sitting.pack.content.scenario(self.number, self.parallel)

    @property
    def clip(self) -> Clip:
        """Its clip."""
        return self.sitting.pack.clip(self.number, self.parallel)

    @property
    def met(self) -> bool:
        """True once the candidate saw the clip, or began to."""
        return self.stage is not AnswerStage.WAITING or bool(self.plays or self.takes)

    def play(self, now: datetime) -> None:
        """Grant one play of the clip. Raises Refused when none is left."""
        self._require_turn()
        if not rules.plays_left(self.view, self.sitting.times):
            raise Refused(Rule.NO_PLAY_LEFT, found=self.plays, needed=self.sitting.times.clip_plays)
        self._go(AnswerStage.WATCHING, now)
        self.plays += 1

    def stall(self, now: datetime) -> None:
        """A stall of the clip was measured: it may be played once more."""
        if self.stage is AnswerStage.WATCHING and not self.stalled:
            self.stalled = True
            self._go(AnswerStage.WAITING, now)

    def prepare(self, now: datetime) -> None:
        """The clip was played: the time to think begins. Only `resume` may begin it anew."""
        self._require_turn()
        if self.stage is AnswerStage.PREPARING or not self.plays:
            raise Refused(Rule.OTHER_STEP, found=self.stage, needed=AnswerStage.WATCHING)
        self._go(AnswerStage.PREPARING, now)
        self.preparing_since = now

    def begin_recording(self, now: datetime) -> None:
        """Begin a take. The row of the recording is made by `recordings.begin_take`."""
        self._require_turn()
        self._go(AnswerStage.RECORDING, now)
        self.recording_since = now
        self.takes += 1

    def end_recording(self, now: datetime) -> None:
        if self.stage is not AnswerStage.RECORDING:
            raise Refused(Rule.OTHER_STEP, found=self.stage, needed=AnswerStage.RECORDING)
        self._go(AnswerStage.RECORDED, now)
        self.recorded_at = now

    def retake(self, now: datetime) -> None:
        """Ask for another take after a measured fault. Raises Refused when none is left."""
        refusal = rules.retake_refusal(self.view, self.sitting.times)
        if refusal:
            raise Refused(refusal, found=self.takes, needed=self.sitting.times.technical_retakes + self.extra_takes)
        self._go(AnswerStage.WAITING, now)
        self.preparation_restarts, self.preparing_since, self.recording_since = 0, None, None
        self.recorded_at = None
        if self.sitting.times.retake_replays_clip:
            self.plays, self.stalled = 0, False
        if self.sitting.stage is Stage.FINISHED:
            self.sitting.reopen(now)
            self.enqueue_retake_mail(now)

    def grant_take(self, now: datetime) -> None:
        """Ask for another take though none is left: the office has decided so."""
        self.extra_takes = max(self.extra_takes, self.takes - self.sitting.times.technical_retakes)
        self.retake(now)
        self.enqueue_retake_mail(now)

    def enqueue_retake_mail(self, now: datetime) -> None:
        """Let the candidate, who has left the page, hear that this answer is asked once more."""
        enqueue(session_of(self), Queue.OFFICE, RETAKE_ASKED, self.id, now)

    def withdraw_retake(self, recorded_at: datetime | None, now: datetime) -> None:
        """An earlier take, which ended at `recorded_at`, proved good after all: it is the answer, and none is asked."""
        if not rules.retake_needless(self.view):
            raise Refused(Rule.OTHER_STEP, found=self.stage, needed=AnswerStage.WAITING)
        self._go(AnswerStage.RECORDED, now)
        self.preparing_since, self.recorded_at = None, recorded_at
        self.sitting.close_again(now)

    def resume(self, now: datetime) -> None:
        """The page was loaded anew: go to the step that the rules say."""
        after = rules.resumed(self.view, self.sitting.times, now)
        if after.stage is AnswerStage.RECORDED and self.stage is AnswerStage.RECORDING:
            self.end_recording(now)
        elif after != self.view:
            self._go(after.stage, now)
            self.preparing_since, self.preparation_restarts = after.preparing_since, after.preparation_restarts

    def _require_turn(self) -> None:
        """Raise Refused unless the sitting is at this very answer."""
        at = self.sitting.current if self.sitting.stage is Stage.ANSWERING else None
        if at is not self:
            raise Refused(Rule.OTHER_STEP, found=at and at.number, needed=self.number)

    def _go(self, stage: AnswerStage, now: datetime) -> None:
        check_step(rules.ANSWER_STAGES, self.stage, stage)
        candidate = self.sitting.dossier.candidate_id
        session = session_of(self)
        audit.record(session, now, candidate, f"answer_{stage}", self, number=self.number)
        self.stage = stage


def invite(
    session: Session, dossier: Dossier, pack: Pack, opens_at: datetime, now: datetime, closes_at: datetime | None = None
) -> Sitting:
    """Make the sitting of an approved dossier, with one waiting answer per scenario.

    Its window is that of the scheme, unless an exam date says until when.
    """
    closes_at = closes_at or opens_at + timedelta(days=dossier.scheme.content.chapter(SittingRules).window_days)
    sitting = Sitting(
        id=uuid.uuid4(), dossier=dossier, pack=pack, stage=Stage.INVITED, opens_at=opens_at, closes_at=closes_at
    )
    sitting.answers = [Answer(number=scenario.number, stage=AnswerStage.WAITING) for scenario in pack.content.scenarios]
    if dossier.scheme.content.chapter(SittingRules).identity_check is IdentityCheck.CODE:
        sitting.identity_code = f"{secrets.randbelow(10**6):06}"
    session.add(sitting)
    audit.record(session, now, None, "sitting_invited", sitting)
    return sitting


def withdraw(session: Session, dossier: Dossier, actor: Person, reason: str, now: datetime) -> None:
    """Stop with this attempt; an exam that is open closes. Raises Refused once the exam is finished."""
    sitting = session.scalars(select(Sitting).where(Sitting.dossier_id == dossier.id)).first()
    if sitting is not None and sitting.stage is Stage.FINISHED:
        raise Refused(Rule.OTHER_STEP, found=sitting.stage)
    dossier.withdraw(actor.id, reason, now)
    if sitting is not None and sitting.stage is not Stage.EXPIRED:
        sitting.expire(now)

"""The rules of a sitting: what comes next, what may be done now, how much time is left.

The server decides; the page only shows. Every rule takes values and `now`, so a reload, a second tab, a closed laptop
or a wrong clock on the candidate's side all land on the same step.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from math import ceil

from scenarios.chapters import SittingRules

CLOSING_GRACE_S = 15
"""How long after the time limit a recording may still be closed: a slow line is not the candidate's fault."""


IDENTITY_TRIES = 5
"""How many codes may be tried before only the supervisor's own log-in helps: six digits are soon guessed."""


class Stage(StrEnum):
    """How far a sitting is."""

    INVITED = "invited"
    CONSENTED = "consented"
    CHECKED = "checked"
    ANSWERING = "answering"
    FINISHED = "finished"
    EXPIRED = "expired"


STAGES: dict[Stage, set[Stage]] = {
    Stage.INVITED: {Stage.CONSENTED, Stage.EXPIRED},
    Stage.CONSENTED: {Stage.INVITED, Stage.CHECKED, Stage.EXPIRED},
    Stage.CHECKED: {Stage.INVITED, Stage.CONSENTED, Stage.ANSWERING, Stage.EXPIRED},
    Stage.ANSWERING: {Stage.FINISHED, Stage.EXPIRED},
    Stage.FINISHED: {Stage.ANSWERING},
    Stage.EXPIRED: {Stage.INVITED, Stage.ANSWERING},
}
"""Checked goes back to consented for another check of the camera, both go back to invited when the consent is taken
back; finished goes back for a technical retake."""


class AnswerStage(StrEnum):
    """How far one answer is."""

    WAITING = "waiting"
    WATCHING = "watching"
    PREPARING = "preparing"
    RECORDING = "recording"
    RECORDED = "recorded"


ANSWER_STAGES: dict[AnswerStage, set[AnswerStage]] = {
    AnswerStage.WAITING: {AnswerStage.WATCHING, AnswerStage.PREPARING, AnswerStage.RECORDED},
    AnswerStage.WATCHING: {AnswerStage.WAITING, AnswerStage.PREPARING, AnswerStage.RECORDED},
    AnswerStage.PREPARING: {AnswerStage.PREPARING, AnswerStage.RECORDING, AnswerStage.RECORDED},
    AnswerStage.RECORDING: {AnswerStage.RECORDED},
    AnswerStage.RECORDED: {AnswerStage.WAITING},
}
"""Watching goes back to waiting when another play is left; recorded goes back for a technical retake. Any stage before
recording goes to recorded when an earlier take proves good after all: the retake is withdrawn."""


class Step(StrEnum):
    """The step that the candidate's page shows now."""

    WELCOME = "welcome"
    CHECK = "check"
    PRACTICE = "practice"
    CLIP = "clip"
    PREPARE = "prepare"
    RECORD = "record"
    BREAK = "break"
    SAVING = "saving"
    RECEIPT = "receipt"
    CLOSED = "closed"


class Rule(StrEnum):
    """Why something is refused now."""

    WINDOW_NOT_OPEN = "window_not_open"
    WINDOW_CLOSED = "window_closed"
    ELSEWHERE = "open_elsewhere"
    OTHER_STEP = "other_step"
    NO_PLAY_LEFT = "no_play_left"
    NO_RETAKE_LEFT = "no_retake_left"
    NOT_ALL_SAFE = "not_all_safe"
    CAMERA_BELOW_LIMITS = "camera_below_limits"
    RETAKE_WITHDRAWN = "retake_withdrawn"
    NOT_IDENTIFIED = "not_identified"
    TOO_MANY_CODES = "too_many_identity_codes"
    NOT_LATER = "extension_not_later"
    NO_REASON = "extension_without_reason"


@dataclass(frozen=True)
class Times:
    """The values for one candidate, accommodations applied. Seconds, numbers of times."""

    clip_plays: int
    preparation_s: int
    preparation_restarts: int
    answer_s: int
    minimum_answer_s: int
    warning_s: int
    technical_retakes: int
    retake_replays_clip: bool
    break_after: int
    break_s: int


def times_for(rules: SittingRules, extra_time: Fraction = Fraction(1), replay: bool = False) -> Times:
    """The scheme's values with a candidate's accommodation: a factor on preparation and answer, a second play."""
    return Times(
        clip_plays=max(rules.clip_plays, rules.accommodation_clip_plays) if replay else rules.clip_plays,
        preparation_s=ceil(rules.preparation_s * extra_time),
        preparation_restarts=rules.preparation_restarts,
        answer_s=ceil(rules.answer_s * extra_time),
        minimum_answer_s=rules.minimum_answer_s,
        warning_s=rules.warning_s,
        technical_retakes=rules.technical_retakes,
        retake_replays_clip=rules.retake_replays_clip,
        break_after=rules.break_after,
        break_s=rules.break_s,
    )


@dataclass(frozen=True)
class AnswerView:
    """One answer as the rules see it. `plays` counts granted plays of the clip in this take, `takes` the takes begun.

    `stalled` says that a stall of the clip was measured, which gives one more play. `extra_takes` counts the takes that
    the office granted beyond those of the scheme.
    """

    number: int
    stage: AnswerStage = AnswerStage.WAITING
    plays: int = 0
    stalled: bool = False
    preparation_restarts: int = 0
    preparing_since: datetime | None = None
    recording_since: datetime | None = None
    takes: int = 0
    extra_takes: int = 0


def current(answers: Sequence[AnswerView]) -> AnswerView | None:
    """The answer that the candidate is at: the one begun, else the first that waits; None when all are recorded.

    A begun answer comes first, so that a technical retake of an earlier one never interrupts it.
    """
    begun = (AnswerStage.WATCHING, AnswerStage.PREPARING, AnswerStage.RECORDING)
    ordered = sorted(answers, key=lambda answer: answer.number)
    return next(
        (answer for answer in ordered if answer.stage in begun),
        next((answer for answer in ordered if answer.stage is AnswerStage.WAITING), None),
    )


def window_refusal(now: datetime, opens_at: datetime, closes_at: datetime) -> Rule | None:
    """Why the sitting cannot be used now, if so."""
    if now < opens_at:
        return Rule.WINDOW_NOT_OPEN
    return Rule.WINDOW_CLOSED if now >= closes_at else None


def step(stage: Stage, answers: Sequence[AnswerView], break_until: datetime | None, now: datetime) -> Step:
    """The step that the page shows, from the rows alone."""
    fixed = {
        Stage.INVITED: Step.WELCOME,
        Stage.CONSENTED: Step.CHECK,
        Stage.CHECKED: Step.PRACTICE,
        Stage.FINISHED: Step.RECEIPT,
        Stage.EXPIRED: Step.CLOSED,
    }
    if stage in fixed:
        return fixed[stage]
    answer = current(answers)
    if answer is None:
        return Step.SAVING
    if answer.stage is AnswerStage.WAITING and break_until is not None and now < break_until:
        return Step.BREAK
    return {
        AnswerStage.WAITING: Step.CLIP,
        AnswerStage.WATCHING: Step.CLIP,
        AnswerStage.PREPARING: Step.PREPARE,
        AnswerStage.RECORDING: Step.RECORD,
    }[answer.stage]


def break_offered(answers: Sequence[AnswerView], times: Times, break_taken: bool) -> bool:
    """True when the candidate may take the break now: once, between two answers, after so many answers."""
    recorded = sum(answer.stage is AnswerStage.RECORDED for answer in answers)
    between = all(answer.stage in (AnswerStage.WAITING, AnswerStage.RECORDED) for answer in answers)
    return times.break_s > 0 and not break_taken and between and times.break_after <= recorded < len(answers)


def plays_left(answer: AnswerView, times: Times) -> int:
    """How many more times the clip may be played: the scheme's number, one more after a measured stall."""
    return max(0, times.clip_plays + answer.stalled - answer.plays)


def resumed(answer: AnswerView, times: Times, now: datetime) -> AnswerView:
    """The answer after the page was loaded anew.

    A clip that was begun is not shown again unless a play is left: preparation starts. Preparation restarts as often as
    the scheme allows, then its time runs on. A recording that was going on has ended: what was stored is the answer.
    """
    if answer.stage is AnswerStage.WATCHING:
        if plays_left(answer, times):
            return replace(answer, stage=AnswerStage.WAITING)
        return replace(answer, stage=AnswerStage.PREPARING, preparing_since=now)
    if answer.stage is AnswerStage.PREPARING and answer.preparation_restarts < times.preparation_restarts:
        return replace(answer, preparing_since=now, preparation_restarts=answer.preparation_restarts + 1)
    if answer.stage is AnswerStage.RECORDING:
        return replace(answer, stage=AnswerStage.RECORDED)
    return answer


def reminder(days: Sequence[int], reminded: int | None, closes_at: datetime, now: datetime) -> int | None:
    """The reminder that is due: the smallest number of days before the end that has come and was not sent yet."""
    left = (closes_at - now) / timedelta(days=1)
    due = [day for day in days if 0 < left <= day and (reminded is None or day < reminded)]
    return min(due, default=None)


def preparation_left(answer: AnswerView, times: Times, now: datetime) -> float:
    """Seconds of preparation left, never below 0."""
    return _left(answer.preparing_since, times.preparation_s, now)


def overdue(answer: AnswerView, times: Times, now: datetime) -> bool:
    """True when a recording should have been closed by now, its page being gone."""
    if answer.stage is not AnswerStage.RECORDING or answer.recording_since is None:
        return False
    return now > answer.recording_since + timedelta(seconds=times.answer_s + CLOSING_GRACE_S)


def retake_refusal(answer: AnswerView, times: Times) -> Rule | None:
    """Why no other take may be made after a measured fault, if so. The first take is not a retake."""
    return Rule.NO_RETAKE_LEFT if answer.takes > times.technical_retakes + answer.extra_takes else None


@dataclass(frozen=True)
class TakeView:
    """One take as the rules see it. `stored`: it was found fit to be seen, and its film is there."""

    number: int
    stored: bool


def counting(takes: Sequence[TakeView]) -> TakeView | None:
    """The take that is the answer: the newest stored one, else the newest; None before the first.

    Any stored recording is the answer. Of two stored ones the newer counts: it was asked for, and who made it believes
    that it is the answer.
    """
    return max(takes, key=lambda take: (take.stored, take.number), default=None)


def retake_needless(answer: AnswerView) -> bool:
    """True when a retake that was asked for is withdrawn, an earlier take being stored: until its recording begins.

    Slices may come for a day, so that a take with a fault may be whole in the end.
    """
    return answer.takes > 0 and answer.stage in (AnswerStage.WAITING, AnswerStage.WATCHING, AnswerStage.PREPARING)


def left_too_long(last: datetime, resume_hours: int, now: datetime) -> bool:
    """True when an exam that was begun lay still for longer than the scheme gives to finish it."""
    return now >= last + timedelta(hours=resume_hours)


def retake_withdrawn(answer: AnswerView) -> bool:
    """True when a retake was asked and withdrawn: the answer is recorded, though no recording of it was begun."""
    return answer.stage is AnswerStage.RECORDED and answer.recording_since is None


def _left(since: datetime | None, seconds: int, now: datetime) -> float:
    return max(0.0, seconds - (now - since).total_seconds()) if since else float(seconds)

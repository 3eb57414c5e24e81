"""The state that the exam's page may know: the step, each answer's progress, and only the current situation."""

from typing import Any

from flask import url_for

from scenarios import sitting as rules
from scenarios.chapters import SittingRules
from scenarios.sitting import AnswerStage, Step
from storage.exam.recordings import Recording, RecordingState, counting_takes
from storage.exam.sittings import Answer, Sitting
from webapp.context import g
from webapp.dutch import formats


def state(sitting: Sitting) -> dict[str, Any]:
    """Everything that the page may know now. Of the situations only the one that the candidate is at."""
    step, times = sitting.step(g.now), sitting.times
    takes = counting_takes(g.db, sitting)
    views = [answer.view for answer in sitting.answers]
    return {
        "step": step,
        "total": len(sitting.answers),
        "answers": [_progress(answer, takes[answer.number]) for answer in sitting.answers],
        "emergency_s": sitting.dossier.scheme.content.chapter(SittingRules).emergency_s,
        "situation": _situation(sitting, step, times),
        "break": {
            "offered": rules.break_offered(views, times, sitting.break_until is not None),
            "seconds": times.break_s,
            "left_s": max(0.0, (sitting.break_until - g.now).total_seconds()) if sitting.break_until else 0.0,
        },
    }


def _situation(sitting: Sitting, step: Step, times: rules.Times) -> dict[str, Any] | None:
    if step in (Step.CHECK, Step.PRACTICE):
        number, view = 0, rules.AnswerView(0)
        scenario, clip = sitting.pack.content.practice, sitting.pack.clip(0)
    elif step in (Step.CLIP, Step.PREPARE, Step.RECORD) and sitting.current is not None:
        number, view = sitting.current.number, sitting.current.view
        scenario, clip = sitting.current.scenario, sitting.current.clip
    else:
        return None
    return {
        "number": number,
        "title": scenario.title,
        "person": {"name": scenario.person.name, "role": scenario.person.role},
        "setting": scenario.setting,
        "text_prompt": scenario.spoken.strip() if sitting.text_prompt else None,
        "question": scenario.question,
        "clip": {
            "url": url_for("media.clip", clip_id=clip.id),
            "captions": url_for("media.captions", clip_id=clip.id),
            "seconds": clip.seconds,
        },
        "plays_left": rules.plays_left(view, times),
        "preparation_s": times.preparation_s,
        "preparation_left_s": rules.preparation_left(view, times, g.now),
        "answer_s": times.answer_s,
        "minimum_s": times.minimum_answer_s,
        "warning_s": times.warning_s,
        "stall_s": sitting.dossier.scheme.content.chapter(SittingRules).stall_s,
        "take": view.takes,
    }


def _progress(answer: Answer, take: Recording | None) -> dict[str, Any]:
    """How far one answer is, in the words of the page.

    waiting, now, underway, safe, again (a technical retake is asked), or office: a fault, and no retake is left.
    """
    if answer.stage is AnswerStage.RECORDED:
        safe = take is not None and take.safe
        state = "safe" if safe else "office" if take and take.state is RecordingState.RETAKE else "underway"
    else:
        state = "now" if answer.stage is not AnswerStage.WAITING else "again" if take is not None else "waiting"
    safe_at = take.captured_at if take is not None and take.safe else None
    return {"number": answer.number, "state": state, "safe_at": formats.second(safe_at) if safe_at else None}

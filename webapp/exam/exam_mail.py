"""Mail to candidates about what happens to their answers while nobody is at a page; never the same words twice."""

from datetime import datetime

from sqlalchemy.orm import Session

from scenarios.sitting import AnswerStage, Stage
from storage.exam.recordings import counting_takes
from storage.exam.sittings import Answer, Sitting
from storage.judging.repeats import asked_now
from webapp.mail.notify import notify_once


def notify_receipt(session: Session, sitting: Sitting, now: datetime) -> bool:
    """Time, length and hash of every answer of a finished exam; anew when something was added. True when written."""
    if sitting.stage is not Stage.FINISHED:
        return False
    values = {"sitting": sitting, "takes": counting_takes(session, sitting)}
    return notify_once(session, sitting.dossier.candidate, "receipt", now, **values)


def notify_retake(session: Session, answer: Answer, now: datetime) -> bool:
    """An answer is asked again, of a candidate who believed to be done or was told to wait. True when written."""
    if answer.stage is not AnswerStage.WAITING:
        return False
    asked = next((one for one in asked_now(session, answer.sitting) if one.answer_id == answer.id), None)
    return notify_once(session, answer.sitting.dossier.candidate, "retake", now, answer=answer, asked=asked)

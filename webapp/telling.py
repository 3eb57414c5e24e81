"""What candidates hear by mail of what happens to their answers while nobody is at a page.

Office jobs: each reads its row, writes into the outbox what is true by then, and never the same twice.
"""

from datetime import UTC, datetime

from scenarios.sitting import AnswerStage, Stage
from storage.base.database import session_scope
from storage.base.jobs import Claimed, task
from storage.exam.recordings import RECEIPT, counting_takes
from storage.exam.sittings import RETAKE_ASKED, Answer, Sitting
from webapp import create_app, post


@task(RECEIPT)
def send_receipt(job: Claimed) -> dict:
    """Time, length and hash of every answer, once the exam is finished; anew when something was added to it."""
    with create_app().app_context(), session_scope() as session:
        sitting = session.get(Sitting, job.subject)
        if sitting.stage is not Stage.FINISHED:
            return {"sent": False}
        values = {"sitting": sitting, "takes": counting_takes(session, sitting)}
        return {"sent": post.write_once(session, sitting.dossier.candidate, "receipt", datetime.now(UTC), **values)}


@task(RETAKE_ASKED)
def tell_retake(job: Claimed) -> dict:
    """That an answer is asked again, to a candidate who believed to be done or who was told to wait for the office."""
    with create_app().app_context(), session_scope() as session:
        answer = session.get(Answer, job.subject)
        if answer.stage is not AnswerStage.WAITING:
            return {"sent": False}
        candidate = answer.sitting.dossier.candidate
        return {"sent": post.write_once(session, candidate, "retake", datetime.now(UTC), answer=answer)}

"""The office tasks: what happens by itself. Beat rings their names; the rows say what there is to do."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from scenarios import sitting as rules
from scenarios.sitting import AnswerStage
from storage.audits import packs
from storage.base import audit, jobs
from storage.base.config import config
from storage.base.database import session_scope
from storage.base.jobs import celery
from storage.committee import simulating
from storage.committee.simulations import SIMULATE
from storage.exam.recordings import RECEIPT, Recording, RecordingState, latest_take
from storage.exam.sittings import RETAKE_ASKED, Answer, Sitting
from storage.fees import charging
from storage.figures import judging, judging_making
from storage.people.links import SEND_RESET
from storage.people.outbox import DELIVER
from storage.retention import erasing, expired, requests, resealing
from storage.theory.sittings import hand_in_overdue
from webapp import create_app
from webapp.audits import packing
from webapp.dossier import reminding
from webapp.exam import exam_mail
from webapp.judging import telling
from webapp.mail import deliver
from webapp.mail.notify import notify
from webapp.office import alarms
from webapp.people import invitations
from webapp.planning import planning

app = celery


@celery.task(name="sweep")
def sweep() -> None:
    """Ring again for work that nobody heard of."""
    jobs.sweep(datetime.now(UTC))


@celery.task(name="begin_audit_check")
def begin_audit_check() -> None:
    """Let the sealer go through the whole audit log."""
    with session_scope() as session:
        jobs.enqueue(session, jobs.Queue.AUDIT, audit.CHECK, audit.CHAIN, datetime.now(UTC))


@celery.task(name="begin_audit_anchor")
def begin_audit_anchor() -> None:
    """Let the sealer make the anchor of this day."""
    with session_scope() as session:
        jobs.enqueue(session, jobs.Queue.AUDIT, audit.ANCHOR, audit.CHAIN, datetime.now(UTC))


@celery.task(name="tend_sittings")
def tend_sittings() -> None:
    """Close recordings whose page is gone: what was recorded is the answer."""
    now = datetime.now(UTC)
    with session_scope() as session:
        for answer in session.scalars(select(Answer).where(Answer.stage == AnswerStage.RECORDING)):
            if rules.overdue(answer.view, answer.sitting.times, now):
                answer.end_recording(now)
        unclosed = select(Recording).where(
            Recording.closed_at.is_(None),
            Recording.state.in_((RecordingState.EXPECTED, RecordingState.RECEIVING)),
        )
        for recording in session.scalars(unclosed):
            newest = latest_take(session, recording.answer)
            if recording.answer.stage is not AnswerStage.RECORDING or newest is not recording:
                recording.close(now)


@celery.task(name="tend_windows")
def tend_windows() -> None:
    """Remind candidates of their window, managers and assessors of their work; close windows that are over."""
    with create_app().app_context():
        planning.tend_windows(datetime.now(UTC))
        reminding.remind(datetime.now(UTC))
        telling.remind(datetime.now(UTC))
    with session_scope() as session:
        hand_in_overdue(session, datetime.now(UTC))


@celery.task(name="watch")
def watch() -> None:
    """Tell the operator by mail what is wrong with the installation, and what is right again."""
    if config().operator_mail:
        with create_app().app_context():
            alarms.watch(datetime.now(UTC))


@celery.task(name="charge")
def charge() -> None:
    """Order what costs something, and give back what the scheme says of what came to nothing."""
    now = datetime.now(UTC)
    with session_scope() as session:
        charging.charge_due(session, now)
        charging.credit_ended(session, now)


@celery.task(name="delete_expired")
def delete_expired() -> None:
    """Delete at night what nobody needs any more."""
    with session_scope() as session:
        packs.erase_old(session, datetime.now(UTC))
        expired.delete_expired(session, datetime.now(UTC))


@celery.task(name="begin_retention")
def begin_retention() -> None:
    """Let a worker erase at night what is due."""
    now = datetime.now(UTC)
    with session_scope() as session:
        run = erasing.begin_run(session, now)
        jobs.enqueue(session, jobs.Queue.OFFICE, erasing.ERASE, run.id, now)


@jobs.task(erasing.ERASE)
def erase(job: jobs.Claimed) -> dict[str, Any]:
    """One night of erasing. What was stored before under other keys, or under none, is brought under its own first."""
    resealed = resealing.reseal(lambda: job.report(0))
    done = erasing.run_through(job.subject, lambda: datetime.now(UTC), job.report)
    with create_app().app_context(), session_scope() as session:
        now = datetime.now(UTC)
        told = requests.finish(session, now)
        for request in told:
            notify(session, request.person, "erasure_done", now, request=request)
    return {"resealed": resealed, **done, "requests": len(told)}


@jobs.task(packs.MAKE)
def make_audit_pack(job: jobs.Claimed) -> dict[str, Any]:
    """Make the audit pack that an auditor asked for."""
    with create_app().app_context():
        return packing.run(job.subject, datetime.now(UTC), job.report)


@jobs.task(SIMULATE)
def simulate_panel(job: jobs.Claimed) -> dict[str, Any]:
    """Make the figures of a simulation that the exam committee asked for."""
    return simulating.run(job.subject, lambda: datetime.now(UTC), job.report)


@celery.task(name="begin_judging_figures")
def begin_judging_figures() -> None:
    """Have the figures about the judging of each exam made anew at night."""
    with session_scope() as session:
        judging.ask_all(session, datetime.now(UTC))


@jobs.task(judging.MAKE)
def make_judging_figures(job: jobs.Claimed) -> dict[str, Any]:
    """Make the figures about the judging of one exam."""
    return judging_making.run(job.subject, lambda: datetime.now(UTC))


@jobs.task(DELIVER)
def deliver_mail(job: jobs.Claimed) -> dict[str, Any]:
    """Send one mail of the outbox."""
    return deliver.attempt(job.subject, datetime.now(UTC))


@jobs.task(RECEIPT)
def send_receipt(job: jobs.Claimed) -> dict[str, Any]:
    """Write the receipt of a finished exam."""
    with create_app().app_context(), session_scope() as session:
        return {"sent": exam_mail.notify_receipt(session, session.get_one(Sitting, job.subject), datetime.now(UTC))}


@jobs.task(RETAKE_ASKED)
def send_retake(job: jobs.Claimed) -> dict[str, Any]:
    """Write that an answer is asked again."""
    with create_app().app_context(), session_scope() as session:
        return {"sent": exam_mail.notify_retake(session, session.get_one(Answer, job.subject), datetime.now(UTC))}


@jobs.task(SEND_RESET)
def send_reset(job: jobs.Claimed) -> dict[str, Any]:
    """Write the mail with a link for a new password, if the address that asked is known."""
    with create_app().app_context(), session_scope() as session:
        return {"sent": invitations.send_reset(session, job.subject, datetime.now(UTC))}

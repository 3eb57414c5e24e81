"""What happens by itself: answers whose page is gone are closed, the log is sealed, the bell rings again."""

from datetime import UTC, datetime, timedelta

import pytest
import redis
from sqlalchemy import select
from support import cast, mail_jobs

from scenarios.sitting import AnswerStage
from storage.base.clock import AMSTERDAM
from storage.base.database import new_session
from storage.base.jobs import Job, JobState, celery, perform
from storage.exam.recordings import FINISH, Recording, RecordingState, begin_take
from storage.exam.sittings import Answer
from storage.fees import billing
from storage.fees.orders import FeeOrder
from storage.people import outbox
from storage.people.outbox import MailMessage, MailState
from webapp import sealer, worker


def begun(session, people, at):
    """A candidate who is recording since `at`."""
    sitting = cast.begin(cast.sitting(session, people, at - timedelta(minutes=5)), at - timedelta(minutes=5))
    answer = sitting.answers[0]
    answer.play(at - timedelta(seconds=60))
    answer.prepare(at - timedelta(seconds=30))
    recording, _ = begin_take(session, answer, cast.node(session, at), at)
    session.commit()
    return recording


def read(noun, row):
    with new_session(writes=False) as session:
        return session.get(noun, row.id)


def test_a_recording_whose_page_is_gone_becomes_the_answer(session, people):
    recording = begun(session, people, datetime.now(UTC) - timedelta(minutes=10))
    worker.tend_sittings()
    answer, after = read(Answer, recording.answer), read(Recording, recording)
    assert answer.stage is AnswerStage.RECORDED
    assert after.closed_at
    with new_session(writes=False) as other:
        job = other.scalars(select(Job).where(Job.kind == FINISH)).one()
    assert (job.subject, job.state) == (recording.id, JobState.WAITING)
    worker.tend_sittings()
    assert read(Recording, recording).closed_at == after.closed_at


def test_a_recording_that_is_going_on_is_left_alone(session, people):
    recording = begun(session, people, datetime.now(UTC) - timedelta(seconds=20))
    worker.tend_sittings()
    assert read(Answer, recording.answer).stage is AnswerStage.RECORDING
    assert read(Recording, recording).closed_at is None


def test_an_answer_that_was_ended_has_its_recording_closed(session, people):
    recording = begun(session, people, datetime.now(UTC) - timedelta(seconds=20))
    recording.answer.end_recording(datetime.now(UTC))
    session.commit()
    worker.tend_sittings()
    after = read(Recording, recording)
    assert after.closed_at
    assert after.state is RecordingState.EXPECTED


@pytest.mark.one_database
def test_mail_is_a_job_of_the_office(session, people, installation, broker):
    message = outbox.add(session, people.candidate, "invitation", "Onderwerp", "Tekst\n", datetime.now(UTC))
    session.commit()
    with redis.Redis.from_url(broker) as client:
        assert client.llen("office") == 1
    job = mail_jobs.job_of(message.id)
    perform(job.id, worker.deliver_mail)
    assert celery.tasks[job.kind]
    assert read(MailMessage, message).state is MailState.SENT
    assert len(list((installation.data / "mail").glob("*.eml"))) == 1


@pytest.mark.one_database
def test_work_that_nobody_heard_of_is_rung_for_again(broker, session, people):
    recording = begun(session, people, datetime.now(UTC) - timedelta(minutes=10))
    worker.tend_sittings()
    with new_session() as other:
        other.scalars(select(Job).where(Job.subject == recording.id)).one().not_before = datetime.now(UTC)
        other.commit()
    worker.sweep()
    with redis.Redis.from_url(broker) as client:
        assert client.llen("media") == 1


def test_what_costs_something_is_charged_by_itself(session, people):
    now = datetime.now(UTC)
    dossier = cast.approved_dossier(session, people, now)
    billing.choose(session, now.astimezone(AMSTERDAM).date(), 30, "", people.officer, now)
    session.commit()
    worker.charge()
    worker.charge()
    with new_session() as other:
        assert [one.subject_id for one in other.scalars(select(FeeOrder))] == [dossier.id]


LOG = {"seal_audit", "begin_audit_check", "begin_audit_anchor"}


def test_everything_that_beat_rings_is_there():
    rung = {entry["task"] for entry in celery.conf.beat_schedule.values()}
    house = {"sweep", "tend_sittings", "tend_windows", "delete_expired", "begin_retention", "charge", "watch"}
    house |= {"begin_judging_figures"}
    assert rung == house | LOG
    assert rung <= set(celery.tasks)
    assert sealer.app is celery

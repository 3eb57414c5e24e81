"""A real Celery worker on a real Valkey: whatever dies, the job is done."""

import contextlib
import os
import signal
import sys
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis
from support import services

from storage.base import jobs
from storage.base.database import new_session, session_scope
from storage.base.jobs import Job, JobState, Queue

pytestmark = pytest.mark.one_database


@contextlib.contextmanager
def worker(tmp_path):
    command = [sys.executable, "-m", "celery", "-A", "dying_worker", "worker", "-Q", "media", "--concurrency", "1"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    path = {"PYTHONPATH": str(services.ROOT)}
    with services.running([*command, *quiet], [], tmp_path / "worker.log", path, Path(__file__).parent) as process:
        yield process


def state_of(job_id):
    with new_session(writes=False) as session:
        job = session.get(Job, job_id)
        return job.state, job.attempts, job.progress, job.result


@pytest.mark.parametrize("broker_loses_it", [False, True], ids=["message_unacknowledged", "message_lost"])
def test_a_job_outlives_its_worker(broker, tmp_path, broker_loses_it):
    with session_scope() as session:
        job_id = jobs.enqueue(session, Queue.MEDIA, "outlive_the_worker", uuid.uuid4(), datetime.now(UTC)).id
    with worker(tmp_path) as process:
        services.wait_until(
            lambda: state_of(job_id)[:3] == (JobState.RUNNING, 1, 50),
            "the job to be half done at its first attempt",
            40,
        )
        os.killpg(process.pid, signal.SIGKILL)
    if broker_loses_it:
        with redis.Redis.from_url(broker) as client:
            client.flushall()
    assert state_of(job_id)[:2] == (JobState.RUNNING, 1)

    def swept():
        # The sweeper's clock is ahead, so that nobody waits a minute; the lease itself runs out in real time.
        return jobs.sweep(datetime.now(UTC) + timedelta(minutes=2)) == 1

    services.wait_until(swept, "the sweeper to ring for the job that nobody works on")
    with session_scope() as session:
        lease = session.get(Job, job_id).lease_until
    services.wait_until(lambda: datetime.now(UTC) > lease, "the lease to run out")
    with worker(tmp_path):
        services.wait_until(lambda: state_of(job_id)[0] is JobState.DONE, "the job to be done after the restart", 40)
    assert state_of(job_id) == (JobState.DONE, 2, 100, {"attempt": 2})

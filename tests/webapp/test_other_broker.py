"""RabbitMQ in the place of Valkey: jobs are done, health and check see it, and one that is full holds up no page."""

import os
import signal
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from support import other_parts, services

from storage.base import jobs
from storage.base.config import config
from storage.base.database import new_session
from storage.base.jobs import Job, JobState
from storage.people.links import LinkKind, issue
from webapp import create_app
from webapp.cli import checking
from webapp.cli.checking import State
from webapp.mail.notify import notify

pytestmark = [pytest.mark.one_database, pytest.mark.proof]
LONGEST_S = 45
"""A step that asks a broker which listens and says nothing: three of its time-outs of ten seconds, and some more."""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with other_parts.rabbitmq(tmp_path_factory.mktemp("rabbitmq")) as running:
        yield running


@pytest.fixture
def rabbit(server, installation, environment):
    """The RabbitMQ, used by this test's installation, with nothing in its queues."""
    environment(VIGNET_BROKER_URL=server.address)
    with jobs.celery.connection_for_write() as connection:
        for queue in jobs.Queue:
            connection.default_channel.queue_delete(str(queue))
    yield server
    server.control("set_vm_memory_high_watermark", "0.4")


def worker(installation, tmp_path):
    """One real worker that listens to every queue."""
    command = [sys.executable, "-m", "celery", "-A", "webapp.worker", "worker", "-Q", "media,office,audit", "-c", "1"]
    return services.running(command, [], tmp_path / "worker.log", {"VIGNET_DATA": str(installation.data)})


def hears():
    return bool(jobs.celery.control.inspect(timeout=1).active_queues())


def away(installation):
    app = create_app(installation)
    return {name for name, there in app.test_client().get("/healthz").json["parts"].items() if not there}


def mail_to(person, installation):
    """A mail that waits, its job made and rung for."""
    with create_app(installation).test_request_context(), new_session() as session:
        now, to = datetime.now(UTC), session.merge(person)
        row = notify(session, to, "password_reset", now, link=issue(session, to, LinkKind.RESET, None, now))
        session.commit()
        return session.scalars(select(Job).where(Job.subject == row.id)).one().id


def done(job_id):
    with new_session(writes=False) as session:
        return session.get_one(Job, job_id).state is JobState.DONE


def test_jobs_are_done_and_every_part_is_seen(rabbit, installation, people, tmp_path):
    assert {"broker", "workers"} & away(installation) == {"workers"}
    with worker(installation, tmp_path) as process:
        services.wait_until(hears, "the worker to answer", 90)
        job_id = mail_to(people.candidate, installation)
        services.wait_until(lambda: done(job_id), "the mail to be sent", 40)
        assert not {"broker", "workers"} & away(installation)
        assert {one.state for one in checking.findings(config()) if one.part == "wachtrij"} == {State.OK}
        sign = installation.data / "run" / "worker-alive"
        before = sign.stat().st_mtime
        services.wait_until(lambda: sign.stat().st_mtime > before, "the worker to leave its sign")
        # Whatever is not heard is rung for again, and a broker that comes back is found by itself.
        rabbit.control("stop_app")
        assert {"broker", "workers"} <= away(installation)
        later = mail_to(people.candidate, installation)
        rabbit.control("start_app")
        services.wait_until(hears, "the worker to find the broker again", 90)
        assert jobs.sweep(datetime.now(UTC) + timedelta(minutes=2)) >= 1
        services.wait_until(lambda: done(later), "the mail that nobody heard of to be sent", 40)
        os.killpg(process.pid, signal.SIGKILL)
    assert "workers" in away(installation)


def test_one_that_is_full_holds_up_no_page_and_loses_nothing(rabbit, installation, people, tmp_path):
    with worker(installation, tmp_path):
        services.wait_until(hears, "the worker to answer", 90)
        rabbit.control("set_vm_memory_high_watermark", "absolute", "1")
        made, slowest = [], 0.0
        for _ in range(3):
            for step in (lambda: made.append(mail_to(people.candidate, installation)), lambda: away(installation)):
                began = time.monotonic()
                step()
                slowest = max(slowest, time.monotonic() - began)
        assert "workers" in away(installation)
        assert slowest < LONGEST_S
        rabbit.control("set_vm_memory_high_watermark", "0.4")
        services.wait_until(lambda: not {"broker", "workers"} & away(installation), "health to be well again", 60)
        jobs.sweep(datetime.now(UTC) + timedelta(minutes=2))
        services.wait_until(lambda: all(map(done, made)), "all mails to be sent", 60)

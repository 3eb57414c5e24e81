"""The health page: ready with all parts there, and each part that is away is named."""

import dataclasses
import os
import sys
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from support import cast, services

from storage.base.database import new_session
from storage.base.jobs import Job, JobState, celery
from webapp import create_app

pytestmark = pytest.mark.one_database


def ask(installation):
    answer = create_app(installation).test_client().get("/healthz")
    assert answer.json["ready"] is all(answer.json["parts"].values())
    assert answer.status_code == (200 if answer.json["ready"] else 503)
    return {name for name, there in answer.json["parts"].items() if not there}


@pytest.fixture
def workers(broker, installation, tmp_path):
    """One real worker that listens to every queue."""
    command = [sys.executable, "-m", "celery", "-A", "webapp.worker", "worker", "-Q", "media,office,audit", "-c", "1"]
    env = {**os.environ, "VIGNET_DATA": str(installation.data)}
    with services.running(command, [], tmp_path / "worker.log", env) as process:
        services.wait_until(lambda: celery.control.inspect(timeout=1).active_queues(), "the worker to answer", 90)
        yield process


def test_with_nothing_there_every_part_is_named(installation):
    assert ask(installation) == {"broker", "objects", "recorder", "workers"}


def test_with_everything_there_all_is_well_and_each_part_can_be_missed(
    installation, object_store, broker, workers, environment
):
    with new_session() as session:
        cast.node(session, datetime.now(UTC))
        session.commit()
    assert ask(installation) == set()
    for variable, part in (
        ("VIGNET_DATABASE_URL", {"database", "recorder"}),
        ("VIGNET_S3_ENDPOINT", {"objects"}),
        ("VIGNET_BROKER_URL", {"broker", "workers"}),
    ):
        there = os.environ.get(variable)
        away = {
            "VIGNET_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/none",
            "VIGNET_S3_ENDPOINT": "http://127.0.0.1:1",
            "VIGNET_BROKER_URL": "redis://127.0.0.1:1/0",
        }[variable]
        environment(**{variable: away})
        assert ask(installation) == part
        environment(**{variable: there})
    os.killpg(workers.pid, 9)
    workers.wait()
    assert ask(installation) == {"workers"}


def test_a_recorder_that_fell_silent_does_not_count(installation):
    with new_session() as session:
        cast.node(session, cast.NOW)
        session.commit()
    assert "recorder" in ask(installation)


def test_what_waits_for_a_person_is_counted_and_makes_nothing_unready(installation, session, people):
    take = cast.record(session, cast.begin(cast.sitting(session, people)).answers[0], stored=False)
    take.receive(cast.NOW)
    job = session.scalars(select(Job).where(Job.subject == take.id)).one()
    job.state = JobState.DEAD
    session.commit()
    answer = create_app(installation).test_client().get("/healthz").json
    assert answer["alarms"] == {
        "dead_jobs": 1,
        "faulty_takes": 0,
        "stuck_takes": 1,
        "unmade_takes": 0,
        "late_takes": 0,
    }


def test_it_names_parts_and_never_people_or_addresses(installation, people):
    text = create_app(installation).test_client().get("/healthz").text
    assert "127.0.0.1" not in text
    assert "voorbeeld" not in text


def test_strangers_hear_yes_or_no_and_officers_the_parts(installation, people, visit):
    away = {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}
    for visitor in (visit(), visit(people.candidate)):
        assert visitor.get("/healthz", **away).json == {"ready": False}
    assert set(visit(people.officer).get("/healthz", **away).json) == {"ready", "parts", "alarms", "version"}
    assert set(visit().get("/healthz").json) == {"ready", "parts", "alarms", "version"}  # this machine


def test_in_production_the_machine_is_a_stranger_too(installation):
    settings = dataclasses.replace(installation, production=True)
    client = create_app(settings).test_client()
    assert client.get("/healthz").json == {"ready": False}

"""Alarms by mail: what is wrong is told once it lasts, once a day after that, and when it is over."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support import mailbox_server

from storage.alarms import AGAIN, Alarm
from storage.base.database import new_session, session_scope
from storage.base.jobs import Job, JobState, Queue
from storage.operation import Number
from webapp import create_app
from webapp.office import alarms

pytestmark = pytest.mark.one_database

RULES = Path(__file__).parents[3] / "docker" / "monitoring" / "alarms.yml"
NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
ALL_UP = dict.fromkeys(alarms.PARTS, True)


@pytest.fixture
def box(installation, environment, monkeypatch):
    """An operator with a mail server. The parts answer: what does not is said by the test."""
    with mailbox_server.listening() as box:
        environment(VIGNET_OPERATOR_MAIL="beheer@ksf.example", VIGNET_MAIL_URL=box.url)
        monkeypatch.setattr(alarms.health, "tried", lambda *_: ALL_UP)
        with create_app().app_context():
            yield box


def dead_job():
    with session_scope() as session:
        values = {"queue": Queue.OFFICE, "subject": uuid.uuid4(), "created_at": NOW, "not_before": NOW}
        session.add(Job(id=uuid.uuid4(), kind="erase", state=JobState.DEAD, **values))


def mend():
    with session_scope() as session:
        for job in session.query(Job):
            job.state = JobState.DONE


def texts(box):
    return [mail.get_body(("plain",)).get_content() for _, mail in box.received]


def subjects(box):
    return [mail["Subject"] for _, mail in box.received]


def test_what_is_wrong_is_told_once_and_again_after_a_day_and_when_it_is_over(box):
    dead_job()
    for minutes in range(5):
        alarms.watch(NOW + timedelta(minutes=minutes))
    assert subjects(box) == ["Alarm: 1 melding"]
    assert (
        "- De taak ‘" in texts(box)[0]
        and "is opgegeven (1 keer). Gezien sinds maandag 30 november 2026, 10:00." in texts(box)[0]
    )
    alarms.watch(NOW + AGAIN)
    assert subjects(box)[1:] == ["Alarm: 1 melding"]
    mend()
    alarms.watch(NOW + AGAIN + timedelta(minutes=1))
    alarms.watch(NOW + AGAIN + timedelta(minutes=2))
    assert subjects(box)[2:] == ["Voorbij: 1 melding"]
    assert "Er is iets mis" not in texts(box)[2] and "- Taak die was opgegeven: " in texts(box)[2]
    with new_session(writes=False) as session:
        assert session.query(Alarm).count() == 0


def test_what_lasts_shorter_than_it_may_is_never_told(box, monkeypatch):
    monkeypatch.setattr(alarms.health, "tried", lambda *_: ALL_UP | {"objects": False})
    alarms.watch(NOW)
    monkeypatch.setattr(alarms.health, "tried", lambda *_: ALL_UP)
    alarms.watch(NOW + timedelta(minutes=1))
    assert not box.received
    monkeypatch.setattr(alarms.health, "tried", lambda *_: ALL_UP | {"objects": False})
    for minutes in (2, 3, 4):
        alarms.watch(NOW + timedelta(minutes=minutes))
    assert len(box.received) == 1 and "Opslag van opnames: geen antwoord." in texts(box)[0]


def test_a_mail_that_was_not_sent_is_tried_again(box, environment):
    dead_job()
    environment(VIGNET_MAIL_URL="smtp://127.0.0.1:1")
    alarms.watch(NOW)
    environment(VIGNET_MAIL_URL=box.url)
    alarms.watch(NOW + timedelta(minutes=1))
    assert subjects(box) == ["Alarm: 1 melding"]


def test_without_a_database_nothing_is_said(box, monkeypatch):
    monkeypatch.setattr(alarms.health, "tried", lambda *_: ALL_UP | {"database": False})
    alarms.watch(NOW)
    assert not box.received


WRONG = [
    Number("vignet_job_oldest_seconds", 1801, {"kind": "erase"}),
    Number("vignet_jobs", 2, {"kind": "finish", "state": "dead"}),
    Number("vignet_mail_oldest_seconds", 3601),
    Number("vignet_takes_waiting", 1, {"matter": "stuck"}),
    Number("vignet_audit_unsealed_seconds", 601),
    Number("vignet_retention_night_seconds", 130_001),
    Number("vignet_backup_age_seconds", 129_601),
]
RIGHT = [
    Number(one.name, {"vignet_jobs": 0, "vignet_takes_waiting": 0}.get(one.name, one.value - 1), one.labels)
    for one in WRONG
]


def test_the_bounds_are_those_that_prometheus_has():
    rules = RULES.read_text()
    known = set(re.findall(r"- alert: (\w+)", rules))
    found = alarms.raised(dict.fromkeys(alarms.PARTS, False), WRONG, 4_999_999_999, 604_799)
    names = {name.partition(":")[0] for name in found}
    assert names == set(alarms.ABOUT) and names <= known
    assert not alarms.raised(ALL_UP, RIGHT, 5_000_000_000, 604_800)
    assert not alarms.raised(ALL_UP, [], None, None)
    for name, one in found.items():
        rule = rules.partition(f"- alert: {name.partition(':')[0]}\n")[2].partition("- alert:")[0]
        wait = re.search(r"for: (\d+)([mh])", rule)
        minutes = int(wait[1]) * {"m": 1, "h": 60}[wait[2]] if wait else 0
        assert one.wait == timedelta(minutes=minutes), name

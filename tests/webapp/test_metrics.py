"""What the web app tells Prometheus: to who shows the token, every number of every state, and nobody's name."""

import json
import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from support import cast, services

from recorder.http import metrics as recorder_metrics
from storage.backup.made import Backup
from storage.base.config import config
from storage.base.jobs import Job, JobState, Queue
from storage.people import outbox
from storage.retention.destructions import Run
from webapp import create_app, metrics

TOKEN = "een geheim voor de metingen"
MONITORING = services.ROOT / "docker" / "monitoring"


@pytest.fixture
def client(installation, environment):
    environment(VIGNET_METRICS_TOKEN=TOKEN)
    return create_app(config()).test_client()


def told(client):
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200 and answer.content_type.startswith("text/plain")
    return answer.text, {
        (one.name, tuple(sorted(one.labels.items()))): one.value
        for family in text_string_to_metric_families(answer.text)
        for one in family.samples
    }


@pytest.mark.one_database
@pytest.mark.parametrize("shown", [None, "", "Bearer ", "Bearer x", f"bearer {TOKEN}", TOKEN, "Bearer \xff"])
def test_without_the_token_there_is_nothing(client, shown):
    assert client.get("/metrics", headers={"Authorization": shown} if shown is not None else {}).status_code == 404


@pytest.mark.one_database
def test_where_there_is_no_token_nobody_has_it(installation, environment):
    environment(VIGNET_METRICS_TOKEN="")
    client = create_app(config()).test_client()
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.both_databases
def test_what_waits_is_told_with_its_age(session, people, client):
    now = datetime.now(UTC)
    for kind, state, minutes in (
        ("one", JobState.WAITING, 20),
        ("one", JobState.WAITING, 5),
        ("two", JobState.DEAD, 9),
    ):
        at = now - timedelta(minutes=minutes)
        values = {"queue": Queue.OFFICE, "subject": uuid.uuid4(), "created_at": at, "not_before": at}
        session.add(Job(id=uuid.uuid4(), kind=kind, state=state, **values))
    outbox.add(session, people.candidate, "receipt", "Onderwerp", "Tekst", now - timedelta(minutes=30))
    session.add(Run(id=uuid.uuid4(), began_at=now - timedelta(hours=9), ended_at=now - timedelta(hours=8)))
    for hours, faults in ((50, 0), (5, 1), (30, 0)):
        began = now - timedelta(hours=hours)
        session.add(Backup(began_at=began, ended_at=began, faults=faults))
    session.add(Backup(began_at=now))
    cast.node(session, now)
    session.commit()
    text, found = told(client)
    assert found["vignet_jobs", (("kind", "one"), ("state", "waiting"))] == 2
    assert found["vignet_jobs", (("kind", "two"), ("state", "dead"))] == 1
    assert found["vignet_job_oldest_seconds", (("kind", "one"),)] == pytest.approx(1200, abs=60)
    assert found["vignet_job_oldest_seconds", (("kind", "two"),)] == 0
    assert found["vignet_mails", (("state", "waiting"),)] == 1
    assert found["vignet_mail_oldest_seconds", ()] == pytest.approx(1800, abs=60)
    assert found["vignet_retention_night_seconds", ()] == pytest.approx(8 * 3600, abs=60)
    assert found["vignet_backup_age_seconds", ()] == pytest.approx(30 * 3600, abs=60)
    assert found["vignet_recorders", (("state", "alive"),)] == 1
    assert found["vignet_part_up", (("part", "database"),)] == 1
    assert found["vignet_database_bytes", ()] > 100_000
    for secret in (people.candidate.name, people.candidate.email, str(people.candidate.id), people.organisation.name):
        assert secret not in text


@pytest.mark.one_database
def test_requests_are_counted_by_method_and_status_alone(client):
    _, before = told(client)
    for _ in range(3):
        client.get("/inloggen?naam=geheim")
    client.open("/nergens", method="GEHEIM")
    text, after = told(client)

    def more(name, **labels):
        key = (name, tuple(sorted(labels.items())))
        return after.get(key, 0) - before.get(key, 0)

    assert more("vignet_requests_total", method="GET", status="200") == 4  # the first look at the numbers too
    assert more("vignet_requests_total", method="other", status="404") == 1
    assert more("vignet_request_seconds_count") == 5
    assert "geheim" not in text.lower() and "inloggen" not in text


@pytest.mark.one_database
def test_when_the_database_is_away_the_rest_is_told(installation, environment):
    environment(VIGNET_METRICS_TOKEN=TOKEN, VIGNET_DATABASE_URL="postgresql+psycopg://nobody@127.0.0.1:1/none")
    _, found = told(create_app(config()).test_client())
    assert found["vignet_part_up", (("part", "database"),)] == 0
    assert not any(name == "vignet_jobs" for name, _ in found)


def test_what_sessions_lost_is_told_by_kind_and_of_nobody():
    told = recorder_metrics.Metrics("recorder-1", dict, TOKEN)
    for kind, share in (("video", 0.04), ("video", 0.3), ("audio", 0.0)):
        told.lost(kind, share)
    text = generate_latest(told._registry).decode()
    of = 'vignet_recorder_session_loss_ratio_{}{{kind="{}",{}node="recorder-1"}} {}'
    for line in (
        ("count", "video", "", "2.0"),
        ("bucket", "video", 'le="0.05",', "1.0"),
        ("count", "audio", "", "1.0"),
    ):
        assert of.format(*line) in text


def known_names():
    requests = {"vignet_requests_total", "vignet_request_seconds_bucket"}
    slices = {"vignet_recorder_requests_total", "vignet_recorder_slice_seconds_bucket"}
    slices |= {f"vignet_recorder_session_loss_ratio_{part}" for part in ("bucket", "count")}
    return set(metrics.MEANINGS) | {f"vignet_recorder_{name}" for name in recorder_metrics.MEANINGS} | requests | slices


def test_alarms_and_dashboard_ask_for_numbers_that_there_are():
    rules = (MONITORING / "alarms.yml").read_text()
    asked = re.findall(r"vignet_\w+", "\n".join(re.findall(r"expr: (.*)", rules)))
    panels = json.loads((MONITORING / "dashboard.json").read_text())["panels"]
    shown = re.findall(r"vignet_\w+", " ".join(target["expr"] for panel in panels for target in panel["targets"]))
    assert len(set(asked)) > 12 and len(set(shown)) > 15
    assert set(asked) | set(shown) <= known_names()


def test_every_alarm_has_a_line_that_says_what_to_do():
    rules, book = (MONITORING / "alarms.yml").read_text(), (MONITORING / "README.md").read_text()
    names = re.findall(r"alert: (\w+)", rules)
    assert len(names) > 15 and len(names) == len(set(names))
    assert re.findall(r"runbook: \"docker/monitoring/README\.md#(\w+)\"", rules) == [name.lower() for name in names]
    lines = dict(re.findall(r"\| <a id=\"(\w+)\"></a>(?:\w+) \| (.+) \|", book))
    assert set(lines) == {name.lower() for name in names} and all(len(line) > 40 for line in lines.values())

"""The sealer: what it seals goes on from what was there, what was done behind its back is told, anchors go away."""

import base64
import json
import subprocess
import sys
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update
from support import cast, mailbox_server, services

from storage.base import audit, audit_verifier
from storage.base import sealer as storage_sealer
from storage.base.audit import AuditEvent
from storage.base.audit_verifier import Fault, anchors_in
from storage.base.config import ConfigError
from storage.base.database import new_session, session_scope
from storage.base.jobs import Job, JobState, Queue, celery
from storage.base.objects import ObjectError
from webapp import create_app, sealer, worker

KEY = b"s" * 32
KEEPER = "bewaarder@ksf.example"


@pytest.fixture
def letters(installation, environment):
    """A installation with a sealer's key, and a mail server that it sends anchors by."""
    with mailbox_server.listening() as box:
        key = base64.b64encode(KEY).decode()
        environment(VIGNET_AUDIT_KEY=key, VIGNET_AUDIT_MAIL=KEEPER, VIGNET_MAIL_URL=box.url)
        yield box


@pytest.fixture
def log(session, people, letters):
    """Ten rows, sealed."""
    write(10, people)
    sealer.seal_audit()
    assert numbers() == list(range(1, 11))
    return letters


def write(many, people):
    with session_scope() as session:
        for number in range(many):
            at = cast.NOW + timedelta(seconds=number)
            audit.record(session, at, people.officer.id, "logged_in", people.candidate, number=number)


def numbers():
    with new_session(writes=False) as session:
        return list(session.scalars(select(AuditEvent.number).order_by(AuditEvent.number)))


def rows():
    with new_session(writes=False) as session:
        return [event.line() for event in audit.in_order(session)]


def change(statement):
    with session_scope() as session:
        session.execute(statement)


def own_anchors():
    return storage_sealer.sealer().anchors()


def told():
    with new_session(writes=False) as session:
        return [one.facts for one in session.scalars(select(AuditEvent).where(AuditEvent.verb == "chain_broken"))]


def job(kind):
    with new_session(writes=False) as session:
        return session.scalars(select(Job).where(Job.kind == kind).order_by(Job.created_at.desc())).first()


def run(begin, kind):
    begin()
    assert job(kind).queue is Queue.AUDIT
    celery.tasks[kind](str(job(kind).id))
    return job(kind)


def test_new_rows_go_on_from_the_old_ones(log, people):
    write(3, people)
    for _ in range(2):
        sealer.seal_audit()
        assert numbers() == list(range(1, 14))
    assert audit_verifier.faults(rows(), own_anchors(), KEY) == []
    assert (told(), log.received) == ([], [])


def test_a_cut_tail_is_told_within_a_minute_and_leaves_a_gap_for_ever(log, people):
    change(delete(AuditEvent).where(AuditEvent.number > 7))
    assert audit_verifier.faults(rows(), own_anchors()) == [Fault(8, 10, "cut")]
    sealer.seal_audit()
    assert told() == [{"sealed": 10, "found": 7, "odd": 8}]
    assert numbers() == [*range(1, 8), 11]
    (alarm,) = log.to(KEEPER)
    assert "Eerste regel die niet klopt: 8" in alarm.get_body(("plain",)).get_content()
    write(1, people)
    sealer.seal_audit()
    assert len(log.to(KEEPER)) == 1
    assert audit_verifier.faults(rows(), own_anchors(), KEY) == [Fault(8, 10, "removed")]


def test_an_emptied_table_is_told(log):
    change(delete(AuditEvent))
    sealer.seal_audit()
    assert told() == [{"sealed": 10, "found": 0, "odd": 1}]
    assert numbers() == [11]
    assert [one.kind for one in audit_verifier.faults(rows(), own_anchors(), KEY)] == ["removed"]


def test_a_log_made_anew_is_told(log):
    with session_scope() as session:
        previous = audit.GENESIS
        for event in audit.in_order(session):
            event.facts = {}
            event.hash = previous = event.digest(previous)
    sealer.seal_audit()
    assert told() == [{"sealed": 10, "found": 10, "odd": 10}]
    assert Fault(1, 10, "resealed") in audit_verifier.faults(rows(), [], KEY)


def test_rows_that_somebody_else_numbered_are_told(log, people):
    with session_scope() as session:
        strange = AuditEvent(at=cast.NOW, verb="approved", subject_kind="dossier", subject=uuid.uuid4(), facts={})
        strange.number = 11
        strange.hash = strange.seal = "0" * 64
        strange.id = uuid.uuid4()
        strange.hash = strange.digest(audit.head(session)[1])
        session.add(strange)
    sealer.seal_audit()
    assert told() == [{"sealed": 10, "found": 11, "odd": 11}]
    assert numbers() == list(range(1, 13))


def test_an_alarm_that_cannot_be_mailed_stops_no_sealing(log, environment, people):
    environment(VIGNET_MAIL_URL="smtp://127.0.0.1:1")
    change(delete(AuditEvent).where(AuditEvent.number == 10))
    sealer.seal_audit()
    assert numbers()[-1] == 11


def test_the_whole_log_is_gone_through_with_the_key(log):
    assert run(worker.begin_audit_check, audit.CHECK).result == {"broken": None, "rows": 10}
    with session_scope() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.number == 10)).one()
        event.verb = "other"
        event.hash = event.digest(session.scalar(select(AuditEvent.hash).where(AuditEvent.number == 9)))
    done = run(worker.begin_audit_check, audit.CHECK)
    assert (done.state, done.result) == (JobState.DONE, {"broken": 10, "rows": 10})


def test_a_log_of_before_there_were_seals_goes_on(session, people, letters):
    """An installation that is upgraded: its rows have numbers and hashes, and no seals."""
    write(6, people)
    with session_scope() as other:
        audit.seal(other, b"whatever")
        other.execute(update(AuditEvent).values(seal=None))
    before = rows()
    sealer.seal_audit()
    after = rows()
    assert [one["hash"] for one in after[:6]] == [one["hash"] for one in before]
    assert (after[6]["verb"], after[6]["facts"]) == ("chain_adopted", {"rows": 6, "broken": None})
    assert audit_verifier.faults(after, own_anchors(), KEY) == []
    assert letters.received == []
    sealer.seal_audit()
    assert len(rows()) == 7


def test_a_log_that_was_broken_before_its_upgrade_says_so(session, people, letters):
    write(6, people)
    with session_scope() as other:
        audit.seal(other, b"whatever")
        other.execute(update(AuditEvent).values(seal=None))
        other.execute(update(AuditEvent).where(AuditEvent.number == 4).values(verb="other"))
    sealer.seal_audit()
    assert rows()[-1]["facts"] == {"rows": 6, "broken": 4}
    assert len(letters.to(KEEPER)) == 1


def test_rows_in_more_than_one_batch_are_one_chain(session, people, letters, monkeypatch):
    monkeypatch.setattr(storage_sealer, "BATCH", 4)
    write(9, people)
    sealer.seal_audit()
    assert numbers() == list(range(1, 10))
    assert audit_verifier.faults(rows(), own_anchors(), KEY) == []


# Anchors


@pytest.mark.one_database
def test_the_anchor_of_a_day_goes_to_folder_store_and_mail(log, object_store, people, tmp_path):
    done = run(worker.begin_audit_anchor, audit.ANCHOR)
    assert (done.state, done.result["number"], done.result["mailed"]) == (JobState.DONE, 10, True)
    (letter,) = log.to(KEEPER)
    (mailed,) = anchors_in(letter.get_body(("plain",)).get_content())
    (key,) = object_store.keys("audit/")
    assert anchors_in(b"".join(object_store.read(key)).decode()) == [mailed]
    assert mailed in own_anchors()
    # Again on the same day: the same anchor, under the same name, in the same mail.
    write(2, people)
    run(worker.begin_audit_anchor, audit.ANCHOR)
    assert object_store.keys("audit/") == [key]
    assert {one["Message-ID"] for one in log.to(KEEPER)} == {letter["Message-ID"]}
    # Who keeps the mails finds a log that was made anew, however little is left on the machine.
    saved = tmp_path / "anker.eml"
    saved.write_bytes(letter.as_bytes())
    forged = rows()
    for number, row in enumerate(forged, 1):
        row["facts"], row["number"] = {}, number
        row["hash"] = audit_verifier.digest_of(row, forged[number - 2]["hash"] if number > 1 else audit.GENESIS)
    assert audit_verifier.faults(forged, []) == []
    assert audit_verifier.faults(forged, audit_verifier.read_anchors([saved])) == [Fault(1, 10, "resealed")]


@pytest.mark.one_database
def test_an_anchor_in_the_store_is_never_written_over(log, object_store, tmp_path):
    first = storage_sealer.sealer().anchor(datetime.now(UTC))
    key = storage_sealer.keep_in_store(first, tmp_path)
    assert storage_sealer.keep_in_store(first, tmp_path) == key
    other = tmp_path / "other"
    other.write_text("not an anchor")
    object_store.put_file(key, other)
    with pytest.raises(ObjectError):
        storage_sealer.keep_in_store(first, tmp_path)
    assert b"".join(object_store.read(key)) == b"not an anchor"


@pytest.mark.one_database
def test_an_anchor_that_was_not_mailed_is_tried_again(log, object_store, environment):
    good = log.url
    environment(VIGNET_MAIL_URL="smtp://127.0.0.1:1")
    failed = run(worker.begin_audit_anchor, audit.ANCHOR)
    assert (failed.state, failed.attempts) == (JobState.WAITING, 1)
    assert KEEPER not in failed.error
    environment(VIGNET_MAIL_URL=good)
    change(update(Job).values(not_before=datetime.now(UTC)))
    celery.tasks[audit.ANCHOR](str(failed.id))
    assert job(audit.ANCHOR).state is JobState.DONE
    assert len(log.to(KEEPER)) == len(object_store.keys("audit/")) == 1


def test_an_empty_log_has_no_anchor(session, letters):
    assert run(worker.begin_audit_anchor, audit.ANCHOR).result == {}


# Who has the key


def test_the_web_app_refuses_to_hold_the_key(installation, letters):
    with pytest.raises(ConfigError, match="VIGNET_AUDIT_KEY"):
        create_app()


def test_nobody_seals_without_the_key(installation):
    with pytest.raises(ConfigError, match="VIGNET_AUDIT_KEY"):
        sealer.seal_audit()


@pytest.mark.one_database
@pytest.mark.parametrize("lacking", ["VIGNET_AUDIT_MAIL", "VIGNET_AUDIT_KEY"])
def test_a_sealer_that_lacks_something_says_so_at_the_start(installation, letters, environment, lacking):
    environment(
        VIGNET_ENV="production",
        VIGNET_ORIGIN="https://examen.example",
        VIGNET_SECRET_KEY="s",
        VIGNET_S3_SECRET_KEY="s",
        VIGNET_MASTER_KEY=base64.b64encode(KEY).decode(),
        VIGNET_DATABASE_URL="postgresql+psycopg://vignet@127.0.0.1/vignet",
    )
    sealer.check_settings()
    environment(**{lacking: ""})
    with pytest.raises(ConfigError, match=lacking):
        sealer.check_settings()


# The command line


def flask(*words):
    command = [sys.executable, "-m", "flask", "--app", "webapp", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=services.ROOT, check=False)


@pytest.mark.one_database
def test_an_export_is_checked_elsewhere(log, environment, tmp_path, installation):
    environment(VIGNET_AUDIT_KEY="")
    file, key = tmp_path / "logboek.jsonl", tmp_path / "key"
    key.write_text(base64.b64encode(KEY).decode())
    assert flask("audit", "export", file).returncode == 0
    assert audit_verifier.read_rows(file) == rows()
    assert [json.loads(line)["number"] for line in flask("audit", "export").stdout.splitlines()] == list(range(1, 11))
    assert audit_verifier.main([str(file), str(installation.audit_folder), "--key", str(key)]) == 0
    good = flask("audit", "verify", "--key", key)
    assert (good.returncode, "Het logboek is heel." in good.stdout) == (0, True)
    change(update(AuditEvent).where(AuditEvent.number == 2).values(actor=None))
    change(delete(AuditEvent).where(AuditEvent.number > 8))
    bad = flask("audit", "verify")
    assert bad.returncode == 1
    assert bad.stderr.splitlines()[:2] == [
        "Regel 2 is veranderd, of de regel ervoor is veranderd en kreeg een nieuwe hash.",
        "Regel 9 tot en met 10 ontbreekt: het einde van het logboek is afgeknipt.",
    ]
    nonsense = flask("audit", "verify", "--key", file)
    assert (nonsense.returncode, "Traceback" in nonsense.stderr) == (1, False)


@pytest.mark.one_database
def test_the_anchors_of_the_store_are_brought_here(log, object_store, environment, tmp_path):
    run(worker.begin_audit_anchor, audit.ANCHOR)
    environment(VIGNET_AUDIT_KEY="")
    assert flask("audit", "anchors", tmp_path / "ankers").returncode == 0
    assert [one.number for one in audit_verifier.read_anchors([tmp_path / "ankers"])] == [10]

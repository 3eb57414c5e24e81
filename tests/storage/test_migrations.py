"""The migrations make, on both databases, exactly the tables that the nouns describe, and take them away again."""

import json
import uuid
from datetime import datetime

import pytest
from alembic import command
from sqlalchemy import JSON, Uuid, column, inspect, select, text
from sqlalchemy import table as table_of
from sqlalchemy.exc import IntegrityError

from storage.base import migrate
from storage.base.audit import AuditEvent
from storage.base.database import UtcDateTime, make_engine
from storage.base.jobs import Job, JobState, Queue
from storage.judging.scores import Score
from storage.people.examiners import CalibrationNote
from storage.people.organisations import Organisation
from storage.people.outbox import DELIVER
from storage.people.people import Person, SearchWord

pytestmark = pytest.mark.parametrize("empty_database_url", ["sqlite", "postgresql"], indirect=True)


def tables(url: str) -> set[str]:
    engine = make_engine(url)
    try:
        return set(inspect(engine).get_table_names()) - {"alembic_version"}
    finally:
        engine.dispose()


def test_from_nothing_to_the_newest_form_and_back(empty_database_url):
    assert tables(empty_database_url) == set()
    migrate.upgrade(empty_database_url)
    assert tables(empty_database_url) == set(migrate.nouns().metadata.tables)
    migrate.check(empty_database_url)
    migrate.upgrade(empty_database_url)  # safe to run again
    command.downgrade(migrate._alembic(empty_database_url), "base")
    assert tables(empty_database_url) == set()
    migrate.upgrade(empty_database_url)
    migrate.check(empty_database_url)


def test_a_database_of_a_newer_version_is_left_as_it_is(empty_database_url):
    migrate.upgrade(empty_database_url)
    engine = make_engine(empty_database_url)
    try:
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        there = tables(empty_database_url)
        with pytest.raises(migrate.NewerDatabaseError, match=r"is at 9999, .*Rollback"):
            migrate.upgrade(empty_database_url)
        assert tables(empty_database_url) == there
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
    finally:
        engine.dispose()


def test_a_mail_of_before_stays_and_its_state_is_still_guarded(empty_database_url):
    alembic, one = migrate._alembic(empty_database_url), uuid.uuid4().hex
    command.upgrade(alembic, "0001")
    engine = make_engine(empty_database_url)
    try:
        with engine.begin() as connection:
            at = "2026-03-02 09:00:00+00:00"
            connection.execute(text(f"INSERT INTO person VALUES ('a@b.example', 'A', NULL, 0, '{at}', '{one}')"))
            columns = "id, person_id, template, subject, text, state, attempts, created_at, not_before"
            values = f"'{one}', '{one}', 'receipt', 'S', 'T', 'failed', 6, '{at}', '{at}'"
            connection.execute(text(f"INSERT INTO mail_message ({columns}) VALUES ({values})"))
        command.upgrade(alembic, "head")
        with engine.begin() as connection:
            assert connection.scalar(text("SELECT state FROM mail_message")) == "failed"
            connection.execute(text("UPDATE mail_message SET state = 'bounced'"))
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.execute(text("UPDATE mail_message SET state = 'nonsense'"))
        command.downgrade(alembic, "0001")
        with engine.begin() as connection:
            assert connection.scalar(text("SELECT state FROM mail_message")) == "failed"
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.execute(text("UPDATE mail_message SET state = 'bounced'"))
    finally:
        engine.dispose()


def test_a_sealed_log_goes_on_and_its_check_waits_for_the_sealer(empty_database_url):
    alembic, one = migrate._alembic(empty_database_url), uuid.uuid4().hex
    command.upgrade(alembic, "0022")
    engine = make_engine(empty_database_url)
    try:
        with engine.begin() as connection:
            columns = "id, at, verb, subject_kind, subject, facts, number, hash"
            values = f"'{one}', '{AT}', 'looked', 'person', '{one}', '{{}}', 1, '{'a' * 64}'"
            connection.execute(text(f"INSERT INTO audit_event ({columns}) VALUES ({values})"))
            columns = "id, queue, kind, subject, state, attempts, progress, again, result, created_at, not_before"
            values = f"'{one}', 'office', 'check_audit', '{one}', 'waiting', 0, 0, false, '{{}}', '{AT}', '{AT}'"
            connection.execute(text(f"INSERT INTO job ({columns}) VALUES ({values})"))
        command.upgrade(alembic, "head")
        with engine.begin() as connection:
            row = connection.execute(text("SELECT number, hash, seal FROM audit_event")).one()
            assert tuple(row) == (1, "a" * 64, None)
            assert connection.scalar(text("SELECT queue FROM job")) == "audit"
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.execute(text("UPDATE job SET queue = 'nonsense'"))
        command.downgrade(alembic, "0022")
        with engine.begin() as connection:
            assert connection.scalar(text("SELECT queue FROM job")) == "office"
            assert connection.scalar(text("SELECT hash FROM audit_event")) == "a" * 64
    finally:
        engine.dispose()


def test_mail_that_waits_becomes_a_job_that_knows_when(empty_database_url):
    alembic, person = migrate._alembic(empty_database_url), uuid.uuid4().hex
    waiting, sent, later = uuid.uuid4(), uuid.uuid4(), "2026-03-02 10:30:00.000000+00:00"
    command.upgrade(alembic, "0030")
    engine = make_engine(empty_database_url)
    try:
        with engine.begin() as connection:
            _insert(
                connection,
                "person",
                {"id": person, "email": "a@x", "name": "A", "session_epoch": 0, "created_at": AT},
            )
            mail = {"person_id": person, "template": "receipt", "subject": "S", "text": "T", "created_at": AT}
            mail |= {"attempts": 2, "not_before": later}
            for one, state in ((waiting, "waiting"), (sent, "sent")):
                _insert(connection, "mail_message", mail | {"id": one.hex, "state": state})
        command.upgrade(alembic, "head")
        with engine.begin() as connection:
            (job,) = connection.execute(select(Job.__table__)).all()
            attempts = connection.scalar(text(f"SELECT attempts FROM mail_message WHERE id = '{waiting.hex}'"))
        assert (job.kind, job.queue, job.subject, job.state) == (DELIVER, Queue.OFFICE, waiting, JobState.WAITING)
        assert (job.not_before, job.attempts, job.again, job.result) == (datetime.fromisoformat(later), 0, False, {})
        assert attempts == 2
        command.downgrade(alembic, "0030")
        old = table_of("mail_message", column("id", Uuid), column("not_before", UtcDateTime))
        with engine.begin() as connection:
            back = dict(connection.execute(select(old.c.id, old.c.not_before)).all())
            assert connection.scalar(text("SELECT count(*) FROM job")) == 0
        assert back == {waiting: datetime.fromisoformat(later), sent: datetime.fromisoformat(AT)}
    finally:
        engine.dispose()


def test_rows_that_point_to_each_other_survive_a_change_of_their_tables(empty_database_url):
    """Work that was given back before it had a reason, with a score and a flag on it."""
    alembic = migrate._alembic(empty_database_url)
    command.upgrade(alembic, "0001")
    engine = make_engine(empty_database_url)
    try:
        with engine.begin() as connection:
            for table, row in OLD_ROWS:
                _insert(connection, table, row)
        command.upgrade(alembic, "head")
        migrate.check(empty_database_url)
        with engine.begin() as connection:
            found = connection.execute(text("SELECT declined_because, active_at IS NOT NULL FROM rating")).one()
            assert tuple(found) == ("known", True)
            assert connection.scalar(text("SELECT count(*) FROM score")) == 1
            assert connection.scalar(text("SELECT count(*) FROM flag")) == 1
        for wrong in ("declined_because = 'nonsense'", "declined_because = NULL"):
            with pytest.raises(IntegrityError), engine.begin() as connection:
                connection.execute(text(f"UPDATE rating SET {wrong}"))
        command.downgrade(alembic, "0001")
        with engine.begin() as connection:
            assert connection.scalar(text("SELECT count(*) FROM rating")) == 1
            assert connection.scalar(text("SELECT count(*) FROM score")) == 1
    finally:
        engine.dispose()


ONE, TWO, AT = uuid.uuid4().hex, uuid.uuid4().hex, "2026-03-02 09:00:00.000000+00:00"
SCHEME = {"id": ONE, "key": "x", "number": 1, "data": b"[assessment]\nslots = 2", "sha256": "0" * 64, "created_at": AT}
DOSSIER = {"id": ONE, "code": "K-1", "scheme_id": ONE, "organisation_id": ONE, "candidate_id": ONE, "manager_id": TWO}
DOSSIER |= dict.fromkeys(("reason", "example_role", "role_description", "motivation", "goal", "decision_reason"), "")
DOSSIER |= {"state": "approved", "created_at": AT, "manager_version": 0, "candidate_version": 0}
SITTING = {"id": ONE, "dossier_id": ONE, "pack_id": ONE, "stage": "finished", "opens_at": AT}
SITTING |= {"closes_at": "2026-03-03 09:00:00.000000+00:00", "extra_time": "1", "replay": False, "device_check": "{}"}
ANSWER = {"id": ONE, "sitting_id": ONE, "number": 1, "code": "A-1", "stage": "recorded", "plays": 1, "takes": 1}
ANSWER |= {"stalled": False, "preparation_restarts": 0}
RATING = {"id": ONE, "answer_id": ONE, "assessor_id": TWO, "version": 0, "shuffle": 0, "position_s": 0}
OLD_ROWS = (
    *(("person", {"id": n, "email": f"{n}@x", "name": "X", "session_epoch": 0, "created_at": AT}) for n in (ONE, TWO)),
    ("organisation", {"id": ONE, "name": "X", "is_member": True, "supplies_examiners": True, "created_at": AT}),
    ("scheme", SCHEME),
    ("pack", {"id": ONE, "scheme_id": ONE, "number": 1, "data": b"x", "sha256": "0" * 64, "created_at": AT}),
    ("dossier", DOSSIER),
    ("sitting", SITTING),
    ("answer", ANSWER),
    ("rating", RATING | {"opened_at": AT, "declined_at": AT}),
    (
        "score",
        {"id": ONE, "rating_id": ONE, "competency": "analysis", "level": 3, "not_observable": False}
        | {"reason": "", "remark": "", "evidence": "[]"},
    ),
    ("flag", {"id": ONE, "rating_id": ONE, "kind": "known", "reason": "", "raised_at": AT, "reply": ""}),
)


def test_what_phase_two_said_of_a_score_is_carried_over_and_back(empty_database_url):
    """A score that changed in phase 2, one that did not, and one of which JSON says null."""
    alembic, before = migrate._alembic(empty_database_url), "0023"
    said = {
        "level": None,
        "not_observable": True,
        "reason": "Niet te horen.",
        "change_reason": "De STAR laat het zien.",
    }
    said |= {"evidence": [{"seconds": 3.5}]}
    (score,) = (row for table, row in OLD_ROWS if table == "score")
    told = {"analysis": json.dumps(said), "sensitivity": None, "reflection": "null"}
    command.upgrade(alembic, "0001")
    engine = make_engine(empty_database_url)
    try:
        with engine.begin() as connection:
            for table, row in OLD_ROWS:
                _insert(connection, table, row)
            for competency in ("sensitivity", "reflection"):
                _insert(connection, "score", score | {"id": uuid.uuid4().hex, "competency": competency})
            for competency, value in told.items():
                told_so = text("UPDATE score SET phase2 = :value WHERE competency = :competency")
                connection.execute(told_so, {"value": value, "competency": competency})
        command.upgrade(alembic, "head")
        with engine.begin() as connection:
            rows = {row.competency: row for row in connection.execute(select(Score.__table__))}
        changed = rows.pop("analysis")
        assert (changed.changed, changed.phase2_level, changed.phase2_not_observable) == (True, None, True)
        assert (changed.phase2_reason, changed.change_reason) == (said["reason"], said["change_reason"])
        assert changed.phase2_evidence == said["evidence"]
        assert {(row.changed, row.phase2_level, row.change_reason) for row in rows.values()} == {(False, None, "")}
        command.downgrade(alembic, before)
        with engine.begin() as connection:
            old = table_of("score", column("competency"), column("phase2", JSON))
            back = dict(connection.execute(select(old.c.competency, old.c.phase2)).all())
        assert back == {"analysis": said, "sensitivity": None, "reflection": None}
    finally:
        engine.dispose()


def test_of_changes_that_waited_together_the_oldest_stays(empty_database_url):
    alembic, one, two, certificate = migrate._alembic(empty_database_url), *(uuid.uuid4().hex for _ in range(3))
    command.upgrade(alembic, "0038")
    engine = make_engine(empty_database_url)
    try:
        with engine.begin() as connection:
            for person in (one, two):
                row = {"id": person, "email": f"{person}@x", "name": "A", "session_epoch": 0, "created_at": AT}
                _insert(connection, "person", row)
            row = {"id": certificate, "number": "B-1", "letters": "B", "title": "B", "name": "A", "state": "valid"}
            row |= {"earned_on": AT[:10], "issued_on": AT[:10], "issued_at": AT, "issued_by_id": one}
            _insert(connection, "certificate", row | {"taken_over": True})
            waits = {"certificate_id": certificate, "to": "suspended", "reason": "R", "name": ""}
            asked = [(one, "2026-03-03"), (two, "2026-03-02"), (two, "2026-03-04")]
            for who, day in asked:
                row = waits | {"id": uuid.uuid4().hex, "asked_by_id": who, "asked_at": f"{day} 09:00:00+00:00"}
                _insert(connection, "certificate_change", row)
        command.upgrade(alembic, "0039")
        with engine.begin() as connection:
            rows = connection.execute(
                text(
                    "SELECT asked_at, granted, decided_by_id = asked_by_id, decided_at = asked_at "
                    "FROM certificate_change ORDER BY asked_at"
                )
            ).all()
        assert [tuple(row)[1:] for row in rows] == [(None, None, None), (False, True, True), (False, True, True)]
        command.downgrade(alembic, "0038")
    finally:
        engine.dispose()


def test_names_of_before_are_cleaned_and_found_again(empty_database_url):
    """A separator of lines, a joiner inside a word, an accent apart, two that look the same, and nothing but blanks."""
    alembic = migrate._alembic(empty_database_url)
    ids = [uuid.UUID(int=number) for number in range(1, 8)]
    odd = {
        ids[0]: ("Jan\u2028de Vries", "jan@a.example"),
        ids[1]: ("Sj\u00adoerd\u200b\u202e", "sjo\u200berd@a.example"),
        ids[2]: ("Rene\u0301e", "jan\ufeff@a.example"),
        ids[3]: ("\u3164\u200b", "leeg@a.example"),
        ids[4]: ("علی\u200cرضا", "ali@a.example"),
        ids[5]: ("Noor", "noor@a.example"),
    }
    command.upgrade(alembic, "0012")
    engine = make_engine(empty_database_url)
    try:
        with engine.begin() as connection:
            for who, (name, email) in odd.items():
                row = {"id": who.hex, "email": email, "name": name, "session_epoch": 0, "created_at": AT}
                _insert(connection, "person", row)
            for which, name in ((ids[0], "Bel\u2060 &  Co"), (ids[1], "Bel & Co"), (ids[2], "Bel & Co\ufeff")):
                row = {"id": which.hex, "name": name, "is_member": True, "supplies_examiners": True, "created_at": AT}
                _insert(connection, "organisation", row)
        command.upgrade(alembic, "head")
        with engine.begin() as connection:
            people = dict(connection.execute(select(Person.id, Person.name)).all())
            addresses = dict(connection.execute(select(Person.id, Person.email)).all())
            organisations = connection.scalars(select(Organisation.name).order_by(Organisation.id)).all()
            words = connection.execute(select(SearchWord.person_id, SearchWord.word)).all()
            told = connection.execute(select(AuditEvent.subject_kind, AuditEvent.subject, AuditEvent.facts)).all()
        assert [people[who] for who in odd] == [
            "Jan de Vries",
            "Sjoerd",
            "Renée",
            "Zonder leesbare naam",
            "علی\u200cرضا",
            "Noor",
        ]
        assert addresses[ids[1]] == "sjoerd@a.example"
        assert addresses[ids[2]] == odd[ids[2]][1], "another's address stays with the other"
        assert organisations == ["Bel & Co (2)", "Bel & Co", "Bel & Co (3)"]
        assert {(ids[0], "vries"), (ids[1], "sjoerd"), (ids[2], "renee")} <= set(words)
        assert {word for who, word in words if who == ids[0]} == {
            "jan",
            "de",
            "vries",
            "jan@a.example",
            "a.example",
            "example",
        }
        facts = {(kind, subject, fact["column"]): fact for kind, subject, fact in told}
        assert facts.pop(("person", ids[0], "name")) == {"column": "name", "characters": ["U+2028"]}
        assert facts.pop(("person", ids[3], "name"))["unreadable"]
        assert facts.pop(("person", ids[2], "email"))["same_as_another"]
        assert facts.pop(("organisation", ids[2], "name")) == {
            "column": "name",
            "characters": ["U+FEFF"],
            "same_as_another": True,
        }
        assert {key[0::2] for key in facts} == {("person", "name"), ("person", "email"), ("organisation", "name")}
        assert not {(ids[4], "name"), (ids[5], "name")} & {key[1:] for key in facts}
    finally:
        engine.dispose()


def _insert(connection, table, row):
    names, values = ", ".join(f'"{name}"' for name in row), ", ".join(f":{name}" for name in row)
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)


def test_each_calibration_that_was_noted_by_hand_is_read_from_the_log(empty_database_url):
    """Two days of one examiner, one noted by somebody who is there and one by somebody who is gone."""
    alembic, home, officer, examiner = migrate._alembic(empty_database_url), *(uuid.uuid4() for _ in range(3))
    command.upgrade(alembic, "0077")
    engine = make_engine(empty_database_url)
    try:
        with engine.begin() as connection:
            row = {"id": officer.hex, "email": "o@x", "name": "O", "session_epoch": 0, "created_at": AT}
            _insert(connection, "person", row)
            row = {"id": home.hex, "name": "H", "is_member": True, "supplies_examiners": True, "created_at": AT}
            _insert(connection, "organisation", row)
            row = {"id": examiner.hex, "organisation_id": home.hex, "name": "E", "email": "e@x", "reason": ""}
            row |= {"state": "proposed", "proposed_at": AT, "proposed_by_id": officer.hex}
            _insert(connection, "examiner", row)
            for who, day, verb in (
                (officer, "2026-03-01", "examiner_calibrated"),
                (uuid.uuid4(), "2026-03-02", "examiner_calibrated"),
                (officer, "2026-03-03", "examiner_proposed"),
            ):
                row = {"id": uuid.uuid4().hex, "at": AT, "actor": who.hex, "verb": verb, "subject_kind": "examiner"}
                _insert(connection, "audit_event", row | {"subject": examiner.hex, "facts": json.dumps({"day": day})})
        command.upgrade(alembic, "0079")
        with engine.begin() as connection:
            rows = connection.execute(select(CalibrationNote.day, CalibrationNote.noted_by_id).order_by("day")).all()
        assert [(str(day), who) for day, who in rows] == [("2026-03-01", officer), ("2026-03-02", None)]
        command.downgrade(alembic, "0077")
    finally:
        engine.dispose()

"""Everything about me: the file is whole, readable, and tells nothing of others; held against the list of columns."""

import io
import json
import re
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from support import told_exam
from support.visitors import text_of

from storage import own_data
from storage.base import migrate
from storage.base.audit import AuditEvent
from storage.base.database import new_session
from storage.base.keys import key_store
from storage.data_classes import KEPT, TABLES, DataClass
from storage.people.logins import LogIn
from webapp.dutch import own_data as words
from webapp.dutch.own_values import CHOICES, said

FETCH = "/account/gegevens/alles-over-mij.zip"


@pytest.fixture
def exam(session, people, object_store):
    """A passed exam, with two films and a role description in the store."""
    return told_exam.told(session, people, now=datetime.now(UTC) - timedelta(days=20))


def fetched(visitor) -> zipfile.ZipFile:
    answer = visitor.get(FETCH)
    assert (answer.status_code, answer.content_type) == (200, "application/zip")
    found = zipfile.ZipFile(io.BytesIO(answer.data))
    assert found.testzip() is None
    return found


def tables_in(archive):
    return json.loads(archive.read("gegevens.json"))["tables"]


def test_the_candidate_gets_films_files_and_every_row(session, people, visit, exam):
    archive = fetched(visit(people.candidate))
    films = [name for name in archive.namelist() if name.startswith("opnames/")]
    assert [name for name in films if name.endswith(".mp4")] == [
        f"opnames/{exam.code}-situatie-{number}-poging-1.mp4" for number in (1, 2)
    ]
    assert [len(archive.read(name)) for name in films] == [told_exam.FILM] * 2
    assert archive.read("bestanden/1-functie.pdf") == told_exam.PDF
    tables = tables_in(archive)
    assert tables["dossier"][0]["motivation"] == exam.motivation != ""
    assert {one["code"] for one in tables["answer"]} == {one.code for one in told_sitting(session, exam).answers}
    assert len(tables["score"]) > 20 and tables["verdict"][0]["passed"] is True
    assert {one["assessor_id"] for one in tables["rating"]} == {"assessor 1", "assessor 2"}
    page = archive.read("lees-mij.html").decode()
    assert "Eindoordelen" in page and "assessor 1" in page and "Traceback" not in page


def test_what_a_program_heard_lies_beside_its_film(session, people, visit, exam):
    said = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nIk begrijp u.\n"
    told_exam.write_down(told_exam.takes_of(session, exam)[0], said)
    session.commit()
    archive = fetched(visit(people.candidate))
    assert archive.read(f"opnames/{exam.code}-situatie-1-poging-1.vtt").decode() == said
    assert [name for name in archive.namelist() if name.endswith(".vtt")] == [
        f"opnames/{exam.code}-situatie-1-poging-1.vtt"
    ]


def test_the_page_is_written_for_whoever_reads_it(session, people, visit, exam):
    """Moments of Amsterdam, choices in words and organisations by name: nothing as a machine keeps it."""
    page = text_of(fetched(visit(people.candidate)).read("lees-mij.html").decode())
    assert re.findall(r"\d{4}-\d\d-\d\dT", page) == []
    for words_of in (f"Organisatie {people.organisation.name}", "Rol kandidaat", "Stand goedgekeurd", "Stand afgerond"):
        assert words_of in page, words_of
    assert str(people.organisation.id) not in page
    assert "Gebeurtenis examen afgerond" in page and "maandag 2 maart 2026" in page
    assert "met een leidinggevende" in page and "Stand opgenomen" in page


def test_every_choice_and_every_moment_can_be_said():
    for name, line in TABLES.items():
        told = set(" ".join(line.told.values()).split())
        for column in migrate.nouns().metadata.tables[name].columns:
            kind = getattr(column.type, "enum_class", None)
            if column.name in told and kind is not None:
                assert set(CHOICES[kind]) == set(kind), (name, column.name)
                assert all(isinstance(words_of, str) for words_of in CHOICES[kind].values()), (name, column.name)
                assert [said(name, column.name, one.value) for one in kind] == list(map(CHOICES[kind].get, kind))
    assert said("person", "created_at", "2026-03-01T09:00:00+00:00") == "zondag 1 maart 2026, 10:00"
    assert said("certificate", "earned_on", "2026-03-01") == "zondag 1 maart 2026"
    assert said("erasure_request", "wanted", ["mails", "iets"]) == ["mails", "iets"]
    assert said("erasure_request", "erased", {"recordings": 3}) == {"opnames": 3}
    assert said("person", "of", "id") == "id"


def told_sitting(session, dossier):
    return told_exam.takes_of(session, dossier)[0].answer.sitting


def test_nobody_else_stands_in_it(session, people, visit, exam):
    archive = fetched(visit(people.candidate))
    whole = archive.read("gegevens.json").decode() + archive.read("lees-mij.html").decode()
    others = [*people.assessors, people.officer, people.second_officer, people.committee_member, people.auditor]
    others += [people.second_candidate, people.outsider_candidate, people.beheerder]
    for person in others:
        assert person.name not in whole
        assert person.email not in whole
        assert str(person.id) not in whole
    assert people.manager.name in whole, "the candidate knows the manager"


def test_no_secret_stands_in_it(session, people, visit, exam):
    sitting = told_sitting(session, exam)
    sitting.seat, sitting.identity_code = "a-secret-seat-token", "918273"
    session.commit()
    whole = fetched(visit(people.candidate)).read("gegevens.json").decode()
    for secret in ("a-secret-seat-token", "918273", people.candidate.password_hash or "argon2"):
        assert secret not in whole
    for table, rows in json.loads(whole)["tables"].items():
        secrets = {name for names in TABLES[table].apart.values() for name in names.split()}
        assert not [row for row in rows if secrets & set(row)], table


def test_every_column_that_is_told_is_in_the_file_where_there_is_a_row(session, people, exam):
    """The list of columns is what the file is held against: each table, each path, each column."""
    person = people.candidate
    found = own_data.rows_of(session, person)
    seen = 0
    for table, rows in found.items():
        for row in rows:
            paths = [path for path in TABLES[table].told if path.rpartition(".")[2] == row["of"]]
            columns = {name for path in paths for name in TABLES[table].told[path].split()}
            assert columns <= set(row), f"{table}: {columns - set(row)}"
            seen += len(columns)
    assert seen > 500
    expected = {"person", "membership", "log_in", "dossier", "star", "self_assessment", "role_document", "sitting"}
    expected |= {"answer", "recording", "original", "rendition", "rating", "score", "verdict"}
    assert expected - set(found) <= {"log_in", "star", "self_assessment"}, expected - set(found)


def test_every_query_runs_for_everybody(session, people, exam):
    """Each path of the list leads along keys that are there."""
    tables = migrate.nouns().metadata.tables
    for person in people.everybody() if hasattr(people, "everybody") else [people.officer, people.manager]:
        for table, rows in own_data.rows_of(session, person).items():
            assert all(set(row) <= {"of", *tables[table].columns.keys()} for row in rows)


def test_scores_come_once_the_result_is_told(session, people, exam):
    sitting = told_sitting(session, exam)
    sitting.told_at = None
    session.commit()
    found = own_data.rows_of(session, people.candidate)
    assert {"rating", "score", "remark", "verdict"} & set(found) == set()
    assert {"answer", "recording", "dossier"} <= set(found)


def test_an_assessor_gets_the_own_work_without_a_candidate(session, people, visit, exam):
    assessor = people.assessors[0]
    archive = fetched(visit(assessor))
    tables = tables_in(archive)
    assert len(tables["score"]) > 10
    whole = archive.read("gegevens.json").decode()
    assert people.candidate.name not in whole and str(people.candidate.id) not in whole
    assert people.assessors[1].name not in whole
    assert not [name for name in archive.namelist() if name.startswith("opnames/")]


def test_a_manager_gets_the_own_part_and_not_the_motivation(session, people, visit, exam):
    exam.motivation = "Dit is van de kandidaat alleen."
    session.commit()
    archive = fetched(visit(people.manager))
    (dossier,) = tables_in(archive)["dossier"]
    assert dossier["reason"] == exam.reason
    assert exam.motivation not in archive.read("gegevens.json").decode()


def test_what_was_destroyed_is_left_out_with_a_line(session, people, visit, exam):
    recording = told_exam.takes_of(session, exam)[0]
    key_store().destroy(recording.id)
    session.commit()
    archive = fetched(visit(people.candidate))
    name = f"opnames/{exam.code}-situatie-1-poging-1.mp4"
    assert name not in archive.namelist()
    assert "niet meer" in archive.read(f"{name}.txt").decode()
    assert len(archive.read(name.replace("situatie-1", "situatie-2"))) == told_exam.FILM


def test_it_is_noted_that_somebody_took_it_and_the_password_is_asked_first(session, people, visit, exam):
    visitor = visit(people.candidate)
    fetched(visitor)
    with new_session(writes=False) as other:
        (event,) = other.scalars(select(AuditEvent).where(AuditEvent.verb == "own_data_taken"))
    assert (event.actor, event.subject, event.facts) == (people.candidate.id, people.candidate.id, {})
    for row in session.scalars(select(LogIn).where(LogIn.person_id == people.candidate.id)):
        row.confirmed_at = datetime.now(UTC) - timedelta(days=1)
    session.commit()
    answer = visitor.get(FETCH)
    assert answer.status_code == 302 and "/account/bevestigen" in answer.location


def test_the_page_says_what_must_stay_and_why(people, visit):
    for person in (people.candidate, people.officer, people.assessors[0], people.beheerder):
        shown = text_of(visit(person).get("/account/gegevens").text)
        assert "Een certificaat geldt zonder einde" in shown
        assert ("Mijn opnames" in shown) is (person is people.candidate)


def test_everything_has_a_dutch_name():
    assert set(words.TABLES) == {name for name, table in TABLES.items() if table.told}
    told = {name for table in TABLES.values() for names in table.told.values() for name in names.split()}
    assert told - set(words.COLUMNS) == set()
    assert set(words.CLASSES) == {str(one) for one in DataClass} - {"technical"}
    for key, (_, why) in words.CLASSES.items():
        assert bool(why) is bool(KEPT[DataClass(key)].must_stay), key

"""One search for people, files, organisations and numbers; nobody finds the own case."""

import pytest
from support import cast
from support.visitors import text_of

from storage.people.people import Membership, Role


@pytest.fixture
def file(session, people):
    row = cast.dossier(session, people)
    session.commit()
    return row


def found(visit, people, words):
    answer = visit(people.officer).get("/bureau/zoeken", query_string={"zoek": words})
    assert answer.status_code == 200
    return text_of(answer.text)


def test_a_name_finds_the_person_and_the_file(visit, people, file):
    told = found(visit, people, people.candidate.name)
    assert f"Dossiers {people.candidate.name}, {file.code}" in told
    assert f"Mensen {people.candidate.name} {people.candidate.email}, kandidaat" in told


@pytest.mark.parametrize("written", [str.lower, str.upper, lambda code: code.removeprefix("K-")])
def test_a_number_finds_its_file_however_it_is_written(visit, people, file, written):
    assert file.code in found(visit, people, written(file.code))


def test_an_organisation_is_found_by_a_part_of_its_name(visit, people, file):
    assert f"Organisaties {people.organisation.name}" in found(visit, people, people.organisation.name[2:9])


@pytest.mark.parametrize("words", ["zzzz", "%", "'; --", "\x00x", "x" * 500])
def test_what_is_nowhere_is_told(visit, people, file, words):
    assert "Niets gevonden" in found(visit, people, words)


def test_without_words_there_is_only_the_field(visit, people, file):
    told = found(visit, people, "  ")
    assert "Niets gevonden" not in told
    assert people.candidate.name not in told


def test_the_own_case_is_not_found(session, visit, people, file):
    people.candidate.memberships.append(Membership(role=Role.KSF_OFFICER, since=cast.NOW))
    session.commit()
    answer = visit(people.candidate).get("/bureau/zoeken", query_string={"zoek": file.code})
    assert "Niets gevonden" in text_of(answer.text)

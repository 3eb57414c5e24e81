"""A candidate who comes in finds the result before the receipt, and every date in one file."""

from datetime import timedelta

import pytest
from icalendar import Calendar
from support import cast, certified
from support.visitors import text_of

from storage.planning.theory_tests import set_ready


@pytest.fixture
def told(session, people):
    verdict = certified.passed(session, people)
    session.commit()
    return verdict


def test_who_knows_the_result_comes_in_there_and_has_it_in_the_menu(visit, people, told):
    candidate = visit(people.candidate)
    assert candidate.get("/").location == "/uitslag"
    page = candidate.get("/examen").text
    assert 'href="/uitslag">Mijn uitslag</a>' in page
    assert page.index("Uw uitslag is er") < page.index("Controlegetal")


def test_without_a_result_the_exam_comes_first_and_the_receipt_says_when(session, visit, people):
    cast.finished_sitting(session, people)
    session.commit()
    candidate = visit(people.candidate)
    assert candidate.get("/").location == "/examen"
    page = candidate.get("/examen").text
    assert "Mijn uitslag" not in page
    read = text_of(page)
    assert read.index("Uiterlijk maandag 16 maart 2026 krijgt u de uitslag") < read.index("Controlegetal")


def test_who_begins_anew_comes_in_at_the_new_file(session, visit, people, told):
    cast.dossier(session, people, cast.NOW + timedelta(days=60))
    session.commit()
    candidate = visit(people.candidate)
    assert candidate.get("/").location == "/examen"
    assert "Mijn uitslag" in candidate.get("/examen").text


def test_another_candidate_has_no_such_entry(visit, people, told):
    assert "Mijn uitslag" not in visit(people.second_candidate).get("/account").text


def test_every_date_is_in_one_file(app, session, visit, people):
    sitting, hall = cast.sitting(session, people), cast.location(session, people)
    day = cast.practical_date(session, people, cast.NOW + timedelta(days=20))
    session.flush()
    (test,) = set_ready(
        session, [people.candidate], "certificate_b", hall, cast.NOW + timedelta(days=2), people.beheerder, cast.NOW
    )
    practical = cast.practical_session(session, people, day, people.candidate)
    session.commit()
    app.before_request(lambda: _at(cast.NOW))
    candidate = visit(people.candidate)
    assert {str(sitting.id), str(test.id)} == _ids(candidate)
    practical.confirm(people.assessors[0], people.officer, cast.NOW)
    session.commit()
    assert len(_ids(candidate)) == 3


def test_without_any_date_there_is_no_file(visit, people):
    assert visit(people.candidate).get("/examen/agenda.ics").status_code == 404


def _at(now):
    from flask import g

    g.now = now


def _ids(candidate):
    file = Calendar.from_ical(candidate.get("/examen/agenda.ics").text)
    return {str(event["uid"]).partition("@")[0] for event in file.walk("VEVENT")}

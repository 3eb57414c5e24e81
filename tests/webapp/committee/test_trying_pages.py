"""The committee tries another cut on the results of a year, and nothing is changed by it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from support import cast
from support.visitors import text_of

from storage.base.audit import AuditEvent
from storage.judging.progress import decide
from storage.judging.verdicts import Verdict

NOW = datetime.now(UTC)


@pytest.fixture
def code(session, people):
    """Of somebody who passed with threes a week ago."""
    then = NOW - timedelta(days=7)
    done = cast.finished_sitting(session, people, then, pack_row=cast.pack(session, then))
    for slot, assessor in enumerate(people.assessors[:2], 1):
        cast.rate(session, done, assessor, slot, 3)
    verdict = decide(session, done, then)
    verdict.confirm(people.officer, then)
    verdict.release(people.second_officer, then)
    session.commit()
    return done.dossier.code


def asked(**some):
    return {"exam": "branchecertificaat_b", "years": "1", **some}


def test_who_would_flip_is_listed_with_the_reason_and_nothing_is_changed(session, people, visit, code):
    def kept():
        session.rollback()
        rows = session.execute(select(Verdict.id, Verdict.passed, Verdict.decision, Verdict.ended_at)).all()
        events = session.scalars(select(AuditEvent.id)).all()
        session.rollback()
        return rows, events

    member = visit(people.committee_member)
    before = kept()
    page = member.post("/proefregel", asked(overall_min="3,5"))
    said = text_of(page.text)
    assert page.status_code == 200
    assert "1 van 1 uitslagen zouden anders zijn" in said and code in said
    assert "Gemiddelde van alle competenties: 3,00 (minstens 3,50)" in said
    assert kept() == before
    same = text_of(member.post("/proefregel", asked(overall_min="3")).text)
    assert "0 van 1 uitslagen zouden anders zijn" in same and code not in same


def test_a_period_without_results_says_so(session, people, visit):
    cast.pack(session, NOW)
    session.commit()
    said = text_of(visit(people.committee_member).post("/proefregel", asked(overall_min="3")).text)
    assert "Er is geen uitslag van dit examen in deze periode" in said and "0 van 0" not in said


@pytest.mark.parametrize(
    ("some", "said"),
    [
        ({}, "Vul minstens één waarde in die anders is"),
        ({"overall_min": "7"}, "Vul een getal in van 1 tot en met 5"),
        ({"overall_min": "nan"}, "Vul een getal in"),
        ({"observed_min": "x"}, "Vul een heel getal in"),
        ({"overall_min": "3", "years": "9"}, "Kies een van de mogelijkheden"),
    ],
)
def test_what_cannot_be_tried_is_said(people, visit, code, some, said):
    answer = visit(people.committee_member).post("/proefregel", asked(**some))
    assert answer.status_code == 422 and said in text_of(answer.text)


def test_an_installation_without_an_exam_says_so(people, visit):
    assert "Er is nog geen examen" in visit(people.committee_member).get("/proefregel").text

"""Complaints on screen: the form for everybody, and the office's list with term and answer."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from support.visitors import text_of

from storage.people.complaints import Complaint
from storage.people.outbox import MailMessage

WORDS = "Ik belde drie keer en niemand belde terug."


@pytest.fixture(autouse=True)
def free(app, session, people):
    session.commit()
    app.before_request(session.commit)


def rows_of(session, noun):
    session.expire_all()
    found = session.scalars(select(noun)).all()
    session.commit()
    return found


def test_from_the_form_to_an_answer_within_the_term(session, visit, people):
    manager = visit(people.manager)
    assert "Klacht indienen" in manager.get("/klachten").text
    for garbage in ({}, {"subject": "x", "text": WORDS}, {"subject": "service", "text": " "}):
        assert manager.post("/klachten", garbage).status_code == 422
    assert manager.post("/klachten", {"subject": "service", "text": "x" * 8001}).status_code == 422
    assert manager.post("/klachten", {"subject": "service", "text": WORDS}).status_code == 302
    assert manager.post("/klachten", {"subject": "service", "text": WORDS}).status_code == 302
    (made,) = rows_of(session, Complaint)
    assert made.code in manager.get("/klachten").text
    officer = visit(people.officer)
    assert "1 klacht te beantwoorden" in text_of(officer.get("/bureau").text)
    assert made.code in officer.get("/klachten/bureau").text
    page = f"/klachten/bureau/{made.id}"
    assert WORDS in officer.get(page).text
    assert officer.post(page, {"answer": " "}).status_code == 422
    assert officer.post(page, {"answer": "Wij bellen voortaan dezelfde dag terug."}).status_code == 302
    assert officer.post(page, {"answer": "Nog eens."}).status_code == 409
    assert "Wij bellen voortaan" in manager.get("/klachten").text
    assert made.code in officer.get("/klachten/bureau?toon=gedaan").text
    assert {one.template for one in rows_of(session, MailMessage)} == {"complaint_received", "complaint_answered"}
    assert WORDS not in "".join(one.text for one in rows_of(session, MailMessage))


def test_nobody_answers_the_own_complaint_or_reads_that_of_another(session, visit, people):
    officer = visit(people.officer)
    officer.post("/klachten", {"subject": "conduct", "text": WORDS})
    (made,) = rows_of(session, Complaint)
    assert officer.get(f"/klachten/bureau/{made.id}").status_code == 404
    assert made.code not in officer.get("/klachten/bureau").text
    assert WORDS not in visit(people.candidate).get("/klachten").text
    assert visit(people.candidate).get(f"/klachten/bureau/{made.id}").status_code == 404


def test_an_answer_that_is_late_stands_out(session, visit, people):
    visit(people.manager).post("/klachten", {"subject": "service", "text": WORDS})
    (made,) = rows_of(session, Complaint)
    officer = visit(people.officer)
    assert "te laat" not in officer.get("/klachten/bureau").text
    session.get(Complaint, made.id).received_at -= timedelta(weeks=8)
    session.commit()
    assert "te laat" in officer.get("/klachten/bureau").text

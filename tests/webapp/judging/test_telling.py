"""Assessors hear by mail of new work, without a word about the candidate, and read back what they finished."""

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select
from support import cast
from support.visitors import text_of

from review.batch import Mode
from storage.base.database import new_session
from storage.judging.allocations import propose
from storage.judging.ratings import own_ratings
from storage.judging.workload import assign
from storage.people.outbox import MailMessage
from webapp import explain
from webapp.dutch import formats
from webapp.judging import telling


@pytest.fixture
def finished(app, session, people):
    # What the test itself looked up must not keep the database locked while the app works.
    app.before_request(session.commit)
    row = cast.finished_sitting(session, people)
    session.commit()
    return row


def mails(session):
    found = select(MailMessage).where(MailMessage.template == "work_given").order_by(MailMessage.id)
    return {mail.person_id: mail for mail in session.scalars(found)}


def test_an_allocation_that_is_made_final_is_told_to_each_of_its_assessors_once(session, people, visit, finished):
    until = cast.NOW.date().replace(year=2027)
    made = propose(session, [finished], Mode.WHOLE, 40, until, people.officer, cast.NOW)
    session.commit()
    officer = visit(people.officer)
    assert mails(session) == {}
    assert officer.post(f"/bureau/verdelen/{made.id}/vastmaken").status_code == 302
    assert officer.post(f"/bureau/verdelen/{made.id}/vastmaken").status_code == 409
    session.expire_all()
    told = mails(session)
    assert {one.assessor for one in made.plan.assignments} == {str(one) for one in told}
    for mail in told.values():
        assert "Er liggen 10 antwoorden voor u klaar" in mail.text
        assert "2 maart 2027" in mail.text
        assert people.candidate.name not in mail.text + mail.subject
        assert finished.dossier.code not in mail.text


def test_who_is_chosen_by_hand_is_told_too(session, people, visit, finished):
    chosen = people.assessors[:2]
    fields = {f"slot-{slot}": str(one.id) for slot, one in enumerate(chosen, 1)}
    answer = visit(people.officer).post(f"/uitslagen/zittingen/{finished.id}", fields)
    assert answer.status_code == 302
    session.expire_all()
    assert mails(session).keys() == {one.id for one in chosen}


def test_the_own_finished_work_is_read_back_and_nobody_elses(session, people, visit, finished):
    one, two = people.assessors[:2]
    cast.rate(session, finished, one, 1)
    session.commit()
    codes = [answer.code for answer in finished.answers]
    page = visit(one).get("/beoordelen/gedaan")
    assert all(code in page.text for code in codes)
    assert people.candidate.name not in page.text
    assert "U hebt nog niets afgerond" in text_of(visit(two).get("/beoordelen/gedaan").text)
    assert visit(people.officer).get("/beoordelen/gedaan").status_code == 404


def reminders():
    with new_session(writes=False) as fresh:
        found = select(MailMessage).where(MailMessage.template == "work_reminder")
        return list(fresh.scalars(found.order_by(MailMessage.created_at)))


def on(app, day):
    at = datetime.combine(day, time(8), UTC)
    with app.app_context():
        telling.remind(at)
    return reminders()


def test_whoever_is_not_ready_is_reminded_before_the_term_and_not_each_day(app, session, people, visit, finished):
    one, two = people.assessors[:2]
    assign(session, finished, one, 1, cast.NOW)
    cast.rate(session, finished, two, 2)
    due = explain.due(finished)
    session.commit()
    shown = text_of(visit(one).get("/beoordelen").text)
    assert f"uiterlijk {formats.day_of_month(due)}" in shown and f"op {formats.date_only(due)}" in shown
    assert on(app, due - timedelta(days=4)) == []
    (mail,) = on(app, due - timedelta(days=3))
    assert mail.person_id == one.id and "10 antwoorden" in mail.text and formats.date_only(due) in mail.text
    assert people.candidate.name not in mail.text and finished.dossier.code not in mail.text
    assert len(on(app, due - timedelta(days=2))) == len(on(app, due - timedelta(days=1))) == 1
    assert len(on(app, due)) == 2
    assert len(on(app, due + timedelta(days=5))) == 2, "the office sees what is late"


def test_who_is_ill_returns_what_is_not_signed_and_finds_it_again_later(session, people, visit, finished):
    one, two = people.assessors[:2]
    assign(session, finished, one, 1, cast.NOW)
    assign(session, finished, two, 2, cast.NOW)
    session.commit()
    visitor = visit(one)
    assert "10 antwoorden" in text_of(visitor.get("/beoordelen/afwezig").text)
    shown = visitor.post("/beoordelen/teruggeven").location
    assert "10 antwoorden zijn terug bij het bureau" in text_of(visitor.get(shown).text)
    assert "Werk teruggeven" not in visitor.get(shown).text
    session.expire_all()
    assert own_ratings(session, finished, one) == [] and len(own_ratings(session, finished, two)) == 10
    session.commit()
    visitor.post("/beoordelen/teruggeven")
    assert "Er was niets om terug te geven" in text_of(visitor.get(shown).text), "twice"
    assert visit(people.officer).post("/beoordelen/teruggeven").status_code == 404
    assign(session, session.merge(finished), session.merge(one), 1, cast.NOW)
    session.commit()
    assert len(own_ratings(session, finished, one)) == 10

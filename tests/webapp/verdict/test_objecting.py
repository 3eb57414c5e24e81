"""Objections on screen: from a result or a rejection to a receipt, and by people without a part in it to a ruling."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from support import cast
from support.visitors import text_of

from storage.dossier.dossiers import DossierState
from storage.judging.objections import Objection, ObjectionState
from storage.judging.progress import decide
from storage.people.outbox import MailMessage
from storage.people.people import Membership, Role

GROUNDS = "Situatie 3 brak halverwege af en dat telde toch mee."


@pytest.fixture
def free(app, session):
    # What the test itself looked up must not keep the database locked while the app works.
    app.before_request(session.commit)


@pytest.fixture
def third_officer(session, free):
    row = cast.person(session, "bureau3", "Bureau Drie", Role.KSF_OFFICER, None)
    session.commit()
    return row


@pytest.fixture
def verdict(free, session, people):
    """A result of 2 everywhere, released a week ago as the clock of the running app has it."""
    now = cast.NOW
    sitting = cast.finished_sitting(session, people, now)
    for slot, assessor in enumerate(people.assessors[:2], 1):
        cast.rate(session, sitting, assessor, slot, 2, now)
    row = decide(session, sitting, now)
    row.confirm(people.officer, now)
    row.release(people.second_officer, now)
    session.commit()
    return row


@pytest.fixture
def in_time(app):
    """The app's clock stands a week after the release."""
    from flask import g

    @app.before_request
    def later():
        g.now = cast.NOW + timedelta(days=7)


def rows_of(session, query):
    session.expire_all()
    return session.scalars(query).all()


def test_from_the_result_to_a_receipt_with_a_number_and_a_day(session, visit, people, verdict, in_time):
    candidate, page = visit(people.candidate), f"/bezwaar/{verdict.sitting.dossier_id}"
    assert page in candidate.get("/uitslag").text
    form = text_of(candidate.get(page).text)
    assert "maandag 13 april 2026" in form and "Waarom komt uw bezwaar later" not in form
    assert candidate.post(page, {"grounds": "  "}).status_code == 422
    assert candidate.post(page, {"grounds": "x" * 8001}).status_code == 422
    assert candidate.post(page, {"grounds": GROUNDS}).status_code == 302
    (made,) = rows_of(session, select(Objection))
    receipt = text_of(candidate.get(page).text)
    assert made.code in receipt and GROUNDS in receipt and "maandag 20 april 2026" in receipt
    assert candidate.post(page, {"grounds": "Nog een."}).status_code == 200
    assert len(rows_of(session, select(Objection))) == 1
    assert f"Naar mijn bezwaar {made.code}" in text_of(candidate.get("/uitslag").text)
    (mail,) = rows_of(session, select(MailMessage).where(MailMessage.template == "objection_received"))
    assert made.code in mail.text and GROUNDS not in mail.text


def test_after_six_weeks_a_reason_is_asked(session, visit, people, verdict):
    candidate, page = visit(people.candidate), f"/bezwaar/{verdict.sitting.dossier_id}"
    assert "De termijn is voorbij" in text_of(candidate.get(page).text)
    refused = candidate.post(page, {"grounds": GROUNDS})
    assert refused.status_code == 422 and "Schrijf waarom uw bezwaar later komt" in refused.text
    assert candidate.post(page, {"grounds": GROUNDS, "late_reason": "Ik lag in het ziekenhuis."}).status_code == 302
    (made,) = rows_of(session, select(Objection))
    assert made.late_reason == "Ik lag in het ziekenhuis."


def test_a_rejection_can_be_objected_to_as_well(free, session, visit, people, in_time):
    row = cast.dossier(session, people)
    row.submit(people.candidate.id, cast.NOW)
    session.flush()
    row.decide(DossierState.REJECTED, people.officer.id, "Te weinig ervaring.", cast.NOW)
    session.commit()
    candidate, page = visit(people.candidate), f"/bezwaar/{row.id}"
    assert page in candidate.get(f"/dossier/{row.id}").text
    assert candidate.post(page, {"grounds": "Ik heb die ervaring wel."}).status_code == 302
    assert "afwijzing van het motivatiedossier" in text_of(candidate.get(page).text)


def test_what_is_not_decided_or_not_yours_cannot_be_objected_to(free, session, visit, people, verdict):
    going_on = cast.dossier(session, people, candidate=people.second_candidate)
    session.commit()
    assert visit(people.second_candidate).get(f"/bezwaar/{going_on.id}").status_code == 404
    assert visit(people.second_candidate).get(f"/bezwaar/{verdict.sitting.dossier_id}").status_code == 404
    assert visit(people.officer).get(f"/bezwaar/{verdict.sitting.dossier_id}").status_code == 404


@pytest.fixture
def made(session, visit, people, verdict, in_time):
    visit(people.candidate).post(f"/bezwaar/{verdict.sitting.dossier_id}", {"grounds": GROUNDS})
    (row,) = rows_of(session, select(Objection))
    session.commit()
    return row


def test_those_who_decided_see_it_and_leave_it_to_others(visit, people, made):
    for involved in (people.officer, people.second_officer):
        visitor = visit(involved)
        assert "1 bezwaar te behandelen" in text_of(visitor.get("/uitslagen").text)
        assert made.code in visitor.get("/bezwaren").text
        page = visitor.get(f"/bezwaren/{made.id}").text
        assert "Dit is niet aan u" in page and "Indelen</button>" not in page
        refused = visitor.post(f"/bezwaren/{made.id}/indelen", {"ground": "technical"})
        assert refused.status_code == 409 and "Iemand anders behandelt" in refused.text


def test_the_office_classifies_and_rules_on_what_is_technical(session, visit, people, made, third_officer):
    officer, page = visit(third_officer), f"/bezwaren/{made.id}"
    assert officer.post(f"{page}/uitspraak", {"ruling": "upheld", "text": "Nee."}).status_code == 404
    assert officer.post(f"{page}/indelen", {"ground": "nonsense"}).status_code == 422
    assert officer.post(f"{page}/indelen", {"ground": "technical"}).status_code == 302
    assert visit(people.committee_member).post(f"{page}/uitspraak", {"ruling": "upheld"}).status_code == 404
    for garbage in ({}, {"ruling": "upheld"}, {"ruling": "x", "text": "y"}, {"ruling": "upheld", "text": "x" * 8001}):
        assert officer.post(f"{page}/uitspraak", garbage).status_code == 422
    assert officer.post(f"{page}/uitspraak", {"ruling": "late", "text": "Te laat."}).status_code == 422
    three = next(one for one in made.sitting.answers if one.number == 3)
    words = "De opname van situatie 3 was stuk. U doet die situatie opnieuw."
    ruling = {"ruling": "resit", "again": str(three.id), "text": words}
    session.commit()
    assert officer.post(f"{page}/uitspraak", {**ruling, "again": []}).status_code == 409
    assert officer.post(f"{page}/uitspraak", ruling).status_code == 302
    assert officer.post(f"{page}/uitspraak", ruling).status_code == 409
    told = text_of(visit(people.candidate).get(f"/bezwaar/{made.dossier_id}").text)
    assert (
        "Uitspraak: gegrond, met nieuwe opnames" in told
        and "U doet die situatie opnieuw." in told
        and "Bureau Drie" not in told
    )
    (mail,) = rows_of(session, select(MailMessage).where(MailMessage.template == "objection_ruled"))
    assert mail.person_id == people.candidate.id and "gegrond" not in mail.text
    assert "Uitspraak gedaan" in text_of(officer.get("/bezwaren").text)


def test_content_goes_to_the_committee_and_only_they_rule(session, visit, people, made, third_officer):
    officer, page = visit(third_officer), f"/bezwaren/{made.id}"
    assert visit(people.committee_member).post(f"{page}/indelen", {"ground": "content"}).status_code == 404
    assert officer.post(f"{page}/indelen", {"ground": "content"}).status_code == 302
    assert rows_of(session, select(Objection.state)) == [ObjectionState.COMMITTEE]
    assert officer.post(f"{page}/uitspraak", {"ruling": "upheld", "text": "Nee."}).status_code == 404
    member = visit(people.committee_member)
    assert "Uitspraak vaststellen" in member.get(page).text
    assert member.post(f"{page}/uitspraak", {"ruling": "upheld", "text": "De scores kloppen."}).status_code == 302


def test_what_the_office_has_can_still_go_to_the_committee(session, visit, made, third_officer):
    officer, page = visit(third_officer), f"/bezwaren/{made.id}"
    officer.post(f"{page}/indelen", {"ground": "technical"})
    assert "Doorsturen naar de examencommissie" in officer.get(page).text
    assert officer.post(f"{page}/indelen", {"ground": "technical"}).status_code == 409
    assert officer.post(f"{page}/indelen", {"ground": "technical", "forward": "y"}).status_code == 302
    assert rows_of(session, select(Objection.state)) == [ObjectionState.COMMITTEE]


def test_a_member_who_judged_does_not_rule(session, visit, people, made, third_officer):
    judge = people.assessors[0]
    judge.memberships.append(Membership(role=Role.EXAM_COMMITTEE, since=cast.NOW - timedelta(days=1)))
    session.commit()
    visit(third_officer).post(f"/bezwaren/{made.id}/indelen", {"ground": "content"})
    refused = visit(judge).post(f"/bezwaren/{made.id}/uitspraak", {"ruling": "upheld", "text": "Nee."})
    assert refused.status_code == 409


def test_a_ruling_that_is_late_stands_out(app, session, visit, made, third_officer):
    officer = visit(third_officer)
    assert "te laat" not in text_of(officer.get("/bezwaren").text)
    session.get(Objection, made.id).received_at = cast.NOW - timedelta(weeks=7)
    session.commit()
    assert "te laat" in text_of(officer.get("/bezwaren").text)

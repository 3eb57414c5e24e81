"""The blind re-mark on screen: ordered, ordinary work byte for byte, and known with the ruling."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from support import cast
from support.judged_exam import sign_all
from support.visitors import text_of

from review.objection import Ground, Term
from storage.certificates.certificates import Certificate
from storage.judging.assignments import appoint
from storage.judging.objections import object_to
from storage.judging.progress import decide
from storage.judging.ratings import own_ratings
from storage.judging.verdicts import Cause, Verdict
from storage.people.outbox import MailMessage
from storage.people.people import Role

NOW = cast.NOW
WHY = "De kandidaat noemt fouten in drie situaties."


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
def others(session, free):
    found = [cast.person(session, f"nieuw{n}", f"Assessor Nieuw {n}", Role.ASSESSOR, None) for n in (1, 2)]
    session.commit()
    return found


@pytest.fixture
def made(free, session, people, third_officer):
    """An objection of somebody who failed, which waits for the committee."""
    sitting = cast.finished_sitting(session, people)
    for slot, assessor in enumerate(people.assessors[:2], 1):
        cast.rate(session, sitting, assessor, slot, 2)
    verdict = decide(session, sitting, NOW)
    verdict.confirm(people.officer, NOW)
    verdict.release(people.second_officer, NOW)
    session.flush()
    row = object_to(session, sitting.dossier, Term(NOW.date(), 6), "Het klopt niet.", "", NOW, NOW.date())
    session.flush()
    row.classify(third_officer, Ground.CONTENT, False, NOW)
    session.commit()
    return row


def rows_of(session, query):
    session.expire_all()
    return session.scalars(query).all()


def judge_anew(session, made, others, level):
    session.expire_all()
    for slot, assessor in enumerate(others, 1):
        cast.rate(session, made.sitting, assessor, slot, level)
    found = decide(session, made.sitting, NOW)
    session.commit()
    return found


def test_from_the_order_to_a_new_result_with_a_new_letter(session, visit, people, made, others, third_officer):
    member, page = visit(people.committee_member), f"/bezwaren/{made.id}"
    assert "1 bezwaar te behandelen" in text_of(member.get("/uitslagen").text)
    for garbage in ({}, {"because": " "}, {"because": "x" * 2001}):
        assert member.post(f"{page}/opnieuw-beoordelen", garbage).status_code == 422
    assert visit(people.officer).post(f"{page}/opnieuw-beoordelen", {"because": WHY}).status_code == 404
    assert member.post(f"{page}/opnieuw-beoordelen", {"because": WHY}).status_code == 302
    assert member.post(f"{page}/opnieuw-beoordelen", {"because": WHY}).status_code == 409
    assert "Er wordt nog beoordeeld" in member.get(page).text
    officer = visit(third_officer)
    assert "Wacht op assessoren" in officer.get("/uitslagen?toon=toewijzen").text
    choice = officer.get(f"/uitslagen/zittingen/{made.sitting.id}").text
    assert "Assessor Nieuw 1" in choice and "had al een rol in dit dossier" in choice
    candidate = visit(people.candidate)
    told = text_of(candidate.get(f"/bezwaar/{made.dossier_id}").text)
    assert "Andere assessoren beoordelen uw examen opnieuw" in told and WHY in told
    assert "U bent niet geslaagd" in candidate.get("/uitslag").text
    old = candidate.get("/uitslag/brief.pdf").data
    new = judge_anew(session, made, others, 4)
    assert "U bent niet geslaagd" in candidate.get("/uitslag").text
    assert member.post(f"{page}/uitspraak", {"ruling": "upheld", "text": "Nee."}).status_code == 409
    assert member.post(f"/uitslagen/{new.id}/vrijgeven").status_code == 409
    assert officer.post(f"/uitslagen/{new.id}/controleren").status_code == 302
    assert "Niets vrij te geven" in member.get("/uitslagen?toon=vrijgeven").text
    shown = member.get(f"/uitslagen/{new.id}").text
    assert "De uitspraak maakt dit bekend" in shown and "Uitslag vrijgeven" not in shown
    assert member.post(f"{page}/uitspraak", {"ruling": "revised", "text": "U hebt gelijk."}).status_code == 302
    result = text_of(candidate.get("/uitslag").text)
    assert "U bent geslaagd" in result and "Toen stond er: niet geslaagd" in result
    assert "Uw nieuwe uitslag staat klaar" in text_of(candidate.get(f"/bezwaar/{made.dossier_id}").text)
    letter = candidate.get("/uitslag/brief.pdf").data
    assert letter.startswith(b"%PDF") and letter != old
    sent = {one.template for one in rows_of(session, select(MailMessage))}
    assert {"result_changed", "objection_ruled"} <= sent
    kept = rows_of(session, select(Verdict).order_by(Verdict.decided_at, Verdict.marking))
    assert [(one.cause, one.passed) for one in kept] == [(Cause.FIRST, False), (Cause.REMARK, True)]
    assert "Alle eindoordelen" in officer.get(f"/uitslagen/{kept[0].id}").text
    (certificate,) = rows_of(session, select(Certificate))
    assert certificate.held and certificate.verdict_id == kept[1].id and certificate.person_id == people.candidate.id


def test_the_new_result_can_be_objected_to_and_the_old_ruling_stays_to_be_read(
    app, session, visit, people, made, others, third_officer
):
    from flask import g

    @app.before_request
    def soon():
        g.now = NOW + timedelta(days=3)

    visit(people.committee_member).post(f"/bezwaren/{made.id}/opnieuw-beoordelen", {"because": WHY})
    new = judge_anew(session, made, others, 4)
    visit(third_officer).post(f"/uitslagen/{new.id}/controleren")
    visit(people.committee_member).post(f"/bezwaren/{made.id}/uitspraak", {"ruling": "revised", "text": "Ja, gegrond."})
    candidate, page = visit(people.candidate), f"/bezwaar/{made.dossier_id}"
    assert "Ja, gegrond." in candidate.get(page).text and "nieuw=ja" in candidate.get(page).text
    assert "Bezwaar indienen" in candidate.get(f"{page}?nieuw=ja").text
    assert candidate.post(f"{page}?nieuw=ja", {"grounds": "Mijn gemiddelde klopt nog niet."}).status_code == 302
    assert "Mijn gemiddelde" in candidate.get(page).text


def test_a_lower_finding_changes_nothing_and_can_only_be_upheld(session, visit, people, made, others):
    member, page = visit(people.committee_member), f"/bezwaren/{made.id}"
    member.post(f"{page}/opnieuw-beoordelen", {"because": WHY})
    judge_anew(session, made, others, 1)
    assert "kwamen niet hoger uit" in member.get(page).text
    assert member.post(f"{page}/uitspraak", {"ruling": "revised", "text": "Ja."}).status_code == 409
    assert member.post(f"{page}/uitspraak", {"ruling": "upheld", "text": "Het blijft zo."}).status_code == 302
    assert "niet geslaagd" in text_of(visit(people.candidate).get("/uitslag").text)


STRUCTURE = re.compile(r'[AK]-[A-Z0-9]{7}|[0-9a-f]{8}-[0-9a-f-]{27}|"secret": "[^"]+"')


def plain(answer):
    """Status, headers and page, but for what is of this person, this answer and this session."""
    text = re.sub(r'(name="csrf_token"[^>]*value|name="csrf-token" content)="[^"]+"', "", answer.text)
    headers = [
        (name, value)
        for name, value in answer.headers
        if name not in ("Set-Cookie", "Date", "Content-Length", "X-Request-Id")
    ]
    headers = [(name, STRUCTURE.sub("#", value)) for name, value in headers]
    return answer.status_code, headers, STRUCTURE.sub("#", text).replace("Assessor Nieuw 1", "Assessor Drie")


def test_it_is_ordinary_work_byte_for_byte(session, visit, people, made, others):
    """The pages and answers of a new assessor in a re-mark, beside those of one with ordinary work, at every step."""
    visit(people.committee_member).post(f"/bezwaren/{made.id}/opnieuw-beoordelen", {"because": WHY})
    session.expire_all()
    # Names whose words are in no STAR, since those that are would be masked in one of the two and not in the other.
    people.candidate.name, people.second_candidate.name = "Proefpersoon Alfa", "Proefpersoon Beta"
    fresh = cast.finished_sitting(session, people, NOW, people.second_candidate, made.sitting.pack)
    works = []
    for who, sitting in ((others[0], made.sitting), (people.assessors[2], fresh)):
        second = others[1] if sitting is not fresh else people.assessors[0]
        appoint(session, sitting, {1: who, 2: second}, people.officer, NOW)
        session.flush()
        own = own_ratings(session, sitting, who)
        for rating in own:
            rating.shuffle = 7
        works.append((who, own))
    session.commit()
    visitors = [visit(who) for who, _ in works]
    pages = [["/beoordelen", "/beoordelen/pauze", *(f"/beoordelen/{one.id}" for one in own)] for _, own in works]

    def same(addresses):
        for one, other in zip(*addresses, strict=True):
            first, second = plain(visitors[0].get(one)), plain(visitors[1].get(other))
            assert first == second, one

    same(pages)
    same([[f"/beoordelen/{own[0].id}/geen"] for _, own in works])
    for (_, own), visitor in zip(works, visitors, strict=True):
        sign_all(visitor, own)
    same([["/beoordelen", f"/beoordelen/fase-2/{own[0].id}"] for _, own in works])
    answers = [
        v.post(f"/beoordelen/fase-2/{own[0].id}/ondertekenen") for v, (_, own) in zip(visitors, works, strict=True)
    ]
    assert plain(answers[0]) == plain(answers[1])
    same([["/beoordelen", *(f"/beoordelen/{one.id}" for one in own)] for _, own in works])


def test_an_outsider_finds_the_one_objection_and_rules(session, visit, people, made, others):
    """Both officers and the committee had a part: the office appoints somebody for this one case."""
    page = f"/bezwaren/{made.id}"
    assert visit(people.auditor).get(page).status_code == 404
    officer = visit(people.officer)
    for garbage in ({}, {"person": str(people.assessors[0].id), "because": "x"}, {"person": str(people.auditor.id)}):
        assert officer.post(f"{page}/aanwijzen", garbage).status_code == 422
    asked = {"person": str(people.auditor.id), "because": "Iedereen had een aandeel."}
    assert officer.post(f"{page}/aanwijzen", asked).status_code == 302
    (mail,) = rows_of(session, select(MailMessage).where(MailMessage.template == "objection_appointed"))
    assert mail.person_id == people.auditor.id and page in mail.text
    outsider = visit(people.auditor)
    assert page in outsider.get("/mijn-account").text or page in outsider.get(page).text
    assert outsider.get("/bezwaren").status_code == 404
    assert outsider.post(f"{page}/uitspraak", {"ruling": "upheld", "text": "De scores kloppen."}).status_code == 302


def test_a_result_is_put_right_on_screen_by_two_persons(session, visit, people, made):
    (wrong,) = rows_of(session, select(Verdict))
    page, officer = f"/uitslagen/{wrong.id}", visit(people.officer)
    assert "Zet die recht" in officer.get(page).text
    assert officer.post(f"{page}/rechtzetten", {"passed": "maybe"}).status_code == 400
    assert officer.post(f"{page}/rechtzetten", {"passed": "yes", "reason": " "}).status_code == 409
    assert (
        officer.post(f"{page}/rechtzetten", {"passed": "yes", "reason": "Situatie 4 telde dubbel."}).status_code == 302
    )
    right = rows_of(session, select(Verdict).where(Verdict.cause == Cause.CORRECTION))[0]
    assert officer.post(f"/uitslagen/{right.id}/vrijgeven").status_code == 409
    second = visit(people.second_officer)
    assert "Situatie 4 telde dubbel." in second.get(f"/uitslagen/{right.id}").text
    assert second.post(f"/uitslagen/{right.id}/vrijgeven").status_code == 302
    told = text_of(visit(people.candidate).get("/uitslag").text)
    assert "U bent geslaagd" in told and "Situatie 4 telde dubbel." in told and "rechtgezet" in told
    (certificate,) = rows_of(session, select(Certificate))
    assert certificate.held and certificate.verdict_id == right.id
    second.post(f"/uitslagen/{right.id}/rechtzetten", {"passed": "no", "reason": "Toch niet dubbel."})
    back = rows_of(session, select(Verdict).where(Verdict.replaces_id == right.id))[0]
    assert officer.post(f"/uitslagen/{back.id}/vrijgeven").status_code == 302
    (certificate,) = rows_of(session, select(Certificate))
    assert not certificate.held and certificate.verdict_id == back.id


def test_a_confirmation_and_a_proposal_are_taken_back_on_screen(session, visit, people, made):
    (wrong,) = rows_of(session, select(Verdict))
    officer = visit(people.officer)
    officer.post(f"/uitslagen/{wrong.id}/rechtzetten", {"passed": "yes", "reason": "Situatie 4 telde dubbel."})
    right = rows_of(session, select(Verdict).where(Verdict.cause == Cause.CORRECTION))[0]
    assert "Voorstel laten vervallen" in officer.get(f"/uitslagen/{right.id}").text
    assert officer.post(f"/uitslagen/{right.id}/terugnemen").status_code == 302
    assert officer.post(f"/uitslagen/{right.id}/terugnemen").status_code == 409
    assert "telt niet meer" in officer.get(f"/uitslagen/{right.id}").text
    assert officer.post(f"/uitslagen/{wrong.id}/terugnemen").status_code == 409

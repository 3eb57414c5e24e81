"""Samples and whole exams on screen: drawn and drawn again, found by any number, read by an auditor, and noted."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from support import cast, certified
from support.visitors import text_of

from storage.audits.samples import AuditSample
from storage.base.audit import AuditEvent
from storage.exam.looks import Look
from storage.people.people import Membership, Role

NOW = datetime.now(UTC)


@pytest.fixture
def certificate(session, people):
    row = certified.certified(session, people)
    session.commit()
    return row


def test_from_the_number_of_a_certificate_to_a_recording_in_three_clicks(visit, session, people, certificate):
    auditor, file = visit(people.auditor), certificate.verdict.sitting.dossier
    number, code, exam, scheme = certificate.number, file.code, file.id, file.scheme
    rules, sha256, who = f"{scheme.key}, versie {scheme.number}", scheme.sha256[:16], people.auditor.id
    first = certificate.verdict.sitting.answers[0].id
    recording = session.scalars(select(cast.Recording).where(cast.Recording.answer_id == first)).first()
    address, hashes = f"/opnames/{recording.id}", (recording.originals[0].sha256, recording.receipts[0].sha256)
    session.rollback()
    assert 'action="/audits/examens"' in auditor.get("/controle").text
    for words in (number, number.replace("-", " ").lower(), code, code[2:]):
        found = auditor.get(f"/audits/examens?zoek={words}")
        assert found.location.endswith(f"/audits/examens/{exam}")
    page = auditor.get(f"/audits/examens/{exam}").text
    text = text_of(page)
    for words in (number, rules, sha256, "gelijk", *hashes):
        assert words in text
    assert f'href="{address}"' in page
    assert auditor.post(address, {"reason": "kort"}).status_code == 422
    assert auditor.post(address, {"reason": "Steekproef van de audit van dit jaar."}).status_code == 302
    assert session.scalars(select(Look.role)).one() is Role.AUDITOR
    events = session.scalars(select(AuditEvent).where(AuditEvent.verb == "case_looked_at")).all()
    assert [(one.actor, one.subject) for one in events] == [(who, exam)]


def test_an_exam_is_read_whole_by_an_auditor_who_had_no_part_in_it(visit, session, people, certificate):
    file = certificate.verdict.sitting.dossier
    page, number = f"/audits/examens/{file.id}", certificate.number
    for person in (people.officer, people.committee_member, people.beheerder, people.candidate, people.assessors[2]):
        assert visit(person).get(page).status_code == 404
    for who in (people.assessors[0], people.manager):
        who.memberships.append(Membership(role=Role.AUDITOR, since=NOW - timedelta(days=1)))
    session.commit()
    for who in (people.assessors[0], people.manager):
        assert visit(who).get(page).status_code == 404
        assert "Niets gevonden" in visit(who).get(f"/audits/examens?zoek={number}").text
    people.assessors[2].memberships.append(Membership(role=Role.AUDITOR, since=NOW - timedelta(days=1)))
    session.commit()
    name, both, auditor = people.assessors[0].name, visit(people.assessors[2]), visit(people.auditor)
    session.rollback()
    nameless = text_of(both.get(page).text)
    assert name not in nameless and "iemand (" in nameless
    assert name in text_of(auditor.get(page).text)


def test_what_is_not_found_says_where_else_to_look(visit, people, certificate):
    text = text_of(visit(people.auditor).get("/audits/examens?zoek=B-2026-000000-00").text)
    assert "Niets gevonden" in text and "register" in text


def test_a_sample_is_drawn_explained_and_drawn_again(visit, session, people, certificate):
    year = certificate.verdict.sitting.finished_at.year
    auditor, form = visit(people.auditor), {"by_chance": "1", "by_risk": "1", "seed": "proef", "organisation": ""}
    session.rollback()
    for wrong in ({"year": "veel"}, {"by_risk": "-1"}, {"organisation": "nee"}, {"by_chance": "101"}):
        assert auditor.post("/audits/steekproeven", form | {"year": str(year)} | wrong).status_code == 422
    assert auditor.post("/audits/steekproeven", form | {"year": "2001"}).status_code == 409
    assert auditor.post("/audits/steekproeven", form | {"year": str(year)}).status_code == 302
    row = session.scalars(select(AuditSample)).one()
    address, code = f"/audits/steekproeven/{row.id}", row.chosen[0]["code"]
    session.rollback()
    page = auditor.get(address).text
    assert code in page and "/audits/examens/" in page and "ieder examen (1)" in text_of(page)
    assert "Opnieuw getrokken: gelijk" in auditor.get(f"{address}?opnieuw=ja").text
    assert "/audits/examens/" not in visit(people.officer).get(address).text
    row = session.get(AuditSample, row.id)
    row.seed = "een andere"
    row.chosen = [one | {"code": "K-ANDERS"} for one in row.chosen]
    session.commit()
    assert "Opnieuw getrokken: niet gelijk" in auditor.get(f"{address}?opnieuw=ja").text

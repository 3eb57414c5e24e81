"""Audits on screen: planned by the office, held and reported by the auditor, mended by the organisation."""

import io
from datetime import datetime, timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from support import audits_to_see
from support.told_exam import PDF
from support.visitors import text_of

from scenarios.audit_guidelines import newest
from storage.audits.audits import AuditState, OrganisationAudit
from storage.audits.findings import AuditFinding, FindingState
from storage.base.audit import AuditEvent
from storage.base.clock import AMSTERDAM
from storage.people.outbox import MailMessage

NOW = datetime.now(AMSTERDAM)
DAY = timedelta(days=1)


@pytest.fixture
def made(session, people):
    finding = audits_to_see.reported(session, people.organisation, people.auditor, people.officer, NOW)
    session.commit()
    return finding


def when(days):
    return {"day": (NOW + days * DAY).date().isoformat(), "at": "10:00", "place": "Proefstraat 1, Utrecht"}


def mails(session, template):
    """Whom it went to, its text and its calendar file; no transaction stays open."""
    theirs = select(MailMessage).where(MailMessage.template == template).order_by(MailMessage.created_at)
    found = session.scalars(theirs)
    told = [(one.person_id, one.text, one.calendar) for one in found]
    session.rollback()
    return told


def test_an_audit_from_the_list_to_the_last_finding(visit, session, people):
    people.organisation.created_at = NOW - 400 * DAY
    session.commit()
    officer, auditor, beheerder = visit(people.officer), visit(people.auditor), visit(people.beheerder)
    names, auditor_id = (people.organisation.name, people.outsider_organisation.name), str(people.auditor.id)
    concerned, owner = {people.auditor.id, people.beheerder.id}, str(people.beheerder.id)
    outsider, home = str(people.outsider_beheerder.id), f"/audits/organisaties/{people.organisation.id}"
    session.rollback()
    assert "audit van een organisatie te laat" in text_of(officer.get("/bureau").text)
    assert "count-danger" in officer.get("/bureau").text or "tone-danger" in officer.get("/bureau").text
    late = text_of(officer.get("/audits").text)
    assert names[0] in late and names[1] not in late
    assert officer.post(home, when(5)).status_code == 422
    assert officer.post(home, when(-5) | {"auditor": auditor_id}).status_code == 409
    assert auditor.post(home, when(5) | {"auditor": auditor_id}).status_code == 404
    assert officer.post(home, when(5) | {"auditor": auditor_id}).status_code == 302
    assert officer.post(home, when(5) | {"auditor": auditor_id}).status_code == 409
    told = mails(session, "audit_planned")
    assert {person for person, _, _ in told} == concerned
    assert all("METHOD:REQUEST" in calendar for _, _, calendar in told)
    audit_id = session.scalars(select(OrganisationAudit.id)).one()
    session.rollback()
    page = f"/audits/{audit_id}"
    assert "Proefstraat 1" in text_of(beheerder.get("/organisatie/audits").text)
    moved = when(6) | {"auditor": auditor_id, "why": "De zaal is dicht."}
    assert officer.post(f"{page}/verplaatsen", moved).status_code == 302
    assert "De zaal is dicht." in mails(session, "audit_planned")[-1][1]
    assert officer.post(f"{page}/checklist", {}).status_code == 404
    points = newest().points
    answers = {f"found_{one.key}": "yes" for one in points}
    assert auditor.post(f"{page}/checklist", answers | {"found_org_privacy": "misschien"}).status_code == 422
    answers |= {"found_theory_quiet": "no", "remark_theory_quiet": "De gang is te horen."}
    assert auditor.post(f"{page}/checklist", answers).status_code == 302
    assert auditor.post(f"{page}/gehouden", {"on": (NOW + 2 * DAY).date().isoformat()}).status_code == 409
    assert auditor.post(f"{page}/gehouden", {"on": NOW.date().isoformat()}).status_code == 302
    finding = {
        "text": "De ruimte is niet rustig.",
        "until": (NOW + 9 * DAY).date().isoformat(),
        "point": "theory_quiet",
    }
    assert auditor.post(f"{page}/bevindingen", finding | {"owner": outsider}).status_code == 422
    assert auditor.post(f"{page}/bevindingen", finding | {"owner": owner}).status_code == 302
    assert "De ruimte is niet rustig." not in beheerder.get("/organisatie/audits").text
    assert auditor.post(f"{page}/verslag", {"conclusion": ""}).status_code == 422
    assert auditor.post(f"{page}/verslag", {"conclusion": "Op één punt na in orde."}).status_code == 302
    assert auditor.post(f"{page}/verslag", {"conclusion": "Nog eens."}).status_code == 409
    assert len(mails(session, "audit_reported")) == 1
    assert "De ruimte is niet rustig." in beheerder.get("/organisatie/audits").text
    text = PdfReader(io.BytesIO(beheerder.get(f"/organisatie/audits/{audit_id}/verslag.pdf").data)).pages[0]
    assert "Op één punt na in orde." in text.extract_text()
    assert "audit van een organisatie te laat" not in text_of(officer.get("/bureau").text)


def test_the_organisation_answers_and_the_auditor_closes(visit, session, people, made):
    auditor, beheerder, finding_id = visit(people.auditor), visit(people.beheerder), made.id
    mine, theirs = f"/organisatie/audits/bevindingen/{made.id}", f"/audits/bevindingen/{made.id}"
    assert "bevinding van de audit op te lossen" in text_of(beheerder.get("/organisatie").text)
    assert beheerder.post(mine, {"follow_up": ""}).status_code == 422
    assert beheerder.post(mine, {"follow_up": "Er hangt een gordijn."}).status_code == 302
    assert beheerder.post(mine, {"follow_up": "Nog eens."}).status_code == 409
    assert "antwoord op uw bevinding" in text_of(auditor.get("/controle").text)
    late = {"remark": "Niet genoeg.", "until": (NOW - DAY).date().isoformat()}
    assert auditor.post(f"{theirs}/terug", late).status_code == 409
    assert auditor.post(f"{theirs}/terug", late | {"until": (NOW + DAY).date().isoformat()}).status_code == 302
    assert "Niet genoeg." in mails(session, "audit_finding_back")[0][1]
    assert beheerder.post(mine, {"follow_up": "Nu een deur."}).status_code == 302
    assert auditor.post(f"{theirs}/sluiten", {"note": "Gezien."}).status_code == 302
    session.expire_all()
    assert session.get(AuditFinding, finding_id).state is FindingState.CLOSED


def test_evidence_is_looked_into_sealed_and_each_opening_noted(visit, session, people, made, object_store):
    beheerder, mine = visit(people.beheerder), f"/organisatie/audits/bevindingen/{made.id}"
    for name, data in (("leeg.pdf", b""), ("beeld.pdf", b"<html>")):
        assert beheerder.post(f"{mine}/bewijs", {"document": (io.BytesIO(data), name)}).status_code == 409
    assert beheerder.post(f"{mine}/bewijs", {"document": (io.BytesIO(PDF), "foto.pdf")}).status_code == 302
    text = visit(people.auditor).get(f"/audits/bevindingen/{made.id}").text
    address = text.split('href="/audits/bevindingen/bewijs/')[1].split('"')[0]
    answer = visit(people.auditor).get(f"/audits/bevindingen/bewijs/{address}")
    assert answer.data == PDF and "attachment" in answer.headers["Content-Disposition"]
    assert beheerder.get(f"/organisatie/audits/bewijs/{address}").data == PDF
    assert visit(people.outsider_beheerder).get(f"/organisatie/audits/bewijs/{address}").status_code == 404
    looked = session.scalars(select(AuditEvent.actor).where(AuditEvent.verb == "audit_evidence_looked_at"))
    assert set(looked) == {people.auditor.id, people.beheerder.id}


def test_what_is_late_is_red_at_home_and_in_the_list(visit, session, people, made):
    made.until = (NOW - 3 * DAY).date()
    session.commit()
    for who, where in ((people.officer, "/bureau"), (people.auditor, "/controle"), (people.beheerder, "/organisatie")):
        page = visit(who).get(where).text
        assert "te laat opgelost" in page
        assert "count-danger" in page or "todo-first tone-danger" in page
    assert "te laat" in text_of(visit(people.auditor).get("/audits/bevindingen").text)


def test_an_audit_that_is_off_tells_everybody_and_leaves_the_organisation_due(visit, session, people):
    people.organisation.created_at = NOW - 400 * DAY
    audit = audits_to_see.planned(session, people.organisation, people.auditor, people.officer, NOW)
    session.commit()
    officer = visit(people.officer)
    assert officer.post(f"/audits/{audit.id}/afzeggen", {"reason": ""}).status_code == 422
    assert officer.post(f"/audits/{audit.id}/afzeggen", {"reason": "De auditor is ziek."}).status_code == 302
    session.rollback()
    assert all("METHOD:CANCEL" in calendar for _, _, calendar in mails(session, "audit_off"))
    session.expire_all()
    assert session.get(OrganisationAudit, audit.id).state is AuditState.CANCELLED
    session.rollback()
    assert people.organisation.name in text_of(officer.get("/audits").text)


def test_an_auditor_whose_membership_ended_sees_nothing(visit, session, people, made):
    auditor = visit(people.auditor)
    assert auditor.get("/audits").status_code == 200
    people.auditor.memberships[0].until = NOW - timedelta(minutes=1)
    session.commit()
    for page in ("/audits", f"/audits/{made.audit_id}", "/controle", "/controle/logboek"):
        assert auditor.get(page).status_code == 404

"""The auditor's home and the log in words: who did what to what, found by name, number, kind and day."""

import re
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select
from support import cast
from support.visitors import text_of

from storage.base import audit
from storage.base.audit import AuditEvent
from storage.people.people import Membership, Role

LOG = "/controle/logboek"


@pytest.fixture
def file(session, people):
    row = cast.dossier(session, people)
    session.flush()
    row.submit(people.candidate.id, cast.NOW)
    session.commit()
    return row


def told(visit, people, **asked):
    answer = visit(people.auditor).get(LOG, query_string=asked)
    assert answer.status_code == 200
    return text_of(answer.text)


def test_a_line_says_who_did_what_to_what(visit, people, file):
    page = told(visit, people)
    assert re.search(rf"Dossier ingediend\s+{people.candidate.name}\s+dossier {file.code}", page)


def test_the_rows_themselves_name_nobody(session, people, file):
    for event in session.scalars(select(AuditEvent)):
        assert people.candidate.name not in str(event.line())


@pytest.mark.parametrize("words", ["name", "email", "code"])
def test_a_line_is_found_by_name_address_or_number(visit, people, file, words):
    asked = {"name": people.candidate.name, "email": people.candidate.email, "code": file.code.lower()}[words]
    assert "Dossier ingediend" in told(visit, people, zoek=asked)
    assert "Niets gevonden" in told(visit, people, zoek="zzzz")


def test_topic_kind_and_day_narrow_it(session, visit, people, file):
    visit(people.outsider_candidate).get(f"/dossier/{file.id}")
    both = told(visit, people)
    assert "Niet toegelaten" in both
    assert "Dossier ingediend" in both
    assert "Dossier ingediend" not in told(visit, people, wat="geweigerd").partition("in totaal")[0].partition("Nr.")[2]
    assert "Dossier ingediend" in told(visit, people, soort="dossier")
    day = cast.NOW.date()
    assert "Dossier ingediend" in told(visit, people, van=day.isoformat(), tot=day.isoformat())
    later = (day + timedelta(days=1)).isoformat()
    assert "Dossier ingediend" not in told(visit, people, van=later)
    assert "Niets gevonden" in told(visit, people, tot=(day - timedelta(days=1)).isoformat())


def test_links_lead_to_all_lines_about_a_thing_or_by_somebody(visit, people, file):
    assert file.code in told(visit, people, over=str(file.id))
    assert file.code in told(visit, people, door=str(people.candidate.id))
    assert "Niets gevonden" in told(visit, people, over=str(uuid.uuid4()))


@pytest.mark.parametrize("asked", [{"van": "gisteren"}, {"wat": "alles van iedereen"}, {"soort": "zzz"}])
def test_what_the_form_does_not_offer_is_told(visit, people, file, asked):
    answer = visit(people.auditor).get(LOG, query_string=asked)
    assert answer.status_code == 422
    assert "Kijk dit na" in answer.text


@pytest.mark.parametrize("asked", [{"over": "x"}, {"zoek": "\x00%_"}, {"page": "999"}, {"door": "'; --"}])
def test_odd_questions_get_a_page(visit, people, file, asked):
    told(visit, people, **asked)


def test_the_home_counts_what_an_auditor_looks_at_first(visit, people, file, app):
    app.before_request(lambda: None)
    visit(people.outsider_candidate).get(f"/dossier/{file.id}")
    page = visit(people.auditor).get("/controle").text
    assert re.search(r'count-number">1</span><span class="count-label">niet toegelaten', page)
    (address,) = re.findall(r'href="(/controle/logboek\?wat=geweigerd[^"]*)"', page)
    assert "Niet toegelaten" in visit(people.auditor).get(address.replace("&amp;", "&")).text


def test_before_the_first_check_it_does_not_say_that_all_is_well(visit, people):
    page = text_of(visit(people.auditor).get("/controle").text)
    assert "De keten is nog niet nagegaan" in page


def test_an_empty_log_says_so(session, visit, people):
    auditor = visit(people.auditor)
    session.query(audit.AuditEvent).delete()
    session.commit()
    assert "Het logboek is nog leeg" in auditor.get(LOG).text


def test_who_also_judges_reads_no_names(session, visit, people, file):
    people.auditor.memberships.append(Membership(role=Role.ASSESSOR, since=cast.NOW))
    session.commit()
    assert people.candidate.name not in told(visit, people)
    assert "Niets gevonden" in told(visit, people, zoek=people.candidate.name)


@pytest.mark.parametrize("who", ["candidate", "manager", "beheerder", "officer", "committee_member"])
def test_nobody_else_reads_it(visit, people, who):
    visitor = visit(getattr(people, who))
    for address in ("/controle", LOG):
        assert visitor.get(address).status_code == 404


def test_the_committee_has_a_home_that_says_when_nothing_waits(visit, people):
    page = text_of(visit(people.committee_member).get("/examencommissie").text)
    assert "Alles is gedaan" in page
    assert visit(people.committee_member).get("/").location == "/examencommissie"

"""The committee's decisions become a document: drawn up by one, signed by another, read as PDF."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from support import cast

from storage.base.database import new_session
from storage.committee import content as contents
from storage.committee.content import LookOutcome
from storage.committee.irregularities import IrregularityKind, open_case
from storage.committee.minutes import DecisionMinutes
from storage.people.people import Role
from storage.retention.holds import hold

HOME = "/besluitenlijsten"


@pytest.fixture
def now():
    return datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)


@pytest.fixture
def second(session, people, now):
    return cast.person(session, "lid2", "Lid Twee", Role.EXAM_COMMITTEE, None, now - timedelta(days=1))


@pytest.fixture
def decisions(session, people, second, now):
    """A look, a case that came to nothing, and a postponement."""
    cast.pack(session, now)
    dossier = cast.dossier(session, people, now)
    session.flush()
    found = next(one for one in contents.contents(session) if one.part == "missed_callback")
    contents.look(session, found, LookOutcome.TO_CHANGE, "De naam klopt niet.", people.committee_member, now)
    row = open_case(session, IrregularityKind.OTHER, "Geheime feiten.", people.officer, now, people.candidate)
    row.drop("Een misverstand.", people.committee_member, now)
    hold(session, dossier, "Er loopt een onderzoek.", (now + timedelta(days=9)).date(), people.committee_member, now)
    session.commit()
    return row, dossier


def words_of(pdf):
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return " ".join(text.split())


def the_one():
    with new_session(writes=False) as session:
        return session.scalars(select(DecisionMinutes)).one()


def test_it_is_drawn_up_signed_by_another_and_is_a_pdf_that_stays_the_same(people, visit, decisions, second):
    case, dossier = decisions
    first = visit(people.committee_member)
    page = first.get(HOME).text
    assert case.code in page and dossier.code in page and "De naam klopt niet." in page
    assert first.post(HOME, {"held_on": datetime.now(UTC).date().isoformat()}).status_code == 302
    where = f"{HOME}/{the_one().id}"
    assert first.post(f"{where}/tekenen").status_code == 409
    assert first.get(f"{where}/besluitenlijst.pdf").status_code == 404
    assert "besluitenlijst om te tekenen" in visit(second).get("/examencommissie").text
    assert visit(second).post(f"{where}/tekenen").status_code == 302
    answer = visit(people.auditor).get(f"{where}/besluitenlijst.pdf")
    assert answer.mimetype == "application/pdf"
    words = words_of(answer.data)
    label = the_one().label
    for told in (f"Besluitenlijst {label}", case.code, dossier.code, "gesloten zonder gevolg", second.name):
        assert told in words, told
    for secret in ("Geheime feiten", people.candidate.name, people.candidate.email):
        assert secret not in words
    assert first.get(f"{where}/besluitenlijst.pdf").data == answer.data
    assert "besloot de commissie nog niets" in first.get(HOME).text
    assert first.post(HOME, {"held_on": datetime.now(UTC).date().isoformat()}).status_code == 409


def test_what_is_not_right_is_not_signed_and_comes_again(people, visit, decisions, second):
    first = visit(people.committee_member)
    today = datetime.now(UTC).date().isoformat()
    first.post(HOME, {"held_on": today})
    where = f"{HOME}/{the_one().id}"
    assert visit(second).post(f"{where}/niet-tekenen", {"reason": " "}).status_code == 422
    assert visit(second).post(f"{where}/niet-tekenen", {"reason": "Er ontbreekt iets."}).status_code == 302
    assert decisions[0].code in first.get(HOME).text
    assert first.post(HOME, {"held_on": today}).status_code == 302


def test_only_the_committee_draws_up_and_signs(people, visit, decisions):
    assert visit(people.officer).get(HOME).status_code == 200
    assert visit(people.officer).post(HOME, {"held_on": "2026-01-01"}).status_code == 404
    for wrong in ({}, {"held_on": "gisteren"}):
        assert visit(people.committee_member).post(HOME, wrong).status_code == 422
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    assert visit(people.committee_member).post(HOME, {"held_on": tomorrow}).status_code == 409

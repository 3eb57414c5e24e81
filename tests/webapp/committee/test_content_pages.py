"""The committee looks at what exams ask; the office reads it; what is overdue is counted on the committee's home."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from support import cast
from support.visitors import text_of

from storage.committee.content import ContentLook, LookOutcome

ONE = "/inhoud/scenario/branchecertificaat_b/missed_callback"


@pytest.fixture
def old(session, people):
    """An exam that came into use more than a year ago."""
    cast.pack(session, datetime.now(UTC) - timedelta(days=400))
    session.commit()


def test_what_is_overdue_is_red_counted_and_gone_after_a_look(session, people, visit, old):
    member = visit(people.committee_member)
    home = text_of(member.get("/examencommissie").text)
    assert "langer dan een jaar niet bekeken" in home
    listed = member.get("/inhoud?toon=te-bekijken").text
    assert ONE in listed and "te laat" in text_of(listed)
    page = member.get(ONE).text
    assert "/media/clip/" in page and "Te laat" in text_of(page)
    assert member.post(ONE, {"outcome": "fine"}).status_code == 302
    row = session.scalars(select(ContentLook)).one()
    assert (row.outcome, row.by_id, row.version) == (LookOutcome.FINE, people.committee_member.id, "pakket 1")
    session.commit()
    assert ONE not in member.get("/inhoud?toon=te-bekijken").text
    assert people.committee_member.name in member.get(ONE).text


def test_a_change_needs_a_remark_and_is_listed_for_the_office(people, visit, old):
    member, officer = visit(people.committee_member), visit(people.officer)
    refused = member.post(ONE, {"outcome": "to_change", "remark": " "})
    assert refused.status_code == 422 and "Schrijf wat er moet veranderen" in refused.text
    assert member.post(ONE, {"outcome": "to_change", "remark": "De naam klopt niet meer."}).status_code == 302
    assert ONE in officer.get("/inhoud?toon=te-veranderen").text
    assert "De naam klopt niet meer." in officer.get(ONE).text


def test_the_office_reads_and_does_not_judge(people, visit, old):
    officer = visit(people.officer)
    assert "Oordeel bewaren" not in officer.get(ONE).text
    assert officer.post(ONE, {"outcome": "fine"}).status_code == 404


@pytest.mark.parametrize(
    "where",
    ["/inhoud/x/branchecertificaat_b/missed_callback", "/inhoud/scenario/x/y", f"/inhoud/items/theory/{'9' * 3000}"],
)
def test_what_is_not_asked_is_not_there(people, visit, old, where):
    member = visit(people.committee_member)
    assert member.get(where).status_code == 404
    assert member.post(where, {"outcome": "fine"}).status_code == 404


@pytest.mark.parametrize("values", [{}, {"outcome": "zeer goed"}, {"outcome": "to_change", "remark": "x" * 5000}])
def test_garbage_is_asked_again(people, visit, old, values):
    assert visit(people.committee_member).post(ONE, values).status_code == 422


def test_an_empty_installation_says_so(people, visit):
    assert "Er is nog geen examen" in visit(people.committee_member).get("/inhoud").text

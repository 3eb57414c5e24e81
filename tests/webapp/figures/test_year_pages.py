"""The figures of a year on screen, as PDF and as CSV: the same numbers, for the office, the committee and auditors."""

import io
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader
from support import cast

from demo import crowd
from storage.figures.years import figures

NOW = datetime.now(UTC)


@pytest.fixture
def found(session, people):
    cast.scheme_of_a(session)
    # The same moment for page and figures: a new year may begin between the two.
    crowd.fill(session, cast.pack(session), 150, 3, NOW, trouble=20)
    session.commit()
    counted = figures(session, NOW.year)
    session.rollback()
    return counted


def test_page_pdf_and_csv_say_the_same(visit, people, found):
    officer = visit(people.officer)
    page = officer.get(f"/cijfers?jaar={found.year}").text
    pdf = PdfReader(io.BytesIO(officer.get(f"/cijfers/{found.year}.pdf").data))
    letter = " ".join(" ".join(one.extract_text() for one in pdf.pages).split())
    csv = officer.get(f"/cijfers/{found.year}.csv").data.decode("utf-8-sig")
    for one in found.results:
        assert one.name in page and one.name in letter and one.name in csv
    if found.nomination.median is not None:
        assert f"{found.nomination.median} dagen" in page
        assert f"{found.nomination.median} dagen" in letter
        assert f"aanmelding tot uitnodiging, mediaan;{found.nomination.median};{found.nomination.number}" in csv
    assert f"Cijfers {found.year}" in page and f"Cijfers van {found.year}" in letter


def test_what_is_too_small_is_in_none_of_them(visit, session, people):
    cast.scheme_of_a(session)
    crowd.fill(session, cast.pack(session), 12, 2, NOW)
    session.commit()
    officer = visit(people.officer)
    page, csv = officer.get("/cijfers").text, officer.get(f"/cijfers/{NOW.year}.csv").data.decode("utf-8-sig")
    assert "minder dan 5" in page and "minder dan 5" in csv


def test_committee_and_auditor_see_them_and_nobody_of_an_organisation(visit, session, people):
    session.commit()
    for who in (people.committee_member, people.auditor):
        assert visit(who).get("/cijfers").status_code == 200
    for who in (people.beheerder, people.manager, people.candidate, people.assessors[0]):
        assert visit(who).get("/cijfers").status_code == 404


@pytest.mark.parametrize("asked", ["1999", "gisteren", "99999", "-1"])
def test_another_year_than_there_is_shows_this_one(visit, session, people, asked):
    session.commit()
    assert f"Cijfers {NOW.year}" in visit(people.officer).get(f"/cijfers?jaar={asked}").text

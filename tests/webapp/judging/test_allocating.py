"""The office shares out work: what it may choose, what it sees before it is final, and who was told why not."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import func, select
from support import cast
from support.judged_exam import rows_of
from support.visitors import text_of

from storage.judging.absences import Absence
from storage.judging.allocations import Allocation
from storage.judging.conflicts import affiliations
from storage.judging.ratings import Rating, own_ratings, ratings_of
from storage.judging.workload import assign
from storage.people.people import Membership, Role

NOW = cast.NOW
UNTIL = (datetime.now(UTC) + timedelta(days=14)).date()
PAGE = "/bureau/verdelen"


@pytest.fixture
def sittings(app, session, people):
    app.before_request(session.commit)
    pack = cast.pack(session)
    rows = [
        cast.finished_sitting(session, people, candidate=one, pack_row=pack)
        for one in (people.candidate, people.second_candidate)
    ]
    session.commit()
    return rows


@pytest.fixture
def officer(visit, people, sittings):
    return visit(people.officer)


def asked(sittings, **more):
    base = {"sitting": [str(one.id) for one in sittings], "mode": "whole", "limit": "100", "until": UNTIL.isoformat()}
    return base | more


def test_a_proposal_is_looked_at_drawn_again_and_made_final(session, officer, sittings):
    page = officer.get(PAGE).text
    assert page.count('name="sitting"') == 2 and page.count("checked") == 3
    made = officer.post(PAGE, asked(sittings))
    assert made.status_code == 302
    text = text_of(officer.get(made.location).text)
    assert "Voorstel" in text and "40 van 40 beoordelingen" in text and "Niet verdeeld" not in text
    seed = session.scalar(select(Allocation.seed))
    session.commit()
    assert str(seed) in text
    assert officer.post(f"{made.location}/opnieuw").status_code == 302
    session.expire_all()
    assert session.scalar(select(Allocation.seed)) != seed
    session.commit()
    assert session.scalar(select(func.count(Rating.id))) == 0
    session.commit()
    assert officer.post(f"{made.location}/vastmaken").location == made.location
    assert officer.post(f"{made.location}/vastmaken").status_code == 409
    assert officer.post(f"{made.location}/opnieuw").status_code == 409
    assert len(rows_of(session, select(Rating))) == 40
    text = text_of(officer.get(made.location).text)
    assert "Vastgesteld" in text and "Ander voorstel maken" not in text
    assert "Er wacht niets op een assessor" in officer.get(PAGE).text
    assert made.location in officer.get(PAGE).text


def first_to_swap(session, people, sittings):
    """The first exam of the only proposal, who of its assessors goes and stays, and who is free."""
    (row,) = rows_of(session, select(Allocation))
    first = str(sittings[0].id)
    old, stays = sorted({uuid.UUID(one.assessor) for one in row.plan.assignments if one.candidate == first})
    (new,) = {one.id for one in people.assessors} - {old, stays}
    session.commit()
    return first, old, stays, new


@pytest.mark.parametrize("width, scheme", [(1280, "light"), (390, "dark")])
def test_axe_finds_nothing_where_somebody_is_swapped(
    app, session, officer, people, sittings, served, chromium, width, scheme
):
    made = officer.post(PAGE, asked(sittings))
    first, old, *_ = first_to_swap(session, people, sittings)
    window = chromium.new_context(viewport={"width": width, "height": 800}, locale="nl-NL", color_scheme=scheme)
    value = officer.client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    window.add_cookies([{"name": value.key, "value": value.value, "url": served}])
    page = window.new_page()
    page.goto(f"{served}{made.location}/wisselen/{first}/{old}")
    assert page.get_by_role("heading", level=1).inner_text().startswith("Iemand anders dan")
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    window.close()


def test_one_assessor_of_a_proposal_is_swapped(session, officer, people, visit, sittings):
    made = officer.post(PAGE, asked(sittings))
    first, old, stays, new = first_to_swap(session, people, sittings)
    where = f"{made.location}/wisselen/{first}/{old}"
    assert where in officer.get(made.location).text
    for wrong in ({}, {"new": str(old)}, {"new": str(stays)}, {"new": "x"}, {"new": str(people.officer.id)}):
        assert officer.post(where, wrong).status_code == 422
    assert officer.get(f"{made.location}/wisselen/{first}/{people.officer.id}").status_code == 404
    assert officer.get(f"{made.location}/wisselen/{uuid.uuid4()}/{old}").status_code == 404
    for somebody in (people.assessors[0], people.committee_member, people.candidate):
        assert visit(somebody).post(where, {"new": str(new)}).status_code == 404
    assert officer.post(where, {"new": str(new)}).location == made.location
    assert officer.post(where, {"new": str(new)}).status_code == 404, "twice"
    session.expire_all()
    (row,) = rows_of(session, select(Allocation))
    assert {one.assessor for one in row.plan.assignments if one.candidate == first} == {str(new), str(stays)}
    stored, again = row.explain()
    assert stored == again
    session.commit()
    assert "1 keer" in text_of(officer.get(made.location).text)
    assert officer.post(f"{made.location}/vastmaken").status_code == 302
    assert officer.post(f"{made.location}/wisselen/{first}/{new}", {"new": str(old)}).status_code == 409
    assert {rating.assessor_id for rating in ratings_of(session, sittings[0])} == {new, stays}


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": "niets"},
        {"limit": ""},
        {"limit": "0"},
        {"limit": "veel"},
        {"limit": "99999999"},
        {"until": "gisteren"},
        {"until": "2020-01-01"},
        {"until": "2999-01-01"},
        {"sitting": []},
        {"sitting": ["x", str(uuid.uuid4())]},
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(session, officer, sittings, wrong):
    answer = officer.post(PAGE, asked(sittings, **wrong))
    assert answer.status_code == 422 and "Er is nog geen voorstel" in answer.text
    assert session.scalar(select(func.count(Allocation.id))) == 0


def test_who_is_missing_is_told_with_the_reason_for_each_assessor(session, officer, people, sittings):
    one, two, three = people.assessors
    since = NOW - timedelta(days=900)
    one.memberships.append(Membership(role=Role.MANAGER, organisation=people.organisation, since=since))
    session.add(Absence(person=two, first=datetime.now(UTC).date(), last=UNTIL))
    session.commit()
    made = officer.post(PAGE, asked(sittings))
    text = text_of(officer.get(made.location).text)
    assert "20 van 40 beoordelingen" in text
    assert "Te veel assessoren zijn de hele tijd afwezig." in text
    assert "Assessor Een werkt bij dezelfde organisatie" in text
    assert "Assessor Twee is de hele tijd afwezig" in text
    assert officer.post(f"{made.location}/vastmaken").status_code == 302
    for sitting in sittings:
        assert {rating.assessor_id for rating in ratings_of(session, sitting)} == {three.id}


def test_spread_work_is_shown_by_situation_and_goes_on_being_spread(session, officer, people, sittings):
    for number in range(4, 7):
        cast.person(session, f"assessor{number}", f"Assessor {number}", Role.ASSESSOR, None)
    session.commit()
    made = officer.post(PAGE, asked(sittings, mode="spread"))
    text = text_of(officer.get(made.location).text)
    assert "gespreid" in text and "situaties" in text
    officer.post(f"{made.location}/vastmaken")
    sitting = sittings[0]
    rating = ratings_of(session, sitting)[0]
    session.commit()
    page = f"/uitslagen/zittingen/{sitting.id}"
    assert text_of(officer.get(page).text).count("Werk terugnemen van") >= 4
    assert officer.post(f"/uitslagen/werk/{rating.id}/terugnemen").location == page
    assert officer.post(f"/uitslagen/werk/{rating.id}/terugnemen").status_code == 409
    assert "gespreid verdeeld" in officer.get(page).text
    assert "was gespreid verdeeld" in text_of(officer.get(PAGE).text)
    again = officer.post(PAGE, asked(sittings))
    assert again.status_code == 422 and "op de andere manier verdeeld" in again.text


def test_work_that_lies_still_is_seen_and_given_to_somebody_else(session, visit, officer, people, sittings):
    one, _, three = people.assessors
    mine = assign(session, sittings[0], one, 1, NOW)
    mine[0].active_at = mine[0].opened_at = datetime.now(UTC)
    session.commit()
    page, back = f"/uitslagen/zittingen/{sittings[0].id}", f"/uitslagen/werk/{mine[0].id}/terugnemen"
    assert "is aan het werk" in officer.get(page).text
    busy = officer.post(back)
    assert busy.status_code == 409 and "er nog mee bezig" in busy.text
    mine[0].active_at = datetime.now(UTC) - timedelta(hours=9)
    session.commit()
    assert "ligt stil" in officer.get(page).text
    assert "ligt stil" in text_of(visit(one).get("/beoordelen").text)
    assert officer.post(back).status_code == 302
    assert visit(one).get(f"/beoordelen/{mine[0].id}").status_code == 404
    two = str(people.assessors[1].id)
    assert officer.post(page, {"slot-1": str(three.id), "slot-2": two}).status_code == 302
    assert len(own_ratings(session, sittings[0], three)) == 10


# Days away and ties


def test_an_assessor_enters_days_away_and_takes_them_back(session, visit, officer, people):
    me = visit(people.assessors[0])
    page = "/beoordelen/afwezig"
    today = datetime.now(UTC).date()
    good = {"first": today.isoformat(), "last": UNTIL.isoformat()}
    wrong = ({}, {"first": "x", "last": "y"}, {"first": good["last"], "last": good["first"]})
    for body in (*wrong, {"first": "2020-01-01", "last": "2020-01-02"}):
        assert me.post(page, body).status_code == 422
    assert me.post(page, good).status_code == 302
    (absence,) = rows_of(session, select(Absence))
    assert "tot en met" in text_of(me.get(page).text)
    assert "tot en met" in text_of(officer.get("/bureau/assessoren").text)
    session.commit()
    address = f"/afwezig/{absence.id}/weghalen"
    assert visit(people.assessors[1]).post(address).status_code == 404
    assert me.post(address).status_code == 302 and me.post(address).status_code == 302
    assert "Er staan geen dagen" in me.get(page).text


def test_the_office_enters_days_away_and_ties(session, officer, people):
    one = people.assessors[0]
    page = f"/bureau/assessoren/{one.id}"
    good = {"first": UNTIL.isoformat(), "last": UNTIL.isoformat()}
    assert officer.post(f"{page}/afwezig", {}).status_code == 422
    assert officer.post(f"{page}/afwezig", good).status_code == 302
    assert officer.post(f"{page}/banden", {"names": "Bank Noord\n\n  Groep  Zuid \n"}).status_code == 302
    assert officer.post(f"/bureau/banden/{people.organisation.id}", {"names": "bank noord"}).status_code == 302
    assert affiliations(session, one) == ["Bank Noord", "Groep Zuid"]
    session.commit()
    text = text_of(officer.get("/bureau/assessoren").text)
    assert "Bank Noord, Groep Zuid" in text
    assert "bank noord" in officer.get(f"/bureau/banden/{people.organisation.id}").text
    assert "Bank Noord" in officer.get(page).text
    assert "bank noord" in officer.get(f"/bureau/banden/{people.organisation.id}").text
    assert officer.post(f"{page}/banden", {"names": "x" * 5000}).status_code == 302
    assert affiliations(session, one) == ["Bank Noord", "Groep Zuid"]
    assert officer.get(f"/bureau/assessoren/{people.officer.id}").status_code == 404


# The command line


def test_an_allocation_is_computed_again_and_compared(app, session, officer, sittings):
    made = officer.post(PAGE, asked(sittings))
    officer.post(f"{made.location}/vastmaken")
    runner, key = app.test_cli_runner(), made.location.rpartition("/")[2]
    told = runner.invoke(args=["allocation", "show", key])
    assert told.exit_code == 0, told.output
    assert "40 van 40 beoordelingen" in told.output and "Opnieuw gerekend: gelijk." in told.output
    row = session.scalars(select(Allocation)).one()
    row.outcome = row.outcome | {"assignments": row.outcome["assignments"][1:]}
    session.commit()
    told = runner.invoke(args=["allocation", "show", key])
    assert told.exit_code == 1 and "iets anders" in told.output
    assert runner.invoke(args=["allocation", "show", str(uuid.uuid4())]).exit_code == 1

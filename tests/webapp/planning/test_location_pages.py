"""Locations on the screen: made, checked, closed and opened by the beheerder, seen by KSF, and warned about."""

from datetime import timedelta

import pytest
from support import cast
from support.visitors import text_of

from scenarios.chapters import LocationRules
from storage.base.database import session_scope
from storage.planning.locations import Location, LocationCheck

pytestmark = pytest.mark.one_database
HALL = {"name": "Zaal Noord", "address": "Proefstraat 1, Utrecht", "room": "2.14"}
ALL_GOOD = [str(number) for number, _ in enumerate(LocationRules().items, 1)]


@pytest.fixture
def boss(people, visit):
    return visit(people.beheerder)


@pytest.fixture
def hall(boss):
    """Where the page of a new location is."""
    return boss.post("/organisatie/locaties/nieuw", HALL).location


def only(noun):
    with session_scope(writes=False) as session:
        return session.query(noun).one()


def test_a_new_location_waits_for_its_check(boss, hall):
    assert "1 locatie te controleren" in text_of(boss.get("/organisatie").text)
    page = text_of(boss.get(hall).text)
    assert "nog niet gecontroleerd" in page
    assert "Loop vóór het examen de lijst van de controle na." in page


def test_what_is_not_ticked_is_not_in_order_and_warns(boss, hall):
    answer = boss.post(f"{hall}/controle", {"in_order": ALL_GOOD[1:], "remarks": "Boven wordt geboord."})
    assert answer.status_code == 302
    page = text_of(boss.get(hall).text)
    assert "niet alles in orde" in page
    assert "Boven wordt geboord." in page
    assert LocationRules().items[0] in page
    boss.post(f"{hall}/controle", {"in_order": ALL_GOOD})
    assert "De controle geldt tot en met" in text_of(boss.get(hall).text)
    assert "te controleren" not in text_of(boss.get("/organisatie").text)


def test_a_check_that_has_lapsed_asks_for_another(boss, hall, visit, people):
    boss.post(f"{hall}/controle", {"in_order": ALL_GOOD})
    with session_scope() as session:
        session.query(Location).one().checked_on -= timedelta(days=LocationRules().check_days + 1)
    for visitor, address in (
        (boss, "/organisatie/locaties"),
        (visit(people.officer), "/bureau/locaties?toon=controle"),
    ):
        assert "controle verlopen" in text_of(visitor.get(address).text)


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"address": " "}, {"name": "x" * 121}, {"address": "x" * 241}, {"room": "x" * 121}]
)
def test_a_location_needs_a_name_and_an_address(boss, wrong):
    assert boss.post("/organisatie/locaties/nieuw", HALL | wrong).status_code == 422


def test_the_same_room_twice_is_refused_in_words(boss, hall):
    answer = boss.post("/organisatie/locaties/nieuw", HALL)
    assert answer.status_code == 422
    assert "Deze locatie staat al in uw lijst." in text_of(answer.text)
    assert only(Location).name == "Zaal Noord"


def test_garbage_in_a_check_keeps_nothing(boss, hall):
    for wrong in ({"in_order": ["99"]}, {"in_order": ["a"]}, {"remarks": "x" * 2001}):
        assert boss.post(f"{hall}/controle", wrong).status_code == 422
    with session_scope(writes=False) as session:
        assert session.query(LocationCheck).count() == 0


def test_it_gets_another_address(boss, hall):
    assert boss.post(hall, HALL | {"address": "Nieuwstraat 2, Utrecht"}).status_code == 302
    assert only(Location).address == "Nieuwstraat 2, Utrecht"
    assert boss.post(hall, HALL | {"address": ""}).status_code == 422


def test_closing_is_undone(boss, hall):
    assert boss.post(f"{hall}/sluiten").status_code == 302
    assert boss.post(f"{hall}/sluiten").status_code == 302
    assert only(Location).closed_at
    assert boss.post(f"{hall}/controle", {"in_order": ALL_GOOD}).status_code == 409
    assert "Deze locatie is gesloten" in text_of(boss.post(f"{hall}/controle").text)
    assert "te controleren" not in text_of(boss.get("/organisatie").text)
    assert boss.post(f"{hall}/openen").status_code == 302
    assert only(Location).closed_at is None


def test_ksf_finds_a_location_by_its_organisation(boss, hall, visit, people):
    officer = visit(people.officer)
    assert "Zaal Noord" in text_of(officer.get("/bureau/locaties?zoek=voorbeeld").text)
    assert "Niets gevonden voor ‘elders’" in text_of(officer.get("/bureau/locaties?zoek=elders").text)
    page = text_of(officer.get(f"/bureau/locaties/{only(Location).id}").text)
    assert "nog niet gecontroleerd" in page


def test_the_lists_ask_as_often_for_many_as_for_one(session, boss, hall, visit, people, count_queries):
    officer, asked = visit(people.officer), []
    for _ in range(2):
        asked.append([count_queries(boss, "/organisatie/locaties"), count_queries(officer, "/bureau/locaties")])
        for number in range(20):
            boss.post("/organisatie/locaties/nieuw", HALL | {"room": f"3.{number}"})
    assert asked[0] == asked[1]


def test_a_beheerder_of_two_organisations_says_which(session, people, visit):
    people.beheerder.memberships.append(
        cast.Membership(role=cast.Role.ORGANISATION_ADMIN, organisation=people.outsider_organisation, since=cast.NOW)
    )
    session.commit()
    boss = visit(people.beheerder)
    assert boss.post("/organisatie/locaties/nieuw", HALL).status_code == 422
    chosen = HALL | {"organisation": str(people.outsider_organisation.id)}
    assert boss.post("/organisatie/locaties/nieuw", chosen).status_code == 302
    assert only(Location).organisation_id == people.outsider_organisation.id

"""The bank of items at the office: a package comes in whole or with every reason, and goes on by two persons."""

from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import select
from support import cast, items_to_see, qti
from support.opc import zipped

from scenarios.theory.qti.packages import read_package, write_package
from storage.people.people import Membership, Role
from storage.planning.theory_tests import set_ready
from storage.theory.items import ItemState, TheoryItem
from storage.theory.packages import take_in

BANK, BRING, MOVE = "/bureau/vragen", "/bureau/vragen/nieuw", "/bureau/vragen/stand"


@pytest.fixture
def office(app, session, people, visit):
    """Two officers, with a scheme in use that asks the terms of A."""
    cast.scheme_of_a(session)
    session.commit()
    return visit(people.officer), visit(people.second_officer)


def bring(visitor, data, where=BRING, **more):
    return visitor.post(where, data={"package": (BytesIO(data), "vragen.zip"), "term": "", **more})


def states(session):
    found = session.scalars(select(TheoryItem.state).order_by(TheoryItem.number, TheoryItem.version)).all()
    session.commit()
    return found


def ids_of(session):
    """Of every item, by number. What is looked up must not keep the database locked."""
    found = [str(one) for one in session.scalars(select(TheoryItem.id).order_by(TheoryItem.number))]
    session.commit()
    return found


@pytest.mark.usefixtures("object_store")
def test_a_package_goes_all_the_way_into_use_and_out_again(session, office):
    first, second = office
    data = write_package(items_to_see.every_kind(), items_to_see.MEDIA)
    told = bring(first, data)
    assert "8 vragen zijn overgenomen" in told.text
    ids = ids_of(session)
    page = first.get(f"{BANK}/{ids[6]}").text
    assert "Tien wachtenden" in page and f"{BANK}/{ids[6]}/bestand/" in page
    assert "De volgende stap doet iemand anders" in page and "Nagekeken</button>" not in page
    for who, step in ((second, "reviewed"), (first, "approved"), (second, "live")):
        assert who.post(MOVE, data={"items": ids, "naar": step}).status_code == 302
    assert set(states(session)) == {ItemState.LIVE}
    out = first.get(f"{BANK}/vragen.zip?stand=live")
    assert len(read_package(out.data).items) == 8
    assert [one.title for one in read_package(first.get(f"{BANK}/vragen.zip?item={ids[0]}").data).items] == ["Vraag 0"]
    again = bring(first, out.data)
    assert again.status_code == 422 and again.text.count("Deze vraag staat al in de vragenbank") == 8


def test_a_package_with_one_bad_item_brings_nothing_unless_that_is_asked(session, office):
    first, _ = office
    data = qti.package(qti.item(), qti.item(body="<qti-hotspot-interaction/>", identifier="item-2"))
    told = bring(first, data, term="1.1")
    assert told.status_code == 422
    assert "Deze soort vraag kan Vignet niet tonen: qti-hotspot-interaction." in told.text
    assert states(session) == []
    told = bring(first, data, term="1.1", partly="y")
    assert "1 vraag is overgenomen" in told.text and "qti-hotspot-interaction" in told.text
    assert len(states(session)) == 1


@pytest.mark.parametrize(
    "data, said",
    [
        (b"", "Kies een bestand."),
        (b"geen zip", "geen ZIP-bestand"),
        (zipped({"anders.xml": "<a/>"}), "geen imsmanifest.xml"),
        (bytes(10_000_001), "groter dan 10 MB"),
    ],
)
def test_what_is_no_package_is_said(session, office, data, said):
    told = bring(office[0], data)
    assert told.status_code == 422 and said in told.text
    assert states(session) == []


def test_without_a_term_an_item_does_not_come_in(session, office):
    told = bring(office[0], qti.package(qti.item()))
    assert told.status_code == 422 and "Er is geen toetsterm" in told.text
    assert states(session) == []


def test_the_same_person_does_not_take_both_steps(session, people, office):
    first, second = office
    take_in(session, [items_to_see.single(1), items_to_see.single(2)], {}, people.officer, cast.NOW)
    session.commit()
    ids = ids_of(session)
    assert first.post(MOVE, data={"items": ids, "naar": "reviewed"}).status_code == 409
    assert set(states(session)) == {ItemState.DRAFT}
    second.post(MOVE, data={"items": ids, "naar": "reviewed"})
    assert second.post(MOVE, data={"items": ids, "naar": "approved"}).status_code == 409
    assert second.post(MOVE, data={"items": ids, "naar": "draft"}).status_code == 409  # without a reason
    assert first.post(MOVE, data={"items": ids, "naar": "live"}).status_code == 409  # not yet approved
    second.post(MOVE, data={"items": ids, "naar": "draft", "reason": "Te makkelijk."})
    assert set(states(session)) == {ItemState.DRAFT}
    assert "Te makkelijk." in first.get(f"{BANK}/{ids[0]}").text


@pytest.mark.parametrize(
    "fields, status",
    [
        ({"naar": "live"}, 302),
        ({"naar": "nergens"}, 400),
        ({"naar": "live", "items": "geen-id"}, 404),
        ({"naar": "live", "items": "00000000-0000-4000-8000-000000000000"}, 404),
        ({"naar": "live", "terug": "https://elders.example/"}, 302),
        ({"naar": "live", "terug": "//elders.example/"}, 302),
    ],
)
def test_what_is_no_step_changes_nothing_and_leads_nowhere_else(office, fields, status):
    answer = office[0].post(MOVE, data=fields)
    assert answer.status_code == status
    assert "elders" not in (answer.location or "")


def test_a_new_version_is_one_item(session, people, office):
    first, _ = office
    (row,) = take_in(session, [items_to_see.single(1)], {}, people.officer, cast.NOW)
    session.commit()
    where = f"{BRING}?van={row.id}"
    two = write_package([items_to_see.single(2), items_to_see.single(3)], {})
    assert bring(first, two, where).status_code == 422
    assert "versie" in bring(first, write_package([items_to_see.single(2)], {}), where).text
    assert states(session) == [ItemState.DRAFT, ItemState.DRAFT]
    page = first.get(f"{BANK}/{row.id}").text
    assert "Versie 2" in page


def test_the_list_is_searched_and_filtered(session, people, office):
    first, _ = office
    items = [*items_to_see.every_kind(), items_to_see.single(7, "3.1")]
    take_in(session, items, items_to_see.MEDIA, people.officer, cast.NOW)
    session.commit()

    def titles(query):
        page = first.get(f"{BANK}?{query}").text
        return [one.title for one in items if f": {one.title}</a>" in page]

    assert titles("zoek=V3") == ["Volgorde"]
    assert titles("zoek=zuchten+praten") == ["Lege plekken"]
    assert titles("toets=3.1") == ["Vraag 7"]
    assert titles("soort=match") == ["Koppelen"]
    assert titles("stand=live") == []
    assert titles("zoek=%25") == []
    assert len(titles("stand=draft")) == len(items)


def test_who_is_to_take_a_test_sees_no_items(session, people, office):
    first, second = office
    role = Membership(role=Role.CANDIDATE, organisation=people.organisation, since=cast.NOW)
    people.officer.memberships.append(role)
    hall = cast.location(session, people)
    session.flush()
    set_ready(
        session, [people.officer], "certificate_a", hall, cast.NOW + timedelta(days=9), people.beheerder, cast.NOW
    )
    session.commit()
    told = first.get(BANK)
    assert told.status_code == 409 and "U maakt zelf nog een online toets" in told.text
    assert second.get(BANK).status_code == 200


def test_the_blueprint_says_whether_there_is_enough(session, people, office):
    first, _ = office
    assert "Te weinig vragen" in first.get(f"{BANK}/toetsmatrijs").text
    terms = ("1.1", "1.2", "2.1", "3.1") * 20
    many = [items_to_see.single(number, term) for number, term in enumerate(terms, start=1)]
    items_to_see.in_use(session, many, (people.officer, people.second_officer), cast.NOW)
    session.commit()
    assert "Genoeg voor één toets" in first.get(f"{BANK}/toetsmatrijs").text

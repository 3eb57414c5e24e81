"""The bank of items: what comes in, the two persons, the versions, what goes out, and whether there is enough."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from support import cast, items_to_see, qti

from scenarios.theory.qti.findings import Why
from scenarios.theory.qti.packages import read_package, write_package
from storage.base.refusal import Refused
from storage.base.steps import StepRule
from storage.theory import packages
from storage.theory.items import ItemState, Kind, Rule, live_items, versions_of
from storage.theory.stock import stock, terms_asked

NOW = cast.NOW
TERMS = ("1.1", "1.2", "1.3", "2.1", "2.2", "3.1", "3.2")


@pytest.fixture
def kept(session, people):
    """One item of each kind, as drafts of the officer."""
    return packages.take_in(session, items_to_see.every_kind(), items_to_see.MEDIA, people.officer, NOW)


def live(session, people, *items):
    return items_to_see.in_use(session, list(items), (people.officer, people.second_officer), NOW)


def test_every_kind_comes_back_as_it_came(kept):
    for row, item in zip(kept, items_to_see.every_kind(), strict=True):
        assert replace(row.content, key=item.key) == item
    assert {one.kind for one in kept} == set(Kind)
    assert [one.number for one in kept] == list(range(1, len(kept) + 1))
    assert kept[0].content.key == "item-1"


def test_two_persons_look_before_it_is_used(session, people, kept):
    row, (author, other) = kept[0], (people.officer, people.second_officer)
    with pytest.raises(Refused) as error:
        row.move(ItemState.REVIEWED, "", author, NOW)
    assert error.value.rule is Rule.SAME_PERSON
    assert not row.may_go_to(ItemState.REVIEWED, author) and row.may_go_to(ItemState.REVIEWED, other)
    row.move(ItemState.REVIEWED, "", other, NOW)
    with pytest.raises(Refused) as error:
        row.move(ItemState.APPROVED, "", other, NOW)
    assert error.value.rule is Rule.SAME_PERSON
    row.move(ItemState.APPROVED, "", author, NOW)
    row.move(ItemState.LIVE, "", other, NOW)
    session.flush()
    assert (row.reviewed_by, row.approved_by, row.live_at) == (other, author, NOW)
    assert row.review_on.year == NOW.year + 1
    assert [one.number for one in live_items(session, ["1.1"])] == [1]
    with pytest.raises(Refused) as error:
        row.move(ItemState.DRAFT, "Toch niet.", other, NOW)
    assert error.value.rule is StepRule.NOT_ALLOWED


@pytest.mark.parametrize("state", [ItemState.REVIEWED, ItemState.APPROVED])
def test_who_sends_it_back_says_why_and_all_begins_anew(session, people, kept, state):
    row = kept[0]
    row.move(ItemState.REVIEWED, "", people.second_officer, NOW)
    if state is ItemState.APPROVED:
        row.move(state, "", people.officer, NOW)
    with pytest.raises(Refused) as error:
        row.move(ItemState.DRAFT, "  ", people.officer, NOW)
    assert error.value.rule is Rule.NO_REASON
    row.move(ItemState.DRAFT, "Twee antwoorden zijn goed.", people.officer, NOW)
    session.flush()
    assert (row.reviewed_by, row.approved_by, row.reason) == (None, None, "Twee antwoorden zijn goed.")


def test_the_database_holds_the_two_persons_too(session, people, kept):
    kept[0].reviewed_by = people.officer
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_new_version_takes_the_place_of_the_one_in_use(session, people):
    (first,) = live(session, people, items_to_see.single(1))
    better = replace(first.content, title="Beter gesteld")
    (second,) = packages.take_in(session, [better], {}, people.officer, NOW, first.number)
    assert (second.number, second.version, second.label) == (1, 2, "V1, versie 2")
    second.move(ItemState.REVIEWED, "", people.second_officer, NOW)
    second.move(ItemState.APPROVED, "", people.officer, NOW)
    second.move(ItemState.LIVE, "", people.officer, NOW + timedelta(days=1))
    session.flush()
    assert (first.state, second.state) == (ItemState.RETIRED, ItemState.LIVE)
    assert [one.version for one in versions_of(session, 1)] == [2, 1]
    with pytest.raises(ValueError, match="one item"):
        packages.take_in(session, [], {}, people.officer, NOW, 1)


def test_what_is_there_already_and_what_has_no_term_is_refused_by_name(session, kept):
    new, lost, odd = items_to_see.single(1), items_to_see.single(2, ""), items_to_see.single(3, "9.9")
    again = replace(items_to_see.single(0), source="Voorbeeld", key="onder-een-andere-naam")
    twice = replace(new, key="nog-eens")
    found = packages.look(session, read_package(write_package([new, lost, odd, again, twice], {})), TERMS)
    assert [one.title for one in found.items] == ["Vraag 1"]
    assert [(one.where, one.why, one.what) for one in found.refused] == [
        ("Vraag 2", Rule.NO_TERM, ""),
        ("Vraag 3", Rule.NO_TERM, "9.9"),
        ("Vraag 0", Rule.KNOWN, "V1"),
        ("Vraag 1", Rule.KNOWN, ""),
    ]
    helped = packages.look(session, read_package(write_package([lost], {})), TERMS, "3.2")
    assert [one.term for one in helped.items] == ["3.2"]


def test_a_retired_item_may_come_back(session, people, kept):
    kept[0].move(ItemState.RETIRED, "Dubbel.", people.officer, NOW)
    session.flush()
    again = replace(items_to_see.single(0), source="Voorbeeld")
    assert packages.look(session, read_package(write_package([again], {})), TERMS).items == (again,)


def test_what_the_standard_allows_and_vignet_cannot_show_is_refused_by_name(session):
    data = qti.package(qti.item(), qti.item(body="<qti-hotspot-interaction/>", identifier="item-2"))
    found = packages.look(session, read_package(data), TERMS, "1.1")
    assert len(found.items) == 1
    assert (Why.INTERACTION, "qti-hotspot-interaction") in {(one.why, one.what) for one in found.refused}


@pytest.mark.usefixtures("object_store")
def test_pictures_and_sounds_go_to_the_store_and_come_out_with_the_package(kept):
    packages.put_media(items_to_see.every_kind(), items_to_see.MEDIA)
    found = read_package(packages.export(kept))
    assert not found.refused
    plain = [replace(one, key=item.key) for one, item in zip(found.items, items_to_see.every_kind(), strict=True)]
    assert [(one.title, one.interaction, one.correct) for one in plain] == [
        (one.title, one.interaction, one.correct) for one in items_to_see.every_kind()
    ]
    assert {one.data for one in found.media.values()} == {one.data for one in items_to_see.MEDIA.values()}


def test_the_stock_says_how_often_somebody_can_take_the_test(session, people):
    cast.scheme_of_a(session)
    session.flush()
    assert list(terms_asked(session)) == list(TERMS)
    assert stock(session)[0].attempts == 0
    many = [items_to_see.single(number, term) for number, term in enumerate(TERMS * 12, start=1)]
    live(session, people, *many)
    (exam,) = stock(session)
    assert exam.items == 40
    assert [(one.live, one.attempts) for one in exam.filled] == [(36, 1), (24, 3), (24, 2)]
    assert exam.attempts == 1

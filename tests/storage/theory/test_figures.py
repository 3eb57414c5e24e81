"""Figures of items from the database: the same as from the forms one by one, and as few queries for many as for one."""

import random

import pytest
from sqlalchemy import event
from support import cast, items_to_see

from review.item_analysis import Answered, analyse, gather, reliability
from storage.theory.figures import exposure, item_figures, whole_reliability

NOW = cast.NOW
SEED = 11
KEYS = ("o1", "o2", "o3")


@pytest.fixture
def sat(session, people):
    """40 people of different skill on six single choices and one of several answers."""
    cast.scheme_of_a(session)
    several = next(one for one in items_to_see.every_kind() if one.key == "several")
    written = [*(items_to_see.single(number) for number in range(1, 7)), several]
    items = items_to_see.in_use(session, written, (people.officer, people.second_officer), NOW)
    hall = cast.location(session, people)
    drawn = random.Random(SEED)
    rows = []
    for _ in range(40):
        skill = drawn.random()
        row = [("o2",) if drawn.random() < skill else drawn.choice([(), ("o1",), ("o3",)]) for _ in items[:-1]]
        rows.append([*row, ("o3", "o1") if drawn.random() < skill else ("o2",)])
    return items, items_to_see.many_who_sat(session, hall, people.beheerder, items, rows, NOW)


def test_the_database_adds_up_what_the_forms_say_one_by_one(session, sat):
    items, sittings = sat
    forms = [
        Answered(
            {str(one.item_id): one.item.content.share(one.response) for one in sitting.answers},
            {str(one.item_id): one.response for one in sitting.answers},
        )
        for sitting in sittings
    ]
    found = item_figures(session)
    assert set(found) == {one.id for one in items}
    expected = {one.item: one for one in analyse(gather(forms), {})}
    for item in items:
        ours, theirs = found[item.id], expected[str(item.id)]
        assert (ours.n, ours.p) == (40, pytest.approx(theirs.p))
        assert ours.item_rest == pytest.approx(theirs.item_rest)
    first = found[items[0].id]
    assert [one.n for one in first.options] == [
        sum(one.answers[0].response == [key] for one in sittings) for key in KEYS
    ]
    assert whole_reliability(session).alpha == pytest.approx(reliability(gather(forms)).alpha)
    assert item_figures(session, items[2].id).keys() == {items[2].id}
    assert exposure(session, [items[0].id]) == {items[0].id: 40}


def test_many_sittings_are_three_queries(session, sat):
    session.expire_all()
    seen = []
    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", count := lambda *call: seen.append(call[2]))
    item_figures(session)
    event.remove(engine, "before_cursor_execute", count)
    assert len(seen) == 3

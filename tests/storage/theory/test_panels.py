"""A panel that sets a cut: each judge alone, kept with date and members, and what follows when it is closed."""

from datetime import timedelta
from fractions import Fraction

import pytest
from support import cast, items_to_see

from storage.base.refusal import Refused
from storage.theory.panels import Rule, items_of, open_panel, panels

NOW = cast.NOW


@pytest.fixture
def scheme(session, people):
    made = cast.scheme_of_a(session)
    items = [items_to_see.single(number, term) for number, term in ((1, "1.1"), (2, "2.1"), (3, "3.1"), (4, "9.9"))]
    items_to_see.in_use(session, items, (people.officer, people.second_officer), NOW)
    return made


def refused(rule, act, *args):
    with pytest.raises(Refused) as error:
        act(*args)
    assert error.value.rule is rule


def test_the_cut_is_the_mean_of_the_judges_who_are_ready(session, people, scheme):
    members = [people.officer, people.second_officer, people.committee_member]
    panel = open_panel(session, scheme, members, people.officer, NOW)
    rows = items_of(session, panel)
    assert [one.number for one in rows] == [1, 2, 3]  # no term of this test: left out
    first, second, third = panel.items
    one, two, late = (panel.judge(person.id) for person in members)
    refused(Rule.NOBODY_READY, panel.close, people.officer, NOW)
    one.save({first: 60, second: 80}, NOW)
    one.save({second: 70, third: 80}, NOW)
    two.save({first: 80, second: 90, third: 100}, NOW)
    late.save({first: 0}, NOW)
    for wrong in ({first: 101}, {first: -1}, {"elders": 1}):
        with pytest.raises(ValueError, match="panel"):
            one.save(wrong, NOW)
    panel.close(people.second_officer, NOW + timedelta(hours=1))
    session.flush()
    refused(Rule.CLOSED, panel.close, people.officer, NOW)
    refused(Rule.CLOSED, late.save, {second: 1}, NOW)
    session.expire_all()
    (kept,) = panels(session)
    found = kept.result(rows)
    assert found.cut == Fraction(80, 100)
    assert [found.judges[str(judge.id)] for judge in kept.judged] == [
        Fraction(7, 10) if judge.person_id == people.officer.id else Fraction(9, 10) for judge in kept.judged
    ]
    # Two judges 20 points apart: 0.8 ± t(0.975; 1) · 0.1, cut off at 100 percent.
    assert (found.low, found.high) == (0.0, 1.0)
    assert (kept.closed_by, kept.opened_at, len(kept.judges)) == (people.second_officer, NOW, 3)


def test_there_is_no_panel_without_items_or_judges(session, people):
    made = cast.scheme_of_a(session)
    refused(Rule.NO_ITEMS, open_panel, session, made, [people.officer], people.officer, NOW)
    items_to_see.in_use(session, [items_to_see.single(1)], (people.officer, people.second_officer), NOW)
    refused(Rule.NO_JUDGES, open_panel, session, made, [], people.officer, NOW)

"""The work is shared out: nobody who may not, nobody too much, everything or a reason why not."""

from collections import Counter, defaultdict
from datetime import date
from itertools import groupby
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.allocation import Assessor, Cause, Mode, Panel, Shortage, allocate, serving_order

ANSWERS = [str(number) for number in range(1, 11)]
PERIOD = (date(2026, 9, 1), date(2026, 9, 20))
WHOLE, SPREAD = Panel(Mode.WHOLE), Panel(Mode.SPREAD)


def candidates(number):
    return [f"c{index:02}" for index in range(number)]


def assessors(number, limit=1000, **more):
    return [Assessor(f"a{index:02}", limit, **more) for index in range(number)]


def loads(allocation):
    return Counter(assignment.assessor for assignment in allocation.assignments)


def shares(allocation):
    return Counter((assignment.candidate, assignment.assessor) for assignment in allocation.assignments)


@st.composite
def batches(draw):
    here = candidates(draw(st.integers(0, 7)))
    people = [
        Assessor(
            f"a{index}",
            draw(st.integers(0, 60)),
            draw(st.integers(0, 30)),
            tuple(draw(st.lists(st.just((date(2026, 8, 1), date(2026, 9, draw(st.integers(1, 30))))), max_size=1))),
        )
        for index in range(draw(st.integers(0, 7)))
    ]
    pairs = [(person.key, candidate) for person in people for candidate in here]
    forbidden = draw(st.sets(st.sampled_from(pairs))) if pairs else set()
    panel = Panel(draw(st.sampled_from(Mode)), draw(st.integers(1, 3)), least_assessors=draw(st.integers(1, 4)))
    answers = ANSWERS[: draw(st.integers(4, 10))]
    return here, answers, people, forbidden, panel, PERIOD, draw(st.integers(0, 2**32))


@settings(max_examples=60)
@given(batches())
def test_any_batch(batch):
    here, answers, people, forbidden, panel, period, _ = batch
    found = allocate(*batch)

    assert not [a for a in found.assignments if (a.assessor, a.candidate) in forbidden]
    for person in people:
        assert loads(found)[person.key] <= person.room(*period)

    short = Counter({shortage.candidate: shortage.places for shortage in found.shortages})
    filled = Counter(assignment.candidate for assignment in found.assignments)
    places = panel.slots * len(answers)
    assert all(filled[candidate] + short[candidate] == places for candidate in here)
    assert all(shortage.places > 0 for shortage in found.shortages)

    assert len({(a.candidate, a.answer, a.slot) for a in found.assignments}) == len(found.assignments)
    assert len({(a.candidate, a.answer, a.assessor) for a in found.assignments}) == len(found.assignments)
    assert all(1 <= assignment.slot <= panel.slots for assignment in found.assignments)

    each = shares(found)
    if panel.mode is Mode.WHOLE:
        assert set(each.values()) <= {len(answers)}
    else:
        assert all(share <= panel.most_answers for share in each.values())
        own = Counter(candidate for candidate, _ in each)
        assert all(own[candidate] >= panel.least_assessors for candidate in here if not short[candidate])


@settings(max_examples=40)
@given(batches())
def test_no_place_stays_empty_that_someone_could_take(batch):
    """Whoever has room, may, and has not his share of that candidate, has no work left to be given."""
    _, answers, people, forbidden, panel, period, _ = batch
    found = allocate(*batch)
    unit = len(answers) if panel.mode is Mode.WHOLE else 1
    for shortage in found.shortages:
        for person in people:
            free = person.room(*period) - loads(found)[person.key] >= unit
            may = (person.key, shortage.candidate) not in forbidden
            own = shares(found)[shortage.candidate, person.key]
            assert not (free and may and own == 0)


@settings(max_examples=15)
@given(batches(), st.randoms())
def test_the_same_seed_says_the_same_whatever_the_order(batch, random):
    here, answers, people, *rest = batch
    again = allocate(random.sample(here, len(here)), answers, random.sample(people, len(people)), *rest)
    assert again == allocate(*batch)


@pytest.mark.parametrize("panel", [WHOLE, SPREAD])
def test_loads_are_as_even_as_they_can_be(panel):
    random = Random(3)
    here = candidates(30)
    forbidden = {(f"a{index:02}", candidate) for index in range(8) for candidate in here if random.random() < 0.2}
    found = allocate(here, ANSWERS, assessors(8), forbidden, panel, PERIOD, 11)
    assert found.shortages == ()
    unit = 10 if panel is WHOLE else 1
    assert max(loads(found).values()) - min(loads(found).values()) <= unit


def test_who_has_work_waiting_gets_less():
    people = [Assessor("busy", 200, load=40), Assessor("x", 200), Assessor("y", 200)]
    found = allocate(candidates(7), ANSWERS, people, set(), WHOLE, PERIOD, 1)
    assert loads(found) == {"busy": 20, "x": 60, "y": 60}


def test_another_seed_gives_other_pairs():
    def pairs(seed):
        return shares(allocate(candidates(20), ANSWERS, assessors(8), set(), WHOLE, PERIOD, seed))

    assert pairs(1) == pairs(1) != pairs(2)


@pytest.mark.parametrize("panel", [WHOLE, SPREAD])
def test_no_fixed_couples(panel):
    """Every assessor meets many others on the same answers, so that severity can be compared."""
    found = allocate(candidates(40), ANSWERS, assessors(8), set(), panel, PERIOD, 5)
    met = defaultdict(set)
    for _, group in groupby(
        sorted(found.assignments), key=lambda assignment: (assignment.candidate, assignment.answer)
    ):
        one, other = (assignment.assessor for assignment in group)
        met[one].add(other)
        met[other].add(one)
    assert all(len(others) >= 4 for others in met.values())


@pytest.mark.parametrize("least", [1, 2, 3, 4, 10])
def test_enough_different_assessors(least):
    panel = Panel(Mode.SPREAD, slots=1, least_assessors=least, most_answers=10)
    found = allocate(["c"], ANSWERS, assessors(12), set(), panel, PERIOD, 1)
    assert len(loads(found)) >= least
    alone = allocate(["c"], ANSWERS, assessors(least - 1), set(), panel, PERIOD, 1)
    assert [shortage.cause for shortage in alone.shortages] == [Cause.TOO_FEW_ASSESSORS]


def test_an_assessor_keeps_one_slot_of_a_candidate_in_whole_mode():
    found = allocate(candidates(5), ANSWERS, assessors(4), set(), WHOLE, PERIOD, 5)
    assert len({(a.candidate, a.assessor, a.slot) for a in found.assignments}) == len(shares(found))


def test_a_third_assessor_is_someone_else():
    first = allocate(candidates(6), ANSWERS, assessors(4), set(), WHOLE, PERIOD, 5)
    taken = {(assignment.assessor, assignment.candidate) for assignment in first.assignments}
    third = allocate(candidates(6), ANSWERS, assessors(4), taken, Panel(slots=1, first_slot=3), PERIOD, 5)
    assert third.shortages == ()
    assert {assignment.slot for assignment in third.assignments} == {3}
    assert not taken & {(assignment.assessor, assignment.candidate) for assignment in third.assignments}


@pytest.mark.parametrize(
    ("people", "forbidden", "panel", "cause"),
    [
        ([], set(), WHOLE, Cause.TOO_FEW_ASSESSORS),
        (assessors(1), set(), WHOLE, Cause.TOO_FEW_ASSESSORS),
        (assessors(3), set(), SPREAD, Cause.TOO_FEW_ASSESSORS),
        (assessors(2), {("a00", "c00")}, WHOLE, Cause.CONFLICTS),
        ([*assessors(1), Assessor("z", 100, 0, (PERIOD,))], set(), WHOLE, Cause.LEAVE),
        ([*assessors(1), Assessor("z", 100, 30, (PERIOD,))], set(), WHOLE, Cause.LEAVE),
        ([*assessors(1), Assessor("z", 9)], set(), WHOLE, Cause.LOAD_LIMITS),
        ([*assessors(1), Assessor("z", 20, load=11)], set(), WHOLE, Cause.LOAD_LIMITS),
    ],
)
def test_an_empty_place_has_a_reason(people, forbidden, panel, cause):
    found = allocate(["c00"], ANSWERS, people, forbidden, panel, PERIOD, 1)
    assert found.shortages == (Shortage("c00", 20 - len(found.assignments), cause),)


def test_leave_shortens_the_limit():
    half = Assessor("a", 40, 0, ((date(2026, 9, 11), date(2026, 10, 1)),))
    overlapping = Assessor("b", 40, 5, ((date(2026, 8, 1), date(2026, 9, 5)), (date(2026, 9, 3), date(2026, 9, 10))))
    assert half.room(*PERIOD) == 20
    assert overlapping.room(*PERIOD) == 15
    assert Assessor("c", 40, 50).room(*PERIOD) == 0


def test_serving_is_scenario_by_scenario():
    found = allocate(candidates(12), ANSWERS, assessors(4), set(), WHOLE, PERIOD, 9)
    orders = {}
    for person in ("a00", "a01", "a02", "a03"):
        served = serving_order(found.assignments, person, 9)
        assert served == serving_order(reversed(found.assignments), person, 9)
        assert sorted(served) == sorted(a for a in found.assignments if a.assessor == person)
        blocks = [(answer, [a.candidate for a in group]) for answer, group in groupby(served, key=lambda a: a.answer)]
        assert sorted(answer for answer, _ in blocks) == sorted(ANSWERS)
        assert len({tuple(order) for _, order in blocks}) > 1
        orders[person] = tuple(answer for answer, _ in blocks)
    assert len(set(orders.values())) > 1


def test_nothing_to_do():
    assert allocate([], ANSWERS, assessors(2), set(), WHOLE, PERIOD, 1).assignments == ()
    assert allocate(candidates(2), [], assessors(2), set(), WHOLE, PERIOD, 1).shortages == ()


@pytest.mark.parametrize(
    ("here", "people", "panel", "period"),
    [
        (["c", "c"], assessors(2), WHOLE, PERIOD),
        (["c"], assessors(1) * 2, WHOLE, PERIOD),
        (["c"], assessors(2), Panel(slots=0), PERIOD),
        (["c"], assessors(2), Panel(Mode.SPREAD, least_assessors=30), PERIOD),
        (["c"], assessors(2), WHOLE, PERIOD[::-1]),
    ],
)
def test_what_cannot_be_is_refused(here, people, panel, period):
    with pytest.raises(ValueError):
        allocate(here, ANSWERS, people, set(), panel, period, 1)

"""The work is shared out: nobody who may not, nobody too much, everything or a reason why not."""

import json
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date
from itertools import groupby
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.allocation import allocate, serving_order, why_not
from review.batch import Allocation, Assessor, Batch, Cause, Mode, Panel, Shortage, fresh
from review.conflicts import Conflict

ANSWERS = [str(number) for number in range(1, 11)]
PERIOD = (date(2026, 9, 1), date(2026, 9, 20))
WHOLE, SPREAD = Panel(Mode.WHOLE), Panel(Mode.SPREAD)


def share_out(here, answers, people, forbidden, panel, period, seed):
    """A batch of which nothing was given to anybody yet."""
    ties = dict.fromkeys(sorted(forbidden), (Conflict.EMPLOYER,))
    panel = replace(panel, answers=len(answers) or panel.answers)
    return allocate(Batch(fresh(here, answers, panel.slots), tuple(people), ties, panel, period, {}), seed)


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
    found = share_out(*batch)

    assert not [a for a in found.assignments if (a.assessor, a.candidate) in forbidden]
    for person in people:
        assert loads(found)[person.key] <= person.capacity(*period)

    short = Counter({shortage.candidate: shortage.openings for shortage in found.shortages})
    filled = Counter(assignment.candidate for assignment in found.assignments)
    places = panel.slots * len(answers)
    assert all(filled[candidate] + short[candidate] == places for candidate in here)
    assert all(shortage.openings > 0 for shortage in found.shortages)

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
    """Whoever has capacity, may, and has not his share of that candidate, has no work left to be given."""
    _, answers, people, forbidden, panel, period, _ = batch
    found = share_out(*batch)
    unit = len(answers) if panel.mode is Mode.WHOLE else 1
    for shortage in found.shortages:
        for person in people:
            free = person.capacity(*period) - loads(found)[person.key] >= unit
            may = (person.key, shortage.candidate) not in forbidden
            own = shares(found)[shortage.candidate, person.key]
            assert not (free and may and own == 0)


@settings(max_examples=15)
@given(batches(), st.randoms())
def test_the_same_seed_says_the_same_whatever_the_order(batch, random):
    here, answers, people, *rest = batch
    again = share_out(random.sample(here, len(here)), answers, random.sample(people, len(people)), *rest)
    assert again == share_out(*batch)


@pytest.mark.parametrize("panel", [WHOLE, SPREAD])
def test_loads_are_as_even_as_they_can_be(panel):
    random = Random(3)
    here = candidates(30)
    forbidden = {(f"a{index:02}", candidate) for index in range(8) for candidate in here if random.random() < 0.2}
    found = share_out(here, ANSWERS, assessors(8), forbidden, panel, PERIOD, 11)
    assert found.shortages == ()
    unit = 10 if panel is WHOLE else 1
    assert max(loads(found).values()) - min(loads(found).values()) <= unit


def test_who_has_work_waiting_gets_less():
    people = [Assessor("busy", 200, load=40), Assessor("x", 200), Assessor("y", 200)]
    found = share_out(candidates(7), ANSWERS, people, set(), WHOLE, PERIOD, 1)
    assert loads(found) == {"busy": 20, "x": 60, "y": 60}


def test_another_seed_gives_other_pairs():
    def pairs(seed):
        return shares(share_out(candidates(20), ANSWERS, assessors(8), set(), WHOLE, PERIOD, seed))

    assert pairs(1) == pairs(1) != pairs(2)


@pytest.mark.parametrize("panel", [WHOLE, SPREAD])
def test_no_fixed_couples(panel):
    """Every assessor meets many others on the same answers, so that severity can be compared."""
    found = share_out(candidates(40), ANSWERS, assessors(8), set(), panel, PERIOD, 5)
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
    found = share_out(["c"], ANSWERS, assessors(12), set(), panel, PERIOD, 1)
    assert len(loads(found)) >= least
    alone = share_out(["c"], ANSWERS, assessors(least - 1), set(), panel, PERIOD, 1)
    assert [shortage.cause for shortage in alone.shortages] == [Cause.TOO_FEW_ASSESSORS]


def test_an_assessor_keeps_one_slot_of_a_candidate_in_whole_mode():
    found = share_out(candidates(5), ANSWERS, assessors(4), set(), WHOLE, PERIOD, 5)
    assert len({(a.candidate, a.assessor, a.slot) for a in found.assignments}) == len(shares(found))


def given_out(allocation):
    """What everybody holds after an allocation, by (assessor, candidate)."""
    held = defaultdict(tuple)
    for one in allocation.assignments:
        held[one.assessor, one.candidate] += (one.answer,)
    return dict(held)


@pytest.mark.parametrize("panel", [WHOLE, SPREAD])
def test_a_third_assessor_is_someone_else(panel):
    here, people = candidates(6), tuple(assessors(8))
    held = given_out(share_out(here, ANSWERS, people, set(), panel, PERIOD, 5))
    third = {candidate: dict.fromkeys(ANSWERS, (3,)) for candidate in here}
    found = allocate(Batch(third, people, {}, panel, PERIOD, held), 5)
    assert found.shortages == ()
    assert {assignment.slot for assignment in found.assignments} == {3}
    assert not [a for a in found.assignments if a.answer in held.get((a.assessor, a.candidate), ())]
    if panel is WHOLE:
        assert not held.keys() & shares(found).keys()
    else:
        total = shares(found) + Counter({pair: len(answers) for pair, answers in held.items()})
        assert max(total.values()) <= panel.most_answers


@settings(max_examples=40)
@given(st.data(), st.integers(0, 2**32))
def test_only_what_was_given_back_is_given_again(data, seed):
    """Somebody leaves: nobody else's work moves, and the panel's own rules hold for old and new work together."""
    panel = data.draw(st.sampled_from([WHOLE, SPREAD]))
    here, people = candidates(4), tuple(assessors(9))
    first = share_out(here, ANSWERS, people, set(), panel, PERIOD, seed)
    gone = data.draw(st.sampled_from([person.key for person in people]))
    stay = Allocation(tuple(one for one in first.assignments if one.assessor != gone), ())
    back = [one for one in first.assignments if one.assessor == gone]
    places = defaultdict(dict)
    for one in back:
        places[one.candidate][one.answer] = (*places[one.candidate].get(one.answer, ()), one.slot)
    ties = {(gone, candidate): (Conflict.DECLARED,) for candidate in here}
    again = allocate(Batch(dict(places), people, ties, panel, PERIOD, given_out(stay)), seed)
    short = sum(shortage.openings for shortage in again.shortages)
    assert {(a.candidate, a.answer, a.slot) for a in again.assignments} <= {
        (a.candidate, a.answer, a.slot) for a in back
    }
    assert len(again.assignments) + short == len(back) and (short == 0 or panel is SPREAD)
    both = Counter((a.candidate, a.answer, a.assessor) for a in (*stay.assignments, *again.assignments))
    assert set(both.values()) <= {1} and gone not in loads(again)
    together = shares(stay) + shares(again)
    assert set(together.values()) <= {10} if panel is WHOLE else max(together.values()) <= panel.most_answers


def test_a_batch_and_its_allocation_survive_being_stored():
    people = (Assessor("a", 40, 5, ((date(2026, 9, 3), date(2026, 9, 4)),)), *assessors(3))
    batch = Batch(
        fresh(candidates(2), ANSWERS),
        people,
        {("a00", "c00"): (Conflict.MANAGER,)},
        WHOLE,
        PERIOD,
        {("a", "c01"): ("1",)},
    )
    again = Batch.from_json(json.loads(json.dumps(batch.to_json())))
    assert again == batch
    found = allocate(batch, 3)
    assert Allocation.from_json(json.loads(json.dumps(found.to_json()))) == found == allocate(again, 3)


def test_why_somebody_may_not_or_cannot():
    away, full = Assessor("away", 100, 0, (PERIOD,)), Assessor("full", 100, 95)
    free, tied = assessors(2)
    ties = {(tied.key, "c"): (Conflict.EMPLOYER,)}
    batch = Batch(fresh(["c"], ANSWERS), (away, full, free, tied), ties, WHOLE, PERIOD, {})
    found = [why_not(batch, person, "c") for person in (away, full, free, tied)]
    assert found == [Cause.LEAVE, Cause.LOAD_LIMITS, None, Cause.CONFLICTS]


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
    found = share_out(["c00"], ANSWERS, people, forbidden, panel, PERIOD, 1)
    assert found.shortages == (Shortage("c00", 20 - len(found.assignments), cause),)


def test_leave_shortens_the_limit():
    half = Assessor("a", 40, 0, ((date(2026, 9, 11), date(2026, 10, 1)),))
    overlapping = Assessor("b", 40, 5, ((date(2026, 8, 1), date(2026, 9, 5)), (date(2026, 9, 3), date(2026, 9, 10))))
    assert half.capacity(*PERIOD) == 20
    assert overlapping.capacity(*PERIOD) == 15
    assert Assessor("c", 40, 50).capacity(*PERIOD) == 0


@given(st.sets(st.tuples(st.integers(1, 10), st.text("ABCDE", min_size=1, max_size=3)), max_size=40), st.randoms())
def test_serving_is_situation_by_situation_and_stays_when_work_is_added(work, random):
    served = serving_order(random.sample(sorted(work), len(work)), "a")
    assert sorted(served) == sorted(work)
    assert [number for number, _ in served] == sorted(number for number, _ in work)
    fewer = set(random.sample(sorted(work), len(work) // 2))
    assert serving_order(fewer, "a") == [one for one in served if one in fewer]


def test_each_assessor_has_an_order_of_candidates_for_each_situation():
    def order(assessor, number):
        work = [(situation, f"{candidate}{situation}") for situation in range(1, 11) for candidate in "ABCDEF"]
        return "".join(code[0] for situation, code in serving_order(work, assessor) if situation == number)

    assert len({order("a", number) for number in range(1, 11)}) > 5
    assert len({order(f"a{person}", 1) for person in range(10)}) > 5


def test_nothing_to_do():
    assert share_out([], ANSWERS, assessors(2), set(), WHOLE, PERIOD, 1).assignments == ()
    assert share_out(candidates(2), [], assessors(2), set(), WHOLE, PERIOD, 1).shortages == ()


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
        share_out(here, ANSWERS, people, set(), panel, period, 1)

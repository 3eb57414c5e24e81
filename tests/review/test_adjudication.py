"""When a third assessor is asked, and that nothing else than the two sets of marks decides it."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.adjudication import Difference, Trigger, Triggers, differences, open_slots
from review.rule_reading import parse
from review.verdict import Mark

RULE = parse(
    {"kind": "competencies", "part1": True, "competency_min": "2.25", "overall_min": "2.75", "observed_min": 3}
)
TRIGGERS = Triggers(verdicts_differ=True, mean_gap=Fraction(3, 2))
ANSWERS = ("1", "2", "3", "4")


def marks(first, second, people=("x", "y")):
    """Two competencies in four answers; `first` and `second` give the levels of each side, per competency."""
    return [
        Mark(answer, people[slot - 1], slot, key, level)
        for slot, levels in ((1, first), (2, second))
        for key, row in levels.items()
        for answer, level in zip(ANSWERS, row, strict=True)
    ]


def found(first, second, triggers=TRIGGERS):
    return differences(marks(first, second), True, RULE, ["a", "b"], triggers)


def test_close_assessors_need_no_third():
    assert found({"a": (3, 3, 3, 3), "b": (3, 4, 3, 4)}, {"a": (4, 3, 4, 3), "b": (3, 3, 3, 3)}) == ()


def test_a_gap_of_exactly_the_trigger_counts_and_anything_less_does_not():
    wide = found({"a": (5, 5, 4, 4), "b": (4, 4, 4, 4)}, {"a": (3, 3, 3, 3), "b": (4, 4, 4, 4)})
    assert wide == (Difference(Trigger.MEAN_GAP, "a", Fraction(9, 2), Fraction(3)),)
    assert found({"a": (5, 4, 4, 4), "b": (4, 4, 4, 4)}, {"a": (3, 3, 3, 3), "b": (4, 4, 4, 4)}) == ()


def test_near_a_cut_by_what_both_found_together_asks_a_third():
    near = replace(TRIGGERS, near_cut=Fraction("0.25"))
    # a: 2.5 of two who each found 2.5; over all 3.25, well above the cut of 2.75.
    close = {"a": (2, 3, 2, 3), "b": (4, 4, 4, 4)}
    assert found(close, close, near) == (Difference(Trigger.NEAR_CUT, "a", Fraction(5, 2), Fraction("2.25")),)
    assert found(close, close, replace(near, near_cut=Fraction("0.24"))) == ()
    assert found(close, close) == found(close, close, replace(near, near_cut=Fraction(0))) == ()
    over_all = {"a": (3, 3, 3, 3), "b": (3, 3, 3, 3)}
    assert found(over_all, over_all, near) == (Difference(Trigger.NEAR_CUT, "overall", Fraction(3), Fraction("2.75")),)
    unseen = {"a": (None,) * 4, "b": (3, 3, 3, 3)}
    assert found(unseen, unseen, near) == (), "over all nothing is known, and b is far from its cut"


def test_different_verdicts_count_however_near_they_are():
    apart = found({"a": (2, 2, 2, 2), "b": (4, 4, 4, 4)}, {"a": (2, 2, 2, 3), "b": (4, 4, 4, 4)})
    assert apart == (Difference(Trigger.VERDICTS_DIFFER, "verdict", False, True),)
    assert (
        found({"a": (2,) * 4, "b": (4,) * 4}, {"a": (2, 2, 2, 3), "b": (4,) * 4}, Triggers(False, Fraction(3, 2))) == ()
    )


def test_one_who_saw_too_little_differs_from_one_who_passed():
    unseen = {"a": (3, 3, None, None), "b": (3, 3, 3, 3)}
    seen = {"a": (3, 3, 3, 3), "b": (3, 3, 3, 3)}
    assert found(unseen, seen) == (Difference(Trigger.VERDICTS_DIFFER, "verdict", None, True),)


def test_a_competency_that_one_never_saw_has_no_gap():
    unseen = {"a": (None,) * 4, "b": (3,) * 4}
    seen = {"a": (5,) * 4, "b": (3,) * 4}
    assert [difference.trigger for difference in found(unseen, seen)] == [Trigger.VERDICTS_DIFFER]


def test_spread_work_is_compared_slot_by_slot():
    """Four assessors, each two answers: the first slot says 5, the second 3."""
    spread = [
        Mark(answer, f"{'pq' if answer in '12' else 'rs'}"[slot - 1], slot, key, 5 if slot == 1 else 3)
        for answer in ANSWERS
        for slot in (1, 2)
        for key in ("a", "b")
    ]
    assert differences(spread, True, RULE, ["a", "b"], TRIGGERS) == (
        Difference(Trigger.MEAN_GAP, "a", Fraction(5), Fraction(3)),
        Difference(Trigger.MEAN_GAP, "b", Fraction(5), Fraction(3)),
    )


def test_the_marks_of_a_third_are_left_out():
    two = marks({"a": (3,) * 4, "b": (3,) * 4}, {"a": (3,) * 4, "b": (3,) * 4})
    third = [Mark(answer, "z", 3, key, 1) for answer in ANSWERS for key in ("a", "b")]
    assert differences([*two, *third], True, RULE, ["a", "b"], TRIGGERS) == ()


def test_one_assessor_cannot_be_compared():
    alone = [Mark("1", "x", 1, "a", 3)]
    with pytest.raises(ValueError, match="two assessors"):
        differences(alone, True, RULE, ["a"], TRIGGERS)


rows = st.tuples(*[st.integers(1, 5)] * 4)


@given(rows, rows, rows, rows, st.randoms())
def test_no_order_and_no_swapped_slot_matters(a1, b1, a2, b2, random):
    given_marks = marks({"a": a1, "b": b1}, {"a": a2, "b": b2})
    flipped = {answer: random.random() < 0.5 for answer in ANSWERS}
    other = [
        Mark(
            mark.answer,
            mark.assessor,
            3 - mark.slot if flipped[mark.answer] else mark.slot,
            mark.competency,
            mark.level,
        )
        for mark in random.sample(given_marks, len(given_marks))
    ]
    assert differences(other, True, RULE, ["a", "b"], TRIGGERS) == differences(
        given_marks, True, RULE, ["a", "b"], TRIGGERS
    )


@pytest.mark.parametrize(
    ("taken", "third", "waiting"),
    [
        ((), False, (1, 2)),
        ((), True, (1, 2, 3)),
        ((1,), False, (2,)),
        ((2,), True, (1, 3)),
        ((1, 2), False, ()),
        ((1, 2), True, (3,)),
        ((1, 2, 3), True, ()),
    ],
)
def test_a_third_slot_opens_only_when_a_third_is_asked(taken, third, waiting):
    assert open_slots(taken, 2, third) == waiting


def test_part_one_counts_for_both_alike():
    """Insufficient for both: whatever they say of the answers, both verdicts are the same."""
    apart = marks({"a": (2,) * 4, "b": (4,) * 4}, {"a": (3,) * 4, "b": (4,) * 4})
    assert [one.trigger for one in differences(apart, True, RULE, ["a", "b"], TRIGGERS)] == [Trigger.VERDICTS_DIFFER]
    assert differences(apart, False, RULE, ["a", "b"], TRIGGERS) == ()


@pytest.mark.parametrize(("mark", "found"), [(5, []), (Fraction(5, 2), [Trigger.VERDICTS_DIFFER]), (1, [])])
def test_the_mark_of_part_one_counts_for_both_where_it_has_a_weight(mark, found):
    """Means of 2.5 and 3 with half of the weight: both over the cut of 2.75, one of them, and none."""
    weighted = replace(RULE, part1_weight=Fraction(1, 2))
    apart = marks({"a": (2, 3, 2, 3), "b": (2, 3, 2, 3)}, {"a": (3,) * 4, "b": (3,) * 4})
    told = differences(apart, True, weighted, ["a", "b"], TRIGGERS, part1_mark=Fraction(mark))
    assert [one.trigger for one in told] == found

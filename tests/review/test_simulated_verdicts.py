"""The quick verdicts of a simulation are those of the slow rules, candidate by candidate."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from review import simulated_verdicts
from review.adjudication import Triggers, differences
from review.rules import CompetencyRule
from review.simulate_panel import marks_of
from review.simulated_people import Form
from review.simulated_verdicts import UNDECIDED, asks_third, fits, means, near_cut, verdicts
from review.verdict import decide

FORM = Form(((0, 1), (0, 2), (0, 1), (1, 2), (0, 2)), 3)
COMPETENCY = np.array([one for _, one in FORM.cells])
KEYS = ["000", "001", "002"]
SAID = {1: True, 0: False, UNDECIDED: None}
CUTS = st.sampled_from(["1", "2", "2.25", "2.5", "2.75", "3", "3.33"]).map(Fraction)


@st.composite
def judged(draw):
    """Levels around the cuts, 0 for not observable, of a few candidates in one to four slots."""
    slots, candidates = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    size = slots * candidates * len(FORM.cells)
    levels = draw(st.lists(st.sampled_from([0, 1, 2, 2, 3, 3, 4, 5]), min_size=size, max_size=size))
    return np.array(levels).reshape(slots, candidates, len(FORM.cells))


@st.composite
def rules(draw, weight=None):
    return CompetencyRule(True, draw(CUTS), draw(CUTS), draw(st.integers(1, 3)), weight)


@given(judged(), rules())
def test_each_verdict_is_that_of_the_slow_rules(marks, rule):
    quick = verdicts(means(marks, COMPETENCY, 3), rule)
    for candidate, found in enumerate(quick):
        slow = decide(marks_of(FORM, marks[:, candidate]), True, rule, KEYS)
        assert SAID[int(found)] is slow.passed


@given(judged(), rules(Fraction(1, 3)), st.integers(1, 5))
def test_with_a_weight_for_part_1_too(marks, rule, mark):
    quick = verdicts(means(marks, COMPETENCY, 3), rule, np.full(marks.shape[1], mark))
    for candidate, found in enumerate(quick):
        slow = decide(marks_of(FORM, marks[:, candidate]), True, rule, KEYS, Fraction(mark))
        assert SAID[int(found)] is slow.passed


@given(judged().filter(lambda marks: len(marks) >= 2), rules(), st.booleans(), st.sampled_from(["0.5", "1", "1.5"]))
def test_a_third_is_asked_when_the_slow_rules_ask_one(marks, rule, verdicts_differ, gap):
    triggers = Triggers(verdicts_differ, Fraction(gap))
    sides = [means(marks[slot : slot + 1], COMPETENCY, 3) for slot in (0, 1)]
    for candidate, asked in enumerate(asks_third(*sides, rule, triggers, None)):
        slow = differences(marks_of(FORM, marks[:, candidate]), True, rule, KEYS, triggers)
        assert bool(asked) is bool(slow)


@given(judged().filter(lambda marks: len(marks) >= 2), rules(), st.sampled_from(["0.1", "0.25", "0.5"]).map(Fraction))
def test_near_a_cut_is_as_near_as_the_fractions_say(marks, rule, band):
    found = means(marks[:2], COMPETENCY, 3)
    for candidate, near in enumerate(near_cut(found, rule, band, None)):
        triggers = Triggers(False, Fraction(99), band)
        slow = differences(marks_of(FORM, marks[:, candidate]), True, rule, KEYS, triggers)
        assert bool(near) is bool(slow)


def test_a_mean_exactly_on_the_cut_reaches_it():
    form, rule = Form(((0,),) * 4, 1), CompetencyRule(True, Fraction("2.25"), Fraction("2.25"), 3)
    marks = np.array([[[2, 2, 2, 3]], [[2, 2, 2, 3]]])
    assert verdicts(means(marks, np.zeros(4, dtype=int), 1), rule).tolist() == [1]
    marks[1, 0, 3] = 2
    assert verdicts(means(marks, np.zeros(4, dtype=int), 1), rule).tolist() == [0]
    assert form.cells == ((0, 0), (1, 0), (2, 0), (3, 0))


def test_true_levels_pass_by_both_cuts_and_the_weight():
    rule = CompetencyRule(True, Fraction("2.25"), Fraction("2.75"), 3)
    known = np.array([[2.3, 3.3], [2.2, 5.0], [2.3, 3.1]])
    assert simulated_verdicts.true_verdicts(known, rule).tolist() == [1, 0, 0]
    weighed = CompetencyRule(True, Fraction("2.25"), Fraction("2.75"), 3, Fraction(1, 2))
    assert simulated_verdicts.true_verdicts(known, weighed, np.array([1, 5, 4])).tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("cut", "situations", "fine"), [("2.75", 24, True), ("2.75", 40, False), ("2.123456789", 20, False)]
)
def test_what_would_leave_64_bits_is_known_beforehand(cut, situations, fine):
    assert fits(CompetencyRule(True, Fraction("2.25"), Fraction(cut), 3), situations, 8, None) is fine

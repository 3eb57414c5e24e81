"""A rule that is tried on past cases: who would flip, why, and that nothing is changed."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.changed_rule import Change, Past, again, tried
from review.rules import Condition
from review.verdict import Case, Mark

RULE = {"kind": "competencies", "part1": True, "competency_min": "2.25", "overall_min": "2.75", "observed_min": 2}
SITUATIONS = {f"answer {number}": f"situation {number}" for number in range(1, 5)}


def case(*levels, rule=RULE):
    """One competency, seen in as many answers as there are levels."""
    marks = tuple(Mark(f"answer {number}", "a", 1, "tact", level) for number, level in enumerate(levels, start=1))
    return Case(marks, True, rule, ("tact",))


def past(key, one, situations=SITUATIONS):
    return Past(key, one, one.decide(), situations)


def test_another_cut_flips_those_between_the_two_and_says_by_what():
    cases = [past("low", case(2, 2)), past("between", case(2, 3)), past("high", case(3, 4))]
    found = tried(cases, Change(overall_min=Fraction("2.5")))
    assert found.counts == {(False, False): 1, (False, True): 1, (True, True): 1}
    (one,) = found.flips
    assert (one.key, one.before, one.after) == ("between", False, True)
    assert [(each.rule, each.found, each.needed, each.met) for each in one.because] == [
        (Condition.OVERALL_MIN, Fraction(5, 2), Fraction(5, 2), True)
    ]
    higher = tried(cases, Change(competency_min=Fraction(4)))
    assert [(each.key, each.because[0].rule) for each in higher.flips] == [("high", Condition.COMPETENCY_MIN)]


def test_a_situation_that_is_left_out_takes_its_answers_along():
    found = tried([past("one", case(1, 3, 3))], Change(without=frozenset({"situation 1"})))
    assert [(each.before, each.after) for each in found.flips] == [(False, True)]
    fewer = tried([past("one", case(3, 3))], Change(without=frozenset({"situation 1"})))
    assert [(each.before, each.after, each.because[0].rule) for each in fewer.flips] == [
        (True, None, Condition.OBSERVED_MIN)
    ]


def test_each_case_keeps_what_is_not_tried_of_its_own_rule():
    strict = {**RULE, "competency_min": "3"}
    cases = [past("own", case(3, 3)), past("strict", case(2, 4, rule=strict))]
    assert tried(cases, Change(observed_min=3)).counts == {(True, None): 2}
    assert tried([past("strict", case(2, 3, rule=strict))], Change(overall_min=Fraction(1))).counts == {
        (False, False): 1
    }


@given(st.lists(st.integers(1, 5), min_size=2, max_size=4))
def test_what_changes_nothing_flips_nobody(levels):
    one = past("one", case(*levels))
    found = again(one, Change())
    assert (found.passed, found.reasons) == (one.decision.passed, one.decision.reasons)
    assert tried([one], Change()).flips == ()


@given(st.lists(st.integers(1, 5), min_size=2, max_size=4), st.integers(100, 500), st.integers(0, 100))
def test_a_lower_cut_fails_nobody_who_passed(levels, cut, less):
    strict = Change(overall_min=Fraction(cut, 100), competency_min=Fraction(cut, 100))
    mild = Change(overall_min=Fraction(cut - less, 100), competency_min=Fraction(cut - less, 100))
    one = past("one", case(*levels))
    assert again(one, mild).passed >= again(one, strict).passed


@given(st.lists(st.integers(1, 5), min_size=2, max_size=4), st.integers(100, 500), st.integers(1, 4))
def test_from_the_means_comes_what_comes_from_the_marks(levels, cut, seen):
    """Leaving out a situation that was not asked judges by the marks; it may change nothing."""
    one, values = past("one", case(*levels)), (Fraction(cut, 100), Fraction(cut, 100), seen)
    assert again(one, Change(*values)) == again(one, Change(*values, frozenset({"another"})))


def test_an_answer_of_which_nobody_knows_the_situation_is_no_guess():
    with pytest.raises(KeyError):
        tried([past("one", case(3, 3), {})], Change(without=frozenset({"situation 1"})))

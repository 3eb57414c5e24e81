"""The rule that stops a drifting assessor: what it does, and how often it is wrong."""

import pytest

from review.drift import (
    STOP_FOR_DEPENDENCE,
    DriftRule,
    Seeds,
    chance_to_qualify,
    error_rates,
    follow,
    rates_after_good_work,
    stop_for,
)
from review.qualification import Thresholds
from review.shares import DRIFTED, GOOD, Shares

ONE_BY_ONE = Seeds(60, 1)


def test_the_sum_falls_to_its_floor_and_no_further():
    found = follow([(0, 0, 0, 0), (1, 1, 0, 2), (0, 0, 0, 0), (2, 2)], DriftRule())
    assert found.sums == (0, 4, 0, 8)
    assert (found.stopped_at, found.suspect_from) == (None, 3)


def test_points_of_a_whole_answer_are_added_before_the_floor():
    """In whatever order its competencies stand."""
    assert follow([(2, 0, 0, 0)], DriftRule()).sums == follow([(0, 0, 0, 2)], DriftRule()).sums == (0,)


def test_it_stops_at_the_stop_and_tells_which_work_is_suspect():
    rule = DriftRule(stop_at=20)
    found = follow([(2, 2), (0, 0, 0, 0), (2, 2), (1, 1, 1, 1), (2, 2), (2, 2)], rule)
    assert found.sums == (8, 0, 8, 12, 20)
    assert (found.stopped_at, found.suspect_from) == (4, 2)
    assert follow([(2, 2, 2, 2, 1, 1, 1)], rule).stopped_at is None
    assert follow([], rule).sums == ()


def test_error_rates_of_scores_one_by_one():
    """Of 20,000 assessors each with sixty single scores; another simulation of 40,000 gave the same to its error."""
    rule = DriftRule(stop_at=20)
    good, drifted = error_rates(rule, GOOD, ONE_BY_ONE), error_rates(rule, DRIFTED, ONE_BY_ONE)
    assert good.stopped == pytest.approx(0.045, abs=0.005)
    assert (good.median, good.ninth) == (None, None)
    assert drifted.stopped == pytest.approx(0.990, abs=0.003)
    assert (drifted.median, drifted.ninth) == (20, 37)
    few = Seeds(20, 1)
    assert error_rates(rule, GOOD, few).stopped == pytest.approx(0.007, abs=0.002)
    assert error_rates(rule, DRIFTED, few).stopped == pytest.approx(0.54, abs=0.012)


def test_good_work_before_it_does_not_hide_a_drift():
    """After thirty good scores half of the drifted are found within 17; without a floor it takes 38."""
    with_floor = rates_after_good_work(DriftRule(stop_at=20), 30, ONE_BY_ONE)
    assert with_floor.median == pytest.approx(17, abs=1)
    assert with_floor.stopped == pytest.approx(0.99, abs=0.005)


@pytest.mark.parametrize(("dependence", "stop"), STOP_FOR_DEPENDENCE)
def test_whole_answers_ask_for_a_higher_stop(dependence, stop):
    """Four competencies an answer, sixty answers a year."""
    seeds = Seeds(60, 4, dependence)
    rule = DriftRule(stop_at=stop)
    assert error_rates(rule, GOOD, seeds).stopped < 0.05
    assert error_rates(DriftRule(stop_at=20), GOOD, seeds, 10_000).stopped > 0.1
    drifted = error_rates(rule, DRIFTED, seeds, 10_000)
    assert drifted.stopped > 0.99
    assert 8 <= drifted.median <= 16
    assert stop_for(seeds, runs=10_000) <= stop + 1


def test_the_scores_of_an_answer_hang_together_as_is_said():
    """Stopped at an answer that is further off everywhere: .1 to the fourth, or with the dependence .1 itself."""
    rule = DriftRule(stop_at=16)
    for dependence, chance in ((0.0, 0.1**4), (0.5, 0.5 * 0.1 + 0.5 * 0.1**4)):
        found = error_rates(rule, GOOD, Seeds(1, 4, dependence), 100_000).stopped
        assert found == pytest.approx(chance, abs=0.003)


def test_qualification_where_scores_hang_together():
    thresholds = Thresholds()
    assert chance_to_qualify(GOOD, thresholds, Seeds(10, 1)) == pytest.approx(0.80, abs=0.012)
    assert chance_to_qualify(DRIFTED, thresholds, Seeds(10, 1)) == pytest.approx(0.16, abs=0.012)
    alone, together = (chance_to_qualify(GOOD, thresholds, Seeds(10, 4, some)) for some in (0.0, 0.6))
    assert alone == pytest.approx(0.92, abs=0.01)
    assert together < alone - 0.1


def test_nobody_is_stopped_who_is_always_exact():
    perfect = error_rates(DriftRule(), Shares(1.0, 0.0), Seeds(), 1000)
    assert (perfect.stopped, perfect.median) == (0, None)
    assert error_rates(DriftRule(stop_at=16), Shares(0.0, 0.0), Seeds(), 1000).ninth == 1

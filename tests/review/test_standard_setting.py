"""The cut of a panel by Angoff's method, held against scipy's interval of a mean."""

from fractions import Fraction

import pytest
from scipy import stats

from review.standard_setting import ItemEstimate, angoff

POINTS = {"a": Fraction(1), "b": Fraction(1), "c": Fraction(2)}


def judge(*percentages):
    return {item: Fraction(one, 100) for item, one in zip(POINTS, percentages, strict=True)}


PANEL = {"een": judge(60, 80, 70), "twee": judge(50, 90, 60), "drie": judge(70, 70, 75), "vier": judge(55, 85, 65)}


def test_the_cut_is_the_mean_of_the_judges_weighed_by_points():
    found = angoff(PANEL, POINTS)
    assert found.judges == {
        **{"een": Fraction(70, 100), "twee": Fraction(65, 100)},
        **{"drie": Fraction(725, 1000), "vier": Fraction(675, 1000)},
    }
    assert found.cut == Fraction(6875, 10000)
    assert found.items[0] == ItemEstimate("a", Fraction(5875, 10000), Fraction(20, 100))


def test_the_interval_is_that_of_a_mean():
    found = angoff(PANEL, POINTS)
    cuts = [float(one) for one in found.judges.values()]
    low, high = stats.t.interval(0.95, len(cuts) - 1, loc=sum(cuts) / len(cuts), scale=stats.sem(cuts))
    assert (found.low, found.high) == pytest.approx((low, high))


def test_an_interval_stays_a_share_and_one_judge_has_none():
    far = angoff({"een": judge(100, 100, 100), "twee": judge(90, 90, 90)}, POINTS)
    assert (far.cut, far.high) == (Fraction(95, 100), 1.0) and far.low < 0.95
    alone = angoff({"een": judge(60, 60, 60)}, POINTS)
    assert (alone.cut, alone.low, alone.high) == (Fraction(60, 100), None, None)
    agreed = angoff({"een": judge(60, 60, 60), "twee": judge(60, 60, 60)}, POINTS)
    assert agreed.low == agreed.high == 0.6


def test_a_third_is_exact():
    thirds = {name: {"a": Fraction(share)} for name, share in (("een", 1), ("twee", 0), ("drie", 0))}
    assert angoff(thirds, {"a": Fraction(1)}).cut == Fraction(1, 3)


@pytest.mark.parametrize(
    "estimates, points",
    [
        ({}, POINTS),
        ({"een": {}}, {}),
        ({"een": {"a": Fraction(1, 2)}}, POINTS),
        ({"een": judge(50, 50, 50) | {"d": Fraction(1, 2)}}, POINTS),
        ({"een": judge(50, 50, 101)}, POINTS),
        ({"een": judge(50, 50, -1)}, POINTS),
        ({"een": judge(50, 50, 50)}, POINTS | {"c": Fraction(0)}),
    ],
)
def test_a_panel_that_is_not_whole_has_no_cut(estimates, points):
    with pytest.raises(ValueError):
        angoff(estimates, points)

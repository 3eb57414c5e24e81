"""Accuracy and consistency at a cut: one table of forty scores, and what other software says of it."""

import numpy as np
import pytest

from review.cut_decisions import Scale, decisions, effective_points, livingston_lewis

FORTY = """1.85 1.98 2.10 2.18 2.25 2.33 2.38 2.44 2.50 2.55 2.60 2.66 2.70 2.74 2.78 2.81 2.85 2.90 2.94 2.98 3.02 3.05
3.09 3.13 3.18 3.22 3.26 3.31 3.35 3.40 3.46 3.52 3.58 3.64 3.72 3.80 3.90 4.02 4.18 4.40"""
SCORES = [float(score) for score in FORTY.split()]
CUT = Scale(1, 5, 2.75)

OF_OTHERS = {
    "livingston_lewis_4": (0.8599, 0.8121),
    "livingston_lewis_2": (0.8692, 0.8241),
    "rudner": (0.8755, 0.8271),
    "normal": (0.8669, 0.8145),
}
"""The first two by the R package betafunctions 1.9.0 (LL.CA, binomial errors), the others by their formulas."""


def test_the_four_methods_as_others_compute_them():
    found = {one.method: one for one in decisions(SCORES, 0.80, CUT, 30)}
    assert list(found) == ["livingston_lewis_4", "livingston_lewis_2", "rudner", "normal"]
    for method in ("rudner", "normal"):
        accuracy, consistency = OF_OTHERS[method]
        assert found[method].accuracy.value == pytest.approx(accuracy, abs=0.0005)
        assert found[method].consistency.value == pytest.approx(consistency, abs=0.0005)
        assert found[method].accuracy.n == 40
    assert found["livingston_lewis_2"].accuracy.value == pytest.approx(0.8674, abs=0.002)


def test_livingston_and_lewis_with_a_rounded_cut():
    """betafunctions rounds the cut to 21 of 49 points; the second moment of it is that of the scores themselves."""
    observed = np.array(SCORES)
    points = effective_points(observed, 0.80, CUT)
    assert points == 49
    for parameters in (4, 2):
        accuracy, consistency, *_ = livingston_lewis(observed, points, CUT, parameters, passes_from=21)
        assert (accuracy, consistency) == pytest.approx(OF_OTHERS[f"livingston_lewis_{parameters}"], abs=0.0005)


def test_what_is_wrong_is_a_false_pass_or_a_false_fail():
    for one in decisions(SCORES, 0.80, CUT, 30):
        assert one.false_pass.value + one.false_fail.value == pytest.approx(1 - one.accuracy.value)
        chance = one.passing.value**2 + (1 - one.passing.value) ** 2
        assert one.kappa.value == pytest.approx((one.consistency.value - chance) / (1 - chance))
        for figure in (one.accuracy, one.consistency, one.kappa, one.false_pass, one.false_fail):
            assert figure.low is None or figure.low < figure.value < figure.high


def test_the_truth_is_found_by_those_that_fit_it():
    """Normal true scores: of 200,000 drawn, how many are decided rightly and alike."""
    random = np.random.default_rng(8)
    true = random.normal(3.1, 0.5, 200_000)
    first, second = true + random.normal(0, 0.25, (2, 200_000))
    right = ((first >= 2.75) == (true >= 2.75)).mean()
    alike = ((first >= 2.75) == (second >= 2.75)).mean()
    wrongly = ((first >= 2.75) & (true < 2.75)).mean()
    for one in decisions(first[:1000], 0.80, CUT, 30):
        assert one.accuracy.value == pytest.approx(right, abs=0.02)
        assert one.consistency.value == pytest.approx(alike, abs=0.025)
        if one.method != "rudner":  # it takes observed scores for true ones, which shifts this share
            assert one.false_pass.value == pytest.approx(wrongly, abs=0.02)


def test_a_table_that_says_little():
    assert all(one.accuracy.too_few for one in decisions(SCORES[:29], 0.80, CUT, 30))
    for one in decisions([3.0] * 40, 0.80, CUT, 30):
        assert (one.accuracy.value, one.accuracy.too_few) == (None, False)
    assert all(one.accuracy.value is None for one in decisions([], 0.80, CUT, 0))
    for one in decisions([4.5, 4.6, 4.55, 4.7], 0.9, CUT, 2):
        assert one.accuracy.value is None or one.accuracy.value == pytest.approx(1, abs=0.001)


@pytest.mark.parametrize(("reliability", "cut"), [(0, 2.75), (1, 2.75), (0.8, 1), (0.8, 5.5)])
def test_what_cannot_be_is_refused(reliability, cut):
    with pytest.raises(ValueError, match="is not between"):
        decisions(SCORES, reliability, Scale(1, 5, cut), 30)

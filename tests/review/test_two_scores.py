"""Agreement of two assessors: values as of the functions that take scores as independent, margins over candidates."""

import numpy as np
import pytest

from review.agreement import alpha, kappa_of_pairs
from review.reliability import icc
from review.two_scores import TwoScores, panel_agreement


def pairs(candidates, each, seed=3):
    """Scores of which those of one candidate are alike."""
    random = np.random.default_rng(seed)
    found = []
    for number in range(candidates):
        able = random.normal(3, 0.8)
        for _ in range(each):
            first, second = (int(np.clip(round(random.normal(able, 0.7)), 1, 5)) for _ in range(2))
            found.append(TwoScores(f"c{number}", first, second))
    return found


def test_values_are_those_of_the_other_functions():
    given = pairs(40, 6)
    found = panel_agreement(given, 10)
    table = np.array([(one.first, one.second) for one in given], dtype=float)
    counted = {}
    for one in given:
        counted[one.first, one.second] = counted.get((one.first, one.second), 0) + 1
    others = icc(table)
    assert found.icc1.value == pytest.approx(others["icc1"].value, abs=1e-12)
    assert found.icc1k.value == pytest.approx(others["icc1k"].value, abs=1e-12)
    assert found.kappa.value == pytest.approx(kappa_of_pairs(counted).value, abs=1e-12)
    assert found.alpha.value == pytest.approx(alpha(table, "ordinal").value, abs=1e-12)
    assert found.exact.value == pytest.approx(np.mean(table[:, 0] == table[:, 1]))
    assert found.within_one.value == pytest.approx(np.mean(abs(table[:, 0] - table[:, 1]) <= 1))
    assert {one.n for one in vars(found).values()} == {40}


def test_scores_of_one_candidate_bring_less_than_as_many_candidates():
    given = pairs(40, 6)
    apart = [TwoScores(f"c{at}", one.first, one.second) for at, one in enumerate(given)]
    together, single = panel_agreement(given, 10).icc1, panel_agreement(apart, 10).icc1
    assert together.value == pytest.approx(single.value)
    assert together.high - together.low > 1.3 * (single.high - single.low)


def test_intervals_hold_the_truth_as_often_as_they_say():
    """The intraclass correlation of very many candidates is the truth of each sample of thirty."""
    truth = panel_agreement(pairs(4000, 4, seed=1), 2).icc1.value
    samples = [panel_agreement(pairs(30, 4, seed=seed), 2).icc1 for seed in range(100, 300)]
    assert 0.90 <= np.mean([one.low <= truth <= one.high for one in samples]) <= 0.99


@pytest.mark.parametrize("given", [[], [TwoScores("c", 3, 3)] * 3, [TwoScores(f"c{at}", 3, 3) for at in range(12)]])
def test_where_nothing_varies_there_is_no_coefficient(given):
    found = panel_agreement(given, 2)
    assert found.icc1.value is None and found.kappa.value is None and found.alpha.value is None


def test_too_few_candidates_have_no_value():
    found = panel_agreement(pairs(9, 10), 10)
    assert found.icc1.too_few and found.icc1.value is None and found.icc1.n == 9

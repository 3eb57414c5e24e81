"""One assessor beside the others: held against R's own least squares, the one-way analysis, and known assessors."""

from math import sqrt

import numpy as np
import pytest

from review.assessor_figures import Given, agreement, drift, halo, pairs_of, severities, spread
from review.reliability import icc

SIX = "1A3 1B4 2A2 2C4 3B3 3C3 4A5 4B4 4C5 5A1 5C2 6B2 6C4"


def given(text: str) -> list[Given]:
    return [Given(one[0], "s", "c", one[1], float(one[2])) for one in text.split()]


def panel(seed, candidates=120, severity=(-0.4, 0.0, 0.4), halo_sd=(0, 0, 0), spreads=(1, 1, 1), slope=(0, 0, 0)):
    """Three assessors; two of them, in turn, judge the five answers of a candidate on four competencies."""
    random = np.random.default_rng(seed)
    truth = random.normal(0, 0.7, (candidates, 1, 5, 4))
    noise = random.normal(0, 0.4, (candidates, 3, 5, 4))
    impression = random.normal(0, 1, (candidates, 3, 5, 1)) * np.array(halo_sd)[:, None, None]
    week = np.arange(candidates) // 10
    lower = np.array(severity) + np.array(slope) * week[:, None]
    levels = 3 + np.array(spreads)[:, None, None] * truth + noise + impression - lower[:, :, None, None]
    return [
        Given(
            f"k{number}",
            f"s{at}",
            f"c{competency}",
            "ABC"[assessor],
            levels[number, assessor, at, competency],
            week[number],
        )
        for number in range(candidates)
        for assessor in ((0, 1), (1, 2), (2, 0))[number % 3]
        for at in range(5)
        for competency in range(4)
    ]


def test_severities_are_those_of_least_squares_in_r():
    """R 4.2.2: -coef(lm(level ~ answer + assessor)) with contr.sum, and its jackknife over the six candidates."""
    found = severities(given(SIX), 1)
    expected = {"A": (0.4375, 1.0507468941), "B": (0.2708333333, 0.9860075525), "C": (-0.7083333333, 0.7289243565)}
    for assessor, (value, half) in expected.items():
        one = found.of[assessor]
        assert one.value == pytest.approx(value, abs=1e-9)
        assert (one.high - one.low) / 2 == pytest.approx(half, abs=1e-6)
    assert sum(one.value for one in found.of.values()) == pytest.approx(0)
    assert [found.of[one].n for one in "ABC"] == [4, 4, 5]


def test_two_who_always_judge_together_share_their_difference():
    found = severities(given("1A3 1B4 2A2 2B4 3A3 3B3"), 1)
    assert found.of["A"].value == pytest.approx(0.5)
    assert found.of["B"].value == pytest.approx(-0.5)


def test_who_shared_no_answer_is_not_compared():
    found = severities(given("1A3 1B4 2A2 2B4 3C3 3D5 4C1 4D1 5E5"), 1)
    assert found.groups == (("A", "B"), ("C", "D"))
    assert found.alone == ("E",)
    assert (found.of["E"].value, found.of["E"].n, found.of["E"].too_few) == (None, 0, True)
    assert found.of["C"].value == pytest.approx(0.5)


def test_a_single_candidate_who_ties_two_parts_leaves_no_interval():
    found = severities(given("1A3 1B4 2A2 2B4 3B3 3C3 4C2 4D2 5C2 5D3"), 1)
    assert found.groups == (("A", "B", "C", "D"),)
    assert (found.of["A"].low, found.of["A"].high) == (None, None)


def test_under_the_minimum_there_is_no_figure():
    found = severities(given(SIX), 5)
    assert (found.of["A"].value, found.of["A"].too_few, found.of["A"].n) == (None, True, 4)
    assert found.of["C"].value is not None


def test_known_severities_are_found_and_covered():
    errors, covered = [], 0
    for seed in range(10):
        found = severities(panel(seed), 30).of
        for assessor, truth in zip("ABC", (-0.4, 0.0, 0.4), strict=True):
            errors.append(abs(found[assessor].value - truth))
            covered += found[assessor].low <= truth <= found[assessor].high
    assert np.mean(errors) < 0.03
    assert 25 <= covered <= 30  # 95 % of 30 is 28.5


def test_spread_is_the_ratio_of_standard_deviations():
    pairs = pairs_of(given("1A1 1B2 2A3 2B3 3A5 3B4 4A2 4B3"))["A"]
    assert spread(pairs, 1).value == pytest.approx(np.std([1, 3, 5, 2]) / np.std([2, 3, 4, 3]))
    wide = [spread(pairs_of(panel(seed, spreads=(1.5, 1, 1)))["A"], 30).value for seed in range(8)]
    assert np.mean(wide) == pytest.approx(sqrt((1.5 * 0.7) ** 2 + 0.4**2) / sqrt(0.7**2 + 0.4**2), abs=0.03)
    assert spread(pairs_of(given("1A1 1B3 2A3 2B3"))["A"], 1).value is None


def test_halo_is_the_one_way_correlation_of_departures():
    """One answer a candidate, three competencies: the icc1 that `review.reliability` has from Shrout and Fleiss."""
    random = np.random.default_rng(3)
    own, other = random.integers(1, 6, (2, 30, 3)).astype(float)
    rows = [
        Given(f"k{candidate}", "s", f"c{competency}", assessor, table[candidate, competency])
        for assessor, table in (("A", own), ("B", other))
        for candidate in range(30)
        for competency in range(3)
    ]
    apart = (own - other) - (own - other).mean(axis=0)
    found = halo(pairs_of(rows)["A"], 1)
    assert found.value == pytest.approx(icc(apart)["icc1"].value, abs=1e-12)
    assert found.n == 30


def test_halo_finds_who_lets_one_impression_colour_the_answer():
    """Impression .5 beside two residues of .4: .25 / (.25 + .32) = .44 in the pairs of A; none in those of B and C."""
    of_a, of_b = [], []
    for seed in range(6):
        rows = panel(seed, halo_sd=(0.5, 0, 0))
        of_a.append(halo(pairs_of(rows)["A"], 30).value)
        of_b.append(halo(pairs_of([one for one in rows if one.assessor != "A"])["B"], 30).value)
    assert np.mean(of_a) == pytest.approx(0.25 / 0.57, abs=0.04)
    assert np.mean(of_b) == pytest.approx(0, abs=0.04)


def test_halo_over_a_candidate_is_another_figure():
    rows = panel(1, halo_sd=(0.5, 0, 0))
    pairs = pairs_of(rows)["A"]
    assert halo(pairs, 30, by="candidate").value < halo(pairs, 30).value
    single = [one for one in rows if one.competency == "c0"]
    assert halo(pairs_of(single)["A"], 1).value is None


def test_drift_over_weeks():
    found = [drift(pairs_of(panel(seed, slope=(0.05, 0, 0)))["A"], 30) for seed in range(10)]
    assert np.mean([one.slope.value for one in found]) == pytest.approx(0.05, abs=0.004)
    covered = sum(one.slope.low <= 0.05 <= one.slope.high for one in found)
    assert covered >= 8
    assert [one.week for one in found[0].weeks] == list(range(12))
    assert all(one.severity.too_few for one in found[0].weeks)
    weeks = drift(pairs_of(panel(1, slope=(0.05, 0, 0)))["A"], 2).weeks
    assert weeks[-1].severity.value > weeks[0].severity.value
    same_week = drift(pairs_of(given(SIX))["A"], 1)
    assert same_week.slope.value is None


def test_agreement_in_shares():
    pairs = pairs_of(given("1A1 1B2 2A3 2B3 3A5 3B2 4A2 4B2"))["A"]
    found = agreement(pairs, 1)
    assert (found.exact.value, found.within_one.value, found.exact.n) == (0.5, 0.75, 4)
    assert 0 <= found.exact.low < 0.5 < found.exact.high <= 1


def test_nothing_is_no_figure():
    for found in (spread([], 1), halo([], 1), drift([], 1).slope, agreement([], 1).exact):
        assert (found.value, found.n, found.too_few) == (None, 0, True)
    assert severities([], 1).of == {}

"""What goes, or should not go, with scores: item-rest, quality of the recording, own rating, and the file."""

import numpy as np
import pytest

from review.beside_scores import Recorded, SelfRated, item_rest, quality_beside_score, self_insight
from review.dossier_halo import TwoPhases, dossier_halo
from review.figure import correlation

TEN_BY_THREE = [(3, 4, 3), (2, 2, 1), (5, 4, 4), (3, 3, 2), (1, 2, 1), (4, 5, 3), (2, 3, 3), (4, 4, 5), (3, 2, 2)]
TEN_BY_THREE = [*TEN_BY_THREE, (5, 5, 4)]


def test_item_rest_and_its_interval_as_r_gives_them():
    """psych 2.2.9, alpha()$item.stats$r.drop; intervals by cor.test of R 4.2.2."""
    scores = {f"k{at}": dict(zip("abc", map(float, row), strict=True)) for at, row in enumerate(TEN_BY_THREE)}
    expected = {
        "a": (0.8484160301, 0.4696924, 0.9634055),
        "b": (0.8348680185, 0.4326844, 0.9599119),
        "c": (0.8273902855, 0.4128225, 0.9579669),
    }
    found = item_rest(scores, 3)
    for name, numbers in expected.items():
        assert (found[name].value, found[name].low, found[name].high) == pytest.approx(numbers, abs=1e-6)
        assert found[name].n == 10


def test_a_published_correlation_with_its_interval():
    """Fisher 1921's interval for r = .5 and n = 28 is .156 to .736 (z .549 -+ 1.96 / 5)."""
    x = np.random.default_rng(1).normal(size=(28, 2))
    x = np.linalg.qr(x - x.mean(axis=0))[0]
    found = correlation(x[:, 0], 0.5 * x[:, 0] + np.sqrt(0.75) * x[:, 1], 1)
    assert (found.value, found.low, found.high) == pytest.approx((0.5, 0.1562, 0.7360), abs=5e-4)


def test_a_situation_that_all_did_alike_has_no_correlation():
    scores = {f"k{at}": {"a": 3.0, "b": float(at)} for at in range(6)}
    assert item_rest(scores, 3)["a"].value is None
    assert item_rest(scores, 7)["b"].too_few
    assert item_rest({"k": {"a": 3.0}}, 1)["a"].n == 0


def answers(rho, candidates, seed):
    random = np.random.default_rng(seed)
    rows = []
    for number in range(candidates):
        for _ in range(10):
            quality = random.normal()
            rows.append(Recorded(f"k{number}", quality, 3 + rho * quality + np.sqrt(1 - rho**2) * random.normal()))
    return rows


def test_the_alarm_of_recording_quality():
    quiet, loud = quality_beside_score(answers(0.0, 60, 1), 30), quality_beside_score(answers(0.4, 60, 1), 30)
    assert (quiet.alarm, quiet.proven) == (False, False)
    assert (loud.alarm, loud.proven) == (True, True)
    assert loud.correlation.value == pytest.approx(0.4, abs=0.08)
    assert quality_beside_score(answers(-0.4, 60, 1), 30).alarm
    few = quality_beside_score(answers(0.4, 29, 1), 30)
    assert (few.alarm, few.correlation.value, few.correlation.too_few) == (False, None, True)
    same = quality_beside_score([Recorded("a", 1, 3), Recorded("b", 1, 4), Recorded("c", 1, 2)], 1)
    assert (same.alarm, same.correlation.value) == (False, None)


def test_the_value_is_the_correlation_that_numpy_gives():
    rows = answers(0.3, 40, 9)
    expected = np.corrcoef([one.quality for one in rows], [one.score for one in rows])[0, 1]
    assert quality_beside_score(rows, 30).correlation.value == pytest.approx(expected, abs=1e-12)


def test_false_alarms_are_as_many_as_is_said():
    random = np.random.default_rng(2)
    for n, said in ((30, 0.29), (50, 0.16), (100, 0.046), (200, 0.005)):
        x, y = random.normal(size=(2, 5_000, n))
        x, y = (z - z.mean(axis=1, keepdims=True) for z in (x, y))
        r = (x * y).sum(axis=1) / np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
        assert (abs(r) > 0.2).mean() == pytest.approx(said, abs=0.015)


def test_own_rating_beside_the_score():
    rows = [SelfRated(f"k{at}", 3 + at % 2, 2.5 + at % 2 + 0.1 * (at % 3)) for at in range(30)]
    found = self_insight(rows, 30)
    assert found.gap.value == pytest.approx(np.mean([one.own - one.score for one in rows]))
    assert found.correlation.value == pytest.approx(np.corrcoef([(r.own, r.score) for r in rows], rowvar=False)[0, 1])
    assert found.gap.low < found.gap.value < found.gap.high
    assert self_insight(rows[:29], 30).gap.too_few


def test_an_interval_counts_candidates_and_not_scores():
    """Forty alike scores of each of thirty candidates say no more than one of each."""
    random = np.random.default_rng(5)
    once = [SelfRated(f"k{at}", random.normal(3), random.normal(3)) for at in range(30)]
    alone, often = self_insight(once, 30), self_insight(once * 40, 30)
    assert (often.gap.low, often.gap.high) == pytest.approx((alone.gap.low, alone.gap.high))
    mean, half = alone.gap.value, 2.045229642 * np.std([r.own - r.score for r in once], ddof=1) / np.sqrt(30)
    assert (alone.gap.low, alone.gap.high) == pytest.approx((mean - half, mean + half), abs=1e-6)


def test_the_file_moves_scores():
    rows = [TwoPhases("a", 2, 3, 4), TwoPhases("a", 3, 3, 3), TwoPhases("b", 4, 3, 2), TwoPhases("c", 2, 2, None)]
    found = dossier_halo(rows, 2)
    assert found.scores == 4
    assert (found.mean_change.value, found.changed.value) == (0.0, 0.5)
    assert (found.raised.value, found.lowered.value) == (0.25, 0.25)
    assert found.pull.value == pytest.approx((1 * 2 + -1 * -2) / (4 + 4))
    assert (found.pull.n, found.changed.n) == (2, 3)
    assert dossier_halo(rows, 4).changed.too_few
    assert dossier_halo([], 1).changed.value is None


def test_who_follows_the_file_wholly_has_a_pull_of_one():
    random = np.random.default_rng(4)
    rows = [
        TwoPhases(f"k{at // 4}", 2.0, float(claim), float(claim)) for at, claim in enumerate(random.integers(1, 6, 80))
    ]
    found = dossier_halo(rows, 10)
    assert (found.pull.value, found.pull.low, found.pull.high) == pytest.approx((1, 1, 1))

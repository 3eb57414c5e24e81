"""Figures that may be shown: the margin of a share, and nobody to be reckoned from what is left."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from review.agreement import kappa, kappa_of_pairs, quadratic
from review.year_figures import Share, Spread, share, shown, spread, wilson


@pytest.mark.parametrize(
    "part, whole, low, high",
    # statsmodels 0.14, proportion_confint(method="wilson").
    [(8, 10, 0.4902, 0.9433), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (150, 300, 0.4437, 0.5563)],
)
def test_the_margin_is_that_of_wilson(part, whole, low, high):
    assert wilson(part, whole) == (pytest.approx(low, abs=5e-4), pytest.approx(high, abs=5e-4))


def test_a_share_of_nothing_has_no_margin():
    for wrong in ((0, 0), (3, 2), (-1, 2)):
        with pytest.raises(ValueError):
            wilson(*wrong)


def test_a_share_is_told_only_when_both_sides_are_large_enough():
    assert share(6, 12, 5).part == 6
    assert share(8, 12, 5) == Share(None, 12)
    assert share(12, 12, 5) == Share(None, 12)
    assert share(2, 4, 5) == Share(None, None)


def test_a_small_count_takes_another_with_it_so_that_no_total_tells_it():
    assert shown([20, 3, 30], 5) == ([None, None, 30], 53)
    assert shown([20, 30], 5) == ([20, 30], 50)
    assert shown([0, 30], 5) == ([0, 30], 30)
    assert shown([1, 1, 40], 5) == ([None, None, None], 42)
    assert shown([1, 1], 5) == ([None, None], None)
    assert shown([3], 5) == ([None], None)
    assert shown([], 5) == ([], 0)


def possible(cells, total, least):
    """Every set of counts that somebody who reads this can think of."""
    out = [at for at, one in enumerate(cells) if one is None]
    known = sum(one for one in cells if one is not None)
    for guess in product(range(total - known + 1), repeat=len(out)):
        if known + sum(guess) == total:
            filled = list(cells)
            for at, number in zip(out, guess, strict=True):
                filled[at] = number
            yield filled


@given(some.lists(some.integers(0, 9), min_size=1, max_size=3), some.integers(2, 5))
def test_nobody_reckons_a_count_that_was_left_out(counts, least):
    cells, total = shown(counts, least)
    for at, one in enumerate(counts):
        assert cells[at] in (one, None)
        if 0 < one < least:
            assert cells[at] is None
            if total is not None:
                assert total == sum(counts)
                # Without the rule there are others: with it too, since the largest of what is left out may differ.
                assert len({filled[at] for filled in possible(cells, total, least)}) > 1


def test_half_and_nine_of_ten_are_days_that_were_there():
    assert spread({1: 5, 3: 4, 40: 1}, 5) == Spread(10, 1, 3)
    assert spread({1: 4}, 5) == Spread(None)
    assert spread({7: 5}, 5) == Spread(5, 7, 7)
    assert spread({}, 5) == Spread(None)


@given(some.lists(some.tuples(some.integers(1, 5), some.integers(1, 5)), min_size=2, max_size=40))
def test_kappa_of_counted_pairs_is_that_of_the_table(pairs):
    counted = {}
    for pair in pairs:
        counted[pair] = counted.get(pair, 0) + 1
    one, other = kappa_of_pairs(counted), kappa(np.array(pairs, dtype=float), quadratic)
    assert one.n == other.n
    for mine, theirs in ((one.value, other.value), (one.low, other.low), (one.high, other.high)):
        assert (mine is None) == (theirs is None)
        assert mine is None or mine == pytest.approx(theirs, abs=1e-9)

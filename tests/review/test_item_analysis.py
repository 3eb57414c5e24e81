"""Figures of items, held against a published example, against numpy and scipy, and against data that define none."""

import random

import numpy as np
import pytest
from scipy import stats

from review.dropped_items import Change, changes
from review.item_analysis import Answered, Flag, Limits, Options, analyse, gather, reliability

PUBLISHED = (
    *("1111110110", "1011011101", "1111011001", "0010001000", "0000010010"),
    *("1110111111", "1101110111", "1111111101", "0101111101", "1101101110"),
)
"""Ten people on ten items, from K. Wuensch's worked example of KR-20: variance 5.84 divided by n, alpha .6963."""


def people(rows):
    return [Answered({f"{at:02}": float(score) for at, score in enumerate(row, 1)}, {}) for row in rows]


def gathered(rows):
    return gather(people(rows))


def test_the_published_example():
    figures = analyse(gathered(PUBLISHED), {})
    assert [one.p for one in figures] == pytest.approx([0.7, 0.7, 0.6, 0.7, 0.6, 0.8, 0.7, 0.7, 0.5, 0.6])
    rest = {int(one.item): one.item_rest for one in figures}
    assert [rest[at] for at in (1, 3, 7, 9)] == pytest.approx([0.706, 0.0, -0.027, -0.124], abs=0.001)
    found = reliability(gathered(PUBLISHED))
    assert (found.n, found.items, found.too_few) == (10, 10, True)
    assert found.alpha == pytest.approx(0.6963, abs=0.0001)
    assert found.standard_error == pytest.approx(1.40, abs=0.005)


def test_partial_scores_agree_with_numpy_and_scipy():
    drawn = np.random.default_rng(7)
    ability = drawn.normal(size=(60, 1))
    table = np.clip(np.round((ability + drawn.normal(size=(60, 8)) + 2) * 2) / 8, 0, 1)
    figures = analyse(gathered(table), {})
    total = table.sum(axis=1)
    for at, one in enumerate(figures):
        assert one.p == pytest.approx(table[:, at].mean())
        assert one.item_rest == pytest.approx(stats.pearsonr(table[:, at], total - table[:, at]).statistic)
    covariances = np.cov(table.T)
    alpha = 8 / 7 * (1 - np.trace(covariances) / covariances.sum())
    found = reliability(gathered(table))
    assert found.alpha == pytest.approx(alpha)
    assert found.standard_error == pytest.approx(np.sqrt(covariances.sum() * (1 - alpha)))
    assert not found.too_few


def test_different_forms_have_figures_of_items_but_no_alpha():
    one, other = Answered({"a": 1, "b": 0}, {}), Answered({"a": 0, "c": 1, "d": 1}, {})
    figures = {figure.item: figure for figure in analyse(gather([one, other]), {})}
    assert (figures["a"].n, figures["a"].p, figures["b"].n) == (2, 0.5, 1)
    assert figures["a"].item_rest == pytest.approx(-1)
    assert reliability(gather([one, other])).alpha is None


@pytest.mark.parametrize("rows", [[], ["1"], ["11"], ["11", "11"], ["1", "0"]])
def test_what_the_data_do_not_define_is_none(rows):
    found = reliability(gathered(rows))
    assert found.alpha is found.standard_error is None
    assert all(one.item_rest is None for one in analyse(gathered(rows), {}))


def test_items_that_disagree_have_a_negative_alpha_and_a_standard_error_all_the_same():
    found = reliability(gathered(["10", "01", "10", "11"]))
    assert found.alpha < 0 and found.standard_error > 0


# The distractors and the flags.

KEY = {"x": Options(("A", "B", "C"), ("A",))}


def candidates(*groups):
    """(how many, what they chose on x, their scores on four other items) for each group."""
    return [
        Answered(
            {"x": float(chosen == "A")} | {f"r{at}": float(one) for at, one in enumerate(rest)},
            {"x": [chosen] if chosen else []},
        )
        for size, chosen, rest in groups
        for _ in range(size)
    ]


def figures_of_x(*groups, limits=None):
    return {one.item: one for one in analyse(gather(candidates(*groups)), KEY, limits)}["x"]


def test_the_distractor_table_counts_everybody_who_had_the_item():
    one = figures_of_x((6, "A", "1110"), (3, "B", "1000"), (1, None, "0000"))
    assert [(use.option, use.correct, use.n, use.share, use.rest) for use in one.options] == [
        ("A", True, 6, 0.6, 0.75),
        ("B", False, 3, 0.3, 0.25),
        ("C", False, 0, 0.0, None),
    ]
    assert one.flags == (Flag.TOO_FEW,)


@pytest.mark.parametrize(
    "groups, flags",
    [
        ([(20, "A", "1110"), (6, "B", "1000"), (4, "C", "0100")], ()),
        ([(19, "A", "1110"), (6, "B", "1000"), (4, "C", "0100")], (Flag.TOO_FEW,)),
        ([(96, "A", "1110"), (2, "B", "1000"), (2, "C", "0100")], (Flag.EASY, Flag.UNUSED_DISTRACTOR)),
        ([(29, "A", "1110"), (41, "B", "1000"), (30, "C", "0100")], (Flag.HARD,)),
        ([(15, "A", "1000"), (15, "B", "1110"), (5, "C", "1000")], (Flag.NEGATIVE, Flag.DISTRACTOR_OF_THE_GOOD)),
        ([(20, "A", "1110"), (12, "B", "1000"), (3, "C", "1111")], (Flag.DISTRACTOR_OF_THE_GOOD,)),
        (
            [
                (11, "A", "1110"),
                (10, "A", "1000"),
                (7, "B", "1110"),
                (7, "B", "1000"),
                (2, "C", "1110"),
                (2, "C", "1000"),
            ],
            (Flag.WEAK,),
        ),
        ([(20, "A", "1110"), (15, "B", "1000")], (Flag.UNUSED_DISTRACTOR,)),
    ],
)
def test_what_is_flagged(groups, flags):
    assert figures_of_x(*groups).flags == flags


def test_the_limits_are_a_setting():
    few = [(6, "A", "1110"), (3, "B", "1000"), (3, "C", "1000")]
    assert figures_of_x(*few, limits=Limits(least_candidates=12)).flags == ()


def test_noise_tells_nothing_apart():
    drawn = random.Random(3)
    rows = ["".join(drawn.choice("01") for _ in range(20)) for _ in range(400)]
    assert all(abs(one.item_rest) < 0.2 for one in analyse(gathered(rows), {}))
    assert abs(reliability(gathered(rows)).alpha) < 0.2


# A dropped item.


def test_nobody_fails_by_a_dropped_item_when_that_is_the_setting():
    before = {"kees": True, "an": False, "bo": True, "cor": False}
    computed = {"kees": False, "an": True, "bo": True, "cor": False}
    assert changes(before, computed, in_favour=True) == (
        Change("an", False, True, True),
        Change("kees", True, False, True),
    )
    assert [one.passes for one in changes(before, computed, in_favour=False)] == [True, False]
    assert changes(before, before, in_favour=True) == ()
    with pytest.raises(ValueError, match="cor"):
        changes(before, {key: True for key in ("kees", "an", "bo")}, in_favour=True)

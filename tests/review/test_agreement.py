"""Agreement and reliability, held against published worked examples and against independent libraries."""

import csv
import json
from math import nan
from pathlib import Path

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from review.agreement import alpha, kappa, linear, quadratic, report, table_of
from review.reliability import icc

SHROUT_FLEISS_1979 = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7.0]])

KRIPPENDORFF_2011 = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, nan, nan, nan],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, nan, 3],
        [nan, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, nan],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, nan],
    ]
).T

TEN_BY_THREE = np.array(
    [[3, 4, 3], [2, 2, 1], [5, 4, 4], [3, 3, 2], [1, 2, 1], [4, 5, 3], [2, 3, 3], [4, 4, 5], [3, 2, 2], [5, 5, 4.0]]
)


def from_counts(counts):
    """A table of two raters from how often each pair of categories occurred."""
    return np.array([cell for cell, times in np.ndenumerate(counts) for _ in range(times)], dtype=float)


def rows_of(table):
    return [
        {"subject": f"s{subject}", "rater": f"r{rater}", "score": "" if np.isnan(score) else str(score)}
        for (subject, rater), score in np.ndenumerate(table)
    ]


def test_the_six_forms_on_the_table_of_shrout_and_fleiss():
    found = icc(SHROUT_FLEISS_1979)
    assert {name: round(estimate.value, 2) for name, estimate in found.items()} == {
        "icc1": 0.17,
        "icc2": 0.29,
        "icc3": 0.71,
        "icc1k": 0.44,
        "icc2k": 0.62,
        "icc3k": 0.91,
    }
    assert {estimate.n for estimate in found.values()} == {6}


def test_values_and_intervals_as_pingouin_gives_them():
    """Constants computed once by pingouin 0.7.0 (values, and intervals after McGraw and Wong)."""
    expected = {
        "icc1": (0.7582089552238803, 0.47081008172775485, 0.92530434650453),
        "icc2": (0.7610619469026546, 0.4705885578759773, 0.9264341759160852),
        "icc3": (0.7889908256880732, 0.513856825786776, 0.9364708820470684),
        "icc1k": (0.9039145907473308, 0.727449308452564, 0.973796595204857),
        "icc2k": (0.9052631578947368, 0.7272729840940123, 0.9742133828093857),
        "icc3k": (0.9181494661921707, 0.7602505788546792, 0.9778870846785288),
    }
    found = icc(TEN_BY_THREE)
    for name, numbers in expected.items():
        assert (found[name].value, found[name].low, found[name].high) == pytest.approx(numbers, abs=1e-9)


def test_missing_cells_leave_the_subject_out_of_the_two_way_forms_only():
    holed = np.vstack([TEN_BY_THREE, [[4, nan, 4], [2, nan, nan]]])
    found = icc(holed)
    assert found["icc3"] == icc(TEN_BY_THREE)["icc3"]
    assert (found["icc1"].n, found["icc2"].n) == (11, 10)


def test_raters_who_changed_all_the_time_still_have_a_one_way_reliability():
    """Each subject by two of six raters: the same icc1 as when the two had always been the same columns."""
    pairs = np.array([[3, 4], [2, 2], [5, 4], [1, 2], [4, 4], [3, 2.0]])
    scattered = np.full((6, 6), nan)
    for index, pair in enumerate(pairs):
        scattered[index, [index, (index + 1) % 6]] = pair
    assert icc(scattered)["icc1"] == icc(pairs)["icc1"]
    assert icc(scattered)["icc2"].value is None


def test_the_weighted_kappa_of_cohen_1968():
    """Two judges, 200 cases, three diagnoses, and disagreements that weigh 1, 3 and 6."""
    judged = from_counts([[88, 14, 18], [10, 40, 10], [2, 6, 12]])
    weights = {(0, 1): 1, (0, 2): 3, (1, 2): 6}
    found = kappa(judged, lambda one, other: weights.get((min(one, other), max(one, other)), 0))
    assert round(found.value, 3) == 0.348
    assert round(kappa(judged, lambda one, other: one != other).value, 3) == 0.492


def test_a_published_linear_kappa_and_its_standard_error():
    """91 couples (Hout 1987, in Agresti 1990), as the R package vcd prints it: 0.2374, asymptotic error 0.0783."""
    couples = from_counts([[7, 7, 2, 3], [2, 8, 3, 7], [1, 5, 4, 9], [2, 8, 9, 14]])
    found = kappa(couples, linear)
    assert (round(found.value, 4), found.n) == (0.2374, 91)
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * 0.0783, rel=0.05)


def test_kappas_as_scikit_learn_gives_them():
    """Constants computed once by scikit-learn 1.9.1, `cohen_kappa_score`, for each pair of the three raters."""
    pairs = {
        linear: (0.5522388059701492, 0.44444444444444453, 0.43661971830985913),
        quadratic: (0.7887323943661971, 0.7560975609756098, 0.6835443037974684),
    }
    for distance, values in pairs.items():
        for columns, value in zip(([0, 1], [0, 2], [1, 2]), values, strict=True):
            assert kappa(TEN_BY_THREE[:, columns], distance).value == pytest.approx(value)
        assert kappa(TEN_BY_THREE, distance).value == pytest.approx(sum(values) / 3)


@pytest.mark.parametrize(("metric", "value"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_the_alphas_of_krippendorffs_own_example(metric, value):
    found = alpha(KRIPPENDORFF_2011, metric)
    assert round(found.value, 3) == value
    assert found.n == 11
    assert found.low < found.value < found.high <= 1


cells = st.one_of(st.integers(1, 5).map(float), st.just(nan))


@given(arrays(float, st.tuples(st.integers(2, 8), st.integers(2, 4)), elements=cells))
def test_alpha_is_what_the_krippendorff_package_says(table):
    doubly = table[(~np.isnan(table)).sum(axis=1) >= 2]
    if len(doubly) < 2 or len(np.unique(doubly[~np.isnan(doubly)])) < 2:
        assert alpha(table, "ordinal").value is None
        return
    for metric in ("nominal", "ordinal", "interval"):
        expected = krippendorff.alpha(doubly.T, level_of_measurement=metric)
        assert alpha(table, metric).value == pytest.approx(expected, abs=1e-9)


def test_an_interval_that_does_not_hold_its_own_value_is_none():
    found = report(rows_of(np.array([[1.0, 1, 4, 5], [1, 3, 5, 1]])))
    for name in ("icc2", "icc2k"):
        assert found[name]["value"] < 0
        assert (found[name]["low"], found[name]["high"]) == (None, None)


@given(arrays(float, st.tuples(st.integers(1, 8), st.integers(1, 4)), elements=cells), st.randoms())
def test_the_report_of_any_table_is_json_and_knows_no_order(table, random):
    rows = rows_of(table)
    found = report(rows)
    json.dumps(found, allow_nan=False)
    for estimate in (value for value in found.values() if isinstance(value, dict)):
        if estimate["low"] is not None and estimate["high"] is not None:
            assert estimate["low"] <= estimate["value"] + 1e-9
            assert estimate["value"] <= estimate["high"] + 1e-9
    random.shuffle(rows)
    again = report(rows)
    for name, value in found.items():
        if isinstance(value, dict):
            assert again[name]["n"] == value["n"]
            assert again[name]["value"] == pytest.approx(value["value"], abs=1e-9)
        else:
            assert again[name] == value


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    random = np.random.default_rng(7)

    def sample(subjects):
        truth = random.integers(1, 6, size=(subjects, 1))
        return np.clip(truth + random.integers(-1, 2, size=(subjects, 2)), 1, 5).astype(float)

    population = sample(200_000)
    joint = np.corrcoef(population.T)[0, 1]
    found = [(kappa(table, quadratic), alpha(table, "interval")) for table in (sample(60) for _ in range(200))]
    for estimates in zip(*found, strict=True):
        covered = sum(estimate.low <= joint <= estimate.high for estimate in estimates)
        assert covered >= 180


def test_perfect_agreement_and_no_variance():
    same = np.array([[1, 1], [3, 3], [5, 5.0]])
    assert {estimate.value for estimate in icc(same).values()} == {1.0}
    for estimate in (kappa(same, linear), alpha(same, "ordinal")):
        assert (estimate.value, estimate.low, estimate.high) == (1.0, 1.0, 1.0)
    flat = np.full((4, 3), 3.0)
    undefined = [*icc(flat).values(), kappa(flat, quadratic), alpha(flat, "interval")]
    assert {estimate.value for estimate in undefined} == {None}


def test_a_report_from_a_csv_file(tmp_path: Path):
    path = tmp_path / "scores.csv"
    lines = [f"{row['subject']},{row['rater']},{row['score']}" for row in rows_of(KRIPPENDORFF_2011)]
    path.write_text("subject,rater,score\n" + "\n".join(lines) + "\n", encoding="utf-8")
    with path.open(encoding="utf-8", newline="") as file:
        found = report(csv.DictReader(file))
    assert (found["subjects"], found["raters"], found["scores"], found["missing"]) == (12, 4, 41, 7)
    assert found["double_scored"] == 11
    assert round(found["alpha_ordinal"]["value"], 3) == 0.815
    assert "jackknife" in found["alpha_ordinal"]["method"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"subject": "a", "rater": "x"}], "row 1: no column 'score'"),
        ([{"subject": "a", "rater": "x", "score": "drie"}], "row 1: 'drie' is no score"),
        ([{"subject": "a", "rater": "x", "score": "inf"}], "row 1: 'inf' is no score"),
        ([{"subject": "a", "rater": "x", "score": "3"}] * 2, "row 2: x scored a already"),
    ],
)
def test_rows_that_cannot_be_read(rows, message):
    with pytest.raises(ValueError, match=message):
        table_of(rows)


def test_what_is_no_scale_is_refused():
    with pytest.raises(ValueError, match="at most 100"):
        alpha(np.arange(202.0).reshape(101, 2), "interval")
    with pytest.raises(ValueError, match="metric"):
        alpha(KRIPPENDORFF_2011, "ratio")

"""How far assessors agree: weighted kappas and Krippendorff's alphas, and the report that sets them beside the ICCs.

Tables, intervals and the advice on reading them are those of `review.reliability`. What is done about missing cells
differs by coefficient and stands with each in `METHODS`; `n` is the number of subjects an estimate rests on. A value
that the data do not define, such as the agreement on a table without any variance, is None.

Sources: Cohen 1968 and Light 1971 (weighted kappa, more than two raters), Krippendorff 2011 (alpha).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from itertools import combinations
from math import isfinite
from typing import Any

import numpy as np
from scipy.special import stdtrit

from review.figure import jackknife
from review.reliability import Estimate, doubly_scored, estimate, icc, quotient

MOST_VALUES = 100

METHODS = {
    "icc1": "one-way random, single rater; subjects with at least two scores, unequal numbers by the mean k0",
    "icc2": "two-way random, absolute agreement, single rater; subjects scored by every rater",
    "icc3": "two-way mixed, consistency, single rater; subjects scored by every rater",
    "icc1k": "icc1 for the mean of k0 raters",
    "icc2k": "icc2 for the mean of all raters",
    "icc3k": "icc3 for the mean of all raters",
    "kappa_linear": "mean over rater pairs, weighted by the subjects they share; jackknife over subjects",
    "kappa_quadratic": "mean over rater pairs, weighted by the subjects they share; jackknife over subjects",
    "alpha_ordinal": "subjects with at least two scores; jackknife over subjects",
    "alpha_interval": "subjects with at least two scores; jackknife over subjects",
}


def report(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """All coefficients for rows with `subject`, `rater` and `score`, as a CSV reader gives them.

    Raises what `table_of` raises.
    """
    table = table_of(rows)
    scored = ~np.isnan(table)
    estimates = {
        **icc(table),
        "kappa_linear": kappa(table, linear),
        "kappa_quadratic": kappa(table, quadratic),
        "alpha_ordinal": alpha(table, "ordinal"),
        "alpha_interval": alpha(table, "interval"),
    }
    return {
        "subjects": table.shape[0],
        "raters": table.shape[1],
        "scores": int(scored.sum()),
        "missing": int((~scored).sum()),
        "double_scored": int((scored.sum(axis=1) >= 2).sum()),
        **{name: {**asdict(estimate), "method": METHODS[name]} for name, estimate in estimates.items()},
    }


def table_of(rows: Iterable[Mapping[str, Any]]) -> np.ndarray:
    """The table of scores; an empty score is a missing cell, as is a row that is not there.

    Raises ValueError, with the number of the row, for an absent column, a score that is no number, or a second score of
    the same rater for the same subject. A row that has `line` is called by it.
    """
    cells: dict[tuple[str, str], float] = {}
    for at, row in enumerate(rows, start=1):
        number = row.get("line", at)
        try:
            subject, rater, score = str(row["subject"]), str(row["rater"]), row["score"]
        except KeyError as absent:
            raise ValueError(f"row {number}: no column {absent}") from None
        if (subject, rater) in cells:
            raise ValueError(f"row {number}: {rater} scored {subject} already")
        cells[subject, rater] = _number(score, number)
    subjects = {subject: index for index, subject in enumerate(dict.fromkeys(subject for subject, _ in cells))}
    raters = {rater: index for index, rater in enumerate(dict.fromkeys(rater for _, rater in cells))}
    table = np.full((len(subjects), len(raters)), np.nan)
    for (subject, rater), score in cells.items():
        table[subjects[subject], raters[rater]] = score
    return table


def linear(one: float, other: float) -> float:
    """Disagreement grows with the distance."""
    return abs(one - other)


def quadratic(one: float, other: float) -> float:
    """Disagreement grows with the square of the distance."""
    return (one - other) ** 2


def kappa(table: np.ndarray, distance: Callable[[float, float], float]) -> Estimate:
    """Cohen's weighted kappa, 1 - observed / expected disagreement, `distance` being the disagreement of two scores.

    Two raters: the subjects both scored. More: the mean over the pairs of raters that share at least two subjects,
    weighted by how many they share; without missing cells that is Light's kappa, the plain mean. Pairs that share few
    subjects pull it down a little, which alpha does not suffer from.
    """
    scored = ~np.isnan(table)
    shared = {pair: scored[:, list(pair)].all(axis=1) for pair in combinations(range(table.shape[1]), 2)}
    shared = {pair: both for pair, both in shared.items() if both.sum() >= 2}
    used = np.any(list(shared.values()), axis=0) if shared else np.zeros(len(table), dtype=bool)
    values, codes = _coded(table[used])
    size = len(values)
    distances = np.array([[distance(one, other) for other in values] for one in values]).reshape(size, size)

    def statistic(counts: np.ndarray) -> np.ndarray:
        total = np.zeros(len(counts))
        weight = np.zeros(len(counts))
        for (first, second), both in ((pair, both[used]) for pair, both in shared.items()):
            cells = np.eye(size * size)[codes[both, first] * size + codes[both, second]]
            joint = (counts[:, both] @ cells).reshape(-1, size, size)
            n = joint.sum(axis=(1, 2))
            observed = (joint * distances).sum(axis=(1, 2)) * n
            expected = np.einsum("bi,ij,bj->b", joint.sum(axis=2), distances, joint.sum(axis=1))
            defined = expected > 0
            total[defined] += n[defined] * (1 - observed[defined] / expected[defined])
            weight[defined] += n[defined]
        return _ratio(total, weight)

    return jackknife(statistic, int(used.sum()), most=1.0)


def kappa_of_pairs(pairs: Mapping[tuple[int, int], int]) -> Estimate:
    """Cohen's kappa with quadratic weights of two raters, given how often each pair of their scores was there.

    The same value and interval as `kappa` of the table with a row for each: leaving out one of alike subjects is alike.
    """
    n = sum(pairs.values())
    if n < 2:
        return Estimate(None, None, None, n)
    values = sorted({score for pair in pairs for score in pair})
    joint = np.zeros((len(values), len(values)))
    for (first, second), times in pairs.items():
        joint[values.index(first), values.index(second)] += times
    distances = np.subtract.outer(values, values).astype(float) ** 2

    def statistic(counts: np.ndarray) -> float:
        expected = counts.sum(axis=1) @ distances @ counts.sum(axis=0)
        return float(1 - (counts * distances).sum() * counts.sum() / expected) if expected > 0 else float("nan")

    value, without, weights = statistic(joint), [], []
    for cell in zip(*np.nonzero(joint), strict=True):
        fewer = joint.copy()
        fewer[cell] -= 1
        without.append(statistic(fewer))
        weights.append(joint[cell])
    middle = np.average(without, weights=weights)
    half = stdtrit(n - 1, 0.975) * np.sqrt((n - 1) * np.average((np.array(without) - middle) ** 2, weights=weights))
    return estimate((quotient(x, 1.0) for x in (value, value - half, min(value + half, 1.0))), n)


def alpha(table: np.ndarray, metric: str) -> Estimate:
    """Krippendorff's alpha; `metric` is "nominal", "ordinal" or "interval". Missing cells need no care."""
    table = doubly_scored(table)
    values, codes = _coded(table)
    if metric not in ("nominal", "ordinal", "interval"):
        raise ValueError(f"unknown metric {metric!r}")
    per_value = (codes[:, :, None] == np.arange(len(values))).sum(axis=1).astype(float)
    raters = per_value.sum(axis=1)
    pairs = np.einsum("ui,uj->uij", per_value, per_value)
    pairs[:, np.arange(len(values)), np.arange(len(values))] -= per_value
    coincidences = (pairs / (raters - 1)[:, None, None]).reshape(len(table), len(values) ** 2)

    def statistic(counts: np.ndarray) -> np.ndarray:
        found = (counts @ coincidences).reshape(-1, len(values), len(values))
        of_value = found.sum(axis=2)
        n = of_value.sum(axis=1)
        place = of_value.cumsum(axis=1) - of_value / 2 if metric == "ordinal" else np.tile(values, (len(counts), 1))
        difference = (place[:, :, None] - place[:, None, :]) ** 2
        if metric == "nominal":
            difference = (difference > 0).astype(float)
        observed = (found * difference).sum(axis=(1, 2)) * (n - 1)
        expected = np.einsum("bi,bij,bj->b", of_value, difference, of_value)
        return 1 - _ratio(observed, expected)

    return jackknife(statistic, len(table), most=1.0)


def _coded(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different scores in order, and for each cell which one it holds, -1 for none."""
    values = np.unique(table[~np.isnan(table)])
    if len(values) > MOST_VALUES:
        raise ValueError(f"{len(values)} different scores; a scale has at most {MOST_VALUES}")
    return values, np.where(np.isnan(table), -1, np.searchsorted(values, table))


def _number(score: Any, row: int) -> float:
    if score is None or (isinstance(score, str) and not score.strip()):
        return float("nan")
    try:
        number = float(score)
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise ValueError(f"row {row}: {score!r} is no score")
    return number


def _ratio(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    ratio: np.ndarray = np.divide(top, bottom, out=np.full(len(top), np.nan), where=bottom > 0)
    return ratio

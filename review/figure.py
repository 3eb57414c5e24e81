"""A figure about the judging, and how far it may be believed: value, interval and n, or "too little data".

Scores of one candidate hang together (one person, one recording room, one assessor's halo), so candidates and not
scores are what an interval counts. Where a figure follows from sums over candidates, its interval is the jackknife's:
each candidate is left out in turn, and Student's t stands around the whole (Efron and Tibshirani 1993, chapter 11).
Under the scheme's minimum a figure has no value at all, so that nothing can be read into it by mistake.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from math import inf, isfinite, sqrt

import numpy as np
from scipy.special import stdtrit

from review.reliability import Estimate, estimate, quotient


@dataclass(frozen=True)
class Figure(Estimate):
    """An estimate with a minimum: `too_few` when n lies under it, and value and interval are None then."""

    too_few: bool


def figure(found: Estimate, least: int) -> Figure:
    """The estimate as it may be shown where `least` subjects are asked for."""
    if found.n < least:
        return Figure(None, None, None, found.n, True)
    return Figure(found.value, found.low, found.high, found.n, False)


def sums_by(clusters: Sequence[Hashable], columns: np.ndarray) -> np.ndarray:
    """The sums of the columns over the rows of each cluster: one row a cluster, in the order of their first row."""
    columns = np.asarray(columns, dtype=float)
    places = {cluster: at for at, cluster in enumerate(dict.fromkeys(clusters))}
    sums = np.zeros((len(places), columns.shape[1]))
    np.add.at(sums, np.array([places[cluster] for cluster in clusters], dtype=int), columns)
    return sums


def of_sums(
    sums: np.ndarray, statistic: Callable[[np.ndarray], np.ndarray], least: int, lowest: float = -inf, most: float = inf
) -> Figure:
    """A statistic of sums over clusters, with the jackknife's interval, cut off where the statistic ends.

    `statistic` takes rows of sums (one row: the sums over some clusters) and gives one value a row, nan for none.
    """
    found = jackknife(lambda counts: statistic(counts @ sums), len(sums), lowest, most)
    return figure(found, least)


def jackknife(
    statistic: Callable[[np.ndarray], np.ndarray], n: int, lowest: float = -inf, most: float = inf
) -> Estimate:
    """The statistic over all subjects, and Student's interval around it from leaving each subject out in turn.

    `statistic` takes rows of counts, how often each subject is there, and gives one value a row. Drawing subjects
    anew with replacement would bias it: where two raters share ten answers, a drawn double agrees with itself.
    """
    if n < 2:
        return Estimate(None, None, None, n)
    (value,) = statistic(np.ones((1, n)))
    chunks = np.array_split(np.arange(n), n // 200 + 1)
    without = np.concatenate([statistic((rows[:, None] != np.arange(n)).astype(float)) for rows in chunks])
    half = stdtrit(n - 1, 0.975) * np.sqrt((n - 1) * without.var())
    return estimate((quotient(x, 1.0) for x in (value, max(value - half, lowest), min(value + half, most))), n)


def ratio(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """top / bottom; nan where the denominator is nothing but the rounding error of floating point, or below it."""
    found: np.ndarray = np.divide(top, bottom, out=np.full(len(top), np.nan), where=bottom > 1e-12)
    return found


def correlation_of_sums(sums: np.ndarray) -> np.ndarray:
    """Pearson's correlation from columns of sums: n, x, y, xx, yy, xy; nan where one of both does not vary."""
    n, x, y, xx, yy, xy = sums.T
    spread_x, spread_y = n * xx - x * x, n * yy - y * y
    varies = (spread_x > 1e-9 * np.maximum(n * xx, 1e-12)) & (spread_y > 1e-9 * np.maximum(n * yy, 1e-12))
    product = np.where(varies, spread_x * spread_y, 0.0)
    found: np.ndarray = np.clip(ratio(n * xy - x * y, np.sqrt(product)), -1.0, 1.0)
    return found


def moments(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The columns whose sums `correlation_of_sums` takes."""
    return np.column_stack([np.ones(len(x)), x, y, x * x, y * y, x * y])


def correlation(x: Sequence[float], y: Sequence[float], least: int) -> Figure:
    """Pearson's correlation of independent pairs, with Fisher's interval (z, 1.96 / sqrt(n - 3)); none up to n = 3."""
    n = len(x)
    columns = moments(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
    value = float(correlation_of_sums(columns.sum(axis=0, keepdims=True))[0]) if n > 1 else float("nan")
    if not isfinite(value):
        return figure(Estimate(None, None, None, n), least)
    if n <= 3 or abs(value) >= 1:
        return figure(Estimate(value, None, None, n), least)
    middle, half = np.arctanh(value), 1.959963984540054 / sqrt(n - 3)
    return figure(Estimate(value, float(np.tanh(middle - half)), float(np.tanh(middle + half)), n), least)

"""How reliable scores are: the six intraclass correlations of Shrout and Fleiss (1979).

A table has one row per subject (an answer on a competency, say), one column per rater, `nan` where a score is missing.
Intervals are those of McGraw and Wong (1996), of 95 %. Koo and Li (2016) advise to judge by the interval, not by the
value, and to draw no conclusion from fewer than thirty subjects.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite

import numpy as np
from scipy.special import fdtri


@dataclass(frozen=True)
class Estimate:
    """A coefficient, its 95 % interval, and the number of subjects it rests on; None where the data define none."""

    value: float | None
    low: float | None
    high: float | None
    n: int


def estimate(figures: Iterable[float | None], n: int) -> Estimate:
    """The three figures of an estimate, in its order."""
    value, low, high = figures
    return Estimate(value, low, high, n)


def icc(table: np.ndarray) -> dict[str, Estimate]:
    """The six intraclass correlations of Shrout and Fleiss, with the intervals of McGraw and Wong.

    icc1 and icc1k, where raters are interchangeable, take every subject with at least two scores; with unequal numbers
    k0 = (N - sum of squares / N) / (n - 1) takes the place of k and the interval is an approximation. The others
    separate the raters and take only the subjects that every rater scored.
    """
    return {**_one_way(table), **_two_way(table)}


def _one_way(table: np.ndarray) -> dict[str, Estimate]:
    table = doubly_scored(table)
    n = len(table)
    if n < 2:
        return dict.fromkeys(("icc1", "icc1k"), Estimate(None, None, None, n))
    sizes = (~np.isnan(table)).sum(axis=1)
    means = np.nanmean(table, axis=1)
    between = (sizes * (means - np.nanmean(table)) ** 2).sum() / (n - 1)
    within = np.nansum((table - means[:, None]) ** 2) / (sizes.sum() - n)
    k = (sizes.sum() - (sizes**2).sum() / sizes.sum()) / (n - 1)
    single, mean = _from_f(between, within, k, n, int(sizes.sum()) - n)
    return {"icc1": single, "icc1k": mean}


def _two_way(table: np.ndarray) -> dict[str, Estimate]:
    table = table[~np.isnan(table).any(axis=1)]
    n, k = table.shape
    if n < 2 or k < 2:
        return dict.fromkeys(("icc2", "icc2k", "icc3", "icc3k"), Estimate(None, None, None, n))
    rows, columns, grand = table.mean(axis=1), table.mean(axis=0), table.mean()
    between = k * ((rows - grand) ** 2).sum() / (n - 1)
    raters = n * ((columns - grand) ** 2).sum() / (k - 1)
    residue = ((table - rows[:, None] - columns + grand) ** 2).sum() / ((n - 1) * (k - 1))
    consistent, consistent_mean = _from_f(between, residue, k, n, (n - 1) * (k - 1))
    agreeing, agreeing_mean = _absolute(between, raters, residue, k, n)
    return {"icc2": agreeing, "icc2k": agreeing_mean, "icc3": consistent, "icc3k": consistent_mean}


def _from_f(between: float, error: float, k: float, n: int, error_df: int) -> tuple[Estimate, Estimate]:
    """The single and the mean form where one F ratio holds everything: cases 1 and 3."""
    if _none(error, between):
        whole = None if _none(between, error) else 1.0
        return (Estimate(whole, whole, whole, n),) * 2
    ratio = between / error
    ratios = [
        ratio,
        ratio / float(fdtri(n - 1, error_df, 0.975)),
        ratio * float(fdtri(error_df, n - 1, 0.975)),
    ]
    single = estimate((quotient(x - 1, x + k - 1) for x in ratios), n)
    return single, estimate((quotient(x - 1, x) for x in ratios), n)


def _absolute(between: float, raters: float, error: float, k: int, n: int) -> tuple[Estimate, Estimate]:
    """The single and the mean form of case 2, in which the raters' severity counts as disagreement."""
    if _none(error, between) and _none(raters, between):
        whole = None if _none(between, error) else 1.0
        return (Estimate(whole, whole, whole, n),) * 2
    value = quotient(between - error, between + (k - 1) * error + k * (raters - error) / n)
    mean = quotient(between - error, between + (raters - error) / n)
    if value is None or value >= 1:
        return Estimate(value, None, None, n), Estimate(mean, None, None, n)
    a = k * value / (n * (1 - value))
    b = 1 + k * value * (n - 1) / (n * (1 - value))
    df = (a * raters + b * error) ** 2 / (
        (a * raters) ** 2 / (k - 1) + (b * error) ** 2 / ((n - 1) * (k - 1)) or float("nan")
    )
    lower, upper = float(fdtri(n - 1, df, 0.975)), float(fdtri(df, n - 1, 0.975))
    spread = k * raters + (k * n - k - n) * error
    return (
        _around(
            value,
            quotient(n * (between - lower * error), lower * spread + n * between),
            quotient(n * (upper * between - error), spread + n * upper * between),
            n,
        ),
        _around(
            mean,
            quotient(n * (between - lower * error), lower * (raters - error) + n * between),
            quotient(n * (upper * between - error), raters - error + n * upper * between),
            n,
        ),
    )


def _around(value: float | None, low: float | None, high: float | None, n: int) -> Estimate:
    """The value with its interval; without one where the approximation of case 2 leaves the value outside of it.

    That happens in tables of two or three subjects with a value below zero.
    """
    if value is None or low is None or high is None or not low <= value <= high:
        return Estimate(value, None, None, n)
    return Estimate(value, low, high, n)


def doubly_scored(table: np.ndarray) -> np.ndarray:
    """The subjects with at least two scores: with one there is nothing to agree with."""
    scored: np.ndarray = table[(~np.isnan(table)).sum(axis=1) >= 2]
    return scored


def _none(variance: float, beside: float) -> bool:
    """True when a mean square is nothing but the rounding error of floating point."""
    return variance <= 1e-12 * max(beside, 1e-12)


def quotient(top: float, bottom: float) -> float | None:
    """top / bottom; None where that is no number, or where the denominator has lost its meaning as a variance."""
    return float(top / bottom) if bottom > 0 and isfinite(top) and isfinite(bottom) else None

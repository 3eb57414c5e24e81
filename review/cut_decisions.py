"""How often a decision at one cut is right, and how often a second exam would decide the same, from one exam's scores.

Four methods, which differ by some hundredths, so each figure names its own. All of them assume one score and one cut;
a rule with a floor for each competency is answered by simulation alone. Scores are means on the scale of the scheme.

- Livingston and Lewis: scores as binomial with an "effective" number of points, true scores a beta of four or of two
  parameters. A mean score is no whole number of points, so that the cut is taken as it is, with half a point for
  continuity; software that rounds it to a whole number moves the figures by up to a hundredth.
- Rudner: every candidate's true score lies normally about the observed one, with the standard error of measurement.
  Nothing is drawn to the mean, so that false passes come out too many where most pass.
- normal: true and observed scores are bivariate normal.

Sources: Livingston and Lewis 1995, Hanson 1991 (the moments of true scores), Rudner 2001, Lord and Novick 1968.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

import numpy as np
from scipy.special import betainc, betaln, ndtr

from review.figure import Figure, figure, jackknife
from review.reliability import Estimate

NODES = 60
"""Points of the Gauss-Legendre rule on each side of the cut; twice as many change nothing in the fifth decimal."""


@dataclass(frozen=True)
class Decisions:
    """Shares of candidates, 0 to 1; intervals leave out each candidate in turn, with the reliability as given.

    accuracy: decided as the true score says. consistency: decided alike by two exams. kappa: consistency beyond chance.
    false_pass and false_fail: of all candidates, and they add up to 1 - accuracy. passing: the share that passes.
    """

    method: str
    accuracy: Figure
    consistency: Figure
    kappa: Figure
    false_pass: Figure
    false_fail: Figure
    passing: Figure


@dataclass(frozen=True)
class Scale:
    """The lowest and the highest score that there is, and the cut: who has it passes."""

    lowest: float
    highest: float
    cut: float


def decisions(scores: Sequence[float], reliability: float, scale: Scale, least: int) -> tuple[Decisions, ...]:
    """The four methods; the beta of four parameters is left out where the moments allow none.

    `reliability`: of these scores, above 0 and below 1. Raises ValueError for a reliability or a cut outside of that.
    """
    if not 0 < reliability < 1:
        raise ValueError(f"reliability {reliability} is not between 0 and 1")
    if not scale.lowest < scale.cut < scale.highest:
        raise ValueError(f"cut {scale.cut} is not between {scale.lowest} and {scale.highest}")
    observed = np.asarray(scores, dtype=float)
    n = len(observed)
    if n < max(least, 3) or observed.var() <= 1e-12:
        nothing = figure(Estimate(None, None, None, n), least)
        return tuple(Decisions(method, *[nothing] * 6) for method in METHODS)
    points = effective_points(observed, reliability, scale)
    found = []
    for method, of in METHODS.items():
        whole = of(observed, reliability, scale, points)
        if whole is not None:
            others = [of(np.delete(observed, at), reliability, scale, points) for at in range(n)]
            rows = np.array([*(one or (np.nan,) * 6 for one in others), whole])
            found.append(Decisions(method, *[_figure(rows[:, at], n, least, -float(at == 2)) for at in range(6)]))
    return tuple(found)


Shares = tuple[float, float, float, float, float, float]


def _figure(column: np.ndarray, n: int, least: int, lowest: float) -> Figure:
    """The last of the column, around which the others stand, each with one candidate left out."""

    def statistic(counts: np.ndarray) -> np.ndarray:
        picked: np.ndarray = column[np.where(counts.sum(axis=1) == n, n, counts.argmin(axis=1))]
        return picked

    return figure(jackknife(statistic, n, lowest, 1.0), least)


def _shares(weight: np.ndarray, passes: np.ndarray, deserves: np.ndarray) -> Shares:
    """From true scores (weights that sum to 1), the chance to pass at each, and whether it deserves to."""
    accuracy = float((weight * np.where(deserves, passes, 1 - passes)).sum())
    consistency = float((weight * (passes**2 + (1 - passes) ** 2)).sum())
    passing = float((weight * passes).sum())
    chance = passing**2 + (1 - passing) ** 2
    kappa = (consistency - chance) / (1 - chance) if chance < 1 - 1e-12 else float("nan")
    false_pass = float((weight * np.where(deserves, 0.0, passes)).sum())
    return accuracy, consistency, kappa, false_pass, 1 - accuracy - false_pass, passing


def effective_points(observed: np.ndarray, reliability: float, scale: Scale) -> int:
    """The number of right-or-wrong points that would be as reliable."""
    mean, variance = observed.mean(), observed.var(ddof=1)
    inside = (mean - scale.lowest) * (scale.highest - mean) - reliability * variance
    return max(1, round(float(inside / (variance * (1 - reliability)))))


def livingston_lewis(
    observed: np.ndarray, points: int, scale: Scale, parameters: int, passes_from: float | None = None
) -> Shares | None:
    """The shares with a beta of two or four parameters; None where the moments allow none.

    `passes_from`: the number of points with which one passes, where it is not the cut itself.
    """
    width = scale.highest - scale.lowest
    share = (scale.cut - scale.lowest) / width
    shape = _beta_of((observed - scale.lowest) / width * points, points, parameters, share)
    if shape is None:
        return None
    true, weight = shape
    needed = share * points + 0.5 if passes_from is None else passes_from
    passes = betainc(needed, max(points - needed + 1, 1e-9), true)
    return _shares(weight, np.asarray(passes), true >= share)


def _beta_of(points: np.ndarray, most: int, parameters: int, cut: float) -> tuple[np.ndarray, np.ndarray] | None:
    """Nodes of true scores (0 to 1) and their weights, by the factorial moments of binomial scores; None if no beta."""
    moments, product = [], np.ones_like(points)
    for power in range(parameters):
        if most <= power:
            return None
        product = product * (points - power) / (most - power)
        moments.append(product.mean())
    mean, variance = moments[0], moments[1] - moments[0] ** 2
    if variance <= 0 or not 0 < mean < 1:
        return None
    low, high = 0.0, 1.0
    if parameters == 2:
        size = mean * (1 - mean) / variance - 1
        a, b = mean * size, (1 - mean) * size
    else:
        third = (moments[2] - 3 * mean * moments[1] + 2 * mean**3) / variance**1.5
        fourth = (moments[3] - 4 * mean * moments[2] + 6 * mean**2 * moments[1] - 3 * mean**4) / variance**2
        r = 6 * (fourth - third**2 - 1) / (6 + 3 * third**2 - 2 * fourth)
        inner = fourth * (r + 2) * (r + 3) - 3 * (r - 6) * (r + 1)
        if r <= 0 or inner == 0 or (root := 1 - 24 * (r + 1) / inner) < 0:
            return None
        larger, smaller = r / 2 * (1 + sqrt(root)), r / 2 * (1 - sqrt(root))
        a, b = (larger, smaller) if third < 0 else (smaller, larger)
        if min(a, b) <= 0:
            return None
        low = mean - sqrt(variance * a * (a + b + 1) / b)
        high = mean + sqrt(variance * b * (a + b + 1) / a)
        if low < 0 or high > 1:
            return None
    if min(a, b) <= 0:
        return None
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    middle = min(max((cut - low) / (high - low), 0.0), 1.0)
    # In two pieces, since what is decided rightly jumps at the cut.
    at = np.concatenate([middle * (nodes + 1) / 2, middle + (1 - middle) * (nodes + 1) / 2])
    weight = np.concatenate([middle * weights, (1 - middle) * weights])
    at, weight = at[weight > 0], weight[weight > 0]
    weight = weight * np.exp((a - 1) * np.log(at) + (b - 1) * np.log1p(-at) - betaln(a, b))
    return low + (high - low) * at, weight / weight.sum()


def _rudner(observed: np.ndarray, reliability: float, scale: Scale, _: int) -> Shares:
    error = sqrt(observed.var(ddof=1) * (1 - reliability))
    above = ndtr((observed - scale.cut) / error)
    passed = observed >= scale.cut
    shares = _shares(np.full(len(observed), 1 / len(observed)), above, passed)
    false_pass = float(np.where(passed, 1 - above, 0.0).mean())
    return (*shares[:3], false_pass, 1 - shares[0] - false_pass, shares[5])


def _normal(observed: np.ndarray, reliability: float, scale: Scale, _: int) -> Shares:
    mean, variance = observed.mean(), observed.var(ddof=1)
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    spread = sqrt(reliability * variance)
    ends = np.clip([-8.0, (scale.cut - mean) / spread, 8.0], -8, 8)
    grid = np.concatenate([low + (high - low) * (nodes + 1) / 2 for low, high in pairwise(ends)])
    weight = np.concatenate([(high - low) * weights for low, high in pairwise(ends)]) * np.exp(-(grid**2) / 2)
    true = mean + spread * grid
    passes = ndtr((true - scale.cut) / sqrt((1 - reliability) * variance))
    return _shares(weight / weight.sum(), passes, true >= scale.cut)


Method = Callable[[np.ndarray, float, Scale, int], Shares | None]

METHODS: dict[str, Method] = {
    "livingston_lewis_4": lambda observed, _, scale, points: livingston_lewis(observed, points, scale, 4),
    "livingston_lewis_2": lambda observed, _, scale, points: livingston_lewis(observed, points, scale, 2),
    "rudner": _rudner,
    "normal": _normal,
}
"""By name, in the order in which they are given."""

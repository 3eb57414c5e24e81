"""A generalizability study: where differences between scores come from, and what more assessors or situations bring.

Scores are a mean plus an independent effect of each level of each *term* (candidate, situation, assessor, and what two
of them have together) plus a residue. The variances of the effects are estimated by restricted maximum likelihood, so
that any pattern of who judged what will do; where the design is whole and no estimate is negative they are those of
the analysis of variance. REML holds each at 0 or above and moves the others when one is held there, unlike cutting a
negative estimate to 0 afterwards.

Henderson's mixed model equations are solved with the largest term eliminated first (its block is diagonal), and
climbed by the average of observed and expected information. No intervals by a standard error: variances are skewed.
A quick interval is Satterthwaite's (chi-square), the right one the profile of the likelihood. At 0 there is no
standard error.

Sources: Patterson and Thompson 1971 (REML), Henderson 1973, Gilmour, Thompson and Cullis 1995 (average information),
Brennan 2001 (the whole of generalizability, and the examples), Satterthwaite 1946.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.special import chdtri

from review.mixed_model import Fit, MixedModel

RESIDUE = "residue"
TERMS = (
    ("candidate",),
    ("situation",),
    ("assessor",),
    ("candidate", "situation"),
    ("candidate", "assessor"),
    ("situation", "assessor"),
)
"""The terms of the product's own design; a score a cell, so that the three-way term is in the residue."""
CHI_SQUARE = 3.841458820694124
"""The 95th percentile for one degree of freedom."""


@dataclass(frozen=True)
class Component:
    """One variance: the facets of the term joined by ":", its 95 % interval, and how many levels it has.

    `low` and `high` are None where no profile was asked for and the estimate is 0 or known too badly for the quick one.
    """

    term: str
    variance: float
    low: float | None
    high: float | None
    levels: int


@dataclass(frozen=True)
class Effect:
    """The predicted departure of one level of a term (lenient: above 0), drawn to 0 by what is not known of it."""

    level: str
    value: float
    error: float


@dataclass(frozen=True)
class Study:
    """The components, the residue last; `criterion` is -2 log restricted likelihood; n scores.

    `left_out` are terms that the data cannot tell from others: each level with one score, or alike another term.
    `covariance` is that of the variances, zeros for one that is held at 0.
    """

    n: int
    mean: float
    components: tuple[Component, ...]
    covariance: np.ndarray
    criterion: float
    converged: bool
    left_out: tuple[str, ...]
    effects: Mapping[str, tuple[Effect, ...]]
    too_few: bool

    def variance(self, term: str) -> float:
        """That of a term; 0 of one that was left out."""
        return next((one.variance for one in self.components if one.term == term), 0.0)


def study(
    scores: Sequence[float],
    facets: Mapping[str, Sequence[str]],
    terms: Sequence[tuple[str, ...]] = TERMS,
    least: int = 2,
    profile: bool = False,
) -> Study:
    """The components of variance of these scores.

    `facets`: for each facet the level of each score. `terms`: a nested facet is named with the one it lies in, such as
    ("task", "rater"). `least`: so many levels of the first facet are asked for; under it nothing is estimated.
    `profile` takes the slower and better intervals. Raises ValueError for facets of another length than the scores.
    """
    n = len(scores)
    if any(len(levels) != n for levels in facets.values()):
        raise ValueError("each facet has one level for each score")
    values = np.asarray(scores, dtype=float)
    columns, left_out = _columns(facets, terms, n)
    first = terms[0][0]
    if n < 3 or len(set(facets[first])) < max(least, 2):
        return Study(n, float(values.mean()) if n else 0.0, (), np.zeros((0, 0)), 0.0, False, left_out, {}, True)
    if values.var() <= 1e-12:
        nothing = tuple(Component(name, 0.0, None, None, len(names)) for name, (_, names) in columns.items())
        nothing += (Component(RESIDUE, 0.0, None, None, n),)
        size = len(nothing)
        return Study(n, float(values.mean()), nothing, np.zeros((size, size)), 0.0, True, left_out, {}, False)
    model = MixedModel(values, [codes for codes, _ in columns.values()])
    fit = model.fit()
    names = [*columns, RESIDUE]
    levels = [*(len(found) for _, found in columns.values()), n]
    components = []
    for at, name in enumerate(names):
        low, high = _profiled(model, fit, at) if profile else _satterthwaite(fit, at)
        components.append(Component(name, float(fit.variances[at]), low, high, levels[at]))
    effects = {}
    for at, (name, (_, found)) in enumerate(columns.items()):
        if ":" not in name:
            known = zip(found, *model.effects(fit, at), strict=True)
            effects[name] = tuple(Effect(level, float(value), float(error)) for level, value, error in known)
    return Study(n, fit.mean, tuple(components), fit.covariance, fit.criterion, fit.converged, left_out, effects, False)


def _columns(
    facets: Mapping[str, Sequence[str]], terms: Sequence[tuple[str, ...]], n: int
) -> tuple[dict[str, tuple[np.ndarray, list[str]]], tuple[str, ...]]:
    """The level of each score in each term that can be told apart, and the names of the others."""
    kept: dict[str, tuple[np.ndarray, list[str]]] = {}
    seen: set[bytes] = set()
    left_out = []
    for term in terms:
        places: dict[tuple[str, ...], int] = {}
        codes = np.array(
            [places.setdefault(key, len(places)) for key in zip(*(facets[one] for one in term), strict=True)]
        )
        name = ":".join(term)
        if len(places) in (1, n) or codes.tobytes() in seen:
            left_out.append(name)
            continue
        seen.add(codes.tobytes())
        kept[name] = codes, [":".join(key) for key in places]
    return kept, tuple(left_out)


def _satterthwaite(fit: Fit, at: int) -> tuple[float | None, float | None]:
    variance, error = fit.variances[at], sqrt(max(fit.covariance[at, at], 0.0))
    if variance <= 0 or error <= 0:
        return None, None
    df = 2 * (variance / error) ** 2
    if df < 1:  # known so badly that this interval may miss its own estimate
        return None, None
    low, high = float(chdtri(df, 0.025)), float(chdtri(df, 0.975))
    return float(df * variance / low), float(df * variance / high) if high > 0 else None


def _profiled(model: MixedModel, fit: Fit, at: int) -> tuple[float | None, float | None]:
    """Where the criterion, with this variance held and the others free, is CHI_SQUARE above its least."""

    def above(variance: float) -> float:
        return model.fit(held={at: variance}, start=fit.variances).criterion - fit.criterion - CHI_SQUARE

    estimate = float(fit.variances[at])
    scale = float(fit.variances.sum())
    residue = at == len(fit.variances) - 1
    inner = max(estimate, 1e-7 * scale)
    low = 0.0 if not residue and above(0.0) <= 0 else _root(above, 1e-6 * scale, inner)
    outer = max(2 * estimate, 0.02 * scale)
    while above(outer) < 0:
        inner, outer = outer, 2 * outer
        if outer > 1e5 * scale:
            return low, None
    return low, _root(above, inner, outer)


def _root(above: Callable[[float], float], one: float, other: float) -> float:
    """Where it crosses 0 between the two, to four digits: regula falsi with the Illinois step, on the logarithm."""
    a, b = np.log(one), np.log(other)
    at_a, at_b = above(one), above(other)
    if at_a * at_b > 0:
        return one
    middle = a
    for _ in range(40):
        if at_a == at_b or abs(b - a) < 1e-4:
            break
        middle = b - at_b * (b - a) / (at_b - at_a)
        found = above(float(np.exp(middle)))
        if abs(found) < 1e-4:
            break
        if found * at_b < 0:
            a, at_a = b, at_b
        else:
            at_a /= 2
        b, at_b = middle, found
    return float(np.exp(middle))

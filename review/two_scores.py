"""How far the first and the second assessor agree, with candidates as what an interval counts.

`review.agreement` and `review.reliability` take scores as independent; here the scores of one candidate hang together,
so that its values are theirs and its intervals are wider. Everything follows from how often each pair of levels was
given to each candidate.

Sources: Shrout and Fleiss 1979 (one-way intraclass correlation), Cohen 1968 (quadratic weights), Krippendorff 2011.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from review.figure import Figure, of_sums, ratio, sums_by
from review.rules import LEVEL_MAX, LEVEL_MIN

SIZE = LEVEL_MAX - LEVEL_MIN + 1
LEVELS = np.arange(LEVEL_MIN, LEVEL_MAX + 1, dtype=float)
APART = LEVELS[:, None] - LEVELS[None, :]


@dataclass(frozen=True)
class TwoScores:
    """The levels that two assessors gave, apart from each other, to one competency of one answer."""

    candidate: str
    first: int
    second: int


@dataclass(frozen=True)
class PanelAgreement:
    """Coefficients and shares; `n` counts candidates.

    icc1: one-way random, absolute agreement, one assessor (other assessors for other candidates). icc1k: of the mean of
    the two. kappa: Cohen's, quadratic weights. alpha: Krippendorff's, ordinal. exact, within_one: shares, 0 to 1.
    """

    icc1: Figure
    icc1k: Figure
    kappa: Figure
    alpha: Figure
    exact: Figure
    within_one: Figure


def panel_agreement(pairs: Sequence[TwoScores], least: int) -> PanelAgreement:
    """All of it; no value where the scores do not vary."""
    joint = np.zeros((len(pairs), SIZE * SIZE))
    places = [(one.first - LEVEL_MIN) * SIZE + one.second - LEVEL_MIN for one in pairs]
    joint[np.arange(len(pairs)), np.array(places, dtype=int)] = 1
    sums = sums_by([one.candidate for one in pairs], joint)
    return PanelAgreement(
        icc1=of_sums(sums, lambda some: _icc(some, single=True), least, -1.0, 1.0),
        icc1k=of_sums(sums, lambda some: _icc(some, single=False), least, most=1.0),
        kappa=of_sums(sums, _kappa, least, -1.0, 1.0),
        alpha=of_sums(sums, _alpha, least, -1.0, 1.0),
        exact=of_sums(sums, lambda some: _share(some, 0), least, 0.0, 1.0),
        within_one=of_sums(sums, lambda some: _share(some, 1), least, 0.0, 1.0),
    )


def _icc(sums: np.ndarray, single: bool) -> np.ndarray:
    n = sums.sum(axis=1)
    middle = (LEVELS[:, None] + LEVELS[None, :]).ravel() / 2
    mean = ratio(sums @ middle, n)
    between = ratio(2 * (sums @ middle**2 - n * mean**2), n - 1)
    within = ratio(sums @ (APART.ravel() ** 2 / 2), n)
    return ratio(between - within, between + within if single else between)


def _kappa(sums: np.ndarray) -> np.ndarray:
    joint = sums.reshape(-1, SIZE, SIZE)
    observed = (joint * APART**2).sum(axis=(1, 2)) * joint.sum(axis=(1, 2))
    expected = np.einsum("bi,ij,bj->b", joint.sum(axis=2), APART**2, joint.sum(axis=1))
    found: np.ndarray = 1 - ratio(observed, expected)
    return found


def _alpha(sums: np.ndarray) -> np.ndarray:
    joint = sums.reshape(-1, SIZE, SIZE)
    met = joint + joint.transpose(0, 2, 1)
    of_level = met.sum(axis=2)
    place = of_level.cumsum(axis=1) - of_level / 2
    apart = (place[:, :, None] - place[:, None, :]) ** 2
    observed = (met * apart).sum(axis=(1, 2)) * (of_level.sum(axis=1) - 1)
    found: np.ndarray = 1 - ratio(observed, np.einsum("bi,bij,bj->b", of_level, apart, of_level))
    return found


def _share(sums: np.ndarray, most: int) -> np.ndarray:
    return ratio(sums @ (abs(APART) <= most).ravel().astype(float), sums.sum(axis=1))

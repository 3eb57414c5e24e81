"""What the candidate's file does to scores: phase 1 was blind, phase 2 has the file beside the own locked scores.

A file may rightly change a score (what was said turns out to be true), so none of this is a fault by itself; it says
how far the written part works on the spoken part. Levels of the scale; `n` is the number of candidates, and intervals
leave out each of them in turn.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from review.figure import Figure, of_sums, ratio, sums_by


@dataclass(frozen=True)
class TwoPhases:
    """One level before and after the file was read; `claimed` is the level that the candidate claims in it, if any."""

    candidate: str
    blind: float
    final: float
    claimed: float | None = None


@dataclass(frozen=True)
class DossierHalo:
    """The mean change in levels, the shares of scores that changed, rose and fell, and the pull of the own claim.

    `pull`: which part of the way from the blind score to the claimed level the assessors went (0 none, 1 all of it),
    over the scores with a claim that differs.
    """

    scores: int
    mean_change: Figure
    changed: Figure
    raised: Figure
    lowered: Figure
    pull: Figure


def dossier_halo(scores: Sequence[TwoPhases], least: int) -> DossierHalo:
    """All of it over scores with a level in both phases."""
    levels = np.array([(one.blind, one.final) for one in scores], dtype=float).reshape(-1, 2)
    change = levels[:, 1] - levels[:, 0]
    candidates = [one.candidate for one in scores]
    columns = np.column_stack([np.ones(len(change)), change, change != 0, change > 0, change < 0])
    sums = sums_by(candidates, columns)
    mean = of_sums(sums, lambda some: ratio(some[:, 1], some[:, 0]), least)
    changed, raised, lowered = (
        of_sums(sums, lambda some, at=at: ratio(some[:, at], some[:, 0]), least, 0.0, 1.0)  # type: ignore[misc]
        for at in (2, 3, 4)
    )
    claims = [at for at, one in enumerate(scores) if one.claimed is not None and one.claimed != one.blind]
    way = np.array([(scores[at].claimed or 0.0) - scores[at].blind for at in claims], dtype=float)
    of_claims = sums_by([candidates[at] for at in claims], np.column_stack([change[claims] * way, way**2]))
    pull = of_sums(of_claims, lambda some: ratio(some[:, 0], some[:, 1]), least)
    return DossierHalo(len(scores), mean, changed, raised, lowered, pull)

"""What other numbers of situations and assessors would bring, from the components of a generalizability study.

Phi is the share of the variance of a mean score that is the candidate's own, with severity and difficulty counted as
error: it belongs to a cut, which every candidate meets with other assessors. G leaves out what is the same for all: the
situations, and the assessors only where one panel judges everybody. Rounding, and a floor for each competency, are in
neither of them.

Source: Brennan 2001, chapters 2 to 4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np

from review.generalizability import RESIDUE, Study

ASSESSORS = (1, 2, 3)
SITUATIONS = (6, 8, 10, 12)
PARTS = (
    "candidate",
    "situation",
    "assessor",
    "candidate:situation",
    "candidate:assessor",
    "situation:assessor",
    RESIDUE,
)


@dataclass(frozen=True)
class Design:
    """So many situations, and assessors an answer; `panel` assessors a candidate in all (None: the same everywhere).

    `one_panel`: the same persons judge all candidates, and their severity is no difference between candidates.
    """

    situations: int
    assessors: int
    panel: int | None = None
    one_panel: bool = False


@dataclass(frozen=True)
class Projection:
    """G and phi with its 95 % interval (None where a component of no known error decides), and the standard error.

    `error`: in levels of the scale, of a candidate's mean score beside a cut.
    """

    design: Design
    g: float
    phi: float
    low: float | None
    high: float | None
    error: float


def projections(
    found: Study, assessors: Sequence[int] = ASSESSORS, situations: Sequence[int] = SITUATIONS
) -> tuple[Projection, ...]:
    """Each number of assessors with each number of situations, every assessor judging all answers of a candidate."""
    if found.too_few:
        return ()
    return tuple(project(found, Design(some, several)) for several in assessors for some in situations)


def project(found: Study, design: Design) -> Projection:
    """One design. Raises ValueError for other terms, a number below 1, or a panel too small for an answer."""
    panel = design.assessors if design.panel is None else design.panel
    if min(design.situations, design.assessors) < 1 or panel < design.assessors:
        raise ValueError("at least one situation and assessor, and a panel of at least the assessors of an answer")
    terms = [one.term for one in found.components]
    if strange := set(terms) - set(PARTS):
        raise ValueError(f"no design knows of {', '.join(sorted(strange))}")
    cells = design.situations * design.assessors
    shared = 0.0 if design.one_panel else 1.0
    weight = {
        "candidate": (0.0, 0.0),
        "situation": (1 / design.situations, 0.0),
        "assessor": (1 / panel, shared / panel),
        "candidate:situation": (1 / design.situations,) * 2,
        "candidate:assessor": (1 / panel,) * 2,
        "situation:assessor": (1 / cells, shared / cells),
        RESIDUE: (1 / cells,) * 2,
    }
    variances = np.array([one.variance for one in found.components])
    absolute, relative = (np.array([weight[term][at] for term in terms]) for at in (0, 1))
    own = np.array([float(term == "candidate") for term in terms])
    truth, error = float(own @ variances), float(absolute @ variances)
    total = truth + error
    if total <= 0:
        return Projection(design, 0.0, 0.0, None, None, 0.0)
    phi, g = truth / total, truth / (truth + float(relative @ variances)) if truth else 0.0
    low = high = None
    slope = (own * error - absolute * truth) / total**2
    spread = sqrt(max(float(slope @ found.covariance @ slope), 0.0))
    if 0 < phi < 1 and spread > 0:
        middle, half = log(phi / (1 - phi)), 1.959963984540054 * spread / (phi * (1 - phi))
        low, high = (1 / (1 + exp(-min(max(x, -700.0), 700.0))) for x in (middle - half, middle + half))
    return Projection(design, g, phi, low, high, sqrt(error))

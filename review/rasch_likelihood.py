"""The conditional likelihood of many-facet Rasch ratings: each candidate's total is given, so no ability is estimated.

A rating of candidate c in cell i is k (0 to K) with probability in proportion to exp(k a_c - k d_i - t_1 - .. - t_k),
where d_i adds up the parameters of its facets (an assessor's severity, a situation's difficulty) and t are thresholds.
Given the candidate's total the ability a_c falls out. The sum over all ways to reach a total is a product of
polynomials, made from the left and from the right, so that each cell can be left out (Andersen 1972; Linacre 1989 for
facets). Any ability put in tilts every way alike; it is put in to keep the numbers near 1.
"""

from dataclasses import dataclass

import numpy as np

BATCH = 64
"""So many candidates at once, for the sake of memory."""


@dataclass(frozen=True)
class Cells:
    """Ratings from 0 to `top`; the candidate's number of each; its row of the design (one column a facet's level)."""

    ratings: np.ndarray
    candidates: np.ndarray
    design: np.ndarray
    top: int


@dataclass(frozen=True)
class Likelihood:
    """Its logarithm, the slope by (facet levels, thresholds), nearly its curvature, and each cell's chances."""

    log: float
    slope: np.ndarray
    information: np.ndarray
    chances: np.ndarray


class Conditional:
    """The likelihood of these cells; candidates are numbered 0, 1, .. without gaps."""

    def __init__(self, cells: Cells) -> None:
        self._cells, self.top = cells, cells.top
        self._people = int(cells.candidates.max()) + 1
        self._total = np.bincount(cells.candidates, weights=cells.ratings, minlength=self._people).astype(int)
        self._abilities = np.zeros(self._people)
        order = np.argsort(cells.candidates, kind="stable")
        count = np.bincount(cells.candidates, minlength=self._people)
        self._width = int(count.max())
        first = np.concatenate([[0], count.cumsum()[:-1]])
        self._column = np.empty(len(order), dtype=int)
        self._column[order] = np.arange(len(order)) - np.repeat(first, count)

    def at(self, facets: np.ndarray, thresholds: np.ndarray) -> Likelihood:
        """All of it at these parameters."""
        cells, top = self._cells, self._cells.top
        steps = np.concatenate([[0.0], thresholds.cumsum()])
        base = -np.outer(cells.design @ facets, np.arange(top + 1)) - steps
        tilted = self._tilted(base)
        chances, log_totals = self._given_totals(tilted)
        log = float(np.log(tilted[np.arange(len(tilted)), cells.ratings]).sum() - log_totals.sum())
        reached = chances[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
        excess = (cells.ratings[:, None] >= np.arange(1, top + 1)) - reached
        slope = -np.concatenate([cells.design.T @ excess.sum(axis=1), excess.sum(axis=0)])
        return Likelihood(log, slope, self._information(tilted), chances)

    def _tilted(self, base: np.ndarray) -> np.ndarray:
        """Chances at the abilities under which each total is about what is expected."""
        levels = np.arange(self._cells.top + 1)
        for _ in range(3):
            exponent = base + np.outer(self._abilities[self._cells.candidates], levels)
            chance = np.exp(exponent - exponent.max(axis=1, keepdims=True))
            chance /= chance.sum(axis=1, keepdims=True)
            mean = chance @ levels
            spread = chance @ levels**2 - mean**2
            expected, variance = (np.bincount(self._cells.candidates, weights=one) for one in (mean, spread))
            step = np.clip((self._total - expected) / np.maximum(variance, 1e-3), -1, 1)
            self._abilities = np.clip(self._abilities + step, -30, 30)
        tilted: np.ndarray = chance
        return tilted

    def _given_totals(self, tilted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The chances of each cell given the total, and the logarithm of the chance of each total."""
        top = self._cells.top
        padded = np.zeros((self._people, self._width, top + 1))
        padded[:, :, 0] = 1.0
        padded[self._cells.candidates, self._column] = tilted
        found, totals = np.empty_like(padded), np.empty(self._people)
        for begin in range(0, self._people, BATCH):
            batch = slice(begin, begin + BATCH)
            found[batch], totals[batch] = _leave_one_out(padded[batch], self._total[batch])
        return found[self._cells.candidates, self._column], np.log(totals)

    def _information(self, tilted: np.ndarray) -> np.ndarray:
        """Minus the second derivative, as if totals were normal: right but for a part of 1 / cells of a candidate."""
        design, who = self._cells.design, self._cells.candidates
        reached = tilted[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
        top = self._cells.top
        least, most = np.minimum.outer(range(top), range(top)), np.maximum.outer(range(top), range(top))
        covariance = reached[:, most] - reached[:, least] * reached[:, most]
        of_step = covariance.sum(axis=2)
        whole = of_step.sum(axis=1)
        size = design.shape[1]
        found = np.empty((size + top, size + top))
        found[:size, :size] = design.T @ (design * whole[:, None])
        found[:size, size:] = design.T @ of_step
        found[size:, :size] = found[:size, size:].T
        found[size:, size:] = covariance.sum(axis=0)
        by_person = np.zeros((self._people, size + top))
        np.add.at(by_person, who, np.concatenate([design * whole[:, None], of_step], axis=1))
        scale = np.maximum(np.bincount(who, weights=whole), 1e-12)
        return found - by_person.T @ (by_person / scale[:, None])


def _leave_one_out(weights: np.ndarray, totals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each person (first axis) and cell: the chance of each level given the total; and the total's own chance."""
    people, cells, levels = weights.shape
    length = cells * (levels - 1) + 1
    left = np.zeros((cells + 1, people, length))
    left[0, :, 0] = 1.0
    for cell in range(cells):
        end = cell * (levels - 1) + 1
        for level in range(levels):
            left[cell + 1, :, level : level + end] += weights[:, cell, level, None] * left[cell, :, :end]
    totals_chance = left[cells, np.arange(people), totals]
    found = np.empty_like(weights)
    # The polynomial of the cells to the right, turned round so that place j holds what is needed beside j on the left.
    right = np.zeros((people, length + levels))
    right[np.arange(people), totals] = 1.0
    for cell in range(cells - 1, -1, -1):
        end = cell * (levels - 1) + 1
        before = left[cell, :, :end]
        rest = np.stack([(before * right[:, level : level + end]).sum(axis=1) for level in range(levels)], axis=1)
        found[:, cell] = weights[:, cell] * rest / totals_chance[:, None]
        turned = np.zeros_like(right)
        for level in range(levels):
            turned[:, : length + levels - level] += weights[:, cell, level, None] * right[:, level:]
        right = turned
    return found, totals_chance

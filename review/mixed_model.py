"""A mean and independent random effects, fitted by restricted maximum likelihood, for `review.generalizability`.

With variances v of the terms and e of the residue, Henderson's equations are C b = W'y / e with W = [1, Z], and
C = W'W / e + diag(0, 1 / v). The term with the most levels has a diagonal block in C and is eliminated, so that the
cost is that of the others. A term whose variance is 0 is out of the equations. Dense numpy: good for some thousands of
scores and about a thousand levels beside the largest term.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

ROUNDS = 60
STILL = 1e-8
"""Variances have settled when none moves by more than this part of the whole."""


@dataclass(frozen=True)
class Fit:
    """Variances of the terms, the residue last; their covariance (0 at the boundary); -2 log restricted likelihood."""

    variances: np.ndarray
    covariance: np.ndarray
    criterion: float
    mean: float
    converged: bool


@dataclass(frozen=True)
class _Solved:
    criterion: float
    gradient: np.ndarray
    information: np.ndarray
    mean: float


class MixedModel:
    """`codes`: for each term the level, from 0, of each score."""

    def __init__(self, scores: np.ndarray, codes: Sequence[np.ndarray]) -> None:
        self._n = len(scores)
        self._centre = float(scores.mean())
        self._y = scores - self._centre
        self._codes = list(codes)
        self._sizes = [int(one.max()) + 1 for one in codes]
        places = range(len(codes))
        self._crossed = {(i, j): self._cross(i, j) for i in places for j in places if i <= j}
        self.counts = [np.diag(self._crossed[at, at]).copy() for at in places]

    def fit(self, held: Mapping[int, float] | None = None, start: np.ndarray | None = None) -> Fit:
        """The best variances, those in `held` kept as given (the residue has the last place)."""
        held = held or {}
        whole = float(self._y.var())
        terms = len(self._codes)
        variances = np.full(terms + 1, whole / (terms + 1)) if start is None else np.array(start, dtype=float)
        variances = np.maximum(variances, 1e-3 * whole)
        for at, value in held.items():
            variances[at] = value
        free = np.array([at for at in range(terms + 1) if at not in held], dtype=int)
        lowest = np.zeros(terms + 1)
        lowest[terms] = 1e-9 * whole
        now = self._solve(variances)
        damping, converged = 0.0, False
        for _ in range(ROUNDS):
            # All that is above 0, and what is at 0 and wants to rise.
            moving = free[(variances[free] > 0) | (now.gradient[free] * whole > 1e-6)]
            information = now.information[np.ix_(moving, moving)]
            damped = information + damping * np.diag(np.diag(information))
            tried = variances.copy()
            tried[moving] += np.linalg.lstsq(damped, now.gradient[moving], rcond=1e-12)[0]
            # What falls from far is let down to a tenth first; what is at 0 leaves the equations.
            falling = (tried <= lowest) & (variances > 1e-4 * whole) & ~np.isin(np.arange(terms + 1), list(held))
            tried = np.where(falling, variances / 10, np.maximum(tried, np.minimum(lowest, variances)))
            then = self._solve(tried)
            still = bool(abs(tried - variances).max() <= STILL * whole)
            if then.criterion <= now.criterion + 1e-10:
                variances, now = tried, then
                damping = damping / 4 if damping > 1e-3 else 0.0
            else:
                damping = max(4 * damping, 0.25)
            if still:
                converged = True
                break
        inside = free[variances[free] > 0]
        covariance = np.zeros((terms + 1, terms + 1))
        covariance[np.ix_(inside, inside)] = np.linalg.pinv(now.information[np.ix_(inside, inside)], hermitian=True)
        return Fit(variances, covariance, now.criterion, now.mean + self._centre, converged)

    def effects(self, fit: Fit, term: int) -> tuple[np.ndarray, np.ndarray]:
        """Predicted effects of the levels of a term, and their standard errors of prediction."""
        if fit.variances[term] <= 0:
            return np.zeros(self._sizes[term]), np.zeros(self._sizes[term])
        equations = _Equations(self, fit.variances, keep=term)
        begin = equations.begins[term]
        place = slice(begin, begin + self._sizes[term])
        solution = equations.solve(self._rights(self._y, equations))[0][place, 0]
        return solution, np.sqrt(np.diag(equations.inverse)[place])

    def _solve(self, variances: np.ndarray) -> _Solved:
        residue = variances[-1]
        equations = _Equations(self, variances)
        terms = len(self._codes)
        residuals, mean = self._residuals(self._y[:, None], equations)
        projected = residuals[:, 0] / residue
        criterion = self._n * np.log(residue) + equations.log_determinant + self._y @ projected
        criterion += (self._n - 1) * np.log(2 * np.pi)
        traces, squares = np.zeros(terms + 1), np.zeros(terms + 1)
        working = np.zeros((self._n, terms + 1))
        for at in range(terms):
            sums = self.sums(at, projected)
            squares[at] = sums @ sums
            working[:, at] = sums[self._codes[at]]
            if variances[at] > 0:
                criterion += self._sizes[at] * np.log(variances[at])
                traces[at] = self._sizes[at] / variances[at] - equations.trace(at) / variances[at] ** 2
            else:
                traces[at] = self._trace_outside(at, equations)
        traces[terms] = (self._n - 1 - variances[:-1] @ traces[:-1]) / residue
        squares[terms] = projected @ projected
        working[:, terms] = projected
        information = working.T @ self._residuals(working, equations)[0] / residue / 2
        return _Solved(float(criterion), (squares - traces) / 2, information, mean)

    def _trace_outside(self, term: int, equations: "_Equations") -> float:
        """The trace of Z'PZ of a term that is out of the equations."""
        rest = np.concatenate([self.counts[term][None, :], *(self.crossed(at, term) for at in equations.rest)])
        gone = self.crossed(equations.gone, term) if equations.gone is not None else np.zeros((0, self._sizes[term]))
        e = equations.residue
        found = equations.solve((rest / e, gone / e))
        return float(self._n / e - ((rest * found[0]).sum() + (gone * found[1]).sum()) / e)

    def _rights(self, values: np.ndarray, equations: "_Equations") -> tuple[np.ndarray, np.ndarray]:
        """W'values / e, of one or more columns, in the two parts of the equations."""
        values = values.reshape(self._n, -1)

        def of(term: int) -> np.ndarray:
            return np.column_stack([self.sums(term, column) for column in values.T])

        rest = np.concatenate([values.sum(axis=0)[None, :], *(of(at) for at in equations.rest)])
        gone = of(equations.gone) if equations.gone is not None else np.zeros((0, values.shape[1]))
        return rest / equations.residue, gone / equations.residue

    def _residuals(self, values: np.ndarray, equations: "_Equations") -> tuple[np.ndarray, float]:
        """values - W b, and the first constant in b."""
        rest, gone = equations.solve(self._rights(values, equations))
        fitted = np.repeat(rest[:1], self._n, axis=0)
        for at in equations.rest:
            begin = equations.begins[at]
            fitted += rest[begin : begin + self._sizes[at]][self._codes[at]]
        if equations.gone is not None:
            fitted += gone[self._codes[equations.gone]]
        return values - fitted, float(rest[0, 0])

    def sums(self, term: int, values: np.ndarray) -> np.ndarray:
        """Z'values of a term."""
        return np.bincount(self._codes[term], weights=values, minlength=self._sizes[term])

    def crossed(self, one: int, other: int) -> np.ndarray:
        """Z'Z of two terms: how many scores have both levels."""
        found = self._crossed[min(one, other), max(one, other)]
        return found if one <= other else found.T

    @property
    def sizes(self) -> list[int]:
        return self._sizes

    def _cross(self, i: int, j: int) -> np.ndarray:
        flat = self._codes[i].astype(np.int64) * self._sizes[j] + self._codes[j]
        size = self._sizes[i] * self._sizes[j]
        return np.bincount(flat, minlength=size).reshape(self._sizes[i], self._sizes[j]).astype(float)


class _Equations:
    """Henderson's equations at these variances, with the largest term eliminated (never the one in `keep`)."""

    def __init__(self, model: MixedModel, variances: np.ndarray, keep: int | None = None) -> None:
        inside = [at for at in range(len(model.sizes)) if variances[at] > 0]
        self.residue = e = variances[-1]
        self.gone = max((at for at in inside if at != keep), key=lambda at: model.sizes[at], default=None)
        self.rest = [at for at in inside if at != self.gone]
        self.begins, size = {}, 1
        for at in self.rest:
            self.begins[at] = size
            size += model.sizes[at]
        self._sizes = model.sizes
        block = np.zeros((size, size))
        block[0, 0] = model.counts[0].sum() / e if model.counts else 0.0
        for at in self.rest:
            rows = slice(self.begins[at], self.begins[at] + model.sizes[at])
            block[0, rows] = block[rows, 0] = model.counts[at] / e
            for other in self.rest:
                columns = slice(self.begins[other], self.begins[other] + model.sizes[other])
                block[rows, columns] = model.crossed(at, other) / e
            block[rows, rows] += np.eye(model.sizes[at]) / variances[at]
        self._diagonal, self._border = np.zeros(0), np.zeros((size, 0))
        if self.gone is not None:
            self._diagonal = model.counts[self.gone] / e + 1 / variances[self.gone]
            parts = [model.counts[self.gone][None, :], *(model.crossed(at, self.gone) for at in self.rest)]
            self._border = np.concatenate(parts) / e
            block -= (self._border / self._diagonal) @ self._border.T
        self.inverse = np.linalg.inv(block)
        self.log_determinant = float(np.linalg.slogdet(block)[1] + np.log(self._diagonal).sum())

    def solve(self, rights: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """The solution for right sides in two parts: the mean and the terms that are left, and the eliminated term."""
        rest, gone = rights
        scaled = gone / self._diagonal[:, None]
        solution = self.inverse @ (rest - self._border @ scaled)
        return solution, scaled - (self._border.T @ solution) / self._diagonal[:, None]

    def trace(self, term: int) -> float:
        """The trace of the term's block of the inverse."""
        if term != self.gone:
            begin = self.begins[term]
            return float(np.diag(self.inverse)[begin : begin + self._sizes[term]].sum())
        scaled = self._border / self._diagonal
        return float((1 / self._diagonal).sum() + (scaled * (self.inverse @ scaled)).sum())

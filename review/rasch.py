"""Severity of assessors and difficulty of situations in one measure: the many-facet Rasch model, in logits.

Estimated by conditional maximum likelihood (`review.rasch_likelihood`), which joint estimates are no match for: with
few scores a candidate those are far too wide. Parameters of a facet sum to 0 within what is linked, thresholds sum to
0, and candidates float. Higher is more severe, and more difficult.

Assessors are compared through candidates whom both judged, and through nothing else: two panels that share all
situations but no candidate are two groups, whose severities say nothing of each other, and they are named. Where a few
candidates tie two parts, the standard error between those parts says how weak that bridge is. Who has all their scores
at one end of the scale changes nobody's severity, and ties nobody.

Fit compares scores with what is expected given each candidate's total, so that it is 1 on average without any guess of
ability (Mueller 2020): above 1 is erratic, below 1 is too even. Infit weighs by information, outfit counts surprises.

Sources: Rasch 1960, Andersen 1972, Andrich 1978 (one set of thresholds for all), Linacre 1989 (facets), Engelhard 1994.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from review.figure import Figure, figure
from review.groups import groups
from review.rasch_likelihood import Cells, Conditional, Likelihood
from review.reliability import Estimate

ROUNDS = 60


@dataclass(frozen=True)
class Measure:
    """One level of a facet: its logits with interval and n candidates, standard error, and fit.

    `surprise`: how many standard deviations the infit lies from 1; beyond 2 it is worth a look.
    """

    level: str
    logits: Figure
    error: float
    infit: float
    outfit: float
    surprise: float


@dataclass(frozen=True)
class Bridge:
    """The weakest tie among the assessors of a group: both sides, candidates between them, and its standard error."""

    one: tuple[str, ...]
    other: tuple[str, ...]
    candidates: int
    error: float


@dataclass(frozen=True)
class Rasch:
    """Everything that a round of scores says.

    `groups`: for each facet its levels that candidates tie together; only within one are logits compared.
    `extreme`: levels ("facet:level") with all scores at one end, which have no measure. `confounded`: levels that the
    design cannot tell apart (one assessor who did one situation alone); there is no measure at all then.
    `unused`: levels of the scale between the lowest and the highest that nobody gave, taken out of it.
    """

    n: int
    measures: Mapping[str, tuple[Measure, ...]]
    thresholds: tuple[float, ...]
    groups: Mapping[str, tuple[tuple[str, ...], ...]]
    bridges: tuple[Bridge, ...]
    extreme: tuple[str, ...]
    confounded: tuple[str, ...]
    unused: tuple[int, ...]
    log_likelihood: float | None
    converged: bool
    too_few: bool


def rasch(
    levels: Sequence[int],
    candidates: Sequence[str],
    facets: Mapping[str, Sequence[str]],
    least: int,
    least_each: int,
    tied: str = "assessor",
) -> Rasch:
    """The measures of each facet; `least`: so many candidates with scores that differ are asked for.

    `least_each`: so many are asked for each level, or it has no logits. `tied`: the facet whose weakest bridge is
    looked for. Raises ValueError for rows of unequal number.
    """
    if any(len(one) != len(levels) for one in (candidates, *facets.values())):
        raise ValueError("each score has one candidate and one level of each facet")
    rows = _Rows(np.asarray(levels, dtype=int), np.asarray(candidates), {k: np.asarray(v) for k, v in facets.items()})
    extreme, unused = rows.cleaned()
    linked = {name: rows.groups_of(name) for name in facets}
    n = len(set(rows.candidates))

    def nothing(confounded: tuple[str, ...] = ()) -> Rasch:
        too_few = n < max(least, 2)
        return Rasch(n, {}, (), linked, (), extreme, confounded, unused, None, False, too_few)

    if n < max(least, 2):
        return nothing()
    cells, names = rows.cells()
    free = _free(names, linked, cells.top)
    if confounded := _confounded(cells, names, free):
        return nothing(confounded)
    model = Conditional(cells)
    size = len(names)
    values, found, converged = _climb(model, free, size, cells.top)
    covariance = free @ np.linalg.pinv(_curvature(model, free, values, found), hermitian=True) @ free.T
    errors = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    measures: dict[str, tuple[Measure, ...]] = {}
    for facet in facets:
        places = [at for at, (name, _) in enumerate(names) if name == facet]
        measures[facet] = tuple(_measure(at, names, cells, found, values, errors, least_each) for at in places)
    bridges = tuple(_bridge(group, tied, names, covariance, rows) for group in linked.get(tied, ()) if len(group) > 1)
    return Rasch(n, measures, tuple(values[size:]), linked, bridges, extreme, (), unused, found.log, converged, False)


class _Rows:
    def __init__(self, levels: np.ndarray, candidates: np.ndarray, facets: dict[str, np.ndarray]) -> None:
        self.levels, self.candidates, self.facets = levels, candidates, facets

    def cleaned(self) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """Without what has all its scores at one end of the scale, again and again; and without unused levels."""
        extreme: list[str] = []
        unused: tuple[int, ...] = ()
        while len(self.levels):
            used, codes = np.unique(self.levels, return_inverse=True)
            unused = tuple(sorted({*range(int(used[0]), int(used[-1]))} - set(used.tolist())))
            stay = np.ones(len(codes), dtype=bool)
            for name, column in (("", self.candidates), *self.facets.items()):
                for one in np.unique(column):
                    mine = column == one
                    if codes[mine].max() == 0 or codes[mine].min() == len(used) - 1 or (not name and mine.sum() < 2):
                        stay &= ~mine
                        if name:
                            extreme.append(f"{name}:{one}")
            if stay.all():
                break
            self.levels, self.candidates = self.levels[stay], self.candidates[stay]
            self.facets = {name: column[stay] for name, column in self.facets.items()}
        return tuple(dict.fromkeys(extreme)), unused

    def groups_of(self, name: str) -> tuple[tuple[str, ...], ...]:
        """The levels of a facet that candidates tie together."""
        ties = {(("c", str(who)), ("f", str(one))) for who, one in zip(self.candidates, self.facets[name], strict=True)}
        return tuple(tuple(node for kind, node in group if kind == "f") for group in groups(sorted(ties)))

    def cells(self) -> tuple[Cells, list[tuple[str, str]]]:
        """As the likelihood takes them, and the facet and level of each column of the design."""
        used, codes = np.unique(self.levels, return_inverse=True)
        names = [(name, str(one)) for name, column in self.facets.items() for one in np.unique(column)]
        design = np.column_stack([self.facets[name] == one for name, one in names]).astype(float)
        return Cells(codes, np.unique(self.candidates, return_inverse=True)[1], design, len(used) - 1), names


def _free(names: Sequence[tuple[str, str]], linked: Mapping[str, Sequence[Sequence[str]]], top: int) -> np.ndarray:
    """A basis of parameters that sum to 0 within each group of each facet, and over the thresholds."""
    size = len(names)
    sums = []
    for facet, found in linked.items():
        for group in found:
            inside = set(group)
            sums.append([float(name == facet and one in inside) for name, one in names] + [0.0] * top)
    sums.append([0.0] * size + [1.0] * top)
    _, singular, right = np.linalg.svd(np.array(sums))
    basis: np.ndarray = right[int((singular > 1e-9).sum()) :].T
    return basis


def _confounded(cells: Cells, names: Sequence[tuple[str, str]], free: np.ndarray) -> tuple[str, ...]:
    size = len(names)
    of_facets = np.linalg.svd(free[:size])[0][:, : np.linalg.matrix_rank(free[:size])]
    centred = cells.design.copy()
    count = np.bincount(cells.candidates)
    means = np.zeros((len(count), size))
    np.add.at(means, cells.candidates, cells.design)
    centred -= (means / count[:, None])[cells.candidates]
    if not of_facets.size:
        return ()
    values, vectors = np.linalg.eigh(of_facets.T @ centred.T @ centred @ of_facets)
    lost = of_facets @ vectors[:, values < 1e-8]
    return tuple(":".join(names[int(at)]) for at in np.flatnonzero(abs(lost).max(axis=1, initial=0.0) > 1e-6))


def _climb(model: Conditional, free: np.ndarray, size: int, top: int) -> tuple[np.ndarray, Likelihood, bool]:
    values = np.zeros(size + top)
    now = model.at(values[:size], values[size:])
    for _ in range(ROUNDS):
        slope = free.T @ now.slope
        step = free @ np.linalg.lstsq(free.T @ now.information @ free, slope, rcond=1e-12)[0]
        step *= min(1.0, 1.5 / max(abs(step).max(), 1e-12))
        for _ in range(12):
            then = model.at((values + step)[:size], (values + step)[size:])
            if then.log >= now.log - 1e-10:
                break
            step /= 2
        values, now = values + step, then
        if abs(step).max() < 1e-7:
            return values, now, bool(abs(values).max() < 12)
    return values, now, False


def _curvature(model: Conditional, free: np.ndarray, values: np.ndarray, found: Likelihood) -> np.ndarray:
    """Minus the second derivative by the free parameters, from the slope a little further on."""
    little, size = 1e-4, found.slope.size - model.top
    columns = []
    for direction in free.T:
        ahead = values + little * direction
        columns.append(free.T @ (found.slope - model.at(ahead[:size], ahead[size:]).slope) / little)
    curved = np.array(columns)
    both: np.ndarray = (curved + curved.T) / 2
    return both


def _measure(
    at: int,
    names: Sequence[tuple[str, str]],
    cells: Cells,
    found: Likelihood,
    values: np.ndarray,
    errors: np.ndarray,
    least: int,
) -> Measure:
    mine = cells.design[:, at] > 0
    chances, ratings = found.chances[mine], cells.ratings[mine]
    levels = np.arange(cells.top + 1)
    mean = chances @ levels
    spread = np.maximum(chances @ levels**2 - mean**2, 1e-9)
    fourth = (chances * (levels - mean[:, None]) ** 4).sum(axis=1)
    squares = (ratings - mean) ** 2
    infit = float(squares.sum() / spread.sum())
    deviation = float(np.sqrt(max((fourth - spread**2).sum(), 1e-12)) / spread.sum())
    value, error = float(values[at]), float(errors[at])
    half = 1.959963984540054 * error
    n = len(set(cells.candidates[mine].tolist()))
    logits = figure(Estimate(value, value - half, value + half, n), least)
    return Measure(names[at][1], logits, error, infit, float((squares / spread).mean()), (infit - 1) / deviation)


def _bridge(
    group: Sequence[str], tied: str, names: Sequence[tuple[str, str]], covariance: np.ndarray, rows: _Rows
) -> Bridge:
    """The two sides whose difference is known worst: by the sign of the leading eigenvector of the covariance."""
    places = [names.index((tied, one)) for one in group]
    inside = covariance[np.ix_(places, places)]
    leading = np.linalg.eigh(inside)[1][:, -1]
    above = leading > 0 if 0 < (leading > 0).sum() < len(group) else np.arange(len(group)) == 0
    contrast = np.where(above, 1 / above.sum(), -1 / (~above).sum())
    one, other = ([name for name, side in zip(group, above, strict=True) if side == which] for which in (True, False))
    met = [set(rows.candidates[np.isin(rows.facets[tied], side)].tolist()) for side in (one, other)]
    error = float(np.sqrt(max(contrast @ inside @ contrast, 0.0)))
    return Bridge(tuple(one), tuple(other), len(met[0] & met[1]), error)

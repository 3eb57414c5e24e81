"""How one assessor judges beside those who judged the same: severity, spread, halo, drift, and how often they agree.

Everything rests on pairs: two scores of one competency of one answer, by two assessors. A pair knows nothing of what
the answer deserved, only how far two persons were apart; so of two who always judge together nobody can say which is
the strict one, and what an assessor is told is the own line beside all partners as one. Levels of the scale throughout;
severity is positive for who gives lower scores than the others.

Sources: Saal, Downey and Lahey 1980 (severity, halo, restriction of range, and how each is measured); Engelhard 1994.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from review.figure import Figure, figure, of_sums, ratio, sums_by
from review.groups import groups
from review.reliability import Estimate


@dataclass(frozen=True)
class Given:
    """One level that one assessor gave: of which candidate, in which situation, for which competency, in which week."""

    candidate: str
    situation: str
    competency: str
    assessor: str
    level: float
    week: int = 0


@dataclass(frozen=True)
class Pair:
    """What an assessor gave, and what a partner gave for the same; `week` is when the assessor gave it."""

    candidate: str
    situation: str
    competency: str
    partner: str
    own: float
    other: float
    week: int = 0


@dataclass(frozen=True)
class Severities:
    """Severity of each assessor within the own group, and the groups: who never shared an answer cannot be compared.

    Within a group severities sum to 0. `alone` are the assessors without any shared answer.
    """

    of: Mapping[str, Figure]
    groups: tuple[tuple[str, ...], ...]
    alone: tuple[str, ...]


@dataclass(frozen=True)
class WeekFigure:
    """One week of an assessor: how far the own scores lay below those of the partners."""

    week: int
    severity: Figure


@dataclass(frozen=True)
class Drift:
    """The change of an assessor's severity in levels a week, and the weeks one by one."""

    slope: Figure
    weeks: tuple[WeekFigure, ...]


@dataclass(frozen=True)
class Agreement:
    """The share of pairs (0 to 1) that are the same level, and that are at most one level apart."""

    exact: Figure
    within_one: Figure


def pairs_of(given: Iterable[Given]) -> dict[str, list[Pair]]:
    """The pairs of every assessor, seen from that assessor; two persons are there twice, once from each side."""
    cells: dict[tuple[str, str, str], list[Given]] = defaultdict(list)
    for one in given:
        cells[one.candidate, one.situation, one.competency].append(one)
    pairs: dict[str, list[Pair]] = defaultdict(list)
    for cell, scores in cells.items():
        for one in scores:
            for other in scores:
                if one.assessor != other.assessor:
                    pairs[one.assessor].append(Pair(*cell, other.assessor, one.level, other.level, one.week))
    return dict(pairs)


def severities(given: Sequence[Given], least: int) -> Severities:
    """Severity with the partners' own severity taken out: least squares with a constant for each answer-competency.

    `n` is the number of candidates of whom the assessor shares an answer, and what `least` counts. The interval leaves
    out each candidate in turn, of the whole group.
    """
    cells: dict[tuple[str, str, str], list[Given]] = defaultdict(list)
    for one in given:
        cells[one.candidate, one.situation, one.competency].append(one)
    shared = [scores for scores in cells.values() if len({one.assessor for one in scores}) > 1]
    everybody = sorted({one.assessor for one in given})
    linked = groups((scores[0].assessor, one.assessor) for scores in shared for one in scores)
    found: dict[str, Figure] = {}
    for group in linked:
        of_group = [scores for scores in shared if scores[0].assessor in group]
        found |= _within_group(group, of_group, least)
    alone = tuple(one for one in everybody if one not in found)
    found |= {one: figure(Estimate(None, None, None, 0), least) for one in alone}
    return Severities(found, tuple(linked), alone)


def _within_group(group: Sequence[str], cells: Sequence[Sequence[Given]], least: int) -> dict[str, Figure]:
    place = {assessor: at for at, assessor in enumerate(group)}
    people = {candidate: at for at, candidate in enumerate(dict.fromkeys(scores[0].candidate for scores in cells))}
    size, n = len(group), len(people)
    normal, right = np.zeros((n, size, size)), np.zeros((n, size))
    met: dict[str, set[str]] = defaultdict(set)
    for scores in cells:
        who = people[scores[0].candidate]
        at = [place[one.assessor] for one in scores]
        levels = np.array([one.level for one in scores])
        normal[who][np.ix_(at, at)] += np.eye(len(at)) - 1 / len(at)
        right[who][at] -= levels - levels.mean()
        for one in scores:
            met[one.assessor].add(one.candidate)
    whole, total = normal.sum(axis=0) + 1 / size, right.sum(axis=0)
    value = np.linalg.solve(whole, total)
    half = np.full(size, np.nan)
    if n > 1:
        rest = whole - normal
        # Without a candidate who alone ties two parts, their difference is undefined, and so is every interval.
        if min(np.linalg.eigvalsh(one)[0] for one in rest) > 1e-9:
            without = np.linalg.solve(rest, (total - right)[:, :, None])[:, :, 0]
            half = stdtrit(n - 1, 0.975) * np.sqrt((n - 1) * without.var(axis=0))
    return {one: _around(float(value[at]), float(half[at]), len(met[one]), least) for one, at in place.items()}


def _around(value: float, half: float, n: int, least: int) -> Figure:
    if np.isnan(half):
        return figure(Estimate(value, None, None, n), least)
    return figure(Estimate(value, value - half, value + half, n), least)


def spread(pairs: Sequence[Pair], least: int) -> Figure:
    """The standard deviation of an assessor's scores over that of the partners' on the same.

    Below 1: who keeps to the middle. Beside each partner apart, so that their severity is no spread. None where
    the partners gave one level only. `n`: candidates.
    """
    partners = [one.partner for one in pairs]
    own, other = (_centred(levels, partners) for levels in _levels(pairs))
    sums = sums_by([one.candidate for one in pairs], np.column_stack([own**2, other**2]))
    return of_sums(sums, lambda some: np.sqrt(ratio(some[:, 0], some[:, 1])), least, lowest=0.0)


def agreement(pairs: Sequence[Pair], least: int) -> Agreement:
    """How often the assessor and a partner gave the same, and at most one apart. `n`: candidates."""
    own, other = _levels(pairs)
    apart = abs(own - other)
    columns = np.column_stack([np.ones(len(own)), apart < 0.5, apart < 1.5])
    sums = sums_by([one.candidate for one in pairs], columns)
    exact, within = (
        of_sums(sums, lambda some, at=at: ratio(some[:, at], some[:, 0]), least, 0.0, 1.0)  # type: ignore[misc]
        for at in (1, 2)
    )
    return Agreement(exact, within)


def halo(pairs: Sequence[Pair], least: int, by: str = "answer") -> Figure:
    """How far an assessor's departures from the partners are the same over the competencies of one answer (1: wholly).

    The one-way intraclass correlation of the departures, with what is usual between the two persons on a competency
    taken out first: whoever lets one impression colour an answer departs in one direction everywhere. With
    `by="candidate"` over all that the assessor scored of a candidate. A partner's halo is in it as well. None where
    departures do not vary, or where no answer has two competencies. `n`: candidates; the interval leaves out each in
    turn.
    """
    own, other = _levels(pairs)
    apart = _centred(own - other, [(one.competency, one.partner) for one in pairs])
    subjects = [(one.candidate, one.situation if by == "answer" else "", one.partner) for one in pairs]
    in_subject = sums_by(subjects, np.column_stack([np.ones(len(apart)), apart, apart**2]))
    size, total, squares = in_subject.T
    columns = np.column_stack([np.ones(len(size)), size, size**2, total, total**2 / size, squares])[size > 1]
    candidates = [
        candidate for (candidate, *_), several in zip(dict.fromkeys(subjects), size > 1, strict=True) if several
    ]
    return of_sums(sums_by(candidates, columns), _one_way, least, most=1.0)


def _one_way(sums: np.ndarray) -> np.ndarray:
    subjects, n, size_squares, total, between, squares = sums.T
    mean_between = ratio(between - ratio(total**2, n), subjects - 1)
    mean_within = ratio(squares - between, n - subjects)
    k = ratio(n - ratio(size_squares, n), subjects - 1)
    bottom = mean_between + (k - 1) * mean_within
    return ratio(mean_between - mean_within, np.where(np.isnan(bottom), 0.0, bottom))


def drift(pairs: Sequence[Pair], least: int) -> Drift:
    """The slope of severity over weeks, with each partner's own level taken out, and each week's own severity.

    `n`: candidates. No slope where each partner was met in one week only.
    """
    own, other = _levels(pairs)
    lower, partners = other - own, [one.partner for one in pairs]
    week = _centred(np.array([one.week for one in pairs], dtype=float), partners)
    sums = sums_by([one.candidate for one in pairs], np.column_stack([week * _centred(lower, partners), week**2]))
    whole = of_sums(sums, lambda some: ratio(some[:, 0], some[:, 1]), least)
    weeks = []
    for number in sorted({one.week for one in pairs}):
        inside = [at for at, one in enumerate(pairs) if one.week == number]
        sums = sums_by([pairs[at].candidate for at in inside], np.column_stack([np.ones(len(inside)), lower[inside]]))
        weeks.append(WeekFigure(number, of_sums(sums, lambda some: ratio(some[:, 1], some[:, 0]), least)))
    return Drift(whole, tuple(weeks))


def _centred(values: np.ndarray, keys: Sequence[Hashable]) -> np.ndarray:
    """The values with the mean of those with the same key taken out."""
    names = {key: at for at, key in enumerate(dict.fromkeys(keys))}
    places = np.array([names[key] for key in keys], dtype=int)
    counts = np.bincount(places)
    centred: np.ndarray = values - (np.bincount(places, weights=values) / np.maximum(counts, 1))[places]
    return centred


def _levels(pairs: Sequence[Pair]) -> tuple[np.ndarray, np.ndarray]:
    levels = np.array([(one.own, one.other) for one in pairs], dtype=float).reshape(-1, 2)
    return levels[:, 0].copy(), levels[:, 1].copy()

"""The parts of the figures about the judging, from the scores of one exam: pure, and plain enough to be kept as JSON.

A part is a list of rows. A row says what it is about (`of`: the id of an assessor, the key of a competency or of a
situation, or nothing), which measure, the value with its 95 % interval (None where there is none), on how many
candidates it rests (`n`), how many are needed (`least`), and whether they are too few (`few`).
"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from review import assessor_figures
from review.assessor_figures import Given
from review.dossier_halo import TwoPhases, dossier_halo
from review.figure import Figure
from review.two_scores import TwoScores, panel_agreement
from storage.figures.signed_scores import SignedScore

LEAST = 10
"""Candidates that a mean, a share, or the figures of one assessor ask for."""
LEAST_RELATED = 30
"""Candidates that a coefficient asks for: Koo and Li (2016) advise to conclude nothing from fewer."""
WEEKS = 10
"""Drift is said in levels in so many weeks."""
FIRST_TWO = (1, 2)
"""A third assessor is asked where the first two differ, which says nothing of how often assessors agree."""

Row = dict[str, Any]
Situation = Callable[[SignedScore], str]
"""The key of the situation that a score is about."""


def row(of: str, measure: str, found: Figure, least: int, times: float = 1) -> Row:
    """One figure as it is kept."""
    value, low, high = (None if one is None else one * times for one in (found.value, found.low, found.high))
    return {
        "of": of,
        "measure": measure,
        "value": value,
        "low": low,
        "high": high,
        "n": found.n,
        "least": least,
        "few": found.too_few,
    }


def parts(
    scores: Sequence[SignedScore], situation: Situation, claims: Mapping[uuid.UUID, Mapping[str, int]]
) -> dict[str, list[Row]]:
    """Every part. `claims`: of each sitting the level that the candidate gave the own competencies."""
    given = [
        Given(str(one.sitting), situation(one), one.competency, str(one.assessor), float(one.blind), week(one))
        for one in scores
        if one.blind is not None
    ]
    pairs = _first_two(scores)
    return {
        "agreement": _agreement("", [both for _, both in pairs]),
        "assessors": _assessors(given),
        "drift": _drift(given),
        "dossier": _dossier(scores, claims),
        "competencies": _by(pairs, lambda one: one.competency),
        "situations": _by(pairs, situation),
    }


def week(one: SignedScore) -> int:
    """The number of the week in which phase 1 was signed."""
    return one.signed_at.toordinal() // 7


def _first_two(scores: Iterable[SignedScore]) -> list[tuple[SignedScore, TwoScores]]:
    """What the first two assessors gave, blind, with one of the two scores for what it is about."""
    cells: dict[tuple[uuid.UUID, str], dict[int, SignedScore]] = defaultdict(dict)
    for one in scores:
        if one.marking == 1 and one.slot in FIRST_TWO and one.blind is not None:
            cells[one.answer, one.competency][one.slot] = one
    found = []
    for both in cells.values():
        if len(both) == len(FIRST_TWO):
            first, second = (both[slot] for slot in FIRST_TWO)
            found.append((first, TwoScores(str(first.sitting), first.blind or 0, second.blind or 0)))
    return found


def _agreement(of: str, pairs: Sequence[TwoScores], only: Sequence[str] | None = None) -> list[Row]:
    found = vars(panel_agreement(pairs, LEAST_RELATED))
    return [row(of, name, found[name], LEAST_RELATED) for name in only or found]


def _by(pairs: Sequence[tuple[SignedScore, TwoScores]], what: Situation) -> list[Row]:
    several: dict[str, list[TwoScores]] = defaultdict(list)
    for one, both in pairs:
        several[what(one)].append(both)
    return [
        found for key in sorted(several) for found in _agreement(key, several[key], ("kappa", "exact", "within_one"))
    ]


def _assessors(given: Sequence[Given]) -> list[Row]:
    pairs = assessor_figures.pairs_of(given)
    severe = assessor_figures.severities(given, LEAST)
    found = []
    for who in sorted(severe.of):
        own = pairs.get(who, [])
        agreed = assessor_figures.agreement(own, LEAST)
        figures = {
            "severity": severe.of[who],
            "spread": assessor_figures.spread(own, LEAST),
            "exact": agreed.exact,
            "within_one": agreed.within_one,
        }
        found += [row(who, name, one, LEAST) for name, one in figures.items()]
    return found


def _drift(given: Sequence[Given]) -> list[Row]:
    found = []
    for who, own in sorted(assessor_figures.pairs_of(given).items()):
        drift = assessor_figures.drift(own, LEAST)
        found.append(row(who, "slope", drift.slope, LEAST, WEEKS))
        found += [row(who, f"week:{one.week}", one.severity, 2) for one in drift.weeks]
    return found


def _dossier(scores: Iterable[SignedScore], claims: Mapping[uuid.UUID, Mapping[str, int]]) -> list[Row]:
    both = [
        TwoPhases(str(one.sitting), one.blind, one.final, claims.get(one.sitting, {}).get(one.competency))
        for one in scores
        if one.both_phases and one.blind is not None and one.final is not None
    ]
    halo = dossier_halo(both, LEAST)
    figures = {name: getattr(halo, name) for name in ("changed", "raised", "lowered", "mean_change", "pull")}
    return [row("", name, one, LEAST) for name, one in figures.items()]

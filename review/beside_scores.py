"""What stands beside scores and should, or should not, go with them: other situations, recordings, own judgement.

A situation should go with the rest of the exam (item-rest correlation), the quality of a recording should not go with
the score (or the microphone is judged), and a candidate's own rating may do as it likes: it is advice, and no score.

Sources: Nunnally and Bernstein 1994 (item-rest), Fisher 1921 (its interval); the alarm at .2 is a choice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from review.figure import Figure, correlation, correlation_of_sums, moments, of_sums, ratio, sums_by

QUALITY_ALARM = 0.2
"""From where on a correlation of quality and score, in either direction, is an alarm."""


@dataclass(frozen=True)
class Recorded:
    """One answer: a measure of its recording, in any unit, and the mean of its scores."""

    candidate: str
    quality: float
    score: float


@dataclass(frozen=True)
class QualityFigure:
    """The correlation over answers; `alarm` when it is beyond the limit, `proven` when its interval leaves out 0 too.

    An alarm is a question and no finding: where nothing is wrong, .2 is passed by chance in 29 % of the samples of
    thirty independent answers, 16 % of fifty, 4.6 % of a hundred and .5 % of two hundred.
    """

    correlation: Figure
    alarm: bool
    proven: bool


@dataclass(frozen=True)
class SelfRated:
    """What a candidate gave to the own work, and what the assessors gave on average, for one answer or competency."""

    candidate: str
    own: float
    score: float


@dataclass(frozen=True)
class SelfInsight:
    """How far own ratings lie above the scores (levels, positive: higher than the assessors), and go with them."""

    gap: Figure
    correlation: Figure


def item_rest(scores: Mapping[str, Mapping[str, float]], least: int) -> dict[str, Figure]:
    """For each situation: the correlation of its score with the mean of the candidate's other situations.

    `scores`: candidate, then situation, then the mean of its scores. `n`: candidates with this situation and another.
    """
    situations = sorted({situation for had in scores.values() for situation in had})
    found = {}
    for situation in situations:
        both = [had for had in scores.values() if situation in had and len(had) > 1]
        rest = [(sum(had.values()) - had[situation]) / (len(had) - 1) for had in both]
        found[situation] = correlation([had[situation] for had in both], rest, least)
    return found


def quality_beside_score(answers: Sequence[Recorded], least: int, limit: float = QUALITY_ALARM) -> QualityFigure:
    """Whether better recordings get other scores. `n`: candidates, whose answers hang together (jackknife).

    `limit`: the size of the correlation from which on there is an alarm, 0 to 1.
    """
    x, y = (np.array([getattr(one, name) for one in answers], dtype=float) for name in ("quality", "score"))
    found = of_sums(
        sums_by([one.candidate for one in answers], moments(x, y)), correlation_of_sums, least, lowest=-1.0, most=1.0
    )
    alarm = found.value is not None and abs(found.value) > limit
    proven = alarm and found.low is not None and found.high is not None and not found.low <= 0 <= found.high
    return QualityFigure(found, alarm, proven)


def self_insight(ratings: Sequence[SelfRated], least: int) -> SelfInsight:
    """Own ratings beside the assessors' scores. `n`: candidates (jackknife)."""
    own, score = (np.array([getattr(one, name) for one in ratings], dtype=float) for name in ("own", "score"))
    candidates = [one.candidate for one in ratings]
    gaps = sums_by(candidates, np.column_stack([np.ones(len(own)), own - score]))
    gap = of_sums(gaps, lambda some: ratio(some[:, 1], some[:, 0]), least)
    sums = sums_by(candidates, moments(own, score))
    return SelfInsight(gap, of_sums(sums, correlation_of_sums, least, lowest=-1.0, most=1.0))

"""A complete rating: one assessor's scores on one answer, signed once per phase.

Phase 1 is blind: the recording alone. In phase 2 the candidate's STARs lie beside the own locked scores; a score may
then change, with a reason, and both values stay.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any

from review.rules import on_scale


class Phase(IntEnum):
    BLIND = 1
    DOSSIER = 2


@dataclass(frozen=True)
class TimeCode:
    """A moment in the recording of the answer, in seconds from its start."""

    seconds: float

    def to_json(self) -> dict[str, Any]:
        return {"seconds": self.seconds}


@dataclass(frozen=True)
class StarSentence:
    """A sentence of a STAR: the STAR's key, the step ("S", "T", "A" or "R"), the sentence counted from 1."""

    star: str
    step: str
    sentence: int

    def to_json(self) -> dict[str, Any]:
        return {"star": self.star, "step": self.step, "sentence": self.sentence}


Evidence = TimeCode | StarSentence


def evidence_from_json(data: Mapping[str, Any]) -> Evidence:
    """The inverse of `to_json` of both kinds. Raises KeyError for anything else."""
    if "seconds" in data:
        return TimeCode(data["seconds"])
    return StarSentence(data["star"], data["step"], data["sentence"])


@dataclass(frozen=True)
class Score:
    """One assessor's score of one competency of one answer in one phase: a level, or "not observable" with a reason.

    `reason` is why it was not observable. `change_reason` is why phase 2 differs from phase 1. `remark` is free.
    """

    level: int | None = None
    not_observable: bool = False
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()
    remark: str = ""
    change_reason: str = ""

    @property
    def value(self) -> tuple[int | None, bool]:
        """The part of it by which a change in phase 2 is measured."""
        return (self.level, self.not_observable)


class Gap(StrEnum):
    """Why a rating may not be signed yet."""

    NO_SCORE = "no_score"
    LEVEL_AND_NOT_OBSERVABLE = "level_and_not_observable"
    LEVEL_OFF_SCALE = "level_off_scale"
    NO_REASON = "no_reason"
    TOO_LITTLE_EVIDENCE = "too_little_evidence"
    EVIDENCE_NOT_THERE = "evidence_not_there"
    NO_CHANGE_REASON = "no_change_reason"
    NOT_VISIBLE = "not_visible"
    NOT_LOCKED = "not_locked"


@dataclass(frozen=True)
class Missing:
    """One thing that stands between the rating and its signature."""

    gap: Gap
    competency: str


def missing(
    visible: Sequence[str],
    scores: Mapping[str, Score],
    phase: Phase,
    locked: Mapping[str, Score] | None = None,
    answer_s: float | None = None,
    evidence_per_score: int = 1,
) -> tuple[Missing, ...]:
    """Everything that is still missing, in the order of `visible`, the competencies that the scenario shows.

    `scores` are those of this phase, by competency. In phase 2 `locked` holds the signed scores of phase 1, and only
    the scores that change need be in `scores`. Each level rests on at least `evidence_per_score` pieces of evidence:
    time codes within the answer (`answer_s` seconds long, unchecked when None), and in phase 2 sentences of a STAR too.
    """
    locked = locked or {}
    found: list[Missing] = []
    for key in visible:
        score, before = scores.get(key), locked.get(key)
        gaps = _gaps(score, phase, answer_s, evidence_per_score) if score else []
        if phase is Phase.BLIND and score is None:
            gaps.append(Gap.NO_SCORE)
        if phase is Phase.DOSSIER:
            if before is None:
                gaps.append(Gap.NOT_LOCKED)
            elif score and score.value != before.value and not score.change_reason.strip():
                gaps.append(Gap.NO_CHANGE_REASON)
        found.extend(Missing(gap, key) for gap in gaps)
    found.extend(Missing(Gap.NOT_VISIBLE, key) for key in scores if key not in visible)
    return tuple(found)


def may_open_dossier(signed: Iterable[Phase | None]) -> bool:
    """True when an assessor may see a candidate's STARs.

    `signed`: the last signed phase of each own rating of that candidate, None where unsigned.
    """
    signed = tuple(signed)
    return bool(signed) and None not in signed


def counting(locked: Mapping[str, Score], changed: Mapping[str, Score]) -> dict[str, Score]:
    """The scores that count: those of phase 2 where there are, else those of phase 1."""
    return {**locked, **changed}


def _gaps(score: Score, phase: Phase, answer_s: float | None, evidence_per_score: int) -> list[Gap]:
    if score.not_observable:
        gaps = [Gap.LEVEL_AND_NOT_OBSERVABLE] if score.level is not None else []
        return gaps if score.reason.strip() else [*gaps, Gap.NO_REASON]
    if score.level is None:
        return [Gap.NO_SCORE]
    gaps = [] if on_scale(score.level) else [Gap.LEVEL_OFF_SCALE]
    if len(score.evidence) < evidence_per_score:
        gaps.append(Gap.TOO_LITTLE_EVIDENCE)
    if not all(_is_there(item, phase, answer_s) for item in score.evidence):
        gaps.append(Gap.EVIDENCE_NOT_THERE)
    return gaps


def _is_there(item: Evidence, phase: Phase, answer_s: float | None) -> bool:
    if isinstance(item, TimeCode):
        return item.seconds >= 0 and (answer_s is None or item.seconds <= answer_s)
    return phase is Phase.DOSSIER and item.step in ("S", "T", "A", "R") and item.sentence >= 1

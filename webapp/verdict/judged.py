"""What each assessor gave for each answer and wrote with it, for who checks a verdict."""

from collections.abc import Sequence
from dataclasses import dataclass

from scenarios.chapters import Competency
from scenarios.scheme import Scheme
from storage.exam.recordings import Recording, RecordingState, counting_takes
from storage.exam.sittings import Answer, Sitting
from storage.judging.ratings import Rating
from storage.judging.scores import Remark, Score
from webapp.context import g

APART = 2
"""From so many levels between two assessors on one competency an answer is marked."""


@dataclass(frozen=True)
class Judged:
    """One answer: its assessors by slot, their scores for each competency that it shows, their remarks by moment."""

    answer: Answer
    take: Recording | None
    ratings: list[Rating]
    rows: list[tuple[Competency, list[tuple[Rating, Score | None]]]]
    remarks: list[tuple[Rating, Remark]]

    @property
    def unseen(self) -> list[Rating]:
        """The ratings that were signed without seeing all of the recording, which each says why."""
        return [one for one in self.ratings if one.unseen_because]

    @property
    def apart(self) -> bool:
        """True when two assessors are far from each other on a competency."""
        levels = ([_level(score) for _, score in scores] for _, scores in self.rows)
        known = ([level for level in row if level is not None] for row in levels)
        return any(max(row) - min(row) >= APART for row in known if row)


def by_answer(sitting: Sitting, scheme: Scheme, ratings: Sequence[Rating]) -> list[Judged]:
    """Every answer of this sitting that somebody judged, in the order of the situations."""
    takes, found = counting_takes(g.db, sitting), []
    for answer in sitting.answers:
        own = sorted((one for one in ratings if one.answer_id == answer.id), key=lambda one: one.slot or 0)
        if not own:
            continue
        take = takes[answer.number]
        scores = {(one.id, score.competency): score for one in own for score in one.scores}
        rows = [
            (scheme.competency(key), [(one, scores.get((one.id, key))) for one in own])
            for key in answer.scenario.competencies
        ]
        remarks = sorted(((one, remark) for one in own for remark in one.remarks), key=lambda pair: pair[1].at_s)
        stored = take if take and take.state is RecordingState.STORED else None
        found.append(Judged(answer, stored, own, rows, remarks))
    return found


def _level(score: Score | None) -> int | None:
    """The level that counts: that of phase 2 where it was changed."""
    if score is None:
        return None
    return score.phase2_level if score.changed else score.level

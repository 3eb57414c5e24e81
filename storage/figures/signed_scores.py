"""Every signed score that is kept, one a row: for figures about the judging, and for a file under pseudonyms."""

import random
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.dossier.dossiers import Dossier
from storage.exam.sittings import Answer, Sitting
from storage.judging.purposes import Purpose
from storage.judging.ratings import Rating
from storage.judging.scores import Score
from storage.schemes import Scheme

COLUMNS = ("subject", "rater", "score", "candidate", "situation", "competency", "marking", "phase1", "exam")


@dataclass(frozen=True)
class SignedScore:
    """One competency in one rating. `blind` is the level of phase 1, `final` the one that counts; None: not observable.

    `number` and `parallel` say which situation of the pack it was.
    """

    sitting: uuid.UUID
    pack: uuid.UUID
    answer: uuid.UUID
    number: int
    parallel: int
    assessor: uuid.UUID
    slot: int
    marking: int
    signed_at: datetime
    both_phases: bool
    competency: str
    blind: int | None
    final: int | None
    exam: str


def signed_scores(session: Session, exam: str | None = None) -> list[SignedScore]:
    """The scores whose phase 1 is signed, of this exam under any version of its regulation, or of all exams.

    A change counts once phase 2 is signed. What went back, and what was judged for another purpose, is not among them.
    """
    given = (
        select(
            Answer.sitting_id,
            Sitting.pack_id,
            Answer.id,
            Answer.number,
            Answer.parallel,
            Rating.assessor_id,
            Rating.slot,
            Rating.marking,
            Rating.phase1_signed_at,
            Rating.phase2_signed_at.is_not(None),
            Score.competency,
            Score.level,
            Score.changed,
            Score.phase2_level,
            Scheme.key,
        )
        .join(Rating, Score.rating_id == Rating.id)
        .join(Answer, Rating.answer_id == Answer.id)
        .join(Sitting, Answer.sitting_id == Sitting.id)
        .join(Dossier, Sitting.dossier_id == Dossier.id)
        .join(Scheme, Dossier.scheme_id == Scheme.id)
        .where(Rating.purpose == Purpose.EXAM, Rating.declined_at.is_(None), Rating.phase1_signed_at.is_not(None))
    )
    if exam is not None:
        given = given.where(Scheme.key == exam)
    return [_signed(tuple(row)) for row in session.execute(given)]


def _signed(row: tuple[Any, ...]) -> SignedScore:
    *_, both, competency, level, changed, again, exam = row
    counts = both, competency, level, again if both and changed else level, exam
    return SignedScore(*(*row[:9], *counts))


def under_pseudonyms(found: Sequence[SignedScore]) -> list[tuple[str, ...]]:
    """The lines of a file of scores, in `COLUMNS`: candidates and assessors have names that hold for this file only."""
    candidates = _pseudonyms((row.sitting for row in found), "C")
    assessors = _pseudonyms((row.assessor for row in found), "A")
    lines = []
    for row in found:
        who = candidates[row.sitting]
        subject = f"{who}/{row.number}/{row.competency}/{row.marking}"
        score, blind = ("" if level is None else str(level) for level in (row.final, row.blind))
        place = (who, str(row.number), row.competency, str(row.marking))
        lines.append((subject, assessors[row.assessor], score, *place, blind, row.exam))
    return sorted(lines)


def _pseudonyms(found: Iterable[uuid.UUID], letter: str) -> dict[uuid.UUID, str]:
    """A name for each, in an order that is drawn anew for each file, so that two files cannot be laid together."""
    all_of = sorted(set(found))
    random.SystemRandom().shuffle(all_of)
    return {one: f"{letter}{number}" for number, one in enumerate(all_of, 1)}

"""`flask scores`: signed scores as CSV under pseudonyms, for `flask agreement` and for R."""

import random
import uuid
from collections.abc import Iterable

import click
from sqlalchemy import select

from storage.base.database import session_scope
from storage.dossier.dossiers import Dossier
from storage.exam.sittings import Answer, Sitting
from storage.judging.purposes import Purpose
from storage.judging.ratings import Rating
from storage.judging.scores import Score
from storage.schemes import Scheme
from webapp import csv_writer

COLUMNS = ("subject", "rater", "score", "candidate", "situation", "competency", "marking", "phase1", "exam")


def _pseudonyms(found: Iterable[uuid.UUID], letter: str) -> dict[uuid.UUID, str]:
    """A name for each, in an order that is drawn anew for each file, so that two files cannot be laid together."""
    all_of = sorted(set(found))
    random.SystemRandom().shuffle(all_of)
    return {one: f"{letter}{number}" for number, one in enumerate(all_of, 1)}


@click.command("scores")
def scores() -> None:
    """Signed scores as CSV under pseudonyms, for agreement and for R.

    One a line; candidates and assessors have names of this file only. `score` is the one that counts, `phase1` the one
    that was given blind; both are empty for what could not be observed. A change counts once phase 2 is signed. A
    subject is one competency in one answer, within one marking.
    """
    given = (
        select(
            Answer.sitting_id,
            Rating.assessor_id,
            Answer.number,
            Score.competency,
            Rating.marking,
            Score.level,
            (Score.changed & Rating.phase2_signed_at.is_not(None)).label("changed"),
            Score.phase2_level,
            Scheme.key.label("exam"),
        )
        .join(Rating, Score.rating_id == Rating.id)
        .join(Answer, Rating.answer_id == Answer.id)
        .join(Sitting, Answer.sitting_id == Sitting.id)
        .join(Dossier, Sitting.dossier_id == Dossier.id)
        .join(Scheme, Dossier.scheme_id == Scheme.id)
        .where(Rating.purpose == Purpose.EXAM, Rating.declined_at.is_(None), Rating.phase1_signed_at.is_not(None))
    )
    with session_scope(writes=False) as session:
        found = session.execute(given).all()
    candidates = _pseudonyms((row.sitting_id for row in found), "C")
    assessors = _pseudonyms((row.assessor_id for row in found), "A")
    lines = []
    for row in found:
        who, counts = candidates[row.sitting_id], row.phase2_level if row.changed else row.level
        subject = f"{who}/{row.number}/{row.competency}/{row.marking}"
        levels = ["" if level is None else str(level) for level in (counts, row.level)]
        place = (who, str(row.number), row.competency, str(row.marking))
        lines.append((subject, assessors[row.assessor_id], levels[0], *place, levels[1], row.exam))
    click.echo(csv_writer.written(COLUMNS, sorted(lines)), nl=False)

"""The figures about the judging of one exam, made by a worker: never in a request."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.base.database import session_scope
from storage.base.present import present
from storage.dossier.dossiers import Dossier, SelfAssessment
from storage.exam.sittings import Sitting
from storage.figures import judging_parts
from storage.figures.judging import JudgingFigures
from storage.figures.judging_parts import Situation
from storage.figures.signed_scores import signed_scores
from storage.schemes import Pack, Scheme


def run(row_id: uuid.UUID, clock: Callable[[], datetime]) -> dict[str, Any]:
    """Make the figures of this exam anew from the scores that are kept now; again gives the same."""
    with session_scope(writes=False) as session:
        exam = session.get_one(JudgingFigures, row_id).exam
        scores = signed_scores(session, exam)
        situation, claims = _situations(session, exam), _claims(session, exam)
    found = judging_parts.parts(scores, situation, claims)
    candidates = len({one.sitting for one in scores})
    with session_scope() as session:
        row = session.get_one(JudgingFigures, row_id)
        row.figures, row.made_at = found, clock()
        row.candidates, row.scores = candidates, len(scores)
    return {"candidates": candidates}


def _situations(session: Session, exam: str) -> Situation:
    """A situation is the same in each pack that has it, whatever its number."""
    packs = session.scalars(select(Pack).join(Pack.scheme).where(Scheme.key == exam))
    contents = {pack.id: pack.content for pack in packs}
    return lambda one: contents[one.pack].scenario(one.number, one.parallel).key


def _claims(session: Session, exam: str) -> Mapping[uuid.UUID, Mapping[str, int]]:
    """Of each sitting the levels that the candidate claims."""
    claimed: dict[uuid.UUID, dict[str, int]] = defaultdict(dict)
    rows = session.execute(
        select(Sitting.id, SelfAssessment.competency, SelfAssessment.level)
        .join(Dossier, Sitting.dossier_id == Dossier.id)
        .join(SelfAssessment, SelfAssessment.dossier_id == Dossier.id)
        .join(Scheme, Dossier.scheme_id == Scheme.id)
        .where(Scheme.key == exam, SelfAssessment.level.is_not(None))
    )
    for sitting, competency, level in rows:
        claimed[sitting][competency] = present(level)
    return claimed

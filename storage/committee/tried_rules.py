"""A changed rule tried on the results that candidates know: who would flip. It reads, and changes nothing."""

import uuid
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from review.changed_rule import Change, Past, Tried, tried
from review.verdict import Case, Decision
from storage.dossier.dossiers import Dossier
from storage.exam.sittings import Answer, Sitting
from storage.judging.verdicts import Verdict, is_result
from storage.schemes import Pack, Scheme

AT_ONCE = 200
"""Results that are read with one set of questions."""


def try_change(session: Session, exam: str, change: Change, since: datetime | None = None) -> Tried:
    """Every result of this exam that counts, under any version of its regulation, told since this moment.

    The keys are the codes of the files. Who was judged by live checklists, or whose result went after its time, is not
    among them.
    """
    return tried(_cases(session, exam, since, bool(change.without)), change)


def situations(session: Session, exam: str) -> set[str]:
    """The keys of every situation that this exam ever asked."""
    packs = session.scalars(select(Pack).join(Pack.scheme).where(Scheme.key == exam))
    return {one.key for pack in packs for one in pack.content.everyone if one.number}


def _cases(session: Session, exam: str, since: datetime | None, with_situations: bool) -> Iterator[Past]:
    told = (
        select(Verdict.id)
        .join(Sitting, Verdict.sitting_id == Sitting.id)
        .join(Dossier, Sitting.dossier_id == Dossier.id)
        .join(Scheme, Dossier.scheme_id == Scheme.id)
        .where(Scheme.key == exam, is_result())
        .order_by(Verdict.released_at, Verdict.id)
    )
    if since is not None:
        told = told.where(Verdict.released_at >= since)
    every = list(session.scalars(told))
    for first in range(0, len(every), AT_ONCE):
        yield from _read(session, every[first : first + AT_ONCE], with_situations)


def _read(session: Session, some: list[uuid.UUID], with_situations: bool) -> Iterator[Past]:
    rows = session.execute(
        select(Dossier.code, Verdict.inputs, Verdict.decision, Verdict.sitting_id)
        .join(Sitting, Verdict.sitting_id == Sitting.id)
        .join(Dossier, Sitting.dossier_id == Dossier.id)
        .where(Verdict.id.in_(some))
        .order_by(Verdict.released_at, Verdict.id)
    ).all()
    known: dict[str, str] = {}
    if with_situations:
        given = select(Answer).where(Answer.sitting_id.in_([sitting for *_, sitting in rows]))
        related = joinedload(Answer.sitting).joinedload(Sitting.pack)
        known = {str(answer.id): answer.scenario.key for answer in session.scalars(given.options(related))}
    for code, inputs, decision, _ in rows:
        yield Past(code, Case.from_json(inputs), Decision.from_json(decision), known)

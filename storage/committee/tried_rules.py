"""A changed rule tried on the results that candidates know: who would flip. It reads, and changes nothing."""

import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from review.changed_rule import Change, Tried, tried
from review.verdict import Case
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
    return tried(_cases(session, exam, since), change)


def situations(session: Session, exam: str) -> set[str]:
    """The keys of every situation that this exam ever asked."""
    packs = session.scalars(select(Pack).join(Pack.scheme).where(Scheme.key == exam))
    return {one.key for pack in packs for one in pack.content.everyone if one.number}


def _cases(session: Session, exam: str, since: datetime | None) -> Iterator[tuple[str, Case, Mapping[str, str]]]:
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
        yield from _read(session, every[first : first + AT_ONCE])


def _read(session: Session, some: list[uuid.UUID]) -> Iterator[tuple[str, Case, Mapping[str, str]]]:
    whole = select(Verdict).where(Verdict.id.in_(some)).order_by(Verdict.released_at, Verdict.id)
    rows = session.scalars(whole.options(joinedload(Verdict.sitting).joinedload(Sitting.dossier))).all()
    given = select(Answer).where(Answer.sitting_id.in_([one.sitting_id for one in rows]))
    related = joinedload(Answer.sitting).joinedload(Sitting.pack)
    known = {str(answer.id): answer.scenario.key for answer in session.scalars(given.options(related))}
    for row in rows:
        yield row.sitting.dossier.code, Case.from_json(row.inputs), known

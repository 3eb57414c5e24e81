"""Which versions, files and judgements of a motivation file the one who asks may see. Like `access`: else 404."""

import uuid

from flask import abort
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from scenarios.chapters import FilePart
from storage.admission.part_one import PartOneReview
from storage.dossier.dossiers import Dossier
from storage.dossier.revisions import Revision, Side
from webapp.access import managed, me, others
from webapp.context import g


def my_open_substantiations() -> list[Dossier]:
    """The files in which this manager may write now, in the order of the candidates' names."""
    mine = select(Dossier).where(managed()).options(joinedload(Dossier.candidate))
    rows = g.db.scalars(mine.order_by(Dossier.created_at))
    return sorted((one for one in rows if one.is_open(FilePart.SUBSTANTIATION)), key=lambda one: one.candidate.name)


def revision(revision_id: uuid.UUID) -> Revision:
    """A version of what the one who asks writes: the candidate's side of the own file, or the manager's side."""
    mine = ((Revision.side == Side.CANDIDATE) & (Dossier.candidate_id == me().id)) | (
        (Revision.side == Side.MANAGER) & managed()
    )
    found = select(Revision).join(Dossier).where(Revision.id == revision_id, mine)
    return g.db.scalars(found).first() or abort(404)


def review(dossier_id: uuid.UUID) -> PartOneReview:
    """The judgement of the round that goes on, of a file in which this officer has no part."""
    found = select(PartOneReview).join(Dossier).where(Dossier.id == dossier_id, others())
    going_on = PartOneReview.round == Dossier.rounds
    return g.db.scalars(found.where(going_on)).first() or abort(404)

"""Who reads the result of somebody else: the manager and the beheerders whom the candidate chose, and nobody else."""

import uuid

from flask import abort
from sqlalchemy import Select, select

from storage.dossier.dossiers import Dossier
from storage.exam.consents import ConsentKind
from storage.judging.shared_results import shared
from storage.judging.verdicts import Verdict
from webapp.access import managed, me
from webapp.access import people as access_people
from webapp.context import g


def dossier_to_share(dossier_id: uuid.UUID) -> Dossier:
    """An exam of the candidate who asks."""
    mine = select(Dossier).where(Dossier.id == dossier_id, Dossier.candidate_id == me().id)
    return g.db.scalars(mine).first() or abort(404)


def with_manager() -> Select[Verdict]:
    """The results that candidates share with the manager who asks."""
    return shared(ConsentKind.SHARE_MANAGER).where(managed())


def with_organisation() -> Select[Verdict]:
    """The results that candidates share with the organisations of the beheerder who asks."""
    mine = access_people.dossiers_of_my_organisations().with_only_columns(Dossier.id)
    return shared(ConsentKind.SHARE_ORGANISATION).where(Dossier.id.in_(mine))


def of(results: Select[Verdict], dossier_id: uuid.UUID) -> Verdict | None:
    """The one of this exam among these results."""
    return g.db.scalars(results.where(Dossier.id == dossier_id)).first()

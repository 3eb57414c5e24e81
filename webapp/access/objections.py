"""Which objections the one who asks may see. Like `access`: what is not yours does not exist."""

import uuid

from flask import abort
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from storage.dossier.dossiers import Dossier
from storage.exam.sittings import Sitting
from storage.judging.objections import Against, Objection, ObjectionState
from storage.judging.verdicts import Verdict
from storage.people.people import Role
from webapp.access import me, others
from webapp.context import g

WHOSE = joinedload(Objection.dossier).options(joinedload(Dossier.candidate), joinedload(Dossier.scheme))


OPEN = tuple(set(ObjectionState) - {ObjectionState.RULED})


def open_objections() -> Select[Objection]:
    """Those without a ruling, oldest first, save those to decisions about the one who asks."""
    return _theirs().where(Objection.state.in_(OPEN)).order_by(Objection.received_at, Objection.id)


def ruled_objections() -> Select[Objection]:
    """Those with a ruling, newest first."""
    return _theirs().where(Objection.state == ObjectionState.RULED).order_by(Objection.ruled_at.desc(), Objection.id)


def objection_to_handle(objection_id: uuid.UUID) -> Objection:
    return g.db.scalars(_theirs().where(Objection.id == objection_id).options(WHOSE)).first() or abort(404)


def objection_to_rule(objection_id: uuid.UUID) -> Objection:
    """An objection that waits for a ruling by the role of the one who asks."""
    found = objection_to_handle(objection_id)
    if who_rules(found) not in me().roles(g.now) and found.state is not ObjectionState.RULED:
        abort(404)
    return found


def who_rules(objection: Objection) -> Role | None:
    """The role whose ruling it waits for; None before it was classified and after it was ruled on."""
    return {ObjectionState.OFFICE: Role.KSF_OFFICER, ObjectionState.COMMITTEE: Role.EXAM_COMMITTEE}.get(objection.state)


def verdict_about(objection: Objection) -> Verdict | None:
    """The verdict that is objected to."""
    if objection.against is not Against.RESULT:
        return None
    return g.db.scalars(select(Verdict).join(Sitting).where(Sitting.dossier_id == objection.dossier_id)).first()


def _theirs() -> Select[Objection]:
    return select(Objection).join(Objection.dossier).where(others())

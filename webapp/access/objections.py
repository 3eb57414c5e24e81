"""Which objections the one who asks may see and handle. Like `access`: what is not yours does not exist.

The office and the committee see all of them; somebody who was appointed to one of them sees that one.
"""

import uuid

from flask import abort
from sqlalchemy import Select, exists, or_, select, true
from sqlalchemy.orm import joinedload, selectinload

from storage.dossier.dossiers import Dossier
from storage.exam.sittings import Sitting
from storage.judging.objections import Against, Objection, ObjectionState, Outsider
from storage.judging.verdicts import Verdict
from storage.people.people import Role
from webapp.access import me, others
from webapp.context import g

WHOSE = joinedload(Objection.dossier).options(joinedload(Dossier.candidate), joinedload(Dossier.scheme))


OPEN = tuple(set(ObjectionState) - {ObjectionState.RULED})
RULES = {ObjectionState.OFFICE: Role.KSF_OFFICER, ObjectionState.COMMITTEE: Role.EXAM_COMMITTEE}
"""The role whose ruling an objection waits for."""


def open_objections() -> Select[Objection]:
    """Those without a ruling, oldest first, save those to decisions about the one who asks."""
    return _theirs().where(Objection.state.in_(OPEN)).order_by(Objection.received_at, Objection.id)


def for_committee() -> Select[Objection]:
    """Those that wait for a ruling of the committee."""
    return open_objections().where(Objection.state == ObjectionState.COMMITTEE)


def ruled_objections() -> Select[Objection]:
    """Those with a ruling, newest first."""
    return _theirs().where(Objection.state == ObjectionState.RULED).order_by(Objection.ruled_at.desc(), Objection.id)


def appointed_to() -> uuid.UUID | None:
    """The objection without a ruling that the one who asks handles as an outsider; the oldest one."""
    mine = select(Objection.id).join(Outsider).where(Outsider.person_id == me().id, Objection.state.in_(OPEN))
    return g.db.scalars(mine.order_by(Objection.received_at).limit(1)).first()


def objection_to_handle(objection_id: uuid.UUID) -> Objection:
    one = _theirs().where(Objection.id == objection_id)
    return g.db.scalars(one.options(WHOSE, selectinload(Objection.outsiders))).first() or abort(404)


def objection_to_classify(objection_id: uuid.UUID) -> Objection:
    """An objection that the one who asks may classify, be it not as somebody with a part in the decision."""
    found = objection_to_handle(objection_id)
    return found if Role.KSF_OFFICER in me().roles(g.now) or found.is_outsider(me()) else abort(404)


def objection_to_rule(objection_id: uuid.UUID) -> Objection:
    """An objection that waits for a ruling by the one who asks; one with a ruling is found, to be told so."""
    found = objection_to_handle(objection_id)
    return found if may_rule(found) or found.state is ObjectionState.RULED else abort(404)


def may_classify(objection: Objection) -> bool:
    """True when the one who asks, who has no part in the decision, may say what it is about."""
    return Role.KSF_OFFICER in me().roles(g.now) or objection.is_outsider(me())


def may_rule(objection: Objection) -> bool:
    """True when it waits for a ruling by the one who asks."""
    rules = RULES.get(objection.state)
    return rules is not None and (rules in me().roles(g.now) or objection.is_outsider(me()))


def verdict_about(objection: Objection) -> Verdict | None:
    """The verdict that is objected to: the one that was known when the objection came."""
    if objection.against is not Against.RESULT:
        return None
    theirs = select(Verdict).join(Sitting).where(Sitting.dossier_id == objection.dossier_id)
    return g.db.scalars(theirs.where(Verdict.released_at == objection.decision_at)).first()


def _theirs() -> Select[Objection]:
    """Those of others; for whoever is neither of the office nor of the committee the ones to which he was appointed."""
    ksf = bool({Role.KSF_OFFICER, Role.EXAM_COMMITTEE} & me().roles(g.now))
    appointed = exists().where(Outsider.objection_id == Objection.id, Outsider.person_id == me().id)
    return select(Objection).join(Objection.dossier).where(others(), or_(true() if ksf else appointed))

"""Which irregularities the one who asks may see. Like `access`: what is not yours does not exist.

The office and the committee see all but a case about themselves; whoever a case is about sees it once told.
"""

import uuid

from flask import abort
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from storage.committee.irregularities import WORKING, Irregularity, IrregularityState
from webapp.access import me
from webapp.context import g

OF_CASE = (joinedload(Irregularity.person), joinedload(Irregularity.dossier), joinedload(Irregularity.certificate))


def open_cases() -> Select[Irregularity]:
    """Those with which somebody has something to do, oldest first."""
    return _others().where(Irregularity.state.in_(WORKING)).order_by(Irregularity.opened_at, Irregularity.id)


def closed_cases() -> Select[Irregularity]:
    """Those that are decided or came to nothing, newest first."""
    over = _others().where(Irregularity.state.not_in(WORKING))
    return over.order_by(Irregularity.ended_at.desc(), Irregularity.id)


def to_decide() -> Select[Irregularity]:
    """Those that wait for a decision of the committee: to propose, to agree with, or to answer an objection to."""
    waits = (IrregularityState.HEARD, IrregularityState.PROPOSED, IrregularityState.OBJECTED)
    return open_cases().where(
        Irregularity.state.in_(waits),
        or_(Irregularity.state != IrregularityState.PROPOSED, Irregularity.proposed_by_id != me().id),
    )


def hearings_held() -> Select[Irregularity]:
    """Those whose hearing has been, and of which nobody wrote down what was said."""
    return open_cases().where(Irregularity.state == IrregularityState.INVITED, Irregularity.hearing_at <= g.now)


def case(case_id: uuid.UUID) -> Irregularity:
    return g.db.scalars(_others().where(Irregularity.id == case_id).options(*OF_CASE)).first() or abort(404)


def mine() -> Select[Irregularity]:
    """Those about the one who asks, from the moment that they were told; newest first."""
    about_me = select(Irregularity).where(Irregularity.person_id == me().id)
    told = or_(Irregularity.invited_at.is_not(None), Irregularity.decided_at.is_not(None))
    return about_me.where(told).order_by(Irregularity.opened_at.desc(), Irregularity.id)


def my_case(case_id: uuid.UUID) -> Irregularity:
    return g.db.scalars(mine().where(Irregularity.id == case_id).options(*OF_CASE)).first() or abort(404)


def _others() -> Select[Irregularity]:
    about_others = or_(Irregularity.person_id.is_(None), Irregularity.person_id != me().id)
    return select(Irregularity).where(about_others)

"""Which complaints an officer may answer: all but the own ones. Like `access`: what is not yours does not exist."""

import uuid

from flask import abort
from sqlalchemy import Select, select

from storage.people.complaints import Complaint
from webapp.access import me
from webapp.context import g


def unanswered() -> Select[Complaint]:
    """Those that wait for an answer, oldest first."""
    return _others().where(Complaint.answered_at.is_(None)).order_by(Complaint.received_at, Complaint.id)


def answered() -> Select[Complaint]:
    """Those with an answer, newest first."""
    return _others().where(Complaint.answered_at.is_not(None)).order_by(Complaint.answered_at.desc(), Complaint.id)


def complaint_to_answer(complaint_id: uuid.UUID) -> Complaint:
    return g.db.scalars(_others().where(Complaint.id == complaint_id)).first() or abort(404)


def _others() -> Select[Complaint]:
    return select(Complaint).where(Complaint.person_id != me().id)

"""Which exams, holds and destructions the one who asks may see. Like `access`: what is not yours does not exist."""

import uuid

from flask import abort, g
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from storage.dossier.dossiers import Dossier
from storage.people.people import Person
from storage.retention import plan
from storage.retention.destructions import Destruction, Run
from storage.retention.holds import AuditYear, Hold
from webapp.access import me, others

WHOSE = joinedload(Destruction.dossier)


def exams() -> Select[Dossier]:
    """Every exam that is over and of which anything is still there, save those of the one who asks; oldest first."""
    return plan.over().where(others())


def exam(dossier_id: uuid.UUID) -> Dossier:
    """An exam in which the one who asks is neither candidate nor manager. Who is about to hold it, locks it."""
    return g.db.scalars(select(Dossier).where(Dossier.id == dossier_id, others())).first() or abort(404)


def hold(hold_id: uuid.UUID) -> Hold:
    return g.db.scalars(select(Hold).join(Dossier).where(Hold.id == hold_id, others())).first() or abort(404)


def run(run_id: uuid.UUID) -> Run:
    return g.db.get(Run, run_id) or abort(404)


def year(year_id: uuid.UUID) -> AuditYear:
    return g.db.get(AuditYear, year_id) or abort(404)


def destroyed() -> Select[Destruction]:
    """What was destroyed and proven gone, oldest first."""
    return select(Destruction).where(Destruction.at.is_not(None)).order_by(Destruction.at, Destruction.id)


def somebody_else(person_id: uuid.UUID) -> Person:
    """Somebody of whom anything was destroyed, save the one who asks."""
    theirs = select(Destruction.person_id).where(Destruction.at.is_not(None))
    found = select(Person).where(Person.id == person_id, Person.id != me().id, Person.id.in_(theirs))
    return g.db.scalars(found).first() or abort(404)

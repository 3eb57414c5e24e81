"""Managers who have not written yet are reminded: at most once a week, of all their candidates at once."""

from collections import defaultdict
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from storage.base.database import session_scope
from storage.dossier.dossiers import Dossier, DossierState
from storage.people import outbox
from storage.people.people import Person
from webapp.mail.notify import notify
from webapp.todo import LONG

FIRST = timedelta(weeks=1)
"""How long after the nomination the first reminder comes, and how long there is none after one."""


def finish_by(dossier: Dossier) -> datetime:
    """When the manager's part is asked to be done: after it nobody is reminded any more, beheerder and KSF see it."""
    return dossier.created_at + LONG


def remind(now: datetime) -> None:
    """Write the reminders that are due."""
    with session_scope() as session:
        unwritten = (Dossier.state == DossierState.WRITING) & Dossier.manager_done_at.is_(None)
        due = select(Dossier).where(unwritten, Dossier.created_at.between(now - LONG, now - FIRST))
        by_manager: dict[Person, list[Dossier]] = defaultdict(list)
        loaded = due.options(joinedload(Dossier.candidate), joinedload(Dossier.manager))
        for dossier in session.scalars(loaded.order_by(Dossier.created_at, Dossier.id)):
            by_manager[dossier.manager].append(dossier)
        for manager, dossiers in by_manager.items():
            told = outbox.to_person(session, manager, "substantiation_reminder")
            if not any(one.created_at > now - FIRST for one in told):
                names, until = [one.candidate.name for one in dossiers], finish_by(dossiers[0])
                notify(session, manager, "substantiation_reminder", now, names=names, until=until)

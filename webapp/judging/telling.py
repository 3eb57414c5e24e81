"""Assessors hear by mail that work waits for them: how much and until when, and nothing about the candidate.

When the work is given, and once more shortly before the day on which the result must be known.
"""

import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from storage.base.database import session_scope
from storage.dossier.dossiers import Dossier
from storage.exam.sittings import Answer, Judging, Sitting
from storage.judging.ratings import Rating
from storage.people import outbox
from storage.people.people import Person
from webapp import explain
from webapp.context import g
from webapp.dutch import formats
from webapp.mail.notify import notify

BEFORE = timedelta(days=3)
"""How long before the term somebody is reminded, and how long there is no other reminder after one."""


def tell(assessors: Iterable[uuid.UUID], until: date) -> None:
    """`assessors` names each as often as there are answers for that one; all of it is asked before or on `until`."""
    answers = Counter(assessors)
    people = select(Person).where(Person.id.in_(answers)).order_by(Person.name, Person.id)
    for person in g.db.scalars(people):
        notify(g.db, person, "work_given", g.now, answers=answers[person.id], until=until)


def remind(now: datetime) -> None:
    """Write to whoever has work of which the term comes near, at most once in so many days."""
    today = formats.day_of(now)
    with session_scope() as session:
        unfinished = Rating.declined_at.is_(None) & Rating.phase2_signed_at.is_(None)
        held = select(Rating).join(Answer).join(Sitting).where(unfinished, Sitting.judging == Judging.HELD)
        whose = joinedload(Rating.answer).joinedload(Answer.sitting).joinedload(Sitting.dossier)
        near: dict[Person, list[date]] = {}
        for rating in session.scalars(held.options(whose.joinedload(Dossier.scheme), joinedload(Rating.assessor))):
            due = explain.due(rating.answer.sitting)
            if today <= due <= today + BEFORE:
                near.setdefault(rating.assessor, []).append(due)
        for person, dates in near.items():
            told = outbox.to_person(session, person, "work_reminder")
            if not any(one.created_at > now - BEFORE for one in told):
                notify(session, person, "work_reminder", now, answers=len(dates), until=min(dates))

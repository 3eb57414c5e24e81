"""Assessors hear by mail that work waits for them: how much and until when, and nothing about the candidate."""

import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import date

from sqlalchemy import select

from storage.people.people import Person
from webapp.context import g
from webapp.mail.notify import notify


def tell(assessors: Iterable[uuid.UUID], until: date) -> None:
    """`assessors` names each as often as there are answers for that one; all of it is asked before or on `until`."""
    answers = Counter(assessors)
    people = select(Person).where(Person.id.in_(answers)).order_by(Person.name, Person.id)
    for person in g.db.scalars(people):
        notify(g.db, person, "work_given", g.now, answers=answers[person.id], until=until)

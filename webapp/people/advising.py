"""KSF's advice on the moment of an exam (before the twelfth week in the job), for whoever is looked at."""

import uuid
from collections.abc import Collection

from scenarios.advice import Advice, exam_before
from storage.people.people import jobs
from storage.schemes import advised_weeks
from webapp.context import g
from webapp.dutch.formats import day_of


def advice_for(people: Collection[uuid.UUID], organisations: set[uuid.UUID]) -> dict[uuid.UUID, Advice]:
    """The advice for each of these people whose first day in the newest job at these organisations is known."""
    if not people or not organisations:
        return {}
    weeks, today = advised_weeks(g.db), day_of(g.now)
    found = {
        one.person_id: exam_before(one.in_job_since, weeks, today) for one in jobs(g.db, people, organisations, g.now)
    }
    return {person: advice for person, advice in found.items() if advice is not None}

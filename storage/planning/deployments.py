"""Deployments of examiners: a practical session that was held, or a batch of recordings that was shared out to them."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.deployment import YEAR
from storage.judging.allocations import Allocation
from storage.people.people import Person
from storage.planning.practical_sessions import PracticalSession, SessionState


def deployments(session: Session, people: Sequence[Person], now: datetime) -> dict[uuid.UUID, list[date]]:
    """Of each of these people the days of the deployments of the last twelve months, and of those that are planned."""
    since = now.date() - YEAR
    found: defaultdict[uuid.UUID, list[date]] = defaultdict(list, {one.id: [] for one in people})
    held = select(PracticalSession.examiner_id, PracticalSession.day).where(
        PracticalSession.state == SessionState.CONFIRMED,
        PracticalSession.day > since,
        PracticalSession.examiner_id.in_(found),
    )
    for examiner_id, day in session.execute(held):
        if examiner_id is not None:
            found[examiner_id].append(day)
    final = select(Allocation).where(Allocation.final_at.is_not(None), Allocation.final_at > now - YEAR)
    for row in session.scalars(final):
        for who in {uuid.UUID(one.assessor) for one in row.plan.assignments} & set(found):
            found[who].append((row.final_at or now).date())
    return {who: sorted(days) for who, days in found.items()}

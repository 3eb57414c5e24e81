"""Places of exam dates that are held, by whatever holds them: bookings of one candidate, or sessions with several."""

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from storage.people.people import Person
from storage.planning.bookings import places_booked
from storage.planning.exam_dates import ExamDate
from storage.planning.practical_places import seats_taken


def taken(session: Session, dates: Sequence[ExamDate]) -> dict[uuid.UUID, int]:
    """How many places of these dates are held, by date."""
    return dict(Counter(places_booked(session, dates)) + Counter(seats_taken(session, dates)))


def withdraw_date(session: Session, exam_date: ExamDate, officer: Person, now: datetime) -> None:
    """Offer this date no more. Raises Refused while somebody holds a place on it."""
    session.refresh(exam_date, with_for_update=True)
    exam_date.withdraw(officer, taken(session, [exam_date]).get(exam_date.id, 0), now)

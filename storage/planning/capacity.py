"""How much fits on an exam date: sittings at once by the recorders that are there now, and examiners who are free then.

Recorders say themselves how many sittings they take (`storage.exam.recorder_nodes`). An examiner is free on a day who
judges by then, is not absent, and has no session yet; each session takes one.
"""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.exam.recorder_nodes import RecorderNode
from storage.judging.absences import absences
from storage.judging.conflicts import assessors
from storage.people.examiners import active_from
from storage.planning.exam_dates import ExamDate
from storage.planning.places_held import taken
from storage.planning.practical_sessions import LIVE, PracticalSession, SessionState


@dataclass(frozen=True)
class Capacity:
    """What a date asks and what there is. None where the exam asks nothing of that kind.

    `at_once`: sittings that can run at the same moment; `asked`: places that are held then, on this date and those that
    overlap it; `places`: what the date offers. `unanswered`: sessions of that day without an examiner yet; `free`:
    examiners for them.
    """

    places: int
    asked: int
    at_once: int | None = None
    unanswered: int | None = None
    free: int | None = None

    @property
    def short_of_recorders(self) -> int:
        """How many of those who have a place cannot record at the same moment."""
        return 0 if self.at_once is None else max(0, self.asked - self.at_once)

    @property
    def short_of_examiners(self) -> int:
        """How many sessions of that day would have nobody."""
        return 0 if self.free is None else max(0, (self.unanswered or 0) - self.free)

    @property
    def offers_too_much(self) -> bool:
        """True when more places are offered than can record at once."""
        return self.at_once is not None and self.places > self.at_once

    @property
    def fits(self) -> bool:
        return not self.short_of_recorders and not self.short_of_examiners


def sittings_at_once(session: Session, now: datetime) -> int:
    """How many sittings all recorders together take that are there now and not about to end."""
    return sum(one.capacity for one in session.scalars(select(RecorderNode)) if one.takes_sittings(now))


def free_examiners(session: Session, days: Sequence[date], now: datetime) -> dict[date, int]:
    """How many examiners have nothing to do on each of these days, and are not away."""
    if not days:
        return {}
    people = assessors(session, now)
    away, since = absences(session, people, min(days)), active_from(session, people)
    given = select(PracticalSession.day, PracticalSession.examiner_id).where(
        PracticalSession.day.in_(days), PracticalSession.state == SessionState.CONFIRMED
    )
    busy = {(day, who) for day, who in session.execute(given)}
    return {
        day: sum(
            since.get(one.id, day) <= day
            and (day, one.id) not in busy
            and not any(spell.first <= day <= spell.last for spell in away[one.id])
            for one in people
        )
        for day in days
    }


def capacity_on(
    session: Session, dates: Sequence[ExamDate], recorded: set[str], now: datetime
) -> dict[uuid.UUID, Capacity]:
    """The capacity on each of these dates; `recorded` are the keys of the exams that are done before a camera."""
    held, at_once = taken(session, dates), sittings_at_once(session, now)
    days = sorted({one.day for one in dates if one.exam not in recorded})
    free = free_examiners(session, days, now)
    waiting = select(PracticalSession.day).where(
        PracticalSession.day.in_(days), PracticalSession.state.in_(LIVE), PracticalSession.examiner_id.is_(None)
    )
    unanswered = Counter(session.scalars(waiting))
    found = {}
    for one in dates:
        places = len(one.places)
        if one.exam in recorded:
            beside = [other for other in dates if other.exam in recorded and _overlap(one, other)]
            asked = sum(held.get(other.id, 0) for other in beside)
            found[one.id] = Capacity(places, asked, at_once=at_once)
        else:
            asked = held.get(one.id, 0)
            found[one.id] = Capacity(places, asked, unanswered=unanswered[one.day], free=free[one.day])
    return found


def _overlap(one: ExamDate, other: ExamDate) -> bool:
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at

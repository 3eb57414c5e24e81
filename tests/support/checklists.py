"""Checklists of practical tests as a device writes them: points given, and reasons for the others."""

import uuid
from datetime import UTC, datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session
from support import cast

from review.two_devices import Entry, Value, seen, written
from scenarios.chapters import ChecklistRules
from storage.people.people import Person
from storage.planning import practical_results, practical_sheets
from storage.planning.exam_dates import ExamDate
from storage.planning.practical_results import PracticalResult
from storage.planning.practical_sessions import Participant, PracticalSession

TABLE = (((17, 1, 2), True), ((16, 1, 2), False), ((20, 0, 2), False), ((20, 1, 1), False), ((20, 1, 2), True))
"""The table of the rule: how many points of terms 1, 2 and 3, and whether that is a pass."""


def entry(field: str, value: Value, *replaces: Entry, device: str = "tablet") -> Entry:
    return written(str(uuid.uuid4()), field, value, [one.id for one in replaces], device)


def whole(participant: Participant, given: tuple[int, ...], conversations: int = 3) -> list[Entry]:
    """A checklist with nothing missing. `given`: points of each term, in the order of the rule."""
    content = participant.practical_session.scheme.content
    rules = content.chapter(ChecklistRules)
    made = [entry("told", True)]
    for number in range(conversations):
        key = uuid.uuid4()
        facts = {
            "channel": rules.channels[number % len(rules.channels)],
            "way": rules.ways[number % len(rules.ways)],
            "began": f"1{number}:00",
            "ended": f"1{number}:12",
        }
        made += [entry(f"conversation/{key}/{name}", str(value)) for name, value in facts.items()]
    left = dict(zip((term["key"] for term in content.pass_rule["terms"]), given, strict=True))
    for point in rules.points:
        seen_it = left[point.term] > 0
        left[point.term] -= 1
        made.append(entry(f"point/{point.key}/given", seen_it))
        if not seen_it:
            made.append(entry(f"point/{point.key}/reason", "Kwam in geen gesprek voor."))
    return made


def sign(
    session: Session, participant: Participant, examiner: Person, now: datetime, given: tuple[int, ...] = (17, 1, 2)
) -> PracticalResult:
    """The checklist kept and signed, as a page does it."""
    found = participant.practical_session
    log = practical_sheets.keep(session, found, {participant.id: whole(participant, given)}, examiner, now)
    stands = seen(log[participant.id])
    return practical_results.sign(session, participant, uuid.uuid4(), stands, examiner, now)


def held_now(session: Session, people: cast.Cast, *candidates: Person) -> PracticalSession:
    """A session that was asked days ago and is on by now."""
    now = datetime.now(UTC).replace(microsecond=0)
    noon = now.replace(hour=10, minute=0, second=0)
    day = cast.practical_date(session, people, noon + timedelta(days=10))
    found = cast.practical_session(session, people, day, *candidates, now=now - timedelta(days=9))
    found.confirm(people.assessors[0], people.officer, now - timedelta(days=8))
    session.flush()
    began = {"starts_at": now - timedelta(hours=3), "ends_at": now + timedelta(hours=3)}
    session.execute(update(ExamDate).where(ExamDate.id == day.id).values(**began))
    session.commit()
    return found

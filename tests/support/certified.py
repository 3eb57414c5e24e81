"""An exam that was passed and told, with or without its certificate; no films behind it."""

from datetime import datetime

from sqlalchemy.orm import Session
from support import cast

from storage.certificates import issuing
from storage.certificates.certificates import Certificate
from storage.judging.progress import decide
from storage.judging.verdicts import Verdict
from storage.people.people import Person
from storage.schemes import Pack


def passed(
    session: Session,
    people: cast.Cast,
    level: int = 3,
    now: datetime = cast.NOW,
    candidate: Person | None = None,
    pack: Pack | None = None,
) -> Verdict:
    """A result that one officer confirmed and another released: passed at `level` 3, failed at 1."""
    sitting = cast.finished_sitting(session, people, now, candidate, pack)
    for slot, assessor in enumerate(people.assessors[:2], 1):
        cast.rate(session, sitting, assessor, slot, level, now)
    verdict = decide(session, sitting, now)
    verdict.confirm(people.officer, now)
    verdict.release(people.second_officer, now)
    session.flush()
    return verdict


def certified(session: Session, people: cast.Cast, now: datetime = cast.NOW, **more) -> Certificate:
    """The certificate that the first officer issued for it."""
    return issuing.issue(session, passed(session, people, now=now, **more), people.officer, now)

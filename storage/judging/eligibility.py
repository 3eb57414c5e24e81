"""Who may be given work of an exam: ties, and the lock of calibration, which closes for those alone who can be tested.

The lock begins when an exam has as many benchmarks as its scheme asks for. An assessor who may not judge enough of
them, as they are of candidates to whom there is a tie or of exams that he or she judged, cannot take the test, and is
not locked for that. Who took it and failed stays locked.
"""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.conflicts import Conflict
from scenarios.chapters import AssessmentRules
from storage.exam.sittings import Answer, Sitting
from storage.judging.benchmarks import live_benchmarks
from storage.judging.calibrations import Locked, held_in_test, standings
from storage.judging.conflicts import ties_of
from storage.judging.purposes import Purpose
from storage.judging.ratings import Rating
from storage.people.people import Person
from storage.schemes import Scheme


@dataclass(frozen=True)
class Lock:
    """How far the lock of an exam is: so many benchmarks of so many asked (0: never), so many answers in a test."""

    live: int
    asked: int
    in_test: int

    @property
    def begun(self) -> bool:
        return 0 < self.asked <= self.live


def lock_of(session: Session, scheme: Scheme) -> Lock:
    """How far the lock of this exam is now."""
    rules = scheme.content.chapter(AssessmentRules)
    live = len(session.scalars(live_benchmarks(scheme.key)).all())
    return Lock(live, rules.benchmark_recordings, rules.calibration_answers)


def not_free(session: Session, answer: Answer, people: Sequence[Person], now: datetime) -> dict[uuid.UUID, Conflict]:
    """Who of these people may not judge this answer as a benchmark, and by which tie."""
    judged = select(Rating.assessor_id).join(Answer)
    judged = judged.where(Answer.sitting_id == answer.sitting_id, Rating.purpose == Purpose.EXAM)
    sat = set(session.scalars(judged))
    # Who judged benchmarks of this candidate has a part in it, and may judge another one.
    ties = ties_of(session, answer.sitting, people, now)
    found: dict[uuid.UUID, Conflict] = {one.id: Conflict.INVOLVED_EARLIER for one in people if one.id in sat}
    for who, reasons in ties.items():
        if others := [one for one in reasons if one is not Conflict.INVOLVED_EARLIER]:
            found[who] = others[0]
    return found


def testable_on(
    session: Session, scheme: Scheme, people: Sequence[Person], now: datetime
) -> dict[uuid.UUID, frozenset[uuid.UUID]]:
    """Of each of these people the ids of the benchmarks for a test: those without a tie, and those in one going on."""
    of_each = defaultdict(list)
    for one in session.scalars(live_benchmarks(scheme.key)):
        of_each[one.answer.sitting_id].append(one)
    found: dict[uuid.UUID, set[uuid.UUID]] = held_in_test(session, scheme, people)
    for rows in of_each.values():
        tied = not_free(session, rows[0].answer, people, now)
        for person in people:
            if person.id not in tied:
                found[person.id].update(one.id for one in rows)
    return {who: frozenset(ids) for who, ids in found.items()}


def locked_out(session: Session, scheme: Scheme, people: Sequence[Person], now: datetime) -> dict[uuid.UUID, Locked]:
    """Who of these people is given no work of this exam, and why: no calibration that holds, while one can be had."""
    lock = lock_of(session, scheme)
    if not people or not lock.begun:
        return {}
    found = {who: one.locked for who, one in standings(session, scheme, people, now).items() if one.locked}
    untested = [one for one in people if found.get(one.id) in (Locked.NEVER, Locked.LAPSED)]
    there = testable_on(session, scheme, untested, now) if untested else {}
    free = {who for who, ids in there.items() if len(ids) < lock.in_test}
    return {who: why for who, why in found.items() if who not in free}


def conflicts_of(
    session: Session, sitting: Sitting, people: Sequence[Person], now: datetime
) -> dict[uuid.UUID, tuple[Conflict, ...]]:
    """For each of these assessors every reason why they may not judge this sitting; those without one are left out.

    Earlier involvement: who decided about part 1 of this or another file of the candidate, judged another sitting, had
    work on this one in a marking before the one that counts, or was appointed to an objection of the candidate. And
    who is locked out of the exam.
    """
    return with_locked(ties_of(session, sitting, people, now), locked_out(session, sitting.dossier.scheme, people, now))


def with_locked(
    ties: dict[uuid.UUID, tuple[Conflict, ...]], locked: dict[uuid.UUID, Locked]
) -> dict[uuid.UUID, tuple[Conflict, ...]]:
    """These reasons, and of everybody who is locked out that too."""
    return ties | {who: (*ties.get(who, ()), Conflict.NOT_CALIBRATED) for who in locked}

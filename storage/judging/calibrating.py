"""Practice and tests on benchmark answers: which answers somebody gets, and what becomes of a signature."""

import random
import uuid
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.qualification import differences
from review.rating import Phase
from scenarios.chapters import AssessmentRules
from storage.base import audit
from storage.base.refusal import Refused
from storage.judging.benchmarks import Benchmark, BenchmarkState, live_benchmarks
from storage.judging.calibrations import BenchmarkWork, Calibration, CalibrationKind
from storage.judging.eligibility import not_free
from storage.judging.purposes import Purpose
from storage.judging.ratings import Rating
from storage.judging.start_rounds import put
from storage.people.people import Person
from storage.schemes import Scheme

PURPOSES = {CalibrationKind.TRAINING: Purpose.TRAINING, CalibrationKind.TEST: Purpose.TEST}


class Rule(StrEnum):
    """Why no practice or test begins."""

    TOO_FEW = "too_few_benchmarks"


def going_on(session: Session, assessor: Person, exam: str, kind: CalibrationKind) -> Calibration | None:
    """What this assessor began of this kind and did not end."""
    mine = select(Calibration).where(
        Calibration.assessor_id == assessor.id,
        Calibration.exam == exam,
        Calibration.kind == kind,
        Calibration.ended_at.is_(None),
    )
    return session.scalars(mine.order_by(Calibration.begun_at, Calibration.id)).first()


def usable(session: Session, assessor: Person, exam: str, now: datetime) -> list[Benchmark]:
    """The benchmarks that this assessor may judge, those that are newest to this one first, else by lot.

    Never one of an exam that the assessor judged, or of a candidate to whom there is a tie.
    """
    found = list(session.scalars(live_benchmarks(exam)))
    of_each = {one.answer.sitting_id: one.answer for one in found}
    tied = {sitting for sitting, answer in of_each.items() if not_free(session, answer, [assessor], now)}
    free = [one for one in found if one.answer.sitting_id not in tied]
    seen = select(Rating.answer_id, Rating.purpose).where(
        Rating.assessor_id == assessor.id,
        Rating.purpose != Purpose.EXAM,
        Rating.answer_id.in_([one.answer_id for one in free]),
    )
    met: dict[uuid.UUID, list[Purpose]] = {one.answer_id: [] for one in free}
    for answer_id, purpose in session.execute(seen):
        met[answer_id].append(purpose)
    # Who was in the start round knows best what was agreed on.
    random.SystemRandom().shuffle(free)
    return sorted(free, key=lambda one: (Purpose.START in met[one.answer_id], len(met[one.answer_id])))


def begin(session: Session, assessor: Person, scheme: Scheme, kind: CalibrationKind, now: datetime) -> Calibration:
    """A practice or a test; what was begun goes on, with answers in the place of those that are benchmarks no more.

    Raises Refused while there are too few benchmarks that this assessor may judge.
    """
    # Two pages at the same moment: the second waits here, and goes on with what the first began.
    session.get(Person, assessor.id, with_for_update=True)
    needed = scheme.content.chapter(AssessmentRules).calibration_answers
    row = going_on(session, assessor, scheme.key, kind)
    held = [] if row is None else _still_there(session, row)
    if len(held) == needed and row is not None:
        return row
    there = {one.benchmark_id for one in held}
    more = [one for one in usable(session, assessor, scheme.key, now) if one.id not in there][: needed - len(held)]
    if len(held) + len(more) < needed:
        raise Refused(Rule.TOO_FEW, found=len(held) + len(more), needed=needed)
    if row is None:
        row = Calibration(id=uuid.uuid4(), assessor=assessor, exam=scheme.key, kind=kind, begun_at=now)
        session.add(row)
        session.flush()
        audit.record(session, now, assessor.id, f"calibration_{kind}_begun", row)
    taken = {one.place for one in held}
    places = [place for place in range(1, needed + 1) if place not in taken]
    for benchmark, place in zip(more, places, strict=True):
        work = put(session, benchmark, assessor, PURPOSES[kind])
        work.calibration, work.place = row, place
    session.flush()
    session.refresh(row, ["works"])
    return row


def _still_there(session: Session, calibration: Calibration) -> list[BenchmarkWork]:
    """Its answers, without those that went before they were signed."""
    for one in [work for work in calibration.works if work.steps is None and work.rating.declined_at]:
        session.delete(one)
    session.flush()
    session.refresh(calibration, ["works"])
    return list(calibration.works)


def work_of(session: Session, rating: Rating) -> BenchmarkWork | None:
    """What this rating is as work on a benchmark; None for one of an exam."""
    if rating.purpose is Purpose.EXAM:
        return None
    return session.scalars(select(BenchmarkWork).where(BenchmarkWork.rating_id == rating.id)).one()


def signed(session: Session, rating: Rating, now: datetime) -> BenchmarkWork | None:
    """Hold a rating that was just signed against what was agreed on; the last of a calibration closes it."""
    work = work_of(session, rating)
    if work is None or rating.purpose is Purpose.START or work.benchmark.state is not BenchmarkState.LIVE:
        return work
    given = {competency: score.level for competency, score in rating.values(Phase.BLIND).items()}
    work.steps, work.judged_at = list(differences(given, work.benchmark.levels)), now
    session.flush()
    row = work.calibration
    if row is not None and all(one.steps is not None for one in row.works):
        rules = work.benchmark.scheme.content.chapter(AssessmentRules)
        row.close(rules, now)
        outcome = {"passed": row.passed} if row.kind is CalibrationKind.TEST else {}
        audit.record(session, now, rating.assessor_id, f"calibration_{row.kind}_ended", row, **outcome)
    return work


def calibrations_of(session: Session, assessor: Person) -> Sequence[Calibration]:
    """Every practice and test of this assessor, the newest first."""
    mine = select(Calibration).where(Calibration.assessor_id == assessor.id)
    return session.scalars(mine.order_by(Calibration.begun_at.desc(), Calibration.id)).all()


def start_work(session: Session, assessor: Person) -> Sequence[Rating]:
    """What lies with this assessor of start rounds, unsigned."""
    mine = select(Rating).where(
        Rating.assessor_id == assessor.id,
        Rating.purpose == Purpose.START,
        Rating.declined_at.is_(None),
        Rating.phase1_signed_at.is_(None),
    )
    return session.scalars(mine.order_by(Rating.id)).all()

"""The record of an examiner: training, employers, deployments and every calibration, from one place.

A calibration is a test on benchmark answers, or a day that an officer noted by hand, said to be so. Practice is none.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from review.deployment import YEAR
from storage.base.clock import AMSTERDAM
from storage.judging.calibrations import Calibration, CalibrationKind
from storage.people import employers, examiners
from storage.people.employers import Employer
from storage.people.examiners import CalibrationNote, Examiner
from storage.people.people import Person
from storage.planning.deployments import deployments


@dataclass(frozen=True)
class Calibrated:
    """One calibration, on this day: a test of an exam (the key of its scheme), or noted by hand, by an officer.

    Of a test `exact` and `within_one` are shares of its `scores`, and `valid_until` is its last day if it was passed.
    Of one noted by hand nothing is known but the day and who noted it (`noted_by` None: before that was kept).
    """

    on: date
    by_hand: bool
    noted_by: Person | None = None
    exam: str = ""
    passed: bool | None = None
    exact: Fraction | None = None
    within_one: Fraction | None = None
    scores: int = 0
    valid_until: date | None = None

    @property
    def counts(self) -> bool:
        """True for a test that was passed, and for what was noted by hand."""
        return self.by_hand or self.passed is True


@dataclass(frozen=True)
class ExaminerRecord:
    """Of one person: `trained_on` and `active_from` as KSF noted them (None where no organisation supplies this one).

    Employers newest first, deployments of the last twelve months and those planned, calibrations newest first.
    """

    person: Person
    trained_on: date | None
    active_from: date | None
    employers: Sequence[Employer]
    deployments: Sequence[date]
    calibrations: Sequence[Calibrated]

    @property
    def calibrated_on(self) -> date | None:
        """The last day of a calibration that counts."""
        return max((one.on for one in self.calibrations if one.counts), default=None)

    def to_calibrate(self, today: date) -> bool:
        """True when the last calibration, or else the training, is a year ago; never for one of KSF's own."""
        last = self.calibrated_on or self.trained_on
        return self.trained_on is not None and last is not None and last <= today - YEAR


def records_of(session: Session, people: Sequence[Person], now: datetime) -> dict[uuid.UUID, ExaminerRecord]:
    """The record of each of these people."""
    supplied = _supplied(session, people)
    worked, days = employers.of(session, people), deployments(session, people, now)
    found = calibrations_of(session, people)
    records = {}
    for person in people:
        rows = [one for one in supplied if one.person_id == person.id and one.trained_on]
        trained = max((one.trained_on for one in rows if one.trained_on), default=None)
        active = max((one.active_from for one in rows if one.active_from), default=None)
        records[person.id] = ExaminerRecord(
            person, trained, active, worked[person.id], days[person.id], found[person.id]
        )
    return records


def record_of(session: Session, person: Person, now: datetime) -> ExaminerRecord:
    """The record of one person."""
    return records_of(session, [person], now)[person.id]


def to_calibrate(session: Session, people: Sequence[Person], now: datetime) -> set[uuid.UUID]:
    """Those of these people whom an organisation supplies and who were not calibrated in the last year."""
    there = {one.person_id for one in _supplied(session, people) if one.state is examiners.ExaminerState.ACCEPTED}
    today = now.astimezone(AMSTERDAM).date()
    records = records_of(session, [one for one in people if one.id in there], now)
    return {who for who, record in records.items() if record.to_calibrate(today)}


def calibrations_of(session: Session, people: Sequence[Person]) -> dict[uuid.UUID, list[Calibrated]]:
    """Every calibration of each of these people, the newest first."""
    found: dict[uuid.UUID, list[Calibrated]] = {one.id: [] for one in people}
    ended = select(Calibration).where(
        Calibration.assessor_id.in_(found), Calibration.kind == CalibrationKind.TEST, Calibration.ended_at.is_not(None)
    )
    # Of one day the last first, as it is the last that locks or opens.
    for test in session.scalars(ended.order_by(Calibration.ended_at.desc(), Calibration.id.desc())):
        if test.ended_at is not None:
            found[test.assessor_id].append(_of_test(test, test.ended_at.astimezone(AMSTERDAM).date()))
    noted = select(CalibrationNote).join(Examiner).where(Examiner.person_id.in_(found))
    noted = noted.options(joinedload(CalibrationNote.noted_by), joinedload(CalibrationNote.examiner))
    for note in session.scalars(noted):
        if note.examiner.person_id is not None:
            found[note.examiner.person_id].append(Calibrated(note.day, by_hand=True, noted_by=note.noted_by))
    for row in _supplied(session, people):
        # What the version before noted stands in the row of the examiner alone.
        if row.person_id and row.calibrated_on and not _noted(found[row.person_id], row.calibrated_on):
            found[row.person_id].append(Calibrated(row.calibrated_on, by_hand=True))
    return {who: sorted(all_of, key=lambda one: one.on, reverse=True) for who, all_of in found.items()}


def _of_test(test: Calibration, on: date) -> Calibrated:
    return Calibrated(
        on,
        by_hand=False,
        exam=test.exam,
        passed=test.passed,
        exact=test.exact_share,
        within_one=test.within_share,
        scores=test.scores,
        valid_until=test.valid_until,
    )


def _noted(known: Sequence[Calibrated], day: date) -> bool:
    return any(one.by_hand and one.on == day for one in known)


def _supplied(session: Session, people: Sequence[Person]) -> Sequence[Examiner]:
    theirs = select(Examiner).where(Examiner.person_id.in_([one.id for one in people]))
    return session.scalars(theirs.order_by(Examiner.proposed_at, Examiner.id)).all()

"""Calibrations: assessors practise and are tested on benchmark answers, and a test that was passed holds for a while.

Whom it keeps from work, `storage.judging.eligibility` says. The rules are in `review.qualification`.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from review.qualification import Qualification, Shortfall, Thresholds, qualify
from scenarios.chapters import AssessmentRules
from storage.base.clock import AMSTERDAM
from storage.base.database import Base, Identified, one_of
from storage.judging.benchmarks import Benchmark
from storage.judging.ratings import Rating
from storage.people.people import Person
from storage.schemes import Scheme


class CalibrationKind(StrEnum):
    """Practice tells after each answer what was agreed on; the test does not, and counts."""

    TRAINING = "training"
    TEST = "test"


class Locked(StrEnum):
    """Why somebody is given no work of an exam."""

    NEVER = "never_calibrated"
    FAILED = "calibration_failed"
    LAPSED = "calibration_lapsed"


class Calibration(Identified, Base):
    """One run of one assessor over benchmark answers of one exam (`exam`: the key of its scheme).

    `answers`, `scores`, `exact` and `within_one` are what came of it, counted when the last answer was signed; they
    stay when an answer is a benchmark no more. `valid_until` is the last day of a test that was passed.
    """

    __tablename__ = "calibration"

    assessor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    exam: Mapped[str] = mapped_column(String(60))
    kind: Mapped[CalibrationKind] = mapped_column(one_of(CalibrationKind))
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    answers: Mapped[int] = mapped_column(default=0)
    scores: Mapped[int] = mapped_column(default=0)
    exact: Mapped[int] = mapped_column(default=0)
    within_one: Mapped[int] = mapped_column(default=0)
    passed: Mapped[bool | None]
    valid_until: Mapped[date | None]

    assessor: Mapped[Person] = relationship()
    works: Mapped[list["BenchmarkWork"]] = relationship(back_populates="calibration", order_by="BenchmarkWork.place")

    __table_args__ = (
        CheckConstraint("valid_until IS NULL OR (kind = 'test' AND passed)", name="valid"),
        CheckConstraint("exact <= within_one AND within_one <= scores", name="counts"),
        Index(None, "assessor_id", "exam", "ended_at"),
    )

    @property
    def exact_share(self) -> Fraction | None:
        return Fraction(self.exact, self.scores) if self.scores else None

    @property
    def within_share(self) -> Fraction | None:
        return Fraction(self.within_one, self.scores) if self.scores else None

    @property
    def done(self) -> int:
        """How many answers are signed."""
        return sum(one.steps is not None for one in self.works)

    def shortfalls(self, thresholds: Thresholds) -> tuple[Shortfall, ...]:
        """What was not enough, by the counts."""
        return self._outcome(thresholds).shortfalls

    def _outcome(self, thresholds: Thresholds) -> Qualification:
        return qualify([tuple(one.steps) for one in self.works if one.steps is not None], thresholds)

    def close(self, rules: AssessmentRules, now: datetime) -> None:
        """Count what came of it, now that all is signed."""
        thresholds = thresholds_of(rules)
        outcome = self._outcome(thresholds)
        self.ended_at, self.answers, self.scores = now, outcome.answers, outcome.scores
        steps = [step for one in self.works for step in one.steps or ()]
        self.exact, self.within_one = steps.count(0), sum(step <= 1 for step in steps)
        if self.kind is CalibrationKind.TEST:
            self.passed = outcome.passed
            if outcome.passed:
                self.valid_until = now.astimezone(AMSTERDAM).date() + timedelta(days=rules.calibration_days)


class BenchmarkWork(Identified, Base):
    """A rating on a benchmark answer: its place in a calibration, or none in a start round or among ordinary work.

    `steps` says of each competency how far it is off (`review.qualification.differences`), once signed; None before
    that and in a start round, which is held against nothing.
    """

    __tablename__ = "benchmark_work"

    rating_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Rating.id), unique=True)
    benchmark_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Benchmark.id))
    calibration_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Calibration.id))
    place: Mapped[int] = mapped_column(default=0)
    steps: Mapped[list[Any] | None]
    judged_at: Mapped[datetime | None]

    rating: Mapped[Rating] = relationship()
    benchmark: Mapped[Benchmark] = relationship()
    calibration: Mapped[Calibration | None] = relationship(back_populates="works")

    __table_args__ = (Index(None, "benchmark_id"), Index(None, "calibration_id"))


@dataclass(frozen=True)
class Standing:
    """How it stands with one assessor for one exam: until when calibrated, the last test, and what locks."""

    valid_until: date | None
    last: Calibration | None
    locked: Locked | None


def thresholds_of(rules: AssessmentRules) -> Thresholds:
    """What a test asks, by the scheme."""
    return Thresholds(rules.calibration_exact, rules.calibration_within_one, rules.calibration_answers)


def standings(session: Session, scheme: Scheme, people: Sequence[Person], now: datetime) -> dict[uuid.UUID, Standing]:
    """How it stands with each of these people; `locked` says what would lock, whether or not the lock has begun."""
    today = now.astimezone(AMSTERDAM).date()
    ids = [one.id for one in people]
    ended = select(Calibration).where(
        Calibration.assessor_id.in_(ids),
        Calibration.exam == scheme.key,
        Calibration.kind == CalibrationKind.TEST,
        Calibration.ended_at.is_not(None),
    )
    tests: dict[uuid.UUID, list[Calibration]] = {one: [] for one in ids}
    for one in session.scalars(ended.order_by(Calibration.ended_at, Calibration.id)):
        tests[one.assessor_id].append(one)
    return {who: _standing(own, today) for who, own in tests.items()}


def _standing(tests: Sequence[Calibration], today: date) -> Standing:
    """The last test says it, also where an earlier one would hold still."""
    last = tests[-1] if tests else None
    if last is None:
        return Standing(None, None, Locked.NEVER)
    if last.valid_until is None:
        return Standing(None, last, Locked.FAILED)
    return Standing(last.valid_until, last, None if last.valid_until >= today else Locked.LAPSED)


def held_in_test(session: Session, scheme: Scheme, people: Sequence[Person]) -> dict[uuid.UUID, set[uuid.UUID]]:
    """Of each of these people the benchmarks of a test that goes on: signed, or to be signed still."""
    found: dict[uuid.UUID, set[uuid.UUID]] = {one.id: set() for one in people}
    held = select(Calibration.assessor_id, BenchmarkWork.benchmark_id)
    held = held.join(BenchmarkWork, BenchmarkWork.calibration_id == Calibration.id).join(Rating)
    held = held.where(
        Calibration.assessor_id.in_(found),
        Calibration.exam == scheme.key,
        Calibration.kind == CalibrationKind.TEST,
        Calibration.ended_at.is_(None),
        BenchmarkWork.judged_at.is_not(None) | Rating.declined_at.is_(None),
    )
    for assessor_id, benchmark_id in session.execute(held):
        found[assessor_id].add(benchmark_id)
    return found

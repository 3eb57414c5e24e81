"""Benchmark answers: answers of past exams, with levels that were agreed on, by which assessors are calibrated.

An answer becomes one by the candidate's consent alone, given after the result, and is one no longer at the moment that
the consent is taken back: what was agreed goes, with all that assessors wrote about it. How it comes to levels that are
agreed on is in `storage.judging.start_rounds`.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from review.qualification import Levels
from review.rules import LEVEL_MAX, LEVEL_MIN
from storage.base.database import Base, Identified, one_of, session_of
from storage.base.steps import Stepping, going_on, table
from storage.dossier.dossiers import Dossier
from storage.exam.consents import Consent
from storage.exam.sittings import Answer, Sitting
from storage.judging.purposes import Purpose
from storage.judging.ratings import Rating, Return
from storage.people.people import Person
from storage.schemes import Scheme


class BenchmarkState(StrEnum):
    """How far a benchmark answer is."""

    START_ROUND = "start_round"
    """Three assessors score it, and then the committee notes what they agree on."""
    LIVE = "live"
    ENDED = "ended"


class Ending(StrEnum):
    """Why an answer is a benchmark no more."""

    CONSENT = "consent"
    """The candidate took the consent back."""
    COMMITTEE = "committee"
    """The committee does not think it fit."""


STEPS = table(
    BenchmarkState,
    {
        BenchmarkState.START_ROUND: {BenchmarkState.LIVE, BenchmarkState.ENDED},
        BenchmarkState.LIVE: {BenchmarkState.ENDED},
    },
)
GOING_ON = going_on(STEPS)


class AgreedScore(Identified, Base):
    """What was agreed on for one competency, and why, where the three differed; no level is "not observable"."""

    __tablename__ = "agreed_score"

    benchmark_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("benchmark.id"))
    competency: Mapped[str] = mapped_column(String(60))
    level: Mapped[int | None]
    reason: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        UniqueConstraint("benchmark_id", "competency"),
        CheckConstraint(f"level IS NULL OR level BETWEEN {LEVEL_MIN} AND {LEVEL_MAX}", name="level"),
    )


class Benchmark(Stepping, Base):
    """One answer that is a benchmark, or is to become one, by a consent that holds."""

    __tablename__ = "benchmark"
    steps, noun = STEPS, "benchmark"

    answer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Answer.id))
    consent_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Consent.id))
    state: Mapped[BenchmarkState] = mapped_column(one_of(BenchmarkState), default=BenchmarkState.START_ROUND)
    chosen_at: Mapped[datetime]
    chosen_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    agreed_at: Mapped[datetime | None]
    agreed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[Ending | None] = mapped_column(one_of(Ending))

    answer: Mapped[Answer] = relationship()
    consent: Mapped[Consent] = relationship()
    agreed_by: Mapped[Person | None] = relationship(foreign_keys=agreed_by_id)
    agreed: Mapped[list[AgreedScore]] = relationship(cascade="all, delete-orphan", order_by=AgreedScore.competency)

    __table_args__ = (
        CheckConstraint("(agreed_at IS NULL) = (agreed_by_id IS NULL)", name="agreed"),
        CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended"),
        CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name="ended_because"),
        CheckConstraint("state <> 'live' OR agreed_at IS NOT NULL", name="live"),
        Index(None, "state", "chosen_at"),
        Index(None, "consent_id"),
    )
    # Of two steps at the same moment that start from one state, the second fails (StaleDataError).
    __mapper_args__ = {"version_id_col": state, "version_id_generator": False}

    @property
    def scheme(self) -> Scheme:
        """The rules under which the answer was given."""
        return self.answer.sitting.dossier.scheme

    @property
    def levels(self) -> Levels:
        """What was agreed on, by competency, as `review.qualification` reads it."""
        return {one.competency: one.level for one in self.agreed}

    def end(self, because: Ending, by: uuid.UUID | None, now: datetime) -> None:
        """It is a benchmark no more: what was agreed and written about it goes, and nobody has it on the desk."""
        session = session_of(self)
        self.take_step(BenchmarkState.ENDED, by, now, because=because)
        self.ended_at, self.ended_because = now, because
        self.agreed.clear()
        for rating in ratings_on(session, self):
            rating.scores.clear()
            rating.remarks.clear()
            rating.seen, rating.unseen_because = [], ""
            if rating.declined_at is None and rating.signed is None:
                rating.declined_at, rating.declined_because = now, Return.TAKEN_BACK
        session.flush()


_GOING_ON = Benchmark.state != BenchmarkState.ENDED
Index(
    "uq_benchmark_answer",
    Benchmark.answer_id,
    unique=True,
    sqlite_where=_GOING_ON,
    postgresql_where=_GOING_ON,
)


def ratings_on(session: Session, benchmark: Benchmark, *purposes: Purpose) -> Sequence[Rating]:
    """What assessors said of it as a benchmark, for these purposes or for any, oldest first; nothing of the exam."""
    theirs = select(Rating).where(Rating.answer_id == benchmark.answer_id, Rating.purpose != Purpose.EXAM)
    if purposes:
        theirs = theirs.where(Rating.purpose.in_(purposes), Rating.declined_at.is_(None))
    return session.scalars(theirs.order_by(Rating.phase1_signed_at, Rating.id)).all()


def benchmarks(exam: str, *states: BenchmarkState) -> Select[Benchmark]:
    """The benchmarks of an exam (the key of its scheme, in any version) in these states, oldest first."""
    own = select(Benchmark).join(Answer).join(Sitting).join(Dossier).join(Scheme, Dossier.scheme_id == Scheme.id)
    return own.where(Scheme.key == exam, Benchmark.state.in_(states)).order_by(Benchmark.chosen_at, Benchmark.id)


def live_benchmarks(exam: str) -> Select[Benchmark]:
    """The benchmarks of this exam that may be used now, oldest first: with a consent that holds still."""
    live = benchmarks(exam, BenchmarkState.LIVE).join(Consent, Benchmark.consent_id == Consent.id)
    return live.where(Consent.taken_back_at.is_(None))


def end_without_consent(session: Session, dossiers: Sequence[uuid.UUID], now: datetime) -> list[Benchmark]:
    """Take every benchmark of these exams out of which the consent was taken back; answers which."""
    gone = select(Benchmark).join(Consent, Benchmark.consent_id == Consent.id)
    gone = gone.where(Consent.dossier_id.in_(dossiers), Consent.taken_back_at.is_not(None), _GOING_ON)
    found = list(session.scalars(gone))
    for one in found:
        one.end(Ending.CONSENT, one.consent.dossier.candidate_id, now)
    return found

"""Who may see which benchmark answers: office and committee all but those of an own exam, assessors their own work."""

import uuid

from flask import abort
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from storage.dossier.dossiers import Dossier
from storage.exam.sittings import Answer, Sitting
from storage.judging import start_rounds
from storage.judging.benchmarks import Benchmark, BenchmarkState, benchmarks
from storage.judging.purposes import Purpose
from storage.judging.ratings import Rating
from webapp.access import me, others
from webapp.context import g

_OF_ANSWER = joinedload(Answer.sitting).options(joinedload(Sitting.dossier), joinedload(Sitting.pack))


def of_exam(exam: str) -> Select[Benchmark]:
    """The benchmarks of an exam, but those of somebody in whose exam the one who asks has a part."""
    return benchmarks(exam, *BenchmarkState).where(others()).options(joinedload(Benchmark.answer).options(_OF_ANSWER))


def to_choose(exam: str) -> Select[Answer]:
    """The answers that may become one."""
    return start_rounds.allowed_answers(exam).where(others()).options(_OF_ANSWER)


def answer_to_choose(answer_id: uuid.UUID) -> Answer:
    """An answer of somebody else's exam that is over."""
    found = select(Answer).join(Sitting).join(Dossier).where(Answer.id == answer_id, Sitting.told_at.is_not(None))
    return g.db.scalars(found.where(others())).first() or abort(404)


def benchmark(benchmark_id: uuid.UUID) -> Benchmark:
    found = select(Benchmark).join(Answer).join(Sitting).join(Dossier).where(Benchmark.id == benchmark_id)
    return g.db.scalars(found.where(others())).first() or abort(404)


def my_practice(rating_id: uuid.UUID) -> Rating:
    """An answer on which the one who asks practised, signed."""
    mine = select(Rating).where(
        Rating.id == rating_id,
        Rating.assessor_id == me().id,
        Rating.purpose == Purpose.TRAINING,
        Rating.phase1_signed_at.is_not(None),
    )
    return g.db.scalars(mine).first() or abort(404)


def my_round(rating: Rating) -> list[Rating]:
    """The benchmark answers that lie with the one who asks for the same purpose and are open, with this one."""
    mine = select(Rating).where(
        Rating.assessor_id == me().id,
        Rating.purpose == rating.purpose,
        Rating.declined_at.is_(None),
        (Rating.phase1_signed_at.is_(None)) | (Rating.id == rating.id),
    )
    return sorted(g.db.scalars(mine), key=lambda one: (one.answer.number, one.answer.code))

"""Figures about the judging of each exam: one row, made anew by the office's worker at night and when somebody asks.

Nothing here names anybody. Figures of an assessor stand under the id of that person, and whoever may read them finds
the name. They follow the scores that are kept: what is erased is gone from them the next night.
"""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from review import rule_reading
from review.rules import CompetencyRule
from storage.base import audit, jobs
from storage.base.database import Base, Identified
from storage.base.jobs import Job, JobState
from storage.base.refusal import Refused
from storage.people.people import Person
from storage.schemes import Scheme, newest_versions

MAKE = "make_judging_figures"
"""The job that makes the figures of one exam."""


class Rule(StrEnum):
    """Why figures are not made anew."""

    BUSY = "judging_figures_busy"


class JudgingFigures(Identified, Base):
    """The figures of one exam under all versions of its regulation. `candidates`: how many they rest on.

    `figures`: for each part the rows that `storage.figures.judging_parts` makes; `made_at` None: never made yet.
    """

    __tablename__ = "judging_figures"

    exam: Mapped[str] = mapped_column(String(60), unique=True)
    made_at: Mapped[datetime | None]
    candidates: Mapped[int] = mapped_column(default=0)
    scores: Mapped[int] = mapped_column(default=0)
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict[str, Any])

    __table_args__ = (
        CheckConstraint("candidates >= 0", name="candidates"),
        CheckConstraint("scores >= 0", name="scores"),
    )


def exams(session: Session) -> list[Scheme]:
    """The newest version of each exam whose answers are judged on competencies, by name."""
    return [
        one
        for one in newest_versions(session)
        if one.content.assessment and isinstance(rule_reading.parse(one.content.pass_rule), CompetencyRule)
    ]


def of_exam(session: Session, exam: str) -> JudgingFigures | None:
    """What is kept of this exam."""
    return session.scalars(select(JudgingFigures).where(JudgingFigures.exam == exam)).one_or_none()


def ask(session: Session, exam: str, by: Person | None, now: datetime) -> JudgingFigures:
    """Have the figures made anew. Raises Refused while they wait or are being made, where a person asks."""
    row = of_exam(session, exam)
    if row is None:
        row = JudgingFigures(id=uuid.uuid4(), exam=exam)
        session.add(row)
        session.flush()
    if by is not None:
        if busy(session, row):
            raise Refused(Rule.BUSY)
        audit.record(session, now, by.id, "judging_figures_asked", row)
    jobs.enqueue(session, jobs.Queue.OFFICE, MAKE, row.id, now)
    return row


def ask_all(session: Session, now: datetime) -> None:
    """Every night: each exam."""
    for exam in exams(session):
        ask(session, exam.key, None, now)


def job_of(session: Session, row: JudgingFigures) -> Job | None:
    """The newest job that makes, or made, these."""
    found = select(Job).where(Job.subject == row.id, Job.kind == MAKE)
    return session.scalars(found.order_by(Job.created_at.desc(), Job.id).limit(1)).first()


def busy(session: Session, row: JudgingFigures) -> bool:
    """True while they wait or are being made."""
    job = job_of(session, row)
    return job is not None and job.state in (JobState.WAITING, JobState.RUNNING)

"""KSF's advice about the moment of an exam. An advice is shown, and never stops anybody."""

from dataclasses import dataclass
from datetime import date, timedelta

EARLIEST = date(1950, 1, 1)
AHEAD = timedelta(days=366)


@dataclass(frozen=True)
class Advice:
    """Do the exam `before` this day; `passed` once it has come."""

    before: date
    passed: bool


def exam_before(in_job_since: date | None, weeks: int, today: date) -> Advice | None:
    """The advice for somebody with this first day in the job (KSF: before the twelfth week in the job).

    None when the first day is not known, or when the exam has no advice (no weeks).
    """
    if in_job_since is None or not weeks:
        return None
    before = in_job_since + timedelta(weeks=weeks)
    return Advice(before, today >= before)


def plausible(in_job_since: date, today: date) -> bool:
    """True when this can be somebody's first day in a job, and is no slip of the hand."""
    return EARLIEST <= in_job_since <= today + AHEAD

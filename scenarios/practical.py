"""The rules of a session of a practical test: how many candidates its day holds, whose turn is when, what KSF advises.

An advice is a signal beside a name. It never stops anybody.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from dateutil.relativedelta import relativedelta

from scenarios.advice import exam_before
from scenarios.chapters import ChecklistRules


class Signal(StrEnum):
    """KSF's advice for the practical test."""

    THEORY_LONG_AGO = "theory_long_ago"
    LATE_IN_JOB = "late_in_job"


@dataclass(frozen=True)
class Advised:
    """An advice that is not followed; `day` is the last day that was advised, or the day before which it was."""

    signal: Signal
    day: date


def most_candidates(starts_at: datetime, ends_at: datetime, rules: ChecklistRules) -> int:
    """How many candidates one examiner can listen to between these moments, one after the other."""
    return int((ends_at - starts_at) / timedelta(minutes=rules.duration_minutes))


def turn(starts_at: datetime, number: int, rules: ChecklistRules) -> tuple[datetime, datetime]:
    """About when the candidate with this number (from 1 on) has the turn, from and until."""
    length = timedelta(minutes=rules.duration_minutes)
    return starts_at + (number - 1) * length, starts_at + number * length


def signals(theory_on: date | None, in_job_since: date | None, on: date, rules: ChecklistRules) -> tuple[Advised, ...]:
    """Which advice a test on the day `on` does not follow, for who passed the theory on `theory_on`.

    A day that is not known, and an advice of 0 months or weeks, say nothing.
    """
    found = []
    months = rules.advised_months_after_theory
    if theory_on is not None and months and on > (last := theory_on + relativedelta(months=months)):
        found.append(Advised(Signal.THEORY_LONG_AGO, last))
    advice = exam_before(in_job_since, rules.advised_weeks_in_job, on)
    if advice is not None and advice.passed:
        found.append(Advised(Signal.LATE_IN_JOB, advice.before))
    return tuple(found)

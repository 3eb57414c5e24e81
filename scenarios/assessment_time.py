"""How long an assessment of acquired competencies took, against what its scheme allows (at most six hours)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise

from scenarios.judged_live import ProofRules


class TimeFault(StrEnum):
    """What is wrong with the time of an assessment."""

    BACKWARDS = "assessment_ends_before_it_begins"
    OVERLAP = "assessment_overlaps_itself"
    TOO_LONG = "assessment_too_long"
    TOO_MANY_DAYS = "assessment_over_too_many_days"


@dataclass(frozen=True)
class Stretch:
    """One time without a break: aware moments, the end not included."""

    began_at: datetime
    ended_at: datetime

    def in_utc(self) -> "Stretch":
        """The same in UTC: two moments of one time zone are subtracted as a wall clock shows them, and that jumps."""
        return Stretch(self.began_at.astimezone(UTC), self.ended_at.astimezone(UTC))


def taken(stretches: Iterable[Stretch]) -> timedelta:
    """The time of all stretches together; breaks between them count for nothing."""
    return sum((one.ended_at - one.began_at for one in map(Stretch.in_utc, stretches)), timedelta())


def time_faults(stretches: Iterable[Stretch], rules: ProofRules, zone: tzinfo) -> tuple[TimeFault, ...]:
    """All that is wrong with it; exactly the most hours is allowed. A day is a calendar day in `zone`.

    A stretch past midnight is on both days.
    """
    listed = sorted(map(Stretch.in_utc, stretches), key=lambda one: (one.began_at, one.ended_at))
    found = []
    if any(one.ended_at <= one.began_at for one in listed):
        found.append(TimeFault.BACKWARDS)
    if any(later.began_at < earlier.ended_at for earlier, later in pairwise(listed)):
        found.append(TimeFault.OVERLAP)
    if taken(listed) > timedelta(hours=rules.maximum_hours):
        found.append(TimeFault.TOO_LONG)
    if len({day for one in listed for day in _days(one, zone)}) > rules.maximum_days:
        found.append(TimeFault.TOO_MANY_DAYS)
    return tuple(found)


def _days(one: Stretch, zone: tzinfo) -> range:
    """The calendar days of a stretch in UTC, as ordinals."""
    last = one.ended_at - timedelta.resolution
    return range(one.began_at.astimezone(zone).toordinal(), last.astimezone(zone).toordinal() + 1)

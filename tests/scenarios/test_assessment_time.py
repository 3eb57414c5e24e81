"""An assessment of acquired competencies takes at most six hours, over at most two days."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest

from scenarios.assessment_time import Stretch, TimeFault, taken, time_faults
from scenarios.judged_live import ProofRules

RULES = ProofRules(assessors=2, maximum_hours=6, maximum_days=2)
BRUSSELS = ZoneInfo("Europe/Brussels")
NINE = datetime(2026, 11, 23, 9, tzinfo=BRUSSELS)
DAY = timedelta(days=1)


def stretch(begins, hours):
    return Stretch(begins, begins + timedelta(hours=hours))


@pytest.mark.parametrize(
    "stretches, faults",
    [
        ([], ()),
        ([stretch(NINE, 6)], ()),
        ([Stretch(NINE, NINE + timedelta(hours=6, microseconds=1))], (TimeFault.TOO_LONG,)),
        ([stretch(NINE, 3), stretch(NINE + DAY, 3)], ()),
        ([stretch(NINE, 3), stretch(NINE + timedelta(hours=4), 3)], ()),
        ([stretch(NINE, 3), stretch(NINE + timedelta(hours=3), 3)], ()),
        ([stretch(NINE, 3), stretch(NINE + timedelta(hours=2), 2)], (TimeFault.OVERLAP,)),
        ([stretch(NINE, 1), stretch(NINE + DAY, 1), stretch(NINE + 2 * DAY, 1)], (TimeFault.TOO_MANY_DAYS,)),
        ([stretch(NINE, 1), stretch(NINE + 9 * DAY, 1)], ()),
        ([stretch(NINE, 0)], (TimeFault.BACKWARDS,)),
        ([stretch(NINE, -1)], (TimeFault.BACKWARDS,)),
    ],
)
def test_six_hours_over_two_days(stretches, faults):
    for order in permutations(stretches):
        assert time_faults(order, RULES, BRUSSELS) == faults


def test_a_day_is_that_of_the_clock_on_the_wall():
    late = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
    before = [stretch(NINE, 1), Stretch(late, late + timedelta(minutes=30)), stretch(NINE + DAY, 1)]
    assert time_faults(before, RULES, BRUSSELS) == (), "it ends at midnight, which is no next day"
    past = [stretch(NINE - DAY, 1), Stretch(late, late + timedelta(minutes=31))]
    assert time_faults(past, RULES, BRUSSELS) == (TimeFault.TOO_MANY_DAYS,)
    assert time_faults(past, RULES, UTC) == ()


def test_the_hour_that_the_clock_goes_back_counts():
    night = datetime(2026, 10, 24, 22, tzinfo=UTC)
    six = Stretch(night.astimezone(BRUSSELS), (night + timedelta(hours=7)).astimezone(BRUSSELS))
    assert time_faults([six], RULES, BRUSSELS) == (TimeFault.TOO_LONG,)
    assert taken([six]) == timedelta(hours=7)

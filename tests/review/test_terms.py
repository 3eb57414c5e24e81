"""Time limits by the Algemene termijnenwet."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.terms import days_off, is_working_day, weeks_after, working_days_after

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 1))


def test_the_days_off_of_2026():
    assert sorted(days_off(2026)) == [
        date(2026, 1, 1),
        date(2026, 4, 3),
        date(2026, 4, 6),
        date(2026, 4, 27),
        date(2026, 5, 5),
        date(2026, 5, 14),
        date(2026, 5, 25),
        date(2026, 12, 25),
        date(2026, 12, 26),
    ]


@pytest.mark.parametrize(
    ("year", "easter_monday"),
    [(2000, (4, 24)), (2008, (3, 24)), (2019, (4, 22)), (2024, (4, 1)), (2038, (4, 26)), (2049, (4, 19))],
)
def test_easter_moves(year, easter_monday):
    assert date(year, *easter_monday) in days_off(year)


def test_kings_day_is_never_on_a_sunday():
    assert date(2025, 4, 26) in days_off(2025) and date(2025, 4, 27) not in days_off(2025)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 3, 2), 10, date(2026, 3, 16)),
        (date(2026, 4, 1), 10, date(2026, 4, 17)),
        (date(2026, 12, 24), 1, date(2026, 12, 28)),
        (date(2026, 3, 7), 1, date(2026, 3, 9)),
        (date(2026, 3, 2), 0, date(2026, 3, 2)),
    ],
)
def test_working_days(start, days, end):
    assert working_days_after(start, days) == end


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2026, 3, 2), date(2026, 4, 13)),
        (date(2026, 3, 16), date(2026, 4, 28)),
        (date(2026, 11, 14), date(2026, 12, 28)),
        (date(2026, 11, 20), date(2027, 1, 4)),
    ],
)
def test_a_term_never_ends_on_a_day_off(start, end):
    assert weeks_after(start, 6) == end


@given(DAYS, st.integers(1, 60))
def test_working_days_are_counted_one_by_one(start, days):
    end = working_days_after(start, days)
    passed = [start + timedelta(days=number) for number in range(1, (end - start).days + 1)]
    assert is_working_day(end) and sum(map(is_working_day, passed)) == days


@given(DAYS, st.integers(1, 26))
def test_a_term_ends_on_a_working_day_at_most_some_days_late(start, weeks):
    end = weeks_after(start, weeks)
    assert is_working_day(end) and timedelta(0) <= end - start - timedelta(weeks=weeks) <= timedelta(days=5)

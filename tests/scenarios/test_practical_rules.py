"""The pure rules of a practical session: how many fit, whose turn is when, which advice is not followed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from scenarios.chapters import ChecklistRules
from scenarios.practical import Advised, Signal, most_candidates, signals, turn

RULES = ChecklistRules(
    duration_minutes=45,
    minimum_conversations=3,
    checklists=1,
    ways=("naast de kandidaat",),
    advised_months_after_theory=3,
    assessors=1,
)
NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY = NINE.date()


@pytest.mark.parametrize("minutes, most", [(44, 0), (45, 1), (89, 1), (90, 2), (240, 5), (480, 10)])
def test_a_day_holds_whole_turns(minutes, most):
    assert most_candidates(NINE, NINE + timedelta(minutes=minutes), RULES) == most


def test_turns_follow_each_other():
    assert turn(NINE, 1, RULES) == (NINE, NINE + timedelta(minutes=45))
    assert turn(NINE, 5, RULES)[1] == NINE + timedelta(minutes=225)
    assert turn(NINE, 2, replace(RULES, duration_minutes=60))[0] == NINE + timedelta(hours=1)


@pytest.mark.parametrize(
    "theory_on, told",
    [
        (date(2026, 8, 23), ()),
        (date(2026, 8, 22), (Advised(Signal.THEORY_LONG_AGO, date(2026, 11, 22)),)),
        (date(2025, 11, 30), (Advised(Signal.THEORY_LONG_AGO, date(2026, 2, 28)),)),
        (None, ()),
    ],
)
def test_the_theory_test_is_advised_three_months_before(theory_on, told):
    assert signals(theory_on, None, DAY, RULES) == told


@pytest.mark.parametrize(
    "since, told",
    [
        (DAY - timedelta(days=83), ()),
        (DAY - timedelta(days=84), (Advised(Signal.LATE_IN_JOB, DAY),)),
        (DAY + timedelta(days=5), ()),
        (None, ()),
    ],
)
def test_the_test_is_advised_within_twelve_weeks_in_the_job(since, told):
    assert signals(None, since, DAY, RULES) == told


def test_no_months_and_no_weeks_are_no_advice():
    silent = replace(RULES, advised_months_after_theory=0, advised_weeks_in_job=0)
    assert signals(date(2000, 1, 1), date(2000, 1, 1), DAY, silent) == ()

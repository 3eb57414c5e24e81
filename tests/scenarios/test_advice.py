"""KSF's advice on the moment of an exam: within twelve weeks in the job, and never a hindrance."""

from datetime import date

import pytest

from scenarios.advice import Advice, exam_before, plausible

START = date(2026, 12, 18)


@pytest.mark.parametrize(
    "today, passed", [(START, False), (date(2027, 3, 11), False), (date(2027, 3, 12), True), (date(2028, 1, 1), True)]
)
def test_the_exam_is_advised_before_eighty_four_days(today, passed):
    assert exam_before(START, 12, today) == Advice(date(2027, 3, 12), passed)


def test_other_weeks_give_another_day():
    assert exam_before(START, 1, START) == Advice(date(2026, 12, 25), False)


def test_without_a_first_day_or_an_advice_nothing_is_said():
    assert exam_before(None, 12, START) is None
    assert exam_before(START, 0, START) is None


@pytest.mark.parametrize(
    "day, may_be",
    [
        (date(1949, 12, 31), False),
        (date(1950, 1, 1), True),
        (START, True),
        (date(2027, 12, 19), True),
        (date(2027, 12, 20), False),
    ],
)
def test_a_slip_of_the_hand_is_no_first_day(day, may_be):
    assert plausible(day, START) is may_be

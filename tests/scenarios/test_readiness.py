"""A place is ready on a day when its newest check still counts then and found nothing missing."""

from datetime import date

import pytest

from scenarios.readiness import Readiness, standing

CHECKED = date(2026, 3, 2)
LAST = date(2026, 3, 12)


@pytest.mark.parametrize(
    "checked_on, complete, on, readiness, until",
    [
        (None, False, CHECKED, Readiness.ABSENT, None),
        (CHECKED, True, CHECKED, Readiness.READY, LAST),
        (CHECKED, True, LAST, Readiness.READY, LAST),
        (CHECKED, True, date(2026, 3, 13), Readiness.EXPIRED, LAST),
        (CHECKED, False, LAST, Readiness.INCOMPLETE, LAST),
        (CHECKED, False, date(2026, 3, 13), Readiness.EXPIRED, LAST),
    ],
)
def test_what_the_newest_check_says_about_a_day(checked_on, complete, on, readiness, until):
    found = standing(checked_on, complete, 10, on)
    assert (found.readiness, found.until) == (readiness, until)
    assert found.ready is (readiness is Readiness.READY)

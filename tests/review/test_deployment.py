"""Three to four deployments a year."""

from datetime import date, timedelta

import pytest

from review.deployment import Standing, lately, standing

TODAY = date(2026, 3, 2)
LONG = date(2020, 1, 1)


def days(*ago):
    return [TODAY - timedelta(days=one) for one in ago]


@pytest.mark.parametrize(
    ("deployed", "active_from", "found"),
    [
        (days(1, 2, 3), LONG, Standing.FITTING),
        (days(1, 2), LONG, Standing.FEW),
        ((), TODAY - timedelta(days=364), Standing.FITTING),
        ((), TODAY - timedelta(days=365), Standing.FEW),
        (days(1, 2, 3, 4), LONG, Standing.FULL),
        (days(1, 2, 3, 4, 5), TODAY, Standing.MANY),
        (days(0, 0, 0, 0, 0), TODAY, Standing.MANY),
        (days(1, 2, 3, 365, 400), LONG, Standing.FITTING),
        (days(-1, -2, -3, 1, 2), LONG, Standing.FEW),
    ],
)
def test_what_is_said(deployed, active_from, found):
    assert standing(deployed, active_from, TODAY) is found


def test_a_year_is_a_year_also_in_a_leap_year():
    assert lately([date(2023, 3, 1), date(2023, 3, 2), date(2024, 3, 1)], date(2024, 3, 1)) == 2

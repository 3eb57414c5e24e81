"""How often an examiner is deployed: three to four times a year, says the field; fewer loses the eye, more is a burden.

Counted over the twelve months until today, so that nobody is fresh again on the first of January.
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from dateutil.relativedelta import relativedelta

FEWEST, MOST = 3, 4
YEAR = relativedelta(months=12)


class Standing(StrEnum):
    """What the number of deployments says."""

    FEW = "few"
    """Active for a year and deployed fewer times than asked."""
    FITTING = "fitting"
    FULL = "full"
    """The next one is more than asked."""
    MANY = "many"


def lately(days: Iterable[date], today: date) -> int:
    """How many of these deployments are in the twelve months that end today; those to come are not."""
    return sum(today - YEAR < day <= today for day in days)


def standing(days: Iterable[date], active_from: date, today: date) -> Standing:
    """What to say of somebody with deployments on these `days`, each of them one, who is active from that day on."""
    number = lately(days, today)
    if number > MOST:
        return Standing.MANY
    if number == MOST:
        return Standing.FULL
    return Standing.FEW if number < FEWEST and active_from <= today - YEAR else Standing.FITTING

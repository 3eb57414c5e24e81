"""Time limits as Dutch law counts them: working days, and terms that never end on a day off.

Source: Algemene termijnenwet, articles 1 and 3 (which names the days, Good Friday and 5 May each year among them).
"""

from datetime import date, timedelta
from functools import cache

from dateutil.easter import easter


@cache
def days_off(year: int) -> frozenset[date]:
    """The general holidays of a year."""
    sunday = easter(year)
    kings_day = date(year, 4, 27)
    if kings_day.weekday() == 6:
        kings_day -= timedelta(days=1)
    around_easter = (-2, 1, 39, 50)
    fixed = (date(year, 1, 1), kings_day, date(year, 5, 5), date(year, 12, 25), date(year, 12, 26))
    return frozenset({*fixed, *(sunday + timedelta(days=days) for days in around_easter)})


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in days_off(day.year)


def working_days_after(start: date, days: int) -> date:
    """The day on which `days` working days have passed since `start`, which itself does not count."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        days -= is_working_day(day)
    return day


def weeks_after(start: date, weeks: int) -> date:
    """The last day of a term of `weeks` weeks that begins the day after `start`; a day off moves it to the next day."""
    day = start + timedelta(weeks=weeks)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day

"""The time zone in which days begin and end: KSF's, wherever the machine stands."""

from datetime import datetime
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def start_of_day(at: datetime) -> datetime:
    """Midnight in Amsterdam before this moment."""
    return at.astimezone(AMSTERDAM).replace(hour=0, minute=0, second=0, microsecond=0)

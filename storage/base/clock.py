"""The time zone in which days begin and end: KSF's, wherever the machine stands."""

from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")

"""Moments, numbers and sizes as they are written in Dutch."""

import math
from collections.abc import Iterable
from datetime import date, datetime
from fractions import Fraction

from scenarios.advice import Advice
from scenarios.practical import Advised, Signal
from storage.base.clock import AMSTERDAM as AMSTERDAM  # noqa: PLC0414 (for the pages, which have it from here)
from storage.planning.exam_dates import ExamDate

DAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
MONTHS = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)


END_OF_DAYS = date.max


def day_of(at: datetime) -> date:
    """The day that it is in Amsterdam at this moment."""
    return at.astimezone(AMSTERDAM).date()


def sentence(words: str) -> str:
    """The words with a capital, and nothing else changed: KSF stays KSF."""
    return words[:1].upper() + words[1:]


def factor(times: str | Fraction) -> str:
    """1,5"""
    return f"{float(Fraction(times)):g}".replace(".", ",")


def percent(share: float | Fraction) -> str:
    """80 %"""
    return f"{100 * float(share):.0f} %"


def day(at: datetime) -> str:
    """vrijdag 21 november 2026"""
    local = at.astimezone(AMSTERDAM)
    return f"{DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]} {local.year}"


def date_only(day_of_year: date) -> str:
    """vrijdag 21 november 2026, for a day without a time"""
    return f"{DAYS[day_of_year.weekday()]} {day_of_year.day} {MONTHS[day_of_year.month - 1]} {day_of_year.year}"


def short_day(day_of_year: date) -> str:
    """12 maart 2027"""
    return f"{day_of_year.day} {MONTHS[day_of_year.month - 1]} {day_of_year.year}"


def day_of_month(day_of_year: date) -> str:
    """12 maart, where the year is plain"""
    return f"{day_of_year.day} {MONTHS[day_of_year.month - 1]}"


def waited(since: datetime, now: datetime) -> str:
    """sinds vandaag, 1 dag, 12 dagen: how long something waits, by the calendar"""
    days = (day_of(now) - day_of(since)).days
    return "sinds vandaag" if days < 1 else "1 dag" if days == 1 else f"{days} dagen"


def advice(one: Advice) -> str:
    """Advies: examen vóór 12 maart 2027"""
    day = short_day(one.before)
    return f"Het advies was: examen vóór {day}. Later kan ook." if one.passed else f"Advies: examen vóór {day}"


def advised(one: Advised) -> str:
    """theorietoets: advies uiterlijk 1 augustus 2026"""
    if one.signal is Signal.THEORY_LONG_AGO:
        return f"theorietoets: advies uiterlijk {short_day(one.day)}"
    return f"in functie: advies vóór {short_day(one.day)}"


def exam_date(one: ExamDate) -> str:
    """vrijdag 21 november 2026, 10:00 tot 14:00"""
    return f"{moment(one.starts_at)} tot {clock(one.ends_at)}"


def clock(at: datetime) -> str:
    """14:03"""
    return at.astimezone(AMSTERDAM).strftime("%H:%M")


def moment(at: datetime) -> str:
    """vrijdag 21 november 2026, 14:03"""
    return f"{day(at)}, {clock(at)}"


def second(at: datetime) -> str:
    """14:03:22"""
    return at.astimezone(AMSTERDAM).strftime("%H:%M:%S")


def length(seconds: float) -> str:
    """1 minuut 20, 45 seconden"""
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    if not minutes:
        return f"{rest} seconde{'n' if rest != 1 else ''}"
    name = "minuut" if minutes == 1 else "minuten"
    return f"{minutes} {name}" if not rest else f"{minutes} {name} {rest}"


def lapse(seconds: float) -> str:
    """minder dan een minuut, 5 minuten, 3 uur, 2 dagen: about how long, for something that waits"""
    minutes, hours, days = (int(seconds // one) for one in (60, 3600, 86400))
    if days > 1:
        return f"{days} dagen"
    if hours:
        return f"{hours} uur"
    return "minder dan een minuut" if not minutes else "1 minuut" if minutes == 1 else f"{minutes} minuten"


def timecode(seconds: float) -> str:
    """0:31"""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"


def stretches(parts: Iterable[tuple[float, float]]) -> str:
    """0:05 tot 0:24, 1:10 tot 1:15"""
    return ", ".join(f"{timecode(start)} tot {timecode(math.ceil(end))}" for start, end in parts)


def money(cents: int) -> str:
    """€ 250,00"""
    sign = "\N{MINUS SIGN}" if cents < 0 else ""
    return f"{sign}€ {abs(cents) // 100},{abs(cents) % 100:02d}"


def number(value: float | Fraction, decimals: int = 2) -> str:
    """2,75"""
    return f"{float(value):.{decimals}f}".replace(".", ",")


def size(octets: int) -> str:
    """512 bytes, 2,9 MB"""
    for unit, one in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if octets >= one:
            return f"{number(octets / one, 1)} {unit}"
    return f"{octets} bytes"

"""A calendar to subscribe to (iCalendar, RFC 5545): all that is known now, for an agenda that asks again each hour.

Nobody is named in it. A moment that is off stays for a while as CANCELLED, and what changed has a higher SEQUENCE, so
that an agenda which keeps what it read follows too.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from enum import StrEnum
from typing import TYPE_CHECKING

from storage.base.config import config

if TYPE_CHECKING:
    from icalendar import Event

AGAIN = timedelta(hours=1)
"""How often an agenda is asked to look again."""


class Status(StrEnum):
    """As RFC 5545 (3.8.1.11) names them."""

    TENTATIVE = "TENTATIVE"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True)
class Moment:
    """One event. `about` names it for ever; `changed_at` is when something of it was last another."""

    about: uuid.UUID
    lasts: tuple[datetime, datetime]
    title: str
    changed_at: datetime
    status: Status = Status.CONFIRMED
    text: str = ""
    place: str = ""
    busy: bool = True


def of(name: str, moments: Iterable[Moment]) -> str:
    """The calendar with this name; the same moments make the same text."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//Vignet//NL")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for one in sorted(moments, key=lambda one: (one.lasts, str(one.about))):
        calendar.add_component(_event(one))
    return str(calendar.to_ical().decode())


def _event(one: Moment) -> "Event":
    from icalendar import Event

    made = Event()
    made.add("uid", f"{one.about}@vignet")
    # Seconds, as in the files that are mailed about the same thing.
    made.add("sequence", int(one.changed_at.timestamp()))
    made.add("dtstamp", one.changed_at)
    made.add("last-modified", one.changed_at)
    made.add("organizer", f"mailto:{parseaddr(config().mail_sender)[1]}")
    made.add("status", one.status.value)
    made.add("dtstart", one.lasts[0])
    made.add("dtend", one.lasts[1])
    made.add("summary", one.title)
    made.add("description", f"{one.text} {config().origin}".strip())
    if one.place:
        made.add("location", one.place)
    made.add("transp", "OPAQUE" if one.busy and one.status is not Status.CANCELLED else "TRANSPARENT")
    return made

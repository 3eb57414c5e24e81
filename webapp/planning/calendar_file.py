"""A moment or window as a calendar file (iCalendar, RFC 5545), for a mail and for a link on the page."""

import uuid
from datetime import datetime, timedelta
from email.utils import parseaddr

from icalendar import Calendar, Event

from scenarios.chapters import TheoryRules
from storage.base.config import config
from storage.base.database import session_of
from storage.exam.sittings import Sitting
from storage.planning.exam_dates import plans_by_dates
from storage.planning.locations import EXAM
from storage.planning.theory_tests import TheoryState, TheoryTest
from storage.schemes import current_scheme


def of(sitting: Sitting, now: datetime, cancelled: bool = False) -> str:
    """The window or date of an exam."""
    dated = plans_by_dates(sitting.dossier.scheme)
    when = "Begin op tijd" if dated else "U kunt beginnen wanneer u wilt, tot het einde van deze periode"
    title = f"Examen {sitting.dossier.scheme.content.name}"
    return event(sitting.id, sitting.opens_at, sitting.closes_at, title, f"{when}.", now, cancelled, busy=dated)


def of_test(test: TheoryTest, now: datetime) -> str:
    """An online theory test; one that was taken back goes out of an agenda."""
    scheme = current_scheme(session_of(test), EXAM)
    rules = scheme.content.theory if scheme else TheoryRules()
    ends_at = test.starts_at + timedelta(minutes=rules.duration_minutes)
    text = "Kom op tijd en neem een geldig identiteitsbewijs mee."
    off = test.state is TheoryState.WITHDRAWN
    return event(test.id, test.starts_at, ends_at, "Online toets van KSF", text, now, off, test.location.full_address)


def event(
    about: uuid.UUID,
    starts_at: datetime,
    ends_at: datetime,
    title: str,
    text: str,
    now: datetime,
    cancelled: bool = False,
    place: str = "",
    busy: bool = True,
) -> str:
    """One event about the row `about`, which names nobody. `busy`: whether it takes up the day in somebody's agenda.

    Its id stays and its sequence grows, so that a later file takes the place of an earlier one in an agenda, and one
    that is `cancelled` takes it out (RFC 5546, 3.2.1 and 3.2.5).
    """
    made = Event()
    made.add("uid", f"{about}@vignet")
    made.add("sequence", int(now.timestamp()))
    made.add("organizer", f"mailto:{parseaddr(config().mail_sender)[1]}")
    if cancelled:
        made.add("status", "CANCELLED")
    made.add("dtstamp", now)
    made.add("dtstart", starts_at)
    made.add("dtend", ends_at)
    made.add("summary", title)
    made.add("description", f"{text} {config().origin}")
    if place:
        made.add("location", place)
    made.add("transp", "OPAQUE" if busy else "TRANSPARENT")
    calendar = Calendar()
    calendar.add("prodid", "-//Vignet//NL")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    calendar.add_component(made)
    return calendar.to_ical().decode()

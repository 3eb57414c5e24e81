"""The window of an exam as a calendar file (iCalendar, RFC 5545), for the mail and for a link on the page."""

from datetime import datetime
from email.utils import parseaddr

from icalendar import Calendar, Event

from storage.config import config
from storage.exam_dates import plans_by_dates
from storage.sittings import Sitting


def of(sitting: Sitting, now: datetime, cancelled: bool = False) -> str:
    """One event from the opening to the end of the window or date. It names the exam and nobody.

    Its id stays and its sequence grows, so that a later file takes the place of an earlier one in an agenda, and one
    that is `cancelled` takes it out (RFC 5546, 3.2.1 and 3.2.5).
    """
    event = Event()
    event.add("uid", f"{sitting.id}@vignet")
    event.add("sequence", int(now.timestamp()))
    event.add("organizer", f"mailto:{parseaddr(config().mail_sender)[1]}")
    if cancelled:
        event.add("status", "CANCELLED")
    event.add("dtstamp", now)
    event.add("dtstart", sitting.opens_at)
    event.add("dtend", sitting.closes_at)
    event.add("summary", f"Examen {sitting.dossier.scheme.content.name}")
    dated = plans_by_dates(sitting.dossier.scheme)
    when = "Begin op tijd" if dated else "U kunt beginnen wanneer u wilt, tot het einde van deze periode"
    event.add("description", f"{when}. {config().origin}")
    # A period of days leaves somebody's agenda free, an exam date does not.
    event.add("transp", "OPAQUE" if dated else "TRANSPARENT")
    calendar = Calendar()
    calendar.add("prodid", "-//Vignet//NL")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    calendar.add_component(event)
    return calendar.to_ical().decode()

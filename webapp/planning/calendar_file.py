"""A moment or window as a calendar file (iCalendar, RFC 5545), for a mail and for a link on the page."""

import uuid
from datetime import datetime, timedelta
from email.utils import parseaddr

from scenarios.theory_rules import TheoryRules
from storage.base.config import config
from storage.base.database import session_of
from storage.exam.sittings import Sitting
from storage.people import outbox
from storage.people.people import Person
from storage.planning.exam_dates import plans_by_dates
from storage.planning.theory_tests import TheoryState, TheoryTest, scheme_for


def of(sitting: Sitting, now: datetime, cancelled: bool = False) -> str:
    """The window or date of an exam."""
    dated = plans_by_dates(sitting.dossier.scheme)
    when = "Begin op tijd" if dated else "U kunt beginnen wanneer u wilt, tot het einde van deze periode"
    title = f"Examen {sitting.dossier.scheme.content.name}"
    candidate = sitting.dossier.candidate
    lasts = (sitting.opens_at, sitting.closes_at)
    return event(sitting.id, candidate, lasts, title, f"{when}.", now, cancelled, busy=dated)


def of_test(test: TheoryTest, now: datetime) -> str:
    """An online theory test; one that was taken back goes out of an agenda."""
    scheme = scheme_for(session_of(test), test.certificate)
    rules = scheme.content.theory if scheme else TheoryRules()
    ends_at = test.starts_at + timedelta(minutes=rules.duration_minutes)
    text = "Kom op tijd en neem een geldig identiteitsbewijs mee."
    off = test.state is TheoryState.WITHDRAWN
    title, place = "Online toets van KSF", test.location.full_address
    return event(test.id, test.person, (test.starts_at, ends_at), title, text, now, off, place)


def event(
    about: uuid.UUID,
    person: Person,
    lasts: tuple[datetime, datetime],
    title: str,
    text: str,
    now: datetime,
    cancelled: bool = False,
    place: str = "",
    busy: bool = True,
) -> str:
    """One event about the row `about`, for the agenda of this person, who alone is in it and only by address.

    `busy`: whether it takes up the day. Its id stays and its sequence grows with each file that is mailed, so that a
    later one takes the place of an earlier one in an agenda, and one that is `cancelled` takes it out, for whom it
    has to name whose it is (RFC 5546, 3.2.2 and 3.2.5). Nobody is asked to answer.
    """
    from icalendar import Calendar, Event

    uid = f"{about}@vignet"
    made = Event()
    made.add("uid", uid)
    made.add("sequence", _sequence(person, uid, now))
    made.add("organizer", f"mailto:{parseaddr(config().mail_sender)[1]}")
    made.add("attendee", f"mailto:{person.email}", {"PARTSTAT": "ACCEPTED", "RSVP": "FALSE"})
    if cancelled:
        made.add("status", "CANCELLED")
    made.add("dtstamp", now)
    made.add("dtstart", lasts[0])
    made.add("dtend", lasts[1])
    made.add("summary", title)
    made.add("description", f"{text} {config().origin}")
    if place:
        made.add("location", place)
    made.add("transp", "OPAQUE" if busy else "TRANSPARENT")
    calendar = Calendar()
    calendar.add("prodid", "-//Vignet//NL")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancelled else "REQUEST")
    calendar.add_component(made)
    return str(calendar.to_ical().decode())


def together(files: list[str]) -> str:
    """The events of these files in one, to be taken over into an agenda; a file alone stays as it is.

    Events of their own ids are together only where nobody is asked anything (RFC 5546, 3.2.1: PUBLISH).
    """
    if len(files) == 1:
        return files[0]
    from icalendar import Calendar

    first, *others = (Calendar.from_ical(text) for text in files)
    first["method"] = "PUBLISH"
    for other in others:
        for event in other.walk("VEVENT"):
            first.add_component(event)
    return str(first.to_ical().decode())


def _sequence(person: Person, uid: str, now: datetime) -> int:
    """More than in every file that this person was mailed about this event, however soon after it.

    The moment in seconds, so that it grows too when the mails of before were deleted.
    """
    from icalendar import Calendar

    mailed = (Calendar.from_ical(text) for text in outbox.calendars(session_of(person), person, uid))
    before = [int(str(made["sequence"])) for one in mailed for made in one.walk("VEVENT")]
    return max([int(now.timestamp()), *(one + 1 for one in before)])

"""Who hears that a location has another name or address: everybody who was told to come there."""

from datetime import datetime

from storage.base.database import session_of
from storage.planning.locations import Location
from storage.planning.practical_places import confirmed_at
from storage.planning.theory_tests import ahead_at
from webapp.mail.notify import notify
from webapp.planning import calendar_file, practical_mail


def notify_moved(location: Location, former: str, now: datetime) -> int:
    """Write to everybody who comes to this location, which was called `former`; to how many."""
    if location.full_address == former:
        return 0
    session = session_of(location)
    tests = ahead_at(session, location, now)
    for test in tests:
        file = calendar_file.of_test(test, now)
        notify(session, test.person, "theory_test_moved", now, calendar=file, test=test, former=former)
    practical = confirmed_at(session, location, now)
    return len(tests) + sum(practical_mail.notify_moved(found, former, now) for found in practical)

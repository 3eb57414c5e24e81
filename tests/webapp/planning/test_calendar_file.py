"""A calendar file that follows another takes its place in an agenda, however soon after it, and says whose it is."""

from datetime import timedelta

import pytest
from icalendar import Calendar
from support import cast

from storage.people import outbox
from webapp.planning import calendar_file

NOW = cast.NOW


@pytest.fixture
def sitting(app, session, people):
    row = cast.sitting(session, people)
    session.commit()
    with app.app_context():
        yield row


def event(text):
    (made,) = Calendar.from_ical(text).walk("VEVENT")
    return made


def mailed(session, sitting, now, **values):
    text = calendar_file.of(sitting, now, **values)
    outbox.add(session, sitting.dossier.candidate, "invitation", "x", "x", now, calendar=text)
    return event(text)


def test_changes_within_a_second_have_sequences_of_their_own(session, sitting):
    files = [mailed(session, sitting, NOW + timedelta(milliseconds=200 * at)) for at in range(4)]
    files.append(mailed(session, sitting, NOW + timedelta(milliseconds=900), cancelled=True))
    # A clock that was set back a little.
    files.append(mailed(session, sitting, NOW - timedelta(seconds=5)))
    numbers = [one["sequence"] for one in files]
    assert numbers == sorted(set(numbers)), numbers
    assert len({one["uid"] for one in files}) == 1
    later = mailed(session, sitting, NOW + timedelta(days=1))
    assert later["sequence"] == int((NOW + timedelta(days=1)).timestamp())


def test_another_event_of_the_same_person_does_not_count(session, sitting):
    first = mailed(session, sitting, NOW)
    text = calendar_file.event(sitting.dossier_id, sitting.dossier.candidate, (NOW, NOW), "x", "x", NOW)
    assert event(text)["sequence"] == first["sequence"] == int(NOW.timestamp())


@pytest.mark.parametrize("cancelled, method", [(False, "REQUEST"), (True, "CANCEL")])
def test_it_says_whose_it_is_and_asks_for_no_answer(sitting, cancelled, method):
    text = calendar_file.of(sitting, NOW, cancelled=cancelled)
    made = event(text)
    assert Calendar.from_ical(text)["method"] == method
    assert made["attendee"] == f"mailto:{sitting.dossier.candidate.email}"
    assert (made["attendee"].params["RSVP"], made["attendee"].params["PARTSTAT"]) == ("FALSE", "ACCEPTED")
    assert sitting.dossier.candidate.name not in text

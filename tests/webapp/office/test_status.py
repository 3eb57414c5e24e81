"""The state of the installation for the office: what is away and what waits too long stands out, in words."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from support.visitors import text_of

from storage.backup.made import Backup
from storage.base.jobs import Job, JobState, Queue
from storage.people import outbox
from storage.retention.destructions import Run
from webapp.dutch.formats import lapse

pytestmark = pytest.mark.one_database


def test_what_is_away_and_what_waits_is_told_in_words(session, people, visit):
    now = datetime.now(UTC)
    for kind, state, minutes in (("erase", JobState.WAITING, 50), ("deliver_mail", JobState.DEAD, 9)):
        at = now - timedelta(minutes=minutes)
        values = {"queue": Queue.OFFICE, "subject": uuid.uuid4(), "created_at": at, "not_before": at}
        session.add(Job(id=uuid.uuid4(), kind=kind, state=state, **values))
    outbox.add(session, people.candidate, "receipt", "Onderwerp", "Tekst", now - timedelta(hours=3, minutes=5))
    session.add(Run(id=uuid.uuid4(), began_at=now - timedelta(hours=30), ended_at=now - timedelta(hours=29)))
    session.add(Backup(began_at=now - timedelta(hours=20), ended_at=now))
    session.commit()
    text = text_of(visit(people.officer).get("/bureau/stand").text)
    assert "Niet alles werkt: " in text and "Opslag van opnames geeft geen antwoord" in text
    assert "Database werkt" in text
    assert "50 minuten te lang" in text
    assert "1, de oudste 3 uur" in text and "29 uur geleden" in text
    assert "Laatste goede back-up 20 uur geleden" in text
    assert people.candidate.name not in text and people.candidate.email not in text


def test_a_new_installation_has_nothing_to_tell(visit, people):
    text = text_of(visit(people.officer).get("/bureau/stand").text)
    assert "Er is geen werk dat wacht of mislukte." in text and "nog niet geweest" in text
    assert "nog niet gemaakt" in text


LAPSES = {0: "minder dan een minuut", 59: "minder dan een minuut", 60: "1 minuut", 3599: "59 minuten", 3600: "1 uur"}


@pytest.mark.parametrize("seconds, words", [*LAPSES.items(), (47 * 3600, "47 uur"), (48 * 3600, "2 dagen")])
def test_about_how_long(seconds, words):
    assert lapse(seconds) == words

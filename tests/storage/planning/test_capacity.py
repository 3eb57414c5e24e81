"""What fits on a date: sittings by the recorders that are there, sessions by the examiners who are free."""

from datetime import timedelta

import pytest
from support import cast

from storage.exam.recorder_nodes import ALIVE, beat
from storage.judging.absences import enter
from storage.planning.bookings import request
from storage.planning.capacity import Capacity, capacity_on, free_examiners, sittings_at_once
from storage.planning.practical_candidates import confirm

NOW = cast.NOW
NOON = NOW.replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=10)


def recorder(session, name, capacity, now=NOW, draining=False):
    return beat(session, name, f"http://{name}", capacity, 0, draining, now)


def test_only_recorders_that_are_there_and_stay_count(session):
    assert sittings_at_once(session, NOW) == 0
    recorder(session, "one", 4)
    recorder(session, "two", 3)
    recorder(session, "ending", 50, draining=True)
    recorder(session, "silent", 50, NOW - 2 * ALIVE)
    session.flush()
    assert sittings_at_once(session, NOW) == 7


@pytest.fixture
def booked(session, people):
    """Two dates that overlap, and one of the evening; two places held on the first, one on the second."""
    dated = cast.with_dates(session, NOW, "examen_op_datum")
    first = cast.exam_date(session, people, NOON, 5, dated)
    second = cast.exam_date(session, people, NOON + timedelta(hours=2), 5, dated)
    evening = cast.exam_date(session, people, NOON + timedelta(hours=7), 5, dated)
    here = [people.candidate, people.second_candidate, people.outsider_candidate]
    for candidate, day in zip(here, (first, first, second), strict=True):
        dossier = cast.approved_dossier(session, people, NOW, candidate)
        dossier.scheme = dated
        session.flush()
        request(session, dossier, day, people.beheerder, NOW)
    return dated, [first, second, evening]


def test_dates_that_overlap_share_the_recorders(session, booked):
    dated, (first, second, evening) = booked
    recorder(session, "one", 2)
    session.flush()
    found = capacity_on(session, [first, second, evening], {dated.key}, NOW)
    assert found[first.id] == found[second.id] == Capacity(5, 3, at_once=2)
    assert found[first.id].short_of_recorders == 1 and not found[first.id].fits
    assert found[evening.id].asked == 0 and found[evening.id].fits and found[evening.id].offers_too_much
    recorder(session, "two", 10)
    session.flush()
    found = capacity_on(session, [first, second, evening], {dated.key}, NOW)
    assert found[first.id].fits and not found[first.id].offers_too_much


def test_an_examiner_is_free_who_judges_is_there_and_has_nothing_else(session, people):
    day = cast.practical_date(session, people, NOON)
    asked = cast.practical_session(session, people, day, people.candidate)
    everybody = len(people.assessors)
    assert free_examiners(session, [day.day], NOW) == {day.day: everybody}
    assert capacity_on(session, [day], set(), NOW)[day.id] == Capacity(6, 1, unanswered=1, free=everybody)
    for one in people.assessors:
        enter(session, one, day.day, day.day, people.officer, NOW)
    session.flush()
    short = capacity_on(session, [day], set(), NOW)[day.id]
    assert (short.free, short.short_of_examiners, short.fits) == (0, 1, False)
    next_day = day.day + timedelta(days=1)
    assert free_examiners(session, [next_day], NOW) == {next_day: everybody}
    confirm(asked, people.assessors[0], people.officer, NOW)
    session.flush()
    assert capacity_on(session, [day], set(), NOW)[day.id].short_of_examiners == 0


def test_no_date_asks_nothing(session):
    assert capacity_on(session, [], set(), NOW) == {}

"""The record of an examiner: tests on benchmarks and what was noted by hand, in one list; and who is due for one."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from support import benchmarks as made
from support import cast

from storage.people import employers, examiners
from storage.planning.examiner_records import record_of, to_calibrate

NOW = cast.NOW
TODAY = date(2026, 3, 2)
TRAINED = TODAY - timedelta(days=400)


@pytest.fixture
def supplied(session, people):
    """The first assessor, supplied by another organisation and trained more than a year ago."""
    people.outsider_organisation.supplies_examiners = True
    one = people.assessors[0]
    row = examiners.propose(session, people.outsider_organisation, one.name, one.email, people.outsider_beheerder, NOW)
    row.accept(TRAINED, TRAINED, people.officer, NOW)
    session.flush()
    return row


@pytest.fixture
def exam(session, people):
    found = made.told_exam(session, people)
    made.live(session, people, found, made.panel(session))
    return found


def test_every_test_and_every_note_stands_in_one_record(session, people, supplied, exam):
    one = people.assessors[0]
    supplied.calibrate(TODAY - timedelta(days=30), people.officer, NOW)
    supplied.calibrate(TODAY - timedelta(days=20), people.second_officer, NOW)
    made.calibrate(session, exam, one, 4, NOW)
    made.calibrate(session, exam, one, 3, NOW + timedelta(days=10))
    record = record_of(session, one, NOW + timedelta(days=10))
    assert (record.trained_on, record.active_from) == (TRAINED, TRAINED)
    assert {row.called for row in record.employers} >= {people.outsider_organisation.name}
    assert record.employers == employers.of(session, [one])[one.id]
    told = [(row.on, row.by_hand, row.passed, row.noted_by) for row in record.calibrations]
    assert told == [
        (TODAY + timedelta(days=10), False, True, None),
        (TODAY, False, False, None),
        (TODAY - timedelta(days=20), True, None, people.second_officer),
        (TODAY - timedelta(days=30), True, None, people.officer),
    ]
    passed, failed = record.calibrations[:2]
    assert (passed.exact, passed.within_one, passed.exam) == (1, 1, exam.dossier.scheme.key)
    assert (failed.exact, failed.within_one, failed.valid_until) == (0, Fraction(1), None)
    assert passed.scores == failed.scores > 10


def test_a_passed_test_or_a_note_counts_for_a_year_and_a_failed_test_does_not(session, people, supplied, exam):
    one = people.assessors[0]
    assert to_calibrate(session, people.assessors, NOW) == {one.id}
    made.calibrate(session, exam, one, 5, NOW)
    assert to_calibrate(session, people.assessors, NOW) == {one.id}
    made.calibrate(session, exam, one, 3, NOW)
    assert to_calibrate(session, people.assessors, NOW) == set()
    assert to_calibrate(session, people.assessors, NOW + timedelta(days=364)) == set()
    assert to_calibrate(session, people.assessors, NOW + timedelta(days=365)) == {one.id}
    later = NOW + timedelta(days=364)
    supplied.calibrate(later.date(), people.officer, later)
    session.flush()
    assert to_calibrate(session, people.assessors, NOW + timedelta(days=365)) == set()


def test_what_the_version_before_noted_is_in_it_too(session, people, supplied):
    supplied.calibrated_on = TODAY - timedelta(days=5)
    session.flush()
    (only,) = record_of(session, people.assessors[0], NOW).calibrations
    assert (only.on, only.by_hand, only.noted_by) == (TODAY - timedelta(days=5), True, None)


def test_of_one_day_the_last_test_stands_first(session, people, exam):
    one = people.assessors[0]
    for minutes, level in enumerate((3, 5, 3, 5)):
        made.calibrate(session, exam, one, level, NOW + timedelta(minutes=minutes))
    assert [each.passed for each in record_of(session, one, NOW).calibrations] == [False, True, False, True]


def test_who_nobody_supplies_has_a_record_of_tests_alone(session, people, exam):
    two = people.assessors[1]
    made.calibrate(session, exam, two)
    record = record_of(session, two, NOW)
    assert record.trained_on is None and [one.by_hand for one in record.calibrations] == [False]
    assert not record.to_calibrate(TODAY + timedelta(days=900)), "the lock on work looks after those"

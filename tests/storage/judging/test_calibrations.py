"""Calibrations: the test on benchmark answers, how long it holds, and the lock on work."""

from datetime import date, timedelta

import pytest
from support import benchmarks as made
from support import cast

from review.batch import Cause, Mode
from review.conflicts import Conflict
from storage.base.refusal import Refused
from storage.exam.consents import ConsentKind, holding
from storage.judging import assignments, benchmarks, calibrating, calibrations
from storage.judging.allocations import propose
from storage.judging.assignments import appoint
from storage.judging.calibrations import CalibrationKind, Locked
from storage.judging.purposes import Purpose

NOW = cast.NOW


@pytest.fixture
def judges(session):
    return made.panel(session)


@pytest.fixture
def norm(session, people, judges):
    """Ten benchmarks, of the exam of the first candidate."""
    exam = made.told_exam(session, people)
    made.live(session, people, exam, judges)
    return exam


@pytest.fixture
def work(session, people, norm):
    """An exam that waits to be judged."""
    return cast.finished_sitting(session, people, candidate=people.second_candidate, pack_row=norm.pack)


def refused(rule, act, *arguments):
    with pytest.raises(Refused) as caught:
        act(*arguments)
    assert caught.value.rule == rule
    return caught.value


def test_nobody_is_given_work_without_a_calibration_once_there_are_enough_benchmarks(session, people, norm, work):
    one, two, _ = people.assessors
    caught = refused(assignments.Rule.CONFLICT, appoint, session, work, {1: one}, people.officer, NOW)
    assert caught.found == (Conflict.NOT_CALIBRATED,)
    made.calibrate(session, norm, one)
    appoint(session, work, {1: one}, people.officer, NOW)
    refused(assignments.Rule.CONFLICT, appoint, session, work, {2: two}, people.officer, NOW)
    batch = propose(session, [work], Mode.WHOLE, 100, date(2026, 3, 16), people.officer, NOW)
    assert batch.plan.assignments == () and batch.plan.shortages[0].cause is Cause.CONFLICTS


def test_with_one_benchmark_too_few_there_is_no_lock(session, people, judges):
    exam = made.told_exam(session, people)
    made.live(session, people, exam, judges, 9)
    work = cast.finished_sitting(session, people, candidate=people.second_candidate, pack_row=exam.pack)
    appoint(session, work, {1: people.assessors[0]}, people.officer, NOW)
    caught = refused(
        calibrating.Rule.TOO_FEW,
        calibrating.begin,
        session,
        people.assessors[1],
        exam.dossier.scheme,
        CalibrationKind.TEST,
        NOW,
    )
    assert (caught.found, caught.needed) == (9, 10)


def test_the_lock_ends_with_a_consent_that_is_taken_back(session, people, norm, work):
    holding(session, norm.dossier, ConsentKind.BENCHMARK).take_back(NOW)
    appoint(session, work, {1: people.assessors[0]}, people.officer, NOW)


def test_a_calibration_holds_for_a_year_and_that_day_is_its_last(session, people, norm):
    one = people.assessors[0]
    row = made.calibrate(session, norm, one)
    assert row.passed and row.valid_until == date(2027, 3, 2)
    scheme = norm.dossier.scheme
    assert calibrations.locked_out(session, scheme, [one], NOW + timedelta(days=365)) == {}
    later = calibrations.locked_out(session, scheme, [one], NOW + timedelta(days=366))
    assert later == {one.id: Locked.LAPSED}


def test_half_exact_and_four_fifths_within_one_is_enough_and_less_is_not(session, people, norm):
    one, two, three = people.assessors
    assert made.calibrate(session, norm, one, 4).passed is False
    row = calibrating.begin(session, two, norm.dossier.scheme, CalibrationKind.TEST, NOW)
    everything = [(work, key) for work in row.works for key in work.rating.visible]
    exact = -(-len(everything) // 2)
    given = {(work.id, key): 3 if at < exact else 4 for at, (work, key) in enumerate(everything)}
    for work in row.works:
        made.sign(work.rating, {key: given[work.id, key] for key in work.rating.visible})
        session.flush()
        calibrating.signed(session, work.rating, NOW)
    assert (row.scores, row.exact, row.within_one) == (len(everything), exact, len(everything))
    assert row.passed
    found = calibrations.standings(session, norm.dossier.scheme, people.assessors, NOW)
    assert [found[who.id].locked for who in (one, two, three)] == [Locked.FAILED, None, Locked.NEVER]


def test_the_last_test_says_it(session, people, norm):
    one, scheme = people.assessors[0], norm.dossier.scheme
    for days, level, locked in ((0, 3, None), (1, 5, Locked.FAILED), (2, 3, None)):
        now = NOW + timedelta(days=days)
        made.calibrate(session, norm, one, level, now)
        assert calibrations.standings(session, scheme, [one], now)[one.id].locked is locked


def test_practice_counts_for_nothing_and_goes_on_where_it_was(session, people, norm):
    one, scheme = people.assessors[0], norm.dossier.scheme
    row = calibrating.begin(session, one, scheme, CalibrationKind.TRAINING, NOW)
    assert calibrating.begin(session, one, scheme, CalibrationKind.TRAINING, NOW).id == row.id
    for work in row.works:
        assert work.rating.purpose is Purpose.TRAINING
        made.sign(work.rating, 3)
        session.flush()
        calibrating.signed(session, work.rating, NOW)
    assert row.ended_at and row.passed is None and row.exact == row.scores
    assert calibrations.locked_out(session, scheme, [one], NOW) == {one.id: Locked.NEVER}


def test_nobody_is_tested_on_an_exam_that_was_judged_by_the_same_person(session, people, judges):
    exam = made.told_exam(session, people)
    cast.rate(session, exam, people.assessors[0], 1)
    made.live(session, people, exam, judges)
    assert calibrating.usable(session, people.assessors[0], exam.dossier.scheme.key, NOW) == []
    assert len(calibrating.usable(session, people.assessors[1], exam.dossier.scheme.key, NOW)) == 10


def test_what_one_knows_already_comes_last(session, people, norm, judges):
    extra = made.told_exam(session, people, norm.pack, people.second_candidate)
    fresh = made.live(session, people, extra, people.assessors, 2)
    order = calibrating.usable(session, judges[0], norm.dossier.scheme.key, NOW)
    assert {one.id for one in order[:2]} == {one.id for one in fresh} and len(order) == 12


def test_a_test_goes_on_with_another_answer_where_one_was_taken_out(session, people, norm, judges):
    extra = made.told_exam(session, people, norm.pack, people.second_candidate)
    made.live(session, people, extra, judges, 1)
    one, scheme = people.assessors[0], norm.dossier.scheme
    row = calibrating.begin(session, one, scheme, CalibrationKind.TEST, NOW)
    first = row.works[0]
    left = {benchmark.id for benchmark in calibrating.usable(session, one, scheme.key, NOW)}
    left -= {work.benchmark_id for work in row.works}
    first.benchmark.end(benchmarks.Ending.COMMITTEE, people.committee_member.id, NOW)
    again = calibrating.begin(session, one, scheme, CalibrationKind.TEST, NOW)
    assert again.id == row.id and len(again.works) == 10
    assert {work.place for work in again.works} == set(range(1, 11))
    assert {work.benchmark_id for work in again.works} >= left

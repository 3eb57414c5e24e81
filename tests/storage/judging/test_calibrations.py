"""Calibrations: the test on benchmark answers, how long it holds, and the lock on work."""

from datetime import date, timedelta

import pytest
from support import benchmarks as made
from support import cast

from review.batch import Cause, Mode
from review.conflicts import Conflict
from storage.base.refusal import Refused
from storage.exam.consents import ConsentKind, holding
from storage.judging import assignments, benchmarks, calibrating, calibrations, eligibility
from storage.judging.allocations import propose
from storage.judging.assignments import appoint
from storage.judging.calibrations import CalibrationKind, Locked
from storage.judging.purposes import Purpose
from storage.people.people import Role

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


@pytest.fixture
def nine_and_one(session, people, judges, norm):
    """Nine benchmarks of the first exam, and one of an exam that the first assessor judged."""
    norm_rows = session.scalars(benchmarks.live_benchmarks(norm.dossier.scheme.key)).all()
    norm_rows[0].end(benchmarks.Ending.COMMITTEE, people.committee_member.id, NOW)
    somebody = cast.person(session, "kandidaat8", "Kandidaat Acht", Role.CANDIDATE, people.organisation, NOW)
    other = made.told_exam(session, people, norm.pack, somebody)
    cast.rate(session, other, people.assessors[0], 1)
    made.live(session, people, other, judges, 1)
    return norm


def test_who_may_not_be_tested_on_all_ten_is_not_locked(session, people, nine_and_one, work):
    """The first assessor judged the exam of one of the ten: no test is possible, so nothing is locked."""
    one, two, _ = people.assessors
    scheme = work.dossier.scheme
    assert eligibility.lock_of(session, scheme).begun
    assert len(calibrating.usable(session, one, scheme.key, NOW)) == 9
    assert eligibility.locked_out(session, scheme, people.assessors[:2], NOW) == {two.id: Locked.NEVER}
    refused(calibrating.Rule.TOO_FEW, calibrating.begin, session, one, scheme, CalibrationKind.TEST, NOW)
    appoint(session, work, {1: one}, people.officer, NOW)
    refused(assignments.Rule.CONFLICT, appoint, session, work, {2: two}, people.officer, NOW)


def test_a_proposal_gives_work_to_who_cannot_be_tested_and_becomes_final(session, people, nine_and_one, work):
    one = people.assessors[0]
    made.calibrate(session, nine_and_one, people.assessors[1])
    batch = propose(session, [work], Mode.WHOLE, 100, date(2026, 3, 16), people.officer, NOW)
    assert {each.assessor for each in batch.plan.assignments} == {str(one.id), str(people.assessors[1].id)}
    assert batch.make_final(people.officer, NOW) == 20


def eleventh(session, people, norm, judges):
    """A benchmark of an exam that nobody of the assessors judged."""
    somebody = cast.person(session, "kandidaat9", "Kandidaat Negen", Role.CANDIDATE, people.organisation, NOW)
    made.live(session, people, made.told_exam(session, people, norm.pack, somebody), judges, 1)


def test_with_ten_without_a_tie_the_lock_closes_by_hand_and_by_lot(session, people, nine_and_one, work, judges):
    one = people.assessors[0]
    batch = propose(session, [work], Mode.WHOLE, 100, date(2026, 3, 16), people.officer, NOW)
    assert {each.assessor for each in batch.plan.assignments} == {str(one.id)}
    eleventh(session, people, nine_and_one, judges)
    assert eligibility.locked_out(session, work.dossier.scheme, [one], NOW) == {one.id: Locked.NEVER}
    # The proposal of before is final no more, a new one gives nothing, and nobody is appointed by hand.
    refused(assignments.Rule.CONFLICT, batch.make_final, people.officer, NOW)
    again = propose(session, [work], Mode.WHOLE, 100, date(2026, 3, 16), people.officer, NOW)
    assert again.plan.assignments == ()
    refused(assignments.Rule.CONFLICT, appoint, session, work, {1: one}, people.officer, NOW)
    made.calibrate(session, nine_and_one, one)
    appoint(session, work, {1: one}, people.officer, NOW)


def test_who_failed_stays_locked_whatever_benchmarks_end(session, people, norm, work):
    one = people.assessors[0]
    assert made.calibrate(session, norm, one, 5).passed is False
    cast.rate(session, norm, one, 1)
    assert calibrating.usable(session, one, norm.dossier.scheme.key, NOW) == []
    assert eligibility.locked_out(session, norm.dossier.scheme, [one], NOW) == {one.id: Locked.FAILED}


def test_a_test_that_goes_on_can_be_ended_and_so_it_locks(session, people, norm, judges):
    one, scheme = people.assessors[0], norm.dossier.scheme
    row = calibrating.begin(session, one, scheme, CalibrationKind.TEST, NOW)
    made.sign(row.works[0].rating, 3)
    session.flush()
    calibrating.signed(session, row.works[0].rating, NOW)
    row.works[0].benchmark.end(benchmarks.Ending.COMMITTEE, people.committee_member.id, NOW)
    eleventh(session, people, norm, judges)
    row.works[1].benchmark.end(benchmarks.Ending.COMMITTEE, people.committee_member.id, NOW)
    # Nine are there and not ten, so for the exam no lock has begun; with one more there is one, and a test to end.
    assert eligibility.locked_out(session, scheme, [one], NOW) == {}
    again = calibrating.begin(session, one, scheme, CalibrationKind.TEST, NOW)
    assert len(again.works) == 10 and len(eligibility.testable_on(session, scheme, [one], NOW)[one.id]) == 10


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
    assert eligibility.locked_out(session, scheme, [one], NOW + timedelta(days=365)) == {}
    later = eligibility.locked_out(session, scheme, [one], NOW + timedelta(days=366))
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
    assert eligibility.locked_out(session, scheme, [one], NOW) == {one.id: Locked.NEVER}


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

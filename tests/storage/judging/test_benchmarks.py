"""Benchmark answers: by consent alone, scored by three apart, agreed on with reasons, gone when it is taken back."""

import pytest
from sqlalchemy import func, select
from support import benchmarks as made
from support import cast

from storage.base.audit import AuditEvent
from storage.base.refusal import Refused
from storage.exam.consents import ConsentKind, holding
from storage.judging import benchmarks, calibrating, start_rounds
from storage.judging.benchmarks import AgreedScore, Benchmark, BenchmarkState, Ending
from storage.judging.progress import look_again
from storage.judging.purposes import Purpose
from storage.judging.ratings import Rating, Return, own_ratings, ratings_of
from storage.judging.scores import Score
from storage.judging.start_rounds import Agreed, Rule, agree, choose, panel_of
from storage.retention import requests
from storage.retention.requests import Wanted

NOW = cast.NOW


def refused(rule, act, *arguments):
    with pytest.raises(Refused) as caught:
        act(*arguments)
    assert caught.value.rule == rule
    return caught.value


@pytest.fixture
def exam(session, people):
    return made.told_exam(session, people)


@pytest.fixture
def judges(session):
    return made.panel(session)


def agreed_on(row, level=3, **others):
    return {one: others.get(one, Agreed(level)) for one in row.answer.scenario.competencies}


def test_an_answer_becomes_a_benchmark_when_three_scored_it_and_the_committee_signed(session, people, exam, judges):
    row = choose(session, exam.answers[0], judges, people.officer, NOW)
    refused(Rule.NOT_SCORED, agree, session, row, agreed_on(row), people.committee_member, NOW)
    for rating in panel_of(session, row):
        made.sign(rating, 3)
    session.flush()
    agree(session, row, agreed_on(row), people.committee_member, NOW)
    assert row.state is BenchmarkState.LIVE and set(row.levels.values()) == {3}
    assert session.scalars(benchmarks.live_benchmarks(exam.dossier.scheme.key)).all() == [row]
    told = select(AuditEvent.verb).where(AuditEvent.subject == row.id)
    assert sorted(session.scalars(told)) == ["benchmark_chosen", "benchmark_live"]


def test_without_a_consent_a_result_or_a_recording_nothing_is_chosen(session, people, exam, judges):
    consent = holding(session, exam.dossier, ConsentKind.BENCHMARK)
    assert consent
    exam.told_at = None
    refused(Rule.NO_RESULT, choose, session, exam.answers[0], judges, people.officer, NOW)
    exam.told_at = NOW
    take = exam.answers[0]
    start_rounds.counting_take(session, take).erased_at = NOW
    session.flush()
    refused(Rule.NO_RECORDING, choose, session, take, judges, people.officer, NOW)
    consent.take_back(NOW)
    session.flush()
    refused(Rule.NO_CONSENT, choose, session, exam.answers[1], judges, people.officer, NOW)
    assert session.scalars(start_rounds.allowed_answers(exam.dossier.scheme.key)).all() == []


def test_the_panel_is_three_who_never_judged_that_exam_and_have_no_tie(session, people, judges):
    exam = made.told_exam(session, people)
    cast.rate(session, exam, people.assessors[0], 1)
    answer, officer = exam.answers[0], people.officer
    refused(Rule.PANEL, choose, session, answer, judges[:2], officer, NOW)
    refused(Rule.PANEL, choose, session, answer, (judges[0], judges[0], judges[1]), officer, NOW)
    refused(Rule.NOT_FREE, choose, session, answer, (people.assessors[0], *judges[:2]), officer, NOW)
    refused(Rule.NOT_FREE, choose, session, answer, (people.officer, *judges[:2]), officer, NOW)
    choose(session, answer, judges, officer, NOW)
    refused(Rule.THERE_ALREADY, choose, session, answer, judges, officer, NOW)
    # Who scored one answer of a candidate may score another one of the same.
    choose(session, exam.answers[1], judges, officer, NOW)


def test_where_the_three_differ_a_reason_is_asked(session, people, exam, judges):
    row = made.scored(session, people, exam.answers[0], judges, (2, 3, 3))
    member, first = people.committee_member, row.answer.scenario.competencies[0]
    assert set(refused(Rule.NO_REASON, agree, session, row, agreed_on(row), member, NOW).found) == set(
        row.answer.scenario.competencies
    )
    because = {one: Agreed(3, "Zij vat samen en vraagt door.") for one in row.answer.scenario.competencies}
    refused(Rule.NOT_ALL, agree, session, row, {first: because[first]}, member, NOW)
    refused(Rule.NOT_ALL, agree, session, row, because | {first: Agreed(6, "Te hoog.")}, member, NOW)
    refused(Rule.IN_PANEL, agree, session, row, because, judges[0], NOW)
    agree(session, row, because | {first: Agreed(None, "Dit is hier niet te zien.")}, member, NOW)
    assert row.levels[first] is None
    assert {one.reason for one in row.agreed} == {"Zij vat samen en vraagt door.", "Dit is hier niet te zien."}


def test_a_level_that_nobody_gave_needs_a_reason_too(session, people, exam, judges):
    row = made.scored(session, people, exam.answers[0], judges)
    refused(Rule.NO_REASON, agree, session, row, agreed_on(row, 4), people.committee_member, NOW)


def test_nothing_of_a_benchmark_counts_for_the_exam(session, people, exam, judges):
    cast.rate(session, exam, people.assessors[0], 1)
    before = [one.id for one in ratings_of(session, exam)]
    judging = exam.judging
    row = made.scored(session, people, exam.answers[0], judges, (5, 5, 5))
    look_again(session, exam)
    assert [one.id for one in ratings_of(session, exam)] == before and exam.judging is judging
    assert own_ratings(session, exam, judges[0]) == []
    assert [one.marks() for one in panel_of(session, row)] == [(), (), ()]


def test_a_consent_that_is_taken_back_takes_all_of_it_away_at_once(session, people, exam, judges):
    row = made.live(session, people, exam, judges, 1)[0]
    waiting = choose(session, exam.answers[1], judges, people.officer, NOW)
    holding(session, exam.dossier, ConsentKind.BENCHMARK).take_back(NOW)
    # It is used no more from the very moment, whoever forgets the rest.
    assert session.scalars(benchmarks.live_benchmarks(exam.dossier.scheme.key)).all() == []
    gone = benchmarks.end_without_consent(session, [exam.dossier_id], NOW)
    session.flush()
    assert {one.id for one in gone} == {row.id, waiting.id}
    assert {one.ended_because for one in gone} == {Ending.CONSENT}
    assert session.scalar(select(func.count()).select_from(AgreedScore)) == 0
    of_benchmarks = select(Score.id).join(Rating).where(Rating.purpose != Purpose.EXAM)
    assert session.scalars(of_benchmarks).all() == []
    assert all(one.declined_at for one in benchmarks.ratings_on(session, waiting))
    assert benchmarks.end_without_consent(session, [exam.dossier_id], NOW) == []


def test_who_cannot_go_on_is_replaced_and_what_was_not_signed_is_dropped(session, people, exam, judges):
    row = choose(session, exam.answers[0], judges, people.officer, NOW)
    first, second, third = panel_of(session, row)
    made.sign(first, 4)
    cast.score(second)
    session.flush()
    new = people.assessors[0]
    work = start_rounds.replace(session, row, second, new, people.officer, NOW)
    assert [one.assessor_id for one in panel_of(session, row) if one.signed] == [first.assessor_id]
    assert {one.assessor_id for one in panel_of(session, row)} == {first.assessor_id, third.assessor_id, new.id}
    assert (second.scores, second.declined_because) == ([], Return.TAKEN_BACK)
    assert calibrating.start_work(session, second.assessor) == []
    assert calibrating.start_work(session, new) == [work.rating]
    told = session.scalars(select(AuditEvent).where(AuditEvent.verb == "benchmark_assessor_replaced")).one()
    assert told.facts == {"old": str(second.assessor_id), "new": str(new.id)}
    for rating in (work.rating, third):
        made.sign(rating, 4)
    session.flush()
    agree(session, row, agreed_on(row, 4), people.committee_member, NOW)
    assert row.state is BenchmarkState.LIVE
    # Who left is no part of what the panel agreed on, and may be tested on it as anybody.
    assert second.assessor_id not in {one.assessor_id for one in panel_of(session, row)}


def test_who_signed_stays_and_nobody_takes_a_place_that_is_not_open(session, people, exam, judges):
    row = choose(session, exam.answers[0], judges, people.officer, NOW)
    signed, waiting, third = panel_of(session, row)
    made.sign(signed, 3)
    new, officer = people.assessors[0], people.officer
    refused(Rule.SIGNED, start_rounds.replace, session, row, signed, new, officer, NOW)
    refused(Rule.NOT_IN_ROUND, start_rounds.replace, session, row, None, new, officer, NOW)
    refused(Rule.PANEL, start_rounds.replace, session, row, waiting, third.assessor, officer, NOW)
    refused(Rule.NOT_FREE, start_rounds.replace, session, row, waiting, officer, officer, NOW)
    start_rounds.replace(session, row, waiting, new, officer, NOW)
    refused(Rule.NOT_IN_ROUND, start_rounds.replace, session, row, waiting, people.assessors[1], officer, NOW)
    # Who left may come back, in the place of somebody else, and begins anew.
    back = start_rounds.replace(session, row, third, waiting.assessor, officer, NOW)
    assert back.rating.id != waiting.id and len(panel_of(session, row)) == 3


def test_the_place_of_who_gave_it_back_is_filled(session, people, exam, judges):
    row = choose(session, exam.answers[0], judges, people.officer, NOW)
    gone = panel_of(session, row)[0]
    gone.declined_at, gone.declined_because = NOW, Return.KNOWN
    session.flush()
    refused(Rule.NOT_FREE, start_rounds.replace, session, row, None, gone.assessor, people.officer, NOW)
    start_rounds.replace(session, row, None, people.assessors[0], people.officer, NOW)
    assert len(panel_of(session, row)) == 3
    refused(Rule.NOT_IN_ROUND, start_rounds.replace, session, row, None, people.assessors[1], people.officer, NOW)


def test_after_the_agreement_nobody_is_replaced(session, people, exam, judges):
    row = made.live(session, people, exam, judges, 1)[0]
    with pytest.raises(Refused):
        start_rounds.replace(session, row, None, people.assessors[0], people.officer, NOW)


def test_who_asks_that_recordings_go_ends_the_benchmarks_as_well(session, people, exam, judges):
    row = made.live(session, people, exam, judges, 1)[0]
    requests.ask(session, exam.dossier.candidate, [Wanted.RECORDINGS], "", NOW)
    session.flush()
    assert session.get_one(Benchmark, row.id).state is BenchmarkState.ENDED

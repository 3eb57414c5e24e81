"""Ratings and verdicts: slots, saves, signatures, and the four eyes in code and in the database."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from support import cast

from review.adjudication import Difference, Trigger
from review.rating import Gap, Phase, TimeCode
from review.rating import Score as Given
from storage.base.audit import AuditEvent
from storage.base.refusal import Refused
from storage.judging import ratings, verdicts, workload
from storage.judging.progress import decide, disagreement
from storage.judging.ratings import may_open_dossier, own_ratings, ratings_of
from storage.judging.scores import Score
from storage.judging.verdicts import Verdict
from storage.judging.workload import assign
from storage.schemes import add_scheme

NOW = cast.NOW


def refused(rule, act, *arguments):
    with pytest.raises(Refused) as caught:
        act(*arguments)
    assert caught.value.rule is rule
    return caught.value


@pytest.fixture
def sitting(session, people):
    row = cast.finished_sitting(session, people)
    session.commit()
    return row


@pytest.fixture
def mine(session, people, sitting):
    """The ten ratings of the first assessor, nothing scored."""
    rows = assign(session, sitting, people.assessors[0], 1, NOW)
    session.commit()
    return rows


def test_work_is_given_only_when_every_answer_is_stored(session, people):
    unfinished = cast.begin(cast.sitting(session, people))
    for answer in unfinished.answers[:9]:
        cast.record(session, answer)
    cast.record(session, unfinished.answers[9], stored=False)
    assert refused(workload.Rule.NOT_RECORDED, assign, session, unfinished, people.assessors[0], 1, NOW).found == 10


def test_a_slot_is_given_once_and_an_assessor_has_one_slot(session, people, sitting, mine):
    for assessor, slot in ((people.assessors[0], 2), (people.assessors[1], 1), (people.assessors[1], 4)):
        with pytest.raises(IntegrityError), session.begin_nested():
            assign(session, sitting, assessor, slot, NOW)
    assert len(assign(session, sitting, people.assessors[1], 2, NOW)) == 10
    assert [rating.answer.number for rating in own_ratings(session, sitting, people.assessors[0])] == list(range(1, 11))


def test_two_tabs_do_not_overwrite_each_other(mine):
    mine[0].changed(0)
    assert mine[0].version == 1
    refused(ratings.Rule.CHANGED_ELSEWHERE, mine[0].changed, 0)
    mine[0].changed(1)


def test_only_a_complete_rating_is_signed(session, mine):
    rating = mine[0]
    gaps = refused(ratings.Rule.INCOMPLETE, rating.sign, Phase.BLIND, NOW).found
    assert {gap.gap for gap in gaps} == {Gap.NO_SCORE} and len(gaps) == len(rating.visible)
    cast.score(rating)
    rating.scores[0].evidence = []
    assert refused(ratings.Rule.INCOMPLETE, rating.sign, Phase.BLIND, NOW).found[0].gap is Gap.TOO_LITTLE_EVIDENCE
    rating.scores[0].evidence = [{"seconds": 2.0}]
    rating.sign(Phase.BLIND, NOW)
    assert (rating.signed, rating.phase1_signed_at) == (Phase.BLIND, NOW)
    refused(ratings.Rule.SIGNED, rating.sign, Phase.BLIND, NOW)


def test_the_second_phase_opens_when_all_own_answers_are_signed(session, people, sitting, mine):
    refused(ratings.Rule.DOSSIER_CLOSED, mine[0].sign, Phase.DOSSIER, NOW)
    for rating in mine:
        cast.score(rating)
    for rating in mine[:9]:
        rating.sign(Phase.BLIND, NOW)
    session.flush()
    assert not may_open_dossier(mine)
    refused(ratings.Rule.DOSSIER_CLOSED, mine[0].sign, Phase.DOSSIER, NOW)
    mine[9].sign(Phase.BLIND, NOW)
    session.flush()
    assert may_open_dossier(own_ratings(session, sitting, people.assessors[0]))
    mine[0].sign(Phase.DOSSIER, NOW)
    refused(ratings.Rule.SIGNED, mine[0].sign, Phase.DOSSIER, NOW)


def test_a_change_in_the_second_phase_needs_a_reason_and_then_counts(session, mine):
    for rating in mine:
        cast.score(rating)
        rating.sign(Phase.BLIND, NOW)
    session.flush()
    score = mine[0].scores[0]
    higher = Given(level=5, evidence=(TimeCode(3.0),))
    score.rewrite(higher)
    assert refused(ratings.Rule.INCOMPLETE, mine[0].sign, Phase.DOSSIER, NOW).found[0].gap is Gap.NO_CHANGE_REASON
    score.rewrite(replace(higher, change_reason="De STAR laat het zien."))
    mine[0].sign(Phase.DOSSIER, NOW)
    assert (score.level, score.value(Phase.DOSSIER).level) == (3, 5)
    assert {mark.competency: mark.level for mark in mine[0].marks()}[score.competency] == 5


@pytest.mark.parametrize("level, not_observable", [(6, False), (0, False), (3, True)])
def test_the_database_refuses_impossible_scores(session, mine, level, not_observable):
    with pytest.raises(IntegrityError):
        session.add(Score(rating=mine[0], competency="analysis", level=level, not_observable=not_observable))
        session.flush()


def test_the_database_refuses_the_second_phase_before_the_first(session, mine):
    with pytest.raises(IntegrityError):
        session.execute(update(ratings.Rating).values(phase2_signed_at=NOW))


@pytest.fixture
def verdict(session, people, sitting) -> Verdict:
    for slot, assessor in enumerate(people.assessors[:2], 1):
        cast.rate(session, sitting, assessor, slot)
    row = decide(session, sitting, NOW)
    session.commit()
    return row


def test_there_is_no_verdict_before_every_slot_is_final(session, people, sitting):
    refused(verdicts.Rule.NOT_FINAL, decide, session, sitting, NOW)
    cast.rate(session, sitting, people.assessors[0], 1)
    refused(verdicts.Rule.NOT_FINAL, decide, session, sitting, NOW)
    assign(session, sitting, people.assessors[1], 2, NOW)
    refused(verdicts.Rule.NOT_FINAL, decide, session, sitting, NOW)


def test_assessors_who_differ_need_a_third(session, people, sitting):
    cast.rate(session, sitting, people.assessors[0], 1, level=4)
    cast.rate(session, sitting, people.assessors[1], 2, level=2)
    assert refused(verdicts.Rule.THIRD_NEEDED, decide, session, sitting, NOW).found
    cast.rate(session, sitting, people.assessors[2], 3, level=2)
    assert decide(session, sitting, NOW).passed is False


def test_two_who_are_near_a_cut_together_need_a_third_where_the_regulation_says_so(session, people, sitting):
    """Level 3 throughout: a quarter above the cut over all, and three quarters above the cut of each competency."""
    row = sitting.dossier.scheme
    data = row.data.replace(b'\nthird_near_cut = "0"\n', b'\nthird_near_cut = "0.25"\n', 1)
    changed = add_scheme(session, data.replace(b"\nnumber = 1\n", b"\nnumber = 2\n", 1), NOW)
    for slot in (1, 2):
        cast.rate(session, sitting, people.assessors[slot - 1], slot, level=3)
    ratings = list(ratings_of(session, sitting))
    assert disagreement(sitting, ratings) == ()
    sitting.dossier.scheme = changed
    session.flush()
    found = (Difference(Trigger.NEAR_CUT, "overall", Fraction(3), Fraction("2.75")),)
    assert refused(verdicts.Rule.THIRD_NEEDED, decide, session, sitting, NOW).found == found
    cast.rate(session, sitting, people.assessors[2], 3, level=3)
    assert decide(session, sitting, NOW).passed is True


def test_a_verdict_says_the_same_when_it_is_computed_again(verdict):
    stored, computed = verdict.explain()
    assert stored == computed
    assert (verdict.passed, stored.overall) == (True, 3)


def test_a_result_is_released_by_a_second_person_who_did_not_assess(session, people, verdict):
    refused(verdicts.Rule.NOT_CONFIRMED, verdict.release, people.officer, NOW)
    verdict.confirm(people.officer, NOW)
    refused(verdicts.Rule.SECOND_PERSON, verdict.release, people.officer, NOW)
    refused(verdicts.Rule.INVOLVED, verdict.release, people.assessors[0], NOW)
    verdict.release(people.committee_member, NOW + timedelta(hours=1))
    session.commit()
    assert (verdict.released_at, verdict.released_by) == (NOW + timedelta(hours=1), people.committee_member)
    refused(verdicts.Rule.RELEASED, verdict.release, people.second_officer, NOW)
    refused(verdicts.Rule.RELEASED, verdict.confirm, people.second_officer, NOW)
    verbs = {event.verb: event.actor for event in session.query(AuditEvent).where(AuditEvent.subject == verdict.id)}
    assert verbs["verdict_confirmed"] == people.officer.id
    assert verbs["verdict_released"] == people.committee_member.id


def test_the_database_refuses_one_pair_of_eyes_and_a_release_without_confirmation(session, people, verdict):
    one = {"confirmed_at": NOW, "confirmed_by_id": people.officer.id}
    for values in (
        {**one, "released_at": NOW, "released_by_id": people.officer.id},
        {"released_at": NOW, "released_by_id": people.officer.id},
    ):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(update(Verdict).values(**values))


def test_a_sitting_has_one_verdict(session, sitting, verdict):
    refused(verdicts.Rule.DECIDED, decide, session, sitting, NOW)
    with pytest.raises(IntegrityError):
        session.add(Verdict(sitting=sitting, passed=False, inputs={}, decision={}, decided_at=NOW))
        session.flush()

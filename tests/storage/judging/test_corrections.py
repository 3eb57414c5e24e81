"""A verdict is taken back before its release, and put right by two persons after it."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from support import cast

from storage.base.refusal import Refused
from storage.judging import verdicts
from storage.judging.corrections import agrees, propose
from storage.judging.progress import decide
from storage.judging.ratings import ratings_of
from storage.judging.verdicts import Cause, Verdict, result_of

NOW = cast.NOW
LATER = NOW + timedelta(days=2)
WHY = "Situatie 4 telde dubbel."


def refused(rule):
    return pytest.raises(Refused, match=f"^{rule}:")


@pytest.fixture
def verdict(session, people):
    sitting = cast.finished_sitting(session, people)
    for slot, assessor in enumerate(people.assessors[:2], 1):
        cast.rate(session, sitting, assessor, slot, 2)
    row = decide(session, sitting, NOW)
    session.flush()
    return row


@pytest.fixture
def told(session, people, verdict):
    verdict.confirm(people.officer, NOW)
    verdict.release(people.second_officer, NOW)
    session.flush()
    return verdict


def test_a_confirmation_is_taken_back_before_the_release_and_not_after(session, people, verdict):
    with refused(verdicts.Rule.NOT_CONFIRMED):
        verdict.take_back(people.officer, NOW)
    verdict.confirm(people.officer, NOW)
    with refused(verdicts.Rule.INVOLVED):
        verdict.take_back(people.assessors[0], NOW)
    verdict.take_back(people.second_officer, NOW)
    assert verdict.confirmed_at is None and verdict.confirmed_by_id is None
    verdict.confirm(people.second_officer, NOW)
    verdict.release(people.officer, NOW)
    session.flush()
    with refused(verdicts.Rule.RELEASED):
        verdict.take_back(people.officer, NOW)


def test_a_result_is_put_right_by_two_persons_and_the_old_one_is_kept(session, people, told):
    right = propose(session, told, True, WHY, people.officer, LATER)
    assert (right.cause, right.replaces, right.passed, right.confirmed_by_id) == (
        Cause.CORRECTION,
        told,
        True,
        people.officer.id,
    )
    assert result_of(session, told.sitting) is told
    with refused(verdicts.Rule.ANOTHER_WAITS):
        propose(session, told, True, WHY, people.second_officer, LATER)
    with refused(verdicts.Rule.SECOND_PERSON):
        right.release(people.officer, LATER)
    right.release(people.committee_member, LATER)
    session.flush()
    assert result_of(session, told.sitting) is right
    assert (told.ended_at, told.passed, told.released_at) == (LATER, False, NOW)
    with refused(verdicts.Rule.REPLACED):
        propose(session, told, True, WHY, people.officer, LATER)


def test_a_correction_may_lower_and_a_proposal_can_be_dropped(session, people, told):
    right = propose(session, told, True, WHY, people.officer, LATER)
    right.take_back(people.second_officer, LATER)
    session.flush()
    assert right.ended_at == LATER and result_of(session, told.sitting) is told
    propose(session, told, True, WHY, people.officer, LATER).release(people.second_officer, LATER)
    session.flush()
    wrong = result_of(session, told.sitting)
    propose(session, wrong, False, "Toch niet.", people.officer, LATER).release(people.second_officer, LATER)
    session.flush()
    assert result_of(session, told.sitting).passed is False


def test_scores_that_changed_since_stand_out_and_are_what_the_new_verdict_rests_on(session, people, told):
    assert agrees(session, told)
    with refused(verdicts.Rule.NOTHING_WRONG):
        propose(session, told, False, WHY, people.officer, LATER)
    for rating in ratings_of(session, told.sitting):
        for score in rating.scores:
            score.level = 4
    session.flush()
    assert not agrees(session, told)
    right = propose(session, told, True, WHY, people.officer, LATER)
    assert right.explain()[0].passed and agrees(session, right)


def test_nothing_is_put_right_without_reason_or_by_who_judged_or_before_it_is_told(session, people, verdict):
    with refused(verdicts.Rule.NOT_CONFIRMED):
        propose(session, verdict, True, WHY, people.officer, NOW)
    verdict.confirm(people.officer, NOW)
    verdict.release(people.second_officer, NOW)
    session.flush()
    with refused(verdicts.Rule.NO_REASON):
        propose(session, verdict, True, "  ", people.officer, NOW)
    with refused(verdicts.Rule.INVOLVED):
        propose(session, verdict, True, WHY, people.assessors[0], NOW)


def test_the_database_keeps_one_result_and_one_that_waits(session, told):
    rows = {"sitting": told.sitting, "inputs": {}, "decision": {}, "decided_at": NOW}
    later = {"replaces": told, "cause": Cause.CORRECTION, "cause_text": WHY}
    for values in (rows, {**rows, **later, "cause_text": ""}):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.add(Verdict(**values, released_at=NOW, confirmed_at=NOW))
            session.flush()
    session.add(Verdict(**rows, **later))
    session.flush()
    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(Verdict(**rows, **later))
        session.flush()

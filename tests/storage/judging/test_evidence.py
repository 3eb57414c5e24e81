"""Extra evidence: the verdict stays while answers are asked again, a term runs, and somebody decides if none comes."""

from datetime import timedelta

import pytest
from support import cast

from review.rating import Phase
from scenarios.sitting import Stage
from storage.base import database
from storage.base.refusal import Refused
from storage.exam.sittings import Judging
from storage.judging import repeats, verdicts
from storage.judging.progress import decide
from storage.judging.ratings import ratings_of
from storage.judging.repeats import ask_again, asked_now, give_up
from storage.judging.verdicts import Cause, Verdict, standing_of
from storage.people.people import Person

NOW = cast.NOW
ASKED = NOW + timedelta(hours=2)
SOON = NOW + timedelta(days=1)
OVER = NOW + timedelta(days=15)


def refused(rule):
    return pytest.raises(Refused, match=f"^{rule}:")


@pytest.fixture
def undecided(session, people):
    """A verdict that says that too little of flexibility was seen: in the first answers that show it nothing was."""
    sitting = cast.finished_sitting(session, people)
    for slot, assessor in enumerate(people.assessors[:2], 1):
        cast.rate(session, sitting, assessor, slot, 3)
    for rating in ratings_of(session, sitting):
        for score in rating.scores:
            if score.competency == "flexibility" and rating.answer.number < 8:
                score.level, score.not_observable, score.reason, score.evidence = None, True, "Niet voorgekomen.", []
    session.flush()
    row = decide(session, sitting, NOW)
    session.flush()
    assert row.passed is None
    return row


def asked(session, people, verdict, *numbers):
    answers = [one for one in verdict.sitting.answers if one.number in numbers]
    ask_again(session, answers, people.officer, "Flexibiliteit is te weinig gezien.", ASKED, verdict)
    session.flush()
    return answers


def judge(session, verdict, phase, *answers):
    """The assessors sign this phase of the new takes of these answers."""
    ids = {one.id for one in answers}
    mine = [one for one in ratings_of(session, verdict.sitting) if one.answer_id in ids]
    for rating in mine:
        if phase is Phase.BLIND:
            cast.score(rating, 4)
            session.flush()
        rating.sign(phase, SOON)
    session.flush()


def test_the_verdict_stays_until_a_new_one_takes_its_place(session, people, undecided):
    (answer, other) = asked(session, people, undecided, 1, 4)
    sitting = undecided.sitting
    assert standing_of(session, sitting) is undecided and undecided.asked_until == ASKED + timedelta(days=14)
    assert [one.answer for one in asked_now(session, sitting)] == [answer, other]
    assert sitting.stage is Stage.ANSWERING
    with refused(verdicts.Rule.ASKED):
        undecided.settle(True, "Genoeg gezien.", people.committee_member, NOW)
    with refused(verdicts.Rule.ASKED):
        asked(session, people, undecided, 7)
    with refused(verdicts.Rule.UNDECIDED):
        undecided.confirm(people.officer, NOW)
    cast.record(session, answer, SOON)
    assert [one.answer for one in asked_now(session, sitting)] == [other]
    cast.record(session, other, SOON)
    sitting.finish(SOON, lambda _answer: True)
    judge(session, undecided, Phase.BLIND, answer, other)
    with refused(verdicts.Rule.NOT_FINAL):
        decide(session, sitting, SOON)
    judge(session, undecided, Phase.DOSSIER, answer, other)
    found = decide(session, sitting, SOON)
    assert (found.cause, found.replaces, found.passed) == (Cause.EVIDENCE, undecided, True)
    assert undecided.ended_at == SOON and standing_of(session, sitting) is found


def test_when_no_take_comes_somebody_decides_on_what_there_is(session, people, undecided):
    (answer,) = asked(session, people, undecided, 1)
    sitting, before = undecided.sitting, answer.takes
    with refused(repeats.Rule.IN_TIME):
        give_up(session, undecided, people.officer, SOON)
    give_up(session, undecided, people.officer, OVER)
    session.flush()
    assert undecided.asked_until is None and sitting.stage is Stage.FINISHED and answer.takes == before
    assert sitting.judging is Judging.DECIDED and asked_now(session, sitting) == []
    mine = ratings_of(session, sitting)
    assert len(mine) == 20 and all(one.signed is Phase.DOSSIER for one in mine)
    with refused(verdicts.Rule.NOT_ASKED):
        give_up(session, undecided, people.officer, OVER)
    undecided.settle(False, "Te weinig gezien.", people.committee_member, OVER)
    assert undecided.passed is False


def test_of_two_that_were_asked_the_one_that_came_is_judged(session, people, undecided):
    came, missing = asked(session, people, undecided, 1, 4)
    cast.record(session, came, SOON)
    judge(session, undecided, Phase.BLIND, came)
    give_up(session, undecided, people.officer, OVER)
    session.flush()
    assert undecided.asked_until is not None and missing.sitting.judging is Judging.HELD
    judge(session, undecided, Phase.DOSSIER, came)
    decide(session, undecided.sitting, OVER)
    found = standing_of(session, undecided.sitting)
    assert found is not undecided and found.cause is Cause.EVIDENCE and undecided.ended_at == OVER
    assert missing.sitting.stage is Stage.FINISHED


def test_without_answers_nothing_is_asked(session, people, undecided):
    with refused(repeats.Rule.NOTHING):
        ask_again(session, [], people.officer, "Zomaar.", NOW, undecided)


def test_of_two_who_decide_at_the_same_moment_the_second_is_told(session, people, undecided):
    """What the second has read is from before the first one's decision."""
    session.commit()
    with database.new_session() as other:
        read, again = other.get(Verdict, undecided.id), other.get(Person, people.second_officer.id)
        other.commit()
        undecided.settle(True, "Genoeg gezien.", people.committee_member, NOW)
        session.commit()
        with refused(verdicts.Rule.DECIDED):
            read.settle(False, "Te weinig gezien.", again, NOW)
        other.commit()
        undecided.confirm(people.officer, NOW)
        session.commit()
        with refused(verdicts.Rule.CONFIRMED):
            read.confirm(again, NOW)

"""The office and a take that no rule can settle: each decision needs a reason, is taken once, and is in the log."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from support import cast
from test_late_originals import FAULT, at, original

from scenarios.sitting import AnswerStage, Stage
from storage.base.audit import AuditEvent
from storage.base.jobs import Job, JobState
from storage.base.refusal import Refused
from storage.exam.recordings import FINISH, STUCK, RecordingState, counting_take, latest_take
from storage.exam.sittings import RETAKE_ASKED
from storage.exam.take_decisions import DecisionKind, Rule, accepted, decide, decisions_about, may_decide, waiting

AGAIN, ACCEPTED, NOTED = DecisionKind
REASON = "De camera viel twee keer uit."


def spoil(take, seconds: float, frames: int = 900) -> None:
    take.capture(at(seconds))
    take.refuse(FAULT, {"frames": frames}, at(seconds + 10))


@pytest.fixture
def spent(session, people):
    """A second take with a fault: no retake is left."""
    answer = cast.begin(cast.sitting(session, people)).answers[0]
    spoil(cast.record(session, answer, stored=False), 100)
    take = cast.record(session, answer, at(200), stored=False)
    spoil(take, 300)
    session.commit()
    assert answer.stage is AnswerStage.RECORDED
    return take


@pytest.fixture
def stuck(session, people):
    """A take of which something came in, and nothing more was ever heard."""
    take = cast.record(session, cast.begin(cast.sitting(session, people)).answers[0], stored=False)
    take.receive(at(60))
    session.commit()
    return take


def told(session, kind: str) -> list:
    session.flush()
    return [job.subject for job in session.scalars(select(Job).where(Job.kind == kind))]


def test_one_more_take_is_given_and_the_sitting_goes_on(session, people, spent):
    assert may_decide(session, spent, at(400)) == {AGAIN, ACCEPTED}
    assert waiting(session, at(400)) == {"faulty": [spent], "stuck": [], "unmade": [], "late": []}
    decide(session, spent, AGAIN, REASON, people.officer, at(400))
    session.commit()
    answer = spent.answer
    assert (answer.stage, answer.takes, answer.extra_takes) == (AnswerStage.WAITING, 2, 1)
    assert told(session, RETAKE_ASKED) == [answer.id]
    (decision,) = decisions_about(session, spent)
    assert (decision.kind, decision.reason, decision.by_id) == (AGAIN, REASON, people.officer.id)
    event = session.scalars(select(AuditEvent).where(AuditEvent.verb == "take_again")).one()
    assert (event.actor, event.subject, event.facts) == (people.officer.id, spent.id, {"number": 1})
    assert waiting(session, at(401))["faulty"] == []
    third = cast.record(session, answer, at(500))
    assert (third.take, counting_take(session, answer)) == (3, third)


def test_the_next_fault_waits_for_the_office_again(session, people, spent):
    decide(session, spent, AGAIN, REASON, people.officer, at(400))
    third = cast.record(session, spent.answer, at(500), stored=False)
    spoil(third, 700)
    assert waiting(session, at(800))["faulty"] == [third]
    decide(session, third, AGAIN, REASON, people.officer, at(800))
    assert (spent.answer.stage, spent.answer.extra_takes) == (AnswerStage.WAITING, 2)


def test_a_take_is_accepted_as_it_is_and_made_into_a_film(session, people, spent):
    decide(session, spent, ACCEPTED, REASON, people.officer, at(400))
    session.commit()
    assert (spent.state, spent.answer.stage, accepted(session, spent)) == (
        RecordingState.CAPTURED,
        AnswerStage.RECORDED,
        True,
    )
    assert told(session, FINISH).count(spent.id) == 1
    assert may_decide(session, spent, at(401)) == set()
    spent.store(40.0, {}, at(410), FAULT)
    assert (spent.faults, counting_take(session, spent.answer)) == (FAULT, spent)


def test_without_a_picture_there_is_nothing_to_accept(session, people, spent):
    spent.figures = {"frames": 0}
    assert may_decide(session, spent, at(400)) == {AGAIN}
    with pytest.raises(Refused) as caught:
        decide(session, spent, ACCEPTED, REASON, people.officer, at(400))
    assert caught.value.rule is Rule.NOTHING_TO_SEE


@pytest.mark.parametrize("kind", DecisionKind)
def test_nothing_is_decided_without_a_reason_or_about_what_waits_for_nobody(session, people, spent, kind):
    with pytest.raises(Refused) as caught:
        decide(session, spent, kind, " \n", people.officer, at(400))
    assert caught.value.rule is Rule.NO_REASON
    decide(session, spent, AGAIN, REASON, people.officer, at(400))
    with pytest.raises(Refused) as caught:
        decide(session, spent, kind, REASON, people.second_officer, at(401))
    assert caught.value.rule is Rule.NOT_WAITING
    assert len(decisions_about(session, spent)) == 1


def test_a_take_with_a_retake_left_or_an_older_one_waits_for_nobody(session, people, spent):
    first = session.get(type(spent), spent.id).answer
    older = next(take for take in session.scalars(select(type(spent)).where(type(spent).take == 1)))
    assert first.takes == 2 and may_decide(session, older, at(400)) == set()


def test_a_take_that_never_left_its_recorder_is_an_alarm_after_a_while(session, people, stuck):
    soon, late = stuck.closed_at + STUCK, stuck.closed_at + STUCK + timedelta(seconds=1)
    assert (waiting(session, soon)["stuck"], waiting(session, late)["stuck"]) == ([], [stuck])
    assert may_decide(session, stuck, late) == {AGAIN}
    decide(session, stuck, AGAIN, "De schijf is stuk.", people.officer, late)
    session.commit()
    assert (stuck.state, [fault["kind"] for fault in stuck.faults]) == (RecordingState.RETAKE, ["lost"])
    assert (stuck.answer.stage, stuck.answer.extra_takes) == (AnswerStage.WAITING, 0), "the scheme's own retake is used"
    assert told(session, RETAKE_ASKED) == [stuck.answer_id]


def test_a_take_of_which_no_film_can_be_made_waits_for_the_office(session, people):
    take = cast.record(session, cast.begin(cast.sitting(session, people)).answers[0], stored=False)
    take.capture(at(100))
    job = session.scalars(select(Job).where(Job.subject == take.id)).one()
    assert waiting(session, at(200))["unmade"] == []
    job.state = JobState.DEAD
    assert waiting(session, at(200))["unmade"] == [take]
    decide(session, take, AGAIN, REASON, people.officer, at(200))
    assert (take.state, take.faults, take.answer.stage) == (
        RecordingState.RETAKE,
        [{"kind": "unreadable"}],
        AnswerStage.WAITING,
    )


def test_when_the_disk_turns_up_after_all_the_take_is_the_answer(session, people, stuck):
    late = stuck.closed_at + STUCK + timedelta(seconds=1)
    decide(session, stuck, AGAIN, "De schijf is stuk.", people.officer, late)
    cast.store(session, stuck, late + timedelta(hours=1))
    assert (stuck.state, stuck.answer.stage) == (RecordingState.STORED, AnswerStage.RECORDED)


def test_a_finished_sitting_opens_again_for_a_take_that_the_office_grants(session, people):
    sitting = cast.finished_sitting(session, people)
    answer = sitting.answers[2]
    spoil(latest_take(session, answer), 4000)
    take = cast.record(session, answer, at(4100), stored=False)
    spoil(take, 4300)
    sitting.finish(at(4400), lambda answer: True)
    assert waiting(session, at(4500))["faulty"] == [take]
    decide(session, take, AGAIN, REASON, people.officer, at(4500))
    assert (sitting.stage, sitting.current) == (Stage.ANSWERING, answer)


def test_a_part_that_came_too_late_is_noted_and_the_next_one_again(session, people):
    take = latest_take(session, cast.finished_sitting(session, people).answers[0])
    for seconds, name in ((9000, "slices-40-41"), (9900, "slices-42-42")):
        take.originals.append(original(name, seconds))
        take.came_late([name], at(seconds))
        session.commit()
        assert waiting(session, at(seconds + 1))["late"] == [take]
        decide(session, take, NOTED, "Het zijn de laatste twee seconden.", people.officer, at(seconds + 10))
        assert waiting(session, at(seconds + 11))["late"] == []
    assert take.state is RecordingState.STORED

"""A sitting as rows: what the rules say, kept, and refused where they say so."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from support import cast

from scenarios.sitting import AnswerStage, Rule, Stage, Step
from storage.base.audit import AuditEvent
from storage.base.database import new_session
from storage.base.refusal import Refused
from storage.base.steps import StepRule
from storage.exam.recordings import begin_take
from storage.exam.sittings import Sitting, invite

NOW = cast.NOW


def at(seconds: float):
    return NOW + timedelta(seconds=seconds)


@pytest.fixture
def sitting(session, people) -> Sitting:
    """Invited, nothing done yet."""
    row = cast.sitting(session, people)
    session.commit()
    return row


@pytest.fixture
def begun(sitting, session) -> Sitting:
    """At the first situation."""
    cast.begin(sitting)
    session.commit()
    return sitting


def refused(rule, act, *arguments):
    with pytest.raises(Refused) as caught:
        act(*arguments)
    assert caught.value.rule is rule


def test_an_invitation_has_a_window_and_ten_waiting_answers(sitting):
    assert [answer.number for answer in sitting.answers] == list(range(1, 11))
    assert {answer.stage for answer in sitting.answers} == {AnswerStage.WAITING}
    assert sitting.closes_at - sitting.opens_at == timedelta(days=14)
    assert sitting.step(NOW) is Step.WELCOME
    assert len({answer.code for answer in sitting.answers}) == 10
    assert sitting.answers[0].scenario.number == 1


def test_from_invitation_to_receipt(session, sitting):
    steps = [sitting.step(NOW)]
    sitting.take_seat("tab-1", NOW)
    sitting.consent("1", NOW)
    steps.append(sitting.step(NOW))
    sitting.pass_check({"camera": "goed"}, NOW)
    steps.append(sitting.step(NOW))
    sitting.begin(NOW)
    for answer in sitting.answers:
        assert sitting.current is answer
        cast.record(session, answer, NOW)
    steps.append(sitting.step(NOW))
    sitting.finish(at(3600), lambda answer: True)
    session.commit()
    assert [*steps, sitting.step(NOW)] == [Step.WELCOME, Step.CHECK, Step.PRACTICE, Step.SAVING, Step.RECEIPT]
    assert (sitting.consent_version, sitting.consented_at, sitting.finished_at) == ("1", NOW, at(3600))


def test_every_change_is_in_the_audit_log_without_personal_data(session, people, begun):
    cast.record(session, begun.answers[0])
    session.commit()
    events = session.scalars(select(AuditEvent)).all()
    verbs = {event.verb for event in events}
    assert {"sitting_invited", "sitting_consented", "sitting_answering", "answer_watching", "answer_recorded"} <= verbs
    told = " ".join(str(event.facts) for event in events)
    assert people.candidate.name not in told and people.candidate.email not in told


def test_a_step_that_is_not_next_is_refused(sitting):
    refused(StepRule.NOT_ALLOWED, sitting.begin, NOW)
    refused(StepRule.NOT_ALLOWED, sitting.pass_check, {}, NOW)
    sitting.consent("1", NOW)
    refused(StepRule.NOT_ALLOWED, sitting.consent, "1", NOW)
    sitting.pass_check({}, NOW)
    sitting.check_again(NOW)
    assert sitting.step(NOW) is Step.CHECK


def test_outside_the_window_only_who_is_answering_may_go_on(sitting):
    refused(Rule.WINDOW_NOT_OPEN, sitting.require_open, at(-1))
    sitting.require_open(NOW)
    refused(Rule.WINDOW_CLOSED, sitting.require_open, NOW + timedelta(days=14))
    cast.begin(sitting)
    sitting.require_open(NOW + timedelta(days=15))


def test_one_tab_leads(begun):
    begun.require_seat("tab-1")
    refused(Rule.ELSEWHERE, begun.require_seat, "tab-2")
    begun.take_seat("tab-2", NOW)
    begun.require_seat("tab-2")
    refused(Rule.ELSEWHERE, begun.require_seat, "tab-1")


def test_nothing_is_played_before_the_ten_situations_begin(sitting):
    refused(Rule.OTHER_STEP, sitting.answers[0].play, NOW)


def test_no_situation_is_skipped(begun):
    for later_one in begun.answers[1:]:
        refused(Rule.OTHER_STEP, later_one.play, NOW)
        refused(Rule.OTHER_STEP, later_one.prepare, NOW)
        refused(Rule.OTHER_STEP, later_one.begin_recording, NOW)


def test_nobody_prepares_without_the_clip(begun):
    refused(Rule.OTHER_STEP, begun.current.prepare, NOW)


def test_the_clip_is_played_once(begun):
    begun.current.play(NOW)
    refused(Rule.NO_PLAY_LEFT, begun.current.play, NOW)


def test_a_stall_gives_one_more_play_and_no_third(begun):
    answer = begun.current
    answer.play(NOW)
    answer.stall(NOW)
    answer.stall(NOW)
    answer.play(NOW)
    answer.stall(NOW)
    assert (answer.stage, answer.plays) == (AnswerStage.WATCHING, 2)
    refused(Rule.NO_PLAY_LEFT, answer.play, NOW)


def test_an_accommodation_gives_a_second_play_and_more_time(session, sitting):
    sitting.replay, sitting.extra_time = True, "3/2"
    cast.begin(sitting)
    answer = sitting.current
    answer.play(NOW)
    answer.resume(NOW)
    answer.play(NOW)
    answer.prepare(NOW)
    recording, _ = begin_take(session, answer, cast.node(session), NOW)
    assert (recording.limit_s, sitting.times.preparation_s, answer.plays) == (135, 45, 2)


def test_asking_to_prepare_again_does_not_restart_the_clock(begun):
    answer = begun.current
    answer.play(NOW)
    answer.prepare(NOW)
    refused(Rule.OTHER_STEP, answer.prepare, at(20))
    assert answer.preparing_since == NOW


def test_reloads_restart_preparation_once(begun):
    answer = begun.current
    answer.play(NOW)
    answer.prepare(NOW)
    for seconds in (10, 20, 30):
        begun.take_seat("tab-1", at(seconds))
    assert (answer.preparing_since, answer.preparation_restarts) == (at(10), 1)


def test_a_reload_while_watching_goes_on_to_preparation(begun):
    begun.current.play(NOW)
    begun.take_seat("tab-2", at(12))
    assert (begun.current.number, begun.current.stage, begun.current.preparing_since) == (
        1,
        AnswerStage.PREPARING,
        at(12),
    )


def test_a_reload_while_recording_ends_the_answer(session, begun):
    answer = begun.current
    answer.play(NOW)
    answer.prepare(NOW)
    begin_take(session, answer, cast.node(session), NOW)
    begun.take_seat("tab-1", at(8))
    assert (answer.stage, answer.recorded_at, begun.current.number) == (AnswerStage.RECORDED, at(8), 2)
    refused(Rule.OTHER_STEP, answer.end_recording, at(9))


def test_an_answer_is_given_once(session, begun):
    answer = begun.answers[0]
    cast.record(session, answer)
    for act in (answer.play, answer.prepare, answer.begin_recording):
        refused(Rule.OTHER_STEP, act, NOW)


def test_a_retake_after_a_measured_fault_begins_the_situation_anew_once(session, begun):
    answer = begun.answers[0]
    cast.record(session, answer)
    answer.retake(at(100))
    assert (answer.stage, answer.plays, answer.preparation_restarts) == (AnswerStage.WAITING, 0, 0)
    assert (answer.preparing_since, answer.recording_since, answer.recorded_at) == (None, None, None)
    cast.record(session, answer, at(200))
    assert answer.takes == 2
    refused(Rule.NO_RETAKE_LEFT, answer.retake, at(300))


def test_a_retake_after_the_end_opens_the_sitting_again(session, people):
    sitting = cast.finished_sitting(session, people)
    ended = sitting.finished_at
    sitting.answers[3].retake(at(9000))
    assert (sitting.stage, sitting.finished_at, sitting.current.number) == (Stage.ANSWERING, ended, 4)
    cast.record(session, sitting.current, at(9100))
    sitting.finish(at(9300), lambda answer: True)
    assert (sitting.step(at(9300)), sitting.finished_at) == (Step.RECEIPT, at(9300))


def test_a_sitting_is_not_closed_before_every_answer_is_safe(session, begun):
    refused(Rule.NOT_ALL_SAFE, begun.finish, NOW, lambda answer: True)
    for answer in begun.answers:
        cast.record(session, answer)
    with pytest.raises(Refused) as caught:
        begun.finish(NOW, lambda answer: answer.number != 4)
    assert caught.value.found == [4]
    begun.finish(NOW, lambda answer: True)
    refused(StepRule.NOT_ALLOWED, begun.finish, NOW, lambda answer: True)


def test_the_break_is_taken_once_and_may_be_cut_short(session, begun):
    refused(Rule.OTHER_STEP, begun.take_break, NOW)
    for answer in begun.answers[:5]:
        cast.record(session, answer)
    begun.take_break(NOW)
    assert begun.step(at(599)) is Step.BREAK
    begun.end_break(at(60))
    assert begun.step(at(60)) is Step.CLIP
    refused(Rule.OTHER_STEP, begun.take_break, at(61))


def test_of_two_tabs_that_act_at_once_one_wins(installation, begun):
    """Both read the same row; only one play is granted."""
    with new_session(writes=False) as first, new_session(writes=False) as second:
        one, two = first.get(Sitting, begun.id), second.get(Sitting, begun.id)
        one.current.play(NOW)
        two.current.play(NOW)
        if first.bind.dialect.name == "sqlite":  # there, the first writer locks the file
            second.rollback()
            first.commit()
            with new_session() as late:
                refused(Rule.NO_PLAY_LEFT, late.get(Sitting, begun.id).current.play, NOW)
            return
        first.commit()
        with pytest.raises(StaleDataError):
            second.commit()
    with new_session(writes=False) as session:
        assert session.get(Sitting, begun.id).current.plays == 1


@pytest.mark.parametrize("change", ["stage = 'dreaming'", "number = 0", "number = 2"])
def test_the_database_refuses_impossible_answers(session, begun, change):
    with pytest.raises(IntegrityError):
        session.execute(text(f"UPDATE answer SET {change} WHERE number = 1"))


def test_the_database_refuses_a_window_that_closes_first(session, sitting):
    with pytest.raises(IntegrityError):
        session.execute(update(Sitting).values(closes_at=at(-1)))


def test_a_dossier_has_one_sitting(session, people, sitting):
    with pytest.raises(IntegrityError):
        invite(session, sitting.dossier, sitting.pack, NOW, NOW)
        session.flush()

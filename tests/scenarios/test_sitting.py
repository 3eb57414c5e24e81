"""The rules of a sitting: each step from the rows alone, whatever the browser does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from scenarios import sitting as rules
from scenarios.scheme import parse
from scenarios.sitting import (
    ANSWER_STAGES,
    CLOSING_GRACE_S,
    STAGES,
    AnswerStage,
    AnswerView,
    Rule,
    Stage,
    Step,
    TakeView,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SCHEME = parse((Path(rules.__file__).parent / "branchecertificaat_b" / "scheme.toml").read_bytes())
TIMES = rules.times_for(SCHEME.sitting)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def answers(*stages: AnswerStage) -> list[AnswerView]:
    return [AnswerView(number, stage) for number, stage in enumerate(stages, 1)]


def ten(recorded: int) -> list[AnswerView]:
    return answers(*[AnswerStage.RECORDED] * recorded, *[AnswerStage.WAITING] * (10 - recorded))


WAITING, WATCHING, PREPARING, RECORDING, RECORDED = AnswerStage


def test_the_times_are_those_of_the_scheme():
    assert (TIMES.clip_plays, TIMES.preparation_s, TIMES.answer_s) == (1, 30, 90)
    assert (TIMES.preparation_restarts, TIMES.technical_retakes) == (1, 1)


@pytest.mark.parametrize(
    "extra, preparation, answer", [("1", 30, 90), ("5/4", 38, 113), ("3/2", 45, 135), ("2", 60, 180)]
)
def test_extra_time_lengthens_thinking_and_answering_rounded_up(extra, preparation, answer):
    times = rules.times_for(SCHEME.sitting, Fraction(extra))
    assert (times.preparation_s, times.answer_s, times.clip_plays) == (preparation, answer, 1)


def test_every_other_value_is_that_of_the_scheme():
    others = {"minimum_answer_s": 7, "warning_s": 11, "technical_retakes": 4, "preparation_restarts": 3}
    others |= {"break_after": 6, "break_s": 321, "retake_replays_clip": False}
    for value in (others, {**others, "retake_replays_clip": True}):
        times = rules.times_for(replace(SCHEME.sitting, **value))
        assert {name: getattr(times, name) for name in value} == value


def test_a_reminder_comes_once_for_each_day_and_none_after_the_end():
    def due(left: timedelta, reminded: int | None = None) -> int | None:
        return rules.reminder((7, 3, 1), reminded, NOW + left, NOW)

    day, second = timedelta(days=1), timedelta(seconds=1)
    assert [due(7 * day + second), due(7 * day), due(3 * day), due(day), due(second)] == [None, 7, 3, 1, 1]
    assert (due(timedelta()), due(-second)) == (None, None)
    assert [due(3 * day, reminded) for reminded in (7, 3, 1)] == [3, None, None]
    assert rules.reminder((), None, NOW + day, NOW) is None


def test_a_retake_is_withdrawn_when_it_was_recorded_and_none_was_begun():
    assert rules.retake_withdrawn(AnswerView(1, RECORDED))
    assert not rules.retake_withdrawn(AnswerView(1, RECORDED, recording_since=NOW))
    assert not rules.retake_withdrawn(AnswerView(1, WAITING))


def test_a_second_play_is_an_accommodation_of_its_own():
    times = rules.times_for(SCHEME.sitting, replay=True)
    assert (times.clip_plays, times.answer_s) == (2, 90)


@pytest.mark.parametrize(
    "stage, step",
    [
        (Stage.INVITED, Step.WELCOME),
        (Stage.CONSENTED, Step.CHECK),
        (Stage.CHECKED, Step.PRACTICE),
        (Stage.FINISHED, Step.RECEIPT),
        (Stage.EXPIRED, Step.CLOSED),
    ],
)
def test_outside_of_answering_the_stage_says_the_step(stage, step):
    assert rules.step(stage, ten(0), None, NOW) is step


@pytest.mark.parametrize(
    "views, step",
    [
        (answers(WAITING, WAITING), Step.CLIP),
        (answers(WATCHING, WAITING), Step.CLIP),
        (answers(RECORDED, PREPARING), Step.PREPARE),
        (answers(RECORDED, RECORDING), Step.RECORD),
        (answers(RECORDED, RECORDED), Step.SAVING),
    ],
)
def test_while_answering_the_answers_say_the_step(views, step):
    assert rules.step(Stage.ANSWERING, views, None, NOW) is step


def test_situations_come_in_order_of_their_numbers():
    assert rules.current(list(reversed(ten(3)))).number == 4
    assert rules.current(ten(10)) is None


@pytest.mark.parametrize("begun", [WATCHING, PREPARING, RECORDING])
def test_a_retake_of_an_earlier_answer_waits_for_the_one_going_on(begun):
    assert rules.current(answers(WAITING, RECORDED, begun)).number == 3
    assert rules.current(answers(WAITING, RECORDED, RECORDED)).number == 1


def test_the_window_opens_and_closes():
    opens, closes = NOW, later(3600)
    assert rules.window_refusal(later(-1), opens, closes) is Rule.WINDOW_NOT_OPEN
    assert rules.window_refusal(opens, opens, closes) is None
    assert rules.window_refusal(later(3599), opens, closes) is None
    assert rules.window_refusal(closes, opens, closes) is Rule.WINDOW_CLOSED


def test_a_break_is_shown_between_two_situations_until_it_is_over():
    until = later(600)
    assert rules.step(Stage.ANSWERING, ten(5), until, later(599)) is Step.BREAK
    assert rules.step(Stage.ANSWERING, ten(5), until, until) is Step.CLIP
    begun = [*ten(5)[:5], AnswerView(6, PREPARING)]
    assert rules.step(Stage.ANSWERING, begun, until, NOW) is Step.PREPARE


def test_the_break_is_offered_once_from_half_way_between_two_situations():
    offered = [number for number in range(11) if rules.break_offered(ten(number), TIMES, break_taken=False)]
    assert offered == [5, 6, 7, 8, 9]
    assert not rules.break_offered(ten(5), TIMES, break_taken=True)
    assert not rules.break_offered(ten(5), replace(TIMES, break_s=0), break_taken=False)
    for stage in (WATCHING, PREPARING, RECORDING):
        assert not rules.break_offered([*ten(5)[:5], AnswerView(6, stage), *ten(5)[6:]], TIMES, break_taken=False)


@pytest.mark.parametrize(
    "plays, stalled, replay, left",
    [
        (0, False, False, 1),
        (1, False, False, 0),
        (1, True, False, 1),
        (2, True, False, 0),
        (1, False, True, 1),
        (9, True, True, 0),
    ],
)
def test_plays_are_those_of_the_scheme_and_one_after_a_stall(plays, stalled, replay, left):
    times = rules.times_for(SCHEME.sitting, replay=replay)
    assert rules.plays_left(AnswerView(1, WATCHING, plays=plays, stalled=stalled), times) == left


def test_after_a_reload_the_clip_is_not_shown_again():
    after = rules.resumed(AnswerView(1, WATCHING, plays=1), TIMES, later(7))
    assert (after.stage, after.preparing_since, after.preparation_restarts) == (PREPARING, later(7), 0)


def test_after_a_reload_the_clip_may_be_shown_when_a_play_is_left():
    after = rules.resumed(AnswerView(1, WATCHING, plays=1, stalled=True), TIMES, later(7))
    assert (after.stage, after.plays) == (WAITING, 1)


def test_after_a_reload_preparation_restarts_once_and_then_runs_on():
    view = AnswerView(1, PREPARING, plays=1, preparing_since=NOW)
    once = rules.resumed(view, TIMES, later(20))
    assert (once.preparing_since, once.preparation_restarts) == (later(20), 1)
    assert rules.resumed(once, TIMES, later(45)) == once
    assert rules.preparation_left(once, TIMES, later(45)) == 5
    assert rules.preparation_left(once, TIMES, later(500)) == 0


def test_after_a_reload_what_was_recorded_is_the_answer():
    assert rules.resumed(AnswerView(1, RECORDING, recording_since=NOW, takes=1), TIMES, later(5)).stage is RECORDED


@pytest.mark.parametrize("stage", [WAITING, RECORDED])
def test_a_reload_between_two_answers_changes_nothing(stage):
    view = AnswerView(1, stage, plays=1, takes=1)
    assert rules.resumed(view, TIMES, NOW) == view


def test_time_left_counts_down_to_nothing_and_is_whole_before_the_start():
    view = AnswerView(1, PREPARING, preparing_since=NOW)
    assert [rules.preparation_left(view, TIMES, later(s)) for s in (0, 10, 30, 900)] == [30, 20, 0, 0]
    assert rules.preparation_left(AnswerView(1), TIMES, NOW) == 30


def test_a_recording_is_overdue_after_its_time_and_some_grace():
    view, limit = AnswerView(1, RECORDING, recording_since=NOW), TIMES.answer_s + CLOSING_GRACE_S
    assert not rules.overdue(view, TIMES, later(limit))
    assert rules.overdue(view, TIMES, later(limit + 1))
    assert not rules.overdue(AnswerView(1, PREPARING, preparing_since=NOW), TIMES, later(9999))
    assert not rules.overdue(AnswerView(1, RECORDED, recording_since=NOW), TIMES, later(9999))
    assert not rules.overdue(AnswerView(1, RECORDING), TIMES, later(9999)), "nobody knows since when"


@pytest.mark.parametrize(
    "retakes, takes, refusal", [(1, 1, None), (1, 2, Rule.NO_RETAKE_LEFT), (0, 1, Rule.NO_RETAKE_LEFT), (2, 2, None)]
)
def test_the_first_take_is_no_retake(retakes, takes, refusal):
    times = replace(TIMES, technical_retakes=retakes)
    assert rules.retake_refusal(AnswerView(1, RECORDED, takes=takes), times) is refusal


@pytest.mark.parametrize("table, states", [(STAGES, Stage), (ANSWER_STAGES, AnswerStage)])
def test_the_tables_name_every_state_and_no_other(table, states):
    assert set(table) == set(states)
    assert set().union(*table.values()) <= set(states)


def test_the_office_may_grant_takes_beyond_those_of_the_scheme():
    view = AnswerView(1, RECORDED, takes=2)
    assert rules.retake_refusal(view, TIMES) is Rule.NO_RETAKE_LEFT
    assert rules.retake_refusal(replace(view, extra_takes=1), TIMES) is None
    assert rules.retake_refusal(replace(view, takes=3, extra_takes=1), TIMES) is Rule.NO_RETAKE_LEFT


@pytest.mark.parametrize(
    "takes, counts",
    [
        ([], None),
        ([TakeView(1, False)], 1),
        ([TakeView(1, False), TakeView(2, False)], 2),
        ([TakeView(1, True), TakeView(2, False)], 1),
        ([TakeView(1, True), TakeView(2, True)], 2),
        ([TakeView(2, False), TakeView(1, False), TakeView(3, False)], 3),
    ],
)
def test_any_stored_take_is_the_answer_and_the_newest_of_several(takes, counts):
    found = rules.counting(takes)
    assert (found and found.number) == counts


@pytest.mark.parametrize(
    "stage, takes, needless",
    [
        (WAITING, 1, True),
        (WATCHING, 1, True),
        (PREPARING, 1, True),
        (RECORDING, 2, False),
        (RECORDED, 1, False),
        (WAITING, 0, False),
    ],
)
def test_a_retake_is_withdrawn_until_its_recording_begins(stage, takes, needless):
    assert rules.retake_needless(AnswerView(1, stage, takes=takes)) is needless


def test_an_answer_is_recorded_by_recording_or_because_an_earlier_take_is_good_after_all():
    assert [stage for stage, to in ANSWER_STAGES.items() if RECORDED in to] == [WAITING, WATCHING, PREPARING, RECORDING]
    assert [stage for stage, to in ANSWER_STAGES.items() if RECORDING in to] == [PREPARING]

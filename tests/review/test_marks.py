"""Marks from 1 to 10 with names: a core task is a rounded mean, and each of them must be sufficient."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scenarios
from review.marks import MarkRule, Rounding, rounded
from review.rule_reading import parse
from review.rules import RuleError
from scenarios import scheme

CONTENT = scheme.parse((Path(scenarios.__file__).parent / "mbo_contactcenter" / "scheme.toml").read_bytes())
RULE = parse(CONTENT.pass_rule)
TASKS = {term.key: len(term.criteria) for term in CONTENT.end_terms}


def judged(market, sales, service, rule=RULE):
    marks = {"market": market, "sales": sales, "service": service}
    assert {key: len(given) for key, given in marks.items()} == TASKS
    tasks = {key: rule.task(given) for key, given in marks.items()}
    return tasks, rule.whole(tasks.values()), rule.judge(tasks)


def test_the_scheme_has_ten_names_and_two_five_and_four_work_processes():
    assert RULE.scale == {
        1: "zeer slecht",
        2: "slecht",
        3: "zeer onvoldoende",
        4: "onvoldoende",
        5: "bijna voldoende",
        6: "voldoende",
        7: "ruim voldoende",
        8: "goed",
        9: "zeer goed",
        10: "uitmuntend",
    }
    assert list(RULE.scale) == sorted(RULE.scale)
    assert TASKS == {"market": 2, "sales": 5, "service": 4}


@pytest.mark.parametrize(
    "market, sales, service, tasks, whole, passed",
    [
        ([6, 6], [6] * 5, [6] * 4, (6, 6, 6), "6", True),
        ([10, 10], [10] * 5, [10] * 4, (10, 10, 10), "10", True),
        ([5, 6], [6] * 5, [6] * 4, (6, 6, 6), "6", True),
        ([5, 5], [10] * 5, [10] * 4, (5, 10, 10), "8.3", False),
        ([10, 10], [5, 5, 5, 6, 6], [10] * 4, (10, 5, 10), "8.3", False),
        ([10, 10], [5, 5, 6, 6, 6], [10] * 4, (10, 6, 10), "8.7", True),
        ([10, 10], [10] * 5, [5, 5, 5, 6], (10, 10, 5), "8.3", False),
        ([10, 10], [10] * 5, [5, 5, 6, 6], (10, 10, 6), "8.7", True),
        ([1, 10], [7] * 5, [8] * 4, (6, 7, 8), "7", True),
        ([1, 1], [1] * 5, [1] * 4, (1, 1, 1), "1", False),
    ],
)
def test_every_core_task_must_be_sufficient(market, sales, service, tasks, whole, passed):
    found, mark, outcome = judged(market, sales, service)
    assert tuple(found.values()) == tasks
    assert mark == Fraction(whole)
    assert outcome.passed is passed
    assert [(one.subject, one.found, one.needed) for one in outcome.reasons] == list(
        zip(TASKS, tasks, (6, 6, 6), strict=True)
    )


def test_the_whole_is_the_mean_of_the_marks_as_they_were_rounded():
    tasks, whole, _ = judged([5, 6], [6, 6, 6, 6, 8], [6, 6, 6, 7])
    assert tuple(tasks.values()) == (6, 6, 6)
    assert whole == 6, "of the unrounded means it would be 6.1"


def test_a_process_without_a_mark_decides_nothing_but_what_failed_has_failed():
    tasks, whole, outcome = judged([6, None], [6] * 5, [6] * 4)
    assert (tasks["market"], whole, outcome.passed) == (None, None, None)
    tasks, whole, outcome = judged([6, None], [5] * 5, [6] * 4)
    assert (whole, outcome.passed) == (None, False)


@pytest.mark.parametrize("wrong", [0, 11, -1, 5.5, True, "6", Fraction(6)])
def test_a_mark_that_is_not_on_the_scale_is_refused(wrong):
    with pytest.raises(RuleError):
        RULE.task([6, wrong])
    with pytest.raises(RuleError):
        RULE.task([None, wrong])


def test_nothing_to_judge_is_no_pass():
    for empty in (lambda: RULE.task([]), lambda: RULE.whole([]), lambda: RULE.judge({})):
        with pytest.raises(RuleError):
            empty()


@pytest.mark.parametrize(
    "value, decimals, up, even, down",
    [
        ("5.5", 0, "6", "6", "5"),
        ("6.5", 0, "7", "6", "6"),
        ("5.49", 0, "5", "5", "5"),
        ("8.25", 1, "8.3", "8.2", "8.2"),
        ("8.35", 1, "8.4", "8.4", "8.3"),
        ("2.675", 2, "2.68", "2.68", "2.67"),
    ],
)
def test_a_half_goes_where_the_scheme_says_and_no_float_is_in_the_way(value, decimals, up, even, down):
    found = [rounded(Fraction(value), decimals, one) for one in (Rounding.HALF_UP, Rounding.HALF_EVEN, Rounding.DOWN)]
    assert found == [Fraction(up), Fraction(even), Fraction(down)]


@settings(max_examples=60, deadline=None)
@given(st.fractions(0, 10), st.integers(0, 2), st.sampled_from(Rounding))
def test_rounding_is_near_has_so_many_decimals_and_stays_so(value, decimals, rounding):
    found = rounded(value, decimals, rounding)
    assert abs(found - value) <= Fraction(1, 10**decimals)
    assert (found * 10**decimals).denominator == 1
    assert rounded(found, decimals, rounding) == found


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 10), min_size=1, max_size=8), st.data())
def test_a_higher_mark_never_makes_a_core_task_lower(marks, data):
    place = data.draw(st.integers(0, len(marks) - 1))
    higher = [min(mark + (number == place), 10) for number, mark in enumerate(marks)]
    assert RULE.task(higher) >= RULE.task(marks)
    assert min(marks) <= RULE.task(marks) <= max(marks)


def test_a_mark_with_decimals_has_the_name_that_it_has_reached():
    assert RULE.name(6) == "voldoende"
    assert [RULE.name(Fraction(mark)) for mark in ("5.9", "8.3", "10")] == ["bijna voldoende", "goed", "uitmuntend"]


DATA = {
    "kind": "marks",
    "scale": [{"mark": 2, "name": "goed"}, {"mark": 1, "name": "slecht"}],
    "pass_mark": 2,
    "task_decimals": 1,
    "whole_decimals": 2,
    "rounding": "down",
}


def test_a_rule_of_marks_is_read_in_either_order():
    rule = parse(DATA)
    assert rule == MarkRule({1: "slecht", 2: "goed"}, 2, 1, 2, Rounding.DOWN)
    assert parse({**DATA, "scale": DATA["scale"][::-1]}) == rule


@pytest.mark.parametrize(
    "change",
    [
        {"scale": None},
        {"scale": []},
        {"scale": DATA["scale"][:1]},
        {"scale": [*DATA["scale"], {"mark": 4, "name": "beter"}]},
        {"scale": [*DATA["scale"], {"mark": 2, "name": "beter"}]},
        {"scale": [*DATA["scale"], {"mark": 3, "name": "goed"}]},
        {"scale": [*DATA["scale"], {"mark": 3, "name": ""}]},
        {"scale": [*DATA["scale"], {"mark": "3", "name": "beter"}]},
        {"scale": [*DATA["scale"], {"mark": 3, "name": "beter", "pass": True}]},
        {"scale": [*DATA["scale"], 3]},
        {"pass_mark": 3},
        {"pass_mark": "2"},
        {"pass_mark": None},
        {"task_decimals": 3},
        {"task_decimals": True},
        {"whole_decimals": None},
        {"rounding": "up"},
        {"rounding": None},
        {"wholes": 1},
    ],
)
def test_bad_data_is_refused(change):
    with pytest.raises(RuleError):
        parse({**DATA, **change})


def test_every_problem_is_named_at_once():
    with pytest.raises(RuleError) as refused:
        parse({"kind": "marks"})
    assert len(refused.value.problems) == 5

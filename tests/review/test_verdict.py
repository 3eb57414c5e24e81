"""The arithmetic of the verdict: exact, blind to every order, never punishing a higher score."""

import json
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.rule_reading import parse
from review.rules import Condition, Outcome, RuleError
from review.verdict import Case, Decision, Mark, decide, shown

RULE_DATA = {"kind": "competencies", "part1": True, "competency_min": "2.25", "overall_min": "2.75", "observed_min": 3}
RULE = parse(RULE_DATA)
SEEN_IN = {
    "analysis": (3, 6, 9, 10),
    "sensitivity": (1, 2, 6, 7, 8),
    "flexibility": (1, 4, 7, 8),
    "persuasion": (4, 5, 9, 10),
    "task_leadership": (2, 3, 5, 7, 9),
    "reflection": (2, 3, 6, 8),
    "organisational_sensitivity": (1, 4, 5, 10),
    "oral_language": tuple(range(1, 11)),
}
KEYS = tuple(SEEN_IN)
CELLS = [(str(answer), key) for key, answers in SEEN_IN.items() for answer in answers]


def marks_of(level_of, slots=(1, 2)):
    return [
        Mark(answer, f"assessor {slot}", slot, key, level_of(answer, key, slot))
        for answer, key in CELLS
        for slot in slots
    ]


@st.composite
def candidates(draw):
    """All forty cells by two or three assessors, close enough to the cuts that all three outcomes occur."""
    slots = draw(st.sampled_from([(1, 2), (1, 2, 3)]))
    ability = draw(st.integers(1, 4))
    seed = Random(draw(st.integers(0, 2**32)))
    unseen = draw(st.sampled_from([0, 0.05, 0.4]))
    return marks_of(
        lambda *_: None if seed.random() < unseen else min(5, ability + seed.choice((0, 0, 0, 1, 1, 2))), slots
    )


def test_everywhere_three_passes_and_everywhere_two_fails():
    assert decide(marks_of(lambda *_: 3), True, RULE, KEYS).passed is True
    assert decide(marks_of(lambda *_: 3), False, RULE, KEYS).passed is False
    assert decide(marks_of(lambda *_: 2), True, RULE, KEYS).passed is False


def test_the_cut_itself_passes_and_the_smallest_step_below_it_fails():
    """Two assessors, four answers: 18/8 is exactly 2.25, 17/8 is not enough, however well the rest went."""

    def levels(low):
        answers = SEEN_IN["analysis"]
        return marks_of(lambda answer, key, slot: 5 if key != "analysis" else low[answers.index(int(answer))][slot - 1])

    at_the_cut = decide(levels([(2, 2), (2, 2), (2, 2), (3, 3)]), True, RULE, KEYS)
    below = decide(levels([(2, 2), (2, 2), (2, 2), (3, 2)]), True, RULE, KEYS)
    assert (at_the_cut.competencies[0].mean, at_the_cut.passed) == (Fraction(9, 4), True)
    assert (below.competencies[0].mean, below.passed) == (Fraction(17, 8), False)
    assert [reason.subject for reason in below.reasons if not reason.met] == ["analysis"]


def test_an_answer_is_the_mean_of_the_slots_that_observed_it():
    marks = [
        Mark("1", "x", 1, "a", 5),
        Mark("1", "y", 2, "a", None),
        Mark("2", "x", 1, "a", 2),
        Mark("2", "y", 2, "a", 3),
        Mark("3", "x", 1, "a", None),
        Mark("3", "y", 2, "a", None),
    ]
    (result,) = decide(marks, True, RULE, ["a"]).competencies
    assert (result.mean, result.observed, result.level) == (Fraction(15, 4), 2, 4)


def test_overall_weighs_every_competency_the_same():
    decision = decide(marks_of(lambda answer, key, slot: 5 if key == "oral_language" else 3), True, RULE, KEYS)
    assert decision.overall == Fraction(5 + 7 * 3, 8)


@pytest.mark.parametrize("level", [1, 5])
def test_too_few_observed_answers_ask_for_extra_evidence(level):
    decision = decide(
        marks_of(lambda answer, key, slot: None if key == "persuasion" and answer in "45" else level), True, RULE, KEYS
    )
    assert decision.passed is None
    too_few = [reason for reason in decision.reasons if reason.rule is Condition.OBSERVED_MIN and not reason.met]
    assert [(reason.subject, reason.found, reason.needed) for reason in too_few] == [("persuasion", 2, 3)]


def test_nobody_observed_a_competency():
    decision = decide(marks_of(lambda answer, key, slot: None if key == "reflection" else 4), True, RULE, KEYS)
    assert (decision.passed, decision.overall, decision.competencies[5].level) == (None, None, None)


def test_no_marks_at_all_decide_nothing():
    assert decide([], True, RULE, KEYS).passed is None


@given(candidates(), st.randoms())
def test_no_order_matters(marks, random):
    """Not of the marks, not of the assessors, not of the scenarios, not of the competencies."""
    before = decide(marks, True, RULE, KEYS)
    swapped = {1: 3, 2: 1, 3: 2}
    answers = [str(number) for number in range(1, 11)]
    renamed = dict(zip(answers, random.sample(answers, 10), strict=True))
    shuffled = [
        Mark(renamed[mark.answer], mark.assessor, swapped[mark.slot], mark.competency, mark.level)
        for mark in random.sample(marks, len(marks))
    ]
    keys = random.sample(KEYS, len(KEYS))
    after = decide(shuffled, True, RULE, keys)
    assert (after.passed, after.overall) == (before.passed, before.overall)
    assert set(after.competencies) == set(before.competencies)
    assert set(after.reasons) == set(before.reasons)


@given(candidates(), st.data())
def test_a_higher_score_never_turns_a_pass_into_a_fail(marks, data):
    before = decide(marks, True, RULE, KEYS)
    raised = list(marks)
    for index in data.draw(st.lists(st.integers(0, len(marks) - 1), min_size=1, max_size=20)):
        mark = raised[index]
        if mark.level is not None and mark.level < 5:
            raised[index] = Mark(mark.answer, mark.assessor, mark.slot, mark.competency, mark.level + 1)
    after = decide(raised, True, RULE, KEYS)
    order = {False: 0, True: 1}
    assert (before.passed is None) == (after.passed is None)
    if before.passed is not None:
        assert order[after.passed] >= order[before.passed]
    if before.overall is not None:
        assert after.overall >= before.overall


@given(candidates())
def test_rounding_never_matters(marks):
    """The verdict is what whole numbers alone say: sums of levels against cuts, with no division at all."""
    decision = decide(marks, True, RULE, KEYS)
    if decision.passed is None:
        return
    scale = 6 * 2520  # the means of 1, 2 or 3 slots and of 3 to 10 answers are all whole on this scale
    totals = []
    for result in decision.competencies:
        by_answer = {}
        for mark in marks:
            if mark.competency == result.key and mark.level is not None:
                by_answer.setdefault(mark.answer, []).append(mark.level)
        totals.append(sum(sum(slots) * (scale // len(slots)) // len(by_answer) for slots in by_answer.values()))
    expected = all(total * 4 >= 9 * scale for total in totals) and sum(totals) * 4 >= 11 * 8 * scale
    assert decision.passed is expected


@given(candidates())
def test_a_stored_case_says_the_same_again(marks):
    case = Case(tuple(marks), True, RULE_DATA, KEYS)
    decision = case.decide()
    again = Case.from_json(json.loads(json.dumps(case.to_json())))
    assert again.to_json() == case.to_json()
    assert again.decide() == decision
    assert Decision.from_json(json.loads(json.dumps(decision.to_json()))) == decision
    assert Outcome(decision.passed, decision.reasons) == Outcome.from_json(decision.to_json())


def test_a_case_stores_its_marks_in_one_order():
    marks = marks_of(lambda answer, key, slot: 3)
    assert Case(tuple(marks), True, RULE_DATA, KEYS).to_json() == (
        Case(tuple(reversed(marks)), True, RULE_DATA, KEYS).to_json()
    )


def test_a_case_that_weighs_part_1():
    case = Case(tuple(marks_of(lambda *_: 3)), True, {**RULE_DATA, "part1_weight": "0.2"}, KEYS, Fraction(7, 2))
    assert Case.from_json(json.loads(json.dumps(case.to_json()))).decide().overall == Fraction(31, 10)
    with pytest.raises(RuleError):
        Case(case.marks, True, case.rule, KEYS).decide()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (Mark("1", "z", 3, "charm", 3), "unknown competency 'charm'"),
        (Mark("1", "z", 3, "a", 0), "level 0 is not on the scale of 1 to 5"),
        (Mark("1", "z", 3, "a", 6), "level 6 is not on the scale of 1 to 5"),
        (Mark("1", "z", 3, "a", 2.5), "level 2.5 is not on the scale of 1 to 5"),
        (Mark("1", "z", 3, "a", True), "level True is not on the scale of 1 to 5"),
        (Mark("1", "z", 1, "a", 3), "answer '1' is marked twice on 'a'"),
        (Mark("1", "x", 3, "a", 3), "answer '1' is marked twice on 'a'"),
    ],
)
def test_impossible_marks_are_refused(wrong, said):
    with pytest.raises(ValueError, match=f"^{said}"):
        decide([Mark("1", "x", 1, "a", 3), wrong], True, RULE, ["a"])


@pytest.mark.parametrize(
    ("value", "places", "beside", "text"),
    [
        (Fraction(5, 2), 0, None, "3"),
        (Fraction(7, 2), 0, None, "4"),
        (Fraction(249, 100), 0, None, "2"),
        (Fraction(17, 8), 2, None, "2.13"),
        (Fraction(-5, 2), 0, None, "-3"),
        (Fraction(2749, 1000), 2, Fraction(11, 4), "2.749"),
        (Fraction(27499, 10000), 2, Fraction(11, 4), "2.7499"),
        (Fraction(11, 4), 2, Fraction(11, 4), "2.75"),
        (Fraction(27501, 10000), 2, Fraction(11, 4), "2.75"),
        (Fraction(1, 3), 2, Fraction(1, 3), "0.33"),
        (Fraction(0), 2, None, "0.00"),
        (Fraction(31, 12), 2, 3, "2.58"),
        (Fraction(26, 10), 0, Fraction(11, 4), "2.6"),
    ],
)
def test_what_the_screen_shows(value, places, beside, text):
    assert str(shown(value, places, beside)) == text


def test_the_screen_shows_two_decimals_unless_asked_otherwise():
    assert str(shown(Fraction(1, 3))) == "0.33"


def test_marks_on_competencies_need_a_rule_of_that_kind():
    with pytest.raises(RuleError, match=r"^marks on competencies need a rule of that kind$"):
        Case((), True, {"kind": "proven"}, KEYS).decide()

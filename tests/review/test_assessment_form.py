"""The form of assessors: what is filled in becomes findings, and the findings of all become an outcome."""

from fractions import Fraction

import pytest

from review.assessment_form import MARK, Filled, Form, judge
from review.marks import MarkRule, Rounding
from review.proof import Norm, NormKind, ProvenRule
from review.rules import RuleError

TYPING = Norm(NormKind.PERCENTAGE, Fraction(97))
OBJECTIONS = Norm(NormKind.COUNT, Fraction(3))
PROOF = Form({"one": ("1.1", "1.2"), "two": ("2.1",)}, ProvenRule({"1.2": TYPING, "2.1": OBJECTIONS}), 2)
SCALE = {mark: f"name {mark}" for mark in range(1, 11)}


def marks(slots: int = 1, rounding: Rounding = Rounding.HALF_UP) -> Form:
    return Form({"one": ("1.1", "1.2"), "two": ("2.1",)}, MarkRule(SCALE, 6, 0, 1, rounding), slots)


def proven(*found):
    return [Filled(f"assessor {slot}", slot, one) for slot, one in enumerate(found, 1)]


GOOD = {"1.1": True, "1.2": Fraction(97), "2.1": 3}


@pytest.mark.parametrize(
    "criterion, text, found",
    [
        ("1.1", "yes", True),
        ("1.1", "no", False),
        ("1.1", " ", None),
        ("1.2", "96,99", Fraction(9699, 100)),
        ("1.2", "100", Fraction(100)),
        ("2.1", "3", 3),
    ],
)
def test_what_is_filled_in_is_read_exactly(criterion, text, found):
    assert PROOF.read(criterion, text) == found
    assert PROOF.falls_short(criterion, found) is (found in (False, Fraction(9699, 100)))


@pytest.mark.parametrize(
    "criterion, text",
    [("1.1", "maybe"), ("1.1", "1"), ("1.2", "100,1"), ("1.2", "-1"), ("1.2", "1/3"), ("2.1", "2,5"), ("2.1", "yes")],
)
def test_what_a_criterion_cannot_be_is_refused(criterion, text):
    with pytest.raises(RuleError):
        PROOF.read(criterion, text)


@pytest.mark.parametrize("text", ["0", "11", "7,5", "goed"])
def test_a_mark_is_one_of_the_scale(text):
    assert (marks().kind("1.1"), marks().read("1.1", "5"), marks().read("1.1", "")) == (MARK, 5, None)
    assert marks().falls_short("1.1", 5) and not marks().falls_short("1.1", 6)
    with pytest.raises(RuleError):
        marks().read("1.1", text)


def test_every_competency_is_proven_when_both_say_so():
    found = judge(PROOF, proven(GOOD, GOOD))
    assert found.outcome.passed is True and found.for_third == ()
    assert [(term.key, term.counts, term.enough) for term in found.terms] == [("one", True, True), ("two", True, True)]
    assert found.to_json()["terms"][0]["criteria"][1] == {
        "number": "1.2",
        "by_slot": ["97/1", "97/1"],
        "counts": True,
    }


def test_where_they_differ_a_third_decides_and_only_when_it_matters():
    waiting = judge(PROOF, proven(GOOD, GOOD | {"2.1": 4}))
    assert waiting.outcome.passed is None and waiting.for_third == ("2.1",)
    assert [term.enough for term in waiting.terms] == [True, None]
    for third, passed in ((3, True), (4, False)):
        assert judge(PROOF, proven(GOOD, GOOD | {"2.1": 4}, {"2.1": third})).outcome.passed is passed
    lost = judge(PROOF, proven(GOOD | {"1.1": False}, GOOD | {"1.1": False, "2.1": 4}))
    assert lost.outcome.passed is False and lost.for_third == ()
    with pytest.raises(ValueError):
        judge(PROOF, proven(GOOD, GOOD, {"2.1": 3}))


def test_nothing_is_decided_while_one_has_not_judged_all():
    assert judge(PROOF, proven(GOOD)).outcome.passed is None
    assert judge(PROOF, proven(GOOD, {"1.1": True})).for_third == ()


def test_marks_of_core_tasks_and_of_the_whole_follow_the_scheme():
    found = judge(marks(), proven({"1.1": 6, "1.2": 7, "2.1": 6}))
    assert [(term.counts, term.enough) for term in found.terms] == [(7, True), (6, True)]
    assert (found.outcome.passed, found.whole) == (True, Fraction(13, 2))
    down = judge(marks(rounding=Rounding.DOWN), proven({"1.1": 5, "1.2": 6, "2.1": 10}))
    assert [term.enough for term in down.terms] == [False, True] and down.outcome.passed is False
    assert judge(marks(), proven({"1.1": 6})).outcome.passed is None


def test_marks_of_two_assessors_are_one_mark():
    found = judge(marks(2), proven({"1.1": 6, "1.2": 6, "2.1": 5}, {"1.1": 6, "1.2": 6, "2.1": 6}))
    assert found.terms[1].lines[0].counts == 6 and found.outcome.passed is True
    assert judge(marks(2), proven({"1.1": 6, "1.2": 6, "2.1": 5})).whole is None


@pytest.mark.parametrize(
    "filled",
    [
        [Filled("a", 1, GOOD), Filled("a", 2, GOOD)],
        [Filled("a", 1, GOOD), Filled("b", 1, GOOD)],
        [Filled("a", 1, GOOD | {"9.9": True})],
    ],
)
def test_what_cannot_be_is_told(filled):
    with pytest.raises(ValueError):
        judge(PROOF, filled)

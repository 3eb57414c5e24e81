"""The pass rule as data: what is read, what is refused, and the table of the practical test of A."""

import json
import tomllib
from fractions import Fraction

import pytest

from review.proof import ProvenRule
from review.rule_reading import parse
from review.rules import CompetencyRule, Condition, Outcome, RuleError

PRACTICAL_TEST_OF_A = tomllib.loads("""
kind = "terms"
[[terms]]
key = "term1"
name = "Gesprekstechnieken"
max = 20
min = 17
[[terms]]
key = "term2"
name = "Doel van de klantenservice"
max = 1
min = 1
[[terms]]
key = "term3"
name = "Wet en protocol"
max = 2
min = 2
""")

B = {"kind": "competencies", "part1": True, "competency_min": "2.25", "overall_min": "2.75", "observed_min": 3}


def points(term1, term2, term3):
    return {"term1": term1, "term2": term2, "term3": term3}


@pytest.mark.parametrize(
    ("term1", "term2", "term3", "passed"),
    [
        (17, 1, 2, True),
        (20, 1, 2, True),
        (16, 1, 2, False),
        (20, 0, 2, False),
        (20, 1, 1, False),
        (0, 0, 0, False),
    ],
)
def test_practical_test_of_a(term1, term2, term3, passed):
    outcome = parse(PRACTICAL_TEST_OF_A).judge(points(term1, term2, term3))
    assert outcome.passed is passed
    assert [reason.subject for reason in outcome.reasons] == ["term1", "term2", "term3"]
    assert [(reason.found, reason.needed) for reason in outcome.reasons] == [(term1, 17), (term2, 1), (term3, 2)]


@pytest.mark.parametrize("given", [points(21, 1, 2), points(-1, 1, 2), points(17, 2, 2), points(17, True, 2)])
def test_points_out_of_range_are_refused(given):
    with pytest.raises(RuleError, match="whole number"):
        parse(PRACTICAL_TEST_OF_A).judge(given)


def test_fractions_of_points_and_absent_or_unknown_terms_are_refused_together():
    with pytest.raises(RuleError) as refusal:
        parse(PRACTICAL_TEST_OF_A).judge({"term1": 17.5, "term2": 1, "term4": 2})
    assert len(refusal.value.problems) == 3


def test_a_competency_rule_is_read_exactly():
    assert parse(B) == CompetencyRule(True, Fraction(9, 4), Fraction(11, 4), 3)
    edges = {"part1": False, "competency_min": 1, "overall_min": "5.0", "observed_min": 1}
    assert parse({**B, **edges}) == CompetencyRule(False, Fraction(1), Fraction(5), 1)


@pytest.mark.parametrize(
    "change",
    [
        {"competency_min": 2.25},
        {"competency_min": "2,25"},
        {"competency_min": "1e0"},
        {"competency_min": "9/4"},
        {"overall_min": "5.01"},
        {"overall_min": "0.99"},
        {"observed_min": 0},
        {"observed_min": True},
        {"observed_min": "3"},
        {"part1": "yes"},
        {"part1_weight": "1"},
        {"part1_weight": "0.0"},
        {"overal_min": "3"},
        {"kind": "average"},
        {"kind": None},
    ],
)
def test_bad_data_is_refused(change):
    with pytest.raises(RuleError):
        parse({**B, **change})


def test_every_problem_is_named_at_once():
    with pytest.raises(RuleError) as refusal:
        parse({"kind": "competencies", "competency_min": 2.5, "extra": 1})
    assert len(refusal.value.problems) == 5


@pytest.mark.parametrize(
    "terms",
    [
        None,
        [],
        ["term1"],
        [{"key": "a", "name": "A", "max": 2, "min": 3}],
        [{"key": "a", "name": "A", "max": 2, "min": -1}],
        [{"key": "a", "name": "A", "max": "2", "min": 1}],
        [{"key": "a", "name": "A", "max": 0, "min": 0}],
        [{"key": "", "name": "A", "max": 2, "min": 1}],
        [{"key": "a", "max": 2, "min": 1}],
        [{"key": "a", "name": "A", "max": 2, "min": 1}] * 2,
        [{"key": "a", "name": "A", "max": 2, "min": 1, "mni": 2}],
    ],
)
def test_bad_terms_are_refused(terms):
    with pytest.raises(RuleError):
        parse({"kind": "terms", "terms": terms})


def test_every_competency_must_be_proven():
    rule = parse({"kind": "proven"})
    assert rule == ProvenRule()
    assert rule.judge({"a": True, "b": True}).passed is True
    assert rule.judge({"a": True, "b": None}).passed is None
    failed = rule.judge({"a": False, "b": None, "c": True})
    assert (failed.passed, [reason.met for reason in failed.reasons]) == (False, [False, False, True])
    with pytest.raises(RuleError):
        rule.judge({})


def test_the_weight_of_part_1():
    rule = parse({**B, "part1_weight": "0.25"})
    means = {"a": Fraction(5, 2), "b": Fraction(5, 2)}
    seen = {"a": 3, "b": 3}
    assert rule.overall(means, Fraction(4)) == Fraction(23, 8)
    assert rule.judge(means, seen, True, Fraction(4)).passed is True
    assert rule.judge(means, seen, True, Fraction(3)).passed is False
    assert rule.judge(means, seen, False, Fraction(4)).passed is False
    with pytest.raises(RuleError):
        rule.overall(means)
    with pytest.raises(RuleError):
        rule.overall(means, Fraction(6))
    with pytest.raises(RuleError):
        parse(B).overall(means, Fraction(4))


def test_an_outcome_survives_json():
    outcomes = [
        parse(B).judge({"a": Fraction(7, 3), "b": None}, {"a": 3, "b": 0}, True),
        parse(B).judge({"a": Fraction(3)}, {"a": 3}, False),
        parse(PRACTICAL_TEST_OF_A).judge(points(17, 1, 2)),
    ]
    for outcome in outcomes:
        again = Outcome.from_json(json.loads(json.dumps(outcome.to_json())))
        assert again == outcome
        assert [type(reason.found) for reason in again.reasons] == [type(reason.found) for reason in outcome.reasons]


def test_every_condition_is_a_reason_met_or_not():
    outcome = parse(B).judge({"a": Fraction(9, 4), "b": Fraction(3)}, {"a": 4, "b": 3}, True)
    assert outcome.passed is False
    assert [(reason.rule, reason.subject, reason.met) for reason in outcome.reasons] == [
        (Condition.PART1_SUFFICIENT, "part1", True),
        (Condition.OBSERVED_MIN, "a", True),
        (Condition.COMPETENCY_MIN, "a", True),
        (Condition.OBSERVED_MIN, "b", True),
        (Condition.COMPETENCY_MIN, "b", True),
        (Condition.OVERALL_MIN, "overall", False),
    ]

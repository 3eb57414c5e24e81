"""Every competency is proven or it is not: norms in numbers, two assessors apart, a third where they differ."""

import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scenarios
from review.proof import SHOWN, Finding, Norm, NormKind, ProvenRule, decide, per_cent
from review.rule_reading import parse
from review.rules import RuleError
from scenarios import scheme

CONTENT = scheme.parse((Path(scenarios.__file__).parent / "ervaringsbewijs_callcenter" / "scheme.toml").read_bytes())
RULE = parse(CONTENT.pass_rule)
COMPETENCIES = {term.key: tuple(one.number for one in term.criteria) for term in CONTENT.end_terms}
CRITERIA = [number for numbers in COMPETENCIES.values() for number in numbers]
TYPING, COUNTERS = "2.5", "3.3"
GOOD = dict.fromkeys(CRITERIA, True) | {TYPING: Fraction(98), COUNTERS: 1}


def findings(slot, **change):
    """Everything met by one assessor, but for these criteria (c1_1 is criterion 1.1)."""
    found = GOOD | {name[1:].replace("_", "."): value for name, value in change.items()}
    return [Finding(f"assessor {slot}", slot, criterion, value) for criterion, value in found.items()]


def outcome(*listed):
    return decide([one for part in listed for one in part], COMPETENCIES, RULE)


def test_the_scheme_has_three_competencies_with_nineteen_criteria_and_two_norms_in_numbers():
    assert [len(numbers) for numbers in COMPETENCIES.values()] == [4, 7, 8]
    assert RULE.norms == {
        TYPING: Norm(NormKind.PERCENTAGE, Fraction(97)),
        COUNTERS: Norm(NormKind.COUNT, Fraction(3)),
    }
    texts = {one.number: one.text for term in CONTENT.end_terms for one in term.criteria}
    assert "97 procent" in texts[TYPING] and "tegenwerpingen" in texts[COUNTERS]
    assert RULE.norm("1.1") == SHOWN


@pytest.mark.parametrize(
    "right, total, met",
    [(97, 100, True), (96, 100, False), (9699, 10000, False), (9700, 10000, True), (291, 300, True), (1, 1, True)],
)
def test_typing_is_never_rounded_up_to_the_norm(right, total, met):
    assert RULE.norm(TYPING).met(per_cent(right, total)) is met


@pytest.mark.parametrize("count, met", [(0, True), (3, True), (4, False)])
def test_at_most_three_counter_arguments(count, met):
    assert RULE.norm(COUNTERS).met(count) is met


@pytest.mark.parametrize("right, total", [(1, 0), (0, 0), (2, 1), (-1, 5)])
def test_a_percentage_that_cannot_be_is_refused(right, total):
    with pytest.raises(ValueError, match="right of"):
        per_cent(right, total)


@pytest.mark.parametrize(
    "criterion, found",
    [
        ("1.1", 1),
        ("1.1", Fraction(97)),
        (TYPING, True),
        (TYPING, Fraction(101)),
        (TYPING, -1),
        (TYPING, "97"),
        (COUNTERS, False),
        (COUNTERS, Fraction(5, 2)),
        (COUNTERS, -1),
    ],
)
def test_a_finding_of_another_kind_than_its_norm_is_refused(criterion, found):
    with pytest.raises(RuleError):
        decide([Finding("a", 1, criterion, found)], COMPETENCIES, RULE)


def test_all_proven_by_both_passes():
    found = outcome(findings(1), findings(2, c2_5=Fraction(97), c3_3=3))
    assert found.outcome.passed is True
    assert found.for_third == ()
    assert not any(one.disputed for results in found.criteria.values() for one in results)


@pytest.mark.parametrize("change", [{"c1_4": False}, {"c2_5": Fraction(96)}, {"c3_3": 4}])
def test_one_criterion_that_both_miss_fails_the_whole_and_nothing_makes_up_for_it(change):
    found = outcome(findings(1, **change), findings(2, **change))
    assert found.outcome.passed is False
    assert [reason.met for reason in found.outcome.reasons].count(False) == 1


def test_both_numbers_on_one_side_of_the_norm_are_no_difference():
    found = outcome(findings(1, c2_5=Fraction(99)), findings(2, c2_5=Fraction(97)))
    assert found.outcome.passed is True


@pytest.mark.parametrize("third, passed", [(True, True), (False, False), (None, None)])
def test_where_two_differ_a_third_decides_that_criterion(third, passed):
    two = [*findings(1), *findings(2, c3_5=False)]
    assert decide(two, COMPETENCIES, RULE).for_third == ("3.5",)
    assert decide(two, COMPETENCIES, RULE).outcome.passed is None
    found = decide([*two, Finding("assessor 3", 3, "3.5", third)], COMPETENCIES, RULE)
    assert found.outcome.passed is passed
    (one,) = [one for one in found.criteria["communication"] if one.disputed]
    assert one.by_slot == (True, False, third)


def test_a_difference_is_open_but_what_both_missed_already_fails():
    found = outcome(findings(1, c1_1=False), findings(2, c1_1=False, c3_5=False))
    assert found.outcome.passed is False
    assert found.for_third == ("3.5",)


def test_what_one_of_two_has_not_judged_is_open_and_no_difference():
    half = [one for one in findings(2) if one.criterion != "1.1"]
    for second in (half, findings(2, c1_1=None), []):
        found = outcome(findings(1, c1_1=False), second)
        assert (found.outcome.passed, found.for_third) == (None, ())


@pytest.mark.parametrize(
    "extra, match",
    [
        ([Finding("assessor 1", 1, "9.9", True)], "unknown criterion"),
        ([Finding("assessor 1", 1, "1.1", True)], "two findings"),
        ([Finding("assessor 4", 4, "1.1", True)], "no slot"),
        ([Finding("assessor 0", 0, "1.1", True)], "no slot"),
        ([Finding("assessor 3", 3, "1.1", True)], "nobody asked"),
        ([Finding("assessor 1", 3, "3.5", True)], "one assessor"),
    ],
)
def test_what_cannot_be_is_refused(extra, match):
    with pytest.raises(ValueError, match=match):
        outcome(findings(1), findings(2, c3_5=False), extra)


def test_two_assessors_cannot_share_a_slot():
    with pytest.raises(ValueError, match="one assessor"):
        outcome([Finding("a", 1, "1.1", True), Finding("b", 1, "1.2", True)])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_order_does_not_matter_and_the_outcome_is_that_of_every_criterion(data):
    judged = st.sampled_from([True, False, None])
    own = {slot: {key: data.draw(judged) for key in ("1.1", "1.2", "3.5")} for slot in (1, 2)}
    every = [
        *findings(1, **{f"c{key.replace('.', '_')}": value for key, value in own[1].items()}),
        *findings(2, **{f"c{key.replace('.', '_')}": value for key, value in own[2].items()}),
    ]
    found = decide(every, COMPETENCIES, RULE)
    assert decide(data.draw(st.permutations(every)), COMPETENCIES, RULE) == found
    pairs = [(own[1][key], own[2][key]) for key in own[1]]
    if (False, False) in pairs:
        assert found.outcome.passed is False
    else:
        assert found.outcome.passed is (True if all(pair == (True, True) for pair in pairs) else None)


def test_a_finding_is_kept_as_it_was_given():
    for value in (True, False, None, 3, Fraction(291, 3), Fraction(193, 2)):
        one = Finding("a", 1, "1.1", value, "Omdat.")
        again = Finding.from_json(json.loads(json.dumps(one.to_json())))
        assert (again, type(again.found)) == (one, type(value))


NORMS = [{"criterion": "a", "kind": "percentage", "at_least": "97"}, {"criterion": "b", "kind": "count", "at_most": 3}]


def test_norms_are_read_exactly():
    assert parse({"kind": "proven", "norms": NORMS}).norms["a"].limit == 97
    assert parse({"kind": "proven", "norms": [NORMS[0] | {"at_least": "97.5"}]}).norms["a"].limit == Fraction(195, 2)
    assert parse({"kind": "proven"}) == ProvenRule()


@pytest.mark.parametrize(
    "norms",
    [
        "97",
        [97],
        [NORMS[0] | {"at_least": 97.0}],
        [NORMS[0] | {"at_least": "101"}],
        [NORMS[0] | {"at_most": 3}],
        [NORMS[1] | {"at_most": "3"}],
        [NORMS[1] | {"at_most": -1}],
        [NORMS[1] | {"at_most": True}],
        [NORMS[0] | {"kind": "behaviour"}],
        [NORMS[0] | {"criterion": 2.5}],
        [NORMS[0] | {"criterion": ""}],
        [NORMS[0], NORMS[0]],
        [{"criterion": "a"}],
    ],
)
def test_bad_norms_are_refused(norms):
    with pytest.raises(RuleError):
        parse({"kind": "proven", "norms": norms})


def test_every_fault_of_every_norm_is_told_at_once():
    with pytest.raises(RuleError) as refused:
        parse(
            {"kind": "proven", "norms": [{"kind": "count", "at_most": -1}, 5, NORMS[0] | {"at_least": "x"}], "more": 1}
        )
    assert len(refused.value.problems) == 5

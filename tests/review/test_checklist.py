"""The practical test by checklist: the table of its rule over the very points of the scheme, and what signing needs."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scenarios
from review.checklist import (
    Conversation,
    Form,
    Gap,
    Lack,
    Missed,
    PointMark,
    Sheet,
    Total,
    judge,
    lacks,
    totals,
)
from review.rule_reading import parse
from review.rules import RuleError, TermRule
from scenarios import scheme

CONTENT = scheme.parse((Path(scenarios.__file__).parent / "praktijktoets_a" / "scheme.toml").read_bytes())
RULES = CONTENT.checklist
FORM = Form(
    {point.key: point.term for point in RULES.points},
    frozenset(point.key for point in RULES.points if point.may_be_asked),
    parse(CONTENT.pass_rule),
    RULES.minimum_conversations,
    frozenset(RULES.channels),
    frozenset(RULES.ways),
)
NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
TELEPHONE = Conversation("telephone", RULES.ways[0], NINE, NINE + timedelta(minutes=9))
GIVEN, MISSED = PointMark(True), PointMark(False, "Niet gezien.")


def marked(*numbers):
    """Marks with so many points given in each term, the rest missed with a reason."""
    found = {}
    for term, number in zip(FORM.rule.terms, numbers, strict=True):
        keys = [key for key, owner in FORM.points.items() if owner == term.key]
        found |= dict.fromkeys(keys, MISSED) | dict.fromkeys(islice(keys, number), GIVEN)
    return found


def sheet(marks, *conversations, told=NINE - timedelta(days=7)):
    return Sheet(marks, {str(number): one for number, one in enumerate(conversations)}, told)


WHOLE = sheet(marked(20, 1, 2), TELEPHONE, TELEPHONE, TELEPHONE)


@pytest.mark.parametrize(
    "numbers, passed, short",
    [
        ((17, 1, 2), True, []),
        ((16, 1, 2), False, ["term_1"]),
        ((20, 0, 2), False, ["term_2"]),
        ((20, 1, 1), False, ["term_3"]),
        ((20, 1, 2), True, []),
        ((20, 1, 0), False, ["term_3"]),
        ((16, 0, 1), False, ["term_1", "term_2", "term_3"]),
        ((0, 0, 0), False, ["term_1", "term_2", "term_3"]),
    ],
)
def test_the_table_of_the_practical_test(numbers, passed, short):
    found = judge(FORM, marked(*numbers))
    assert found.outcome.passed is passed
    assert [one.subject for one in found.outcome.reasons if not one.met] == short
    assert tuple(one.given for one in found.totals) == numbers
    assert len(found.missed) == 23 - sum(numbers)
    assert all(one.reason for one in found.missed)


def test_twenty_two_points_can_fail_and_twenty_can_pass():
    assert [judge(FORM, marked(*numbers)).outcome.passed for numbers in ((20, 1, 1), (17, 1, 2))] == [False, True]


def test_each_missed_point_is_told_with_its_reason_in_the_order_of_the_form():
    keys = list(FORM.points)
    marks = marked(20, 1, 2) | {
        keys[22]: PointMark(False, "Wist het niet.", asked=True),
        keys[3]: PointMark(False, "Vroeg niets."),
    }
    assert judge(FORM, marks).missed == (
        Missed(keys[3], "term_1", "Vroeg niets.", False),
        Missed(keys[22], "term_3", "Wist het niet.", True),
    )


@settings(deadline=None)
@given(st.lists(st.sampled_from([None, True, False]), min_size=23, max_size=23))
def test_a_term_out_of_reach_is_one_that_no_way_of_going_on_can_pass(given):
    marks = {key: PointMark(one, "x") for key, one in zip(FORM.points, given, strict=True)}
    best = {key: GIVEN if one.given is None else one for key, one in marks.items()}
    worst = {key: MISSED if one.given is None else one for key, one in marks.items()}
    short = {one.subject for one in judge(FORM, best).outcome.reasons if not one.met}
    found = totals(FORM, marks)
    assert {one.term for one in found if one.out_of_reach} == short
    assert [one.given for one in found] == [one.given for one in totals(FORM, worst)]
    assert all(one.given <= one.most <= one.max for one in found)


def test_what_is_critical_follows_from_the_rule():
    assert totals(FORM, {}) == (
        Total("term_1", 0, 20, 17, 20, False),
        Total("term_2", 0, 1, 1, 1, True),
        Total("term_3", 0, 2, 2, 2, True),
    )


@pytest.mark.parametrize("change", [{"stays_calm": PointMark()}, {"unheard_of": GIVEN}])
def test_only_a_whole_checklist_is_judged(change):
    with pytest.raises(RuleError):
        judge(FORM, marked(20, 1, 2) | change)
    with pytest.raises(RuleError) as refused:
        judge(FORM, {})
    assert len(refused.value.problems) == 23


def test_a_whole_sheet_may_be_signed_pass_or_fail():
    assert lacks(FORM, WHOLE, NINE) == ()
    assert lacks(FORM, sheet(marked(0, 0, 0), *[TELEPHONE] * 4), NINE) == ()


@pytest.mark.parametrize(
    "told, expected",
    [
        (None, (Lack(Gap.NOT_TOLD),)),
        (NINE, (Lack(Gap.TOLD_TOO_LATE),)),
        (NINE + timedelta(days=1), (Lack(Gap.TOLD_TOO_LATE),)),
        (NINE - timedelta(microseconds=1), ()),
    ],
)
def test_the_candidate_knows_of_it_beforehand(told, expected):
    assert lacks(FORM, sheet(WHOLE.marks, *[TELEPHONE] * 3, told=told), NINE) == expected


def partial(**change):
    values = {"channel": "telephone", "way": RULES.ways[0], "began_at": NINE, "ended_at": NINE + timedelta(minutes=1)}
    return Conversation(**values | change)


@pytest.mark.parametrize(
    "one",
    [
        partial(ended_at=None),
        partial(began_at=None),
        partial(ended_at=NINE),
        partial(ended_at=NINE - timedelta(minutes=1)),
        partial(channel="fax"),
        partial(channel=""),
        partial(way="door het raam"),
    ],
)
def test_only_whole_conversations_count(one):
    short = sheet(WHOLE.marks, TELEPHONE, one, TELEPHONE)
    assert lacks(FORM, short, NINE) == (Lack(Gap.TOO_FEW, needed=3), Lack(Gap.CONVERSATION, ("1",)))
    beside = sheet(WHOLE.marks, TELEPHONE, TELEPHONE, TELEPHONE, one)
    assert lacks(FORM, beside, NINE) == (Lack(Gap.CONVERSATION, ("3",)),)


def test_a_term_may_be_shown_by_mail_and_chat_too():
    three = [partial(channel=channel) for channel in ("telephone", "email", "chat")]
    assert lacks(FORM, sheet(WHOLE.marks, *three), NINE) == ()


@pytest.mark.parametrize(
    "change, expected",
    [
        ({"asks_on": PointMark()}, Lack(Gap.NOT_JUDGED, ("asks_on",))),
        ({"asks_on": PointMark(False, " \n")}, Lack(Gap.NO_REASON, ("asks_on",))),
        ({"asks_on": PointMark(True, asked=True)}, Lack(Gap.NOT_ASKABLE, ("asks_on",))),
        ({"unheard_of": GIVEN}, Lack(Gap.UNKNOWN, ("unheard_of",))),
    ],
)
def test_what_a_point_lacks_is_named(change, expected):
    assert lacks(FORM, sheet(WHOLE.marks | change, *[TELEPHONE] * 3), NINE) == (expected,)


def test_the_law_may_be_asked_about_when_it_did_not_occur():
    asked = {key: PointMark(True, asked=True) for key in ("privacy", "do_not_call")}
    assert lacks(FORM, sheet(WHOLE.marks | asked, *[TELEPHONE] * 3), NINE) == ()
    assert judge(FORM, WHOLE.marks | asked).outcome.passed


def test_everything_that_lacks_is_told_at_once():
    found = lacks(FORM, Sheet({}, {}, None), NINE)
    assert [one.gap for one in found] == [Gap.NOT_TOLD, Gap.TOO_FEW, Gap.NOT_JUDGED]
    assert len(found[2].subjects) == 23


def test_a_form_holds_the_points_that_the_rule_counts():
    values = (frozenset(), FORM.rule, 3, FORM.channels, FORM.ways)
    with pytest.raises(RuleError) as refused:
        Form({"a": "term_1", "b": "term_9"}, *values)
    assert len(refused.value.problems) == 4
    with pytest.raises(RuleError, match="may be asked"):
        Form(FORM.points, frozenset({"unheard_of"}), *values[1:])
    assert isinstance(FORM.rule, TermRule)


def test_a_mark_is_kept_as_it_was_given():
    mark = PointMark(False, "Niet gezien.", asked=True)
    assert PointMark(**mark.to_json()) == mark

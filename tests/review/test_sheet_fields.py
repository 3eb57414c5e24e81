"""A checklist read from its fields: what stands in them, what is in conflict, and what no page writes."""

from datetime import UTC, datetime

import pytest

from review.checklist import Conversation, Form, PointMark
from review.rules import Term, TermRule
from review.sheet_fields import check, conversation_ids, sheet
from review.two_devices import fields, merged, written

RULE = TermRule((Term("one", "Een", 2, 2),))
FORM = Form({"a": "one", "b": "one"}, frozenset("b"), RULE, 1, frozenset({"chat"}), frozenset({"naast"}))
TOLD = datetime(2026, 3, 1, tzinfo=UTC)
KEY = "0" * 36


def at(clock):
    hours, minutes = map(int, clock.split(":"))
    return datetime(2026, 3, 2, hours, minutes, tzinfo=UTC)


def read(*values, more=()):
    log = merged([written(str(number), field, value) for number, (field, value) in enumerate(values)], more)
    return sheet(FORM, fields(log), at, TOLD)


def test_nothing_is_written_yet():
    found = read()
    assert found.marks == {"a": PointMark(), "b": PointMark()}
    assert (found.conversations, found.told_at) == ({}, None)


def test_every_field_has_its_place():
    whole = {"channel": "chat", "way": "naast", "began": "10:00", "ended": "10:12", "remark": "Rustig."}
    found = read(
        ("told", True),
        ("point/a/given", True),
        ("point/b/given", False),
        ("point/b/reason", "Niet gevraagd."),
        ("point/b/asked", True),
        *((f"conversation/{KEY}/{part}", value) for part, value in whole.items()),
    )
    assert found.marks == {"a": PointMark(True), "b": PointMark(False, "Niet gevraagd.", True)}
    assert found.conversations == {KEY: Conversation("chat", "naast", at("10:00"), at("10:12"), "Rustig.")}
    assert found.told_at == TOLD


def test_a_reason_of_a_point_that_is_given_after_all_is_none():
    assert read(("point/a/reason", "Zag ik niet."), ("point/a/given", True)).marks["a"] == PointMark(True)


def test_what_is_in_conflict_is_not_there():
    other = [written("other", "point/a/given", False), written("other2", "told", False)]
    found = read(("point/a/given", True), ("told", True), more=other)
    assert (found.marks["a"], found.told_at) == (PointMark(), None)


def test_a_conversation_that_was_removed_is_gone_and_known():
    values = ((f"conversation/{KEY}/channel", "chat"), (f"conversation/{KEY}/removed", True))
    assert read(*values).conversations == {}
    log = merged([written(str(number), *value) for number, value in enumerate(values)])
    assert conversation_ids(fields(log)) == [KEY]


@pytest.mark.parametrize(
    "field, value",
    [
        ("told", True),
        ("point/a/given", False),
        ("point/a/reason", ""),
        ("point/a/asked", False),
        ("point/b/asked", True),
        (f"conversation/{KEY}/began", ""),
        (f"conversation/{KEY}/ended", "23:59"),
        (f"conversation/{KEY}/channel", "chat"),
    ],
)
def test_what_a_page_writes(field, value):
    check(FORM, field, value)


@pytest.mark.parametrize(
    "field, value",
    [
        ("told", None),
        ("told", 1),
        ("point/a/given", None),
        ("point/a/asked", True),
        ("point/c/given", True),
        ("point/a/reason", "\0"),
        ("point/a/reason", "x" * 2001),
        (f"conversation/{KEY}/began", "24:00"),
        (f"conversation/{KEY}/channel", ["chat"]),
        (f"conversation/{KEY}/channel", ""),
        (f"conversation/{KEY}/way", "ver weg"),
        (f"conversation/{KEY}/removed", "ja"),
        ("conversation/7/began", "10:00"),
        ("told/more", True),
    ],
)
def test_what_no_page_writes(field, value):
    with pytest.raises(ValueError, match=r"^"):
        check(FORM, field, value)

"""JSON from outside: whatever no program of ours would send is malformed, and nothing else happens."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.base import json_values
from storage.base.json_values import Malformed, flat, listing, loads, mapping, number, text, whole, yes_no

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(), one, max_size=3),
    max_leaves=8,
)
BAD = {
    mapping: [None, [], "a", 3],
    flat: [None, [], {"a": []}, {"a": 1, "b": {}}],
    whole: [None, True, 1.0, "1", []],
    number: [None, True, "1", -1, -0.001, 1e15, 10**400, math.nan, math.inf, []],
    yes_no: [None, 0, 1, "true", []],
}


@pytest.mark.parametrize("check, value", [(check, value) for check, values in BAD.items() for value in values])
def test_another_kind_than_was_meant_is_malformed(check, value):
    with pytest.raises(Malformed):
        check(value)


def test_what_was_meant_comes_through_as_it_is():
    assert mapping({"a": []}) == {"a": []}
    assert flat({"a": 1, "b": None}) == {"a": 1, "b": None}
    assert (whole(-3), number(0), number(2.5), yes_no(False)) == (-3, 0, 2.5, False)
    assert number(9.9, below=10) == 9.9
    with pytest.raises(Malformed):
        number(10, below=10)


def test_lists_and_texts_have_an_end():
    assert listing([1, 2], most=2) == [1, 2]
    assert text(" vijf ", longest=6) == "vijf"
    for check in (lambda: listing([1, 2], most=1), lambda: listing((), most=1), lambda: text("vijf", longest=3)):
        with pytest.raises(Malformed):
            check()
    for value in (None, 5, "a\0b", ["a"]):
        with pytest.raises(Malformed):
            text(value, longest=100)


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"NaN", b'{"a": Infinity}', b"[1e999]", b"\xff\xfe\x00", b"[" * 100_000, b"9" * 5000],
    ids=["nothing", "half", "nan", "infinity", "too big", "no text", "too deep", "too long"],
)
def test_what_cannot_be_read_is_malformed(data):
    with pytest.raises(Malformed):
        loads(data)


@given(ANY)
def test_a_check_answers_or_says_malformed_and_the_message_holds_nothing_of_the_value(value):
    for check in (*BAD, lambda one: listing(one, 2), lambda one: text(one, 3)):
        try:
            check(value)
        except Malformed as error:
            assert not (isinstance(value, str) and len(value) > 8 and value in str(error))


@given(ANY)
def test_what_any_program_writes_is_read_back(value):
    try:
        written = json.dumps(value, allow_nan=False)
    except ValueError:
        return
    assert json_values.loads(written.encode()) == value

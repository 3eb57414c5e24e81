"""Two devices write without network and send later: no entry lost or double, and a conflict is shown, never decided."""

import json
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.two_devices import Entry, Impossible, conflicts, fields, merged, seen, unsigned, written

FIELDS, VALUES, DEVICES = ("point.leads", "point.privacy", "remark"), (True, False, "later"), 3


class Device:
    """A tablet that keeps entries and can be given those of another."""

    def __init__(self, name):
        self.name, self.log, self.count = name, {}, 0

    def write(self, field, value):
        self.count += 1
        here = fields(self.log).get(field)
        entry = written(f"{self.name}-{self.count}", field, value, here.sight if here else (), self.name)
        self.log = merged(self.log.values(), [entry])
        return entry

    def receive(self, entries):
        self.log = merged(self.log.values(), entries)

    def values(self):
        return {name: field.value for name, field in fields(self.log).items()}


STEPS = st.lists(
    st.one_of(
        st.tuples(st.integers(0, DEVICES - 1), st.sampled_from(FIELDS), st.sampled_from(VALUES)),
        st.tuples(st.integers(0, DEVICES - 1), st.integers(0, DEVICES - 1)),
    ),
    max_size=25,
)


def devices(steps):
    """Devices that wrote and now and then heard of each other, as the steps say."""
    them = [Device(name) for name in "abc"]
    for step in steps:
        if len(step) == 3:
            them[step[0]].write(step[1], step[2])
        else:
            them[step[0]].receive(them[step[1]].log.values())
    return them


@settings(max_examples=100, deadline=None)
@given(STEPS)
def test_order_and_repetition_do_not_matter_and_nothing_is_lost(steps):
    logs = [one.log for one in devices(steps)]
    every = {key for log in logs for key in log}
    results = [merged(*(log.values() for log in order)) for order in permutations(logs)]
    assert all(set(one) == every for one in results)
    assert all(fields(one) == fields(results[0]) for one in results)
    one, other, third = (log.values() for log in logs)
    nested = merged(one, merged(other, third).values(), one, other)
    assert fields(nested) == fields(results[0])


@settings(max_examples=100, deadline=None)
@given(STEPS)
def test_a_field_stands_as_the_entries_that_nobody_who_saw_them_wrote_over(steps):
    log = merged(*(one.log.values() for one in devices(steps)))
    replaced = {other for entry in log.values() for other in entry.replaces}
    for name, field in fields(log).items():
        assert field.standing
        assert set(field.standing) == {one for one in log.values() if one.field == name and one.id not in replaced}
    assert {name for name, field in fields(log).items() if len({one.value for one in field.standing}) > 1} == set(
        conflicts(log)
    )


@settings(max_examples=100, deadline=None)
@given(STEPS, st.sampled_from(VALUES))
def test_whoever_sees_all_settles_all_and_it_stays_settled(steps, value):
    them = devices(steps)
    office = Device("z")
    for one in them:
        office.receive(one.log.values())
    for name in list(conflicts(office.log)):
        office.write(name, value)
    assert conflicts(office.log) == {}
    before = office.values()
    for one in them:
        office.receive(one.log.values())
        one.receive(office.log.values())
        assert one.values() == before
    assert office.values() == before


@settings(max_examples=50, deadline=None)
@given(STEPS)
def test_one_device_alone_has_no_conflict_and_holds_what_it_wrote_last(steps):
    alone, last = Device("a"), {}
    for step in steps:
        if len(step) == 3:
            alone.write(step[1], step[2])
            last[step[1]] = step[2]
    assert conflicts(alone.log) == {}
    assert alone.values() == last


def test_two_tablets_without_network_show_both_values():
    one, other = Device("a"), Device("b")
    one.receive([other.write("point.leads", None)])
    mine, theirs = one.write("point.leads", True), other.write("point.leads", False)
    log = merged(one.log.values(), other.log.values())
    assert conflicts(log)["point.leads"].standing == (mine, theirs)
    with pytest.raises(LookupError):
        _ = fields(log)["point.leads"].value


def test_the_same_said_twice_is_no_conflict_and_true_is_not_one():
    assert conflicts(merged([written("1", "f", True)], [written("2", "f", True)])) == {}
    assert conflicts(merged([written("1", "f", {"a": 1, "b": 2})], [written("2", "f", {"b": 2, "a": 1})])) == {}
    assert set(conflicts(merged([written("1", "f", True)], [written("2", "f", 1)]))) == {"f"}


def test_a_replacement_that_arrives_before_what_it_replaces_still_replaces_it():
    first, second = written("1", "f", "old"), written("2", "f", "new", ["1"])
    log = merged([second])
    assert fields(log)["f"].value == "new"
    assert fields(merged(log.values(), [first]))["f"].value == "new"


def test_what_is_settled_by_one_is_in_conflict_again_with_what_another_wrote_meanwhile():
    one, other = written("1", "f", "a"), written("2", "f", "b")
    settled, late = written("3", "f", "a", ["1", "2"]), written("4", "f", "c", ["2"])
    log = merged([one, other, settled, late])
    assert {entry.id for entry in conflicts(log)["f"].standing} == {"3", "4"}


@pytest.mark.parametrize(
    "entries",
    [
        [written("1", "f", "a"), written("1", "f", "b")],
        [written("1", "f", "a"), written("1", "g", "a")],
        [written("1", "f", "a"), written("1", "f", "a", device="b")],
        [written("1", "f", "a"), written("2", "g", "a", ["1"])],
        [written("1", "f", "a", ["1"])],
    ],
)
def test_what_no_device_can_have_written_is_refused(entries):
    with pytest.raises(Impossible):
        merged(entries)
    with pytest.raises(Impossible):
        merged(entries[::-1])


def test_a_circle_hides_nothing():
    log = merged([written("1", "f", "a", ["2"]), written("2", "f", "b", ["1"])])
    assert {entry.id for entry in conflicts(log)["f"].standing} == {"1", "2"}


def test_what_came_in_after_the_signature_is_told_and_changes_nothing_that_was_signed():
    tablet, telephone = Device("a"), Device("b")
    tablet.write("point.leads", True)
    telephone.receive(tablet.log.values())
    tablet.write("remark", "Goed gesprek.")
    signed = seen(tablet.log)
    assert unsigned(tablet.log, signed) == {}
    telephone.write("point.leads", False)
    log = merged(tablet.log.values(), telephone.log.values())
    assert list(unsigned(log, signed)) == ["point.leads"]
    assert unsigned(log, seen(log)) == {}
    only = merged([written("1", "f", "a")])
    assert unsigned(only, seen(only)) == {}, "a log of one field, all of it signed"


def test_an_entry_survives_json_and_what_json_cannot_hold_is_refused():
    entry = written("1", "f", {"text": "één", "given": None}, ["0"], "tablet")
    again = Entry.from_json(json.loads(json.dumps(entry.to_json())))
    assert again == entry
    assert entry.value == '{"given": null, "text": "één"}', "one spelling, and the letters as they were typed"
    with pytest.raises(ValueError, match="JSON"):
        written("1", "f", float("nan"))

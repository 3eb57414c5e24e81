"""A sitting has its place on a recorder before it begins, and finds another one when that is lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from support import cast
from support.cast import NOW

from storage.base.database import session_scope
from storage.base.refusal import Refused
from storage.exam import reservations
from storage.exam.recorder_nodes import beat, last_beat, node_called
from storage.exam.recordings import Rule, begin_take
from storage.exam.sittings import Sitting


def node(session, name: str = "one", capacity: int = 1, draining: bool = False, now=NOW):
    found = beat(session, name, f"https://{name}.example/recorder", capacity, 0, draining, now)
    session.flush()
    return found


@pytest.fixture
def two(session, people) -> tuple[Sitting, Sitting]:
    pack = cast.pack(session)
    return tuple(cast.sitting(session, people, NOW, who, pack) for who in (people.candidate, people.second_candidate))


def refused(rule: Rule, act, *arguments) -> None:
    with pytest.raises(Refused) as caught:
        act(*arguments)
    assert caught.value.rule is rule


def test_a_recorder_is_full_by_the_sittings_that_run_though_nobody_speaks_now(session, two):
    first, second = two
    refused(Rule.ALL_TAKEN, reservations.reserve, session, first, NOW)
    one = node(session)
    assert reservations.reserve(session, first, NOW) is reservations.reserve(session, first, NOW) is one
    assert [(load.sittings, load.free) for load in reservations.loads(session, NOW)] == [(1, 0)]
    refused(Rule.ALL_TAKEN, reservations.reserve, session, second, NOW)
    reservations.release(session, first, NOW)
    assert reservations.reserve(session, second, NOW) is one


def test_the_emptiest_recorder_is_taken_and_a_place_lapses(session, two):
    first, second = two
    one, other = node(session, "one", 2), node(session, "two", 2)
    assert {reservations.reserve(session, first, NOW), reservations.reserve(session, second, NOW)} == {one, other}
    later = NOW + reservations.KEPT
    assert [load.sittings for load in reservations.loads(session, later)] == [0, 0]


def test_a_sitting_that_runs_is_let_in_beyond_the_capacity_and_away_from_a_draining_recorder(session, two):
    first, second = two
    one = node(session)
    reservations.reserve(session, first, NOW)
    assert reservations.renew(session, second, NOW) is one
    node(session, draining=True)
    refused(Rule.NO_RECORDER, reservations.renew, session, first, NOW)
    other = node(session, "two")
    assert reservations.renew(session, first, NOW) is other
    other.drain()
    refused(Rule.NO_RECORDER, reservations.renew, session, first, NOW)


def test_a_take_moves_only_from_a_recorder_that_fell_silent_or_ends(session, two):
    sitting = cast.begin(two[0])
    answer = sitting.answers[0]
    answer.play(NOW)
    answer.prepare(NOW)
    one = node(session)
    other = node(session, "two", now=NOW + timedelta(seconds=12))
    recording, _ = begin_take(session, answer, one, NOW)
    assert reservations.move(session, recording, NOW + timedelta(seconds=11)) is one
    assert reservations.move(session, recording, NOW + timedelta(seconds=12)) is recording.node is other
    node(session, now=NOW + timedelta(seconds=12))
    last_beat(session, "two", NOW + timedelta(seconds=13))
    assert reservations.move(session, recording, NOW + timedelta(seconds=13)) is one


def test_what_was_asked_of_a_recorder_is_done_when_it_begins_again(session):
    node(session).drain()
    assert not node(session).takes_sittings(NOW)
    beat(session, "one", "https://one.example", 1, 0, False, NOW, first=True)
    assert node_called(session, "one").takes_sittings(NOW)


def test_of_two_who_begin_at_the_same_moment_one_gets_the_last_place(session, two):
    node(session)
    session.commit()

    def begin(sitting_id) -> bool:
        with session_scope() as own:
            try:
                reservations.reserve(own, own.get(Sitting, sitting_id), NOW)
            except Refused:
                return False
            return True

    for _ in range(5):
        with ThreadPoolExecutor(2) as at_once:
            assert sorted(at_once.map(begin, [one.id for one in two])) == [False, True]
        with session_scope() as own:
            for one in two:
                reservations.release(own, own.get(Sitting, one.id), NOW)

"""What each candidate meets is drawn when the exam begins; what leaked is met by nobody from then on."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from support import cast
from support.parallels import with_parallels

from storage.base.audit import AuditEvent
from storage.base.refusal import Refused
from storage.exam import drawing
from storage.exam.drawing import Rule, draw, retire
from storage.exam.sittings import Sitting

NOW = cast.NOW
EXAM = "branchecertificaat_b"
WHY = "Het filmpje staat op internet."


@pytest.fixture
def pack(session):
    return cast.pack(session, NOW, with_parallels(*range(1, 11)))


def begin(session, people, pack, candidate=None, now=NOW) -> Sitting:
    row = cast.sitting(session, people, now, candidate, pack)
    draw(session, row, now)
    cast.begin(row, now)
    session.flush()
    return row


def keys(sitting) -> list[str]:
    return [answer.scenario.key for answer in sitting.answers]


def refused(rule, act, *arguments):
    with pytest.raises(Refused) as caught:
        act(*arguments)
    assert caught.value.rule is rule
    return caught.value


def test_a_second_attempt_meets_nothing_that_the_first_one_met(session, people, pack):
    first = begin(session, people, pack)
    for answer in first.answers:
        cast.record(session, answer, NOW)
    second = begin(session, people, pack, now=NOW + timedelta(days=40))
    assert not set(keys(first)) & set(keys(second))
    third = begin(session, people, pack, now=NOW + timedelta(days=80))
    # Everything was met but for what the second never came to: there all is the same again.
    assert keys(third)[0] in {one.key for one in pack.content.slot(1)}
    assert [one.clip.parallel for one in second.answers] == [1 - one.parallel for one in first.answers]


def test_what_an_attempt_never_came_to_may_be_met_in_the_next(session, people, pack):
    first = begin(session, people, pack)
    cast.record(session, first.answers[0], NOW)
    second = begin(session, people, pack, now=NOW + timedelta(days=40))
    assert keys(first)[0] != keys(second)[0]
    assert drawing.meetings(session, EXAM) == {keys(first)[0]: 1}


def test_what_was_drawn_is_in_the_log_with_its_seed_and_can_be_drawn_again(session, people, pack):
    from scenarios.drawing import draw as by_seed

    sitting = begin(session, people, pack)
    (row,) = session.scalars(select(AuditEvent).where(AuditEvent.verb == "scenarios_drawn"))
    assert (row.subject, row.actor) == (sitting.id, None)
    again = by_seed(pack.slots, (), (), row.facts["seed"])
    assert row.facts["drawn"] == {str(number): pack.slots[number][place] for number, place in again.items()}
    assert [row.facts["drawn"][str(one.number)] for one in sitting.answers] == keys(sitting)


def test_what_is_retired_is_met_by_nobody_who_is_still_to_begin(session, people, pack):
    gone = pack.content.scenario(4)
    planned = cast.sitting(session, people, NOW, pack_row=pack)
    assert retire(session, pack, gone, WHY, people.officer, NOW) == drawing.Retired(0, 0)
    refused(Rule.TWICE, retire, session, pack, gone, WHY, people.officer, NOW)
    refused(Rule.NO_REASON, retire, session, pack, pack.content.scenario(5), " ", people.officer, NOW)
    assert session.scalars(drawing.planned(EXAM)).all() == [planned]
    draw(session, planned, NOW)
    assert keys(planned)[3] == f"{gone.key}_2"


def test_who_is_at_the_exam_gets_another_one_unless_it_was_met(session, people, pack):
    there = begin(session, people, pack)
    cast.record(session, there.answers[0], NOW)
    seen, coming = there.answers[0], there.answers[1]
    before = seen.scenario
    assert retire(session, pack, before, WHY, people.officer, NOW) == drawing.Retired(0, 0)
    assert seen.scenario is before
    was = coming.scenario
    assert retire(session, pack, was, WHY, people.officer, NOW) == drawing.Retired(1, 0)
    assert coming.scenario.key != was.key and coming.clip.parallel == coming.parallel
    drawn = session.scalars(select(AuditEvent).where(AuditEvent.verb == "scenarios_drawn")).all()
    assert {"2": coming.scenario.key} in [row.facts["drawn"] for row in drawn]
    assert session.scalars(drawing.who_met(session, EXAM, before.key)).all() == [there]
    assert session.scalars(drawing.who_met(session, EXAM, was.key)).all() == []


def test_a_clip_that_began_to_play_is_kept(session, people, pack):
    there = begin(session, people, pack)
    there.answers[0].play(NOW)
    there.answers[0].stall(NOW)
    was = there.answers[0].scenario
    assert retire(session, pack, was, WHY, people.officer, NOW) == drawing.Retired(0, 0)
    assert there.answers[0].scenario is was


def test_for_want_of_another_no_exam_begins_and_a_going_one_goes_on(session, people):
    pack = cast.pack(session, NOW)
    there = begin(session, people, pack)
    planned = cast.sitting(session, people, NOW, people.second_candidate, pack)
    assert retire(session, pack, pack.content.scenario(4), WHY, people.officer, NOW) == drawing.Retired(0, 1)
    assert keys(there)[3] == pack.content.scenario(4).key
    assert drawing.empty_slots(session, pack) == [4] and drawing.count_empty(session) == 1
    assert refused(Rule.SLOT_EMPTY, draw, session, planned, NOW).found == [4]
    assert drawing.retired(session, EXAM)[pack.content.scenario(4).key].reason == WHY


def test_a_newer_pack_takes_the_place_of_one_with_an_empty_number(session, people):
    pack = cast.pack(session, NOW)
    planned = cast.sitting(session, people, NOW, pack_row=pack)
    retire(session, pack, pack.content.scenario(4), WHY, people.officer, NOW)
    newer = cast.pack(session, NOW + timedelta(days=1), with_parallels(4), number=2)
    session.flush()
    draw(session, planned, NOW + timedelta(days=2))
    assert planned.pack is newer and keys(planned)[3] == f"{pack.content.scenario(4).key}_2"
    assert planned.answers[3].clip.pack is newer
    assert drawing.count_empty(session) == 0


def test_the_situation_is_gone_from_every_pack_and_is_met_in_every_pack(session, people):
    pack = cast.pack(session, NOW)
    first = begin(session, people, pack)
    for answer in first.answers:
        cast.record(session, answer, NOW)
    newer = cast.pack(session, NOW + timedelta(days=1), with_parallels(3, 4), number=2)
    second = begin(session, people, newer, now=NOW + timedelta(days=40))
    assert [second.answers[n].parallel for n in (2, 3)] == [1, 1]
    retire(session, newer, newer.content.scenario(3), WHY, people.officer, NOW)
    assert drawing.empty_slots(session, pack) == [3] and drawing.empty_slots(session, newer) == []

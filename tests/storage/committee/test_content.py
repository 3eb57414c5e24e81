"""What exams ask has its yearly look: due a year after it came into use, or after the last look, and never lost."""

from datetime import timedelta

import pytest
from support import cast, items_to_see

from scenarios.catalogue import parse_pack
from storage.base.audit import AuditEvent
from storage.base.refusal import Refused
from storage.committee import content
from storage.committee.content import ContentKind, LookOutcome
from storage.exam import drawing

NOW = cast.NOW
TODAY = NOW.date()
LATER = NOW + timedelta(days=366)


def part(session, kind, key):
    return next(one for one in content.contents(session) if (one.kind, one.part) == (kind, key))


@pytest.fixture
def exam(session, people):
    """The exam with its ten situations, and a live item."""
    pack = cast.pack(session, NOW)
    item = items_to_see.picture_item(session, people.officer, NOW)
    session.flush()
    return pack, item


def test_each_regulation_situation_and_term_is_due_a_year_after_it_came_into_use(session, exam):
    pack, _ = exam
    found = content.contents(session)
    situations = [one for one in found if one.kind is ContentKind.SCENARIO]
    assert len(situations) == len(pack.content.scenarios) + len(pack.content.parallels)
    assert {one.due_on for one in situations} == {TODAY + timedelta(days=365)}
    scheme = part(session, ContentKind.SCHEME, "branchecertificaat_b")
    assert not scheme.overdue(scheme.due_on) and scheme.overdue(scheme.due_on + timedelta(days=1))
    assert content.overdue(session, TODAY) == 0
    assert content.overdue(session, TODAY + timedelta(days=366)) == len(found)


def test_a_look_begins_the_year_anew_and_is_in_the_log(session, people, exam):
    found = part(session, ContentKind.SCENARIO, "missed_callback")
    row = content.look(session, found, LookOutcome.FINE, "", people.committee_member, LATER)
    again = part(session, ContentKind.SCENARIO, "missed_callback")
    assert again.last is row and again.due_on == LATER.date() + timedelta(days=365)
    assert not again.to_change and not again.overdue(LATER.date())
    logged = session.query(AuditEvent).filter_by(verb="content_looked").one()
    assert (logged.actor, logged.facts["part"]) == (people.committee_member.id, "missed_callback")
    others = [one for one in content.contents(session) if one.part != "missed_callback"]
    assert all(one.overdue(LATER.date()) for one in others)


def test_what_is_to_change_says_what_and_stays_so_until_something_new_is_in_use(session, people, exam):
    pack, _ = exam
    found = part(session, ContentKind.SCENARIO, "missed_callback")
    with pytest.raises(Refused) as refused:
        content.look(session, found, LookOutcome.TO_CHANGE, "  ", people.committee_member, NOW)
    assert refused.value.rule is content.Rule.NO_REMARK
    looked_at = NOW + timedelta(days=5)
    content.look(session, found, LookOutcome.TO_CHANGE, "De naam klopt niet.", people.committee_member, looked_at)
    assert part(session, ContentKind.SCENARIO, "missed_callback").to_change
    # A pack that repeats the situation changes nothing; one with another text does.
    same = pack.data + b"\n# the same again\n"
    cast.pack(session, NOW + timedelta(days=10), same, 2)
    session.flush()
    kept = part(session, ContentKind.SCENARIO, "missed_callback")
    assert kept.to_change and kept.since == NOW and kept.version == "pakket 1"
    title = next(one.title for one in pack.content.scenarios if one.key == "missed_callback")
    changed = pack.data.replace(title.encode(), b"Een andere titel")
    assert parse_pack(changed, pack.scheme.content)
    cast.pack(session, NOW + timedelta(days=20), changed, 3)
    session.flush()
    new = part(session, ContentKind.SCENARIO, "missed_callback")
    assert not new.to_change and new.since == NOW + timedelta(days=20)
    assert new.due_on == (NOW + timedelta(days=20)).date() + timedelta(days=365)


def test_a_situation_that_leaked_is_not_due(session, people, exam):
    pack, _ = exam
    found = next(one for one in pack.content.scenarios if one.key == "missed_callback")
    drawing.retire(session, pack, found, "Op internet.", people.officer, NOW)
    session.flush()
    gone = part(session, ContentKind.SCENARIO, "missed_callback")
    assert gone.retired and not gone.overdue(LATER.date())


def test_items_of_a_term_say_who_made_and_approved_them(session, people, exam):
    _, item = exam
    item.move(content.ItemState.REVIEWED, "", people.second_officer, NOW)
    item.move(content.ItemState.APPROVED, "", people.committee_member, NOW)
    item.move(content.ItemState.LIVE, "", people.committee_member, NOW)
    session.flush()
    found = part(session, ContentKind.ITEMS, item.term)
    assert found.made_by == (item.author.name,) and found.approved_by == (people.committee_member.name,)
    assert (found.size, found.since) == (1, NOW)

"""Minutes are signed by a second member, numbered without a hole, and never changed."""

from datetime import timedelta

import pytest
from support import cast

from storage.base.refusal import Refused
from storage.base.steps import StepRule
from storage.committee import minutes
from storage.committee.minutes import Immutable, MinutesState, Rule, digest, draw_up
from storage.people.people import Role

NOW = cast.NOW
TODAY = NOW.date()
CONTENT = [{"title": "Uitspraken op bezwaren", "lines": ["Bezwaar B-1: ongegrond."]}, {"title": "Zaken", "lines": []}]


@pytest.fixture
def second(session):
    return cast.person(session, "lid2", "Lid Twee", Role.EXAM_COMMITTEE, None, NOW)


def drawn(session, people, now=NOW, held_on=TODAY):
    return draw_up(session, held_on, TODAY, CONTENT, minutes.last_until(session), people.committee_member, now)


def refused(act, *values):
    with pytest.raises(Refused) as error:
        act(*values)
    return error.value.rule


def test_a_second_member_signs_and_the_number_is_the_next_of_its_year(session, people, second):
    before = TODAY.replace(year=TODAY.year - 1)
    labels = []
    for at, held_on in enumerate((TODAY, before, TODAY)):
        row = drawn(session, people, NOW + timedelta(hours=at), held_on)
        assert row.label == "" and row.sha256 == digest(CONTENT)
        assert refused(row.sign, people.committee_member, NOW) is Rule.SECOND_PERSON
        row.sign(second, NOW + timedelta(hours=at, minutes=5))
        session.flush()
        labels.append(row.label)
    assert labels == [f"{TODAY.year}-1", f"{before.year}-1", f"{TODAY.year}-2"]
    assert minutes.last_until(session) == NOW + timedelta(hours=2)


def test_one_waits_at_a_time_and_what_is_rejected_leaves_no_hole(session, people, second):
    row = drawn(session, people)
    assert refused(drawn, session, people, NOW + timedelta(hours=1)) is Rule.WAITS
    assert refused(row.reject, " ", second, NOW) is Rule.NO_REASON
    row.reject("Er ontbreekt een besluit.", second, NOW)
    session.flush()
    assert refused(row.sign, second, NOW) is StepRule.NOT_ALLOWED
    assert minutes.last_until(session) is None, "its decisions stand in the next one"
    again = drawn(session, people, NOW + timedelta(hours=1))
    again.sign(second, NOW + timedelta(hours=2))
    assert again.label == f"{TODAY.year}-1"


def test_nothing_and_a_day_to_come_make_no_minutes(session, people):
    nothing = [{"title": "Zaken", "lines": []}]
    assert refused(draw_up, session, TODAY, TODAY, nothing, None, people.committee_member, NOW) is Rule.NOTHING
    assert refused(drawn, session, people, NOW, TODAY + timedelta(days=1)) is Rule.FUTURE


@pytest.mark.parametrize("change", ["content", "held_on", "state"])
def test_what_is_signed_is_never_changed(session, people, second, change):
    row = drawn(session, people)
    session.flush()
    row.sign(second, NOW)
    session.flush()
    values = {"content": [], "held_on": TODAY - timedelta(days=1), "state": MinutesState.REJECTED}
    setattr(row, change, values[change])
    with pytest.raises(Immutable):
        session.flush()

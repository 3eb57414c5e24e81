"""An item that turns out to be wrong is dropped for everybody: first what would change, then by a second person."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from support import cast, items_to_see

from storage.base.audit import AuditEvent
from storage.base.refusal import Refused
from storage.dossier import qualifications
from storage.people.people import Role
from storage.planning.theory_tests import TheoryState
from storage.schemes import add_scheme
from storage.theory.dropping import carry_out, preview, propose, take_back
from storage.theory.drops import Rule, open_proposals
from storage.theory.items import ItemState
from storage.theory.sittings import Given, TheoryStage, open_test

NOW = cast.NOW.replace(hour=9)
LATER = NOW + timedelta(hours=2)
WHY = "Er zijn twee goede antwoorden."


@pytest.fixture
def hall(session, people):
    cast.scheme_of_a(session)
    items_to_see.bank(session, (people.officer, people.second_officer), NOW)
    made = cast.location(session, people)
    session.flush()
    return made


@pytest.fixture
def sat(session, people, hall):
    """`sat(person, right)`: the sitting of this person with so many of 40 right, the first ones, handed in."""

    def sit(person, right, release=True):
        test = items_to_see.today(session, person, hall, people.beheerder, NOW)
        sitting = open_test(session, test, people.beheerder, NOW)
        sitting.begin("a" * 32, NOW)
        sitting.save(
            {
                one.number: Given(one.item.content.correct if one.number <= right else (), False)
                for one in sitting.answers
            },
            NOW,
        )
        sitting.hand_in(NOW + timedelta(minutes=30))
        session.flush()
        if release:
            sitting.release(people.officer, NOW + timedelta(hours=1))
            session.flush()
        return sitting

    return sit


def dropped(session, people, item):
    return carry_out(propose(session, item, WHY, people.officer, LATER), people.second_officer, LATER)


def refused(rule, act, *args):
    with pytest.raises(Refused) as error:
        act(*args)
    assert error.value.rule is rule


def other_rules(session, **values):
    """The scheme of A in a newer version, with these lines in its chapter about the test."""
    data = (cast.CONTENT.parent / "praktijktoets_a" / "scheme.toml").read_text()
    for name, value in values.items():
        before = next(line for line in data.splitlines() if line.startswith(f"{name} = "))
        data = data.replace(before, f"{name} = {value}", 1)
    return add_scheme(session, data.encode(), NOW + timedelta(minutes=1))


def test_who_just_failed_passes_by_an_item_that_counts_no_more(session, people, sat):
    failed = sat(people.candidate, 27)
    wrong = failed.answers[39].item
    (one,) = preview(session, wrong)
    assert (one.before, one.after.passed, one.points, one.turned, one.stays) == (False, True, 27, True, None)
    assert failed.test.state is TheoryState.NOT_PASSED and not failed.passed  # to look changes nothing
    drop = propose(session, wrong, WHY, people.officer, LATER)
    assert open_proposals(session) == [drop]
    refused(Rule.SAME_PERSON, carry_out, drop, people.officer, LATER)
    carry_out(drop, people.second_officer, LATER)
    session.flush()
    assert (failed.passed, failed.points) == (True, (28, 40))
    assert (failed.test.state, failed.test.reason) == (TheoryState.PASSED, WHY)
    assert [one.key for one in qualifications.held(session, [people.candidate.id])] == ["theory_test_a"]
    assert (wrong.state, wrong.reason, drop.rescored) == (ItemState.RETIRED, WHY, 1)
    assert drop.outcomes == [{"sitting": str(failed.id), "was": False, "is": True, "stays": None}]
    assert open_proposals(session) == []
    verbs = set(session.scalars(select(AuditEvent.verb).where(AuditEvent.at == LATER)))
    assert {"item_drop_proposed", "item_dropped", "item_retired", "theory_test_corrected"} <= verbs
    refused(Rule.PROPOSED, carry_out, drop, people.second_officer, LATER)
    refused(Rule.PROPOSED, take_back, drop, people.second_officer, LATER)
    refused(Rule.PROPOSED, propose, session, wrong, WHY, people.officer, LATER)


def test_who_had_it_right_keeps_the_points_and_who_did_not_have_it_keeps_all(session, people, sat):
    passed = sat(people.candidate, 28)
    had = {one.item_id for one in passed.answers}
    other = sat(cast.person(session, "ander", "An Der", Role.CANDIDATE, people.organisation, NOW), 27)
    only = next(one.item for one in other.answers if one.item_id not in had)
    assert [one.sitting for one in preview(session, only)] == [other]
    dropped(session, people, passed.answers[0].item)
    assert (passed.passed, passed.points) == (True, (28, 40))


@pytest.mark.parametrize("favour, passes", [("true", True), ("false", False)])
def test_an_item_that_is_left_out_turns_a_pass_only_where_the_scheme_says_so(
    session, people, hall, sat, favour, passes
):
    other_rules(session, dropped='"left_out"', dropped_in_favour=favour)
    passed = sat(people.candidate, 28)
    dropped(session, people, passed.answers[0].item)
    session.flush()
    assert (passed.passed, passed.points) == (passes, (27, 39))
    assert passed.test.state is (TheoryState.PASSED if passes else TheoryState.NOT_PASSED)
    assert bool(qualifications.held(session, [people.candidate.id])) is passes


def test_a_result_on_which_something_rests_stays_and_that_is_kept(session, people, hall, sat):
    other_rules(session, dropped='"left_out"', dropped_in_favour="false")
    passed = sat(people.candidate, 28)
    qualifications.enter(session, people.candidate, "certificate_a", "A-1", NOW.date(), people.officer, LATER)
    session.flush()
    (one,) = dropped(session, people, passed.answers[0].item)
    assert one.stays == "theory_test_under_certificate"
    assert passed.test.state is TheoryState.PASSED


def test_a_result_that_was_put_right_by_hand_stays(session, people, sat):
    failed = sat(people.candidate, 27)
    failed.test.end(TheoryState.NOT_TAKEN, people.officer, LATER)
    (one,) = dropped(session, people, failed.answers[39].item)
    assert (one.stays, failed.test.state) == (Rule.OTHERWISE, TheoryState.NOT_TAKEN)


def test_what_waits_for_release_or_still_runs_is_scored_without_it(session, people, sat, hall):
    waiting = sat(people.candidate, 27, release=False)
    defective = waiting.answers[39].item
    dropped(session, people, defective)
    assert (waiting.passed, waiting.stage, waiting.test.state) == (True, TheoryStage.HANDED_IN, TheoryState.SET)
    waiting.release(people.officer, LATER)
    assert waiting.test.state is TheoryState.PASSED
    other = cast.person(session, "ander", "An Der", Role.CANDIDATE, people.organisation, NOW)
    running = open_test(session, items_to_see.today(session, other, hall, people.beheerder, NOW), people.beheerder, NOW)
    running.begin("b" * 32, NOW)
    session.flush()
    dropped(session, people, running.answers[0].item)
    running.hand_in(LATER)
    assert running.points == (1, 40)


def test_a_proposal_needs_a_reason_and_an_item_that_was_used_and_can_be_taken_back(session, people, hall):
    draft = items_to_see.picture_item(session, people.officer, NOW)
    refused(Rule.NOT_USED, propose, session, draft, WHY, people.officer, LATER)
    draft.live_at = NOW
    refused(Rule.NO_REASON, propose, session, draft, "  ", people.officer, LATER)
    drop = propose(session, draft, WHY, people.officer, LATER)
    take_back(drop, people.officer, LATER)
    session.flush()
    assert open_proposals(session) == []
    assert preview(session, draft) == []

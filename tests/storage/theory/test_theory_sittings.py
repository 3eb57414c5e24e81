"""A sitting of the online theory test: opened, drawn, answered in the server's time, scored, released."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from support import cast, items_to_see

from review.item_analysis import Flag
from scenarios.theory.items import ResponseError
from storage.base.config import config
from storage.base.refusal import Refused
from storage.dossier import qualifications
from storage.people.people import Role
from storage.planning import theory_tests
from storage.planning.theory_tests import TheoryState
from storage.retention.expired import TESTS_KEPT, delete_expired
from storage.schemes import add_scheme
from storage.theory import day_codes, sittings
from storage.theory.day_codes import TRIES
from storage.theory.figures import item_figures, whole_reliability
from storage.theory.items import ItemState
from storage.theory.sittings import (
    Fact,
    Given,
    Rule,
    TheoryAnswer,
    TheorySitting,
    TheoryStage,
    facts_of,
    hand_in_overdue,
    open_test,
)

NOW = cast.NOW.replace(hour=9)
SEAT, OTHER = "a" * 32, "b" * 32


@pytest.fixture
def hall(session, people):
    """A location, the scheme of A in use, and a bank that fills two forms."""
    cast.scheme_of_a(session)
    items_to_see.bank(session, (people.officer, people.second_officer), NOW)
    made = cast.location(session, people)
    session.flush()
    return made


@pytest.fixture
def test_of(session, people, hall):
    return items_to_see.today(session, people.candidate, hall, people.beheerder, NOW)


@pytest.fixture
def running(session, people, test_of):
    made = open_test(session, test_of, people.beheerder, NOW)
    made.begin(SEAT, NOW)
    session.flush()
    return made


def refused(rule, act, *args):
    with pytest.raises(Refused) as error:
        act(*args)
    assert error.value.rule is rule


def answer_all(sitting, right, now):
    """Give the key on the first `right` items, and something wrong, or nothing, on the others."""
    given = {
        one.number: Given(one.item.content.correct if one.number <= right else (), one.number % 7 == 0)
        for one in sitting.answers
    }
    sitting.save(given, now)


def test_a_form_is_drawn_by_the_blueprint(session, people, test_of):
    sitting = open_test(session, test_of, people.beheerder, NOW)
    terms = [one.item.term for one in sitting.answers]
    assert len(terms) == 40
    assert [sum(term.startswith(first) for term in terms) for first in "123"] == [22, 8, 10]
    assert open_test(session, test_of, people.second_officer, NOW) is sitting
    assert (sitting.opened_by, sitting.stage) == (people.beheerder, TheoryStage.OPEN)


def test_it_opens_on_its_day_only(session, people, test_of):
    for away in (timedelta(days=-1), timedelta(days=1)):
        refused(Rule.NOT_TODAY, open_test, session, test_of, people.beheerder, NOW + away)


def test_it_does_not_open_with_too_few_items_nor_without_a_blueprint(session, people):
    hall = cast.location(session, people)
    test = items_to_see.today(session, people.candidate, hall, people.beheerder, NOW)
    refused(Rule.NOT_HERE, open_test, session, test, people.beheerder, NOW)
    cast.scheme_of_a(session)
    session.flush()
    refused(Rule.TOO_FEW_ITEMS, open_test, session, test, people.beheerder, NOW)


def test_the_code_of_the_day_opens_it_and_five_wrong_ones_leave_only_a_log_in(session, people, test_of):
    assert day_codes.open_by_code(session, test_of, "000000", NOW) is None
    code = day_codes.make_code(session, test_of.location, people.beheerder, NOW)
    assert day_codes.make_code(session, test_of.location, people.beheerder, NOW) is code
    for _ in range(TRIES - 1):
        assert day_codes.open_by_code(session, test_of, "x" + code.code[1:], NOW) is None
    refused(Rule.TOO_MANY_CODES, day_codes.open_by_code, session, test_of, code.code, NOW)
    assert open_test(session, test_of, people.beheerder, NOW).by_code is False


def test_the_right_code_opens_it_in_the_name_of_who_made_the_code(session, people, test_of):
    code = day_codes.make_code(session, test_of.location, people.beheerder, NOW)
    made = day_codes.open_by_code(session, test_of, code.code, NOW)
    assert (made.by_code, made.opened_by) == (True, people.beheerder)


@pytest.mark.parametrize("extra, minutes", [("1", 45), ("5/4", 56.25), ("3/2", 67.5)])
def test_the_clock_runs_from_the_beginning_with_the_time_that_was_granted(session, people, test_of, extra, minutes):
    test_of.extra_time = extra
    sitting = open_test(session, test_of, people.beheerder, NOW)
    refused(Rule.NOT_OPEN, sitting.require_seat, SEAT, NOW)
    sitting.begin(SEAT, NOW + timedelta(minutes=10))
    assert sitting.ends_at == NOW + timedelta(minutes=10 + minutes)
    sitting.begin(SEAT, NOW + timedelta(minutes=20))
    assert sitting.started_at == NOW + timedelta(minutes=10)
    assert sitting.left_s(NOW + timedelta(days=1)) == 0


def test_one_browser_leads_until_the_supervisor_lets_another(session, people, running):
    refused(Rule.ELSEWHERE, running.require_seat, OTHER, NOW)
    refused(Rule.ELSEWHERE, running.begin, OTHER, NOW)
    running.move(people.beheerder, NOW)
    running.require_seat(OTHER, NOW)
    refused(Rule.ELSEWHERE, running.require_seat, SEAT, NOW)
    session.flush()
    assert [one.kind for one in facts_of(session, running)] == [Fact.MOVED]


def test_answers_are_taken_a_little_late_and_that_is_a_fact(session, running):
    end = running.ends_at
    running.save({1: Given((), True)}, end - timedelta(seconds=1))
    running.require_seat(SEAT, end + timedelta(minutes=5))
    running.save({1: Given(running.answers[0].item.content.correct, False)}, end + timedelta(minutes=5))
    refused(Rule.TIME_OVER, running.require_seat, SEAT, end + timedelta(minutes=5, seconds=1))
    session.flush()
    assert [(one.kind, one.seconds) for one in facts_of(session, running)] == [(Fact.LATE, 300)]


def test_what_no_item_can_be_given_is_refused(running):
    with pytest.raises(ResponseError):
        running.save({1: Given(("nergens",), False)}, NOW)
    with pytest.raises(KeyError):
        running.save({41: Given((), False)}, NOW)


@pytest.mark.parametrize("right, passed", [(28, True), (27, False), (40, True), (0, False)])
def test_the_rule_decides_at_seventy_per_cent(session, running, right, passed):
    answer_all(running, right, NOW)
    running.hand_in(NOW + timedelta(minutes=30))
    session.flush()
    assert (running.passed, running.outcome["had"], running.outcome["of"]) == (passed, str(right), "40")
    assert running.outcome["answered"] == right
    running.hand_in(NOW + timedelta(minutes=31))
    assert running.handed_in_at == NOW + timedelta(minutes=30)
    refused(Rule.TIME_OVER, running.require_seat, SEAT, NOW)


def test_a_pass_goes_into_the_register_when_another_than_the_opener_releases_it(session, people, running):
    answer_all(running, 30, NOW)
    running.hand_in(NOW)
    assert not qualifications.held(session, [people.candidate.id])
    running.opened_by_id = people.officer.id
    refused(Rule.SAME_PERSON, running.release, people.officer, NOW)
    running.release(people.second_officer, NOW + timedelta(hours=1))
    session.flush()
    assert running.test.state is TheoryState.PASSED
    (held,) = qualifications.held(session, [people.candidate.id])
    assert (held.key, held.entered_by_id) == ("theory_test_a", people.second_officer.id)


def test_who_fails_gets_other_items_the_next_time(session, people, hall, running):
    running.hand_in(NOW)
    running.release(people.officer, NOW)
    session.flush()
    assert running.test.state is TheoryState.NOT_PASSED
    early, in_time = NOW + timedelta(days=13), NOW + timedelta(days=14)
    with pytest.raises(Refused) as error:
        items_to_see.today(session, people.candidate, hall, people.beheerder, early)
    assert (error.value.rule, error.value.needed) == (theory_tests.Rule.TOO_SOON, in_time.date())
    again = items_to_see.today(session, people.candidate, hall, people.beheerder, in_time)
    second = open_test(session, again, people.beheerder, in_time)
    met = {one.item_id for one in running.answers}
    assert len(met) == 40 and not met & {one.item_id for one in second.answers}


def test_who_sits_together_has_one_form_that_nobody_can_draw_without_the_secret(session, people, hall, monkeypatch):
    data = (cast.CONTENT.parent / "praktijktoets_a" / "scheme.toml").read_bytes()
    add_scheme(session, data.replace(b'form = "per_candidate"', b'form = "linear"'), NOW + timedelta(minutes=1))
    others = [cast.person(session, f"rij{n}", f"Rij {n}", Role.CANDIDATE, people.organisation, NOW) for n in range(2)]
    session.flush()
    tests = [items_to_see.today(session, one, hall, people.beheerder, NOW) for one in (people.candidate, *others)]
    first, second = (open_test(session, one, people.beheerder, NOW) for one in tests[:2])
    assert [one.item_id for one in first.answers] == [one.item_id for one in second.answers]
    elsewhere = replace(config(), secret_key="van een andere installatie")
    monkeypatch.setattr(sittings, "config", lambda: elsewhere)
    third = open_test(session, tests[2], people.beheerder, NOW)
    assert [one.item_id for one in third.answers] != [one.item_id for one in first.answers]


def test_an_item_that_is_retired_stays_in_the_sitting_that_has_it(session, people, running):
    one = running.answers[0].item
    one.move(ItemState.RETIRED, "Dubbelzinnig.", people.officer, NOW)
    answer_all(running, 40, NOW)
    running.hand_in(NOW)
    assert running.outcome["had"] == "40"


def test_what_was_left_is_handed_in_by_the_clock(session, running):
    answer_all(running, 28, NOW)
    session.flush()
    assert hand_in_overdue(session, running.last_call) == 0
    assert hand_in_overdue(session, running.last_call + timedelta(seconds=1)) == 1
    assert (running.by_clock, running.passed) == (True, True)


def test_answers_go_after_their_time_and_the_pass_stays(session, people, running):
    answer_all(running, 30, NOW)
    running.hand_in(NOW)
    running.release(people.officer, NOW)
    running.note(Fact.LEFT, NOW)
    session.commit()
    delete_expired(session, NOW + TESTS_KEPT)
    assert session.scalars(select(TheorySitting)).all()
    gone = delete_expired(session, NOW + TESTS_KEPT + timedelta(seconds=1))
    session.expire_all()
    assert (gone["theory_answer"], gone["theory_sitting"], gone["theory_fact"]) == (40, 1, 1)
    assert not session.scalars(select(TheoryAnswer)).all()
    assert gone["theory_test"] == 0
    assert qualifications.held(session, [people.candidate.id])


def test_the_figures_of_an_item_rest_on_what_was_handed_in(session, people, hall, running):
    wrong = running.answers[0]
    answer_all(running, 40, NOW)
    running.save({wrong.number: Given((), False)}, NOW)
    session.flush()
    assert item_figures(session) == {}
    running.hand_in(NOW)
    session.flush()
    found = item_figures(session)
    assert len(found) == 40
    assert (found[wrong.item_id].n, found[wrong.item_id].p, found[wrong.item_id].flags) == (1, 0.0, (Flag.TOO_FEW,))
    right = running.answers[1]
    assert found[right.item_id].p == 1.0
    chosen = {one.option: one.n for one in found[right.item_id].options}
    assert all(chosen[key] == (key in right.response) for key in chosen)
    assert whole_reliability(session).too_few

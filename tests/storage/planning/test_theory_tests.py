"""Online theory tests: one for three certificates, once for each person, with a result that opens what asks for it."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from support import cast

from storage.base.database import new_session
from storage.base.refusal import Refused
from storage.base.steps import StepRule
from storage.dossier import qualifications
from storage.dossier.qualifications import held
from storage.people.people import Role, release
from storage.planning import locations
from storage.planning.locations import add
from storage.planning.theory_tests import (
    RESULTS,
    Rule,
    TheoryState,
    TheoryTest,
    hindrances,
    set_ready,
)

CERTIFICATES = ["certificate_a", "certificate_b", "certificate_chat"]

NOW = cast.NOW
SOON = NOW + timedelta(days=7)


@pytest.fixture
def hall(session, people):
    row = add(session, people.organisation, "Zaal Noord", "Proefstraat 1, Utrecht", "2.14", people.beheerder, NOW)
    session.flush()
    return row


@pytest.fixture
def put(session, people, hall):
    """`put(person, …)` sets a test ready for these people."""

    def ready(*who, certificate="certificate_a", at=SOON, now=NOW):
        return set_ready(session, who, certificate, hall, at, people.beheerder, now)

    return ready


def refused(rule, act, *arguments, **more):
    with pytest.raises(Refused) as caught:
        act(*arguments, **more)
    assert caught.value.rule is rule
    return caught.value


@pytest.mark.parametrize("certificate", CERTIFICATES)
def test_whoever_passed_needs_no_second_test_for_any_certificate(session, people, put, certificate):
    (test,) = put(people.candidate, certificate=certificate)
    test.enter(TheoryState.PASSED, people.officer, SOON)
    session.flush()
    assert [(one.key, one.since) for one in held(session, [people.candidate.id])] == [("theory_test_a", SOON.date())]
    for other in CERTIFICATES:
        error = refused(Rule.PASSED, put, people.candidate, certificate=other, at=SOON + timedelta(days=1), now=SOON)
        assert error.found == people.candidate.name


def test_certificate_a_counts_as_passed(session, people, put):
    qualifications.enter(session, people.candidate, "certificate_a", "A-1", NOW.date(), people.officer, NOW)
    session.flush()
    refused(Rule.PASSED, put, people.candidate, certificate="certificate_chat")
    assert hindrances(session, [people.candidate.id, people.second_candidate.id]) == {people.candidate.id: Rule.PASSED}


@pytest.mark.parametrize("result", [TheoryState.NOT_PASSED, TheoryState.NOT_TAKEN])
def test_without_passing_nothing_opens_and_one_may_try_again(session, people, put, result):
    (test,) = put(people.candidate)
    test.enter(result, people.officer, SOON)
    session.flush()
    assert held(session, [people.candidate.id]) == []
    assert put(people.candidate, at=SOON + timedelta(days=1), now=SOON)


def test_a_test_passed_after_ksf_entered_it_by_hand_is_only_ended(session, people, put):
    (test,) = put(people.candidate)
    qualifications.enter(session, people.candidate, "theory_test_a", "", NOW.date(), people.officer, NOW)
    session.flush()
    test.enter(TheoryState.PASSED, people.officer, SOON)
    session.flush()
    assert len(held(session, [people.candidate.id])) == 1


def test_all_or_none(session, people, put):
    put(people.candidate)
    error = refused(Rule.TWICE, put, people.second_candidate, people.candidate)
    assert error.found == people.candidate.name
    assert session.query(TheoryTest).count() == 1


def test_only_own_people_an_open_location_and_a_moment_to_come(session, people, put, hall):
    refused(Rule.NOT_OF_ORGANISATION, put, people.outsider_candidate)
    refused(Rule.IN_PAST, put, people.candidate, at=NOW)
    release(session, people.candidate, {people.organisation.id}, people.beheerder.id, NOW)
    refused(Rule.NOT_OF_ORGANISATION, put, people.candidate, now=NOW + timedelta(seconds=1))
    hall.close(people.beheerder, NOW)
    refused(locations.Rule.CLOSED, put, people.second_candidate)


def test_a_test_ends_once(session, people, put):
    (test,) = put(people.candidate)
    refused(Rule.NOT_YET, test.enter, TheoryState.PASSED, people.officer, SOON - timedelta(seconds=1))
    refused(Rule.BEGUN, test.withdraw, people.beheerder, SOON)
    test.withdraw(people.beheerder, SOON - timedelta(seconds=1))
    session.flush()
    for result in RESULTS:
        refused(StepRule.NOT_ALLOWED, test.enter, result, people.officer, SOON)
    refused(StepRule.NOT_ALLOWED, test.withdraw, people.beheerder, NOW)
    assert put(people.candidate)


def test_the_database_refuses_a_second_test_and_a_location_of_others(session, people, put):
    put(people.candidate)
    away = add(session, people.outsider_organisation, "Elders", "Verweg 1", "", people.outsider_beheerder, NOW)
    session.flush()
    values = {"starts_at": SOON, "set_by": people.beheerder, "set_at": NOW, "certificate": "certificate_b"}
    hall = session.query(TheoryTest).one().location
    twice = {"person": people.candidate, "location": hall}
    ended = {"person": people.second_candidate, "location": hall, "state": TheoryState.PASSED}
    elsewhere = {
        "person": people.second_candidate,
        "location_id": away.id,
        "organisation_id": people.organisation.id,
    }
    for wrong in (twice, ended, elsewhere):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.add(TheoryTest(**values, **wrong))


def test_two_who_set_the_same_person_at_once_make_one_test(session, people, hall):
    session.commit()
    met = []

    def one():
        with new_session() as own:
            try:
                own_hall, who = own.get(type(hall), hall.id), own.get(type(people.candidate), people.candidate.id)
                set_ready(own, [who], "certificate_a", own_hall, SOON, people.beheerder, NOW)
                own.commit()
            except (Refused, IntegrityError) as error:
                met.append(error)

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(met) == 1
    assert session.query(TheoryTest).count() == 1


def test_managers_of_the_organisation_may_take_it_too(session, people, put):
    boss = cast.person(session, "leider2", "Leidinggevende Twee", Role.MANAGER, people.organisation)
    session.flush()
    assert put(boss)

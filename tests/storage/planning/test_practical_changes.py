"""What changes in a practical session that stands: another examiner, and a candidate who comes no more."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from support import cast

from storage.base.audit import AuditEvent
from storage.base.clock import AMSTERDAM
from storage.base.database import new_session
from storage.base.refusal import Refused
from storage.base.steps import StepRule
from storage.people.people import Membership, Person, Role, employ_again, release
from storage.planning import exam_dates
from storage.planning.places_held import taken
from storage.planning.practical_candidates import confirm, gone, hindrances, request
from storage.planning.practical_sessions import Participant, PracticalSession, Rule, SessionState

NOW = cast.NOW
DAY = NOW + timedelta(days=20)


@pytest.fixture
def day(session, people):
    return cast.practical_date(session, people, DAY)


@pytest.fixture
def asked(session, people, day):
    return cast.practical_session(session, people, day, people.candidate, people.second_candidate)


@pytest.fixture
def given(people, asked):
    """The first assessor is the examiner."""
    asked.confirm(people.assessors[0], people.officer, NOW)
    return asked


def refused(rule, act, *arguments):
    with pytest.raises(Refused) as error:
        act(*arguments)
    assert error.value.rule is rule
    return error.value


def told(session, verb):
    return session.scalars(select(AuditEvent).where(AuditEvent.verb == verb)).all()


def test_ksf_names_another_examiner(session, people, given):
    first, second = people.assessors[:2]
    assert given.exchange(second, people.officer, NOW) is first
    assert (given.state, given.examiner) == (SessionState.CONFIRMED, second)
    (row,) = told(session, "practical_examiner_changed")
    assert row.facts == {"was": str(first.id), "examiner": str(second.id)}


def test_another_examiner_is_refused_as_the_first_would_be(session, people, given, day):
    def exchange(whom, now=NOW):
        return given.exchange, whom, people.officer, now

    first, second = people.assessors[:2]
    assert refused(Rule.SAME_EXAMINER, *exchange(first)).found == first.name
    refused(Rule.NO_EXAMINER, *exchange(None))
    refused(Rule.NOT_EXAMINER, *exchange(people.manager))
    refused(exam_dates.Rule.OVER, *exchange(second, day.starts_at))
    job = Membership(role=Role.MANAGER, organisation=people.organisation, since=NOW - timedelta(days=9))
    second.memberships.append(job)
    session.flush()
    refused(Rule.EXAMINER_TIED, *exchange(second))
    assert (given.examiner, told(session, "practical_examiner_changed")) == (first, [])


def test_who_examines_elsewhere_that_day_is_no_other_examiner(session, people, given, day):
    third = cast.person(session, "kandidaat3", "Kandidaat Drie", Role.CANDIDATE, people.organisation)
    other = cast.practical_session(session, people, day, third)
    other.confirm(people.assessors[1], people.officer, NOW)
    error = refused(Rule.EXAMINER_TAKEN, given.exchange, people.assessors[1], people.officer, NOW)
    assert (error.found, given.examiner) == (people.assessors[1].name, people.assessors[0])
    given.exchange(people.assessors[2], people.officer, NOW)
    other.exchange(people.assessors[0], people.officer, NOW)


@pytest.mark.parametrize("ended", [False, True])
def test_only_a_session_that_stands_has_another_examiner(people, asked, ended):
    if ended:
        asked.withdraw(people.beheerder, NOW)
    refused(StepRule.NOT_ALLOWED, asked.exchange, people.assessors[1], people.officer, NOW)


@pytest.mark.parametrize("who", ["organisation", "ksf"])
def test_one_candidate_is_taken_out_and_the_others_keep_their_turns(session, people, given, day, who):
    first, second = given.participants
    begins = second.turn
    if who == "ksf":
        given.take_out(first, people.officer, NOW)
    else:
        given.withdraw_candidate(first, people.beheerder, NOW)
    session.flush()
    assert (given.coming, given.candidates, second.turn) == ([second], [people.second_candidate], begins)
    assert (given.state, taken(session, [day])) == (SessionState.CONFIRMED, {day.id: 1})
    (row,) = told(session, "practical_candidate_off")
    assert row.facts == {"participant": str(first.id)}
    assert hindrances(session, given.scheme, [people.candidate.id], NOW) == {}
    refused(Rule.CANDIDATE_OFF, given.take_out, first, people.officer, NOW)


def test_whoever_was_taken_out_is_free_that_day(session, people, given, day):
    given.take_out(given.participants[0], people.officer, NOW)
    session.flush()
    scheme, who = cast.scheme_of_a(session), [people.candidate]
    assert request(session, scheme, day, given.location, who, people.beheerder, NOW).live


def test_the_last_candidate_is_not_taken_out(session, people, given):
    given.take_out(given.participants[0], people.officer, NOW)
    error = refused(Rule.LAST_CANDIDATE, given.take_out, given.participants[1], people.officer, NOW)
    assert (error.found, given.candidates) == (people.second_candidate.name, [people.second_candidate])


def test_the_end_of_a_session_does_not_blur_who_was_taken_out_before(session, people, given, day):
    first, second = given.participants
    given.take_out(first, people.officer, NOW)
    given.cancel("De examiner is ziek.", people.officer, NOW + timedelta(hours=1))
    session.flush()
    assert (first.freed_at, second.freed_at) == (NOW, NOW + timedelta(hours=1))
    assert (given.coming, taken(session, [day])) == ([second], {})
    refused(StepRule.NOT_ALLOWED, given.take_out, second, people.officer, NOW)


def test_the_organisation_takes_out_before_the_day_and_ksf_until_it_is_over(people, given, day):
    participant = given.participants[0]
    midnight = datetime(day.day.year, day.day.month, day.day.day, tzinfo=AMSTERDAM)
    refused(Rule.BEGUN, given.withdraw_candidate, participant, people.beheerder, midnight)
    refused(Rule.BEGUN, given.take_out, participant, people.officer, day.ends_at)
    given.take_out(participant, people.officer, day.ends_at - timedelta(minutes=1))


def test_two_who_each_take_out_one_of_two_leave_one(session, people, given):
    """The second sees what the first did, since each locks the session first."""
    session.commit()
    with new_session() as own:
        found, officer = own.get(PracticalSession, given.id), own.get(Person, people.officer.id)
        participants = list(found.participants)
        own.commit()
        with new_session() as other:
            participant = other.get(Participant, participants[0].id)
            participant.practical_session.take_out(participant, other.get(Person, people.officer.id), NOW)
            other.commit()
        assert participants[0].freed_at is None
        refused(Rule.CANDIDATE_OFF, found.take_out, participants[0], officer, NOW)
        refused(Rule.LAST_CANDIDATE, found.take_out, participants[1], officer, NOW)


def test_who_left_is_known_as_such_and_keeps_the_seat_until_taken_out(session, people, asked):
    assert gone(asked, NOW) == set()
    home = {people.organisation.id}
    release(session, people.candidate, home, people.officer.id, NOW)
    session.flush()
    assert gone(asked, NOW) == {people.candidate.id}
    assert len(asked.coming) == 2
    later = NOW + timedelta(hours=1)
    employ_again(session, people.candidate, home, people.officer.id, later)
    session.flush()
    assert gone(asked, later) == set()
    release(session, people.candidate, home, people.officer.id, later)
    asked.take_out(asked.participants[0], people.officer, later)
    session.flush()
    assert gone(asked, later) == set()
    confirm(asked, people.assessors[0], people.officer, later)

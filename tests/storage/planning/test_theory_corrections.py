"""A result of an online test that was entered wrong is put right, with what it opened, unless something rests on it."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from support import cast

from storage.base.audit import AuditEvent
from storage.base.refusal import Refused
from storage.base.steps import StepRule
from storage.dossier import qualifications
from storage.dossier.qualifications import held
from storage.planning.practical_candidates import request
from storage.planning.theory_corrections import correct
from storage.planning.theory_tests import Rule, TheoryState, set_ready

NOW = cast.NOW
SOON = NOW + timedelta(days=7)
LATER = SOON + timedelta(hours=1)
WHY = "Twee regels van de lijst verwisseld."


@pytest.fixture
def ended(session, people):
    """`ended(result)`: the test of the candidate, which went so."""
    hall = cast.location(session, people)

    def end(result, at=SOON):
        (test,) = set_ready(session, [people.candidate], "certificate_a", hall, at, people.beheerder, NOW)
        test.enter(result, people.officer, at)
        session.flush()
        return test

    return end


def keys(session, person):
    return [one.key for one in held(session, [person.id])]


def refused(rule, test, result, reason=WHY, officer=None, now=LATER):
    with pytest.raises(Refused) as caught:
        correct(test, result, reason, officer, now)
    assert caught.value.rule is rule
    return caught.value


@pytest.mark.parametrize("result", [TheoryState.NOT_PASSED, TheoryState.NOT_TAKEN])
def test_a_pass_that_is_taken_back_closes_what_it_opened(session, people, ended, result):
    test, dossier = ended(TheoryState.PASSED), cast.dossier(session, people)
    session.flush()
    assert qualifications.prerequisite(session, dossier) is None
    correct(test, result, f" {WHY} ", people.second_officer, LATER)
    session.flush()
    assert (test.state, test.reason, test.ended_at) == (result, WHY, LATER)
    assert keys(session, people.candidate) == []
    assert qualifications.prerequisite(session, dossier)
    verbs = [one for one in session.scalars(select(AuditEvent)) if one.at == LATER]
    assert {one.verb for one in verbs} == {"theory_test_corrected", "qualification_taken_back", f"theory_test_{result}"}
    assert not any(WHY in str(one.facts) for one in verbs)


@pytest.mark.parametrize("was", [TheoryState.NOT_PASSED, TheoryState.NOT_TAKEN])
def test_a_pass_that_was_missed_opens_and_can_be_closed_again(session, people, ended, was):
    test = ended(was)
    correct(test, TheoryState.PASSED, WHY, people.officer, LATER)
    session.flush()
    assert [(one.key, one.since) for one in held(session, [people.candidate.id])] == [("theory_test_a", SOON.date())]
    correct(test, was, "Toch niet.", people.officer, LATER + timedelta(hours=1))
    session.flush()
    assert keys(session, people.candidate) == []
    assert test.reason == "Toch niet."


def test_what_ksf_entered_by_hand_stays(session, people):
    hall = cast.location(session, people)
    (test,) = set_ready(session, [people.candidate], "certificate_a", hall, SOON, people.beheerder, NOW)
    cast.theory(session, people, people.candidate)
    session.flush()
    test.enter(TheoryState.PASSED, people.officer, SOON)
    correct(test, TheoryState.NOT_TAKEN, WHY, people.officer, LATER)
    session.flush()
    assert keys(session, people.candidate) == ["theory_test_a"]


def test_an_approved_file_keeps_the_pass(session, people, ended):
    test, dossier = ended(TheoryState.PASSED), cast.approved_dossier(session, people)
    session.flush()
    assert refused(Rule.ON_FILE, test, TheoryState.NOT_PASSED, officer=people.officer).found == dossier.code
    assert (test.state, keys(session, people.candidate)) == (TheoryState.PASSED, ["theory_test_a"])
    dossier.withdraw(people.candidate.id, "Ik stop.", LATER)
    session.flush()
    correct(test, TheoryState.NOT_PASSED, WHY, people.officer, LATER)


def test_a_practical_session_keeps_the_pass_while_it_stands(session, people, ended):
    test = ended(TheoryState.PASSED)
    day = cast.practical_date(session, people, SOON + timedelta(days=20))
    scheme = cast.scheme_of_a(session)
    planned = request(session, scheme, day, test.location, [people.candidate], people.beheerder, LATER)
    session.flush()
    error = refused(Rule.ON_SESSION, test, TheoryState.NOT_PASSED, officer=people.officer)
    assert error.needed == day.starts_at
    planned.decline("Geen examiner.", people.officer, LATER)
    session.flush()
    correct(test, TheoryState.NOT_PASSED, WHY, people.officer, LATER)


def test_a_certificate_keeps_the_pass(session, people, ended):
    test = ended(TheoryState.PASSED)
    qualifications.enter(session, people.candidate, "certificate_a", "A-1", SOON.date(), people.officer, LATER)
    session.flush()
    refused(Rule.ON_CERTIFICATE, test, TheoryState.NOT_PASSED, officer=people.officer)


def test_a_newer_test_comes_first(session, people, ended):
    wrong = ended(TheoryState.NOT_PASSED)
    next_day = SOON + timedelta(days=1)
    (newer,) = set_ready(session, [people.candidate], "certificate_a", wrong.location, next_day, people.beheerder, SOON)
    assert refused(Rule.OTHER_STANDS, wrong, TheoryState.PASSED, officer=people.officer).needed == next_day
    newer.withdraw(people.beheerder, SOON)
    session.flush()
    correct(wrong, TheoryState.PASSED, WHY, people.officer, LATER)


def test_only_another_result_of_a_test_that_has_one_and_with_a_reason(session, people, ended):
    test = ended(TheoryState.NOT_PASSED)
    refused(Rule.NO_REASON, test, TheoryState.PASSED, reason=" ", officer=people.officer)
    for same in (TheoryState.NOT_PASSED, TheoryState.SET, TheoryState.WITHDRAWN):
        refused(StepRule.NOT_ALLOWED, test, same, officer=people.officer)
    (to_come,) = set_ready(
        session, [people.second_candidate], "certificate_a", test.location, LATER, people.beheerder, SOON
    )
    refused(StepRule.NOT_ALLOWED, to_come, TheoryState.PASSED, officer=people.officer)

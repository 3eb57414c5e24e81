"""A case goes its way: opened, heard or not come, decided by two who had no part, objected to, and decided anew."""

from datetime import timedelta

import pytest
from support import cast
from support.certified import certified

from storage.base.audit import AuditEvent
from storage.base.refusal import Refused
from storage.base.steps import StepRule
from storage.committee import irregularities
from storage.committee.irregularities import (
    NOTICE,
    STEPS,
    Effect,
    IrregularityKind,
    IrregularityState,
    Rule,
    open_case,
)
from storage.people.people import Role

NOW = cast.NOW
S = IrregularityState
HEARING = NOW + NOTICE + timedelta(days=1)
AFTER = HEARING + timedelta(hours=2)


@pytest.fixture
def members(session, people):
    """Three members of the committee who had no part in anything."""
    more = [cast.person(session, f"lid{at}", f"Lid {at}", Role.EXAM_COMMITTEE, None, NOW) for at in (1, 2)]
    session.flush()
    return [people.committee_member, *more]


@pytest.fixture
def case(session, people):
    certificate = certified(session, people)
    row = open_case(
        session,
        IrregularityKind.FRAUD,
        "Er sprak iemand voor.",
        people.officer,
        NOW,
        people.candidate,
        certificate.verdict.sitting.dossier,
        certificate,
    )
    return row


def heard(case, people):
    case.invite(HEARING, "Utrecht", people.officer, NOW)
    case.hear(True, "Ik las van een blaadje.", people.officer, AFTER)
    return case


def refused(act, *values):
    with pytest.raises(Refused) as error:
        act(*values)
    return error.value.rule


def test_two_members_decide_after_a_hearing_and_each_step_is_in_the_log(session, people, members, case):
    first, second, _ = members
    assert refused(case.propose, Effect.WARNED, "Zo.", first, NOW) is Rule.NOT_HEARD
    heard(case, people)
    case.propose(Effect.SUSPENDED, "Het staat vast.", first, AFTER)
    assert refused(case.decide, first, AFTER) is Rule.SECOND_PERSON
    case.decide(second, AFTER)
    session.flush()
    assert (case.state, case.ended_at, case.decided_by) == (S.DECIDED, AFTER, second)
    verbs = session.query(AuditEvent.verb).filter(AuditEvent.subject == case.id).order_by(AuditEvent.at).all()
    told = {f"irregularity_{one}" for one in ("opened", "invited", "heard", "proposed", "decided")}
    assert {verb for (verb,) in verbs} == told
    assert refused(case.decide, second, AFTER) is StepRule.NOT_ALLOWED


def test_nobody_with_a_part_in_the_exam_decides_and_nobody_has_a_part_in_the_own_case(session, people, members, case):
    heard(case, people)
    assert {one.id for one in people.assessors[:2]} | {people.officer.id, people.second_officer.id} <= case.involved()
    for one in (people.assessors[0], people.second_officer, people.manager):
        assert refused(case.propose, Effect.WARNED, "Zo.", one, AFTER) is Rule.INVOLVED
    assert refused(case.propose, Effect.WARNED, "Zo.", people.candidate, AFTER) is Rule.OWN
    assert refused(open_case, session, IrregularityKind.FRAUD, "X", people.officer, NOW, people.officer) is Rule.OWN


def test_an_invitation_is_in_time_has_a_place_and_can_be_moved(session, people, case):
    assert refused(case.invite, NOW + NOTICE - timedelta(minutes=1), "Utrecht", people.officer, NOW) is Rule.TOO_SOON
    assert refused(case.invite, NOW + timedelta(days=400), "Utrecht", people.officer, NOW) is Rule.TOO_FAR
    assert refused(case.invite, HEARING, " ", people.officer, NOW) is Rule.NO_WORDS
    assert not case.known_to_person
    case.invite(HEARING, "Utrecht", people.officer, NOW)
    assert case.known_to_person
    assert refused(case.hear, True, "Te vroeg.", people.officer, NOW) is Rule.NOT_YET
    later = HEARING + timedelta(days=3)
    case.invite(later, "telefonisch", people.officer, NOW)
    assert (case.state, case.hearing_at) == (S.INVITED, later)
    assert refused(case.hear, False, " ", people.officer, later) is Rule.NO_WORDS
    case.hear(False, "Gebeld op twee dagen, niet opgenomen.", people.officer, later)
    assert (case.came, case.state) == (False, S.HEARD)


def test_a_proposal_that_is_not_agreed_with_goes_back_with_the_reason(session, people, members, case):
    first, second, _ = members
    heard(case, people)
    case.propose(Effect.WITHDRAWN, "Het staat vast.", first, AFTER)
    assert refused(case.send_back, "  ", second, AFTER) is Rule.NO_WORDS
    case.send_back("Te zwaar.", second, AFTER)
    session.flush()
    assert (case.state, case.effect, case.sent_back) == (S.HEARD, None, "Te zwaar.")
    case.propose(Effect.WARNED, "Een eerste keer.", second, AFTER)
    case.decide(first, AFTER)
    assert case.effect is Effect.WARNED and case.sent_back == ""


def test_an_objection_is_answered_by_a_third_and_once(session, people, members, case):
    first, second, third = members
    heard(case, people)
    case.propose(Effect.SUSPENDED, "Het staat vast.", first, AFTER)
    case.decide(second, AFTER)
    last = case.objection_until
    assert not case.may_object(last + timedelta(seconds=1)) and case.may_object(last)
    assert refused(case.object, "Nee.", last + timedelta(seconds=1)) is Rule.LATE
    case.object("Het was mijn eigen blaadje.", last)
    assert refused(case.reply, True, "Ja.", first, last) is Rule.INVOLVED
    assert refused(case.reply, True, "Ja.", second, last) is Rule.INVOLVED
    case.reply(True, "Dat is niet nagegaan.", third, last)
    session.flush()
    assert (case.state, case.decided_at, case.granted) == (S.HEARD, None, True)
    case.propose(Effect.NOTHING, "Nagegaan: het was eigen werk.", first, last)
    case.decide(second, last)
    assert refused(case.object, "Nog eens.", last) is Rule.LATE
    session.flush()


def test_a_case_about_nobody_ends_without_a_hearing_and_without_a_consequence(session, people, members):
    first, second, _ = members
    row = open_case(session, IrregularityKind.LEAK, "Een filmpje staat online.", people.officer, NOW)
    assert refused(row.invite, HEARING, "Utrecht", people.officer, NOW) is Rule.NOBODY
    assert refused(row.propose, Effect.WARNED, "Zo.", first, NOW) is Rule.NOBODY
    row.propose(Effect.NOTHING, "De situatie is uit gebruik.", first, NOW)
    row.send_back("Wacht nog.", second, NOW)
    assert row.state is S.OPENED
    row.propose(Effect.NOTHING, "De situatie is uit gebruik.", first, NOW)
    row.decide(second, NOW)
    session.flush()
    assert row.state is S.DECIDED


def test_what_fits_not_is_refused(session, people, members):
    row = open_case(session, IrregularityKind.OTHER, "Iets.", people.officer, NOW, people.second_candidate)
    heard(row, people)
    assert refused(row.propose, Effect.SUSPENDED, "Zo.", members[0], AFTER) is Rule.NO_CERTIFICATE
    assert refused(row.propose, Effect.NOT_PASSED, "Zo.", members[0], AFTER) is Rule.NO_RESULT
    assert refused(row.drop, " ", members[0], AFTER) is Rule.NO_WORDS
    row.drop("Een misverstand.", members[0], AFTER)
    session.flush()
    assert row.state is S.DROPPED and row.ended_at == AFTER
    assert refused(open_case, session, IrregularityKind.OTHER, "  ", people.officer, NOW) is Rule.NO_WORDS


def test_every_state_but_the_ends_leads_on():
    assert {state for state, ways in STEPS.items() if not ways} == {S.DROPPED}
    assert set(irregularities.WORKING) == set(S) - {S.DECIDED, S.DROPPED}

"""Examiners whom an organisation supplies: proposed, accepted with training, active from a day on, and counted."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from support import cast
from support.cast import NOW

from review.batch import Mode
from storage.base.database import new_session
from storage.base.refusal import Refused
from storage.base.steps import StepRule
from storage.judging import allocations
from storage.judging.conflicts import assessors
from storage.people import employers, examiners
from storage.people.examiners import CalibrationNote, Examiner, ExaminerState, Rule
from storage.people.people import Membership, Role, person_by_email
from storage.people.staff_changes import open_changes
from storage.planning.deployments import deployments

TODAY = NOW.date()
EMAIL = "eva@voorbeeld.example"


@pytest.fixture
def proposal(session, people):
    people.organisation.supplies_examiners = True
    row = examiners.propose(session, people.organisation, "Eva  Examiner", EMAIL.upper(), people.beheerder, NOW)
    session.flush()
    return row


def test_an_accepted_examiner_has_an_employer_and_waits_for_a_second_officer(session, people, proposal):
    assert (proposal.name, proposal.email, list(session.scalars(examiners.waiting()))) == (
        "Eva Examiner",
        EMAIL,
        [proposal],
    )
    person = proposal.accept(TODAY - timedelta(days=3), TODAY, people.officer, NOW)
    session.flush()
    assert person is person_by_email(session, EMAIL)
    assert [one.called for one in employers.of(session, [person])[person.id]] == [people.organisation.name]
    (change,) = session.scalars(open_changes()).all()
    assert (change.person, change.role) == (person, Role.ASSESSOR)
    assert person not in assessors(session, NOW)
    change.decide(True, people.second_officer, NOW)
    session.flush()
    assert person in assessors(session, NOW)
    assert list(session.scalars(examiners.waiting())) == []


def test_before_the_first_day_nobody_is_given_work(session, people, proposal):
    later = TODAY + timedelta(days=7)
    person = proposal.accept(TODAY, later, people.officer, NOW)
    session.flush()
    session.scalars(open_changes()).one().decide(True, people.second_officer, NOW)
    session.flush()
    assert person not in assessors(session, NOW + timedelta(days=6))
    assert person in assessors(session, NOW + timedelta(days=7))
    assert examiners.active_from(session, [person]) == {person.id: later}


@pytest.mark.parametrize(
    ("trained", "active", "rule"), [(1, 2, Rule.NOT_TRAINED), (-1, -2, Rule.ACTIVE_BEFORE), (0, -1, Rule.ACTIVE_BEFORE)]
)
def test_training_comes_first(session, people, proposal, trained, active, rule):
    days = (TODAY + timedelta(days=one) for one in (trained, active))
    with pytest.raises(Refused) as refused:
        proposal.accept(*days, people.officer, NOW)
    assert refused.value.rule is rule
    assert proposal.state is ExaminerState.PROPOSED


def test_only_an_organisation_that_supplies_proposes_and_nobody_twice(session, people, proposal):
    for home, email, rule in (
        (people.outsider_organisation, "a@voorbeeld.example", Rule.SUPPLIES_NONE),
        (people.organisation, EMAIL, Rule.TWICE),
    ):
        with pytest.raises(Refused) as refused:
            examiners.propose(session, home, "Eva", email, people.beheerder, NOW)
        assert refused.value.rule is rule
    proposal.withdraw(people.beheerder, NOW)
    session.flush()
    assert examiners.propose(session, people.organisation, "Eva", EMAIL, people.beheerder, NOW).live


def test_no_officer_accepts_the_own_case(session, people, proposal):
    proposal.email = people.officer.email
    with pytest.raises(Refused) as refused:
        proposal.accept(TODAY, TODAY, people.officer, NOW)
    assert refused.value.rule is Rule.OWN


def test_each_step_leads_where_it_may_and_nowhere_else(session, people, proposal):
    with pytest.raises(Refused) as refused:
        proposal.decline(" ", people.officer, NOW)
    assert refused.value.rule is Rule.NO_REASON
    proposal.decline("Nog geen ervaring.", people.officer, NOW)
    for step in (
        lambda: proposal.accept(TODAY, TODAY, people.officer, NOW),
        lambda: proposal.withdraw(people.beheerder, NOW),
        lambda: proposal.end(people.officer, NOW),
        lambda: proposal.decline("Weer.", people.officer, NOW),
    ):
        with pytest.raises(Refused) as refused:
            step()
        assert refused.value.rule is StepRule.NOT_ALLOWED


def test_somebody_known_keeps_name_role_and_employer(session, people, proposal):
    assessor = people.assessors[0]
    proposal.email = assessor.email
    assert proposal.accept(TODAY, TODAY, people.officer, NOW) is assessor
    session.flush()
    assert session.scalars(open_changes()).all() == []
    assert {one.called for one in employers.of(session, [assessor])[assessor.id]} == {
        "Werkgever van assessor",
        people.organisation.name,
    }


def test_of_two_who_answer_at_once_one_is_first(session, people, proposal):
    session.commit()
    here = session.get(Examiner, proposal.id)
    assert here.state is ExaminerState.PROPOSED
    session.commit()
    with new_session() as other:
        other.get(Examiner, proposal.id).withdraw(people.beheerder, NOW)
        other.commit()
    here.decline("Te laat.", people.officer, NOW)
    with pytest.raises(StaleDataError):
        session.flush()


def test_the_database_holds_who_was_accepted_and_why_not(session, people, proposal):
    for wrong in ({"state": ExaminerState.ACCEPTED}, {"state": ExaminerState.DECLINED}):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(Examiner.__table__.update().values(**wrong))


def test_deployments_are_sessions_that_stand_and_batches_that_were_shared_out(session, people):
    now = NOW
    assert deployments(session, people.assessors, now) == {one.id: [] for one in people.assessors}
    day = cast.practical_date(session, people, now + timedelta(days=3))
    candidate = cast.person(session, "k9", "Kandidaat Negen", Role.CANDIDATE, people.organisation, now)
    practical = cast.practical_session(session, people, day, candidate, now=now)
    practical.confirm(people.assessors[0], people.officer, now)
    sitting = cast.finished_sitting(session, people)
    until = TODAY + timedelta(days=14)
    shared = allocations.propose(session, [sitting], Mode.WHOLE, 20, until, people.officer, now)
    assert sum(map(len, deployments(session, people.assessors, now).values())) == 1, "a proposal is no deployment"
    shared.make_final(people.officer, now)
    session.flush()
    judging = {one.assessor for one in shared.plan.assignments}
    found = deployments(session, people.assessors, now)
    for one in people.assessors:
        expected = [TODAY] if str(one.id) in judging else []
        expected += [practical.day] if one is people.assessors[0] else []
        assert found[one.id] == expected
    late = deployments(session, people.assessors, now + timedelta(days=400))
    assert set(map(tuple, late.values())) == {()}


def test_who_was_proposed_stays_where_it_was_answered(session, people, proposal):
    proposal.accept(TODAY, TODAY, people.officer, NOW)
    proposal.end(people.officer, NOW)
    session.flush()
    assert session.scalars(select(Examiner)).one().ended_at == NOW


def test_a_calibration_is_noted_by_hand_for_who_is_supplied_and_trained(session, people, proposal):
    with pytest.raises(Refused) as error:
        proposal.calibrate(TODAY, people.officer, NOW)
    assert error.value.rule is StepRule.NOT_ALLOWED
    trained = TODAY - timedelta(days=200)
    proposal.accept(trained, TODAY, people.officer, NOW)
    session.flush()
    for wrong in (TODAY + timedelta(days=1), trained - timedelta(days=1)):
        with pytest.raises(Refused) as error:
            proposal.calibrate(wrong, people.officer, NOW)
        assert error.value.rule is Rule.NOT_CALIBRATED
    for day in (trained, TODAY):
        proposal.calibrate(day, people.officer, NOW)
    session.flush()
    assert proposal.calibrated_on == TODAY
    notes = session.scalars(select(CalibrationNote).order_by(CalibrationNote.day)).all()
    assert [(one.day, one.noted_by) for one in notes] == [(trained, people.officer), (TODAY, people.officer)]


def test_a_session_knows_which_organisation_supplied_its_examiner(session, people, proposal):
    day = cast.practical_date(session, people, NOW + timedelta(days=3))
    elsewhere = cast.practical_session(session, people, day, people.candidate)
    elsewhere.confirm(people.assessors[0], people.officer, NOW)
    assert elsewhere.supplied_by is None
    person = proposal.accept(TODAY - timedelta(days=1), TODAY, people.officer, NOW)
    person.memberships.append(Membership(role=Role.ASSESSOR, since=NOW))
    session.flush()
    assert examiners.supplier(session, person) is proposal.organisation
    proposal.end(people.officer, NOW)
    assert examiners.supplier(session, person) is None

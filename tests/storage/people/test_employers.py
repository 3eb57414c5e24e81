"""Employers of staff: each with its days, former ones too; who has none is given no work."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from support import cast
from support.cast import NOW

from review.batch import Mode
from review.conflicts import Conflict
from storage.base.audit import AuditEvent
from storage.base.refusal import Refused
from storage.judging import allocations
from storage.judging.eligibility import conflicts_of
from storage.people import employers
from storage.people.employers import Employer, Rule
from storage.people.people import Role, join

TODAY = NOW.date()


@pytest.fixture
def assessor(session, people):
    """The first assessor, of whom no employer is known."""
    session.execute(delete(Employer).where(Employer.person_id == people.assessors[0].id))
    return people.assessors[0]


def employ(session, people, person, organisation=None, name="", since=TODAY, until=None):
    return employers.employ(session, person, organisation, name, since, until, people.officer, NOW)


def test_without_an_employer_nobody_is_given_work(session, people, assessor):
    sitting = cast.finished_sitting(session, people)
    assert conflicts_of(session, sitting, people.assessors, NOW) == {assessor.id: (Conflict.NO_EMPLOYER,)}
    assert list(session.scalars(employers.unknown(NOW))) == [assessor]
    until = TODAY + timedelta(days=14)
    shared = allocations.propose(session, [sitting], Mode.WHOLE, 20, until, people.officer, NOW)
    assert str(assessor.id) not in {one.assessor for one in shared.plan.assignments}
    employ(session, people, assessor, name="Proefpost")
    session.flush()
    assert conflicts_of(session, sitting, people.assessors, NOW) == {}
    assert list(session.scalars(employers.unknown(NOW))) == []


def test_the_employer_is_a_conflict_while_it_lasts_and_for_two_years_after(session, people, assessor):
    sitting = cast.finished_sitting(session, people)
    row = employ(session, people, assessor, people.organisation, since=TODAY - timedelta(days=900))
    session.flush()
    assert conflicts_of(session, sitting, [assessor], NOW) == {assessor.id: (Conflict.EMPLOYER,)}
    row.end(TODAY - timedelta(days=1), people.officer, NOW)
    employ(session, people, assessor, name="Elders")
    session.flush()
    assert conflicts_of(session, sitting, [assessor], NOW) == {assessor.id: (Conflict.FORMER_EMPLOYER,)}
    later = NOW + timedelta(days=740)
    assert conflicts_of(session, sitting, [assessor], later) == {}


def test_one_who_ended_is_no_employer_of_today(session, people, assessor):
    row = employ(session, people, assessor, name="Proefpost", since=TODAY - timedelta(days=9))
    row.end(TODAY, people.officer, NOW)
    session.flush()
    assert list(session.scalars(employers.unknown(NOW))) == []
    assert list(session.scalars(employers.unknown(NOW + timedelta(days=1)))) == [assessor]


def test_who_is_a_member_of_an_organisation_here_has_an_employer(session, people, assessor):
    join(session, assessor, Role.MANAGER, people.outsider_organisation, people.officer.id, NOW)
    session.flush()
    assert list(session.scalars(employers.unknown(NOW))) == []
    sitting = cast.finished_sitting(session, people)
    assert conflicts_of(session, sitting, [assessor], NOW) == {}


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"name": " "}, Rule.NO_NAME),
        ({"name": "A", "until": TODAY - timedelta(days=1)}, Rule.ENDS_BEFORE),
        ({"name": "A", "since": TODAY + timedelta(days=1)}, Rule.BEGINS_LATER),
        ({"name": "proefpost"}, Rule.TWICE),
    ],
)
def test_what_cannot_be_is_refused(session, people, assessor, more, rule):
    employ(session, people, assessor, name="Proefpost")
    session.flush()
    with pytest.raises(Refused) as refused:
        employ(session, people, assessor, **more)
    assert refused.value.rule is rule
    assert len(employers.of(session, [assessor])[assessor.id]) == 1


def test_the_same_employer_again_after_it_ended(session, people, assessor):
    row = employ(session, people, assessor, name="Proefpost", since=TODAY - timedelta(days=9))
    row.end(TODAY - timedelta(days=5), people.officer, NOW)
    employ(session, people, assessor, name="Proefpost")
    session.flush()
    assert [one.until for one in employers.of(session, [assessor])[assessor.id]] == [None, TODAY - timedelta(days=5)]
    with pytest.raises(Refused):
        row.end(TODAY - timedelta(days=10), people.officer, NOW)


def test_the_database_holds_an_organisation_or_a_name_and_days_in_order(session, people, assessor):
    for wrong in (
        {"name": ""},
        {"name": "A", "organisation_id": people.organisation.id},
        {"name": "A", "until": TODAY - timedelta(days=1)},
    ):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.add(Employer(**{"person_id": assessor.id, "since": TODAY} | wrong))
            session.flush()


def test_the_log_knows_of_it_without_a_name(session, people, assessor):
    employ(session, people, assessor, name="Proefpost").end(TODAY, people.officer, NOW)
    session.flush()
    events = session.scalars(select(AuditEvent).where(AuditEvent.verb.startswith("employer_"))).all()
    assert {one.verb for one in events} == {"employer_kept", "employer_ended"}
    assert [one.facts for one in events] == [{}, {}]

"""The motivation file: complete before it is handed in, decided with a reason, closed afterwards."""

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from support import cast

from storage.base.codes import CODE_LETTERS
from storage.base.database import new_session
from storage.base.refusal import Refused
from storage.base.steps import StepRule
from storage.dossier.dossiers import Dossier, DossierState, Rule, SelfAssessment, Star, StarKind

NOW = cast.NOW


@pytest.fixture
def dossier(session, people) -> Dossier:
    row = cast.dossier(session, people)
    session.commit()
    return row


def refused(rule, act, *arguments):
    with pytest.raises(Refused) as caught:
        act(*arguments)
    assert caught.value.rule is rule
    return caught.value


def test_a_complete_file_is_handed_in_and_approved(people, dossier):
    assert dossier.missing() == ()
    dossier.submit(people.candidate.id, NOW)
    assert (dossier.state, dossier.submitted_at) == (DossierState.SUBMITTED, NOW)
    dossier.decide(DossierState.APPROVED, people.officer.id, "", NOW)
    assert (dossier.state, dossier.decided_by_id, dossier.decided_at) == (DossierState.APPROVED, people.officer.id, NOW)


def test_its_code_says_nothing_about_anybody(dossier):
    assert dossier.code.startswith("K-") and set(dossier.code[2:]) <= set(CODE_LETTERS)


@pytest.mark.parametrize("name", ["reason", "example_role", "role_description", "motivation", "goal"])
def test_an_empty_part_is_named(people, dossier, name):
    setattr(dossier, name, "  \n ")
    assert refused(Rule.INCOMPLETE, dossier.submit, people.candidate.id, NOW).found == (name,)
    assert dossier.state is DossierState.WRITING


def test_years_may_be_none_at_all_but_not_unknown(dossier):
    dossier.years = 0
    assert dossier.missing() == ()
    dossier.years = None
    assert dossier.missing() == ("years",)


@pytest.mark.parametrize("part", ["situation", "tasks", "activities", "result"])
def test_a_star_needs_all_four(dossier, part):
    star = next(star for star in dossier.stars if star.kind is StarKind.COLLEAGUE)
    setattr(star, part, " ")
    assert dossier.missing() == ("star_colleague",)


def test_each_competency_needs_a_level(session, dossier):
    one = dossier.assessments[3]
    session.delete(one)
    session.commit()
    session.refresh(dossier)
    assert dossier.missing() == (f"competency_{one.competency}",)


def test_an_empty_file_names_everything_in_the_order_of_the_form(session, people):
    row = Dossier(
        scheme=cast.scheme(session),
        organisation=people.organisation,
        candidate=people.candidate,
        manager=people.manager,
    )
    row.created_at = NOW
    session.add(row)
    session.flush()
    gaps = row.missing()
    assert gaps[:9] == (
        "tasks",
        "reason",
        "example_role",
        "role_description",
        "years",
        "motivation",
        "goal",
        "star_manager",
        "star_colleague",
    )
    assert len(gaps) == 17 == row.parts


@pytest.mark.parametrize("state", [DossierState.RETURNED, DossierState.REJECTED])
def test_a_decision_against_needs_a_reason(people, dossier, state):
    dossier.submit(people.candidate.id, NOW)
    refused(Rule.NO_REASON, dossier.decide, state, people.officer.id, "  ", NOW)
    dossier.decide(state, people.officer.id, " Het voorbeeld is te kort. ", NOW)
    assert (dossier.state, dossier.decision_reason) == (state, "Het voorbeeld is te kort.")


def test_a_returned_file_is_open_again(people, dossier):
    dossier.require_open()
    dossier.submit(people.candidate.id, NOW)
    refused(Rule.CLOSED, dossier.require_open)
    dossier.decide(DossierState.RETURNED, people.officer.id, "Meer over het resultaat.", NOW)
    dossier.require_open()
    dossier.submit(people.candidate.id, NOW)
    assert dossier.state is DossierState.SUBMITTED


def test_no_step_is_taken_twice_or_skipped(people, dossier):
    refused(StepRule.NOT_ALLOWED, dossier.decide, DossierState.APPROVED, people.officer.id, "", NOW)
    dossier.submit(people.candidate.id, NOW)
    refused(StepRule.NOT_ALLOWED, dossier.submit, people.candidate.id, NOW)
    dossier.decide(DossierState.APPROVED, people.officer.id, "", NOW)
    refused(StepRule.NOT_ALLOWED, dossier.decide, DossierState.REJECTED, people.officer.id, "Toch niet.", NOW)


def test_of_two_decisions_at_once_one_wins(installation, people, dossier, session):
    dossier.submit(people.candidate.id, NOW)
    session.commit()
    with new_session(writes=False) as first, new_session(writes=False) as second:
        if first.bind.dialect.name == "sqlite":
            return  # there, a writer waits for the one before it and then reads what that one wrote
        one, two = first.get(Dossier, dossier.id), second.get(Dossier, dossier.id)
        one.decide(DossierState.APPROVED, people.officer.id, "", NOW)
        two.decide(DossierState.REJECTED, people.second_officer.id, "Nee.", NOW)
        first.commit()
        with pytest.raises(StaleDataError):
            second.commit()


@pytest.mark.parametrize("values", [{"years": -1}, {"years": 61}])
def test_the_database_refuses_impossible_years(session, dossier, values):
    with pytest.raises(IntegrityError):
        session.execute(update(Dossier).values(**values))


def test_the_database_refuses_an_own_manager(session, people, dossier):
    with pytest.raises(IntegrityError):
        session.execute(update(Dossier).values(manager_id=people.candidate.id))


def test_the_database_refuses_a_second_star_of_a_kind_and_a_level_off_the_scale(session, dossier):
    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(Star(dossier=dossier, kind=StarKind.MANAGER))
        session.flush()
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(SelfAssessment).values(level=6))

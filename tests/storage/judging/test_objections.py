"""An objection from receipt to ruling: one per decision, in time or with a reason, ruled on by outsiders to it."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from support import cast

from review.objection import Ground, Obstacle, Ruling, Term
from storage.base.audit import AuditEvent
from storage.base.refusal import Refused
from storage.base.steps import StepRule
from storage.dossier.dossiers import DossierState
from storage.judging import objections
from storage.judging.objections import Against, ObjectionState, object_to, objection_to
from storage.judging.progress import decide

NOW = cast.NOW
TODAY = NOW.date()
TERM = Term(TODAY, 6)


@pytest.fixture
def rejected(session, people):
    row = cast.dossier(session, people)
    row.submit(people.candidate.id, NOW)
    session.flush()
    row.decide(DossierState.REJECTED, people.officer.id, "Te weinig ervaring.", NOW)
    session.flush()
    return row


@pytest.fixture
def released(session, people):
    """A result that one officer confirmed and another released."""
    sitting = cast.finished_sitting(session, people)
    for slot, assessor in enumerate(people.assessors[:2], 1):
        cast.rate(session, sitting, assessor, slot)
    verdict = decide(session, sitting, NOW)
    verdict.confirm(people.officer, NOW)
    verdict.release(people.second_officer, NOW)
    session.flush()
    return sitting.dossier


def refused(rule):
    return pytest.raises(Refused, match=f"^{rule}:")


def objection(session, dossier, **more):
    words = {"term": TERM, "grounds": "Ik ben het er niet mee eens.", "late_reason": "", "now": NOW, "today": TODAY}
    made = object_to(session, dossier, **(words | more))
    session.flush()
    return made


def test_a_rejection_and_a_result_can_be_objected_to_and_nothing_else(session, people, rejected, released):
    assert objection(session, rejected).against is Against.REJECTION
    assert objection(session, released).against is Against.RESULT
    writing = cast.dossier(session, people, candidate=people.second_candidate)
    session.flush()
    assert objections.decision_on(session, writing) is None and objection_to(session, writing) is None


def test_each_has_a_receipt_number_and_there_is_one_for_a_decision(session, rejected):
    first = objection(session, rejected)
    assert first.code.startswith("B-") and objection_to(session, rejected) is first
    with refused(objections.Rule.TWICE):
        objection(session, rejected)
    session.add(
        objections.Objection(
            dossier=rejected, against=first.against, decision_at=first.decision_at, grounds="Nog eens.", received_at=NOW
        )
    )
    with pytest.raises(IntegrityError):
        session.flush()


def test_after_the_term_a_reason_is_needed_and_before_it_none_is_kept(session, rejected, released):
    late = TERM.last_day + timedelta(days=1)
    with refused(objections.Rule.LATE):
        objection(session, rejected, today=late)
    assert objection(session, rejected, today=late, late_reason="Ik lag in het ziekenhuis.").late_reason
    assert objection(session, released, late_reason="Voor de zekerheid.").late_reason == ""


def test_without_grounds_there_is_no_objection(session, rejected):
    with refused(objections.Rule.NO_GROUNDS):
        objection(session, rejected, grounds="  ")


def test_who_had_a_part_in_the_decision_neither_classifies_nor_rules(session, people, released):
    made = objection(session, released)
    involved = [people.officer, people.second_officer, *people.assessors[:2], people.manager, people.candidate]
    assert made.involved() == {one.id for one in involved}
    for person in involved:
        with refused(objections.Rule.INVOLVED):
            made.classify(person, Ground.TECHNICAL, False, NOW)
        with refused(objections.Rule.INVOLVED):
            made.rule(person, Ruling.UPHELD, "Nee.", NOW)


def test_an_objection_goes_one_way_and_ends_with_one_ruling(session, people, rejected):
    made = objection(session, rejected)
    with refused(StepRule.NOT_ALLOWED):
        made.rule(people.second_officer, Ruling.REVISED, "Ja.", NOW)
    made.classify(people.second_officer, Ground.PROCEDURAL, False, NOW)
    session.flush()
    assert made.state is ObjectionState.OFFICE
    made.classify(people.second_officer, Ground.CONTENT, False, NOW)
    session.flush()
    assert made.state is ObjectionState.COMMITTEE
    with refused(Obstacle.NO_TEXT):
        made.rule(people.committee_member, Ruling.REVISED, " ", NOW)
    with refused(Obstacle.IN_TIME):
        made.rule(people.committee_member, Ruling.LATE, "Te laat.", NOW)
    made.rule(people.committee_member, Ruling.REVISED, "U hebt gelijk.", NOW)
    session.flush()
    for act in (
        lambda: made.rule(people.committee_member, Ruling.UPHELD, "Toch niet.", NOW),
        lambda: made.classify(people.second_officer, Ground.TECHNICAL, True, NOW),
    ):
        with refused(StepRule.NOT_ALLOWED):
            act()
    told = session.scalars(select(AuditEvent).where(AuditEvent.subject == made.id).order_by(AuditEvent.at)).all()
    verbs = ["objection_received", "objection_office", "objection_committee", "objection_ruled"]
    assert sorted(one.verb for one in told) == sorted(verbs)
    assert "gelijk" not in str([one.facts for one in told])


def test_the_database_refuses_a_ruling_that_nobody_gave(session, rejected):
    made = objection(session, rejected)
    made.ruling = Ruling.REVISED
    with pytest.raises(IntegrityError):
        session.flush()

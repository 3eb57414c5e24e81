"""Putting right a result of an online theory test that was entered wrong, and what that result had opened.

A pass that is taken back closes what it opened. Where something rests on it already, that comes first.
"""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.base import audit
from storage.base.database import session_of
from storage.base.refusal import Refused
from storage.base.steps import check_step
from storage.dossier import qualifications
from storage.dossier.dossiers import Dossier, DossierState
from storage.dossier.qualifications import CERTIFICATE, Qualification
from storage.people.people import Person
from storage.planning.practical_sessions import LIVE, Participant, PracticalSession
from storage.planning.theory_tests import CORRECTIONS, Rule, TheoryState, TheoryTest, passed_key


def correct(test: TheoryTest, result: TheoryState, reason: str, officer: Person, now: datetime) -> None:
    """KSF puts the result right, with the reason. What KSF entered in the register by hand stays.

    Raises Refused without a reason, for the result that is there already, for a pass when another test of this person
    stands ready or was passed, and for taking back a pass on which something rests.
    """
    check_step(CORRECTIONS, test.state, result)
    if not reason.strip():
        raise Refused(Rule.NO_REASON)
    session, was = session_of(test), test.state
    require_possible(session, test, result)
    if was is TheoryState.PASSED and (gave := given(session, test)):
        gave.take_back(officer, now)
        session.flush()
    audit.record(session, now, officer.id, "theory_test_corrected", test, was=was)
    test.reason = reason.strip()
    test.end(result, officer, now)


def require_possible(session: Session, test: TheoryTest, result: TheoryState) -> None:
    """Raise Refused where another test, or what rests on this one, stands in the way of this result."""
    if result is TheoryState.PASSED:
        _require_no_other(session, test)
    elif test.state is TheoryState.PASSED and given(session, test):
        _require_nothing_on_it(session, test.person_id)


def given(session: Session, test: TheoryTest) -> Qualification | None:
    """The entry in the register because of this very test: entered with its result, by the same person."""
    theirs = select(Qualification).where(
        Qualification.person_id == test.person_id,
        Qualification.key == passed_key(session),
        Qualification.entered_by_id == test.ended_by_id,
        Qualification.entered_at == test.ended_at,
    )
    return session.scalars(theirs).first()


def _require_no_other(session: Session, test: TheoryTest) -> None:
    """One person has at most one test that stands ready or was passed."""
    live = (TheoryState.SET, TheoryState.PASSED)
    theirs = select(TheoryTest).where(TheoryTest.person_id == test.person_id, TheoryTest.state.in_(live))
    if other := session.scalars(theirs).first():
        raise Refused(Rule.OTHER_STANDS, found=test.person.name, needed=other.starts_at)


def _require_nothing_on_it(session: Session, person: uuid.UUID) -> None:
    if any(one.key.startswith(CERTIFICATE) for one in qualifications.held(session, [person])):
        raise Refused(Rule.ON_CERTIFICATE)
    key = passed_key(session)
    # Locked, so that who approves one of these files at this moment asks for the qualification after it went.
    files = select(Dossier).where(Dossier.candidate_id == person).order_by(Dossier.id).with_for_update()
    for file in session.scalars(files.execution_options(populate_existing=True)):
        if file.state is DossierState.APPROVED and key in file.scheme.content.prerequisite_any_of:
            raise Refused(Rule.ON_FILE, found=file.code)
    participants = (
        select(PracticalSession)
        .join(Participant)
        .where(Participant.candidate_id == person, Participant.freed_at.is_(None), PracticalSession.state.in_(LIVE))
    )
    for planned in session.scalars(participants):
        if key in planned.scheme.content.prerequisite_any_of:
            raise Refused(Rule.ON_SESSION, needed=planned.exam_date.starts_at)

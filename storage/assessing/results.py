"""What came of an assessment: signed by the exam committee where the scheme says so, released or sent back, certified.

Release and sending back are done by somebody who did not judge and did not sign: a second person.
"""

from datetime import datetime
from enum import StrEnum

from storage.assessing import sheets
from storage.assessing.assessments import Assessment, AssessmentState
from storage.base.database import session_of
from storage.base.present import present
from storage.base.refusal import Refused
from storage.base.steps import StepRule, check_step
from storage.certificates import issuing
from storage.certificates.certificates import Certificate
from storage.people.people import Person


class Rule(StrEnum):
    """Why a result is not signed, released or sent back."""

    SECOND_PERSON = "assessment_by_second_person"
    NOT_ENDORSED = "assessment_not_endorsed"


def endorse(found: Assessment, member: Person, now: datetime) -> None:
    """The exam committee signs. Raises Refused for who judged, and where the scheme asks for no such signature."""
    found.wait_for_others()
    if not found.needs_endorsement:
        raise Refused(StepRule.NOT_ALLOWED, found=found.state, needed=AssessmentState.RELEASED)
    check_step(found.steps, found.state, AssessmentState.ENDORSED)
    _require_second(found, member)
    found.take_step(AssessmentState.ENDORSED, member.id, now)
    found.endorsed_by_id, found.endorsed_at = member.id, now
    session_of(found).flush()


def release(found: Assessment, officer: Person, now: datetime) -> Certificate | None:
    """Make it known to the candidate; answers the certificate that follows when it is positive.

    Raises Refused for who judged or signed, and while a signature of the committee is needed.
    """
    found.wait_for_others()
    check_step(found.steps, found.state, AssessmentState.RELEASED)
    if found.needs_endorsement and found.state is not AssessmentState.ENDORSED:
        raise Refused(Rule.NOT_ENDORSED)
    _require_second(found, officer)
    found.take_step(AssessmentState.RELEASED, officer.id, now, passed=found.passed)
    found.released_by_id, found.released_at = officer.id, now
    session = session_of(found)
    session.flush()
    if not found.passed:
        return None
    first = found.endorsed_by_id or found.sheets[0].assessor_id
    made = issuing.issue_judged_live(
        session,
        found.scheme,
        found.candidate,
        found.organisation_id,
        present(found.day),
        (first, officer.id),
        now,
    )
    found.certificate = made
    session.flush()
    return made


def send_back(found: Assessment, reason: str, person: Person, now: datetime) -> None:
    """The assessors look at it again and sign anew; what they signed stays kept. Raises Refused without a reason."""
    why = found.require_reason(reason)
    found.wait_for_others()
    check_step(found.steps, found.state, AssessmentState.PLANNED)
    if found.state is AssessmentState.REQUESTED:
        raise Refused(StepRule.NOT_ALLOWED, found=found.state, needed=AssessmentState.PLANNED)
    _require_second(found, person)
    sheets.copies(found, now)
    found.take_step(AssessmentState.PLANNED, person.id, now, sent_back=True)
    found.reason, found.judgement, found.passed, found.judged_at = why, {}, None, None
    found.endorsed_by_id = found.endorsed_at = None
    session_of(found).flush()


def _require_second(found: Assessment, person: Person) -> None:
    judged = {one.assessor_id for one in found.sheets}
    if person.id in {*judged, found.candidate_id, found.endorsed_by_id}:
        raise Refused(Rule.SECOND_PERSON)

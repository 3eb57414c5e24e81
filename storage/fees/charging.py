"""What is due by itself: each step that costs something becomes an order, and what came to nothing is given back.

No other package knows of money: what was set ready, confirmed, approved or ordered is found by its row, once. The price
is that of the step's own day, so that it does not matter when this runs.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, joinedload

from scenarios.fee_rules import ChargedAt, Ending, FeeLine, Product, Reason, Supplying, credited, lines
from storage.assessing.assessments import ENDED, Assessment, AssessmentState
from storage.base.clock import AMSTERDAM
from storage.certificates.copies import CopyOrder
from storage.dossier.dossiers import Dossier, DossierState
from storage.fees.billing import one_at_a_time
from storage.fees.orders import FeeOrder, Subject, again, credit, left_of, place, unended
from storage.fees.prices import fees_on
from storage.people.examiners import supplied_at
from storage.people.organisations import Organisation
from storage.planning.practical_sessions import Participant, PracticalSession, SessionState
from storage.planning.theory_tests import TheoryState, TheoryTest
from storage.schemes import Scheme, current_practical_tests

NOTES = {
    Ending.WITHDRAWN: "teruggetrokken",
    Ending.CANCELLED: "afgezegd door ons",
}
"""What stands beside a credit that nobody wrote."""
REASONS = {Ending.WITHDRAWN: Reason.WITHDRAWN, Ending.CANCELLED: Reason.CANCELLED}


@dataclass(frozen=True)
class Due:
    """A step that may cost something: whose, for which exam, when."""

    subject: Subject
    subject_id: uuid.UUID
    at: ChargedAt | None
    moment: datetime
    candidate_id: uuid.UUID
    organisation: Organisation | None
    scheme: Scheme
    cost_centre: str = ""
    copy_cents: int = 0


def charge_due(session: Session, now: datetime) -> int:
    """Order what happened since charging began and has no order yet; answers how many orders were made."""
    since = one_at_a_time(session).since
    if since is None or since > now.astimezone(AMSTERDAM).date():
        return 0
    start = datetime.combine(since, time(), AMSTERDAM).astimezone(UTC)
    made = 0
    for due in [
        *_theory(session, start),
        *_practical(session, start),
        *_invited(session, start),
        *_assessments(session, start),
        *_copies(session, start),
    ]:
        for line in priced(session, due):
            place(session, _order(due, line), now)
            made += 1
    return made


def priced(session: Session, due: Due) -> tuple[FeeLine, ...]:
    """What this step costs by the price list of its day."""
    if due.at is None:
        return (FeeLine(Product.COPY, Reason.COPY, due.copy_cents),) if due.copy_cents else ()
    return preview(session, due.scheme, due.at, due.organisation, due.candidate_id, due.moment)


def preview(
    session: Session,
    scheme: Scheme,
    at: ChargedAt,
    organisation: Organisation | None,
    candidate: uuid.UUID | None,
    moment: datetime,
) -> tuple[FeeLine, ...]:
    """What this step would cost this organisation for this candidate, or for one who comes for the first time."""
    fees = fees_on(session, scheme, moment.astimezone(AMSTERDAM).date())
    return lines(
        fees,
        at,
        member=organisation is not None and organisation.is_member,
        supplies_examiner=organisation is not None and _supplies(session, organisation, fees.supplying, at, moment),
        again=candidate is not None and _again(session, candidate, scheme, at, moment),
    )


def _supplies(
    session: Session, organisation: Organisation, supplying: Supplying, at: ChargedAt, moment: datetime
) -> bool:
    if at is not ChargedAt.PRACTICAL:
        return False
    if supplying is Supplying.SAID:
        return organisation.supplies_examiners
    return supplied_at(session, organisation, moment)


def _again(session: Session, candidate: uuid.UUID, scheme: Scheme, at: ChargedAt, moment: datetime) -> bool:
    """True for who takes this step once more: was charged for the exam before, or had a practical test."""
    fees = scheme.content.fees
    if at is fees.charged_at:
        return again(session, candidate, scheme.key, moment)
    if at is not ChargedAt.PRACTICAL or fees.charges_resit_at is not at:
        return False
    before = (
        select(Participant.id)
        .join(PracticalSession, Participant.session_id == PracticalSession.id)
        .join(Scheme, PracticalSession.scheme_id == Scheme.id)
        .where(
            Participant.candidate_id == candidate,
            Participant.freed_at.is_(None),
            PracticalSession.state == SessionState.CONFIRMED,
            PracticalSession.answered_at < moment,
            Scheme.key == scheme.key,
        )
    )
    return session.scalars(before.limit(1)).first() is not None


def credit_ended(session: Session, now: datetime) -> int:
    """Give back what the scheme says of what was charged and came to nothing; answers how many credits were made."""
    one_at_a_time(session)
    made = 0
    for ending, query in _endings():
        ended = session.scalars(query.options(joinedload(FeeOrder.scheme))).all()
        left = left_of(session, ended)
        for order in ended:
            cents = credited(order.scheme.content.fees, left[order.id], ending)
            if cents:
                credit(session, order, cents, NOTES[ending], None, now, REASONS[ending])
                made += 1
    return made


def _endings() -> Iterator[tuple[Ending, Select[FeeOrder]]]:
    test, seat, file = TheoryTest, Participant, Dossier
    found = unended()
    yield (
        Ending.WITHDRAWN,
        found.join(test, FeeOrder.subject_id == test.id).where(
            FeeOrder.subject == Subject.THEORY_TEST, test.state == TheoryState.WITHDRAWN
        ),
    )
    seats = found.join(seat, FeeOrder.subject_id == seat.id).join(
        PracticalSession, seat.session_id == PracticalSession.id
    )
    gone = FeeOrder.subject == Subject.PRACTICAL_SEAT
    yield Ending.CANCELLED, seats.where(gone, PracticalSession.state == SessionState.CANCELLED)
    yield (
        Ending.WITHDRAWN,
        seats.where(gone, seat.freed_at.is_not(None), PracticalSession.state != SessionState.CANCELLED),
    )
    yield (
        Ending.WITHDRAWN,
        found.join(file, FeeOrder.subject_id == file.id).where(
            FeeOrder.subject == Subject.DOSSIER, file.state == DossierState.WITHDRAWN
        ),
    )
    assessed = found.join(Assessment, FeeOrder.subject_id == Assessment.id).where(
        FeeOrder.subject == Subject.ASSESSMENT
    )
    yield Ending.CANCELLED, assessed.where(Assessment.state == AssessmentState.CANCELLED)
    yield Ending.WITHDRAWN, assessed.where(Assessment.state == AssessmentState.WITHDRAWN)


def _theory(session: Session, start: datetime) -> Iterator[Due]:
    """Tests that were set ready and not withdrawn since: the exam is that of the certificate they are for."""
    exams = _exams(session)
    query = select(TheoryTest).where(
        TheoryTest.set_at >= start,
        TheoryTest.state != TheoryState.WITHDRAWN,
        TheoryTest.certificate.in_(list(exams)),
        _unordered(TheoryTest.id),
    )
    for test in session.scalars(query.order_by(TheoryTest.set_at, TheoryTest.id)):
        organisation, scheme = test.location.organisation, exams[test.certificate]
        yield Due(Subject.THEORY_TEST, test.id, ChargedAt.THEORY, test.set_at, test.person_id, organisation, scheme)


def _practical(session: Session, start: datetime) -> Iterator[Due]:
    """Candidates of confirmed practical tests, also of those that were held."""
    confirmed = PracticalSession.answered_at >= start, PracticalSession.state == SessionState.CONFIRMED
    query = select(Participant).join(PracticalSession, Participant.session_id == PracticalSession.id)
    theirs = query.where(*confirmed, Participant.freed_at.is_(None), _unordered(Participant.id))
    for seat in session.scalars(theirs.order_by(PracticalSession.answered_at, Participant.number, Participant.id)):
        found = seat.practical_session
        moment = found.answered_at or start
        yield Due(
            Subject.PRACTICAL_SEAT,
            seat.id,
            ChargedAt.PRACTICAL,
            moment,
            seat.candidate_id,
            found.organisation,
            found.scheme,
        )


def _invited(session: Session, start: datetime) -> Iterator[Due]:
    """Motivation files that were approved: the candidate is invited then."""
    charged = [one.id for one in session.scalars(select(Scheme)) if one.content.fees.charged_at is ChargedAt.INVITATION]
    query = select(Dossier).where(
        Dossier.state == DossierState.APPROVED, Dossier.decided_at >= start, Dossier.scheme_id.in_(charged)
    )
    for file in session.scalars(query.where(_unordered(Dossier.id)).order_by(Dossier.decided_at, Dossier.id)):
        yield Due(
            Subject.DOSSIER,
            file.id,
            ChargedAt.INVITATION,
            file.decided_at or start,
            file.candidate_id,
            file.organisation,
            file.scheme,
            file.cost_centre,
        )


def _assessments(session: Session, start: datetime) -> Iterator[Due]:
    """Assessments that KSF planned, at the price that whoever asked could read."""
    query = select(Assessment).where(
        Assessment.asked_at >= start,
        Assessment.state.not_in((AssessmentState.REQUESTED, *ENDED)),
        _unordered(Assessment.id),
    )
    for one in session.scalars(query.order_by(Assessment.asked_at, Assessment.id)):
        if one.scheme.content.fees.charged_at is ChargedAt.ASSESSMENT:
            home = one.organisation
            yield Due(
                Subject.ASSESSMENT, one.id, ChargedAt.ASSESSMENT, one.asked_at, one.candidate_id, home, one.scheme
            )


def _copies(session: Session, start: datetime) -> Iterator[Due]:
    """Copies of certificates, paid by the person. One that costs nothing is no order."""
    query = select(CopyOrder).where(CopyOrder.ordered_at >= start, CopyOrder.cents > 0, _unordered(CopyOrder.id))
    for copy in session.scalars(query.order_by(CopyOrder.ordered_at, CopyOrder.id)):
        if (scheme := copy.certificate.scheme) and copy.certificate.person_id:
            person = copy.certificate.person_id
            yield Due(Subject.COPY, copy.id, None, copy.ordered_at, person, None, scheme, copy_cents=copy.cents)


def _unordered(subject: Any) -> ColumnElement[bool]:
    return ~select(FeeOrder.id).where(FeeOrder.subject_id == subject).exists()


def _exams(session: Session) -> dict[str, Scheme]:
    """The newest version of each exam that is charged at its theory test, by the certificate that this is for."""
    return {
        one.content.certificate_key: one
        for one in current_practical_tests(session)
        if one.content.fees.charged_at is ChargedAt.THEORY
    }


def _order(due: Due, line: FeeLine) -> FeeOrder:
    return FeeOrder(
        id=uuid.uuid4(),
        organisation_id=due.organisation.id if due.organisation else None,
        candidate_id=due.candidate_id,
        scheme_id=due.scheme.id,
        product=line.product,
        reason=line.reason,
        subject=due.subject,
        subject_id=due.subject_id,
        cents=line.cents,
        cost_centre=due.cost_centre,
        ordered_at=due.moment,
    )

"""What came of a practical test: signed by the examiner, released or sent back by a second person, then a certificate.

The result holds the whole of what was signed, so that it can be read without the entries. The certificate follows from
the examiner who signed and the officer who released: two persons, as of every certificate.
"""

import uuid
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from review.checklist import Judgement, Sheet, judge, lacks
from review.two_devices import Entry, conflicts, fields, seen, unsigned
from storage.base import audit
from storage.base.clock import AMSTERDAM
from storage.base.database import Base, one_of, session_of
from storage.base.refusal import Refused
from storage.base.steps import Stepping, StepRule, check_step, table
from storage.certificates import issuing
from storage.certificates.certificates import Certificate
from storage.dossier import qualifications
from storage.people.people import Person
from storage.planning.practical_sessions import Participant, PracticalSession, SessionState
from storage.planning.practical_sheets import form_of, logs, sheet_of


class ResultState(StrEnum):
    """How far a result is."""

    SIGNED = "signed"
    RELEASED = "released"
    SENT_BACK = "sent_back"


STEPS = table(
    ResultState,
    {
        ResultState.SIGNED: {ResultState.RELEASED, ResultState.SENT_BACK},
        ResultState.RELEASED: {ResultState.SENT_BACK},
    },
)
"""What was sent back stays as it was signed; the examiner signs anew. A released result is put right so too."""

STANDING = (ResultState.SIGNED, ResultState.RELEASED)


class Rule(StrEnum):
    """Why a checklist is not signed, or a result not released, sent back or followed by a certificate."""

    NOT_YET = "checklist_not_yet"
    OFF = "checklist_candidate_off"
    CONFLICT = "checklist_conflict"
    OTHER_DEVICE = "checklist_changed_elsewhere"
    SIGNED = "checklist_signed"
    CHANGED = "checklist_changed_after_signing"
    SECOND_PERSON = "practical_result_by_second_person"
    NO_REASON = "practical_result_without_reason"
    NOT_PASSED = "practical_result_not_passed"
    NO_THEORY = "practical_result_without_theory"
    CERTIFIED = "practical_result_certified"
    CERTIFICATE_STANDS = "practical_result_under_certificate"
    OBJECTED = "practical_result_objected"
    TOO_LATE = "practical_objection_too_late"
    NO_GROUND = "practical_objection_without_text"
    THIRD_PERSON = "practical_objection_by_third_person"
    NO_RULING = "practical_objection_without_ruling"


class PracticalResult(Stepping, Base):
    """The signed checklist of one participant. `seen`: the entries that were signed; `sheet`: all that they said.

    `judgement` is the outcome with the points of each term and every missed point; `passed` repeats it. `reason`: why
    it was sent back. `objection` is what the candidate has against it, `ruling` what was said to that; `granted` when
    the examiner looks at it again for it.
    """

    __tablename__ = "practical_result"
    steps, noun = STEPS, "practical_result"

    participant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Participant.id))
    state: Mapped[ResultState] = mapped_column(one_of(ResultState), default=ResultState.SIGNED)
    seen: Mapped[list[Any]]
    sheet: Mapped[dict[str, Any]]
    judgement: Mapped[dict[str, Any]]
    passed: Mapped[bool]
    signed_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    signed_at: Mapped[datetime]
    released_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    released_at: Mapped[datetime | None]
    sent_back_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    sent_back_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    objection: Mapped[str] = mapped_column(Text, default="", server_default="")
    objected_at: Mapped[datetime | None]
    ruling: Mapped[str] = mapped_column(Text, default="", server_default="")
    granted: Mapped[bool | None]
    ruled_at: Mapped[datetime | None]
    ruled_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    certificate_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Certificate.id))

    participant: Mapped[Participant] = relationship()
    signed_by: Mapped[Person] = relationship(foreign_keys=signed_by_id)
    released_by: Mapped[Person | None] = relationship(foreign_keys=released_by_id)
    sent_back_by: Mapped[Person | None] = relationship(foreign_keys=sent_back_by_id)
    ruled_by: Mapped[Person | None] = relationship(foreign_keys=ruled_by_id)
    certificate: Mapped[Certificate | None] = relationship()

    __table_args__ = (
        CheckConstraint("(state = 'released') = (released_at IS NOT NULL)", name="released"),
        CheckConstraint("released_by_id <> signed_by_id", name="second_person"),
        CheckConstraint("(state = 'sent_back') = (sent_back_at IS NOT NULL)", name="sent_back"),
        CheckConstraint("state <> 'sent_back' OR reason <> ''", name="sent_back_because"),
        CheckConstraint("(objected_at IS NULL) = (objection = '')", name="objected"),
        CheckConstraint("(ruled_at IS NULL) = (ruled_by_id IS NULL)", name="ruled"),
        CheckConstraint("ruled_by_id <> signed_by_id", name="ruled_by_another"),
        Index(None, "state", "signed_at"),
        Index(None, "participant_id"),
    )
    # Of two answers at the same moment that start from one state, the second fails (StaleDataError).
    __mapper_args__ = {"version_id_col": state, "version_id_generator": False}

    def changed_since(self) -> list[str]:
        """The fields that stand otherwise than when it was signed, as another device sent them later."""
        log = logs(session_of(self), [self.participant_id])[self.participant_id]
        return list(unsigned(log, frozenset(self.seen)))

    def release(self, officer: Person, now: datetime) -> Certificate | None:
        """Make it known to the candidate; answers the certificate that follows, if one does.

        Raises Refused for the examiner, for a candidate who was taken out or a session that is off, and when another
        device sent something that the signature does not know.
        """
        check_step(STEPS, self.state, ResultState.RELEASED)
        self._require_second(officer)
        _require_on(self.participant)
        if changed := self.changed_since():
            raise Refused(Rule.CHANGED, found=len(changed))
        self.take_step(ResultState.RELEASED, officer.id, now, passed=self.passed)
        self.released_by_id, self.released_at = officer.id, now
        session_of(self).flush()
        return self.certify(officer, now) if self.hindrance() is None else None

    def send_back(self, reason: str, officer: Person, now: datetime) -> None:
        """The examiner looks at it again; of a result that was released, that takes the release back.

        Raises Refused without a reason, for the examiner, and while the certificate that followed stands.
        """
        check_step(STEPS, self.state, ResultState.SENT_BACK)
        self._require_second(officer)
        if not reason.strip():
            raise Refused(Rule.NO_REASON)
        if self.certificate and self._holds_certificate():
            raise Refused(Rule.CERTIFICATE_STANDS, found=self.certificate.number)
        self.released_by_id = self.released_at = None
        self.take_step(ResultState.SENT_BACK, officer.id, now)
        self.sent_back_by_id, self.sent_back_at, self.reason = officer.id, now, reason.strip()

    def hindrance(self) -> Rule | None:
        """Why no certificate follows from it now; None when one does."""
        candidate, scheme = self.participant.candidate_id, self.participant.practical_session.scheme.content
        held = {one.key for one in qualifications.held(session_of(self), [candidate])}
        if self.state is not ResultState.RELEASED or not self.passed:
            return Rule.NOT_PASSED
        if self.certificate_id or scheme.certificate_key in held:
            return Rule.CERTIFIED
        needed = set(scheme.prerequisite_any_of)
        return Rule.NO_THEORY if needed and not needed & held else None

    def certify(self, officer: Person, now: datetime) -> Certificate:
        """Give the certificate: theory and practice are both positive. Raises Refused when they are not, or twice."""
        session, found = session_of(self), self.participant.practical_session
        self._require_second(officer)
        # Of two results of one person that are released at the same moment, the second finds the certificate.
        session.refresh(self.participant.candidate, ["name"], with_for_update=True)
        if hindrance := self.hindrance():
            raise Refused(hindrance)
        candidate, earned = self.participant.candidate, found.day
        persons = (self.signed_by_id, officer.id)
        made = issuing.issue_judged_live(session, found.scheme, candidate, found.organisation_id, earned, persons, now)
        self.certificate = made
        key = found.scheme.content.certificate_key
        qualifications.enter(session, candidate, key, made.number, min(earned, now.date()), officer, now)
        session.flush()
        return made

    def objection_until(self) -> date | None:
        """The last day on which the candidate may object; None while the result is not released."""
        weeks = self.participant.practical_session.scheme.content.terms.objection_weeks
        return self.released_at and self.released_at.astimezone(AMSTERDAM).date() + timedelta(weeks=weeks)

    def object_to(self, text: str, now: datetime) -> None:
        """The candidate says what is wrong with it. Raises Refused without words, twice, and after the term."""
        until = self.objection_until()
        if until is None:
            raise Refused(StepRule.NOT_ALLOWED, found=self.state, needed=ResultState.RELEASED)
        if not text.strip():
            raise Refused(Rule.NO_GROUND)
        if self.objected_at:
            raise Refused(Rule.OBJECTED)
        if now.astimezone(AMSTERDAM).date() > until:
            raise Refused(Rule.TOO_LATE, needed=until)
        self.objection, self.objected_at = text.strip(), now
        audit.record(session_of(self), now, self.participant.candidate_id, "practical_result_objected", self)

    def rule(self, granted: bool, words: str, officer: Person, now: datetime) -> None:
        """Answer the objection; granted, the examiner looks at the checklist again.

        Raises Refused without an objection that waits, without words, for who signed or released it, and while the
        certificate that followed stands.
        """
        if self.objected_at is None or self.ruled_at is not None:
            raise Refused(StepRule.NOT_ALLOWED, found=self.state)
        if officer.id in (self.signed_by_id, self.released_by_id, self.participant.candidate_id):
            raise Refused(Rule.THIRD_PERSON)
        if not words.strip():
            raise Refused(Rule.NO_RULING)
        if granted:
            self.send_back(words, officer, now)
        self.ruling, self.granted, self.ruled_by, self.ruled_at = words.strip(), granted, officer, now
        self.ruled_by_id = officer.id
        audit.record(session_of(self), now, officer.id, "practical_objection_ruled", self, granted=granted)

    def _holds_certificate(self) -> bool:
        """True when the candidate has the certificate of this exam, from here or from elsewhere."""
        candidate, scheme = self.participant.candidate_id, self.participant.practical_session.scheme.content
        return scheme.certificate_key in {one.key for one in qualifications.held(session_of(self), [candidate])}

    def _require_second(self, officer: Person) -> None:
        if officer.id in (self.signed_by_id, self.participant.candidate_id):
            raise Refused(Rule.SECOND_PERSON)


_ONCE = PracticalResult.state.in_(STANDING)
Index(
    "uq_practical_result_once", PracticalResult.participant_id, unique=True, sqlite_where=_ONCE, postgresql_where=_ONCE
)


def sign(
    session: Session,
    participant: Participant,
    id: uuid.UUID,
    signed: Collection[str],
    examiner: Person,
    now: datetime,
) -> PracticalResult:
    """The examiner's signature under one checklist. `signed`: the entries that stood on the device.

    A device draws `id` and may send the same signature again. Raises Refused before the test began, when another device
    wrote something that this one does not show, and for the first thing that keeps it from being signed.
    """
    found = participant.practical_session
    session.refresh(found, ["state"], with_for_update=True)
    standing = standing_results(session, [participant.id]).get(participant.id)
    if standing is not None and standing.id == id:
        return standing
    if standing is not None or session.get(PracticalResult, id) is not None:
        raise Refused(Rule.SIGNED)
    _require_on(participant)
    if now < found.exam_date.starts_at:
        raise Refused(Rule.NOT_YET, needed=found.exam_date.starts_at)
    log = logs(session, [participant.id])[participant.id]
    if conflicts(log):
        raise Refused(Rule.CONFLICT, found=len(conflicts(log)))
    if seen(log) != set(signed):
        raise Refused(Rule.OTHER_DEVICE)
    return _signed(session, participant, id, log, examiner, now)


def _signed(
    session: Session, participant: Participant, id: uuid.UUID, log: Mapping[str, Entry], examiner: Person, now: datetime
) -> PracticalResult:
    found = participant.practical_session
    form, sheet = form_of(found), sheet_of(participant, fields(log))
    for lack in lacks(form, sheet, found.exam_date.starts_at):
        raise Refused(lack.gap, found=len(lack.subjects), needed=lack.needed)
    judgement = judge(form, sheet.marks)
    row = PracticalResult(
        id=id,
        participant=participant,
        state=ResultState.SIGNED,
        seen=sorted(seen(log)),
        sheet=_sheet_as_kept(sheet),
        judgement=_judgement_as_kept(judgement),
        passed=judgement.outcome.passed is True,
        signed_by=examiner,
        signed_at=now,
        reason="",
    )
    session.add(row)
    session.flush()
    audit.record(session, now, examiner.id, "practical_result_signed", row, passed=row.passed)
    return row


def standing_results(session: Session, participants: Collection[uuid.UUID]) -> dict[uuid.UUID, PracticalResult]:
    """The results of these participants that were not sent back, by participant."""
    theirs = select(PracticalResult).where(
        PracticalResult.participant_id.in_(participants), PracticalResult.state.in_(STANDING)
    )
    return {one.participant_id: one for one in session.scalars(theirs)}


def sent_back(session: Session, participants: Collection[uuid.UUID]) -> dict[uuid.UUID, PracticalResult]:
    """Of these participants the result that was sent back last, by participant."""
    theirs = select(PracticalResult).where(
        PracticalResult.participant_id.in_(participants), PracticalResult.state == ResultState.SENT_BACK
    )
    return {one.participant_id: one for one in session.scalars(theirs.order_by(PracticalResult.sent_back_at))}


def _require_on(participant: Participant) -> None:
    found: PracticalSession = participant.practical_session
    if found.state is not SessionState.CONFIRMED or found.lost(participant):
        raise Refused(Rule.OFF, found=participant.candidate.name)


def _sheet_as_kept(sheet: Sheet) -> dict[str, Any]:
    def clock(moment: datetime | None) -> str:
        return moment.astimezone(AMSTERDAM).strftime("%H:%M") if moment else ""

    return {
        "marks": {key: mark.to_json() for key, mark in sheet.marks.items()},
        "conversations": [
            {
                "channel": one.channel,
                "way": one.way,
                "began": clock(one.began_at),
                "ended": clock(one.ended_at),
                "remark": one.remark,
            }
            for one in sorted(sheet.conversations.values(), key=lambda one: (clock(one.began_at), one.remark))
        ],
    }


def _judgement_as_kept(judgement: Judgement) -> dict[str, Any]:
    return {
        "outcome": judgement.outcome.to_json(),
        "totals": [
            {"term": one.term, "given": one.given, "needed": one.needed, "max": one.max, "critical": one.critical}
            for one in judgement.totals
        ],
        "missed": [
            {"point": one.point, "term": one.term, "reason": one.reason, "asked": one.asked} for one in judgement.missed
        ],
    }

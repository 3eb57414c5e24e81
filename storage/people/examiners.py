"""Examiners whom an organisation supplies: it proposes somebody of its own, KSF accepts, and says from when on.

Accepting asks a second officer for the role, as any role of KSF's own does, and notes the organisation as employer.
"""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, String, Text, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from storage.base import audit, plain
from storage.base.clock import AMSTERDAM
from storage.base.database import Base, Identified, one_of, session_of
from storage.base.refusal import Refused
from storage.base.steps import Stepping, StepRule, check_step, going_on, table
from storage.people import employers
from storage.people.organisations import Organisation
from storage.people.people import Person, Role, as_address, known_or_new
from storage.people.staff_changes import ask_role


class ExaminerState(StrEnum):
    """How far it is with somebody whom an organisation proposed."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    """By the organisation, before an answer."""
    ENDED = "ended"
    """Supplied no longer, by whichever of both."""


STEPS = table(
    ExaminerState,
    {
        ExaminerState.PROPOSED: {ExaminerState.ACCEPTED, ExaminerState.DECLINED, ExaminerState.WITHDRAWN},
        ExaminerState.ACCEPTED: {ExaminerState.ENDED},
    },
)
LIVE = going_on(STEPS)


class Rule(StrEnum):
    """Why somebody cannot be proposed or accepted so."""

    SUPPLIES_NONE = "organisation_supplies_none"
    TWICE = "examiner_twice"
    NOT_TRAINED = "examiner_not_trained"
    ACTIVE_BEFORE = "examiner_active_before_training"
    OWN = "examiner_is_oneself"
    NO_REASON = "examiner_without_reason"
    NOT_CALIBRATED = "examiner_calibrated_in_future"


class Examiner(Stepping, Base):
    """Somebody whom an organisation supplies. Training is noted before the first deployment, from `active_from` on.

    `calibrated_on`: the day of calibration that was last noted by hand; all of them are `CalibrationNote`s.
    """

    __tablename__ = "examiner"
    steps, noun = STEPS, "examiner"

    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Organisation.id))
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    state: Mapped[ExaminerState] = mapped_column(one_of(ExaminerState), default=ExaminerState.PROPOSED)
    proposed_at: Mapped[datetime]
    proposed_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    reason: Mapped[str] = mapped_column(Text, default="")
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    trained_on: Mapped[date | None]
    active_from: Mapped[date | None]
    calibrated_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]

    organisation: Mapped[Organisation] = relationship()
    proposed_by: Mapped[Person] = relationship(foreign_keys=proposed_by_id)
    person: Mapped[Person | None] = relationship(foreign_keys=person_id)

    __table_args__ = (
        CheckConstraint(
            "state NOT IN ('accepted', 'ended') OR (person_id IS NOT NULL AND active_from >= trained_on)",
            name="accepted",
        ),
        CheckConstraint("state <> 'declined' OR reason <> ''", name="reason"),
        Index(None, "organisation_id", "proposed_at"),
        Index(None, "state", "proposed_at"),
        Index(None, "person_id"),
    )
    # Of two answers at the same moment that start from one state, the second fails (StaleDataError).
    __mapper_args__ = {"version_id_col": state, "version_id_generator": False}

    @property
    def live(self) -> bool:
        return self.state in LIVE

    def accept(self, trained_on: date, active_from: date, officer: Person, now: datetime) -> Person:
        """KSF takes this person: the role is asked of a second officer, and the employer is known from today on.

        Raises Refused for a training that is still to come or later than the first day, and of the officer's own case.
        """
        if self.email == officer.email:
            raise Refused(Rule.OWN)
        if trained_on > now.date():
            raise Refused(Rule.NOT_TRAINED)
        if active_from < trained_on:
            raise Refused(Rule.ACTIVE_BEFORE)
        check_step(STEPS, self.state, ExaminerState.ACCEPTED)
        session = session_of(self)
        person = known_or_new(session, self.email, self.name, now)
        self.person, self.trained_on, self.active_from = person, trained_on, active_from
        self._go(ExaminerState.ACCEPTED, officer, now)
        session.flush()
        known = employers.of(session, [person])[person.id]
        if not any(one.organisation_id == self.organisation_id and one.holds(now.date()) for one in known):
            employers.employ(session, person, self.organisation, "", now.date(), None, officer, now)
        if Role.ASSESSOR not in person.roles(now):
            ask_role(session, person, Role.ASSESSOR, officer, now)
        return person

    def calibrate(self, day: date, officer: Person, now: datetime) -> None:
        """Note that this examiner was calibrated on this day.

        Raises Refused for a day to come or before the training, and of somebody who is not supplied.
        """
        if self.state is not ExaminerState.ACCEPTED or self.trained_on is None:
            raise Refused(StepRule.NOT_ALLOWED, found=self.state)
        if not self.trained_on <= day <= now.date():
            raise Refused(Rule.NOT_CALIBRATED)
        self.calibrated_on = day
        note = CalibrationNote(id=uuid.uuid4(), examiner=self, day=day, noted_at=now, noted_by_id=officer.id)
        session_of(self).add(note)
        audit.record(session_of(self), now, officer.id, "examiner_calibrated", self, day=day.isoformat())

    def decline(self, reason: str, officer: Person, now: datetime) -> None:
        """KSF does not take this person, and says why."""
        if not reason.strip():
            raise Refused(Rule.NO_REASON)
        check_step(STEPS, self.state, ExaminerState.DECLINED)
        self.reason = reason.strip()
        self._go(ExaminerState.DECLINED, officer, now)

    def withdraw(self, by: Person, now: datetime) -> None:
        """The organisation takes the proposal back."""
        self._go(ExaminerState.WITHDRAWN, by, now)

    def end(self, by: Person, now: datetime) -> None:
        """Supplied no longer. A role that the person has stays until an officer ends it."""
        self._go(ExaminerState.ENDED, by, now)

    def _go(self, state: ExaminerState, by: Person, now: datetime) -> None:
        self.take_step(state, by.id, now)
        if state is ExaminerState.ENDED:
            self.ended_at = now
        else:
            self.answered_at, self.answered_by_id = now, by.id


class CalibrationNote(Identified, Base):
    """An officer noted by hand that an examiner was calibrated on this `day`; `noted_by` None: not known any more."""

    __tablename__ = "calibration_note"

    examiner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Examiner.id))
    day: Mapped[date]
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))

    examiner: Mapped[Examiner] = relationship()
    noted_by: Mapped[Person | None] = relationship()

    __table_args__ = (Index(None, "examiner_id", "day"),)


def propose(session: Session, organisation: Organisation, name: str, email: str, by: Person, now: datetime) -> Examiner:
    """An organisation proposes somebody of its own.

    Raises Refused for one that supplies no examiners, for what is no address, and for somebody proposed already.
    """
    if not organisation.supplies_examiners:
        raise Refused(Rule.SUPPLIES_NONE)
    email = as_address(email)
    same = select(Examiner.id).where(
        Examiner.organisation_id == organisation.id, Examiner.email == email, Examiner.state.in_(LIVE)
    )
    if session.scalars(same).first():
        raise Refused(Rule.TWICE)
    row = Examiner(
        id=uuid.uuid4(),
        organisation=organisation,
        name=plain.one_line(name),
        email=email,
        state=ExaminerState.PROPOSED,
        proposed_at=now,
        proposed_by=by,
        reason="",
    )
    session.add(row)
    audit.record(session, now, by.id, "examiner_proposed", row)
    return row


def waiting() -> Select[Examiner]:
    """The proposals that KSF did not answer, oldest first."""
    return select(Examiner).where(Examiner.state == ExaminerState.PROPOSED).order_by(Examiner.proposed_at, Examiner.id)


def not_yet(today: date) -> Select[uuid.UUID | None]:
    """The people who were accepted and are active from a later day on, as a query of ids."""
    accepted = (Examiner.state == ExaminerState.ACCEPTED) & (Examiner.active_from > today)
    return select(Examiner.person_id).where(accepted, Examiner.person_id.is_not(None))


def supplied_at(session: Session, organisation: Organisation, moment: datetime) -> bool:
    """Whether at this moment somebody whom the organisation supplies was accepted and active."""
    theirs = select(Examiner.id).where(
        Examiner.organisation_id == organisation.id,
        Examiner.state.in_((ExaminerState.ACCEPTED, ExaminerState.ENDED)),
        Examiner.answered_at <= moment,
        Examiner.active_from <= moment.astimezone(AMSTERDAM).date(),
        or_(Examiner.ended_at.is_(None), Examiner.ended_at > moment),
    )
    return session.scalars(theirs.limit(1)).first() is not None


def supplier(session: Session, person: Person) -> Organisation | None:
    """The organisation that supplies this examiner now; None for one of KSF's own."""
    theirs = select(Examiner).where(Examiner.person_id == person.id, Examiner.state == ExaminerState.ACCEPTED)
    found = session.scalars(theirs.order_by(Examiner.answered_at.desc(), Examiner.id)).first()
    return found.organisation if found else None


def active_from(session: Session, people: Sequence[Person]) -> dict[uuid.UUID, date]:
    """Since when each of these people is an examiner: as KSF said, else since the role was given."""
    found = {
        one.id: min(at.since.date() for at in one.memberships if at.role is Role.ASSESSOR)
        for one in people
        if any(at.role is Role.ASSESSOR for at in one.memberships)
    }
    said = select(Examiner).where(
        Examiner.person_id.in_([one.id for one in people]), Examiner.state == ExaminerState.ACCEPTED
    )
    for row in session.scalars(said):
        if row.person_id and row.active_from:
            found[row.person_id] = row.active_from
    return found

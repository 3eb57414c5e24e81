"""The yearly audit of an organisation: planned, held by the guidelines of its day, reported."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    Select,
    String,
    Text,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from scenarios.audit_guidelines import Found, Guidelines, guidelines, newest
from storage.base import audit, plain
from storage.base.clock import AMSTERDAM, start_of_day
from storage.base.database import Base, one_of, session_of
from storage.base.refusal import Refused
from storage.base.steps import Stepping, going_on, table
from storage.people.organisations import Organisation
from storage.people.people import Membership, Person, Role

AUDITING = (Role.AUDITOR, Role.KSF_OFFICER)
"""Who may hold an audit."""


class AuditState(StrEnum):
    """How far an audit is. One that was called off is followed by another."""

    PLANNED = "planned"
    HELD = "held"
    REPORTED = "reported"
    CANCELLED = "cancelled"


STEPS = table(
    AuditState,
    {
        AuditState.PLANNED: {AuditState.HELD, AuditState.CANCELLED},
        AuditState.HELD: {AuditState.REPORTED, AuditState.CANCELLED},
    },
)
LIVE = going_on(STEPS)
TOOK_PLACE = (AuditState.HELD, AuditState.REPORTED)


class Rule(StrEnum):
    """Why an audit cannot be planned, held or reported so."""

    PAST = "audit_in_the_past"
    TWICE = "audit_planned_already"
    NOT_AUDITOR = "audit_by_nobody"
    OWN_ORGANISATION = "audit_of_own_organisation"
    NO_REASON = "audit_without_reason"
    IN_FUTURE = "audit_held_in_future"
    NOT_YOURS = "audit_of_another_auditor"
    CLOSED = "audit_closed"
    INCOMPLETE = "audit_checklist_incomplete"
    UNEXPLAINED = "audit_no_without_remark"
    NO_CONCLUSION = "audit_without_conclusion"


class OrganisationAudit(Stepping, Base):
    """One audit of one organisation, on location, by `auditor`.

    `answers`: by the key of a point of the guidelines (`version` of them), what was found and a remark. `held_on`: the
    day on which it took place, from which the next one is due. `reason`: why it was moved or called off last.
    """

    __tablename__ = "organisation_audit"
    steps, noun = STEPS, "organisation_audit"

    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Organisation.id))
    auditor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    version: Mapped[int]
    starts_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[AuditState] = mapped_column(one_of(AuditState), default=AuditState.PLANNED)
    planned_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    planned_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text, default="")
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    held_on: Mapped[date | None] = mapped_column(Date)
    conclusion: Mapped[str] = mapped_column(Text, default="")
    ended_at: Mapped[datetime | None]

    organisation: Mapped[Organisation] = relationship()
    auditor: Mapped[Person] = relationship(foreign_keys=auditor_id)
    planned_by: Mapped[Person] = relationship(foreign_keys=planned_by_id)

    __table_args__ = (
        CheckConstraint("state NOT IN ('held', 'reported') OR held_on IS NOT NULL", name="held"),
        CheckConstraint("state <> 'reported' OR conclusion <> ''", name="reported"),
        CheckConstraint("state <> 'cancelled' OR reason <> ''", name="cancelled"),
        CheckConstraint("(state IN ('reported', 'cancelled')) = (ended_at IS NOT NULL)", name="ended"),
        Index("ix_organisation_audit_last", "organisation_id", "held_on"),
        Index("ix_organisation_audit_waiting", "state", "starts_at", "id"),
        Index(None, "auditor_id"),
    )
    # Of two changes at the same moment that start from one state, the second fails (StaleDataError).
    __mapper_args__ = {"version_id_col": state, "version_id_generator": False}

    @property
    def guidelines(self) -> Guidelines:
        """The version by which it is held."""
        return guidelines(self.version)

    @property
    def live(self) -> bool:
        return self.state in LIVE

    def missing(self) -> list[str]:
        """The keys of the points to which nothing is said."""
        return [one.key for one in self.guidelines.points if not self.answers.get(one.key, {}).get("found")]

    def unexplained(self) -> list[str]:
        """The keys of the points that are not in order, of which nothing is written."""
        found = self.answers.items()
        return [key for key, one in found if one["found"] == Found.NO and not one["remark"].strip()]

    def move(
        self, starts_at: datetime, place: str, auditor: Person, reason: str, officer: Person, now: datetime
    ) -> None:
        """Another moment, place or auditor, with the reason. Raises Refused as `plan`, and once it was held."""
        self.require_state(AuditState.PLANNED, AuditState.PLANNED)
        if not reason.strip():
            raise Refused(Rule.NO_REASON)
        _require_able(session_of(self), self.organisation_id, starts_at, auditor, now)
        self.starts_at, self.place, self.auditor = starts_at, plain.one_line(place), auditor
        self.reason = reason.strip()
        audit.record(session_of(self), now, officer.id, "organisation_audit_moved", self, starts_at=str(starts_at))

    def cancel(self, reason: str, officer: Person, now: datetime) -> None:
        """It does not take place, or was entered by mistake. The organisation is due as it was before."""
        if not reason.strip():
            raise Refused(Rule.NO_REASON)
        self.take_step(AuditState.CANCELLED, officer.id, now)
        self.reason, self.ended_at = reason.strip(), now

    def fill(self, answers: Mapping[str, tuple[Found | None, str]], auditor: Person, now: datetime) -> None:
        """Keep what was found at each point, also a part of it. Points that the guidelines lack are left out."""
        self.require_open(auditor)
        known = {one.key for one in self.guidelines.points}
        kept = {
            key: {"found": str(found or ""), "remark": remark.strip()[:2000]}
            for key, (found, remark) in answers.items()
            if key in known
        }
        self.answers = {**self.answers, **kept}
        audit.record(session_of(self), now, auditor.id, "organisation_audit_filled", self, missing=len(self.missing()))

    def hold(self, on: date, auditor: Person, now: datetime) -> None:
        """It took place on this day. Raises Refused for a day that is still to come."""
        self.require_open(auditor)
        today = now.astimezone(AMSTERDAM).date()
        if on > today:
            raise Refused(Rule.IN_FUTURE, found=on, needed=today)
        self.take_step(AuditState.HELD, auditor.id, now, on=str(on))
        self.held_on = on

    def report(self, conclusion: str, auditor: Person, now: datetime) -> None:
        """Close it with a conclusion; the organisation reads it from now on. Raises Refused while a point is open."""
        self.require_open(auditor)
        if missing := self.missing():
            raise Refused(Rule.INCOMPLETE, found=len(missing))
        if wrong := self.unexplained():
            raise Refused(Rule.UNEXPLAINED, found=len(wrong))
        if not conclusion.strip():
            raise Refused(Rule.NO_CONCLUSION)
        self.take_step(AuditState.REPORTED, auditor.id, now)
        self.conclusion, self.ended_at = conclusion.strip(), now

    def require_open(self, auditor: Person) -> None:
        """Raise Refused unless it goes on, and is this person's."""
        if auditor.id != self.auditor_id:
            raise Refused(Rule.NOT_YOURS)
        if not self.live:
            raise Refused(Rule.CLOSED)


_GOES_ON = OrganisationAudit.state.in_(LIVE)
Index(
    "uq_organisation_audit_live",
    OrganisationAudit.organisation_id,
    unique=True,
    sqlite_where=_GOES_ON,
    postgresql_where=_GOES_ON,
)


def plan(
    session: Session,
    organisation: Organisation,
    starts_at: datetime,
    place: str,
    auditor: Person,
    officer: Person,
    now: datetime,
) -> OrganisationAudit:
    """Plan an audit by the newest guidelines.

    Raises Refused for a moment that has passed, while another one goes on, and for an auditor who is none or belongs to
    this organisation.
    """
    # Of two who plan at the same moment, the second waits and finds the audit of the first.
    session.flush()
    session.refresh(organisation, ["name"], with_for_update=True)
    if live_of(session, organisation.id):
        raise Refused(Rule.TWICE)
    _require_able(session, organisation.id, starts_at, auditor, now)
    made = OrganisationAudit(
        id=uuid.uuid4(),
        organisation=organisation,
        auditor=auditor,
        version=newest().version,
        starts_at=starts_at,
        place=plain.one_line(place),
        state=AuditState.PLANNED,
        planned_by=officer,
        planned_at=now,
        reason="",
        answers={},
        conclusion="",
    )
    session.add(made)
    session.flush()
    audit.record(session, now, officer.id, "organisation_audit_planned", made, starts_at=str(starts_at))
    return made


def _require_able(
    session: Session, organisation: uuid.UUID, starts_at: datetime, auditor: Person, now: datetime
) -> None:
    if starts_at <= now:
        raise Refused(Rule.PAST, found=starts_at, needed=now)
    if not auditor.roles(now) & set(AUDITING):
        raise Refused(Rule.NOT_AUDITOR, found=auditor.name)
    theirs = select(Membership.id).where(Membership.person_id == auditor.id, Membership.organisation_id == organisation)
    if session.scalars(theirs.limit(1)).first():
        raise Refused(Rule.OWN_ORGANISATION, found=auditor.name)


def live_of(session: Session, organisation: uuid.UUID) -> OrganisationAudit | None:
    """The audit of this organisation that goes on."""
    goes_on = select(OrganisationAudit).where(OrganisationAudit.organisation_id == organisation, _GOES_ON)
    return session.scalars(goes_on).first()


def audits_of(session: Session, organisation: uuid.UUID) -> Sequence[OrganisationAudit]:
    """Every audit of this organisation, the newest first."""
    theirs = select(OrganisationAudit).where(OrganisationAudit.organisation_id == organisation)
    ordered = theirs.order_by(OrganisationAudit.starts_at.desc(), OrganisationAudit.id)
    return session.scalars(ordered).all()


def last_held(session: Session, organisations: Sequence[uuid.UUID]) -> dict[uuid.UUID, date]:
    """The day of the last audit that took place, for each of these organisations that had one."""
    theirs = select(OrganisationAudit.organisation_id, func.max(OrganisationAudit.held_on)).where(
        OrganisationAudit.organisation_id.in_(organisations), OrganisationAudit.state.in_(TOOK_PLACE)
    )
    return {one: day for one, day in session.execute(theirs.group_by(OrganisationAudit.organisation_id)) if day}


def live_audits(session: Session, organisations: Sequence[uuid.UUID]) -> dict[uuid.UUID, OrganisationAudit]:
    """The audit that goes on, for each of these organisations that has one."""
    goes_on = select(OrganisationAudit).where(OrganisationAudit.organisation_id.in_(organisations), _GOES_ON)
    return {one.organisation_id: one for one in session.scalars(goes_on)}


def due_before(day: date, rules: Guidelines) -> ColumnElement[bool]:
    """Organisations whose audit is due before this day: the rule of `Guidelines.due`, asked of the database."""
    joined_before = start_of_day(_noon(day - timedelta(days=rules.first_within_days)))
    took_place = exists().where(
        OrganisationAudit.organisation_id == Organisation.id, OrganisationAudit.state.in_(TOOK_PLACE)
    )
    lately = took_place.where(OrganisationAudit.held_on >= day - timedelta(days=rules.every_days))
    return ~lately & or_(took_place, Organisation.created_at < joined_before)


def overdue(now: datetime) -> Select[Organisation]:
    """Organisations that should have been audited by now."""
    return select(Organisation).where(due_before(now.astimezone(AMSTERDAM).date(), newest()))


def to_hold(person: Person, now: datetime) -> Select[OrganisationAudit]:
    """The audits of this auditor whose moment has come and that were not reported."""
    mine = OrganisationAudit.auditor_id == person.id
    return select(OrganisationAudit).where(mine, _GOES_ON, OrganisationAudit.starts_at <= now)


def joined_on(organisation: Organisation) -> date:
    """The day on which this organisation came."""
    return organisation.created_at.astimezone(AMSTERDAM).date()


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=AMSTERDAM)

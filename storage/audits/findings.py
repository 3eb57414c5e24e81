"""Findings of an audit: who of the organisation mends what, by which day, what was done, and who closed it."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Select, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.audits.audits import AuditState, OrganisationAudit
from storage.base import audit
from storage.base.clock import AMSTERDAM
from storage.base.database import Base, one_of, session_of
from storage.base.refusal import Refused
from storage.base.steps import Stepping, table
from storage.people.people import Person


class FindingState(StrEnum):
    """Whose turn it is: the organisation's, the auditor's, nobody's."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


STEPS = table(
    FindingState,
    {
        FindingState.OPEN: {FindingState.ANSWERED, FindingState.CLOSED},
        FindingState.ANSWERED: {FindingState.OPEN, FindingState.CLOSED},
        FindingState.CLOSED: {FindingState.OPEN},
    },
)


class Rule(StrEnum):
    """Why a finding is not taken, answered or closed."""

    NO_TEXT = "finding_without_text"
    PAST = "finding_until_past"
    NOT_REPORTED = "finding_not_reported"
    NO_REASON = "finding_without_reason"
    OWN = "finding_closed_by_owner"


class AuditFinding(Stepping, Base):
    """One thing to mend. `owner` mends it; without one it is the organisation's.

    `point` is the key of the point of the checklist that it is about, empty for another matter. `follow_up` is what the
    organisation did, `remark` what was said to that last.
    """

    __tablename__ = "audit_finding"
    steps, noun = STEPS, "audit_finding"

    audit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(OrganisationAudit.id))
    number: Mapped[int]
    point: Mapped[str] = mapped_column(String(60), default="")
    text: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    until: Mapped[date] = mapped_column(Date)
    state: Mapped[FindingState] = mapped_column(one_of(FindingState), default=FindingState.OPEN)
    made_at: Mapped[datetime]
    follow_up: Mapped[str] = mapped_column(Text, default="")
    answered_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    answered_at: Mapped[datetime | None]
    remark: Mapped[str] = mapped_column(Text, default="")
    closed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    closed_at: Mapped[datetime | None]

    audit: Mapped[OrganisationAudit] = relationship()
    owner: Mapped[Person | None] = relationship(foreign_keys=owner_id)
    answered_by: Mapped[Person | None] = relationship(foreign_keys=answered_by_id)
    closed_by: Mapped[Person | None] = relationship(foreign_keys=closed_by_id)

    __table_args__ = (
        UniqueConstraint("audit_id", "number"),
        CheckConstraint("text <> ''", name="written"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        CheckConstraint("(closed_at IS NULL) = (closed_by_id IS NULL)", name="closed_by"),
        CheckConstraint("(answered_at IS NULL) = (answered_by_id IS NULL)", name="answered"),
        CheckConstraint("closed_by_id <> owner_id", name="closed_by_another"),
        Index(None, "state", "until", "id"),
    )
    # Of two answers at the same moment that start from one state, the second fails (StaleDataError).
    __mapper_args__ = {"version_id_col": state, "version_id_generator": False}

    def overdue(self, today: date) -> bool:
        """True when the organisation should have mended it by now. What it answered is the auditor's turn."""
        return self.state is FindingState.OPEN and self.until < today

    def answer(self, follow_up: str, actor: Person, now: datetime) -> None:
        """The organisation says what it did. Raises Refused before the report, or without a word."""
        self.require_known()
        if not follow_up.strip():
            raise Refused(Rule.NO_TEXT)
        self.take_step(FindingState.ANSWERED, actor.id, now)
        self.follow_up, self.answered_by, self.answered_at = follow_up.strip(), actor, now

    def send_back(self, remark: str, until: date, actor: Person, now: datetime) -> None:
        """What was done is not enough, or it was closed by mistake: it is the organisation's turn, with a new day."""
        if not remark.strip():
            raise Refused(Rule.NO_REASON)
        _require_day(until, now)
        self.take_step(FindingState.OPEN, actor.id, now, until=str(until))
        self.remark, self.until, self.closed_at, self.closed_by = remark.strip(), until, None, None

    def close(self, remark: str, actor: Person, now: datetime) -> None:
        """It is mended, or no longer matters. Not by who had to mend it."""
        self.require_known()
        if actor.id == self.owner_id:
            raise Refused(Rule.OWN)
        if self.state is FindingState.OPEN and not remark.strip():
            raise Refused(Rule.NO_REASON)
        self.take_step(FindingState.CLOSED, actor.id, now)
        self.remark, self.closed_by, self.closed_at = remark.strip(), actor, now

    def require_known(self) -> None:
        """Raise Refused until the report is there, by which the organisation knows of it."""
        if self.audit.state is not AuditState.REPORTED:
            raise Refused(Rule.NOT_REPORTED)


def add(
    found: OrganisationAudit, text: str, point: str, owner: Person | None, until: date, auditor: Person, now: datetime
) -> AuditFinding:
    """A new finding, while the audit goes on. Raises Refused without words, or for a day that has passed."""
    found.require_open(auditor)
    if not text.strip():
        raise Refused(Rule.NO_TEXT)
    _require_day(until, now)
    session = session_of(found)
    session.flush()
    session.refresh(found, ["state"], with_for_update=True)
    last = session.scalar(select(func.max(AuditFinding.number)).where(AuditFinding.audit_id == found.id)) or 0
    made = AuditFinding(
        id=uuid.uuid4(),
        audit=found,
        number=last + 1,
        point=point,
        text=text.strip(),
        owner=owner,
        until=until,
        state=FindingState.OPEN,
        made_at=now,
        follow_up="",
        remark="",
    )
    session.add(made)
    session.flush()
    audit.record(session, now, auditor.id, "audit_finding_made", made, until=str(until))
    return made


def _require_day(until: date, now: datetime) -> None:
    today = now.astimezone(AMSTERDAM).date()
    if until < today:
        raise Refused(Rule.PAST, found=until, needed=today)


def findings() -> Select[AuditFinding]:
    """The findings of audits that did not come to nothing, those that end first before the others."""
    going = select(AuditFinding).join(OrganisationAudit, AuditFinding.audit_id == OrganisationAudit.id)
    there = going.where(OrganisationAudit.state != AuditState.CANCELLED)
    return there.order_by(AuditFinding.until, AuditFinding.id)


def told() -> Select[AuditFinding]:
    """Those that the organisation knows of."""
    return findings().where(OrganisationAudit.state == AuditState.REPORTED)


def overdue_findings(now: datetime) -> Select[AuditFinding]:
    """Those that should have been mended by now."""
    today = now.astimezone(AMSTERDAM).date()
    return told().where(AuditFinding.state == FindingState.OPEN, AuditFinding.until < today)


def answered() -> Select[AuditFinding]:
    """Those whose follow-up waits to be looked at."""
    return told().where(AuditFinding.state == FindingState.ANSWERED)


def of_audit(found: OrganisationAudit) -> list[AuditFinding]:
    """The findings of this audit, in the order in which they were made."""
    theirs = select(AuditFinding).where(AuditFinding.audit_id == found.id).order_by(AuditFinding.number)
    return list(session_of(found).scalars(theirs))

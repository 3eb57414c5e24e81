"""Objections: a candidate asks for a new look at a decision, and people who had no part in it rule."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from review.objection import Ground, Ruling, Term, is_for_committee, may_handle
from storage.base import audit
from storage.base.database import Base, one_of, session_of
from storage.base.refusal import Refused
from storage.base.steps import Stepping, table
from storage.dossier.dossiers import Dossier, DossierState, neutral_code
from storage.exam.sittings import Answer, Sitting
from storage.judging.ratings import Rating
from storage.judging.verdicts import Verdict
from storage.people.people import Person


class Against(StrEnum):
    """The decision that is objected to: that part 1 was rejected, or the result."""

    REJECTION = "rejection"
    RESULT = "result"


class ObjectionState(StrEnum):
    RECEIVED = "received"
    OFFICE = "office"
    COMMITTEE = "committee"
    RULED = "ruled"


STEPS = table(
    ObjectionState,
    {
        ObjectionState.RECEIVED: {ObjectionState.OFFICE, ObjectionState.COMMITTEE},
        ObjectionState.OFFICE: {ObjectionState.COMMITTEE, ObjectionState.RULED},
        ObjectionState.COMMITTEE: {ObjectionState.RULED},
    },
)


class Rule(StrEnum):
    """Why an objection is not taken in, or not handled."""

    NO_GROUNDS = "objection_without_grounds"
    LATE = "objection_late_without_reason"
    TWICE = "objection_twice"
    INVOLVED = "objection_by_involved"
    NO_TEXT = "ruling_without_text"
    IN_TIME = "objection_was_in_time"


class Objection(Stepping, Base):
    """One objection of one candidate to one decision. `code` is the receipt number.

    `late_reason` says why it came after the term; empty when it came in time. `ground` is what the office takes it
    to be about.
    """

    __tablename__ = "objection"
    steps, noun = STEPS, "objection"

    code: Mapped[str] = mapped_column(String(12), unique=True, default=lambda: neutral_code("B"))
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Dossier.id))
    against: Mapped[Against] = mapped_column(one_of(Against))
    grounds: Mapped[str] = mapped_column(Text)
    late_reason: Mapped[str] = mapped_column(Text, default="")
    received_at: Mapped[datetime]
    state: Mapped[ObjectionState] = mapped_column(one_of(ObjectionState), default=ObjectionState.RECEIVED)
    ground: Mapped[Ground | None] = mapped_column(one_of(Ground))
    ruling: Mapped[Ruling | None] = mapped_column(one_of(Ruling))
    ruling_text: Mapped[str] = mapped_column(Text, default="")
    ruled_at: Mapped[datetime | None]
    ruled_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))

    dossier: Mapped[Dossier] = relationship()
    ruled_by: Mapped[Person | None] = relationship()

    __table_args__ = (
        UniqueConstraint("dossier_id", "against"),
        CheckConstraint("(ruling IS NULL) = (ruled_at IS NULL)", name="ruled_once"),
        CheckConstraint("(ruled_at IS NULL) = (ruled_by_id IS NULL)", name="ruled_by"),
        CheckConstraint("(state = 'ruled') = (ruling IS NOT NULL)", name="ruled_state"),
        CheckConstraint("(state = 'received') = (ground IS NULL)", name="classified"),
        Index(None, "state", "received_at"),
    )
    # Of two changes at the same moment that start from one state, the second fails (StaleDataError).
    __mapper_args__ = {"version_id_col": state, "version_id_generator": False}

    def classify(self, officer: Person, ground: Ground, forward: bool, now: datetime) -> None:
        """Say what it is about, and so who rules. What the office has may still go to the committee."""
        self._require_uninvolved(officer)
        committee = is_for_committee(ground, forward)
        self.take_step(ObjectionState.COMMITTEE if committee else ObjectionState.OFFICE, officer.id, now, ground=ground)
        self.ground = ground

    def rule(self, person: Person, ruling: Ruling, text: str, now: datetime) -> None:
        """Rule on it, once and with reasons. Raises Refused for who had a part in the decision."""
        self._require_uninvolved(person)
        if not text.strip():
            raise Refused(Rule.NO_TEXT)
        if ruling is Ruling.INADMISSIBLE and not self.late_reason:
            raise Refused(Rule.IN_TIME)
        self.take_step(ObjectionState.RULED, person.id, now, ruling=ruling)
        self.ruling, self.ruling_text, self.ruled_at, self.ruled_by_id = ruling, text.strip(), now, person.id

    def involved(self) -> set[uuid.UUID]:
        """Everybody who had a part in the decision: those who made it, and those whom it is about."""
        dossier, session = self.dossier, session_of(self)
        who = {dossier.candidate_id, dossier.manager_id, dossier.decided_by_id}
        if self.against is Against.RESULT:
            judged = select(Rating.assessor_id).join(Answer).join(Sitting).where(Sitting.dossier_id == dossier.id)
            who |= set(session.scalars(judged))
            for verdict in session.scalars(select(Verdict).join(Sitting).where(Sitting.dossier_id == dossier.id)):
                who |= {verdict.confirmed_by_id, verdict.released_by_id}
        return {one for one in who if one is not None}

    def _require_uninvolved(self, person: Person) -> None:
        if not may_handle(str(person.id), {str(one) for one in self.involved()}):
            raise Refused(Rule.INVOLVED)


def object_to(
    session: Session, dossier: Dossier, term: Term, grounds: str, late_reason: str, now: datetime, today: date
) -> Objection:
    """Take an objection in, against the decision that stands (see `decision_on`).

    Raises Refused without grounds, for a second objection to one decision, and after the term without a reason.
    """
    decision = decision_on(session, dossier)
    if decision is None:
        raise ValueError("nothing is decided about this dossier yet")
    against, _ = decision
    if objection_to(session, dossier):
        raise Refused(Rule.TWICE)
    if not grounds.strip():
        raise Refused(Rule.NO_GROUNDS)
    late = term.is_over(today)
    if late and not late_reason.strip():
        raise Refused(Rule.LATE, needed=term.last_day)
    objection = Objection(
        id=uuid.uuid4(),
        dossier=dossier,
        against=against,
        grounds=grounds.strip(),
        late_reason=late_reason.strip() if late else "",
        received_at=now,
    )
    session.add(objection)
    # Only now it has its number, and a second one at the same moment is refused.
    session.flush()
    audit.record(session, now, dossier.candidate_id, "objection_received", objection, against=against, late=late)
    return objection


def decision_on(session: Session, dossier: Dossier) -> tuple[Against, datetime] | None:
    """The decision about this dossier that can be objected to, and when the candidate got to know it."""
    if dossier.state is DossierState.REJECTED:
        return None if dossier.decided_at is None else (Against.REJECTION, dossier.decided_at)
    released = select(Verdict).join(Sitting).where(Sitting.dossier_id == dossier.id, Verdict.released_at.is_not(None))
    verdict = session.scalars(released).first()
    return None if verdict is None or verdict.released_at is None else (Against.RESULT, verdict.released_at)


def objection_to(session: Session, dossier: Dossier) -> Objection | None:
    """The objection to the decision that stands."""
    decision = decision_on(session, dossier)
    if decision is None:
        return None
    mine = select(Objection).where(Objection.dossier_id == dossier.id, Objection.against == decision[0])
    return session.scalars(mine).first()

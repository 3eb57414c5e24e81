"""The motivation file (part 1): what manager and candidate hand in, and what KSF decides about it."""

import secrets
import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from storage import audit
from storage.database import Base, Identified, one_of
from storage.organisations import Organisation
from storage.people import Person
from storage.refusal import Refused, check_step
from storage.schemes import Scheme

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def neutral_code(prefix: str) -> str:
    """A code such as K-7F3QX that says nothing about anybody, without letters that look alike."""
    return f"{prefix}-{''.join(secrets.choice(CODE_LETTERS) for _ in range(6))}"


class DossierState(StrEnum):
    WRITING = "writing"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


STEPS: dict[DossierState, set[DossierState]] = {
    DossierState.WRITING: {DossierState.SUBMITTED, DossierState.WITHDRAWN},
    DossierState.SUBMITTED: {DossierState.APPROVED, DossierState.RETURNED, DossierState.REJECTED},
    DossierState.RETURNED: {DossierState.SUBMITTED, DossierState.WITHDRAWN},
    DossierState.APPROVED: {DossierState.WITHDRAWN},
    DossierState.REJECTED: set(),
    DossierState.WITHDRAWN: set(),
}


class Rule(StrEnum):
    """Why a motivation file cannot go on."""

    INCOMPLETE = "dossier_incomplete"
    NO_REASON = "decision_without_reason"
    CLOSED = "dossier_closed"
    NO_SCENARIOS = "no_scenarios"
    CHANGED_ELSEWHERE = "dossier_changed_elsewhere"


class StarKind(StrEnum):
    """With whom it happened."""

    MANAGER = "manager"
    COLLEAGUE = "colleague"


class Dossier(Identified, Base):
    """One candidate's attempt at one exam, nominated by a manager. The scheme is pinned when it is handed in.

    `manager_version` and `candidate_version` go up with every save of that part, so that a page that is behind cannot
    overwrite what another page saved.
    """

    __tablename__ = "dossier"

    code: Mapped[str] = mapped_column(String(12), unique=True, default=lambda: neutral_code("K"))
    scheme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Scheme.id))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Organisation.id))
    candidate_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    manager_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    state: Mapped[DossierState] = mapped_column(one_of(DossierState), default=DossierState.WRITING)
    created_at: Mapped[datetime]
    cost_centre: Mapped[str] = mapped_column(String(40), default="")

    reason: Mapped[str] = mapped_column(Text, default="")
    example_role: Mapped[str] = mapped_column(Text, default="")
    manager_done_at: Mapped[datetime | None]
    manager_version: Mapped[int] = mapped_column(default=0)

    role_description: Mapped[str] = mapped_column(Text, default="")
    years: Mapped[float | None]
    motivation: Mapped[str] = mapped_column(Text, default="")
    goal: Mapped[str] = mapped_column(Text, default="")
    candidate_version: Mapped[int] = mapped_column(default=0)
    submitted_at: Mapped[datetime | None]

    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    decision_reason: Mapped[str] = mapped_column(Text, default="")

    scheme: Mapped[Scheme] = relationship()
    organisation: Mapped[Organisation] = relationship()
    candidate: Mapped[Person] = relationship(foreign_keys=candidate_id)
    manager: Mapped[Person] = relationship(foreign_keys=manager_id)
    decided_by: Mapped[Person | None] = relationship(foreign_keys=decided_by_id)
    stars: Mapped[list["Star"]] = relationship(back_populates="dossier", order_by="Star.kind")
    assessments: Mapped[list["SelfAssessment"]] = relationship(back_populates="dossier")

    __table_args__ = (
        CheckConstraint("candidate_id <> manager_id", name="not_own_manager"),
        CheckConstraint("years IS NULL OR (years >= 0 AND years <= 60)", name="years"),
        Index(None, "candidate_id"),
        Index(None, "manager_id"),
        Index(None, "organisation_id", "state"),
        Index(None, "state", "submitted_at"),
    )
    # Of two changes at the same moment that start from one state, the second fails (StaleDataError).
    __mapper_args__ = {"version_id_col": state, "version_id_generator": False}  # noqa: RUF012

    def missing(self) -> tuple[str, ...]:
        """The names of the parts that are not filled in yet, in the order of the form."""
        needed = {
            "reason": self.reason,
            "example_role": self.example_role,
            "role_description": self.role_description,
            "years": "" if self.years is None else "given",
            "motivation": self.motivation,
            "goal": self.goal,
        }
        gaps = [name for name, text in needed.items() if not text.strip()]
        complete = {star.kind for star in self.stars if star.complete}
        gaps += [f"star_{kind}" for kind in StarKind if kind not in complete]
        documents = self.scheme.content.documents
        judged = {
            one.competency
            for one in self.assessments
            if (one.level is not None or not documents.level_per_competency)
            and (one.star is not None or not documents.star_per_competency)
        }
        gaps += [f"competency_{one.key}" for one in self.scheme.content.competencies if one.key not in judged]
        return tuple(gaps)

    @property
    def parts(self) -> int:
        """How many parts there are to fill in."""
        return 6 + len(StarKind) + len(self.scheme.content.competencies)

    def require_open(self) -> None:
        """Raise Refused unless its texts may still be changed."""
        if self.state not in (DossierState.WRITING, DossierState.RETURNED):
            raise Refused(Rule.CLOSED, found=self.state)

    def submit(self, actor: uuid.UUID, now: datetime) -> None:
        """Hand the whole file in. Raises Refused while a part is missing."""
        if gaps := self.missing():
            raise Refused(Rule.INCOMPLETE, found=gaps, needed=())
        self._go(DossierState.SUBMITTED, actor, now)
        self.submitted_at = now

    def decide(self, state: DossierState, actor: uuid.UUID, reason: str, now: datetime) -> None:
        """KSF's decision: approve, return or reject. The last two need a reason."""
        if state is not DossierState.APPROVED and not reason.strip():
            raise Refused(Rule.NO_REASON, needed="reason")
        self._go(state, actor, now)
        self.decided_at, self.decided_by_id, self.decision_reason = now, actor, reason.strip()

    def _go(self, state: DossierState, actor: uuid.UUID, now: datetime) -> None:
        check_step(STEPS, self.state, state)
        audit.record(Session.object_session(self), now, actor, f"dossier_{state}", self, was=self.state)
        self.state = state


class Star(Identified, Base):
    """One STAR of the self-assessment: situation, tasks, activities, result."""

    __tablename__ = "star"

    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Dossier.id))
    kind: Mapped[StarKind] = mapped_column(one_of(StarKind))
    situation: Mapped[str] = mapped_column(Text, default="")
    tasks: Mapped[str] = mapped_column(Text, default="")
    activities: Mapped[str] = mapped_column(Text, default="")
    result: Mapped[str] = mapped_column(Text, default="")

    dossier: Mapped[Dossier] = relationship(back_populates="stars")

    __table_args__ = (UniqueConstraint("dossier_id", "kind"),)

    @property
    def complete(self) -> bool:
        return all(text.strip() for text in (self.situation, self.tasks, self.activities, self.result))


class SelfAssessment(Identified, Base):
    """The level that the candidate gives the own competency, and the STAR that shows it; empty until it is chosen."""

    __tablename__ = "self_assessment"

    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Dossier.id))
    competency: Mapped[str] = mapped_column(String(60))
    level: Mapped[int | None]
    star: Mapped[StarKind | None] = mapped_column(one_of(StarKind))

    dossier: Mapped[Dossier] = relationship(back_populates="assessments")

    __table_args__ = (
        UniqueConstraint("dossier_id", "competency"),
        CheckConstraint("level BETWEEN 1 AND 5", name="level"),
    )

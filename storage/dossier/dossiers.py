"""The motivation file (part 1): what manager and candidate hand in, and what KSF decides about it."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from review.portfolio import words
from review.rules import LEVEL_MAX, LEVEL_MIN
from scenarios.chapters import Documents, FilePart
from storage.base import audit
from storage.base.codes import neutral_code
from storage.base.database import Base, Identified, one_of, session_of
from storage.base.refusal import Refused
from storage.base.steps import Stepping, StepRule, table
from storage.people.organisations import Organisation
from storage.people.people import Person
from storage.schemes import Scheme


class DossierState(StrEnum):
    WRITING = "writing"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"
    """Of an exam that was over long ago nothing is left but this row. Nobody takes this step: time does."""


STEPS = table(
    DossierState,
    {
        DossierState.WRITING: {DossierState.SUBMITTED, DossierState.WITHDRAWN},
        DossierState.SUBMITTED: {
            DossierState.APPROVED,
            DossierState.RETURNED,
            DossierState.REJECTED,
            DossierState.WITHDRAWN,
        },
        DossierState.RETURNED: {DossierState.SUBMITTED, DossierState.WITHDRAWN},
        DossierState.APPROVED: {DossierState.WITHDRAWN},
        # Only a ruling on an objection brings a rejected file back.
        DossierState.REJECTED: {DossierState.SUBMITTED},
    },
)


UNDECIDED = (DossierState.WRITING, DossierState.RETURNED, DossierState.SUBMITTED)
"""KSF has not decided about part 1."""


class Rule(StrEnum):
    """Why a motivation file cannot go on."""

    INCOMPLETE = "dossier_incomplete"
    NO_REASON = "decision_without_reason"
    CLOSED = "dossier_closed"
    NO_SCENARIOS = "no_scenarios"
    CHANGED_ELSEWHERE = "dossier_changed_elsewhere"
    PART_CLOSED = "dossier_part_closed"
    NO_WORK = "work_not_filled_in"
    NO_REMARK = "work_denied_without_remark"
    DECIDED = "work_told_too_late"


class StarKind(StrEnum):
    """With whom it happened."""

    MANAGER = "manager"
    COLLEAGUE = "colleague"


class Dossier(Stepping, Base):
    """One candidate's attempt at one exam, nominated by a manager. The scheme is pinned when it is handed in.

    `manager_version` and `candidate_version` go up with every save of that part, so that a page that is behind cannot
    overwrite what another page saved. `open_parts` are the parts that KSF sent back, all of them when empty; `rounds`
    counts how often the file was handed in. `alike_share` is how much the substantiation is like somebody else's, when
    that is more than the scheme allows, and `alike_reason` why that is so. `shared_facts` hold for all candidates of
    one manager. `job_title` and `years` are facts that the manager reads and confirms or denies (`work_confirmed`, with
    a remark): nobody has said so while that is None, and a fact that changes is to be confirmed again.
    """

    __tablename__ = "dossier"
    steps, noun = STEPS, "dossier"

    code: Mapped[str] = mapped_column(String(12), unique=True, default=lambda: neutral_code("K"))
    scheme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Scheme.id))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Organisation.id))
    candidate_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    manager_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    state: Mapped[DossierState] = mapped_column(one_of(DossierState), default=DossierState.WRITING)
    created_at: Mapped[datetime]
    cost_centre: Mapped[str] = mapped_column(String(40), default="")

    tasks: Mapped[list[Any]] = mapped_column(default=list)
    shared_facts: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    example_role: Mapped[str] = mapped_column(Text, default="")
    alike_share: Mapped[float | None]
    alike_reason: Mapped[str] = mapped_column(Text, default="")
    manager_done_at: Mapped[datetime | None]
    manager_version: Mapped[int] = mapped_column(default=0)

    role_description: Mapped[str] = mapped_column(Text, default="")
    job_title: Mapped[str] = mapped_column(String(120), default="", server_default="")
    years: Mapped[float | None]
    work_confirmed: Mapped[bool | None]
    work_remark: Mapped[str] = mapped_column(Text, default="", server_default="")
    work_told_at: Mapped[datetime | None]
    work_told_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    motivation: Mapped[str] = mapped_column(Text, default="")
    goal: Mapped[str] = mapped_column(Text, default="")
    candidate_version: Mapped[int] = mapped_column(default=0)
    submitted_at: Mapped[datetime | None]
    rounds: Mapped[int] = mapped_column(default=0)
    open_parts: Mapped[list[Any]] = mapped_column(default=list)

    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    decision_reason: Mapped[str] = mapped_column(Text, default="")

    scheme: Mapped[Scheme] = relationship()
    organisation: Mapped[Organisation] = relationship()
    candidate: Mapped[Person] = relationship(foreign_keys=candidate_id)
    manager: Mapped[Person] = relationship(foreign_keys=manager_id)
    decided_by: Mapped[Person | None] = relationship(foreign_keys=decided_by_id)
    work_told_by: Mapped[Person | None] = relationship(foreign_keys=work_told_by_id)
    stars: Mapped[list["Star"]] = relationship(back_populates="dossier", order_by="Star.kind")
    assessments: Mapped[list["SelfAssessment"]] = relationship(back_populates="dossier")
    documents: Mapped[list["RoleDocument"]] = relationship(back_populates="dossier", order_by="RoleDocument.created_at")

    __table_args__ = (
        CheckConstraint("candidate_id <> manager_id", name="not_own_manager"),
        CheckConstraint("years IS NULL OR (years >= 0 AND years <= 60)", name="years"),
        # What else names a dossier and its candidate can be held to naming the two that belong together.
        Index("uq_dossier_id_candidate_id", "id", "candidate_id", unique=True),
        Index(None, "candidate_id"),
        Index(None, "manager_id", "state", "created_at"),
        Index(None, "organisation_id", "state", "created_at"),
        Index(None, "state", "submitted_at"),
        Index(None, "state", "created_at", "id"),
        Index(None, "created_at", "id"),
    )
    # Of two changes at the same moment that start from one state, the second fails (StaleDataError).
    __mapper_args__ = {"version_id_col": state, "version_id_generator": False}

    def missing(self) -> tuple[str, ...]:
        """The names of the parts that are not filled in yet, in the order of the form."""
        gaps = list(self.manager_gaps())
        documents = self.scheme.content.chapter(Documents)
        if not (self.role_description.strip() or self.document):
            gaps.append("role_description")
        if self.years is None or self.years < documents.minimum_years:
            gaps.append("years")
        gaps += [name for name in ("motivation", "goal") if not getattr(self, name).strip()]
        complete = {star.kind for star in self.stars if star.complete}
        gaps += [f"star_{kind}" for kind in StarKind if kind not in complete]
        judged = {
            one.competency
            for one in self.assessments
            if (one.level is not None or not documents.level_per_competency)
            and (one.star is not None or not documents.star_per_competency)
        }
        gaps += [f"competency_{one.key}" for one in self.scheme.content.competencies if one.key not in judged]
        return tuple(gaps)

    def manager_gaps(self) -> tuple[str, ...]:
        """The names of the manager's parts that are not whole yet: too few tasks or words, or too much like another."""
        documents = self.scheme.content.chapter(Documents)
        gaps = ["tasks"] if len(self.tasks or ()) < documents.minimum_tasks else []
        gaps += [
            name
            for name in ("reason", "example_role")
            if words(getattr(self, name)) < max(1, documents.manager_minimum_words)
        ]
        if self.alike_share is not None and not self.alike_reason.strip():
            gaps.append("alike_reason")
        asked_again = self.state is DossierState.RETURNED and FilePart.SUBSTANTIATION in self.open_parts
        if asked_again and not gaps and self.manager_done_at is None:
            gaps.append("substantiation")
        return tuple(gaps)

    @property
    def work(self) -> tuple[str, float | None]:
        """The facts about the candidate's work that the manager can know: the title of the function, and the years."""
        return self.job_title, self.years

    @property
    def may_tell_work(self) -> bool:
        """True while the manager can say whether these facts are right: once they are there, until KSF has decided."""
        return self.years is not None and self.state in UNDECIDED

    def tell_work(self, right: bool, remark: str, seen: tuple[str, float | None], by: Person, now: datetime) -> None:
        """The manager says whether the facts about the work, as `seen`, are right.

        Raises Refused when there are none yet, when they changed since, after KSF's decision, and for a no without a
        remark.
        """
        if self.state not in UNDECIDED:
            raise Refused(Rule.DECIDED, found=self.state)
        if self.years is None:
            raise Refused(Rule.NO_WORK)
        if seen != self.work:
            raise Refused(Rule.CHANGED_ELSEWHERE, found=self.work, needed=seen)
        if not right and not remark.strip():
            raise Refused(Rule.NO_REMARK, needed="remark")
        self.work_confirmed, self.work_remark = right, remark.strip()
        self.work_told_at, self.work_told_by_id = now, by.id
        audit.record(session_of(self), now, by.id, "work_confirmed" if right else "work_denied", self)

    def work_changed(self) -> None:
        """What the manager said was about other facts."""
        self.work_confirmed, self.work_remark, self.work_told_at, self.work_told_by_id = None, "", None, None

    @property
    def parts(self) -> int:
        """How many parts there are to fill in."""
        return 7 + len(StarKind) + len(self.scheme.content.competencies)

    @property
    def document(self) -> "RoleDocument | None":
        """The role or job description that was handed in as a file, the newest one."""
        return next((one for one in reversed(self.documents) if one.removed_at is None), None)

    def is_open(self, part: FilePart) -> bool:
        """True when this part may be changed now: before handing in everything, after it what KSF sent back."""
        if self.state is DossierState.RETURNED:
            return not self.open_parts or part in self.open_parts
        return self.state is DossierState.WRITING

    def require_open(self, *parts: FilePart) -> None:
        """Raise Refused unless one of these parts (any part when none is named) may still be changed."""
        if self.state not in (DossierState.WRITING, DossierState.RETURNED):
            raise Refused(Rule.CLOSED, found=self.state)
        if parts and not any(self.is_open(part) for part in parts):
            raise Refused(Rule.PART_CLOSED, found=parts, needed=tuple(self.open_parts))

    def submit(self, actor: uuid.UUID, now: datetime) -> None:
        """Hand the whole file in. Raises Refused while a part is missing."""
        if self.state is DossierState.REJECTED:
            raise Refused(StepRule.NOT_ALLOWED, found=self.state, needed=DossierState.RETURNED)
        if gaps := self.missing():
            raise Refused(Rule.INCOMPLETE, found=gaps, needed=())
        self.take_step(DossierState.SUBMITTED, actor, now)
        self.submitted_at, self.rounds = now, (self.rounds or 0) + 1

    def decide(
        self, state: DossierState, actor: uuid.UUID, reason: str, now: datetime, parts: Iterable[FilePart] = ()
    ) -> None:
        """KSF's decision: approve, return (these parts, or all) or reject. The last two need a reason."""
        if state is not DossierState.APPROVED and not reason.strip():
            raise Refused(Rule.NO_REASON, needed="reason")
        self.take_step(state, actor, now)
        self.decided_at, self.decided_by_id, self.decision_reason = now, actor, reason.strip()
        self.open_parts = [str(part) for part in parts]
        if self.is_open(FilePart.SUBSTANTIATION):
            self.manager_done_at = None

    def reopen(self, actor: uuid.UUID, now: datetime) -> None:
        """It was rejected, and an objection says that it shall be judged anew: it waits as when it was handed in."""
        if self.state is not DossierState.REJECTED:
            raise Refused(Rule.CLOSED, found=self.state)
        self.take_step(DossierState.SUBMITTED, actor, now)
        self.submitted_at, self.rounds = now, (self.rounds or 0) + 1

    def withdraw(self, actor: uuid.UUID, reason: str, now: datetime) -> None:
        """Stop with this attempt, with the reason."""
        if not reason.strip():
            raise Refused(Rule.NO_REASON, needed="reason")
        self.take_step(DossierState.WITHDRAWN, actor, now)
        self.decided_at, self.decided_by_id, self.decision_reason = now, actor, reason.strip()


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
        CheckConstraint(f"level BETWEEN {LEVEL_MIN} AND {LEVEL_MAX}", name="level"),
    )


class SealedDocument(Identified):
    """A file that somebody handed in, encrypted. `removed_at` ends it.

    `size` and `sha256` are of the file as it came, the `cipher_` ones of the object in the store.
    """

    name: Mapped[str] = mapped_column(String(200))
    content_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(200), unique=True)
    cipher_size: Mapped[int]
    cipher_sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class RoleDocument(SealedDocument, Base):
    """A role or job description as a file. A newer one ends it too.

    `sealed_under` is the id of its key in the key store, the dossier's; None for those from before, which are under the
    candidate's.
    """

    __tablename__ = "role_document"

    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Dossier.id))
    sealed_under: Mapped[uuid.UUID | None]

    dossier: Mapped[Dossier] = relationship(back_populates="documents")

    __table_args__ = (CheckConstraint("size > 0", name="size"), Index(None, "dossier_id"))

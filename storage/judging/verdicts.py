"""The verdict: what the judgements of both parts together say, with its inputs and reasons, and its release."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from review.rules import Condition
from review.verdict import Case, Decision
from storage.base import audit
from storage.base.database import Base, Identified, session_of
from storage.base.refusal import Refused
from storage.dossier.dossiers import DossierState
from storage.exam.sittings import Sitting
from storage.judging.ratings import Rating, ratings_of
from storage.people.people import Person


class Rule(StrEnum):
    """Why there is no verdict, or why it is not released."""

    NOT_FINAL = "ratings_not_final"
    THIRD_NEEDED = "third_assessor_needed"
    CONFIRMED = "already_confirmed"
    NOT_CONFIRMED = "verdict_not_confirmed"
    SECOND_PERSON = "second_person_needed"
    INVOLVED = "released_by_assessor"
    RELEASED = "already_released"
    UNDECIDED = "verdict_undecided"
    DECIDED = "verdict_decided_already"
    NO_REASON = "settled_without_reason"
    OWN_DECISION = "settled_by_the_same"


class Verdict(Identified, Base):
    """The judgement on one sitting. Computed once from `inputs`; confirmed by one officer, released by another person.

    `passed` None: extra evidence is asked, by another take of an answer or by the exam committee; then `passed` is what
    the committee decided, with who and why, and the decision stays as it was computed. `inputs` and `decision` are as
    `review.verdict` writes them, so that the verdict can be computed again and compared.
    """

    __tablename__ = "verdict"

    sitting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Sitting.id), unique=True)
    passed: Mapped[bool | None]
    inputs: Mapped[dict[str, Any]]
    decision: Mapped[dict[str, Any]]
    decided_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    settled_because: Mapped[str | None] = mapped_column(Text)
    confirmed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    released_at: Mapped[datetime | None]
    released_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))

    sitting: Mapped[Sitting] = relationship()
    settled_by: Mapped[Person | None] = relationship(foreign_keys=settled_by_id)
    confirmed_by: Mapped[Person | None] = relationship(foreign_keys=confirmed_by_id)
    released_by: Mapped[Person | None] = relationship(foreign_keys=released_by_id)

    __table_args__ = (
        CheckConstraint("released_at IS NULL OR confirmed_at IS NOT NULL", name="confirmed_first"),
        CheckConstraint("released_by_id IS NULL OR released_by_id <> confirmed_by_id", name="second_person"),
        CheckConstraint("(settled_at IS NULL) = (settled_by_id IS NULL)", name="settled"),
        CheckConstraint("settled_by_id IS NULL OR settled_because IS NOT NULL", name="settled_because"),
        CheckConstraint("settled_by_id IS NULL OR settled_by_id <> confirmed_by_id", name="settled_by_another"),
        Index(None, "released_at"),
    )

    def explain(self) -> tuple[Decision, Decision]:
        """The decision as stored, and as the inputs give it now. They are equal unless something was changed."""
        return Decision.from_json(self.decision), Case.from_json(self.inputs).decide()

    @property
    def unseen(self) -> tuple[str, ...]:
        """The competencies that were observed too seldom to decide anything."""
        reasons = Decision.from_json(self.decision).reasons
        return tuple(one.subject for one in reasons if one.rule is Condition.OBSERVED_MIN and not one.met)

    def settle(self, passed: bool, because: str, member: Person, now: datetime) -> None:
        """The exam committee decides where too little was observed. Confirming it is for somebody else."""
        if self.passed is not None:
            raise Refused(Rule.DECIDED)
        if not because.strip():
            raise Refused(Rule.NO_REASON)
        self._require_uninvolved(member)
        self.passed = passed
        self.settled_at, self.settled_by_id, self.settled_because = now, member.id, because.strip()
        audit.record(session_of(self), now, member.id, "verdict_settled", self, passed=passed)

    def confirm(self, officer: Person, now: datetime) -> None:
        """A first officer has looked at it."""
        if self.confirmed_at:
            raise Refused(Rule.RELEASED if self.released_at else Rule.CONFIRMED)
        if self.passed is None:
            raise Refused(Rule.UNDECIDED)
        if officer.id == self.settled_by_id:
            raise Refused(Rule.OWN_DECISION)
        self._require_uninvolved(officer)
        self.confirmed_at, self.confirmed_by_id = now, officer.id
        audit.record(session_of(self), now, officer.id, "verdict_confirmed", self)

    def release(self, person: Person, now: datetime) -> None:
        """Make the result known to the candidate. Raises Refused unless somebody else confirmed it before."""
        session = session_of(self)
        session.flush()
        session.refresh(self, ["released_at", "confirmed_at", "confirmed_by_id"], with_for_update=True)
        if self.released_at:
            raise Refused(Rule.RELEASED)
        if not self.confirmed_at:
            raise Refused(Rule.NOT_CONFIRMED)
        if person.id == self.confirmed_by_id:
            raise Refused(Rule.SECOND_PERSON)
        self._require_uninvolved(person)
        self.released_at = self.sitting.told_at = now
        self.released_by_id = person.id
        audit.record(session, now, person.id, "verdict_released", self, passed=self.passed)

    def _require_uninvolved(self, person: Person) -> None:
        """Raise Refused when this person judged the sitting."""
        if person.id in {one.assessor_id for one in ratings_of(session_of(self), self.sitting)}:
            raise Refused(Rule.INVOLVED)


def case_of(sitting: Sitting, ratings: list[Rating]) -> Case:
    """Everything that the verdict on this sitting rests on."""
    scheme = sitting.dossier.scheme.content
    return Case(
        marks=tuple(mark for rating in ratings for mark in rating.marks()),
        part1_sufficient=sitting.dossier.state is DossierState.APPROVED,
        rule=scheme.pass_rule,
        competencies=tuple(one.key for one in scheme.competencies),
    )

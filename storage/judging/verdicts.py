"""The verdict: what the judgements of both parts together say, with its inputs and reasons, and its release."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, Text, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from review.objection import takes_the_place
from review.rules import Condition
from review.verdict import Case, Decision
from storage.base import audit
from storage.base.database import Base, Identified, one_of, session_of
from storage.base.refusal import Refused
from storage.dossier.dossiers import DossierState
from storage.exam.sittings import Answer, Sitting
from storage.judging.ratings import Rating
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
    BY_RULING = "released_by_ruling"
    ASKED = "evidence_is_asked"
    NOT_ASKED = "no_evidence_is_asked"
    REPLACED = "verdict_replaced"
    ANOTHER_WAITS = "another_verdict_waits"
    NOTHING_WRONG = "nothing_to_correct"


class Cause(StrEnum):
    """How a verdict came about: the first one, or one in the place of another.

    `evidence`: answers were asked again as too little was observed. `remark`: new assessors judged everything, blind.
    `resit`: answers were taken again on an objection. `correction`: two persons put right what was told.
    """

    FIRST = "first"
    EVIDENCE = "evidence"
    REMARK = "remark"
    RESIT = "resit"
    CORRECTION = "correction"


RESULT = "ended_at IS NULL AND released_at IS NOT NULL"
PASSED = {"sqlite": f"{RESULT} AND passed IS 1", "postgresql": f"{RESULT} AND passed IS true"}
PENDING = "ended_at IS NULL AND released_at IS NULL"
BY_PEOPLE = (
    "passed",
    "settled_by_id",
    "asked_until",
    "confirmed_at",
    "confirmed_by_id",
    "released_at",
    "ended_at",
)
"""What two people may change at the same moment."""


class Verdict(Identified, Base):
    """A judgement on one sitting. Computed once from `inputs`; confirmed by one officer, released by another person.

    One of them is the result that the candidate knows, and beside it one at most is on its way to take its place
    (`replaces`). `ended_at`: since when it counts no more, as another took its place, or as it would have lowered the
    result. Nothing of it changes by that. `marking`: whose judgements it rests on (`Sitting.marking`). `asked_until`:
    how long the candidate has for the answers that were asked again. `cause_text`: why it was corrected.

    `passed` None: extra evidence is asked, by another take of an answer or by the exam committee; then `passed` is what
    the committee decided, with who and why, and the decision stays as it was computed. `inputs` and `decision` are as
    `review.verdict` writes them, so that the verdict can be computed again and compared.
    """

    __tablename__ = "verdict"

    sitting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Sitting.id))
    replaces_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("verdict.id"))
    cause: Mapped[Cause] = mapped_column(one_of(Cause), default=Cause.FIRST, server_default=Cause.FIRST)
    cause_text: Mapped[str] = mapped_column(Text, default="", server_default="")
    marking: Mapped[int] = mapped_column(default=1, server_default="1")
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
    asked_until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    sitting: Mapped[Sitting] = relationship()
    replaces: Mapped["Verdict | None"] = relationship(remote_side="Verdict.id")
    settled_by: Mapped[Person | None] = relationship(foreign_keys=settled_by_id)
    confirmed_by: Mapped[Person | None] = relationship(foreign_keys=confirmed_by_id)
    released_by: Mapped[Person | None] = relationship(foreign_keys=released_by_id)

    __table_args__ = (
        CheckConstraint("released_at IS NULL OR confirmed_at IS NOT NULL", name="confirmed_first"),
        CheckConstraint("released_by_id IS NULL OR released_by_id <> confirmed_by_id", name="second_person"),
        CheckConstraint("(settled_at IS NULL) = (settled_by_id IS NULL)", name="settled"),
        CheckConstraint("settled_by_id IS NULL OR settled_because IS NOT NULL", name="settled_because"),
        CheckConstraint("settled_by_id IS NULL OR settled_by_id <> confirmed_by_id", name="settled_by_another"),
        CheckConstraint("(cause = 'first') = (replaces_id IS NULL)", name="replaces"),
        CheckConstraint("cause <> 'correction' OR cause_text <> ''", name="corrected_because"),
        Index("uq_verdict_result", "sitting_id", unique=True, sqlite_where=text(RESULT), postgresql_where=text(RESULT)),
        Index(
            "uq_verdict_pending", "sitting_id", unique=True, sqlite_where=text(PENDING), postgresql_where=text(PENDING)
        ),
        Index(None, "sitting_id"),
        Index(None, "released_at"),
        Index(
            "ix_verdict_passed",
            "released_at",
            "id",
            "sitting_id",
            "released_by_id",
            sqlite_where=text(PASSED["sqlite"]),
            postgresql_where=text(PASSED["postgresql"]),
        ),
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
        self._take_turn()
        self._require_counting()
        if self.passed is not None:
            raise Refused(Rule.DECIDED)
        if self.asked_until is not None:
            raise Refused(Rule.ASKED, needed=self.asked_until)
        if not because.strip():
            raise Refused(Rule.NO_REASON)
        self._require_uninvolved(member)
        self.passed = passed
        self.settled_at, self.settled_by_id, self.settled_because = now, member.id, because.strip()
        audit.record(session_of(self), now, member.id, "verdict_settled", self, passed=passed)
        self.drop_if_lower(now)

    def confirm(self, officer: Person, now: datetime) -> None:
        """A first officer has looked at it."""
        self._take_turn()
        self._require_counting()
        if self.confirmed_at:
            raise Refused(Rule.RELEASED if self.released_at else Rule.CONFIRMED)
        if self.passed is None:
            raise Refused(Rule.UNDECIDED)
        if officer.id == self.settled_by_id:
            raise Refused(Rule.OWN_DECISION)
        self._require_uninvolved(officer)
        self.confirmed_at, self.confirmed_by_id = now, officer.id
        audit.record(session_of(self), now, officer.id, "verdict_confirmed", self)

    def take_back(self, person: Person, now: datetime) -> None:
        """It was confirmed too soon and is not known to anybody yet. A correction is dropped, as nothing is left."""
        self._take_turn()
        self._require_counting()
        if self.released_at:
            raise Refused(Rule.RELEASED)
        if not self.confirmed_at:
            raise Refused(Rule.NOT_CONFIRMED)
        self._require_uninvolved(person)
        if self.cause is Cause.CORRECTION:
            self.ended_at = now
        else:
            self.confirmed_at = self.confirmed_by_id = None
        audit.record(session_of(self), now, person.id, "verdict_taken_back", self)

    def release(self, person: Person, now: datetime, by_ruling: bool = False) -> None:
        """Make the result known to the candidate, in the place of the one that was known, if any.

        Raises Refused unless somebody else confirmed it before. What a re-mark found is released by the ruling.
        """
        session = session_of(self)
        self._take_turn()
        if self.released_at:
            raise Refused(Rule.RELEASED)
        self._require_counting()
        if self.cause is Cause.REMARK and not by_ruling:
            raise Refused(Rule.BY_RULING)
        if not self.confirmed_at:
            raise Refused(Rule.NOT_CONFIRMED)
        if person.id == self.confirmed_by_id:
            raise Refused(Rule.SECOND_PERSON)
        self._require_uninvolved(person)
        if (known := result_of(session, self.sitting)) is not None:
            known.ended_at = now
            # The place of the one must be free before the other takes it.
            session.flush()
        self.released_at = self.sitting.told_at = now
        self.released_by_id = person.id
        audit.record(session, now, person.id, "verdict_released", self, passed=self.passed)

    def drop_if_lower(self, now: datetime) -> None:
        """It counts no more when it would take from the candidate what is known, unless the scheme wants that."""
        known = result_of(session_of(self), self.sitting)
        if known is None or known is self or self.passed is None or self.cause is Cause.CORRECTION:
            return
        may_lower = self.sitting.dossier.scheme.content.terms.remark_may_lower
        if not takes_the_place(known.passed, self.passed, may_lower):
            self.ended_at = now
            audit.record(session_of(self), now, None, "verdict_dropped", self)

    def _take_turn(self) -> None:
        """Whoever does something with it at the same moment comes after this one, and sees what it did."""
        session_of(self).flush()
        session_of(self).refresh(self, BY_PEOPLE, with_for_update=True)

    def _require_counting(self) -> None:
        if self.ended_at:
            raise Refused(Rule.REPLACED)

    def _require_uninvolved(self, person: Person) -> None:
        """Raise Refused when this person judged the sitting, in whatever marking."""
        judged = select(Rating.id).join(Answer).where(Answer.sitting_id == self.sitting_id)
        mine = judged.where(Rating.assessor_id == person.id, Rating.declined_at.is_(None))
        if session_of(self).scalars(mine.limit(1)).first() is not None:
            raise Refused(Rule.INVOLVED)


def is_result() -> ColumnElement[bool]:
    """Of verdicts: the ones that candidates know and that count."""
    return Verdict.released_at.is_not(None) & Verdict.ended_at.is_(None)


def result_of(session: Session, sitting: Sitting) -> Verdict | None:
    """The result that the candidate knows."""
    return session.scalars(select(Verdict).where(Verdict.sitting_id == sitting.id, is_result())).first()


def pending_of(session: Session, sitting: Sitting) -> Verdict | None:
    """The verdict that is on its way to be known."""
    waiting = (Verdict.released_at.is_(None), Verdict.ended_at.is_(None))
    return session.scalars(select(Verdict).where(Verdict.sitting_id == sitting.id, *waiting)).first()


def verdicts_of(session: Session, sitting: Sitting) -> Sequence[Verdict]:
    """Every verdict there ever was on this sitting, oldest first."""
    return session.scalars(
        select(Verdict).where(Verdict.sitting_id == sitting.id).order_by(Verdict.decided_at, Verdict.marking)
    ).all()


def standing_of(session: Session, sitting: Sitting) -> Verdict | None:
    """The newest verdict that counts: the one on its way, else the result."""
    return pending_of(session, sitting) or result_of(session, sitting)


def awaits_verdict(session: Session, sitting: Sitting) -> bool:
    """True when judging goes on: there is no verdict yet, or answers are asked again, or all is judged anew."""
    standing = standing_of(session, sitting)
    return standing is None or standing.asked_until is not None or _judged_anew(session, sitting)


def _judged_anew(session: Session, sitting: Sitting) -> bool:
    """True when the marking that counts has no verdict yet, be it one that counts no more."""
    this = select(Verdict.id).where(Verdict.sitting_id == sitting.id, Verdict.marking == sitting.marking)
    return session.scalars(this.limit(1)).first() is None


def case_of(sitting: Sitting, ratings: list[Rating]) -> Case:
    """Everything that the verdict on this sitting rests on."""
    scheme = sitting.dossier.scheme.content
    return Case(
        marks=tuple(mark for rating in ratings for mark in rating.marks()),
        part1_sufficient=sitting.dossier.state is DossierState.APPROVED,
        rule=scheme.pass_rule,
        competencies=tuple(one.key for one in scheme.competencies),
    )

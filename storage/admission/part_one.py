"""KSF judges part 1: an officer claims a file that was handed in, judges every criterion, and decides.

The claim is a lease: work that is left lying is free again. A judgement is fixed with the decision and then never
changes; until it is, its officer opens no recording of this candidate (`webapp.access`).
"""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from review import portfolio
from review.portfolio import Mark, Outcome
from scenarios.chapters import Documents, FileCriterion, FilePart
from storage.base import audit
from storage.base.database import Base, Identified, one_of, session_of
from storage.base.refusal import Refused
from storage.dossier import qualifications
from storage.dossier.dossiers import Dossier, DossierState
from storage.exam.sittings import Answer, Sitting
from storage.judging.ratings import Rating
from storage.people.people import Person


class Rule(StrEnum):
    """Why part 1 cannot be judged now, or not by this person."""

    NOT_HANDED_IN = "part1_not_handed_in"
    CLAIMED = "part1_claimed"
    NOT_CLAIMED = "part1_not_claimed"
    SAW_RECORDINGS = "part1_saw_recordings"
    REJECTED_BEFORE = "part1_rejected_before"


class PartOneReview(Identified, Base):
    """One round: who judges this file, until when it is claimed, and the judgement. Fixed when it is decided."""

    __tablename__ = "part_one_review"

    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Dossier.id))
    round: Mapped[int]
    officer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    claimed_until: Mapped[datetime]
    marks_json: Mapped[dict[str, Any]] = mapped_column("marks", default=dict[str, Any])
    reason: Mapped[str] = mapped_column(Text, default="")
    outcome: Mapped[Outcome | None] = mapped_column(one_of(Outcome))
    fixed_at: Mapped[datetime | None]

    dossier: Mapped[Dossier] = relationship()
    officer: Mapped[Person] = relationship()

    __table_args__ = (
        UniqueConstraint("dossier_id", "round"),
        CheckConstraint("(fixed_at IS NULL) = (outcome IS NULL)", name="fixed_with_outcome"),
        CheckConstraint("round > 0", name="round"),
        Index(None, "officer_id", "fixed_at"),
    )

    @property
    def marks(self) -> dict[str, Mark]:
        """The judgements by the key of their criterion."""
        return {key: Mark(**mark) for key, mark in self.marks_json.items()}

    def held_by(self, person: Person, now: datetime) -> bool:
        return self.fixed_at is None and self.officer_id == person.id and now < self.claimed_until

    def require_held(self, officer: Person, now: datetime) -> None:
        """Raise Refused unless this officer's claim is alive."""
        if not self.held_by(officer, now):
            raise Refused(Rule.NOT_CLAIMED, found=self.claimed_until)

    def judge(self, marks: Mapping[str, Mark], reason: str, officer: Person, now: datetime) -> None:
        """Keep the judgements so far; the claim begins anew. Raises Refused without a claim."""
        self.require_held(officer, now)
        self.marks_json = {key: mark.to_json() for key, mark in marks.items()}
        self.reason, self.claimed_until = reason.strip(), now + lease(self.dossier)

    def decide(self, outcome: Outcome, officer: Person, now: datetime) -> None:
        """Fix the judgement and decide. What is returned opens the parts of the criteria that are not met.

        Raises Refused while a criterion is not judged with a reason, when the decision does not fit the judgements, or
        when somebody is approved who lacks what the scheme asks for beforehand.
        """
        self.require_held(officer, now)
        criteria = criteria_of(self.dossier)
        if refusal := portfolio.refusal(outcome, criteria, self.marks):
            raise Refused(refusal[0], found=tuple(criteria[key].name for key in refusal[1]))
        session = session_of(self)
        if outcome is Outcome.APPROVED and (missing := qualifications.prerequisite(session, self.dossier)):
            raise missing
        parts = self.flagged if outcome is Outcome.RETURNED else ()
        self.dossier.decide(DossierState(outcome), officer.id, self.reason, now, parts)
        self.outcome, self.fixed_at = outcome, now
        audit.record(session, now, officer.id, "part1_fixed", self, round=self.round, outcome=outcome)

    def give_back(self, officer: Person, now: datetime) -> None:
        """Let somebody else judge this file; what was judged so far stays for whoever goes on."""
        self.require_held(officer, now)
        self.claimed_until = now
        audit.record(session_of(self), now, officer.id, "part1_given_back", self.dossier)

    @property
    def flagged(self) -> tuple[FilePart, ...]:
        """The parts of the file with a criterion that is not met, in the order of the file."""
        criteria = criteria_of(self.dossier)
        wrong = {criteria[key].part for key in portfolio.insufficient(criteria, self.marks)}
        return tuple(part for part in FilePart if part in wrong)


def criteria_of(dossier: Dossier) -> dict[str, FileCriterion]:
    """The criteria for this file, by key, in the order of the scheme."""
    return {one.key: one for one in dossier.scheme.content.chapter(Documents).criteria}


def lease(dossier: Dossier) -> timedelta:
    return timedelta(hours=dossier.scheme.content.chapter(Documents).claim_hours)


def claim(session: Session, dossier: Dossier, officer: Person, now: datetime) -> PartOneReview:
    """The review of this round in the hands of this officer; one that somebody let lie is taken over.

    Raises Refused when the file does not wait for a judgement, somebody else is at it, or this person judges the
    candidate's recordings, or rejected the file before an objection brought it back. Judgements of the round before
    that were favourable come along, to be looked at again.
    """
    session.refresh(dossier, ["state"], with_for_update=True)
    if dossier.state is not DossierState.SUBMITTED:
        raise Refused(Rule.NOT_HANDED_IN, found=dossier.state, needed=DossierState.SUBMITTED)
    if _watches(session, dossier, officer):
        raise Refused(Rule.SAW_RECORDINGS)
    rounds = reviews_of(session, dossier)
    if any(one.outcome is Outcome.REJECTED and one.officer_id == officer.id for one in rounds):
        raise Refused(Rule.REJECTED_BEFORE)
    current = next((one for one in rounds if one.round == dossier.rounds), None)
    if current and current.officer_id != officer.id and now < current.claimed_until:
        raise Refused(Rule.CLAIMED, needed=current.claimed_until)
    if current is None:
        good = {key: mark.to_json() for key, mark in rounds[-1].marks.items() if mark.sufficient} if rounds else {}
        current = PartOneReview(id=uuid.uuid4(), dossier=dossier, round=dossier.rounds, marks_json=good, reason="")
    current.claimed_until, current.officer = now + lease(dossier), officer
    session.add(current)
    audit.record(session, now, officer.id, "part1_claimed", dossier, round=dossier.rounds)
    session.flush()
    return current


def reviews_of(session: Session, dossier: Dossier) -> list[PartOneReview]:
    """All rounds of this file, first to last."""
    mine = select(PartOneReview).where(PartOneReview.dossier_id == dossier.id)
    return list(session.scalars(mine.order_by(PartOneReview.round)))


def _watches(session: Session, dossier: Dossier, officer: Person) -> bool:
    """True when this person has had recordings of the candidate to judge."""
    theirs = select(Rating.id).join(Answer).join(Sitting).join(Dossier)
    mine = (Rating.assessor_id == officer.id) & (Dossier.candidate_id == dossier.candidate_id)
    return session.scalars(theirs.where(mine).limit(1)).first() is not None

"""Ratings and scores: what one assessor says of one answer, in two phases."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from review import rating as rules
from review.rating import Phase
from review.verdict import Mark
from storage import audit
from storage.database import Base, Identified
from storage.people import Person
from storage.recordings import RecordingState, latest_take
from storage.refusal import Refused
from storage.sittings import Answer, Sitting


class Rule(StrEnum):
    """Why a rating may not be changed or signed."""

    INCOMPLETE = "rating_incomplete"
    SIGNED = "rating_signed"
    DOSSIER_CLOSED = "dossier_not_open"
    CHANGED_ELSEWHERE = "changed_elsewhere"
    NOT_RECORDED = "answer_not_recorded"


class Rating(Identified, Base):
    """One assessor on one answer, in slot 1, 2 or 3. Signed once per phase.

    `version` goes up with every save, so that two tabs cannot overwrite each other. `position_s` is where in the
    recording the assessor was. `shuffle` orders the competencies for this assessor.
    """

    __tablename__ = "rating"

    answer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Answer.id))
    assessor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    slot: Mapped[int]
    version: Mapped[int] = mapped_column(default=0)
    shuffle: Mapped[int] = mapped_column(default=0)
    position_s: Mapped[float] = mapped_column(default=0)
    opened_at: Mapped[datetime | None]
    phase1_signed_at: Mapped[datetime | None]
    phase2_signed_at: Mapped[datetime | None]

    answer: Mapped[Answer] = relationship()
    assessor: Mapped[Person] = relationship()
    scores: Mapped[list["Score"]] = relationship(back_populates="rating")
    remarks: Mapped[list["Remark"]] = relationship(back_populates="rating", order_by="Remark.at_s")

    __table_args__ = (
        UniqueConstraint("answer_id", "assessor_id"),
        UniqueConstraint("answer_id", "slot"),
        CheckConstraint("slot BETWEEN 1 AND 3", name="slot"),
        CheckConstraint("phase2_signed_at IS NULL OR phase1_signed_at IS NOT NULL", name="phases"),
        Index(None, "assessor_id", "phase1_signed_at"),
    )
    # Of two saves at the same moment on top of one version, the second fails (StaleDataError).
    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}  # noqa: RUF012

    @property
    def signed(self) -> Phase | None:
        """The last signed phase."""
        if self.phase2_signed_at:
            return Phase.DOSSIER
        return Phase.BLIND if self.phase1_signed_at else None

    @property
    def visible(self) -> tuple[str, ...]:
        """The competencies that this answer shows, and no others are scored."""
        return tuple(self.answer.scenario.competencies)

    def require_unsigned(self, phase: Phase) -> None:
        """Raise Refused when this phase was signed already, or when the phase before it was not."""
        if self.signed is not (None if phase is Phase.BLIND else Phase.BLIND):
            raise Refused(Rule.SIGNED if self.signed else Rule.DOSSIER_CLOSED, found=self.signed, needed=phase)

    def changed(self, version: int) -> None:
        """One save happened on top of `version`. Raises Refused when somebody saved in between."""
        if version != self.version:
            raise Refused(Rule.CHANGED_ELSEWHERE, found=self.version, needed=version)
        self.version += 1

    def score(self, competency: str) -> "Score | None":
        return next((score for score in self.scores if score.competency == competency), None)

    def values(self, phase: Phase) -> dict[str, rules.Score]:
        """The scores of a phase by competency, as the rules see them; in phase 2 only those that change."""
        pairs = ((score.competency, score.value(phase)) for score in self.scores)
        return {competency: value for competency, value in pairs if value is not None}

    def missing(self, phase: Phase) -> tuple[rules.Missing, ...]:
        """What stands between this rating and its signature."""
        locked = self.values(Phase.BLIND) if phase is Phase.DOSSIER else None
        needed = self.answer.sitting.dossier.scheme.content.assessment.evidence_per_score
        return rules.missing(self.visible, self.values(phase), phase, locked, evidence_per_score=needed)

    def sign(self, phase: Phase, now: datetime) -> None:
        """Sign a phase. Raises Refused while something is missing, when it was signed already, or when it is not open.

        Phase 2 opens when all own answers of the candidate are signed.
        """
        self.require_unsigned(phase)
        own = own_ratings(Session.object_session(self), self.answer.sitting, self.assessor)
        if phase is Phase.DOSSIER and not may_open_dossier(own):
            raise Refused(Rule.DOSSIER_CLOSED, found=self.signed, needed=phase)
        if gaps := self.missing(phase):
            raise Refused(Rule.INCOMPLETE, found=gaps, needed=())
        if phase is Phase.BLIND:
            self.phase1_signed_at = now
        else:
            self.phase2_signed_at = now
        audit.record(Session.object_session(self), now, self.assessor_id, f"rating_signed_{phase.value}", self)

    def marks(self) -> tuple[Mark, ...]:
        """What counts for the verdict: the phase-2 value where there is one."""
        counting = rules.counting(self.values(Phase.BLIND), self.values(Phase.DOSSIER))
        return tuple(
            Mark(str(self.answer_id), str(self.assessor_id), self.slot, competency, value.level)
            for competency, value in counting.items()
        )


class Score(Identified, Base):
    """One competency in one rating: a level or "niet waarneembaar", in phase 1 and, where changed, in phase 2.

    `evidence` lists time codes (`{"seconds": 31.2}`) and STAR sentences as `review.rating` reads them.
    """

    __tablename__ = "score"

    rating_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Rating.id))
    competency: Mapped[str] = mapped_column(String(60))
    level: Mapped[int | None]
    not_observable: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(Text, default="")
    remark: Mapped[str] = mapped_column(Text, default="")
    evidence: Mapped[list] = mapped_column(default=list)
    phase2: Mapped[dict | None]
    """None where phase 2 left the score as it was; else level, not_observable, reason, change_reason, evidence."""

    rating: Mapped[Rating] = relationship(back_populates="scores")

    __table_args__ = (
        UniqueConstraint("rating_id", "competency"),
        CheckConstraint("level IS NULL OR level BETWEEN 1 AND 5", name="level"),
        CheckConstraint("NOT (not_observable AND level IS NOT NULL)", name="level_or_not_observable"),
    )

    def value(self, phase: Phase) -> rules.Score | None:
        """This score as the rules see it; None when there is none in that phase."""
        if phase is Phase.BLIND:
            evidence = tuple(rules.evidence_from_json(item) for item in self.evidence)
            return rules.Score(self.level, self.not_observable, self.reason, evidence, self.remark)
        if self.phase2 is None:
            return None
        return rules.Score(
            self.phase2["level"],
            self.phase2["not_observable"],
            self.phase2["reason"],
            tuple(rules.evidence_from_json(item) for item in self.phase2["evidence"]),
            self.remark,
            self.phase2["change_reason"],
        )


class Remark(Identified, Base):
    """A note of the assessor at a moment of the recording (`at_s`, seconds), perhaps on one competency."""

    __tablename__ = "remark"

    rating_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Rating.id))
    at_s: Mapped[float]
    text: Mapped[str] = mapped_column(Text)
    competency: Mapped[str | None] = mapped_column(String(60))
    created_at: Mapped[datetime]

    rating: Mapped[Rating] = relationship(back_populates="remarks")

    __table_args__ = (CheckConstraint("at_s >= 0", name="at_s"), Index(None, "rating_id"))


def assign(session: Session, sitting: Sitting, assessor: Person, slot: int, now: datetime) -> list[Rating]:
    """Give all answers of a finished sitting to one assessor in one slot.

    Raises Refused unless every answer has a stored recording.
    """
    for answer in sitting.answers:
        take = latest_take(session, answer)
        if take is None or take.state is not RecordingState.STORED:
            raise Refused(Rule.NOT_RECORDED, found=answer.number)
    seed = uuid.uuid4().int % 2**31
    ratings = [Rating(answer=answer, assessor=assessor, slot=slot, shuffle=seed) for answer in sitting.answers]
    session.add_all(ratings)
    session.flush()
    audit.record(session, now, None, "assessor_assigned", sitting, slot=slot, assessor=str(assessor.id))
    return ratings


def ratings_of(session: Session, sitting: Sitting) -> Sequence[Rating]:
    """Every rating of a sitting, slot by slot."""
    return session.scalars(
        select(Rating).join(Answer).where(Answer.sitting_id == sitting.id).order_by(Rating.slot, Answer.number)
    ).all()


def own_ratings(session: Session, sitting: Sitting, assessor: Person) -> Sequence[Rating]:
    """One assessor's ratings of a sitting, by situation."""
    return [rating for rating in ratings_of(session, sitting) if rating.assessor_id == assessor.id]


def may_open_dossier(ratings: Sequence[Rating]) -> bool:
    """Whether the assessor of these ratings may see the candidate's STARs: all own answers are signed."""
    return rules.may_open_dossier([rating.signed for rating in ratings])

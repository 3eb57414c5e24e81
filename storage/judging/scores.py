"""An assessor's judgement of an answer: scores on competencies, and remarks at a moment of the recording."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from review import rating as rules
from review.rating import Phase, TimeCode
from review.rules import LEVEL_MAX, LEVEL_MIN
from storage.base.database import Base, Identified


@dataclass(frozen=True)
class Note:
    """A remark as it comes from the desk: its id, the moment in the recording, and perhaps the competency."""

    id: uuid.UUID
    at_s: float
    text: str
    competency: str | None = None


class Score(Identified, Base):
    """One competency in one rating: a level or "niet waarneembaar", in phase 1 and, where changed, in phase 2.

    `evidence` lists time codes (`{"seconds": 31.2}`) and STAR sentences as `review.rating` reads them. A remark on the
    competency is evidence too, and is not repeated here.
    """

    __tablename__ = "score"

    rating_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("rating.id"))
    competency: Mapped[str] = mapped_column(String(60))
    level: Mapped[int | None]
    not_observable: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(Text, default="")
    remark: Mapped[str] = mapped_column(Text, default="")
    evidence: Mapped[list[Any]] = mapped_column(default=list)
    changed: Mapped[bool] = mapped_column(default=False)
    """True where phase 2 gives a score of its own, in the columns below; else they are empty."""
    phase2_level: Mapped[int | None]
    phase2_not_observable: Mapped[bool] = mapped_column(default=False)
    phase2_reason: Mapped[str] = mapped_column(Text, default="")
    change_reason: Mapped[str] = mapped_column(Text, default="")
    phase2_evidence: Mapped[list[Any]] = mapped_column(default=list)

    # `Rating` stands above this module, so its name is all that may be said of it here.
    rating: Mapped[Any] = relationship("Rating", back_populates="scores")

    __table_args__ = (
        UniqueConstraint("rating_id", "competency"),
        CheckConstraint(f"level IS NULL OR level BETWEEN {LEVEL_MIN} AND {LEVEL_MAX}", name="level"),
        CheckConstraint("NOT (not_observable AND level IS NOT NULL)", name="level_or_not_observable"),
        CheckConstraint(
            f"phase2_level IS NULL OR phase2_level BETWEEN {LEVEL_MIN} AND {LEVEL_MAX}", name="phase2_level"
        ),
        CheckConstraint("NOT (phase2_not_observable AND phase2_level IS NOT NULL)", name="phase2_level_or_not"),
        CheckConstraint("changed OR NOT (phase2_not_observable OR phase2_level IS NOT NULL)", name="phase2_changed"),
    )

    def value(self, phase: Phase) -> rules.Score | None:
        """This score as the rules see it; None when there is none in that phase."""
        if phase is Phase.BLIND:
            remarks = (TimeCode(one.at_s) for one in self.rating.remarks if one.competency == self.competency)
            evidence = (*(rules.evidence_from_json(item) for item in self.evidence), *remarks)
            return rules.Score(self.level, self.not_observable, self.reason, evidence, self.remark)
        if not self.changed:
            return None
        evidence = tuple(rules.evidence_from_json(item) for item in self.phase2_evidence)
        level, not_observable, reason = self.phase2_level, self.phase2_not_observable, self.phase2_reason
        return rules.Score(level, not_observable, reason, evidence, self.remark, self.change_reason)

    def write(self, value: rules.Score) -> None:
        """Take over a score of phase 1."""
        self.level, self.not_observable, self.reason = value.level, value.not_observable, value.reason
        self.evidence, self.remark = [item.to_json() for item in value.evidence], value.remark

    def rewrite(self, value: rules.Score | None) -> None:
        """Take over a score of phase 2; None leaves the score as phase 1 gave it."""
        self.changed, value = value is not None, value or rules.Score()
        self.phase2_level, self.phase2_not_observable = value.level, value.not_observable
        self.phase2_reason, self.change_reason = value.reason, value.change_reason
        self.phase2_evidence = [item.to_json() for item in value.evidence]


class Remark(Identified, Base):
    """A note of the assessor at a moment of the recording (`at_s`, seconds), perhaps on one competency."""

    __tablename__ = "remark"

    rating_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("rating.id"))
    at_s: Mapped[float]
    text: Mapped[str] = mapped_column(Text)
    competency: Mapped[str | None] = mapped_column(String(60))
    created_at: Mapped[datetime]

    rating: Mapped[Base] = relationship("Rating", back_populates="remarks")

    __table_args__ = (CheckConstraint("at_s >= 0", name="at_s"), Index(None, "rating_id"))

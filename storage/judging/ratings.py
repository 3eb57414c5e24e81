"""Ratings: one assessor on one answer, saved as it comes from the desk and signed once per phase."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, Text, UniqueConstraint, func, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, selectinload
from sqlalchemy.orm.exc import StaleDataError

from review import rating as rules
from review import watching
from review.rating import Phase
from review.verdict import Mark
from scenarios.chapters import AssessmentRules
from storage.base import audit
from storage.base.clock import start_of_day
from storage.base.database import Base, Identified, one_of, session_of
from storage.base.refusal import Refused
from storage.exam.recordings import counting_take
from storage.exam.sittings import Answer, Sitting
from storage.judging.purposes import LISTED, Purpose
from storage.judging.scores import Note, Remark, Score
from storage.people.people import Person


class Rule(StrEnum):
    """Why a rating may not be changed or signed."""

    INCOMPLETE = "rating_incomplete"
    NOT_SEEN = "recording_not_seen"
    DAY_FULL = "day_is_full"
    SIGNED = "rating_signed"
    DOSSIER_CLOSED = "dossier_not_open"
    CHANGED_ELSEWHERE = "changed_elsewhere"
    NOT_YOURS = "remark_of_another_rating"


class Return(StrEnum):
    """Why work went back. Whoever knows the candidate never gets it again; `again`: there is a new take to judge."""

    KNOWN = "known"
    TAKEN_BACK = "taken_back"
    AGAIN = "again"
    STOPPED = "stopped"
    """Its assessor was stopped for drifting, so it is judged by somebody else from the beginning."""


HELD = text("declined_at IS NULL AND purpose = 'exam'")


class Rating(Identified, Base):
    """One assessor on one answer, in slot 1, 2 or 3 of a marking. Signed once per phase.

    `version` goes up with every save, so that two tabs cannot overwrite each other. `position_s` is where in the
    recording the assessor was, `active_at` when something was last heard of the desk. `seen` is what of the recording
    was played on the desk, as the page told it, [from, to] in seconds; `unseen_because` why it was signed without the
    rest. `shuffle` orders the competencies for this assessor. When the work goes back, `declined_at` is set and the
    slot is free for somebody else, while the scores stay for the record. What is for another `purpose` than the exam
    has no slot and no marking that counts.
    """

    __tablename__ = "rating"

    answer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Answer.id))
    assessor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    slot: Mapped[int | None]
    marking: Mapped[int] = mapped_column(default=1, server_default="1")
    purpose: Mapped[Purpose] = mapped_column(one_of(Purpose), default=Purpose.EXAM, server_default="exam")
    version: Mapped[int] = mapped_column(default=0)
    shuffle: Mapped[int] = mapped_column(default=0)
    position_s: Mapped[float] = mapped_column(default=0)
    seen: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    unseen_because: Mapped[str] = mapped_column(Text, default="", server_default="")
    opened_at: Mapped[datetime | None]
    active_at: Mapped[datetime | None]
    phase1_signed_at: Mapped[datetime | None]
    phase2_signed_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    declined_because: Mapped[Return | None] = mapped_column(one_of(Return))

    answer: Mapped[Answer] = relationship()
    assessor: Mapped[Person] = relationship()
    scores: Mapped[list[Score]] = relationship(back_populates="rating", cascade="all, delete-orphan")
    remarks: Mapped[list[Remark]] = relationship(
        back_populates="rating", cascade="all, delete-orphan", order_by="Remark.at_s, Remark.id"
    )

    __table_args__ = (
        Index("uq_rating_held", "answer_id", "assessor_id", unique=True, sqlite_where=HELD, postgresql_where=HELD),
        UniqueConstraint("answer_id", "marking", "slot"),
        CheckConstraint("slot BETWEEN 1 AND 3", name="slot"),
        CheckConstraint("(slot IS NULL) = (declined_at IS NOT NULL OR purpose <> 'exam')", name="declined"),
        CheckConstraint("(purpose = 'exam') = (marking > 0)", name="purpose_of_marking"),
        CheckConstraint("(declined_because IS NULL) = (declined_at IS NULL)", name="declined_because"),
        CheckConstraint("phase2_signed_at IS NULL OR phase1_signed_at IS NOT NULL", name="phases"),
        Index(None, "assessor_id", "phase1_signed_at"),
        Index(None, "answer_id", "slot", "phase2_signed_at"),
    )
    # Of two saves at the same moment on top of one version, the second fails (StaleDataError).
    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}

    @property
    def signed(self) -> Phase | None:
        """The last signed phase."""
        if self.phase2_signed_at:
            return Phase.DOSSIER
        return Phase.BLIND if self.phase1_signed_at else None

    @property
    def lease(self) -> timedelta:
        """How long an answer that was begun stays with its assessor without a sign of life."""
        return timedelta(hours=self.answer.sitting.dossier.scheme.content.chapter(AssessmentRules).lease_hours)

    def is_at_work(self, now: datetime) -> bool:
        """True when the assessor was at this answer less than a lease ago, and has not signed it."""
        return self.signed is None and self.active_at is not None and now < self.active_at + self.lease

    def has_lapsed(self, now: datetime) -> bool:
        """True when the answer was begun, left for longer than the lease, and so may go to somebody else."""
        return self.signed is None and self.active_at is not None and not self.is_at_work(now)

    @property
    def daily(self) -> int:
        """How many answers one assessor signs in a day at most: who is tired judges less well."""
        return self.answer.sitting.dossier.scheme.content.chapter(AssessmentRules).assessor_daily_answers

    def day_is_full(self, now: datetime) -> bool:
        """True when this assessor has signed as many answers today as one may."""
        return signed_since(session_of(self), self.assessor_id, start_of_day(now)) >= self.daily

    def require_day(self, now: datetime) -> None:
        """Raise Refused when this assessor has signed today's number of answers."""
        if self.day_is_full(now):
            raise Refused(Rule.DAY_FULL, found=self.daily, needed=self.daily)

    @property
    def visible(self) -> tuple[str, ...]:
        """The competencies that this answer shows, and no others are scored."""
        return tuple(self.answer.scenario.competencies)

    @property
    def shuffled(self) -> tuple[str, ...]:
        """The same in the order of this assessor: another one for each situation, always the same for this answer."""
        return tuple(Random(f"{self.shuffle}/{self.answer.number}").sample(self.visible, len(self.visible)))  # noqa: S311 (an order that can be told again, no secret)

    def require_unsigned(self, phase: Phase) -> None:
        """Raise Refused when this phase was signed already, or when the phase before it was not."""
        if self.declined_at or self.signed is not (None if phase is Phase.BLIND else Phase.BLIND):
            raise Refused(Rule.SIGNED if self.signed else Rule.DOSSIER_CLOSED, found=self.signed, needed=phase)

    def changed(self, version: int) -> None:
        """One save happened on top of `version`. Raises Refused when somebody saved in between."""
        if version != self.version:
            raise Refused(Rule.CHANGED_ELSEWHERE, found=self.version, needed=version)
        self.version += 1

    def score(self, competency: str) -> "Score | None":
        return next((score for score in self.scores if score.competency == competency), None)

    def keep(self, version: int, scores: Mapping[str, rules.Score], notes: Sequence[Note], now: datetime) -> None:
        """Save phase 1 as the desk shows it: every score and every remark, nothing else stays.

        Raises Refused when the phase is signed or when another window saved since `version`.
        """
        self.require_unsigned(Phase.BLIND)
        self.changed(version)
        self.opened_at, self.active_at = self.opened_at or now, now
        session = session_of(self)
        try:
            session.flush()
        except StaleDataError as stale:
            session.rollback()
            raise Refused(Rule.CHANGED_ELSEWHERE, needed=version) from stale
        known = {score.competency: score for score in self.scores}
        for competency, value in scores.items():
            if competency not in known:
                self.scores.append(known.setdefault(competency, Score(competency=competency)))
            known[competency].write(value)
        for competency in known.keys() - scores.keys():
            self.scores.remove(known[competency])
        self._keep_notes(notes, now)

    def _keep_notes(self, notes: Sequence[Note], now: datetime) -> None:
        known = {remark.id: remark for remark in self.remarks}
        wanted = {note.id: note for note in notes}
        fresh = wanted.keys() - known.keys()
        session = session_of(self)
        if fresh and session.scalars(select(Remark.id).where(Remark.id.in_(fresh))).first():
            raise Refused(Rule.NOT_YOURS)
        for gone in known.keys() - wanted.keys():
            self.remarks.remove(known[gone])
        for note in wanted.values():
            if note.id in fresh:
                self.remarks.append(Remark(id=note.id, created_at=now, at_s=note.at_s, text=note.text))
            row = known.get(note.id) or self.remarks[-1]
            row.at_s, row.text, row.competency = note.at_s, note.text, note.competency

    def saw(self, parts: Sequence[watching.Part]) -> None:
        """These stretches were played on the desk, beside what was played before."""
        self.seen = self._seen_with(parts)

    def _seen_with(self, parts: Sequence[watching.Part]) -> list[list[float]]:
        # A row that was never written to the database has no default yet.
        before = [(start, end) for start, end in self.seen or ()]
        return [list(part) for part in watching.joined([*before, *parts])]

    def unseen(self) -> tuple[watching.Part, ...]:
        """The stretches of the recording that were not played; nothing is asked of one whose length is unknown."""
        seconds = self._seconds()
        return () if seconds is None else watching.unseen([(start, end) for start, end in self.seen], seconds)

    def resume_from(self, position_s: float, now: datetime, parts: Sequence[watching.Part] = ()) -> None:
        """Remember where in the recording the assessor is, and what was played. Never in the way of a save: the version
        stays."""
        session_of(self).execute(
            update(Rating)
            .where(Rating.id == self.id)
            .values(position_s=position_s, seen=self._seen_with(parts), opened_at=self.opened_at or now, active_at=now)
            .execution_options(synchronize_session=False)
        )

    def values(self, phase: Phase) -> dict[str, rules.Score]:
        """The scores of a phase by competency, as the rules see them; in phase 2 only those that change."""
        pairs = ((score.competency, score.value(phase)) for score in self.scores)
        return {competency: value for competency, value in pairs if value is not None}

    def change(self, competency: str, value: rules.Score | None) -> None:
        """Write what phase 2 makes of a score of phase 1; None takes the change back.

        Raises Refused unless phase 1 is signed and phase 2 is not, and when the change has no reason.
        """
        self.require_unsigned(Phase.DOSSIER)
        score = self.score(competency)
        if score is None:
            raise KeyError(competency)
        if value is not None:
            before, changed = score.value(Phase.BLIND), {competency: value}
            locked = {} if before is None else {competency: before}
            if gaps := rules.missing((competency,), changed, Phase.DOSSIER, locked, evidence_per_score=0):
                raise Refused(Rule.INCOMPLETE, found=gaps, needed=())
        score.rewrite(value)
        self.version += 1

    def missing(self, phase: Phase) -> tuple[rules.Missing, ...]:
        """The gaps between this rating and its signature."""
        locked = self.values(Phase.BLIND) if phase is Phase.DOSSIER else None
        needed = self.answer.sitting.dossier.scheme.content.chapter(AssessmentRules).evidence_per_score
        return rules.missing(self.visible, self.values(phase), phase, locked, self._seconds(), needed)

    def _seconds(self) -> float | None:
        """How long the recording is that was judged."""
        take = counting_take(session_of(self), self.answer)
        return None if take is None else take.seconds

    def sign(self, phase: Phase, now: datetime) -> None:
        """Sign a phase. Raises Refused while something is missing, when it was signed already, or when it is not open.

        Phase 1 of a recording that was not seen to its end is signed with a word on why, and only then.

        Phase 2 opens when all own answers of the candidate are signed. A benchmark answer has none.
        """
        self.require_unsigned(phase)
        if phase is Phase.DOSSIER:
            own = own_ratings(session_of(self), self.answer.sitting, self.assessor)
            if not may_open_dossier(own):
                raise Refused(Rule.DOSSIER_CLOSED, found=self.signed, needed=phase)
        if gaps := self.missing(phase):
            raise Refused(Rule.INCOMPLETE, found=gaps, needed=())
        if phase is Phase.BLIND:
            parts = self.unseen()
            if parts and not self.unseen_because.strip():
                raise Refused(Rule.NOT_SEEN, found=parts)
            self.unseen_because = self.unseen_because if parts else ""
            self.phase1_signed_at = now
            if self.purpose not in LISTED:
                self.phase2_signed_at = now
        else:
            self.phase2_signed_at = now
        self.version += 1
        audit.record(session_of(self), now, self.assessor_id, f"rating_signed_{phase.value}", self)

    def marks(self) -> tuple[Mark, ...]:
        """The marks that count for the verdict: the phase-2 value where there is one."""
        if self.slot is None:
            return ()
        counting = rules.counting(self.values(Phase.BLIND), self.values(Phase.DOSSIER))
        return tuple(
            Mark(str(self.answer_id), str(self.assessor_id), self.slot, competency, value.level)
            for competency, value in counting.items()
        )


def signed_since(session: Session, assessor_id: uuid.UUID, moment: datetime) -> int:
    """How many answers this assessor has signed since then, those that were given back with them."""
    signed = select(func.count()).select_from(Rating)
    return session.scalars(signed.where(Rating.assessor_id == assessor_id, Rating.phase1_signed_at >= moment)).one()


def has_score(session: Session, answer: Answer) -> bool:
    """True when anybody has scored this answer, be it in part."""
    scored = select(Score.id).join(Rating).where(Rating.answer_id == answer.id, Rating.declined_at.is_(None))
    return session.scalars(scored.where(Rating.purpose == Purpose.EXAM).limit(1)).first() is not None


def ratings_of(session: Session, sitting: Sitting, marking: int | None = None) -> Sequence[Rating]:
    """Every rating of a sitting that counts, slot by slot, with its scores. Declined ones are left out.

    Of the marking that counts, or of another one.
    """
    return session.scalars(_counting(sitting, marking=marking).options(*_WRITTEN)).all()


def ratings_by_sitting(session: Session, sittings: Sequence[Sitting]) -> dict[uuid.UUID, list[Rating]]:
    """The same for many sittings, by the id of the sitting; without what was written."""
    found: dict[uuid.UUID, list[Rating]] = {sitting.id: [] for sitting in sittings}
    for rating in session.scalars(_counting(*sittings)):
        found[rating.answer.sitting_id].append(rating)
    return found


def own_ratings(session: Session, sitting: Sitting, assessor: Person) -> Sequence[Rating]:
    """One assessor's ratings of a sitting, by situation; nothing of anybody else is read."""
    return session.scalars(_counting(sitting).where(Rating.assessor_id == assessor.id).options(*_WRITTEN)).all()


def _counting(*sittings: Sitting, marking: int | None = None) -> Select[Rating]:
    return (
        select(Rating)
        .join(Answer)
        .join(Sitting)
        .where(Answer.sitting_id.in_([one.id for one in sittings]), Rating.declined_at.is_(None))
        .where(Rating.marking == (Sitting.marking if marking is None else marking))
        .order_by(Rating.slot, Answer.number)
        .options(selectinload(Rating.answer))
    )


_WRITTEN = (selectinload(Rating.scores), selectinload(Rating.remarks))
"""Everything that the assessor wrote on a rating."""


def may_open_dossier(ratings: Sequence[Rating]) -> bool:
    """True when the assessor of these ratings may see the candidate's STARs: all own answers are signed."""
    return rules.may_open_dossier([rating.signed for rating in ratings])

"""Samples of exams for an audit, as they were drawn: what was known of each exam that day, the seed, and who came out.

What was known is kept with the sample, so that it can be drawn again when a result has changed since or an exam was
erased: `again` says whether the same come out.
"""

import secrets
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Select, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from review.audit_sample import Chosen, Exam, How, Reason, Weights, draw, weigh
from scenarios.audit_guidelines import Guidelines, guidelines, newest
from storage.audits import audits
from storage.base import audit
from storage.base.clock import AMSTERDAM
from storage.base.database import Base, Identified
from storage.base.refusal import Refused
from storage.dossier.dossiers import Dossier
from storage.exam.recordings import Recording
from storage.exam.sittings import Answer, Sitting
from storage.judging.flags import Flag
from storage.judging.objections import Objection
from storage.judging.ratings import Rating
from storage.judging.scores import Remark
from storage.judging.verdicts import Verdict, is_result
from storage.people.organisations import Organisation
from storage.people.people import Person

WORD_FOR_WORD = 3
"""In so many exams the same remark of one assessor stands before it counts as written without looking."""
SHORT = 20
"""Remarks of fewer characters say the same often, and that is no matter."""


class Rule(StrEnum):
    """Why no sample is drawn."""

    NO_EXAMS = "sample_of_nothing"
    TOO_FEW = "sample_size"


class AuditSample(Identified, Base):
    """One sample of the exams that were finished in `year`, of one organisation or of all (None), as known on `day`.

    `known`: each exam as `review.audit_sample.Exam`; `chosen`: what came out. `version`: of the guidelines, whose
    weights were used.
    """

    __tablename__ = "audit_sample"

    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Organisation.id))
    year: Mapped[int]
    day: Mapped[date] = mapped_column(Date)
    version: Mapped[int]
    seed: Mapped[str] = mapped_column(String(64))
    by_chance: Mapped[int]
    by_risk: Mapped[int]
    known: Mapped[list[Any]] = mapped_column(deferred=True)
    chosen: Mapped[list[Any]] = mapped_column()
    exams: Mapped[int]
    drawn_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    drawn_at: Mapped[datetime]

    organisation: Mapped[Organisation | None] = relationship()
    drawn_by: Mapped[Person] = relationship()

    __table_args__ = (CheckConstraint("by_chance + by_risk > 0", name="size"), Index(None, "drawn_at", "id"))

    @property
    def lines(self) -> list[Chosen]:
        """What came out, in the order of the draw."""
        return [
            Chosen(one["code"], How(one["how"]), {Reason(why): points for why, points in one["points"].items()})
            for one in self.chosen
        ]

    def again(self) -> list[Chosen]:
        """The sample drawn once more from what was known and the seed."""
        exams = [Exam(**one) for one in self.known]
        return _drawn(exams, guidelines(self.version), self.seed, self.by_chance, self.by_risk)


def draw_sample(
    session: Session,
    organisation: Organisation | None,
    year: int,
    by_chance: int,
    by_risk: int,
    seed: str,
    actor: Person,
    now: datetime,
) -> AuditSample:
    """Draw a sample by the newest guidelines; `seed` empty: a fresh one. Raises Refused where there is nothing to draw.

    Every draw is kept, and noted in the audit log, so that nobody draws until a sample pleases.
    """
    if not 0 < by_chance + by_risk <= 200 or min(by_chance, by_risk) < 0:
        raise Refused(Rule.TOO_FEW, found=by_chance + by_risk, needed=200)
    exams = known_of(session, organisation, year, now)
    if not exams:
        raise Refused(Rule.NO_EXAMS, found=year)
    seed, rules = seed.strip() or secrets.token_hex(16), newest()
    made = AuditSample(
        id=uuid.uuid4(),
        organisation=organisation,
        year=year,
        day=now.astimezone(AMSTERDAM).date(),
        version=rules.version,
        seed=seed,
        by_chance=by_chance,
        by_risk=by_risk,
        known=[asdict(one) for one in exams],
        chosen=[
            {"code": one.code, "how": str(one.how), "points": {str(why): n for why, n in one.points.items()}}
            for one in _drawn(exams, rules, seed, by_chance, by_risk)
        ],
        exams=len(exams),
        drawn_by=actor,
        drawn_at=now,
    )
    session.add(made)
    session.flush()
    audit.record(session, now, actor.id, "audit_sample_drawn", made, year=year, exams=len(exams))
    return made


def _drawn(exams: Sequence[Exam], rules: Guidelines, seed: str, by_chance: int, by_risk: int) -> list[Chosen]:
    points = weigh(exams, Weights(**asdict(rules.risk)), rules.every_days)
    return draw(points, seed, by_chance, by_risk)


def known_of(session: Session, organisation: Organisation | None, year: int, now: datetime) -> list[Exam]:
    """What is known now of the exams that were finished in this year, by code; a few questions for any number."""
    first, last = (datetime.combine(date(one, 1, 1), time(), AMSTERDAM).astimezone(UTC) for one in (year, year + 1))
    theirs = select(Sitting.id).join(Dossier, Sitting.dossier_id == Dossier.id)
    theirs = theirs.where(Sitting.finished_at >= first, Sitting.finished_at < min(last, now))
    if organisation is not None:
        theirs = theirs.where(Dossier.organisation_id == organisation.id)
    rows = session.execute(
        select(Sitting.id, Dossier.id, Dossier.code, Dossier.organisation_id, Dossier.alike_share)
        .join(Dossier, Sitting.dossier_id == Dossier.id)
        .where(Sitting.id.in_(theirs))
        .order_by(Dossier.code)
    ).all()
    results = select(Verdict.sitting_id, Verdict.passed).where(is_result(), Verdict.sitting_id.in_(theirs))
    passed = {sitting: known for sitting, known in session.execute(results)}
    per_answer = (
        select(Answer.sitting_id, func.count()).where(Answer.sitting_id.in_(theirs)).group_by(Answer.sitting_id)
    )
    flags = _counted(session, per_answer.join(Rating, Rating.answer_id == Answer.id).join(Flag))
    retakes = _counted(session, per_answer.join(Recording, Recording.answer_id == Answer.id).where(Recording.take > 1))
    objected = select(Objection.dossier_id, func.count()).join(Sitting, Sitting.dossier_id == Objection.dossier_id)
    objections = _counted(session, objected.where(Sitting.id.in_(theirs)).group_by(Objection.dossier_id))
    repeated = _word_for_word(session, theirs)
    homes = {row[3] for row in rows}
    held, today = audits.last_held(session, list(homes)), now.astimezone(AMSTERDAM).date()
    return [
        Exam(
            code=code,
            organisation=str(home),
            passed=passed.get(sitting),
            incidents=flags[sitting] + objections[dossier],
            retakes=retakes[sitting],
            alike=share is not None,
            repeated=sitting in repeated,
            audited_days_ago=(today - held[home]) // timedelta(days=1) if home in held else None,
        )
        for sitting, dossier, code, home, share in rows
    ]


def _counted(session: Session, query: Select[uuid.UUID, int]) -> Counter[uuid.UUID]:
    return Counter({key: number for key, number in session.execute(query)})


def _word_for_word(session: Session, theirs: Select[uuid.UUID]) -> set[uuid.UUID]:
    """Of these sittings those with a remark that its assessor wrote in the same words in other exams too."""
    words = func.lower(func.trim(Remark.text))
    written = (
        select(Rating.assessor_id.label("by"), words.label("words"), Answer.sitting_id.label("sitting"))
        .join(Answer, Rating.answer_id == Answer.id)
        .join(Remark, Remark.rating_id == Rating.id)
        .where(func.length(Remark.text) >= SHORT)
    ).subquery()
    often = (
        select(written.c.by, written.c.words)
        .group_by(written.c.by, written.c.words)
        .having(func.count(written.c.sitting.distinct()) >= WORD_FOR_WORD)
        .subquery()
    )
    same = (often.c.by == written.c.by) & (often.c.words == written.c.words)
    found = select(written.c.sitting).join(often, same).where(written.c.sitting.in_(theirs))
    return set(session.scalars(found))

"""Which situations a candidate meets, drawn when the exam begins, and situations that leaked and are met no more.

Nothing is drawn before: who is invited has seen nothing, so what is retired until then costs nobody anything.
"""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, String, Text, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from scenarios import drawing
from scenarios.catalogue import Scenario
from scenarios.sitting import AnswerStage, Stage
from storage.base import audit
from storage.base.database import Base, Identified
from storage.base.refusal import Refused
from storage.dossier.dossiers import Dossier
from storage.exam.accommodations import BEFORE
from storage.exam.sittings import Answer, Sitting
from storage.people.people import Person
from storage.schemes import Pack, Scheme, newest_pack, packs_of

MET = or_(Answer.stage != AnswerStage.WAITING, Answer.plays > 0, Answer.takes > 0)
"""Answers of which the candidate saw the clip (`Answer.met`)."""


class Rule(StrEnum):
    """Why an exam cannot begin, and why a situation cannot be retired, or met again."""

    SLOT_EMPTY = "slot_without_scenario"
    NO_REASON = "retired_without_reason"
    TWICE = "retired_already"
    IN_USE = "scenario_in_use"


class RetiredScenario(Identified, Base):
    """A situation of an exam that nobody meets any more, in whichever pack it stands: its clip or its text leaked.

    One that was retired by mistake is restored, and its row stays to be read.
    """

    __tablename__ = "retired_scenario"

    exam: Mapped[str] = mapped_column(String(60))
    scenario: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(Text)
    retired_at: Mapped[datetime]
    retired_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    restored_at: Mapped[datetime | None]
    restored_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))

    retired_by: Mapped[Person] = relationship(foreign_keys=retired_by_id)

    __table_args__ = (CheckConstraint("(restored_at IS NULL) = (restored_by_id IS NULL)", name="restored"),)


_RETIRED = RetiredScenario.restored_at.is_(None)
Index(
    "uq_retired_scenario_once",
    RetiredScenario.exam,
    RetiredScenario.scenario,
    unique=True,
    sqlite_where=_RETIRED,
    postgresql_where=_RETIRED,
)


@dataclass(frozen=True)
class Retired:
    """What became of it: how many going exams meet another one instead, and how many will meet it for want of one."""

    drawn_anew: int
    kept: int


def retired(session: Session, exam: str) -> dict[str, RetiredScenario]:
    """What is retired of this exam, by the key of the scenario."""
    rows = session.scalars(select(RetiredScenario).where(RetiredScenario.exam == exam, _RETIRED))
    return {row.scenario: row for row in rows}


def empty_slots(session: Session, pack: Pack) -> list[int]:
    """The numbers of this pack for which nothing is left to be met."""
    return drawing.empty_slots(pack.slots, retired(session, pack.scheme.key))


def count_empty(session: Session) -> int:
    """So many numbers of the newest packs of all exams have nothing left to be met."""
    exams = session.scalars(select(RetiredScenario.exam).where(_RETIRED).distinct()).all()
    packs = [newest_pack(session, exam) for exam in exams]
    return sum(len(empty_slots(session, pack)) for pack in packs if pack is not None)


def draw(session: Session, sitting: Sitting, now: datetime) -> None:
    """Draw for each number what this candidate meets, another one than in an earlier attempt where there is one.

    A pack of which a number is empty gives way to the newest one. The seed and what was drawn are in the log. Raises
    Refused when that one has an empty number too.
    """
    _hold_packs(session, sitting.pack.scheme.key, read=True)
    sitting.pack = _usable(session, sitting)
    seed, met = secrets.token_hex(16), _met_before(session, sitting)
    slots = sitting.pack.slots
    drawn = drawing.draw(slots, met, retired(session, sitting.pack.scheme.key), seed)
    for answer in sitting.answers:
        answer.parallel = drawn[answer.number]
    _log(session, sitting, sitting.answers, seed, now)


def retire(session: Session, pack: Pack, scenario: Scenario, reason: str, officer: Person, now: datetime) -> Retired:
    """Let nobody meet this situation from now on. Who is at the exam and did not meet it yet gets another one.

    What was met already stays as it is: the office reads who that was, and decides. Raises Refused without a reason,
    and when it was done already.
    """
    if not reason.strip():
        raise Refused(Rule.NO_REASON)
    exam = pack.scheme.key
    _hold_packs(session, exam, read=False)
    if scenario.key in retired(session, exam):
        raise Refused(Rule.TWICE)
    row = RetiredScenario(id=uuid.uuid4(), exam=exam, scenario=scenario.key, reason=reason.strip(), retired_at=now)
    row.retired_by_id = officer.id
    session.add(row)
    # Of two officers at the same moment the second is refused here.
    session.flush()
    audit.record(session, now, officer.id, "scenario_retired", row, exam=exam, scenario=scenario.key)
    going = [one for one in session.scalars(_to_come(exam)) if one.scenario.key == scenario.key]
    anew = [one for one in going if _draw_anew(session, one, now)]
    return Retired(len(anew), len(going) - len(anew))


def restore(session: Session, exam: str, scenario: str, officer: Person, now: datetime) -> None:
    """Let a situation that was retired by mistake be met again, by who begins from now on; what was drawn stays.

    Raises Refused when it is not retired.
    """
    _hold_packs(session, exam, read=False)
    row = retired(session, exam).get(scenario)
    if row is None:
        raise Refused(Rule.IN_USE)
    row.restored_at, row.restored_by_id = now, officer.id
    session.flush()
    audit.record(session, now, officer.id, "scenario_restored", row, exam=exam, scenario=scenario)


def meetings(session: Session, exam: str) -> dict[str, int]:
    """How many candidates met each situation of this exam, by the key of the scenario."""
    found: dict[str, int] = {}
    counts = select(Sitting.pack_id, Answer.number, Answer.parallel, func.count()).join(Answer.sitting)
    for pack_id, number, parallel, count in session.execute(
        counts.where(MET, Sitting.pack_id.in_(_packs(exam))).group_by(Sitting.pack_id, Answer.number, Answer.parallel)
    ):
        key = session.get_one(Pack, pack_id).content.scenario(number, parallel).key
        found[key] = found.get(key, 0) + count
    return found


def who_met(session: Session, exam: str, scenario: str) -> Select[Sitting]:
    """The exams in which this situation was met, the newest first."""
    places = [
        (Sitting.pack_id == pack.id) & (Answer.number == number) & (Answer.parallel == keys.index(scenario))
        for pack in packs_of(session, exam)
        for number, keys in pack.slots.items()
        if scenario in keys
    ]
    theirs = select(Answer.sitting_id).join(Answer.sitting).where(MET, or_(*places))
    return select(Sitting).where(Sitting.id.in_(theirs)).order_by(Sitting.opens_at.desc(), Sitting.id)


def planned(exam: str) -> Select[Sitting]:
    """The exams that are planned and did not begin: nothing is drawn for them yet."""
    return select(Sitting).where(Sitting.stage.in_(BEFORE), Sitting.pack_id.in_(_packs(exam)))


def _usable(session: Session, sitting: Sitting) -> Pack:
    pack = sitting.pack
    for one in (pack, newest_pack(session, pack.scheme.key)):
        if one is not None and one.slots.keys() == pack.slots.keys() and not empty_slots(session, one):
            return one
    raise Refused(Rule.SLOT_EMPTY, found=empty_slots(session, pack))


def _met_before(session: Session, sitting: Sitting) -> set[str]:
    """The keys of what this candidate met in other attempts at the same exam."""
    theirs = (
        select(Answer)
        .join(Answer.sitting)
        .join(Sitting.dossier)
        .where(
            Dossier.candidate_id == sitting.dossier.candidate_id,
            Sitting.id != sitting.id,
            Sitting.pack_id.in_(_packs(sitting.pack.scheme.key)),
            MET,
        )
    )
    return {one.scenario.key for one in session.scalars(theirs)}


def _draw_anew(session: Session, answer: Answer, now: datetime) -> bool:
    """Draw this one number again; False when nothing is left for it."""
    sitting, seed = answer.sitting, secrets.token_hex(16)
    slot = {answer.number: sitting.pack.slots[answer.number]}
    gone = retired(session, sitting.pack.scheme.key)
    if drawing.empty_slots(slot, gone):
        return False
    answer.parallel = drawing.draw(slot, _met_before(session, sitting), gone, seed)[answer.number]
    _log(session, sitting, [answer], seed, now)
    return True


def _to_come(exam: str) -> Select[Answer]:
    """Answers of exams that began, of which the candidate did not see the clip."""
    going = (Sitting.stage.in_((Stage.ANSWERING, Stage.EXPIRED))) & Sitting.pack_id.in_(_packs(exam))
    begun = select(Answer.sitting_id).where(MET)
    at_it = or_(Sitting.stage == Stage.ANSWERING, Sitting.id.in_(begun))
    return select(Answer).join(Answer.sitting).where(going, at_it, ~MET).order_by(Answer.id)


def _hold_packs(session: Session, exam: str, read: bool) -> None:
    """Wait until nobody retires what is being drawn, and the other way round; many may draw at once."""
    session.execute(_packs(exam).with_for_update(read=read, key_share=not read, of=Pack)).all()


def _packs(exam: str) -> Select[uuid.UUID]:
    return select(Pack.id).join(Pack.scheme).where(Scheme.key == exam)


def _log(session: Session, sitting: Sitting, answers: Sequence[Answer], seed: str, now: datetime) -> None:
    drawn = {str(one.number): one.scenario.key for one in answers}
    audit.record(session, now, None, "scenarios_drawn", sitting, seed=seed, drawn=drawn)

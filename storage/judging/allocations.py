"""Allocations: how the work of a batch of sittings is shared out, first as a proposal, then for good.

The inputs and the seed are kept with the outcome, so that the same allocation can be computed again at any time. They
hold ids and nothing personal.
"""

import random
import uuid
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from review import batch as rules
from review.allocation import allocate
from review.batch import Assessor, Batch, Mode, Panel
from review.conflicts import Conflict
from review.swaps import Swap, all_swapped, swapped, takers
from scenarios.chapters import AssessmentRules
from scenarios.sitting import Stage
from storage.base import audit
from storage.base.database import Base, Identified, one_of, session_of
from storage.base.refusal import Refused
from storage.exam.sittings import Answer, Sitting
from storage.judging.absences import absences
from storage.judging.assignments import give, mode_of, open_answers
from storage.judging.conflicts import assessors, ties_of
from storage.judging.eligibility import locked_out, with_locked
from storage.judging.purposes import Purpose
from storage.judging.ratings import Rating, Return, ratings_of
from storage.people.people import Person


class Rule(StrEnum):
    """Why work is not shared out."""

    NOTHING_TO_DO = "nothing_to_allocate"
    SCHEMES = "sittings_of_different_schemes"
    OTHER_MODE = "sitting_has_other_mode"
    FINAL = "allocation_is_final"
    NOTHING_FOUND = "nothing_was_allocated"
    CANNOT_TAKE = "assessor_cannot_take_this"


class Allocation(Identified, Base):
    """One allocation of one batch, a proposal until somebody made it final."""

    __tablename__ = "allocation"

    mode: Mapped[Mode] = mapped_column(one_of(Mode))
    seed: Mapped[int]
    inputs: Mapped[dict[str, Any]]
    outcome: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
    made_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    final_at: Mapped[datetime | None]
    final_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))

    made_by: Mapped[Person] = relationship(foreign_keys=made_by_id)
    final_by: Mapped[Person | None] = relationship(foreign_keys=final_by_id)

    __table_args__ = (
        CheckConstraint("(final_at IS NULL) = (final_by_id IS NULL)", name="final"),
        Index(None, "final_at"),
    )

    @property
    def batch(self) -> Batch:
        """The work that was to be shared out, and among whom."""
        return Batch.from_json(self.inputs)

    @property
    def plan(self) -> rules.Allocation:
        """Who gets what, as it was stored."""
        return rules.Allocation.from_json(self.outcome)

    def explain(self) -> tuple[rules.Allocation, rules.Allocation]:
        """The plan as stored, and as inputs, seed and swaps give it now; equal unless something was changed."""
        batch = self.batch
        return self.plan, all_swapped(batch, allocate(batch, self.seed), self.swaps)

    @property
    def swaps(self) -> list[Swap]:
        """The assessors that were put in the place of others by hand, in this order."""
        return [Swap(*one) for one in self.outcome.get("swaps", [])]

    def takers(self, sitting: Sitting, old: uuid.UUID) -> list[uuid.UUID]:
        """Who can take all that this assessor would be given of this exam."""
        return [uuid.UUID(key) for key in takers(self.batch, self.plan, str(sitting.id), str(old))]

    def swap(self, sitting: Sitting, old: uuid.UUID, new: uuid.UUID, by: Person, now: datetime) -> None:
        """Put one assessor in the place of another, for one exam of a proposal. Raises Refused when that cannot be."""
        session = session_of(self)
        session.refresh(self, ["final_at", "outcome"], with_for_update=True)
        if self.final_at:
            raise Refused(Rule.FINAL)
        made = Swap(str(sitting.id), str(old), str(new))
        try:
            plan = swapped(self.batch, self.plan, made)
        except ValueError as error:
            raise Refused(Rule.CANNOT_TAKE) from error
        swaps = [[one.candidate, one.old, one.new] for one in (*self.swaps, made)]
        self.outcome = plan.to_json() | {"swaps": swaps}
        audit.record(session, now, by.id, "assessor_swapped", sitting, old=str(old), new=str(new))

    def sittings(self) -> list[Sitting]:
        """The sittings of the batch, oldest first."""
        ids = [uuid.UUID(key) for key in self.inputs["open"]]
        session = session_of(self)
        return list(session.scalars(select(Sitting).where(Sitting.id.in_(ids)).order_by(Sitting.finished_at)))

    def draw_again(self, by: Person, now: datetime) -> None:
        """Look anew at what is open and who is free, and share it out from another seed. Only for a proposal."""
        if self.final_at:
            raise Refused(Rule.FINAL)
        session, batch = session_of(self), self.batch
        limit = max((one.limit for one in batch.assessors), default=0)
        self._draw(batch_of(session, self.sittings(), self.mode, limit, batch.period, now), by, now)

    def make_final(self, by: Person, now: datetime) -> int:
        """Give everybody the work of this plan; answers how many answers were given.

        All or nothing: raises Refused when a slot was taken in the meantime, or somebody may not judge any more.
        """
        session = session_of(self)
        session.refresh(self, ["final_at"], with_for_update=True)
        if self.final_at:
            raise Refused(Rule.FINAL)
        plan = self.plan
        if not plan.assignments:
            raise Refused(Rule.NOTHING_FOUND)
        keys = {uuid.UUID(one.assessor) for one in plan.assignments}
        people = {str(one.id): one for one in session.scalars(select(Person).where(Person.id.in_(keys)))}
        by_sitting = defaultdict(list)
        for one in plan.assignments:
            by_sitting[one.candidate].append(one)
        for sitting in self.sittings():
            answers = {str(answer.id): answer for answer in sitting.answers}
            own = by_sitting[str(sitting.id)]
            give(session, sitting, [(answers[one.answer], one.slot, people[one.assessor]) for one in own], by, now)
        self.final_at, self.final_by_id = now, by.id
        facts = {"mode": self.mode, "seed": self.seed, "places": len(plan.assignments)}
        audit.record(
            session, now, by.id, "allocation_made", self, **facts, empty=sum(s.openings for s in plan.shortages)
        )
        return len(plan.assignments)

    def _draw(self, batch: Batch, by: Person, now: datetime) -> None:
        self.seed = random.SystemRandom().randrange(2**31)
        self.inputs, self.outcome = batch.to_json(), allocate(batch, self.seed).to_json()
        self.made_at, self.made_by_id = now, by.id


def propose(
    session: Session, sittings: Sequence[Sitting], mode: Mode, limit: int, until: date, by: Person, now: datetime
) -> Allocation:
    """A proposal for these sittings, in place of an earlier one by the same person.

    `limit`: answers that one assessor has at most from now to the day `until`. Raises Refused as `batch_of` does.
    """
    batch = batch_of(session, sittings, mode, limit, (now.date(), until), now)
    session.execute(delete(Allocation).where(Allocation.made_by_id == by.id, Allocation.final_at.is_(None)))
    row = Allocation(id=uuid.uuid4(), mode=mode)
    row._draw(batch, by, now)
    session.add(row)
    session.flush()
    return row


def batch_of(
    session: Session, sittings: Sequence[Sitting], mode: Mode, limit: int, period: tuple[date, date], now: datetime
) -> Batch:
    """The work that is open in these sittings, and who is there for it.

    Raises Refused when nothing is open, when the sittings are of different schemes, or when the work on one was shared
    out in the other mode before.
    """
    people = assessors(session, now)
    away = absences(session, people, period[0])
    waiting = loads(session, people)
    openings: dict[str, dict[str, tuple[int, ...]]] = {}
    forbidden: dict[tuple[str, str], tuple[Conflict, ...]] = {}
    held: dict[tuple[str, str], tuple[str, ...]] = {}
    locked = {one: locked_out(session, one, people, now) for one in {sitting.dossier.scheme for sitting in sittings}}
    for sitting in sittings:
        ratings = ratings_of(session, sitting)
        free = open_answers(session, sitting, ratings) if sitting.stage is Stage.FINISHED else {}
        if not free:
            continue
        if mode_of(ratings) not in (None, mode):
            raise Refused(Rule.OTHER_MODE, found=sitting.dossier.code, needed=mode)
        key = str(sitting.id)
        openings[key] = {str(answer.id): slots for answer, slots in free.items()}
        known = with_locked(ties_of(session, sitting, people, now), locked[sitting.dossier.scheme])
        tied = {who: list(reasons) for who, reasons in known.items()}
        # Who had this work before and did not get round to it is not asked again by lot, only by name.
        for who in _left(session, sitting) - tied.keys():
            tied[who] = [Conflict.INVOLVED_EARLIER]
        forbidden |= {(str(who), key): tuple(reasons) for who, reasons in tied.items()}
        for rating in ratings:
            held[str(rating.assessor_id), key] = (*held.get((str(rating.assessor_id), key), ()), str(rating.answer_id))
    if not openings:
        raise Refused(Rule.NOTHING_TO_DO)
    schemes = {
        sitting.dossier.scheme.content.chapter(AssessmentRules) for sitting in sittings if str(sitting.id) in openings
    }
    if len(schemes) > 1:
        raise Refused(Rule.SCHEMES)
    rules: AssessmentRules = schemes.pop()
    return Batch(
        open=openings,
        assessors=tuple(
            Assessor(
                key=str(person.id),
                limit=limit,
                load=waiting[person.id],
                leave=tuple((absence.first, absence.last) for absence in away[person.id]),
            )
            for person in people
        ),
        forbidden=forbidden,
        panel=Panel(mode, rules.scenarios, rules.slots, rules.spread_minimum_assessors, rules.spread_maximum_answers),
        period=period,
        held=held,
    )


def loads(session: Session, people: Sequence[Person]) -> Counter[uuid.UUID]:
    """How many answers wait for each of these people."""
    waiting = (
        select(Rating.assessor_id, func.count())
        .where(Rating.declined_at.is_(None), Rating.phase1_signed_at.is_(None), Rating.purpose == Purpose.EXAM)
        .where(Rating.assessor_id.in_([person.id for person in people]))
        .group_by(Rating.assessor_id)
    )
    return Counter(dict(session.execute(waiting).all()))


def _left(session: Session, sitting: Sitting) -> set[uuid.UUID]:
    """From whom work on this sitting was taken back."""
    back = select(Rating.assessor_id).join(Answer)
    return set(
        session.scalars(
            back.where(
                Answer.sitting_id == sitting.id,
                Rating.marking == sitting.marking,
                Rating.declined_because == Return.TAKEN_BACK,
            )
        )
    )

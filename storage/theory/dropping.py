"""Dropping an item for everybody who had it: first what would change, then the change itself.

Sittings that are handed in are scored again. A result that was released is put right on the road of corrections
(`storage.planning.theory_corrections`); where something rests on it, or a newer test stands, it stays and that is kept.
A sitting that still runs is scored without the item when it is handed in.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from storage.base import audit
from storage.base.database import session_of
from storage.base.refusal import Refused
from storage.people.people import Person
from storage.planning.theory_corrections import correct, require_possible
from storage.planning.theory_tests import TheoryState, TheoryTest
from storage.theory.drops import Rule, TheoryDrop, drop_of, dropped
from storage.theory.items import ItemState, TheoryItem
from storage.theory.sittings import Scored, TheoryAnswer, TheorySitting, TheoryStage


@dataclass(frozen=True)
class Affected:
    """One sitting that had the item: what it came to, and what it comes to. `stays` is why a released result stays."""

    sitting: TheorySitting
    before: bool
    points: Fraction
    after: Scored
    stays: StrEnum | None

    @property
    def turned(self) -> bool:
        """True when passed becomes not passed, or the other way."""
        return self.before is not self.after.passed


def propose(session: Session, item: TheoryItem, reason: str, actor: Person, now: datetime) -> TheoryDrop:
    """Ask for this item to be dropped. Raises Refused for one that was in no test, without a reason, and twice."""
    if item.live_at is None:
        raise Refused(Rule.NOT_USED, found=item.label)
    if not reason.strip():
        raise Refused(Rule.NO_REASON, found=item.label)
    if drop_of(session, item.id):
        raise Refused(Rule.PROPOSED, found=item.label)
    facts = {"reason": reason.strip(), "proposed_by": actor, "proposed_at": now, "rescored": 0, "outcomes": []}
    made = TheoryDrop(id=uuid.uuid4(), item=item, **facts)
    session.add(made)
    audit.record(session, now, actor.id, "item_drop_proposed", item)
    session.flush()
    return made


def preview(session: Session, item: TheoryItem) -> list[Affected]:
    """Every sitting that is handed in and had this item, with what dropping it does; in the order of handing in."""
    had = select(TheoryAnswer.sitting_id).where(TheoryAnswer.item_id == item.id)
    over = select(TheorySitting.id).where(TheorySitting.id.in_(had), TheorySitting.handed_in_at.is_not(None))
    ids = session.scalars(over.order_by(TheorySitting.handed_in_at, TheorySitting.id)).all()
    found = []
    for some in (ids[at : at + 100] for at in range(0, len(ids), 100)):
        found += _affected(session, item, some)
    return found


def carry_out(drop: TheoryDrop, actor: Person, now: datetime) -> list[Affected]:
    """Drop it: a second person does. Answers what became of every sitting that had it.

    Raises Refused for the same person, and when it was decided before.
    """
    session = session_of(drop)
    if drop.decided_at is not None:
        raise Refused(Rule.PROPOSED, found=drop.item.label)
    if actor.id == drop.proposed_by_id:
        raise Refused(Rule.SAME_PERSON, found=drop.item.label)
    item = drop.item
    found = preview(session, item)
    drop.decided_by, drop.decided_by_id, drop.decided_at, drop.rescored = actor, actor.id, now, len(found)
    if item.state is ItemState.LIVE:
        item.move(ItemState.RETIRED, drop.reason, actor, now)
    for one in found:
        sitting = one.sitting
        if one.turned and not one.stays and sitting.stage is TheoryStage.RELEASED:
            correct(sitting.test, _state(one.after.passed), drop.reason, actor, now)
        sitting.keep(one.after)
    drop.outcomes = [
        {"sitting": str(one.sitting.id), "was": one.before, "is": one.after.passed, "stays": one.stays}
        for one in found
        if one.turned
    ]
    audit.record(session, now, actor.id, "item_dropped", item, rescored=len(found), turned=len(drop.outcomes))
    session.flush()
    return found


def take_back(drop: TheoryDrop, actor: Person, now: datetime) -> None:
    """The item counts as it did. Raises Refused once it was decided."""
    if drop.decided_at is not None:
        raise Refused(Rule.PROPOSED, found=drop.item.label)
    session = session_of(drop)
    audit.record(session, now, actor.id, "item_drop_taken_back", drop.item)
    session.delete(drop)


def _affected(session: Session, item: TheoryItem, ids: Sequence[uuid.UUID]) -> list[Affected]:
    of_test = joinedload(TheorySitting.test).joinedload(TheoryTest.person)
    rows = select(TheorySitting).where(TheorySitting.id.in_(ids)).options(of_test, joinedload(TheorySitting.scheme))
    answers = selectinload(TheorySitting.answers).joinedload(TheoryAnswer.item)
    sittings = {one.id: one for one in session.scalars(rows.options(answers))}
    out = dropped(session, {one.item_id for sitting in sittings.values() for one in sitting.answers})
    found = []
    for sitting in map(sittings.__getitem__, ids):
        after, before = sitting.scored(out | {item.id}), bool(sitting.passed)
        stays = _stays(session, sitting, after) if after.passed is not before else None
        found.append(Affected(sitting, before, sitting.points[0], after, stays))
    return found


def _stays(session: Session, sitting: TheorySitting, after: Scored) -> StrEnum | None:
    """Why a released result cannot be put right now; None when it can, or is not released."""
    if sitting.stage is not TheoryStage.RELEASED:
        return None
    if sitting.test.state is not _state(bool(sitting.passed)):
        return Rule.OTHERWISE
    try:
        require_possible(session, sitting.test, _state(after.passed))
    except Refused as refusal:
        return refusal.rule
    return None


def _state(passed: bool) -> TheoryState:
    return TheoryState.PASSED if passed else TheoryState.NOT_PASSED

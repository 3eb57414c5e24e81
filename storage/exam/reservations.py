"""Reservations: on which recorder a sitting runs. Made before the exam begins, renewed while it goes on.

A recorder is full by the sittings that run, not by the streams of this second: between two answers of a candidate there
is none, and the next one must be possible. A sitting that runs is never refused for want of capacity, only one that
begins.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from storage.base import audit
from storage.base.database import Base, Identified
from storage.base.refusal import Refused
from storage.exam.recorder_nodes import RecorderNode
from storage.exam.recordings import Recording, Rule
from storage.exam.sittings import Sitting

KEPT = timedelta(minutes=20)
"""How long a candidate may do nothing at all, a break included, before the capacity may be somebody else's."""


class Reservation(Identified, Base):
    """One sitting's hold on a recorder. After `kept_until` it counts no more, and comes back with the candidate."""

    __tablename__ = "recorder_place"

    sitting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Sitting.id), unique=True)
    node_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(RecorderNode.id))
    kept_until: Mapped[datetime]

    node: Mapped[RecorderNode] = relationship()

    __table_args__ = (Index(None, "node_id", "kept_until"),)


class NodeState(StrEnum):
    """`drained`: it was told to end, and has. `silent`: it ended without a word, or cannot reach the database."""

    TAKING = "taking"
    FULL = "full"
    DRAINING = "draining"
    DRAINED = "drained"
    SILENT = "silent"


@dataclass(frozen=True)
class Load:
    """A recorder, and the sittings that run on it."""

    node: RecorderNode
    sittings: int

    def state(self, now: datetime) -> "NodeState":
        if not self.node.alive(now):
            return NodeState.DRAINED if self.node.draining else NodeState.SILENT
        if not self.node.takes_sittings(now):
            return NodeState.DRAINING
        return NodeState.TAKING if self.free else NodeState.FULL

    @property
    def free(self) -> int:
        """How many more sittings may begin; never less than none."""
        return max(0, self.node.capacity - max(self.sittings, self.node.live))


def loads(session: Session, now: datetime) -> list[Load]:
    """Every recorder that was ever heard of, by name."""
    return _loads(session, session.scalars(select(RecorderNode).order_by(RecorderNode.name)).all(), now)


def reserve(session: Session, sitting: Sitting, now: datetime) -> RecorderNode:
    """The recorder for a sitting that wants to begin. Raises Refused when none has capacity left."""
    # The lock makes those who begin at the same moment count one after the other.
    nodes = session.scalars(select(RecorderNode).order_by(RecorderNode.name).with_for_update()).all()
    held = _of(session, sitting)
    if held is not None and held.kept_until > now and held.node.takes_sittings(now):
        held.kept_until = now + KEPT
        return held.node
    free = [load for load in _loads(session, nodes, now) if load.free and load.node.takes_sittings(now)]
    if not free:
        raise Refused(Rule.ALL_TAKEN, needed=(sitting.closes_at,))
    return _put(session, sitting, held, max(free, key=lambda load: load.free).node, now)


def renew(session: Session, sitting: Sitting, now: datetime) -> RecorderNode:
    """The recorder for the next answer of a sitting that runs: its own, or another one when that is no good any more.

    Raises Refused when no recorder is alive.
    """
    held = _of(session, sitting)
    if held is not None and held.node.takes_sittings(now):
        held.kept_until = now + KEPT
        return held.node
    return _put(session, sitting, held, _emptiest(session, now), now)


def release(session: Session, sitting: Sitting, now: datetime) -> None:
    """The sitting is over, or goes on another time."""
    if held := _of(session, sitting):
        held.kept_until = now


def move(session: Session, recording: Recording, now: datetime) -> RecorderNode:
    """The recorder for a take whose page does not reach the one it has; that very one when nothing is wrong with it.

    The take's ticket stays good. Raises Refused when the one it has is lost, and no other one is alive.
    """
    node = recording.node
    if node is not None and not node.suspect(now) and not node.draining:
        return node
    other = _emptiest(session, now, node)
    if recording.answer.sitting.finished_at is None:
        _put(session, recording.answer.sitting, _of(session, recording.answer.sitting), other, now)
    recording.node = other
    audit.record(session, now, None, "recording_moved", recording, node=other.name)
    return other


def _emptiest(session: Session, now: datetime, other_than: RecorderNode | None = None) -> RecorderNode:
    able = [one for one in loads(session, now) if one.node.takes_sittings(now) and one.node is not other_than]
    if not able:
        raise Refused(Rule.NO_RECORDER)
    return max(able, key=lambda load: load.node.capacity - max(load.sittings, load.node.live)).node


def _loads(session: Session, nodes: Sequence[RecorderNode], now: datetime) -> list[Load]:
    running = (
        select(Reservation.node_id, func.count()).where(Reservation.kept_until > now).group_by(Reservation.node_id)
    )
    sittings = dict(session.execute(running).all())
    return [Load(node, sittings.get(node.id, 0)) for node in nodes]


def _of(session: Session, sitting: Sitting) -> Reservation | None:
    return session.scalars(select(Reservation).where(Reservation.sitting_id == sitting.id)).first()


def _put(
    session: Session, sitting: Sitting, held: Reservation | None, node: RecorderNode, now: datetime
) -> RecorderNode:
    if held is None:
        held = Reservation(sitting_id=sitting.id)
        session.add(held)
    held.node, held.kept_until = node, now + KEPT
    session.flush()
    return node

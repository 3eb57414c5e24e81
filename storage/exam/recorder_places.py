"""Which recorder a sitting has its place on: given before the exam begins, kept while it goes on.

A recorder is full by the sittings that run, not by the streams of this second: between two answers of a candidate there
is none, and the next one must find room. A sitting that runs is never refused for lack of room, only one that begins.
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
"""How long a candidate may do nothing at all, a break included, before the place may be somebody else's."""


class Place(Identified, Base):
    """One sitting's place on a recorder. After `kept_until` it counts no more, and comes back with the candidate."""

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
class Room:
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
        """Places for sittings that want to begin; never less than none."""
        return max(0, self.node.capacity - max(self.sittings, self.node.live))


def rooms(session: Session, now: datetime) -> list[Room]:
    """Every recorder that was ever heard of, by name."""
    return _rooms(session, session.scalars(select(RecorderNode).order_by(RecorderNode.name)).all(), now)


def take(session: Session, sitting: Sitting, now: datetime) -> RecorderNode:
    """Give a sitting that wants to begin its place. Raises Refused when there is no room anywhere."""
    # The lock makes those who begin at the same moment count one after the other.
    nodes = session.scalars(select(RecorderNode).order_by(RecorderNode.name).with_for_update()).all()
    place = _of(session, sitting)
    if place is not None and place.kept_until > now and place.node.takes_sittings(now):
        place.kept_until = now + KEPT
        return place.node
    free = [room for room in _rooms(session, nodes, now) if room.free and room.node.takes_sittings(now)]
    if not free:
        raise Refused(Rule.ALL_TAKEN, needed=(sitting.closes_at,))
    return _put(session, sitting, place, max(free, key=lambda room: room.free).node, now)


def keep(session: Session, sitting: Sitting, now: datetime) -> RecorderNode:
    """The recorder for the next answer of a sitting that runs: its own, or another one when that is no good any more.

    Raises Refused when no recorder is alive.
    """
    place = _of(session, sitting)
    if place is not None and place.node.takes_sittings(now):
        place.kept_until = now + KEPT
        return place.node
    return _put(session, sitting, place, _emptiest(session, now), now)


def leave(session: Session, sitting: Sitting, now: datetime) -> None:
    """The sitting is over, or goes on another time."""
    if place := _of(session, sitting):
        place.kept_until = now


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
    able = [one for one in rooms(session, now) if one.node.takes_sittings(now) and one.node is not other_than]
    if not able:
        raise Refused(Rule.NO_RECORDER)
    return max(able, key=lambda room: room.node.capacity - max(room.sittings, room.node.live)).node


def _rooms(session: Session, nodes: Sequence[RecorderNode], now: datetime) -> list[Room]:
    running = select(Place.node_id, func.count()).where(Place.kept_until > now).group_by(Place.node_id)
    sittings = dict(session.execute(running).all())
    return [Room(node, sittings.get(node.id, 0)) for node in nodes]


def _of(session: Session, sitting: Sitting) -> Place | None:
    return session.scalars(select(Place).where(Place.sitting_id == sitting.id)).first()


def _put(session: Session, sitting: Sitting, place: Place | None, node: RecorderNode, now: datetime) -> RecorderNode:
    if place is None:
        place = Place(sitting_id=sitting.id)
        session.add(place)
    place.node, place.kept_until = node, now + KEPT
    session.flush()
    return node

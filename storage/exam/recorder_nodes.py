"""Recorders: where they are, how much they can take, whether they are alive."""

from datetime import datetime, timedelta

from sqlalchemy import String, false, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base.database import Base, Identified

ALIVE = timedelta(seconds=30)
"""How long a recorder may be silent before nothing new is sent its way."""
SUSPECT = timedelta(seconds=12)
"""How long it may be silent before a page that cannot reach it either is sent elsewhere: two heartbeats were missed."""


class RecorderNode(Identified, Base):
    """One recorder process: its public address, the number of sittings it takes, and the streams that it has.

    `draining`: it takes no new sittings, and ends when its answers have. `drain_asked`: somebody wants it to.
    """

    __tablename__ = "recorder_node"

    name: Mapped[str] = mapped_column(String(80), unique=True)
    url: Mapped[str] = mapped_column(String(200))
    capacity: Mapped[int]
    live: Mapped[int] = mapped_column(default=0)
    draining: Mapped[bool] = mapped_column(default=False)
    drain_asked: Mapped[bool] = mapped_column(default=False, server_default=false())
    heartbeat_at: Mapped[datetime]

    def alive(self, now: datetime) -> bool:
        return now - self.heartbeat_at < ALIVE

    def suspect(self, now: datetime) -> bool:
        """True when it missed heartbeats."""
        return now - self.heartbeat_at >= SUSPECT

    def takes_sittings(self, now: datetime) -> bool:
        """True when a new sitting, or the next answer of one, may go there."""
        return self.alive(now) and not self.draining and not self.drain_asked

    def drain(self) -> None:
        """Ask it to end once its answers have."""
        self.drain_asked = True


def beat(
    session: Session,
    name: str,
    url: str,
    capacity: int,
    live: int,
    draining: bool,
    now: datetime,
    first: bool = False,
) -> RecorderNode:
    """Say that the recorder `name` is alive, making its row at the first beat.

    `first`: the process has just begun, so what was asked of the one before is done.
    """
    node = node_called(session, name)
    if node is None:
        node = RecorderNode(name=name)
        session.add(node)
    node.url, node.capacity, node.live, node.draining, node.heartbeat_at = url, capacity, live, draining, now
    if first or node.drain_asked is None:
        node.drain_asked = False
    return node


def last_beat(session: Session, name: str, now: datetime) -> None:
    """The recorder `name` has ended: nobody need wait until its silence is noticed."""
    if node := node_called(session, name):
        node.draining, node.live, node.heartbeat_at = True, 0, now - ALIVE


def node_called(session: Session, name: str) -> RecorderNode | None:
    return session.scalars(select(RecorderNode).where(RecorderNode.name == name)).first()

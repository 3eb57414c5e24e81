"""Recorders: where they are, how much they can take, whether they are alive."""

from datetime import datetime, timedelta

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Identified

ALIVE = timedelta(seconds=30)


class RecorderNode(Identified, Base):
    """One recorder process: its public address, the number of streams it takes, and how many it has."""

    __tablename__ = "recorder_node"

    name: Mapped[str] = mapped_column(String(80), unique=True)
    url: Mapped[str] = mapped_column(String(200))
    capacity: Mapped[int]
    live: Mapped[int] = mapped_column(default=0)
    draining: Mapped[bool] = mapped_column(default=False)
    heartbeat_at: Mapped[datetime]

    def alive(self, now: datetime) -> bool:
        return now - self.heartbeat_at < ALIVE


def beat(
    session: Session, name: str, url: str, capacity: int, live: int, draining: bool, now: datetime
) -> RecorderNode:
    """Say that the recorder `name` is alive, making its row at the first beat."""
    node = session.scalars(select(RecorderNode).where(RecorderNode.name == name)).first()
    if node is None:
        node = RecorderNode(name=name)
        session.add(node)
    node.url, node.capacity, node.live, node.draining, node.heartbeat_at = url, capacity, live, draining, now
    return node


def least_busy(session: Session, now: datetime) -> RecorderNode | None:
    """The living recorder with the most room, or None when there is no room anywhere."""
    nodes = session.scalars(select(RecorderNode).where(RecorderNode.draining.is_(False))).all()
    free = [node for node in nodes if node.alive(now) and node.live < node.capacity]
    return max(free, key=lambda node: (node.capacity - node.live, node.name), default=None)

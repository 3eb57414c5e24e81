"""From a bearer ticket to the recording that it opens, and what the recorder tells that row about it.

These functions block on the database; call them in a thread.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select

from storage.base.database import session_scope
from storage.exam.recorder_nodes import RecorderNode
from storage.exam.recordings import Recording, recording_by_ticket


@dataclass(frozen=True)
class Ticket:
    """The right that a ticket gives: one recording, until `ends_at`. `open`: whether anything may still be recorded.

    `takes_slices`: whether slices may still come of what was recorded in time. `kept`: name and SHA-256 of the
    originals that the object store holds already. `longest_s`: how long may be recorded, closing included.
    """

    recording: uuid.UUID
    ends_at: datetime
    open: bool
    takes_slices: bool = True
    kept: tuple[tuple[str, str], ...] = ()
    longest_s: float = 120.0


def find(recording: str, secret: str, now: datetime) -> Ticket | None:
    """The ticket, or None when it does not belong to a recording of that id: what is not yours does not exist."""
    try:
        identity = uuid.UUID(recording)
    except ValueError:
        return None
    with session_scope(writes=False) as session:
        row = recording_by_ticket(session, identity, secret)
        if row is None:
            return None
        return Ticket(
            row.id,
            row.ends_at,
            row.is_open(now),
            row.takes_slices(now),
            tuple((original.name, original.sha256) for original in row.originals) if row.captured_at else (),
            (row.ends_at - row.created_at).total_seconds(),
        )


def mark_receiving(recording: uuid.UUID, now: datetime) -> None:
    """The first packet of this recording came."""
    with session_scope() as session:
        if row := session.get(Recording, recording, with_for_update=True):
            row.receive(now)


def close(recording: uuid.UUID, now: datetime, name: str = "") -> None:
    """Nothing more will come: the ticket dies, unless the page went on at another recorder than that called `name`."""
    with session_scope() as session:
        row = session.get(Recording, recording, with_for_update=True)
        if row and not is_elsewhere(row, name):
            row.close(now)


def is_elsewhere(row: Recording, name: str) -> bool:
    """True when this recording is another recorder's by now than the one called `name`."""
    return bool(name) and row.node is not None and row.node.name != name


def closed_among(recordings: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of `recordings` that somebody has closed."""
    return _among(recordings, Recording.closed_at.is_not(None))


def gone_among(recordings: Collection[uuid.UUID], name: str) -> set[uuid.UUID]:
    """Those of `recordings` that have gone on at another recorder than the one called `name`."""
    return _among(recordings, Recording.node.has(RecorderNode.name != name))


def _among(recordings: Collection[uuid.UUID], condition: ColumnElement[bool]) -> set[uuid.UUID]:
    if not recordings:
        return set()
    with session_scope(writes=False) as session:
        return set(session.scalars(select(Recording.id).where(Recording.id.in_(recordings), condition)))

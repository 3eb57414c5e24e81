"""Alarms that are on: what is wrong with the installation, since when, and whether somebody was told."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base.database import Base, Identified

AGAIN = timedelta(days=1)
"""What is still wrong is told again after this."""


class Alarm(Identified, Base):
    """One thing that is wrong. `name`: that of `docker/monitoring/alarms.yml`, and what it is about after a colon."""

    __tablename__ = "alarm"

    name: Mapped[str] = mapped_column(String(80), unique=True)
    since: Mapped[datetime]
    told_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Change:
    """What there is to tell now: names of alarms with the moment since which they are on."""

    begun: Mapping[str, datetime]
    still: Mapping[str, datetime]
    over: Mapping[str, datetime]

    def __bool__(self) -> bool:
        """True when there is something that was not told. What is still wrong goes along with it."""
        return bool(self.begun or self.over)


def note(session: Session, raised: Mapping[str, timedelta], now: datetime) -> Change:
    """Keep what is wrong by now, and answer what there is to tell.

    `raised`: each name, with how long it may last before it is told. What was never told and is over is
    forgotten without a word.
    """
    kept = {alarm.name: alarm for alarm in session.scalars(select(Alarm))}
    for name in raised.keys() - kept.keys():
        kept[name] = Alarm(id=uuid.uuid4(), name=name, since=now)
        session.add(kept[name])
    begun, still, over = {}, {}, {}
    for name, alarm in sorted(kept.items()):
        if name not in raised:
            if alarm.told_at is None:
                session.delete(alarm)
            else:
                over[name] = alarm.since
        elif now - alarm.since >= raised[name] and (alarm.told_at is None or now - alarm.told_at >= AGAIN):
            begun[name] = alarm.since
        elif alarm.told_at is not None:
            still[name] = alarm.since
    session.flush()
    return Change(begun, still, over)


def told(session: Session, change: Change, now: datetime) -> None:
    """Keep that this was told: what is over is forgotten."""
    for alarm in session.scalars(select(Alarm).where(Alarm.name.in_([*change.begun, *change.over]))):
        if alarm.name in change.over:
            session.delete(alarm)
        else:
            alarm.told_at = now

"""The master key takes the place of another: every key, and every small secret of the database, is wrapped anew.

The system goes on meanwhile: each part is told both master keys (VIGNET_MASTER_KEY, VIGNET_MASTER_KEY_OTHER), opens
with either and wraps with the first. Done twice, or killed half-way, it changes nothing that is done.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scenarios.sitting import Stage
from storage.backup.made import KeyRotation
from storage.base import audit
from storage.base.config import Config
from storage.base.database import session_scope
from storage.base.keys import KeyGone, KeyStore, Tampered
from storage.base.objects import object_store
from storage.certificates.signing_keys import SigningKey
from storage.exam import emergency
from storage.exam.sittings import Sitting
from storage.people.second_factor import SecondFactor


class RotationError(Exception):
    """It cannot be done now; the message says what to do first."""


@dataclass
class Rotated:
    """How many keys and secrets were wrapped anew, and which of them neither master key opens."""

    keys: int = 0
    secrets: int = 0
    closed: list[str] = field(default_factory=list)


def rotate(settings: Config, now: Callable[[], datetime], step: Callable[[int, int], None]) -> Rotated:
    """Wrap all that the other master key wraps by the new one. `step` is told how many of how many are done.

    Raises RotationError when this process was told one master key only.
    """
    if settings.other_master_key is None:
        raise RotationError(
            "VIGNET_MASTER_KEY_OTHER: the master key of before is needed, beside the new VIGNET_MASTER_KEY"
        )
    if settings.other_master_key == settings.master_key:
        raise RotationError("VIGNET_MASTER_KEY_OTHER is VIGNET_MASTER_KEY: make a new one")
    store, done = KeyStore(settings.keys, settings.master_key, settings.other_master_key), Rotated()
    with session_scope() as session:
        rotation = _going_on(session, now())
    owners = store.owners()
    for number, owner in enumerate(owners, 1):
        try:
            done.keys += store.rewrap(owner)
        except KeyGone:  # destroyed meanwhile
            pass
        except Tampered:
            done.closed.append(f"key {owner}")
        step(number, len(owners))
    _secrets(store, done)
    with session_scope() as session:
        row = session.get_one(KeyRotation, rotation)
        row.keys, row.secrets = row.keys + done.keys, row.secrets + done.secrets
        if not done.closed:
            row.ended_at = now()
            audit.record(session, row.ended_at, None, "master_key_rotated", row, keys=row.keys, secrets=row.secrets)
    return done


def _going_on(session: Session, now: datetime) -> uuid.UUID:
    found = session.scalars(select(KeyRotation).where(KeyRotation.ended_at.is_(None))).first()
    if found is None:
        found = KeyRotation(id=uuid.uuid4(), began_at=now, keys=0, secrets=0)
        session.add(found)
    return found.id


def _secrets(store: KeyStore, done: Rotated) -> None:
    """The private keys of badges, and the secrets of second steps, each in a short transaction of its own."""
    with session_scope(writes=False) as session:
        rows: list[tuple[type[SigningKey | SecondFactor], uuid.UUID]]
        rows = [(SigningKey, one) for one in session.scalars(select(SigningKey.id))]
        rows += [(SecondFactor, one) for one in session.scalars(select(SecondFactor.id))]
    for noun, row_id in rows:
        with session_scope() as session:
            row: Any = session.get(noun, row_id, with_for_update=True)
            if row is None:
                continue
            owner = row.id if isinstance(row, SigningKey) else row.person_id
            try:
                sealed = store.reseal(row.sealed, owner)
            except Tampered:
                done.closed.append(f"{noun.__tablename__} {row_id}")
                continue
            if sealed is not None:
                row.sealed = sealed
                done.secrets += 1


def renew_browser_keys(settings: Config, now: datetime) -> None:
    """Let browsers keep what they have not sent under other keys from now on, which no old master key leads to.

    Raises RotationError while somebody is at the exam, or an emergency file waits: what is kept so would be lost.
    """
    with session_scope() as session:
        going = session.scalar(select(func.count()).where(Sitting.stage == Stage.ANSWERING)) or 0
        if going:
            raise RotationError(
                f"{going} exams are going on: their browsers keep what they have not sent under the old keys"
            )
        if waiting := object_store().keys(emergency.FOLDER):
            raise RotationError(f"{len(waiting)} emergency files wait: let a media worker take them in first")
        KeyStore(settings.keys, settings.master_key, settings.other_master_key).renew_browser_keys()
        newest = select(KeyRotation).order_by(KeyRotation.began_at.desc()).limit(1)
        row = session.scalars(newest).first() or KeyRotation(began_at=now, ended_at=now, keys=0, secrets=0)
        session.add(row)
        session.flush()
        audit.record(session, now, None, "browser_keys_renewed", row)

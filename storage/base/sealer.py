"""The sealer: the one process that holds the key of the audit log, numbers and seals its rows, and makes anchors.

It keeps a folder of its own (VIGNET_AUDIT_FOLDER), out of reach of the web app and of the database: `head`, the number
and hash of the newest row that it sealed, and `anchors/`, one a day. So a tail that was cut, an emptied table or a row
that was made anew is found within a minute, by comparing.

An anchor also goes to the object store, under a name that holds its hash and is never written twice. Object lock is not
relied on: some servers answer that they keep it, and do not. Where a store is known to keep it, give the anchors a
bucket of their own (VIGNET_AUDIT_BUCKET) with a retention that the store's owner has set.
"""

import contextlib
import fcntl
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.base import audit
from storage.base.audit import AuditEvent
from storage.base.audit_verifier import Anchor, anchor_of, anchors_in
from storage.base.config import ConfigError, config
from storage.base.database import session_scope
from storage.base.objects import ObjectError, ObjectStore

log = logging.getLogger(__name__)

BATCH = 2000
"""Rows in one transaction, so that others can write in between."""


@dataclass(frozen=True)
class Sealed:
    """How many rows were sealed, and what was found broken before that: facts for an alarm, else None."""

    rows: int
    broken: dict[str, Any] | None = None


class Sealer:
    """Seals under `key`, and keeps its own memory in `folder`."""

    def __init__(self, key: bytes, folder: Path):
        self._key, self._folder = key, folder

    def seal(self, now: datetime) -> Sealed:
        """Seal what is new. What does not fit the own memory is told in a row of its own, and sealing goes on."""
        with self._alone():
            head = self._head()
            broken = self._compare(now, head) if head else self._adopt(now)
            rows = BATCH
            done = 0
            while rows == BATCH:
                with session_scope() as session:
                    rows = audit.seal(session, self._key, self._after(session), BATCH)
                    newest = audit.head(session)
                if newest:
                    self._write("head", anchor_of(self._key, *newest, now.isoformat()))
                done += rows
        return Sealed(done, broken)

    def anchor(self, now: datetime) -> Anchor | None:
        """The anchor of this day, made when there is none yet; None while nothing was ever sealed."""
        name = f"anchors/{now.date()}"
        with self._alone():
            made = self._read(name)
            if made is None and (head := self._head()):
                made = anchor_of(self._key, head.number, head.hash, now.isoformat())
                self._write(name, made)
        return made

    def anchors(self) -> list[Anchor]:
        """Every anchor in the own folder, the newest row that was sealed among them."""
        files = [*sorted((self._folder / "anchors").glob("*.txt")), self._folder / "head.txt"]
        return [one for file in files if file.exists() for one in anchors_in(file.read_text())]

    def _head(self) -> Anchor | None:
        return self._read("head")

    def _after(self, session: Session) -> tuple[int, str] | None:
        """The row that the next one follows: never an earlier one than was sealed before."""
        head, last = self._head(), audit.head(session)
        return (head.number, head.hash) if head and (last is None or last[0] < head.number) else last

    def _compare(self, now: datetime, head: Anchor) -> dict[str, Any] | None:
        """True while the newest sealed row is still there, with no others put behind it."""
        with session_scope() as session:
            there = session.scalar(select(AuditEvent.hash).where(AuditEvent.number == head.number))
            later = session.scalars(select(AuditEvent).where(AuditEvent.number > head.number))
            strange = min((one.number or 0 for one in later if not one.sealed_under(self._key)), default=None)
            if there == head.hash and strange is None:
                return None
            last = audit.last_number(session)
            facts = {"sealed": head.number, "found": last, "odd": strange or min(head.number, last + 1)}
            _tell(session, now, "chain_broken", facts)
        log.critical("the audit log is not what was sealed: %s", facts)
        return facts

    def _adopt(self, now: datetime) -> dict[str, Any] | None:
        """Seal the rows of before there were seals, or before this folder was there; their chain goes on."""
        with session_scope(writes=False) as session:
            broken, rows = audit.first_broken(session), audit.last_number(session)
        if not rows:
            return None
        number = 0
        while number < rows:
            with session_scope() as session:
                there = AuditEvent.number.between(number + 1, number + BATCH)
                for event in session.scalars(select(AuditEvent).where(there, AuditEvent.seal.is_(None))):
                    event.seal = event.seal_under(self._key)
            number += BATCH
        with session_scope() as session:
            _tell(session, now, "chain_adopted", {"rows": rows, "broken": broken})
        return {"sealed": rows, "found": rows, "odd": broken} if broken else None

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(self._folder / "lock", "a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _read(self, name: str) -> Anchor | None:
        path = self._folder / f"{name}.txt"
        found = anchors_in(path.read_text()) if path.exists() else []
        return found[0] if found else None

    def _write(self, name: str, anchor: Anchor) -> None:
        path = self._folder / f"{name}.txt"
        path.parent.mkdir(exist_ok=True, mode=0o700)
        fresh = path.with_suffix(".new")
        with open(fresh, "w") as file:
            file.write(str(anchor))
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(path)


def sealer() -> Sealer:
    """The sealer of this process. Raises ConfigError in a process that has no key, which is every other one."""
    settings = config()
    if settings.audit_key is None:
        raise ConfigError("VIGNET_AUDIT_KEY: the sealer needs the key of the audit log.")
    return Sealer(settings.audit_key, settings.audit_folder)


def keep_in_store(anchor: Anchor, folder: Path) -> str:
    """Bring the anchor to the object store; answers its key there. `folder` is for a file in between.

    What is there is never written again. Raises ObjectError when something else is there, or what is read back differs.
    """
    store = ObjectStore(replace(config(), s3_bucket=config().audit_bucket))
    store.prepare()
    key = f"audit/{anchor.at[:10]}-{anchor.number}-{anchor.hash[:16]}.txt"
    if store.size(key) is not None:
        if b"".join(store.read(key)).decode("utf-8", "replace") != str(anchor):
            raise ObjectError(f"{key}: another anchor is there")
        return key
    path = folder / "anchor.txt"
    path.write_text(str(anchor))
    store.put_file(key, path, "text/plain; charset=utf-8")
    return key


def _tell(session: Session, now: datetime, verb: str, facts: dict[str, Any]) -> None:
    session.add(AuditEvent(at=now, actor=None, verb=verb, subject_kind="audit_event", subject=audit.CHAIN, facts=facts))

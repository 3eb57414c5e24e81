"""The way out of the spool: encrypt, put, confirm, move the row, and only then delete.

Everything here may be done twice: a crash at any point leaves either the local files or a confirmed original, and the
next start goes on from there.
"""

import asyncio
import hashlib
import logging
import uuid
from collections.abc import Callable, Container
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from recorder.spool import tickets
from recorder.spool.slice_spool import runs
from recorder.spool.spool import Spool
from storage.base.backoff import UPLOADS
from storage.base.database import session_scope
from storage.base.keys import KeyStore, encrypt_file
from storage.base.objects import ObjectStore, Stored, sha256_of
from storage.exam.recordings import Original, Recording, enqueue_receipt
from storage.judging.ratings import has_score

log = logging.getLogger(__name__)

AT_ONCE = 2
"""Recordings that are shipped at the same time."""


class Unclaimed(LookupError):
    """There are files of a recording that no row knows. They stay where they are."""


class GoesOnElsewhere(RuntimeError):
    """The page has gone on with this answer at another recorder: what is here waits until it has ended there."""


class Shipper:
    """Ships recordings, each tried until it succeeds. `name`: the recorder whose spool this is."""

    def __init__(
        self, spool: Spool, store: Callable[[], ObjectStore], keys: Callable[[], KeyStore], name: str = ""
    ) -> None:
        self._spool, self._store, self._keys, self._name = spool, store, keys, name
        # Two may ship the very same file at the same moment, each sealed in its own way: neither writes over the other.
        self._mark = hashlib.sha256(f"{name} {spool.root.resolve()}".encode()).hexdigest()[:8]
        self._under_way: dict[uuid.UUID, asyncio.Task[Any]] = {}
        self._again: set[uuid.UUID] = set()  # something came while it was under way
        self._slots = asyncio.Semaphore(AT_ONCE)

    @property
    def waiting(self) -> int:
        """Recordings that are not safe yet."""
        return len(self._under_way)

    def ship(self, recording: uuid.UUID) -> None:
        """See to it that what the spool has of this closed recording becomes safe."""
        if recording in self._under_way:
            self._again.add(recording)
        else:
            task = asyncio.create_task(self._until_safe(recording))
            self._under_way[recording] = task
            task.add_done_callback(lambda _: self._under_way.pop(recording, None))

    async def stop(self) -> None:
        """Leave the rest to the next start."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _until_safe(self, recording: uuid.UUID) -> None:
        failed = 0
        while True:
            self._again.discard(recording)
            try:
                async with self._slots:
                    await asyncio.to_thread(self.ship_now, recording, datetime.now(UTC))
                if recording not in self._again:
                    return
            except Exception as error:  # Whatever it is, giving up would be losing an answer.
                failed += 1
                wait = patience_s(failed, self.waiting)
                log.warning("recording %s is not safe yet (attempt %d): %r", recording, failed, error)
                await asyncio.sleep(wait)

    def ship_now(self, recording: uuid.UUID, now: datetime) -> None:
        """One attempt; returns when every file is confirmed, the row says so, and nothing local is left."""
        folder, slices = self._spool.folder(recording), self._spool.slices
        if not folder.exists():
            return
        with session_scope(writes=False) as session:
            row = session.get(Recording, recording)
            if row is None:
                raise Unclaimed(str(recording))
            if row.is_open(now) and tickets.is_elsewhere(row, self._name):
                raise GoesOnElsewhere(str(recording))
            erased = row.erased_at is not None
            confirmed = {original.name: (original.size, original.sha256) for original in row.originals}
        joined, parts = slices.join(recording, runs(confirmed))
        files = [*self._spool.sessions(recording), *joined]
        if (manifest := slices.manifest_path(recording)).exists():
            files.append(manifest)
        new = []
        for path in files:
            size, sha256 = path.stat().st_size, sha256_of(path)
            # What turns up after everything of it was destroyed is destroyed too.
            if not erased and (size, sha256) not in confirmed.values():
                name = free_name(path.stem, confirmed)
                # Two recorders may ship their parts of one answer at the same moment, and choose the same name.
                stored = self._put(recording, path, f"{name}-{sha256[:16]}-{self._mark}")
                new.append(
                    Original(
                        recording_id=recording,
                        name=name,
                        key=stored.key,
                        size=size,
                        sha256=sha256,
                        cipher_size=stored.size,
                        cipher_sha256=stored.sha256,
                        sealed_under=recording,
                        created_at=now,
                    )
                )
        if new:
            _capture(recording, new, now)
        for path in files:
            _sealed(path).unlink(missing_ok=True)
            path.unlink()
        slices.discard(recording, parts)
        self._spool.remove_empty(folder)

    def _put(self, recording: uuid.UUID, path: Path, name: str) -> Stored:
        sealed = _sealed(path)
        encrypt_file(path, sealed, self._keys().get_or_create(recording))
        return self._store().put_file(f"recordings/{recording}/{name}{path.suffix}.enc", sealed)


def patience_s(failed: int, waiting: int) -> float:
    """How many seconds to wait after so many failed attempts.

    One recording alone is tried again soon; many share the store and this machine, and between them somebody tries
    every second or two.
    """
    return min(UPLOADS.after_s(failed), 10 + waiting)


def free_name(stem: str, taken: Container[str]) -> str:
    """A name that no original has: what is confirmed is never replaced, be it by a newer file of the same name."""
    names = (f"{stem}_{number}" for number in count(2))
    return stem if stem not in taken else next(name for name in names if name not in taken)


def _sealed(path: Path) -> Path:
    return path.with_name(f"{path.name}.enc")


def _capture(recording: uuid.UUID, originals: list[Original], now: datetime) -> None:
    """Move the row, under a lock: a worker or the web app may be changing it too.

    What comes after somebody has given a score changes no result any more: it is kept, and the office hears of it.
    """
    with session_scope() as session:
        row = session.get_one(Recording, recording, with_for_update=True)
        session.add_all(originals)
        if has_score(session, row.answer):
            row.came_late([original.name for original in originals], now)
            enqueue_receipt(session, row.answer.sitting, now)
        else:
            row.capture(now)

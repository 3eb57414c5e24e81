"""The crash-safe folder of what came in and is not yet in the object store.

One folder per recording, one file per live session, one per slice (`slice_spool`). What came in live is handed to the
kernel each half second and forced to the disk every few seconds, in a thread, so that a slow disk never holds up the
sockets.
"""

import asyncio
import contextlib
import fcntl
import logging
import os
import re
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from recorder.spool import packet_file
from recorder.spool.slice_spool import SliceSpool, sync_folder

log = logging.getLogger(__name__)

FLUSH_S = 0.5
SYNC_EVERY = 6
"""Flushes between two syncs: three seconds."""
MIN_FREE_BYTES = 256 * 1024 * 1024
"""Free bytes below which no new session begins; a hundred answers of ninety seconds need ten times as much."""

_LOCK = "lock"
_SESSION = re.compile(r"whip-(\d+)\.rtp")


class Taken(RuntimeError):
    """Another process has this spool."""


class Spool:
    """All recordings under `root` that still wait for the object store, and the files being written."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.slices = SliceSpool(root)
        self._writing: set[packet_file.Writer] = set()
        # One thread: a file is never synced while it is being closed.
        self._disk = ThreadPoolExecutor(1, "spool")
        root.mkdir(parents=True, exist_ok=True, mode=0o700)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the spool, as one process at a time may. Raises Taken."""
        with (self.root / _LOCK).open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Taken(f"another recorder has {self.root}: each needs a VIGNET_SPOOL of its own") from None
            yield

    @property
    def has_space(self) -> bool:
        return self.free > MIN_FREE_BYTES

    @property
    def free(self) -> int:
        """Bytes that the disk still takes."""
        disk = os.statvfs(self.root)
        return disk.f_bavail * disk.f_frsize

    def recordings(self) -> list[uuid.UUID]:
        """The recordings that have a folder here."""
        found = []
        for folder in self.root.iterdir():
            if folder.name == _LOCK:
                continue
            try:
                found.append(uuid.UUID(folder.name))
            except ValueError:
                log.warning("%s is no recording's folder", folder)
        return found

    def folder(self, recording: uuid.UUID) -> Path:
        return self.root / str(recording)

    def sessions(self, recording: uuid.UUID) -> list[Path]:
        """The session files of a recording, first session first."""
        found = [
            (int(match[1]), path)
            for path in self.folder(recording).glob("whip-*.rtp")
            if (match := _SESSION.fullmatch(path.name))
        ]
        return [path for _, path in sorted(found)]

    def begin(self, recording: uuid.UUID, tracks: tuple[packet_file.Track, ...]) -> packet_file.Writer:
        """The file of the next session. Raises OSError when the disk does not take it."""
        folder = self.folder(recording)
        folder.mkdir(exist_ok=True, mode=0o700)
        sessions = self.sessions(recording)
        last = _SESSION.fullmatch(sessions[-1].name) if sessions else None
        number = int(last[1]) + 1 if last else 1
        header = packet_file.Header(str(recording), number, tracks)
        writer = packet_file.Writer(folder / f"whip-{number}.rtp", header, packet_file.now_us())
        for entry in (folder, self.root):
            sync_folder(entry)
        self._writing.add(writer)
        return writer

    async def end(self, writer: packet_file.Writer, keep: bool) -> None:
        """Close the file, or remove one in which nothing came. A disk that fails now is only logged."""
        self._writing.discard(writer)
        try:
            await asyncio.get_running_loop().run_in_executor(self._disk, writer.close)
        except OSError:
            log.exception("%s lost its end", writer.path)
        if not keep:
            writer.path.unlink(missing_ok=True)
            self.remove_empty(writer.path.parent)

    def remove_empty(self, folder: Path) -> None:
        """Remove a recording's folder once nothing is in it."""
        if not any(folder.iterdir()):
            folder.rmdir()

    async def keep_safe(self) -> None:
        """Flush and sync what is being written, for ever."""
        rounds = 0
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(FLUSH_S)
            rounds += 1
            for writer in self._writing:
                try:
                    writer.flush()
                except OSError as error:
                    log.error("%s cannot be written: %s", writer.path, error)
            if self._writing and rounds % SYNC_EVERY == 0:
                await loop.run_in_executor(self._disk, _sync, list(self._writing))


def _sync(writers: list[packet_file.Writer]) -> None:
    for writer in writers:
        try:
            writer.sync()
        except OSError as error:
            log.error("%s cannot be synced: %s", writer.path, error)

"""The slices of one answer on the disk: how they are kept, what is missing, and how they become files again.

Slices are never rows. One after the other they are appended to a file, so that one forced write is enough for each:

    <spool>/<recording>/slices/1.log    records of `slc1` (4) | number (4) | size (4) | SHA-256 (32) | the slice
    <spool>/<recording>/closing.json    what the page says that it has recorded, once it has ended

Numbers are big-endian. Each process begins a file of its own, and another one when the slices so far are shipped: what
is read is never written to, and a torn tail is the last of its file. What was joined and confirmed in the object store
is gone from here, and known by the names of the originals.
"""

import contextlib
import errno
import hashlib
import os
import re
import struct
import threading
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from recorder.spool.manifest import MANIFEST, Manifest

_HEAD = struct.Struct(">4sII32s")
_MARK = b"slc1"
_LOG = re.compile(r"(\d+)\.log")
_RUN = re.compile(r"slices-(\d+)-(\d+)")
_EBML = b"\x1a\x45\xdf\xa3"


class Different(ValueError):
    """Under this number another slice was kept before, or another manifest."""


class Slice(NamedTuple):
    """`size` bytes from `start` on in the file `path`."""

    number: int
    sha256: str
    size: int
    path: Path
    start: int = 0

    def read(self) -> bytes:
        """Raises ValueError when the disk no longer holds what was received."""
        with self.path.open("rb") as file:
            file.seek(self.start)
            data = file.read(self.size)
        if hashlib.sha256(data).hexdigest() != self.sha256:
            raise ValueError(f"slice {self.number} in {self.path.name} is not what was received")
        return data

    def head(self) -> bytes:
        """The first twelve bytes, as the disk has them now."""
        with self.path.open("rb") as file:
            file.seek(self.start)
            return file.read(min(self.size, 12))


class Run(NamedTuple):
    """An unbroken row of slices, `first` to `last`, both included."""

    first: int
    last: int

    @property
    def name(self) -> str:
        return f"slices-{self.first}-{self.last}"

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and self.first <= number <= self.last

    @classmethod
    def of(cls, name: str) -> "Run | None":
        """The run that an original of this name holds, if it holds slices."""
        match = _RUN.fullmatch(name)
        return cls(int(match[1]), int(match[2])) if match else None


@dataclass(frozen=True)
class Listing:
    """The slices of one answer: `here` on this disk, `kept` in the object store, and the page's last word."""

    here: tuple[Slice, ...]
    kept: tuple[Run, ...]
    manifest: Manifest | None
    touched_s: float | None = None
    """When anything came last, in seconds since the Unix epoch; None when nothing is on this disk."""

    @property
    def missing(self) -> list[int]:
        """The numbers that the page has recorded and that nobody has yet."""
        if self.manifest is None:
            return []
        here = {one.number for one in self.here}
        return [n for n in range(self.manifest.count) if n not in here and not any(n in run for run in self.kept)]

    @property
    def complete(self) -> bool:
        """True when the page has ended, and every slice of it has come."""
        return self.manifest is not None and not self.missing


class SliceSpool:
    """The slices below one spool's root. Everything here blocks; call it in a thread, once at a time per recording.

    Only `join` and `discard` may go on while a slice of the same recording is kept.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        # What is here of each recording, by number, so that its files are read once.
        self._known: dict[uuid.UUID, dict[int, Slice]] = {}
        self._growing: dict[uuid.UUID, Path] = {}  # the file to which the next slice is appended
        self._writing: dict[uuid.UUID, Path] = {}  # the file to which one is being appended now
        self._lock = threading.Lock()

    def folder(self, recording: uuid.UUID) -> Path:
        return self.root / str(recording) / "slices"

    def slices(self, recording: uuid.UUID) -> list[Slice]:
        """The slices on this disk, in order."""
        return sorted(self._here(recording).values())

    def listing(self, recording: uuid.UUID, originals: Iterable[str] = ()) -> Listing:
        """Where all slices of this answer are; `originals` are the names of those that are in the object store."""
        here, manifest = tuple(self.slices(recording)), self.manifest_path(recording)
        said = Manifest.read(manifest.read_bytes()) if manifest.exists() else None
        folder = self.folder(recording)
        heard = (folder, *folder.glob("*"), manifest)
        touched = max((path.stat().st_mtime for path in heard if path.exists()), default=None)
        return Listing(here, tuple(runs(originals)), said, touched)

    def open(self, recording: uuid.UUID) -> None:
        """Slices of this recording will come: its folder says so, also to who comes after us."""
        self._make(self.folder(recording))

    def keep(self, recording: uuid.UUID, number: int, data: bytes, sha256: str) -> bool:
        """Have this slice on the disk; whether it is new. Raises Different, or OSError."""
        with self._lock:
            # From now on nobody reads the files for what is here: they may hold what the disk does not have yet.
            here = self._known.setdefault(recording, self._here(recording))
            if number in here:
                if here[number].sha256 != sha256:
                    raise Different(f"slice {number} was another one")
                return False
            path = self._growing.get(recording) or self._next(recording)
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            begin = os.fstat(file).st_size
            self._growing[recording] = self._writing[recording] = path
        try:
            head = _HEAD.pack(_MARK, number, len(data), bytes.fromhex(sha256))
            if os.writev(file, [head, data]) < len(head) + len(data):
                raise OSError(errno.ENOSPC, "only a part of the slice was written")
            os.fdatasync(file)
            if not begin:
                sync_folder(path.parent)
            with self._lock:
                here[number] = Slice(number, sha256, len(data), path, begin + _HEAD.size)
        except OSError:
            with self._lock:
                self._growing.pop(recording, None)
            if begin:
                os.ftruncate(file, begin)
            else:
                path.unlink(missing_ok=True)
            raise
        finally:
            os.close(file)
            with self._lock:
                del self._writing[recording]
        return True

    def close(self, recording: uuid.UUID, manifest: Manifest) -> None:
        """Keep the page's last word. Raises Different when it said something else before."""
        path = self.manifest_path(recording)
        if path.exists():
            if path.read_bytes() != manifest.write():
                raise Different("this recording was closed with another message")
            return
        self._write(path, manifest.write())

    def size(self, recording: uuid.UUID) -> int:
        """Bytes of slices that are here."""
        return sum(one.size for one in self._here(recording).values())

    def manifest_path(self, recording: uuid.UUID) -> Path:
        return self.root / str(recording) / f"{MANIFEST}.json"

    def join(self, recording: uuid.UUID, kept: Sequence[Run]) -> tuple[list[Path], list[Slice]]:
        """Make a file of each unbroken row of slices that the store does not hold yet; the files, and all slices.

        Raises ValueError when the disk no longer holds what was received.
        """
        with self._lock:
            self._growing.pop(recording, None)  # what comes from now on goes into another file
            here = self.slices(recording)
        wanted = [one for one in here if not any(one.number in run for run in kept)]
        files = []
        for run in rows(wanted):
            name = Run(run[0].number, run[-1].number).name + _suffix(run[0], wanted[0])
            path = self.folder(recording).parent / name
            half = path.with_suffix(".half")
            with half.open("wb") as out:
                for one in run:
                    out.write(one.read())
                out.flush()
                os.fsync(out.fileno())
            half.rename(path)
            files.append(path)
        return files, here

    def discard(self, recording: uuid.UUID, slices: Iterable[Slice]) -> None:
        """Remove these slices, and the folder once nothing is in it. A slice that comes meanwhile stays."""
        with self._lock:
            here = self._here(recording)
            for one in slices:
                if here.get(one.number) == one:
                    del here[one.number]
            if not here and recording not in self._writing:
                self._known.pop(recording, None)
            left = {one.path for one in here.values()} | {self._writing.get(recording)}
            for path in self.folder(recording).glob("*"):
                if path not in left:
                    path.unlink()
            with contextlib.suppress(OSError):
                self.folder(recording).rmdir()

    def clean(self) -> None:
        """Remove what an earlier process was writing when it died. Nothing may be written meanwhile."""
        for torn in (*self.root.glob("*/slices/*.new"), *self.root.glob("*/*.new")):
            torn.unlink()

    def _here(self, recording: uuid.UUID) -> dict[int, Slice]:
        if (here := self._known.get(recording)) is None:
            here = {one.number: one for path in self.folder(recording).glob("*") for one in _held(path)}
            if here:
                here = self._known.setdefault(recording, here)
        return here

    def _next(self, recording: uuid.UUID) -> Path:
        """Another file for slices, in a folder that is there."""
        folder = self.folder(recording)
        self._make(folder)
        last = max((int(match[1]) for path in folder.iterdir() if (match := _LOG.fullmatch(path.name))), default=0)
        return folder / f"{last + 1}.log"

    def _make(self, folder: Path) -> None:
        if not folder.exists():
            folder.mkdir(parents=True, mode=0o700)
            for entry in (folder.parent, self.root):
                sync_folder(entry)

    def _write(self, path: Path, data: bytes) -> None:
        """Whole or not at all, and on the disk when this returns."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_suffix(".new")
        try:
            with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            fresh.rename(path)
            for folder in (path.parent, self.root):
                sync_folder(folder)
        except OSError:
            fresh.unlink(missing_ok=True)
            raise


def _held(path: Path) -> list[Slice]:
    """The slices in a file, without a torn tail."""
    found: list[Slice] = []
    with path.open("rb") as file:
        end, start = os.fstat(file.fileno()).st_size, _HEAD.size
        while len(head := file.read(_HEAD.size)) == _HEAD.size:
            mark, number, size, digest = _HEAD.unpack(head)
            if mark != _MARK or start + size > end:
                break
            found.append(Slice(number, digest.hex(), size, path, start))
            start = file.seek(size, os.SEEK_CUR) + _HEAD.size
    with contextlib.suppress(IndexError, ValueError):
        found[-1].read()
        return found
    return found[:-1]


def runs(names: Iterable[str]) -> list[Run]:
    """The runs of slices among the names of originals, in order."""
    return sorted(run for name in names if (run := Run.of(name)))


def rows(slices: Sequence[Slice]) -> list[list[Slice]]:
    """The slices, which are in order, as unbroken rows; a file that begins among them begins a row."""
    found: list[list[Slice]] = []
    for one in slices:
        if found and found[-1][-1].number + 1 == one.number and not file_suffix(one.head()):
            found[-1].append(one)
        else:
            found.append([one])
    return found


def sync_folder(path: Path) -> None:
    """Have the names in a folder on the disk, too."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def file_suffix(head: bytes) -> str:
    """The kind of file that begins with these twelve bytes; empty when none does."""
    return ".webm" if head.startswith(_EBML) else ".mp4" if head[4:8] == b"ftyp" else ""


def _suffix(first: Slice, of_all: Slice) -> str:
    """Only the first slice of a file says what the others are."""
    return file_suffix(first.head()) or file_suffix(of_all.head()) or ".bin"

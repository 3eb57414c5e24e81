"""A folder of backups.

    backups/20260302T090132.512000Z/manifest     what this backup holds, sealed
    backups/20260302T090132.512000Z/database/…   the database as of its beginning, compressed and sealed
    objects/4e/4e07408562…   an object as the store held it, by the SHA-256 of its bytes; with .sealed behind it, where
                             the store held it in clear and the backup sealed it
    journal                  what of the objects a backup that is being made, or was killed, has copied

Sealed is what is under VIGNET_BACKUP_KEY, as `storage.base.keys` seals files. A file has its name when it is whole and
on the disk, and never before.
"""

import fcntl
import hashlib
import json
import os
import shutil
import uuid
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from storage.base.json_values import Malformed, loads, mapping
from storage.base.keys import blocks_of, decrypt_blocks, encrypt_blocks

FORMAT = 1
STAMP = "%Y%m%dT%H%M%S.%fZ"
UNFINISHED = ".part"
UNWRITTEN = ".new"
"""How the file of an object ends, and of any other, that is not yet whole."""


class BackupError(Exception):
    """A backup cannot be made, read or restored; the message says what to do."""


class Kept(NamedTuple):
    """An object in a backup: bytes, as the store told them, and what was read. `sealed` by the backup."""

    size: int
    etag: str
    modified: str
    sha256: str
    content_type: str
    sealed: bool


class Part(NamedTuple):
    """A file of the database: bytes and SHA-256 in clear; the columns of a table, where it is one."""

    size: int
    sha256: str
    columns: list[str]


@dataclass
class Manifest:
    """What a backup holds. Times in ISO 8601.

    `id` is that of its row in the database. Of what the database names, `gone` was erased while the backup was made,
    `missing` is not in the store, and `changed` is there with another content.
    """

    id: uuid.UUID
    began_at: str
    version: str
    kind: str = ""
    revision: str = ""
    ended_at: str = ""
    database: dict[str, Part] = field(default_factory=dict)
    objects: dict[str, Kept] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    copied: int = 0
    keys: int = 0

    @property
    def name(self) -> str:
        return datetime.fromisoformat(self.began_at).strftime(STAMP)

    @property
    def size(self) -> int:
        """Bytes of all objects."""
        return sum(one.size for one in self.objects.values())

    @property
    def good(self) -> bool:
        """True when all that its database names is in it."""
        return not self.missing and not self.changed


class Folder:
    """A folder of backups, under one key."""

    def __init__(self, path: Path, key: bytes):
        self.path, self._key = path, key
        self._journal = path / "journal"

    def prepare(self) -> None:
        """Make the folder where it is not there."""
        for place in (self.path, self.path / "backups", self.path / "objects"):
            place.mkdir(parents=True, exist_ok=True, mode=0o700)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Raises BackupError when somebody else writes in it."""
        with open(os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600), "rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise BackupError(f"another backup is being made in {self.path}: wait until it is done") from error
            yield

    def names(self) -> list[str]:
        """All whole backups, oldest first."""
        found = (self.path / "backups").glob("*/manifest")
        return sorted(path.parent.name for path in found if not path.parent.name.endswith(UNFINISHED))

    def unfinished(self, name: str) -> Path:
        """An empty place for a backup that is begun; what a killed one left unfinished goes."""
        for old in (self.path / "backups").glob(f"*{UNFINISHED}"):
            shutil.rmtree(old)
        for old in (self.path / "objects").glob(f"*{UNWRITTEN}"):
            old.unlink()
        place = self.path / "backups" / f"{name}{UNFINISHED}"
        (place / "database").mkdir(parents=True)
        return place

    def finish(self, place: Path, manifest: Manifest) -> None:
        """Write the manifest and give the backup its name."""
        told = json.dumps({"format": FORMAT, **asdict(manifest), "id": str(manifest.id)})
        self.write_sealed(place / "manifest", [told.encode()])
        sync(place / "database")
        place.rename(place.with_name(manifest.name))
        sync(place.parent)
        self._journal.unlink(missing_ok=True)

    def manifest(self, name: str) -> Manifest:
        """What this backup holds. Raises BackupError when there is none, or Tampered under another key."""
        path = self.path / "backups" / name / "manifest"
        if not path.exists():
            there = ", ".join(self.names()) or "none at all"
            raise BackupError(f"there is no backup {name} in {self.path} (there is {there})")
        told: dict[str, Any] = mapping(loads(b"".join(self.read_sealed(path))))
        if told.pop("format") != FORMAT:
            raise BackupError(f"{path} is of another version of Vignet: read it with that one")
        told["id"] = uuid.UUID(told["id"])
        told["database"] = {name: Part(*part) for name, part in told["database"].items()}
        told["objects"] = {key: Kept(*kept) for key, kept in told["objects"].items()}
        found = Manifest(**told)
        if found.name != name:
            raise BackupError(f"{path} is the manifest of backup {found.name}: somebody moved it")
        return found

    def note(self, key: str, kept: Kept) -> None:
        """Remember that this object was copied, should this backup be killed."""
        with self._journal.open("a") as file:
            file.write(json.dumps([key, *kept]) + "\n")

    def known(self) -> dict[str, Kept]:
        """Every object that the newest backup holds, or one that was killed has copied."""
        names = self.names()
        known = dict(self.manifest(names[-1]).objects) if names else {}
        if self._journal.exists():
            for line in self._journal.read_text().splitlines(keepends=True):
                try:
                    key, *kept = loads(line)
                except Malformed:  # broken off by a kill
                    continue
                known[key] = Kept(*kept)
        return known

    def object_path(self, kept: Kept) -> Path:
        """Where the bytes of this object are."""
        return self.path / "objects" / kept.sha256[:2] / f"{kept.sha256}{'.sealed' if kept.sealed else ''}"

    def sealed(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """These blocks under the key of the backups."""
        return encrypt_blocks(blocks, self._key)

    def take_in(self, part: Path, kept: Kept) -> None:
        """Give an object that was copied to `part` its place."""
        path = self.object_path(kept)
        path.parent.mkdir(exist_ok=True, mode=0o700)
        part.replace(path)
        sync(path.parent)

    def object_blocks(self, kept: Kept) -> Iterator[bytes]:
        """The object as the store held it. Raises Tampered or BackupError when that is not what is here."""
        path, digest, size = self.object_path(kept), hashlib.sha256(), 0
        if not path.exists():
            raise BackupError(f"{path} is not there")
        for block in self.read_sealed(path, packed=False) if kept.sealed else blocks_of(path):
            digest.update(block)
            size += len(block)
            yield block
        if (size, digest.hexdigest()) != (kept.size, kept.sha256):
            raise BackupError(f"{path} is not what was copied")

    def database_blocks(self, manifest: Manifest, name: str) -> Iterator[bytes]:
        """A file of the database. Raises Tampered or BackupError when it is not what was written."""
        part, digest = manifest.database[name], hashlib.sha256()
        path = self.path / "backups" / manifest.name / "database" / name
        if not path.exists():
            raise BackupError(f"{path} is not there")
        for block in self.read_sealed(path):
            digest.update(block)
            yield block
        if digest.hexdigest() != part.sha256:
            raise BackupError(f"{path} is not what was written")

    def write_part(self, place: Path, name: str, blocks: Iterable[bytes], columns: list[str]) -> Part:
        """Write a file of the database."""
        digest, size = hashlib.sha256(), 0

        def counted() -> Iterator[bytes]:
            nonlocal size
            for block in blocks:
                digest.update(block)
                size += len(block)
                yield bytes(block)

        self.write_sealed(place / "database" / name, counted())
        return Part(size, digest.hexdigest(), columns)

    def write_sealed(self, path: Path, blocks: Iterable[bytes], packed: bool = True) -> None:
        """Write a file under the key of the backups, on the disk before it has its name."""
        write_whole(path, encrypt_blocks(_pack(blocks) if packed else blocks, self._key))

    def read_sealed(self, path: Path, packed: bool = True) -> Iterator[bytes]:
        """What `write_sealed` was given. Raises Tampered when it is something else, or under another key."""
        plain = decrypt_blocks(blocks_of(path), self._key)
        return _unpack(plain) if packed else plain

    def prune(self, keep: int) -> tuple[int, int]:
        """Leave the `keep` newest backups; answers how many backups and objects went."""
        names = self.names()
        old = names[:-keep]
        for name in old:
            shutil.rmtree(self.path / "backups" / name)
        needed = {self.object_path(one) for name in names[-keep:] for one in self.manifest(name).objects.values()}
        left = [path for path in (self.path / "objects").glob("*/*") if path not in needed]
        for path in left if old else []:
            path.unlink()
        return len(old), len(left) if old else 0


def write_whole(path: Path, blocks: Iterable[bytes]) -> None:
    """Write a file that has its name when all of it is on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f"{path.name}.{uuid.uuid4().hex[:8]}{UNWRITTEN}")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.writelines(blocks)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    sync(path.parent)


def sync(folder: Path) -> None:
    """Have the names in this folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _pack(blocks: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(3)
    for block in blocks:
        yield packer.compress(block)
    yield packer.flush()


def _unpack(blocks: Iterable[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj()
    for block in blocks:
        yield unpacker.decompress(block)
    yield unpacker.flush()

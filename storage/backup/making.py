"""Making a backup while the system goes on: the database first, as of one moment, and then every object that it names.

An object is written once and never changed, so whatever the database named then is still there, unless it was erased
since; that is told. Objects that the last backup holds are not copied again, and a backup that was killed goes on with
those that it had.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Protocol

from storage.backup import database, keys, made, named
from storage.backup.folder import Folder, Kept, Manifest, write_whole
from storage.backup.keys import Mirrored
from storage.base.config import Config
from storage.base.database import engine, session_scope
from storage.base.keys import MAGIC
from storage.base.objects import Entry, ObjectError, ObjectStore, object_store
from storage.base.version import VERSION

PARTIAL = "objects"
"""Where in the folder an object lies while it is being copied."""


class Progress(Protocol):
    """Told how far it is: first how many objects and bytes there are, then each one with its bytes."""

    def total(self, count: int, size: int) -> None: ...

    def step(self, size: int) -> None: ...


def make(
    settings: Config, folder: Folder, mirror: Path, now: Callable[[], datetime], progress: Progress
) -> tuple[Manifest, Mirrored]:
    """Make a backup in `folder`, and bring the mirror of the keys up to date. Raises BackupError or ObjectError."""
    folder.prepare()
    with folder.alone():
        began = now()
        with session_scope() as session:
            row = made.begin(session, began)
            row_id = row.id
        manifest = Manifest(row_id, began.isoformat(), VERSION, database.kind_of(settings.database_url))
        place = folder.unfinished(manifest.name)

        def write(name: str, blocks: Iterable[bytes], columns: list[str]) -> None:
            manifest.database[name] = folder.write_part(place, name, blocks, columns)

        manifest.revision, wanted = database.dump(settings.database_url, write)
        _copy_all(folder, manifest, progress)
        _compare(manifest, wanted)
        done = keys.mirror(settings.keys, mirror)
        manifest.keys, ended = done.there, now()
        manifest.ended_at = ended.isoformat()
        folder.finish(place, manifest)
        with session_scope() as session:
            row = session.get_one(made.Backup, row_id)
            row.objects, row.size, row.copied = len(manifest.objects), manifest.size, manifest.copied
            row.faults = len(manifest.missing) + len(manifest.changed) + len(done.lost)
            made.end(session, row, ended)
        return manifest, done


def _copy_all(folder: Folder, manifest: Manifest, progress: Progress) -> None:
    store, known = object_store(), folder.known()
    there = store.entries()
    progress.total(len(there), sum(one.size for one in there.values()))
    for key, entry in there.items():
        kept = known.get(key)
        if kept is None or (kept.size, kept.etag, kept.modified) != entry or not folder.object_path(kept).exists():
            kept = _copy(folder, store, key, entry)
            manifest.copied += kept is not None
        if kept is not None:
            manifest.objects[key] = kept
        progress.step(entry.size)


def _copy(folder: Folder, store: ObjectStore, key: str, entry: Entry) -> Kept | None:
    """Copy one object; None when it went meanwhile."""
    digest, size = hashlib.sha256(), 0

    def counted() -> Iterator[bytes]:
        nonlocal size
        for block in blocks:
            digest.update(block)
            size += len(block)
            yield block

    try:
        content_type = store.content_type(key)
        reading = store.read(key)
        first = next(reading, b"")
        blocks = chain([first], reading)
        # What is sealed under a key of the key store goes as it is: with that key it is gone from here too.
        sealed = not first.startswith(MAGIC)
        part = folder.path / PARTIAL / "copying"
        write_whole(part, folder.sealed(counted()) if sealed else counted())
    except ObjectError:
        if store.size(key) is not None:
            raise
        return None
    kept = Kept(size, entry.etag, entry.modified, digest.hexdigest(), content_type, sealed)
    folder.take_in(part, kept)
    folder.note(key, kept)
    return kept


def _compare(manifest: Manifest, wanted: dict[str, str | None]) -> None:
    """Hold what was copied against what the database of the backup names."""
    absent = sorted(wanted.keys() - manifest.objects.keys())
    if absent:
        with engine().connect() as connection:
            still = named.objects(connection)
        manifest.gone = [key for key in absent if key not in still]
        manifest.missing = [key for key in absent if key in still]
    manifest.changed = sorted(
        key
        for key, digest in wanted.items()
        if digest and key in manifest.objects and manifest.objects[key].sha256 != digest
    )

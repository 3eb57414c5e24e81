"""Restoring a backup elsewhere, and looking at one that lies there.

Objects come first, and the database last, in one step: a restore that was killed finds an empty database and begins
again, with what the store holds already. A key that was destroyed stays so, and what was under it stays unreadable.
"""

import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from storage.backup import database, keys, made
from storage.backup.folder import BackupError, Folder, Kept, Manifest
from storage.backup.keys import Mirrored
from storage.backup.making import Progress
from storage.base import audit
from storage.base.config import Config
from storage.base.database import session_scope
from storage.base.keys import KeyStore, Tampered, key_store
from storage.base.objects import ObjectError, ObjectStore, Stored, object_store
from storage.dossier.dossiers import Dossier
from storage.exam.recordings import Recording


@dataclass
class Restored:
    """What came back: objects that were put, and that were there already; keys; and ids of rows whose key was destroyed
    after the backup was made: their recordings cannot be read, and what was written in those files came back."""

    put: int = 0
    there: int = 0
    keys: Mirrored = field(default_factory=Mirrored)
    closed: list[uuid.UUID] = field(default_factory=list)
    recordings: list[uuid.UUID] = field(default_factory=list)
    dossiers: list[uuid.UUID] = field(default_factory=list)


def restore(settings: Config, folder: Folder, name: str, mirror: Path, now: datetime, progress: Progress) -> Restored:
    """Bring back this backup into the store, the folder of the keys and the empty database of these settings.

    Raises BackupError, Tampered or ObjectError; what came back by then is no reason not to begin again.
    """
    manifest, done = folder.manifest(name), Restored()
    if database.kind_of(settings.database_url) != manifest.kind:
        raise BackupError(f"this backup is one of {manifest.kind}: set VIGNET_DATABASE_URL to such a database")
    database.require_empty(settings.database_url)
    store = object_store()
    store.prepare()
    there = store.sizes("")
    progress.total(len(manifest.objects), manifest.size)
    for key, kept in manifest.objects.items():
        if there.get(key) == kept.size and _same(store, key, kept):
            done.there += 1
        else:
            _put(store, folder, key, kept)
            done.put += 1
        progress.step(kept.size)
    done.keys = keys.restore(mirror, settings.keys)
    done.closed = _closed(key_store())
    tables = {name: part.columns for name, part in manifest.database.items()}
    database.load(
        settings.database_url,
        manifest.kind,
        manifest.revision,
        tables,
        lambda part: folder.database_blocks(manifest, part),
    )
    _tell(manifest, done, now)
    return done


def _same(store: ObjectStore, key: str, kept: Kept) -> bool:
    try:
        store.verify(Stored(key, kept.size, kept.sha256))
    except ObjectError:
        return False
    return True


def _put(store: ObjectStore, folder: Folder, key: str, kept: Kept) -> None:
    if not kept.sealed:
        # Looked at before it is put: what is damaged here never takes the place of what is good there.
        for _ in folder.object_blocks(kept):
            pass
        store.put_file(key, folder.object_path(kept), kept.content_type)
        return
    with tempfile.NamedTemporaryFile() as file:
        for block in folder.object_blocks(kept):
            file.write(block)
        file.flush()
        store.put_file(key, Path(file.name), kept.content_type)


def _closed(store: KeyStore) -> list[uuid.UUID]:
    """The keys that this master key does not open."""
    found = []
    for owner in store.owners():
        try:
            store.get(owner)
        except Tampered:
            found.append(owner)
    return found


def _tell(manifest: Manifest, done: Restored, now: datetime) -> None:
    """The row of this backup says that it was made, and the log that it was restored."""
    destroyed = key_store().destroyed()
    with session_scope() as session:
        kept = session.scalars(select(Recording.id).where(Recording.erased_at.is_(None)))
        done.recordings = sorted(destroyed.intersection(kept))
        done.dossiers = sorted(destroyed.intersection(session.scalars(select(Dossier.id))))
        row = session.get_one(made.Backup, manifest.id)
        row.ended_at, row.objects, row.size = (
            datetime.fromisoformat(manifest.ended_at),
            len(manifest.objects),
            manifest.size,
        )
        row.copied, row.faults = manifest.copied, len(manifest.missing) + len(manifest.changed)
        facts = {"began_at": manifest.began_at, "objects": len(manifest.objects), "put": done.put}
        audit.record(session, now, None, "backup_restored", row, **facts)


def faults_of(folder: Folder, name: str, progress: Progress) -> Iterator[str]:
    """What of this backup is not as it was written, one sentence each; and what was not good when it was made."""
    manifest = folder.manifest(name)
    progress.total(len(manifest.objects), manifest.size)
    for part in manifest.database:
        try:
            for _ in folder.database_blocks(manifest, part):
                pass
        except (BackupError, Tampered) as error:
            yield f"database, {part}: {error}"
    for key, kept in manifest.objects.items():
        try:
            for _ in folder.object_blocks(kept):
                pass
        except (BackupError, Tampered) as error:
            yield f"{key}: {error}"
        progress.step(kept.size)
    yield from (f"{key}: was not in the store when this backup was made" for key in manifest.missing)
    yield from (f"{key}: was changed in the store before this backup was made" for key in manifest.changed)

"""Brings what was stored before under keys that can be destroyed by themselves.

Originals and role documents were encrypted under the key of their candidate, and films were not encrypted at all. Each
is fetched, sealed under the key of its recording or its dossier, put beside the old object, and only when the row says
so the old one is deleted. Done twice, or killed half-way, it changes nothing.
"""

import logging
import tempfile
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Select, select

from storage.base.database import session_scope
from storage.base.keys import KeyGone, Tampered, decrypt_file, encrypt_file, key_store
from storage.base.objects import ObjectError, object_store
from storage.dossier.dossiers import RoleDocument
from storage.exam.recordings import Original, Recording, Rendition

log = logging.getLogger(__name__)

Row = Original | Rendition | RoleDocument


@dataclass(frozen=True)
class _Old:
    """An object from before: its place, under whose key it is (None: in clear), and under whose it should be."""

    key: str
    under: uuid.UUID | None
    owner: uuid.UUID


def reseal(report: Callable[[], None]) -> int:
    """Bring everything under keys of its own; answers how many objects it were. `report` is called after each.

    What the store does not hold, or nobody can read any more, is left as it is and told.
    """
    done = 0
    for noun, row_id in _old():
        try:
            done += _reseal(noun, row_id)
        except (ObjectError, KeyGone, Tampered) as error:
            log.warning("%s %s cannot be sealed anew: %r", noun.__tablename__, row_id, error)
        report()
    return done


def _old() -> list[tuple[type[Row], uuid.UUID]]:
    """The rows of objects from before."""
    with session_scope(writes=False) as session:
        kept = Recording.erased_at.is_(None)
        queries: dict[type[Row], Select[uuid.UUID]] = {
            Rendition: select(Rendition.id).join(Recording).where(Rendition.sealed_under.is_(None), kept),
            Original: select(Original.id).join(Recording).where(Original.sealed_under.is_(None), kept),
            RoleDocument: select(RoleDocument.id).where(RoleDocument.sealed_under.is_(None)),
        }
        return [(noun, row_id) for noun, query in queries.items() for row_id in session.scalars(query)]


def _look_up(noun: type[Row], row_id: uuid.UUID) -> _Old | None:
    with session_scope(writes=False) as session:
        row: Any = session.get(noun, row_id)
        if row is None or row.sealed_under is not None:
            return None
        if isinstance(row, RoleDocument):
            return _Old(row.key, row.dossier.candidate_id, row.dossier_id)
        if isinstance(row, Original):
            return _Old(row.key, row.key_owner, row.recording_id)
        return _Old(row.key, None, row.recording_id)


def _reseal(noun: type[Row], row_id: uuid.UUID) -> bool:
    if (old := _look_up(noun, row_id)) is None:
        return False
    store, keys = object_store(), key_store()
    with tempfile.TemporaryDirectory() as folder:
        fetched, plain, sealed = (Path(folder, name) for name in ("fetched", "plain", "sealed"))
        store.get_file(old.key, fetched)
        if old.under is None:
            plain = fetched
        else:
            decrypt_file(fetched, plain, keys.get(old.under))
        encrypt_file(plain, sealed, keys.get_or_create(old.owner))
        # A name of its own: of two who do this at the same moment, none touches what the other puts.
        stored = store.put_file(f"{old.key}.own-{uuid.uuid4().hex[:12]}", sealed)
    with session_scope() as session:
        row: Any = session.get(noun, row_id, with_for_update=True)
        moved = False
        if row is not None and row.key == old.key:
            moved = True
            row.key, row.sealed_under = stored.key, old.owner
            if not isinstance(row, Rendition):
                row.cipher_size, row.cipher_sha256 = stored.size, stored.sha256
    # What the row does not name goes: the old object with what a killed attempt left, or, when somebody else was first,
    # the new one.
    if moved:
        left = [key for key in store.keys(f"{old.key}.own") if key != stored.key]
        store.delete_all([old.key, *left])
    else:
        store.delete(stored.key)
    return moved

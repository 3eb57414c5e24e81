"""Items that come into the bank and leave it as packages of QTI 3.0: each whole, or not at all, with every reason."""

import hashlib
import tempfile
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scenarios.theory.items import Item
from scenarios.theory.media import Medium
from scenarios.theory.qti.findings import Findings, Why
from scenarios.theory.qti.item_reader import read_item
from scenarios.theory.qti.item_writer import write_item
from scenarios.theory.qti.packages import Package, write_package
from storage.base import audit
from storage.base.objects import object_store
from storage.people.people import Person
from storage.theory.items import ItemState, Rule, TheoryItem, TheoryMedium, kind_of, words_of

FOLDER = "theory"


@dataclass(frozen=True)
class NotTaken:
    """Why something of a package does not come in: where it stands, the rule, and what it says."""

    where: str
    why: Why | Rule
    what: str = ""


@dataclass(frozen=True)
class Looked:
    """A package as the bank sees it: what can come in, what cannot and why, and what is left out beside items."""

    items: tuple[Item, ...]
    media: Mapping[str, Medium]
    refused: tuple[NotTaken, ...]
    remarks: tuple[NotTaken, ...]


def look(session: Session, package: Package, terms: Collection[str], term: str = "") -> Looked:
    """What of this package can come in. `terms` are those that tests ask; `term` is for items that name none."""
    refused = [NotTaken(one.where, one.why, one.what) for one in package.refused]
    remarks = [NotTaken(one.where, one.why, one.what) for one in package.remarks]
    items = [replace(one, term=one.term or term) for one in package.items]
    hashes = {one.key: fingerprint(one, package.media) for one in items}
    kept = TheoryItem.sha256.in_(hashes.values()) & (TheoryItem.state != ItemState.RETIRED)
    known = {one.sha256: one.label for one in session.scalars(select(TheoryItem).where(kept))}
    good: list[Item] = []
    seen: set[str] = set()
    for one in items:
        digest = hashes[one.key]
        if one.term not in terms:
            refused.append(NotTaken(one.title, Rule.NO_TERM, one.term))
        elif digest in known or digest in seen:
            refused.append(NotTaken(one.title, Rule.KNOWN, known.get(digest, "")))
        else:
            seen.add(digest)
            good.append(one)
    return Looked(tuple(good), package.media, tuple(refused), tuple(remarks))


def put_media(items: Iterable[Item], media: Mapping[str, Medium]) -> None:
    """Keep the pictures and sounds of these items in the object store. Slow: outside of a transaction."""
    store = object_store()
    for path in sorted({path for item in items for path in item.media}):
        with tempfile.NamedTemporaryFile() as file:
            file.write(media[path].data)
            file.flush()
            store.put_file(_key(media[path]), Path(file.name), media[path].kind)


def take_in(
    session: Session,
    items: Sequence[Item],
    media: Mapping[str, Medium],
    author: Person,
    now: datetime,
    number: int | None = None,
) -> list[TheoryItem]:
    """The rows of these items as drafts, each with a number of its own; with `number` the one item is its next version.

    Their pictures and sounds were put before. Raises ValueError for a `number` with more or fewer items than one.
    """
    if number is not None and len(items) != 1:
        raise ValueError("a version is one item")
    newest = session.scalar(select(func.max(TheoryItem.number))) or 0
    version = session.scalar(select(func.max(TheoryItem.version)).where(TheoryItem.number == number)) or 0
    made = []
    for place, item in enumerate(items, start=1):
        own = number or newest + place
        row = TheoryItem(
            id=uuid.uuid4(),
            number=own,
            version=version + 1,
            state=ItemState.DRAFT,
            kind=kind_of(item),
            term=item.term,
            title=item.title[:200],
            source=item.source,
            words=words_of(item),
            document=_document(replace(item, key=f"item-{own}"), media),
            sha256=fingerprint(item, media),
            author=author,
            created_at=now,
            reason="",
        )
        row.media = [_row(path, media[path]) for path in sorted(item.media)]
        session.add(row)
        audit.record(session, now, author.id, "item_draft", row, number=own, version=version + 1)
        made.append(row)
    session.flush()
    return made


def export(rows: Sequence[TheoryItem]) -> bytes:
    """These items as one package. Slow when they have pictures or sounds. Raises ObjectError when one is gone."""
    media: dict[str, Medium] = {}
    items = []
    for row in rows:
        # The same path may be another picture in another item.
        moved = {one.path: f"media/{one.key.rpartition('/')[2]}{Path(one.path).suffix}" for one in row.media}
        for one in row.media:
            media[moved[one.path]] = Medium(one.content_type, b"".join(object_store().read(one.key)))
        items.append(_moved(row, moved))
    return write_package(items, media)


def fingerprint(item: Item, media: Mapping[str, Medium]) -> str:
    """What tells two items apart, whatever they are called: the SHA-256 of what is shown, its key and its scoring."""
    named = write_item(replace(item, key="item"), lambda path: (media[path].sha256, media[path].kind))
    return hashlib.sha256(named).hexdigest()


def _moved(row: TheoryItem, moved: Mapping[str, str]) -> Item:
    """The item of this row with other paths for its pictures and sounds."""
    item = read_item(row.document.encode(), Findings(""), moved.get, row.term, row.source)
    if item is None:
        raise ValueError("an item of the bank cannot be read")
    return item


def _document(item: Item, media: Mapping[str, Medium]) -> str:
    return write_item(item, lambda path: (path, media[path].kind)).decode()


def _row(path: str, one: Medium) -> TheoryMedium:
    return TheoryMedium(path=path, key=_key(one), content_type=one.kind, size=len(one.data))


def _key(one: Medium) -> str:
    return f"{FOLDER}/{one.sha256}"

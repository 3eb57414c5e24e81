"""Whether what is stored of recordings is still what was received and made: each original against its receipt, and each
film with what belongs to it against its row. What was erased meanwhile is no fault.
"""

import json
import os
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.base.database import session_scope
from storage.base.json_values import loads, mapping
from storage.base.keys import KeyGone, Tampered, decrypt_file, key_store, sealed_size
from storage.base.objects import ObjectError, object_store, sha256_of
from storage.exam.recordings import Original, Recording, Rendition
from storage.retention import destructions


class State(StrEnum):
    """The state of a file since it was received or made, best first."""

    GOOD = "good"
    TRUNCATED = "truncated"
    CHANGED = "changed"
    MISSING = "missing"
    KEY_GONE = "key_gone"


class File(NamedTuple):
    """What a row says of an object: sizes in bytes, hashes SHA-256 in hex, `under` None for one that is in clear."""

    key: str
    under: uuid.UUID | None
    size: int
    sha256: str
    sealed_size: int
    sealed_sha256: str | None


@dataclass(frozen=True)
class Verified:
    """What was found of one recording: each original by its name, each film by its kind; `size` in bytes, sealed."""

    id: uuid.UUID
    size: int
    originals: dict[str, State]
    films: dict[str, State] = field(default_factory=dict)

    @property
    def state(self) -> State:
        """The worst of them. A recording of which nothing is left, though it was kept, is missing."""
        return max((*self.originals.values(), *self.films.values()), key=list(State).index, default=State.MISSING)

    def line(self) -> dict[str, Any]:
        """As a report has it: values of JSON."""
        return {
            "id": str(self.id),
            "state": self.state,
            "bytes": self.size,
            "originals": self.originals,
            "films": self.films,
        }


def of_original(original: Original) -> File:
    """What its row says of an original."""
    return File(
        original.key,
        original.key_owner,
        original.size,
        original.sha256,
        original.cipher_size,
        original.cipher_sha256,
    )


def of_rendition(rendition: Rendition) -> File:
    """What its row says of a film, or of what belongs to one."""
    under = rendition.sealed_under
    size = rendition.size if under is None else sealed_size(rendition.size)
    return File(rendition.key, under, rendition.size, rendition.sha256, size, None)


def look(file: File) -> State:
    """Fetch a file, open it, and see whether it is what its row says. Raises ObjectError when the store is away."""
    with tempfile.TemporaryDirectory() as folder:
        sealed, plain = Path(folder, "sealed"), Path(folder, "plain")
        try:
            object_store().get_file(file.key, sealed)
        except ObjectError:
            if object_store().size(file.key) is not None:
                raise
            return State.MISSING
        if sealed.stat().st_size < file.sealed_size:
            return State.TRUNCATED
        if file.sealed_sha256 is not None and sha256_of(sealed) != file.sealed_sha256:
            return State.CHANGED
        try:
            if file.under is None:
                plain = sealed
            else:
                decrypt_file(sealed, plain, key_store().get(file.under))
        except KeyGone:
            return State.KEY_GONE
        except Tampered:
            return State.CHANGED
        return State.GOOD if sha256_of(plain) == file.sha256 else State.CHANGED


def verify(recording_id: uuid.UUID) -> Verified | None:
    """Look at all that is stored of a recording; None when nothing was received yet, or it is being erased, or was.

    What is not good is looked up once more: a film may be made anew, or a recording erased, while it is looked at.
    """
    told = _files(recording_id)
    while told is not None:
        originals, films = ({name: look(file) for name, file in files.items()} for files in told)
        found = Verified(recording_id, sum(file.sealed_size for files in told for file in files.values()), originals)
        found.films.update(films)
        if found.state is State.GOOD or (again := _files(recording_id)) == told:
            return found
        told = again
    return None


def _files(recording_id: uuid.UUID) -> tuple[dict[str, File], dict[str, File]] | None:
    """Originals and films as the rows say at this moment; None when there is nothing to look at."""
    with session_scope(writes=False) as session:
        recording = session.get(Recording, recording_id)
        if recording is None or recording.erased_at is not None:
            return None
        if not recording.originals and not recording.safe:
            return None
        if destructions.going(session, recording.answer.sitting.dossier_id):
            return None
        originals = {one.name: of_original(one) for one in recording.originals}
        return originals, {str(one.kind): of_rendition(one) for one in recording.renditions}


def to_verify(session: Session) -> dict[uuid.UUID, int]:
    """Every recording that is kept, each with the bytes that its rows say it takes."""
    sizes = dict.fromkeys(session.scalars(select(Recording.id).where(Recording.erased_at.is_(None))), 0)
    originals = select(Original.recording_id, func.sum(Original.cipher_size)).group_by(Original.recording_id)
    films = select(Rendition.recording_id, func.sum(Rendition.size)).group_by(Rendition.recording_id)
    for query in (originals, films):
        for recording_id, size in session.execute(query):
            if recording_id in sizes:
                sizes[recording_id] += int(size)
    return dict(sorted(sizes.items()))


class Report:
    """A report in a file: a line of JSON for each recording, on the disk before the next one is looked at.

    Whoever is stopped goes on where the last whole line is; a line that was broken off is written anew.
    """

    def __init__(self, path: Path):
        self._path = path
        self.states: dict[uuid.UUID, State | None] = {}
        whole = 0
        if path.exists():
            for line in path.read_bytes().splitlines(keepends=True):
                if not line.endswith(b"\n"):
                    break
                self._take(line)
                whole += len(line)
            os.truncate(path, whole)

    def _take(self, line: bytes) -> None:
        try:
            told = mapping(loads(line.decode()))
            state = None if told["state"] is None else State(str(told["state"]))
            self.states[uuid.UUID(str(told["id"]))] = state
        except (KeyError, ValueError) as error:
            raise ValueError(f"{self._path} is no report of recordings") from error

    def add(self, recording_id: uuid.UUID, found: Verified | None) -> None:
        """Note what was found of one recording; None: there was nothing to look at."""
        line = found.line() if found else {"id": str(recording_id), "state": None}
        self.states[recording_id] = found.state if found else None
        with self._path.open("a") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())


def verify_all(report: Report, sizes: dict[uuid.UUID, int]) -> Iterator[tuple[uuid.UUID, Verified | None]]:
    """Look at each of these recordings that the report does not tell of yet, and note it; each as it was found."""
    for recording_id in sizes:
        if recording_id not in report.states:
            found = verify(recording_id)
            report.add(recording_id, found)
            yield recording_id, found

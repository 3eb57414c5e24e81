"""The manifest of a take, the page's last word about it: how many slices there are, and by whose clock."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from storage.base.json_values import loads, mapping, number

MANIFEST = "closing"
"""Its name on the disk, in the object store and in addresses: pages and spools of earlier versions say so."""

_MOST_PARTS, _MOST_NOTES = 50, 100
_WORD = re.compile(r"[a-z][a-z_]{0,39}")


@dataclass(frozen=True)
class Part:
    """A file that the slices make: its first slice, and when it began (ms since the Unix epoch, the page's clock)."""

    first: int
    started_ms: float


@dataclass(frozen=True)
class Note:
    """One observation of the page while it recorded: a word, with a number where there is one; the time as in Part."""

    at_ms: float
    what: str
    value: float | None = None


@dataclass(frozen=True)
class Manifest:
    """The page's account of a take that it has ended. Sizes in bytes, `seconds` by the page's clock.

    `started_ms` and `published_ms`: when the slices began, and when each live session was connected, in milliseconds
    since the Unix epoch by the page's clock. `complete`: whether the page itself has ended the recording; when it was
    torn away, what it had kept is all there is. `parts`: the files that the slices make; several when the page had to
    begin anew, with another device or since its browser gave nothing any more. `notes`: why, and what else it saw.
    """

    count: int
    size: int
    sha256: str
    seconds: float
    mime_type: str
    started_ms: float = 0.0
    published_ms: tuple[float, ...] = ()
    complete: bool = True
    parts: tuple[Part, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def sound_later_s(self) -> float | None:
        """By how much the first sound came later than the first picture, as the page saw it; None when it did not."""
        seen = {note.what: note.value for note in reversed(self.notes) if note.value is not None}
        sound_ms, picture_ms = seen.get("first_sound_ms"), seen.get("first_picture_ms")
        return None if sound_ms is None or picture_ms is None else (sound_ms - picture_ms) / 1000

    @classmethod
    def read(cls, data: bytes) -> "Manifest":
        """Raises ValueError when it is not such a message."""
        found = mapping(loads(data))
        try:
            marks = tuple(number(mark) for mark in found.get("published_ms", ()))
            manifest = cls(
                count=int(number(found["count"])),
                size=int(number(found["size"])),
                sha256=str(found["sha256"]),
                seconds=number(found["seconds"]),
                mime_type=str(found["mime_type"])[:100],
                started_ms=number(found.get("started_ms", 0)),
                published_ms=marks[:50],
                complete=found.get("complete", True) is True,
                parts=tuple(map(_part, found.get("parts", ())[:_MOST_PARTS])),
                notes=tuple(filter(None, map(_note, found.get("notes", ())[:_MOST_NOTES]))),
            )
        except (KeyError, TypeError, OverflowError) as error:
            raise ValueError(f"{error!r} is missing or no number") from error
        if not re.fullmatch(r"[0-9a-f]{64}", manifest.sha256):
            raise ValueError("sha256 is not a hash in hex")
        return manifest

    def write(self) -> bytes:
        return json.dumps(asdict(self), sort_keys=True).encode()


def _part(found: Any) -> Part:
    """From a pair, as a page sends it, or from what `write` made of it."""
    first, started_ms = (found["first"], found["started_ms"]) if isinstance(found, Mapping) else found
    return Part(int(number(first)), number(started_ms))


def _note(found: Any) -> Note | None:
    """None when it says nothing that can be kept: no answer is lost for what somebody remarked on it."""
    try:
        value = found.get("value")
        word = _WORD.fullmatch(found["what"])
        return Note(number(found["at_ms"]), word[0], None if value is None else number(value)) if word else None
    except (AttributeError, KeyError, TypeError, ValueError):
        return None

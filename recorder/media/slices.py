"""The slices of one answer as they came: rows without a hole, the files that they make, and their bytes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from recorder.spool.manifest import MANIFEST, Manifest
from recorder.spool.slice_spool import Run, file_suffix

_CLUSTER, _BRANDS, _FRAGMENT = b"\x1f\x43\xb6\x75", b"ftyp", b"moof"
_ENTERED = (_CLUSTER, b"\x18\x53\x80\x67")
"""The elements whose parts are looked at one by one: a cluster, and the segment, which holds all."""


@dataclass
class Slices:
    """The rows of slices that came, and what the page says about them.

    A page that had to begin anew in the middle has made several files: a row ends where another file begins.
    """

    rows: list[tuple[Run, list[Path]]] = field(default_factory=list)
    manifest: Manifest | None = None

    @property
    def files(self) -> list[list[tuple[Run, list[Path]]]]:
        """The rows of each file."""
        found: list[list[tuple[Run, list[Path]]]] = []
        for run, paths in self.rows:
            if not found or begins_file(paths[0]):
                found.append([])
            found[-1].append((run, paths))
        return found

    def began_after_s(self, first: int) -> float | None:
        """By how much the file whose first slice this is began later than the first file, by the page's clock."""
        began = {part.first: part.started_ms for part in self.manifest.parts} if self.manifest else {}
        return (began[first] - began[0]) / 1000 if {0, first} <= began.keys() else None

    def began_in(self, last: int, first: int) -> bool:
        """True when the page says that a file began after the slice `last`, and not later than with `first`."""
        return any(last < part.first <= first for part in (self.manifest.parts if self.manifest else ()))

    @property
    def holes(self) -> list[list[int]]:
        """First and last number of each hole, the tail that never came included."""
        edges = [Run(-1, -1), *(run for run, _ in self.rows)]
        found = [[a.last + 1, b.first - 1] for a, b in pairwise(edges) if a.last + 1 < b.first]
        if self.manifest and edges[-1].last + 1 < self.manifest.count:
            found.append([edges[-1].last + 1, self.manifest.count - 1])
        return found

    @property
    def whole(self) -> bool:
        """True when the page itself has ended them, and every one is there."""
        return self.manifest is not None and self.manifest.complete and bool(self.rows) and not self.holes

    def figures(self) -> dict[str, Any]:
        return {
            "came": sum(run.last - run.first + 1 for run, _ in self.rows),
            "recorded": self.manifest.count if self.manifest else None,
            "holes": self.holes,
            "files": len(self.files),
        }


def read(originals: Sequence[Path]) -> Slices:
    """The slices among the originals of one answer, each named as its original is."""
    slices, named = (
        Slices(),
        sorted(
            ((run, path) for path in originals if (run := Run.of(path.name))),
            key=lambda one: (one[0].first, -one[0].last),
        ),
    )
    for run, path in named:
        if slices.rows and run.last <= slices.rows[-1][0].last:
            continue  # another recorder has these, and more
        if slices.rows and slices.rows[-1][0].last + 1 == run.first and not begins_file(path):
            before, paths = slices.rows[-1]
            slices.rows[-1] = (Run(before.first, run.last), [*paths, path])
        else:
            slices.rows.append((run, [path]))
    for path in sorted(originals):
        if path.name.partition("_")[0] == MANIFEST:
            slices.manifest = Manifest.read(path.read_bytes())
    return slices


def data_of(paths: Sequence[Path]) -> bytes:
    """The bytes of these slices, one after the other."""
    return b"".join(path.read_bytes() for path in paths)


def begins_file(path: Path) -> bool:
    """True when a file begins with this slice: what a decoder must know stands in it."""
    with path.open("rb") as file:
        return bool(file_suffix(file.read(12)))


def is_mp4(path: Path) -> bool:
    """True when this file is an MP4; a browser's other kind is WebM."""
    with path.open("rb") as file:
        return file.read(8)[4:] == _BRANDS


def over_the_holes(rows: Sequence[tuple[Run, list[Path]]]) -> bytes:
    """One file of all its rows: what came after each hole from where a reader finds its way again."""
    parts = [data_of(paths) for _, paths in rows]
    return b"".join(_fragments(parts) if parts[0][4:8] == _BRANDS else _clusters(parts))


def _clusters(parts: Sequence[bytes]) -> Iterator[bytes]:
    """WebM: a reader that lost its way goes on at the next cluster; a torn block would swallow the begin of that."""
    for number, data in enumerate(parts):
        at = data.find(_CLUSTER) if number else 0
        yield data[at : _whole(data, at)] if at >= 0 else b""


def _whole(data: bytes, at: int) -> int:
    """Up to where the elements of a WebM are whole, from this one on (RFC 8794, sections 4 to 6)."""
    while at < len(data):
        size_at = at + _vint_bytes(data[at])
        if size_at == at or size_at >= len(data) or not (length := _vint_bytes(data[size_at])):
            break
        body = size_at + length
        if body > len(data):
            break
        if data[at:size_at] not in _ENTERED:
            body += int.from_bytes(data[size_at:body], "big") - (1 << 7 * length)
        if body > len(data):
            break
        at = body
    return min(at, len(data))


def _vint_bytes(first: int) -> int:
    """How long a number of variable size is, by its first byte; 0 when no number begins so."""
    return 9 - first.bit_length() if first else 0


def _fragments(parts: Sequence[bytes]) -> Iterator[bytes]:
    """MP4 in fragments: only those that are whole, since a torn box would swallow what comes after it."""
    for number, data in enumerate(parts):
        begin = at = whole = data.find(_FRAGMENT, 4) - 4 if number else 0
        while 0 <= at <= len(data) - 8:
            size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
            if size < 8 or at + size > len(data):
                break
            at += size
            # The head of a fragment is of no use without its media, which is the next box.
            whole = whole if kind == _FRAGMENT else at
        yield data[begin:whole] if begin >= 0 else b""

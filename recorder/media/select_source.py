"""Takes the better of the two roads of one answer, by measurement, and says why.

Slices are what the browser itself has recorded, so they are the truth when none is missing and they last as long as
the page's clock says. Where they end too early, the live road goes on from there: the two are laid on one clock by the
sender's reports, set right by the sound that both hold, and cut at the last picture of the slices.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import av

from recorder.media.ffmpeg import FfmpegError
from recorder.media.live_source import Source, join
from recorder.media.measure import Unreadable, scan
from recorder.media.packets import retimed
from recorder.media.stitch import Road, align, lacks_track, seam_s, stitch, whole_s
from recorder.spool.manifest import MANIFEST, Manifest
from recorder.spool.slice_spool import Run, file_suffix

SAME_S = 0.5
"""How far the slices may be from the page's clock, and how much more the live road must hold to be worth a cut."""
_TOGETHER_S = 0.1
_CLUSTER, _BRANDS, _FRAGMENT = b"\x1f\x43\xb6\x75", b"ftyp", b"moof"


@dataclass(frozen=True)
class Chosen:
    """The file that the answer is made of, or None when nothing was recorded; how it was chosen; the live road.

    `alone`: each road that can be played on its own, by name, other than the chosen file.
    """

    path: Path | None
    live: Source
    decision: dict[str, Any]
    alone: tuple[tuple[str, Path], ...] = ()

    def instead(self, name: str, path: Path, faults: Sequence[str]) -> "Chosen":
        """One road alone, since what was chosen first has these faults, or became no film, and it has none."""
        decision = {**self.decision, "took": name, "why": "other_faulty", "faulty": list(faults)}
        return replace(self, path=path, decision=decision, alone=())


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
            if not found or _begins_file(paths[0]):
                found.append([])
            found[-1].append((run, paths))
        return found

    def began_after_s(self, first: int) -> float | None:
        """By how much the file whose first slice this is began later than the first file, by the page's clock."""
        began = {part.first: part.started_ms for part in self.manifest.parts} if self.manifest else {}
        return (began[first] - began[0]) / 1000 if {0, first} <= began.keys() else None

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


def best(originals: Sequence[Path], folder: Path) -> Chosen:
    """The best file that can be made, in `folder`, of the originals of one answer, each named as its original is."""
    live = join([path for path in originals if path.name.startswith("whip-")], folder / "live.mkv")
    slices = _read(originals)
    first = _playable(_head(slices, folder))
    in_step = _in_step(slices, first)
    other = _playable(live.path)
    head = _with_later_files(slices, in_step, alone=other is None)
    decision = {
        "page_s": round(slices.manifest.seconds, 3) if slices.manifest else None,
        "slices": slices.figures() | (head.figures() if head else {}) if slices.rows else None,
        "live": {"sessions": len(live.sessions)} | other.figures() if other else None,
        "set_apart_s": slices.manifest.sound_later_s if slices.manifest and in_step is not first else None,
        "page_saw": [asdict(note) for note in slices.manifest.notes] if slices.manifest else [],
    }

    def chosen(path: Path | None, took: str, why: str, **more: float | str) -> Chosen:
        roads = (("slices", head and head.path), ("live", other and other.path))
        alone = tuple((name, road) for name, road in roads if road and road != path)
        return Chosen(path, live, {"took": took, "why": why, **decision, **more}, alone)

    if head is None or other is None:
        if head:
            head = _over_the_hole(slices, head)
            return chosen(head.path, "slices", "no_live" if slices.whole else "no_live_for_the_hole")
        unreadable = "slices_unreadable" if slices.rows else "no_slices"
        path = other.path if other else live.path
        return chosen(path, "live", unreadable) if path else chosen(None, "nothing", unreadable)
    if slices.whole and slices.manifest:
        page_s = slices.manifest.seconds
        anew = len(slices.files) > 1 and abs(other.seconds - page_s) <= SAME_S
        if anew or _has_less(head, other):
            return chosen(other.path, "live", "slices_began_anew" if anew else "gaps")
        if abs(head.seconds - page_s) <= SAME_S:
            return chosen(head.path, "slices", "whole")
        nearer = abs(head.seconds - page_s) <= abs(other.seconds - page_s) or lacks_track(other, head)
        return chosen(head.path if nearer else other.path, "slices" if nearer else "live", "other_length")
    why = "hole" if slices.holes else "cut_off"
    shift_s, by = align(head, other, slices.manifest, live)
    gaps = shift_s <= SAME_S and (_has_less(head, other) or lacks_track(head, other))
    if gaps or other.seconds + shift_s <= whole_s(head, other) + SAME_S:
        path, took = (other.path, "live") if gaps else (head.path, "slices")
        return chosen(path, took, "gaps" if gaps else why, shift_s=shift_s, by=by)
    try:
        path = stitch(head, other, shift_s, folder / "both.mkv")
    except FfmpegError:
        longer = head.seconds >= other.seconds
        return chosen(head.path if longer else other.path, "slices" if longer else "live", f"{why}_not_joined")
    return chosen(path, "both", why, cut_s=round(seam_s(head, other, shift_s), 3), shift_s=shift_s, by=by)


def _has_less(head: Road, other: Road) -> bool:
    """True when what lacks in the slices, and that the live road has, is worth more than what lacks in the live one.

    An encoder may stall while the camera goes on: then slices of the right length have a hole in the picture.
    """
    has_all = not lacks_track(other, head)
    # Of a picture that ends after a moment no rate is known, and so no gap.
    has_all &= 2 * len(other.found.times) >= len(head.found.times)
    longest = max(head.seconds, other.seconds)
    lacks = [road.gaps_s + longest - road.seconds for road in (head, other)]
    return has_all and head.gaps_s > SAME_S and lacks[0] > lacks[1] + SAME_S


def _read(originals: Sequence[Path]) -> Slices:
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
        if slices.rows and slices.rows[-1][0].last + 1 == run.first and not _begins_file(path):
            before, paths = slices.rows[-1]
            slices.rows[-1] = (Run(before.first, run.last), [*paths, path])
        else:
            slices.rows.append((run, [path]))
    for path in sorted(originals):
        if path.name.partition("_")[0] == MANIFEST:
            slices.manifest = Manifest.read(path.read_bytes())
    return slices


def _head(slices: Slices, folder: Path) -> Path | None:
    """The slices from the first one up to the first hole; what comes after it, where the format lets it be read."""
    if not slices.rows or slices.rows[0][0].first != 0:
        return None
    path = folder / "slices"
    path.write_bytes(_bytes(slices.rows[0][1]))
    return path


def _in_step(slices: Slices, head: Road | None) -> Road | None:
    """The head with picture and sound as far apart as the page saw them begin.

    In an MP4 of a browser both begin at 0, whatever came first, and stay out of step to the end.
    """
    later_s = slices.manifest.sound_later_s if slices.manifest else None
    if head is None or later_s is None or abs(later_s) < SAME_S or not (head.found.times and head.found.audio_codec):
        return head
    with head.path.open("rb") as file:
        is_mp4 = file.read(8)[4:] == _BRANDS
    if not is_mp4 or abs(head.found.audio_start_s - head.found.times[0]) > _TOGETHER_S:
        return head
    try:
        return _playable(retimed(head.path, head.path.with_name(f"{head.path.name}-apart.mkv"), later_s)) or head
    except av.error.FFmpegError:
        return head


def _with_later_files(slices: Slices, head: Road | None, alone: bool) -> Road | None:
    """The head, with each file that began later behind it, where the page's clock says when; a still fills the gap.

    A page that was torn away says nothing: when there is no other road, the files then follow one another at once.
    """
    if head is None:
        return None
    for rows in slices.files[1:]:
        run, paths = rows[0]
        after_s = slices.began_after_s(run.first)
        path = head.path.with_name(f"slices-{run.first}")
        path.write_bytes(_bytes(paths))
        later = _playable(path)
        if after_s is None and alone:
            after_s = head.seconds
        if after_s is None or later is None or after_s + later.seconds <= head.cut_s:
            continue
        try:
            joined = _playable(stitch(head, later, after_s, path.with_suffix(".mkv")))
        except FfmpegError:
            continue
        head = joined or head
    return head


def _begins_file(path: Path) -> bool:
    with path.open("rb") as file:
        return bool(file_suffix(file.read(12)))


def _over_the_hole(slices: Slices, head: Road) -> Road:
    """The head with what came after each hole, from where a reader finds its way again; the times stay right."""
    if not slices.rows[1:] or len(slices.files) > 1:
        return head
    parts = [_bytes(paths) for _, paths in slices.rows]
    path = head.path.with_name("slices-all")
    path.write_bytes(b"".join(_fragments(parts) if parts[0][4:8] == _BRANDS else _clusters(parts)))
    longer = _playable(path)
    return longer if longer and longer.seconds > head.seconds else head


def _clusters(parts: Sequence[bytes]) -> Iterator[bytes]:
    """WebM: a reader that lost its way goes on at the next cluster."""
    yield parts[0]
    for data in parts[1:]:
        at = data.find(_CLUSTER)
        yield data[at:] if at >= 0 else b""


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


def _bytes(paths: Sequence[Path]) -> bytes:
    return b"".join(path.read_bytes() for path in paths)


def _playable(path: Path | None) -> Road | None:
    """This file as a road, its packets on a clock that goes forward; None when nothing in it can be played."""
    if path is None:
        return None
    try:
        found = scan(path)
        if found.steady:
            return Road(path, found)
        laid = retimed(path, path.with_name(f"{path.stem}-laid.mkv"))
        return Road(laid, replace(scan(laid), breaks=found.breaks, wild=found.wild))
    except (Unreadable, av.error.FFmpegError):
        return None

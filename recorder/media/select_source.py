"""Takes the better of the two roads of one answer, by measurement, and says why.

Slices are what the browser itself has recorded, so they are the truth when none is missing and they last as long as
the page's clock says. Where they have a gap, or end too early, the live road stands in with what it has: the two are
laid on one clock by the sender's reports, set right by the sound that both hold.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from math import inf
from pathlib import Path
from typing import Any

import av

from recorder.media.ffmpeg import FfmpegError
from recorder.media.live_source import Source, join
from recorder.media.measure import Unreadable, scan
from recorder.media.packets import retimed
from recorder.media.road import Fill, Road, after_holes, all_of, fill, lacks_track, left, length_s
from recorder.media.slices import Slices, begins_file, data_of, is_mp4, over_the_holes, read
from recorder.media.stitch import align, envelope, lag_s, stitch
from recorder.spool.slice_spool import Run

SAME_S = 0.5
"""How far the slices may be from the page's clock, and how much more another road must hold to be worth coding it."""
_TOGETHER_S = 0.1
_ROWS = 10
"""How many rows of a file are read, one after the other: with more holes there is little left to go by."""


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


def best(originals: Sequence[Path], folder: Path) -> Chosen:
    """The best file that can be made, in `folder`, of the originals of one answer, each named as its original is."""
    live = join([path for path in originals if path.name.startswith("whip-")], folder / "live.mkv")
    slices = read(originals)
    other = _playable(live.path)
    has_begin = slices.rows and slices.rows[0][0].first == 0
    first = _file(slices, slices.files[0], folder, other is None) if has_begin else None
    if first and first.empty and other and len(slices.files) > 1:
        first = None  # nothing says any more when it began, and so when the next file did
    in_step = _in_step(slices, first)
    head, unplaced = _with_later_files(slices, in_step, alone=other is None, folder=folder)
    decision = {
        "page_s": round(slices.manifest.seconds, 3) if slices.manifest else None,
        "slices": slices.figures() | (head.figures() if head else {}) if slices.rows else None,
        "live": {"sessions": len(live.sessions)} | other.figures() if other else None,
        "set_apart_s": slices.manifest.sound_later_s if slices.manifest and in_step is not first else None,
        "page_saw": [asdict(note) for note in slices.manifest.notes] if slices.manifest else [],
    }

    def chosen(road: Road | None, took: str, why: str, path: Path | None = None, **more: Any) -> Chosen:
        roads = (("slices", head and head.path), ("live", other and other.path))
        if road and other and unplaced:
            shift_s = float(more.get("shift_s", 0.0))
            since_s = max(0.0, head.seconds - shift_s - SAME_S) if head else 0.0
            road, added = _and_the_rest(road, unplaced, other, since_s, 0.0 if took == "live" else shift_s)
            more |= {"added": added} if added else {}
        path = road.path if road else path
        alone = tuple((name, one) for name, one in roads if one and one != path)
        return Chosen(path, live, {"took": took, "why": why, **decision, **more}, alone)

    if head is None or other is None:
        if head:
            return chosen(head, "slices", "no_live" if slices.whole else "no_live_for_the_hole")
        unreadable = "slices_unreadable" if slices.rows else "no_slices"
        return chosen(other, "live" if other or live.path else "nothing", unreadable, live.path)
    road, took, why, more = _of_both(slices, head, other, live, folder)
    return chosen(road, took, why, **more)


def _of_both(
    slices: Slices, head: Road, other: Road, live: Source, folder: Path
) -> tuple[Road, str, str, dict[str, Any]]:
    """The slices, the live road, or what they make together: what was taken, its name, why, and by which figures."""
    differs = slices.manifest is not None and abs(head.seconds - slices.manifest.seconds) > SAME_S
    if slices.whole and not differs and head.gaps_s <= SAME_S and not lacks_track(head, other):
        return head, "slices", "whole", {}
    why = "hole" if slices.holes else "cut_off" if not slices.whole else "other_length" if differs else "gaps"
    shift_s, by = align(head, other, slices.manifest, live)
    placed = {"shift_s": shift_s, "by": by}
    inside, sooner = by != "nothing", not head.begun and shift_s < 0
    # Where nobody knows how the two lie beside each other, all that can be said is which of them lacks more.
    has_less = by == "nothing" and _has_less(head, other)
    # A machine that starves leaves many short gaps, which are not worth that all is coded once more.
    worth = fill(head, other, shift_s, begin_s=-inf if sooner else 0.0, inside=inside, longer_s=SAME_S)
    if worth.most_s <= SAME_S and not has_less:
        return head, "slices", "whole" if why == "gaps" else why, placed
    has_all = fill(other, head, -shift_s, begin_s=-inf).most_s <= SAME_S
    if has_less or (has_all and (slices.whole or sooner or lacks_track(head, other))):
        began_anew = why == "gaps" and len(slices.files) > 1
        return other, "live", "slices_began_anew" if began_anew else why if slices.whole else "gaps", placed
    base, more, later_s = (other, head, -shift_s) if sooner else (head, other, shift_s)
    # The slices are the better one, also where the file begins with what only the live road has.
    filled = all_of(more, later_s) if sooner and inside else fill(base, more, later_s, inside=inside)
    try:
        both = _joined(base, more, later_s, filled, folder / "both.mkv")
    except FfmpegError:
        longer = head.seconds >= other.seconds or lacks_track(other, head)
        longer &= not lacks_track(head, other)
        return head if longer else other, "slices" if longer else "live", f"{why}_not_joined", {}
    filled_s = {kind: round(length_s(spans), 3) for kind, spans in asdict(filled).items()}
    return both, "both", why, placed | {"cut_s": round(filled.begin_s, 3), "filled_s": filled_s}


def _has_less(head: Road, other: Road) -> bool:
    """True when what lacks in the slices, and that the live road has, is worth more than what lacks in the live one.

    An encoder may stall while the camera goes on: then slices of the right length have a hole in the picture.
    """
    longest = max(head.seconds, other.seconds)
    lacks = [road.gaps_s + longest - road.seconds for road in (head, other)]
    return _has_all(other, head) and head.gaps_s > SAME_S and lacks[0] > lacks[1] + SAME_S


def _has_all(road: Road, other: Road) -> bool:
    """True when a road has the tracks that the other one has, and a picture that goes on as that one's does."""
    # Of a picture that ends after a moment no rate is known, and so no gap.
    return not lacks_track(road, other) and 2 * len(road.found.times) >= len(other.found.times)


def _file(slices: Slices, rows: Sequence[tuple[Run, list[Path]]], folder: Path, alone: bool) -> Road | None:
    """The rows of one file: up to the first hole, and from there on what a reader finds again; the times stay right.

    None when its begin is lost, without which nobody knows what it is, or nothing of it can be played. Where the page
    began anew in a hole, which it says or a clock that jumps there, nobody knows the place of the rest: it is of use
    only where there is no other road.
    """
    if not begins_file(rows[0][1][0]):
        return None
    road, ends = None, []
    for count in range(1, min(len(rows), _ROWS) + 1):
        enough = road is not None and not road.empty and not alone
        if enough and slices.began_in(rows[count - 2][0].last, rows[count - 1][0].first):
            break
        path = folder / f"slices-{rows[0][0].first}-rows-{count}"
        # All of them without what a hole tore, so that their begin is the same.
        path.write_bytes(over_the_holes(rows[:count]) if len(rows) > 1 else data_of(rows[0][1]))
        longer = _playable(path)
        if longer and road and enough and longer.found.breaks != road.found.breaks:
            break
        if longer and (road is None or longer.seconds > road.seconds):
            ends += [road.picture_end_s] if road else [0.0] if count > 1 else []
            road = replace(longer, begun=road.begun and not road.empty if road else count == 1)
    if rows[1:] and (road is None or road.empty):
        path.write_bytes(data_of(rows[0][1]))
        return _playable(path)
    return after_holes(road, ends) if road else None


def _in_step(slices: Slices, head: Road | None) -> Road | None:
    """The head with picture and sound as far apart as the page saw them begin.

    In an MP4 of a browser both begin at 0, whatever came first, and stay out of step to the end.
    """
    later_s = slices.manifest.sound_later_s if slices.manifest else None
    if head is None or later_s is None or abs(later_s) < SAME_S or not (head.found.times and head.found.audio_codec):
        return head
    if not is_mp4(head.path) or abs(head.found.audio_start_s - head.found.times[0]) > _TOGETHER_S:
        return head
    try:
        apart = _playable(retimed(head.path, head.path.with_name(f"{head.path.name}-apart.mkv"), later_s))
        return replace(apart, begun=head.begun) if apart else head
    except av.error.FFmpegError:
        return head


def _with_later_files(slices: Slices, head: Road | None, alone: bool, folder: Path) -> tuple[Road | None, list[Road]]:
    """The head, with each file that began later behind it, where the page's clock says when.

    A page that was torn away says nothing: when there is no other road, the files then follow one another at once, and
    the first one of which the begin is there takes the place of a head that is lost. The others are answered: files
    that can be played, and of which nobody knows the place.
    """
    unplaced: list[Road] = []
    head_after_s = 0.0
    for rows in slices.files[1:] if head else slices.files:
        later, after_s = _file(slices, rows, folder, alone), slices.began_after_s(rows[0][0].first)
        if later is None:
            continue
        if not later.begun or (head and not head.begun):
            after_s = None
        if head is None and alone:
            head, head_after_s = later, after_s or 0.0
            continue
        if after_s is None and alone and head:
            after_s = head_after_s + head.seconds
        if head is None or after_s is None:
            unplaced.append(later)
            continue
        head = _behind(head, later, after_s - head_after_s) or head
    return head, unplaced


def _and_the_rest(
    road: Road, unplaced: Sequence[Road], live: Road, since_s: float, live_later_s: float
) -> tuple[Road, list[Any]]:
    """What was taken, with what the files hold that it lacks; where each came, in seconds, and by what that is known.

    Where the live road holds the same sound from `since_s` of its own on, that tells; the live road begins
    `live_later_s` later than what was taken. Where it does not, it ended before, and so did all else.
    """
    added: list[Any] = []
    for later in unplaced:
        look_s = max(0.0, live.seconds - since_s) / 2
        lag = lag_s(envelope(live), envelope(later), since_s + look_s, look_s)
        after_s = road.seconds if lag is None else live_later_s + lag
        if joined := _behind(road, later, after_s):
            road = joined
            added.append({"after_s": round(after_s, 3), "by": "order" if lag is None else "sound"})
    return road, added


def _behind(head: Road, later: Road, after_s: float) -> Road | None:
    """A road with what a later one has and it lacks; None when it has all of that, or the two cannot be joined."""
    filled = fill(head, later, after_s)
    if filled.most_s <= _TOGETHER_S:
        return None
    try:
        return _joined(head, later, after_s, filled, later.path.with_name(f"{later.path.name}-behind.mkv"))
    except FfmpegError:
        return None


def _joined(road: Road, other: Road, shift_s: float, filled: Fill, path: Path) -> Road:
    """One road of two, which knows what it still lacks although its sound goes on in silence. Raises FfmpegError."""
    made = _playable(stitch(road, other, shift_s, filled, path))
    if made is None:
        raise FfmpegError("nothing was joined")
    gaps = left(road.gaps("sound"), filled.sound, made.seconds) if made.found.audio_codec else ()
    return replace(made, found=replace(made.found, sound_gaps=gaps), begun=road.begun)


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

"""One recording of an answer, and what another one has of it that this one lacks: picture and sound each by itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf
from pathlib import Path
from typing import Any

from recorder.media.clock import usual_step
from recorder.media.measure import Scan, Span

_SAME_S = 0.001
_WORTH_S = 0.25
"""The shortest gap that is filled: the clocks of two roads are not laid on each other more exactly than they are."""


@dataclass(frozen=True)
class Road:
    """One road as a file that can be played.

    Not `begun`: its first packets are lost, so that it begins at another moment than the page says that it did.
    """

    path: Path
    found: Scan
    begun: bool = True

    @property
    def seconds(self) -> float:
        return self.found.seconds

    @property
    def empty(self) -> bool:
        """True when there is neither picture nor sound in it."""
        return not (self.found.times or self.found.audio_codec)

    @property
    def gaps_s(self) -> float:
        """How long in all picture or sound is missing of a track that is there."""
        return self.found.picture_gaps_s + self.found.sound_gaps_s

    @property
    def picture_end_s(self) -> float:
        """When the last picture was shown for as long as the others; 0 without any."""
        times = self.found.times
        return times[-1] + max(usual_step(times), 2 * _SAME_S) if times else 0.0

    def figures(self) -> dict[str, Any]:
        heard_s = self.found.audio_end_s - self.found.audio_start_s if self.found.audio_codec else 0.0
        size = self.found.size
        figures = {
            "seconds": round(self.seconds, 3),
            "frames": len(self.found.times),
            "audio_s": round(heard_s, 3),
            "codec": self.found.video_codec,
            "size": f"{size[0]}x{size[1]}" if size else None,
        }
        gaps = {"picture_gaps_s": self.found.picture_gaps_s, "sound_gaps_s": self.found.sound_gaps_s}
        figures |= {name: round(gap_s, 3) for name, gap_s in gaps.items() if gap_s}
        # What its own clock said wrong; a plain recording has nothing of it.
        clock = {"clock_breaks_s": dict(self.found.breaks), "wild_times": self.found.wild}
        return figures if self.found.steady else figures | clock

    def gaps(self, kind: str) -> list[Span]:
        """From when to when there is no picture, or no sound; before its begin and after its end there is none."""
        there, gaps = {
            "picture": (self.found.video_codec, self.found.picture_gaps),
            "sound": (self.found.audio_codec, self.found.sound_gaps),
        }[kind]
        return _merged([(-inf, 0.0), *gaps, (self.seconds, inf)]) if there else [(-inf, inf)]


@dataclass(frozen=True)
class Fill:
    """From when to when another road stands in for the picture and for the sound of one, by the clock of that one."""

    picture: tuple[Span, ...] = ()
    sound: tuple[Span, ...] = ()

    @property
    def most_s(self) -> float:
        """How long it does, in the track in which it does longer."""
        return max(length_s(self.picture), length_s(self.sound))

    @property
    def begin_s(self) -> float:
        """When it does first."""
        return min((begin for begin, _ in (*self.picture, *self.sound)), default=0.0)


def fill(
    road: Road, other: Road, shift_s: float, begin_s: float = 0.0, inside: bool = True, longer_s: float = _WORTH_S
) -> Fill:
    """What `other`, which begins `shift_s` later, has in the gaps of `road` that are longer, from `begin_s` of it on.

    Not `inside`: only what comes after its end, and a track that it has not at all, since nobody knows how the two lie
    beside each other.
    """
    found = {}
    for kind in ("picture", "sound"):
        wanted = [(max(a, begin_s), b) for a, b in road.gaps(kind) if b - a > longer_s and (inside or b == inf)]
        had = [(a + shift_s, b + shift_s) for a, b in between(other.gaps(kind))]
        found[kind] = tuple(_both(wanted, had))
    return Fill(**found)


def all_of(other: Road, shift_s: float) -> Fill:
    """All that `other`, which begins `shift_s` later, has: only in its gaps the one behind it is seen and heard."""
    found = {}
    for kind in ("picture", "sound"):
        had = between([(a, b) for a, b in other.gaps(kind) if b - a > _WORTH_S])
        found[kind] = tuple((a + shift_s, b + shift_s) for a, b in had)
    return Fill(**found)


def after_holes(road: Road, ends: Sequence[float]) -> Road:
    """The same, whose picture lacks from each of these ends up to the next keyframe: what is between shows nothing."""
    found = road.found
    lost = [(end, min((at for at in found.keyframes if at > end - _SAME_S), default=road.seconds)) for end in ends]
    lost = [(end, key) for end, key in lost if key > end]
    if not lost or not found.times:
        return road
    return replace(road, found=replace(found, picture_gaps=tuple(_merged([*found.picture_gaps, *lost]))))


def lacks_track(road: Road, other: Road) -> bool:
    """True when the other road has a picture, or sound, and this one has none at all.

    The head of an MP4 may end before the browser has written any sound to it.
    """
    ours, theirs = road.found, other.found
    return bool(theirs.video_codec) > bool(ours.video_codec) or bool(theirs.audio_codec) > bool(ours.audio_codec)


def left(gaps: Sequence[Span], filled: Sequence[Span], seconds: float) -> tuple[Span, ...]:
    """What is left of gaps when these parts are filled, in something that lasts so long."""
    unfilled = _both(gaps, between([(-inf, -inf), *filled, (inf, inf)]))
    return tuple(_both(list(unfilled), [(0.0, seconds)]))


def length_s(spans: Sequence[Span]) -> float:
    """How long these are in all."""
    return sum(end - begin for begin, end in spans)


def _merged(spans: Sequence[Span]) -> list[Span]:
    """The same in order, those that touch made one."""
    merged: list[Span] = []
    for begin, end in sorted(spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((begin, end))
    return merged


def between(spans: Sequence[Span]) -> list[Span]:
    """From the end of each to the begin of the next one."""
    return [(end, begin) for (_, end), (begin, _) in pairwise(spans) if begin > end]


def _both(some: Sequence[Span], others: Sequence[Span]) -> Iterator[Span]:
    """Where one of the ones and one of the others are."""
    for begin, end in some:
        for from_s, to_s in others:
            if min(end, to_s) > max(begin, from_s):
                yield max(begin, from_s), min(end, to_s)

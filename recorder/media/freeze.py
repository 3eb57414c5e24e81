"""How long the picture of a recording stood still, whatever the codec and however often it has a keyframe.

A camera that hangs gives the same picture again and again. What a decoder makes of it is not the same each time: a
keyframe is drawn anew, encoders go on refining a still, and where bits are few they leave the grain of a living picture
out. So nothing is said by one sign alone.

Two things are only seen of a camera that hangs. Two keyframes whose pictures are the same in every point: encoders do
the same with the same picture, while a camera that lives never gives one twice. And a second, away from keyframes, in
which hardly any point changes: who sits still breathes, and moves the edges of head and shoulders by half a point.

Where neither is seen, a stretch is likely frozen, and somebody should look, when nothing moves (no small part of the
picture becomes lighter or darker than it was when the stretch began, keyframes set aside) and no point of it changes
from each picture to the next as the noise of a camera does.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from operator import sub
from statistics import median, quantiles
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

RATE = 5
"""Small pictures a second that are looked at."""
CELLS = (80, 45)
"""Into how many parts the picture is averaged."""
APART_S = 1
"""Points are compared with those so many seconds before."""
FROZEN_S = 2.0
"""A picture that stands still for less is no fault of a camera."""
# All of these are held by the error rates that `make bench ARGS=freeze` prints.
_MOVED, _REDRAWN, _GRAIN = 4, 14, 0.008
"""By how many greys a part must change to have moved, and by how many from one keyframe's picture to the next one's;
which share of all points always changes where a camera lives."""
_QUIET = 0.00025
"""Which share of the points differs over a second where nothing lives."""
_PROOF_S, _WAVERS_S = 2.0, 2.0
"""How long a proof must be; and within what time a keyframe may be the same that is not the next, since encoders waver
between a few qualities."""
_FAR, _NEAR, _NEARLY = 3, 1, 1 / 32
"""A point that differs by more than so many of 256 greys counts, one that does by fewer counts little: what encoders
refine is a grey or two."""
_AROUND_S = 2.5
"""How far a freeze that is proven reaches beyond its proof, where nothing moves: pictures settle after a keyframe."""
_LOOK_S, _STEP_S = 4.0, 0.25
"""How long grain is looked for at a time, and in what steps: a coder may leave it out for a moment."""
_SETTLES_S, _SETTLES_SHARE = 0.5, 0.6
"""For how long after a keyframe, and for which share of the way to the next, a picture is not yet what it will be."""

Span = tuple[float, float]
"""From when to when, in seconds."""


@dataclass(frozen=True)
class Look:
    """What was looked at. Times in seconds, counted from the first picture on; shares of the points, 0 to 1.

    `pictures`: RATE small grey pictures a second. `changes`: which share differs at all from the picture just before,
    a few each second. `apart`: which share differs from the picture a second before. `keyframes`: their times.
    `prints`: for the picture of each keyframe, its time and a checksum. `gaps`: where no picture came.
    """

    pictures: Sequence[bytes]
    changes: Sequence[tuple[float, float]]
    apart: Sequence[tuple[float, float]]
    keyframes: Sequence[float]
    prints: Sequence[tuple[float, int]]
    gaps: Sequence[Span] = ()


def apart(points: NDArray[np.uint8]) -> list[tuple[float, float]]:
    """The `apart` of a look, by RATE pictures a second, each a row of points."""
    steps = APART_S * RATE
    found = []
    for number in range(steps, len(points)):
        one, other = points[number], points[number - steps]
        differences = np.maximum(one, other) - np.minimum(one, other)
        far = np.count_nonzero(differences > _FAR)
        near = np.count_nonzero(differences > _NEAR) - far
        found.append((number / RATE, float(far + _NEARLY * near) / differences.size))
    return found


class Frozen(NamedTuple):
    """For how many seconds the picture stood still, in stretches of two seconds and more.

    `proven_s`: there is proof that the camera hung. `likely_s`: beside these, somebody should look.
    """

    proven_s: float
    likely_s: float


def frozen(look: Look) -> Frozen:
    """How long the camera hung, surely and perhaps."""
    repeated, quiet = _repeated(look.prints), _quiet(look)
    likely: list[Span] = []
    proofs = [*look.gaps, *(_reaching(span, look.keyframes) for span in repeated if _length(span) >= _PROOF_S)]
    for begin, end in _still(look):
        if end - begin >= FROZEN_S:
            proven = _joined(one for span in (*repeated, *quiet) if (one := _within(span, begin, end)))
            enough = sum(map(_length, proven)) >= _PROOF_S
            if enough:
                proofs.append(_around(proven, begin, end))
            else:
                likely += _lifeless(look, begin, end)
    proven_s, all_s = _long(proofs), _long([*proofs, *likely])
    return Frozen(proven_s, all_s - proven_s)


def _long(spans: Iterable[Span]) -> float:
    return sum(length for length in map(_length, _joined(spans)) if length >= FROZEN_S)


def _repeated(prints: Sequence[tuple[float, int]]) -> list[Span]:
    """From each keyframe to a next one whose picture is the same; what has no grain and breathes may come back once."""
    last: dict[int, int] = {}
    found = []
    for number, (time, mark) in enumerate(prints):
        before = last.get(mark, number)
        if number - before == 1 or (number > before and time - prints[before][0] <= _WAVERS_S):
            found.append((prints[before][0], time))
        last[mark] = number
    return _joined(found)


def _reaching(span: Span, keyframes: Sequence[float]) -> Span:
    """The same, and what is near it, up to the keyframes that are another picture."""
    before = max((time for time in keyframes if time < span[0] - 1 / RATE), default=0.0)
    after = min((time for time in keyframes if time > span[1] + 1 / RATE), default=span[1])
    return max(before, span[0] - _AROUND_S), min(after, span[1] + _AROUND_S)


def _quiet(look: Look) -> list[Span]:
    """Where for one second after another hardly any point changed."""
    found: list[Span] = []
    begin: float | None = None
    for time, share in look.apart:
        in_gap = any(first < time and time - APART_S < last for first, last in look.gaps)
        if time >= APART_S and share < _QUIET and not in_gap:
            begin = time - APART_S if begin is None else begin
            found.append((begin, time))
        else:
            begin = None
    return _joined(found)


def _around(proven: Sequence[Span], begin: float, end: float) -> Span:
    """What of a still stretch is frozen: all between the proofs, and what is near them."""
    return max(begin, proven[0][0] - _AROUND_S), min(end, proven[-1][1] + _AROUND_S)


def _length(span: Span) -> float:
    return span[1] - span[0]


def _lifeless(look: Look, begin: float, end: float) -> list[Span]:
    """The part of a still stretch, without proof, in which there is no grain."""
    found, at = [], begin
    while at < end:
        until = end if end - at < _LOOK_S + FROZEN_S else at + _LOOK_S
        # Where no picture came nothing has changed.
        steps = [0.0] * max(2, round((until - at) / _STEP_S))
        for time, share in look.changes:
            if at <= time < until:
                step = min(len(steps) - 1, int((time - at) / _STEP_S))
                steps[step] = max(steps[step], share)
        if quantiles(steps, n=10)[0] < _GRAIN:
            found.append((at, until))
        at = until
    return found


def _still(look: Look) -> list[Span]:
    """The stretches in which no part of the picture moved."""
    count = len(look.pictures)
    settled = _settled(count, look.keyframes)
    groups = [bisect_right(look.keyframes, number / RATE) for number in range(count)]
    found, begin = [], 0
    while begin < count:
        end = _still_until(look.pictures, settled, groups, begin)
        found.append((begin / RATE, end / RATE))
        begin = max(end, begin + 1)
    return found


def _settled(count: int, keyframes: Sequence[float]) -> list[bool]:
    """For each picture whether it may be compared: not one just after a keyframe."""
    gaps = [b - a for a, b in pairwise(keyframes)]
    settles_s = min(_SETTLES_S, _SETTLES_SHARE * median(gaps)) if gaps else _SETTLES_S
    settled = [True] * count
    for time in keyframes:
        for number in range(max(0, ceil(time * RATE)), min(count, int((time + settles_s) * RATE) + 1)):
            settled[number] = False
    return settled


def _still_until(pictures: Sequence[bytes], settled: Sequence[bool], groups: Sequence[int], begin: int) -> int:
    """Where a still stretch ends: a picture has moved away from the first of its keyframe's, or that from the last."""
    base, group, end = None, None, begin
    for number in range(begin, len(pictures)):
        if not settled[number]:
            continue
        picture = pictures[number]
        if base is not None and moved(base, picture, _MOVED if group == groups[number] else _REDRAWN):
            return end
        end = number + 1
        if group != groups[number]:
            base, group = picture, groups[number]
    return len(pictures)


def moved(one: bytes, other: bytes, by: int) -> bool:
    """True when some part of the picture is `by` greys lighter or darker in the other."""
    if one == other:
        return False
    differences: list[int] = list(map(sub, one, other))
    return max(differences) >= by or min(differences) <= -by


def _within(span: Span, begin: float, end: float) -> Span | None:
    first, last = max(begin, span[0]), min(end, span[1])
    return (first, last) if last - first > 1 / RATE else None


def _joined(spans: Iterable[Span]) -> list[Span]:
    """The same time in spans that do not touch, in order."""
    joined: list[Span] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return joined

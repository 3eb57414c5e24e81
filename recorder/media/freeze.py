"""How long the picture of a recording stood still, whatever the codec and however often it has a keyframe.

A camera that hangs gives the same picture again and again. What a decoder makes of it is not the same each time: every
keyframe is drawn anew, a little different from the one before, and encoders go on refining a still. So two things are
asked of each stretch of time. Does anything move: does a small part of the picture become lighter or darker than it
was when the stretch began, keyframes set aside? And is there life in the grain: does some of the picture change from
each picture to the next, as the noise of a camera does? Who sits still before a camera has grain; only a picture with
neither is frozen.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from math import ceil
from operator import sub
from statistics import median, quantiles

RATE = 5
"""Small pictures a second that are looked at."""
CELLS = (80, 45)
"""Into how many parts the picture is averaged."""
MOVED, REDRAWN, GRAIN = 4, 14, 0.008
"""By how many of 256 greys a part must change to have moved, and by how many from one keyframe's picture to the next
one's; which share of all points always changes where a camera lives. All three are held by the error rates that
`make bench ARGS=freeze` prints."""
FROZEN_S = 2.0
"""A picture that stands still for less is no fault of a camera."""
_LOOK_S, _STEP_S = 4.0, 0.25
"""How long grain is looked for at a time, and in what steps: a coder may leave it out for a moment."""
_SETTLES_S, _SETTLES_SHARE = 0.5, 0.6
"""For how long after a keyframe, and for which share of the way to the next, a picture is not yet what it will be."""


def frozen_s(pictures: Sequence[bytes], changes: Sequence[tuple[float, float]], keyframes: Sequence[float]) -> float:
    """For how many seconds the picture stood still, in stretches of two seconds and more.

    `pictures`: RATE small grey pictures a second. `changes`: (seconds, share of the points that differ from the picture
    before, 0 to 1), a few each second. `keyframes`: their times in seconds. Times count from the first picture on.
    """
    settled = _settled(len(pictures), keyframes)
    groups = [bisect_right(keyframes, number / RATE) for number in range(len(pictures))]
    total, begin = 0.0, 0
    while begin < len(pictures):
        end = _still_until(pictures, settled, groups, begin)
        if (end - begin) / RATE >= FROZEN_S:
            total += _without_grain(begin / RATE, end / RATE, changes)
        begin = max(end, begin + 1)
    return total


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
        if base is not None and moved(base, picture, MOVED if group == groups[number] else REDRAWN):
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


def _without_grain(begin_s: float, end_s: float, changes: Sequence[tuple[float, float]]) -> float:
    """The part of a still stretch in which nothing lives, looked at some seconds at a time."""
    total, at = 0.0, begin_s
    while at < end_s:
        until = end_s if end_s - at < _LOOK_S + FROZEN_S else at + _LOOK_S
        # Where no picture came nothing has changed.
        shares = [0.0] * max(2, round((until - at) / _STEP_S))
        for time, share in changes:
            if at <= time < until:
                step = min(len(shares) - 1, int((time - at) / _STEP_S))
                shares[step] = max(shares[step], share)
        if quantiles(shares, n=10)[0] < GRAIN:
            total += until - at
        at = until
    return total

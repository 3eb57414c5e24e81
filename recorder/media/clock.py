"""Lays the times of one track on a clock that goes forward, so that nothing recorded falls out of the film.

A clock may jump back or stand still while pictures and sound go on (another source took over, a device came back), and
a single time may be wild. What came one after the other stays so: no item is dropped, each gets the time at which its
turn comes. A hole stays a hole.
"""

from bisect import bisect, bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from statistics import median

_LEAP_S, _LOOK = 1.0, 8
"""How far a time must be from its turn to be called wild, and among how many next ones it may stand alone."""
_ENDLESS_S = 30.0
"""A last item that is farther than this from the one before is wild, not late."""
_SOUND_BACK_S, _PICTURE_BACK_S = 0.1, 0.5
"""How far times may fall behind their turn before that is a break of the clock."""
_OWN_S = 0.002
"""A picture that comes so much after the one before has a time of its own, however soon: it neither fell back nor
stands still. A busy machine gives none for a while, and then many at once."""
_SAME_S, _NEAR_S = 0.5, 0.25
_JITTER_S = 0.01
_FORGET, _DRIFT = 0.99, 0.001
_AROUND = 12
"""Among how many pictures before and after it is seen how fast they come there."""


@dataclass
class Laid:
    """The time of each item, in seconds; by how much the clock was set right at each break; how many were wild."""

    times: list[float] = field(default_factory=list)
    breaks: list[float] = field(default_factory=list)
    wild: int = 0

    @property
    def changed(self) -> bool:
        """True when any time is not what the recording says."""
        return bool(self.breaks or self.wild)


def lay_sound(times: Sequence[float], lengths: Sequence[float]) -> Laid:
    """Lay packets of sound on a clock that goes forward: `times` in the order in which they came, `lengths` of each."""
    return _lay(times, lengths, _SOUND_BACK_S, _JITTER_S, inf)


def lay_pictures(times: Sequence[float], sound: Laid) -> Laid:
    """Lay pictures on a clock that goes forward; they may come in a somewhat other order than they are shown.

    A break of nearly the same size as one of the `sound` is the same break and is mended alike, so that picture and
    sound stay in step.
    """
    return _lay(times, _steps(times), _PICTURE_BACK_S, _PICTURE_BACK_S, _OWN_S, sound.breaks)


def in_step(laid: Laid, turns: Sequence[int], other: Laid, other_turns: Sequence[int]) -> Laid:
    """A track whose clock jumped back where nothing came of it, so that its own times do not show it, set right.

    Another track of the file went on meanwhile, and what lies beside each other in the file came together. `turns`,
    `other_turns`: the place in the file of each item. Where the file is not in the order of time nothing is done.
    """
    found = Laid(breaks=list(laid.breaks), wild=laid.wild)
    beside = [max(0, bisect(other_turns, turn) - 1) for turn in turns]
    ahead = [other.times[number] - time for number, time in zip(beside, laid.times, strict=True)] if other.times else []
    # What lies before the other track, behind it or in a hole of it came together with nothing.
    goes = [later - sooner <= _NEAR_S for sooner, later in pairwise(other.times)] + [False]
    together = [bool(ahead) and turn > other_turns[0] and goes[n] for turn, n in zip(turns, beside, strict=True)]
    shift = 0.0
    for index, time in enumerate(laid.times):
        if index and ahead and ahead[index] - ahead[index - 1] > _SAME_S:
            first = min(index - 1, bisect_left(laid.times, laid.times[index - 1] - _LEAP_S, hi=index))
            last = max(index + 1, bisect(laid.times, time + _LEAP_S, lo=index))
            there = other.times[beside[index - 1] : beside[index] + 1]
            goes_on = all(later - sooner <= _SAME_S for sooner, later in pairwise(there))
            before, after = (
                [one for one, known in zip(ahead[a:b], together[a:b], strict=True) if known]
                for a, b in ((first, index), (index, last))
            )
            step = _leap(before, after) if goes_on else 0.0
            if step > _SAME_S:
                shift += step
                found.breaks.append(step)
        found.times.append(time + shift)
    return found


def _leap(before: Sequence[float], after: Sequence[float]) -> float:
    """By how much the other track is further ahead after than before; 0 where either side has none or is at odds."""
    if not all(side and max(side) - min(side) <= _NEAR_S for side in (before, after)):
        return 0.0
    return median(after) - median(before)


def _steps(times: Sequence[float]) -> list[float]:
    """How soon the next picture may come after each: a camera gives fewer in the dark, and more again in the light."""
    usual, steps = usual_step(sorted(times)), [b - a for a, b in pairwise(times)]
    found = []
    for index in range(len(times)):
        near = sorted(step for step in steps[max(0, index - _AROUND) : index + _AROUND] if step > 0)
        found.append(min(usual, near[len(near) // 4]) if near else usual)
    return found


def _lay(
    times: Sequence[float],
    lengths: Sequence[float],
    back_s: float,
    slack_s: float,
    own_s: float,
    known: Sequence[float] = (),
) -> Laid:
    laid = Laid()
    shift = debt = before = turn = end = 0.0
    stands = False
    for index, time in enumerate(times):
        if index == 0:
            before = turn = end = times[1] - lengths[0] if _wild_first(times) else time
        due = before + (lengths[index - 1] if index else 0.0)
        has_own = index > 0 and time - before > own_s
        if not (has_own and time < due) and _wild(times, index, due):
            laid.wild += 1
            laid.times.append(turn)
            before = due
        else:
            stands = stands and due - time > _JITTER_S
            debt = max(0.0, _FORGET * debt + min(due - time, 0.0 if has_own else inf))
            if debt > (slack_s if stands else back_s):
                step = _same(end - time - shift, known)
                shift, debt, stands = shift + step, 0.0, True
                laid.breaks.append(step)
            elif shift > back_s and time + shift - turn >= 0.9 * shift:
                # The clock has caught up with what it had stood still for.
                laid.breaks.append(-shift)
                shift = 0.0
            laid.times.append(time + shift if has_own else max(time + shift, turn - slack_s))
            before = time
        turn = laid.times[-1] + lengths[index]
        end = max(end + lengths[index] - _DRIFT * lengths[index], turn)
    return laid


def _wild(times: Sequence[float], index: int, due: float) -> bool:
    """True when this time leaps away from its turn and from the next ones, one of which is back where it should be."""
    away = abs(times[index] - due)
    if away <= _LEAP_S:
        return False
    following = times[index + 1 : index + 1 + _LOOK]
    if not following:
        return index > 0 and away > _ENDLESS_S
    if min(following) >= due and times[index] - max(following) > _ENDLESS_S:
        return True  # a hole before it, and so the next ones are not where it should be either
    return any(abs(time - due) <= _LEAP_S < abs(time - times[index]) for time in following)


def _wild_first(times: Sequence[float]) -> bool:
    """True when the first time is far after the next two, or endlessly long before them."""
    return len(times) > 1 and not any(-_ENDLESS_S <= times[0] - time <= _LEAP_S for time in times[1:3])


def _same(step: float, known: Sequence[float]) -> float:
    alike = [one for one in known if abs(one - step) <= _SAME_S]
    return min(alike, key=lambda one: abs(one - step)) if alike else step


def usual_step(times: Sequence[float]) -> float:
    """The usual time from one picture to the next, in seconds; 0 when there are not two."""
    steps = [b - a for a, b in pairwise(times) if b > a]
    return median(steps) if steps else 0.0

"""Figures of a year that may be shown: shares with their margin, and small numbers left out.

A margin is that of Wilson (1927), of 95 %: it holds for few exams and for shares near nothing or all, where the usual
one does not. A number below the least that is shown is left out, and with it as many others as it takes that nobody
reckons it from a total (secondary suppression; Hundepool and others, Statistical Disclosure Control, 2012, ch. 4).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

Z = 1.959964
"""The quantile of the normal distribution that leaves 2.5 % above it."""


@dataclass(frozen=True)
class Share:
    """So many of so many, with the margin around the share. None where that may not be shown."""

    part: int | None
    whole: int | None
    low: float | None = None
    high: float | None = None

    @property
    def value(self) -> float | None:
        """The share, between 0 and 1."""
        return self.part / self.whole if self.part is not None and self.whole else None


def wilson(part: int, whole: int) -> tuple[float, float]:
    """The margin around part / whole. Raises ValueError for a part of nothing."""
    if not 0 <= part <= whole or whole == 0:
        raise ValueError(f"{part} of {whole}")
    share, square = part / whole, Z * Z / whole
    middle = (share + square / 2) / (1 + square)
    half = Z * sqrt(share * (1 - share) / whole + square / (4 * whole)) / (1 + square)
    return max(0.0, middle - half), min(1.0, middle + half)


def share(part: int, whole: int, least: int) -> Share:
    """The share, unless either side of it is smaller than `least`: then all is known of somebody, or nearly.

    The whole stays when it is large enough itself.
    """
    if whole < least:
        return Share(None, None)
    if min(part, whole - part) < least:
        return Share(None, whole)
    return Share(part, whole, *wilson(part, whole))


def shown(counts: Sequence[int], least: int) -> tuple[list[int | None], int | None]:
    """The counts and their total, without those from 1 to below `least` and what would tell them.

    What is left out is two counts or more, and `least` or more together; when that cannot be, the total is left out.
    """
    cells: list[int | None] = [None if 0 < one < least else one for one in counts]
    total = sum(counts)
    out = [at for at, one in enumerate(cells) if one is None]
    if not out:
        return cells, total if total == 0 or total >= least else None
    others = sorted((one, at) for at, one in enumerate(cells) if one)
    while others and (len(out) < 2 or sum(counts[at] for at in out) < least):
        _, at = others.pop(0)
        cells[at] = None
        out.append(at)
    safe = len(out) >= 2 and sum(counts[at] for at in out) >= least
    return cells, total if safe else None


@dataclass(frozen=True)
class Spread:
    """How many days something took: half of them at most `median`, nine of ten at most `ninth`. None when too few."""

    number: int | None
    median: int | None = None
    ninth: int | None = None


def spread(days: Mapping[int, int], least: int) -> Spread:
    """Of so many times so many days. The nearest rank: a number of days that was really there."""
    number = sum(days.values())
    if number < least:
        return Spread(None)
    return Spread(number, _rank(days, 0.5), _rank(days, 0.9))


def _rank(days: Mapping[int, int], part: float) -> int:
    wanted, so_far = part * sum(days.values()), 0
    for one in sorted(days):
        so_far += days[one]
        if so_far >= wanted:
            return one
    raise ValueError("nothing to rank")

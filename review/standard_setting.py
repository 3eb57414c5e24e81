"""The cut of a theory test by a panel: the method of Angoff, with the interval that its judges leave.

Each judge says of each item which share of candidates who are just good enough would have it right. A judge's cut is
the mean of that over the items, weighed by their points; the panel's cut is the mean of its judges. The interval is
that of a mean, with Student's t for one degree of freedom less than there are judges: other judges of the same kind
would land in it 95 times of 100.

Source: Angoff 1971, in Educational Measurement; Cizek and Bunch 2007, Standard Setting.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt


@dataclass(frozen=True)
class ItemEstimate:
    """What a panel made of one item: the mean, and how far its judges lie apart (largest minus smallest)."""

    item: str
    mean: Fraction
    spread: Fraction


@dataclass(frozen=True)
class Panel:
    """The cut as an exact share of the points, its 95 % interval (None with one judge), each judge's own cut, items."""

    cut: Fraction
    low: float | None
    high: float | None
    judges: Mapping[str, Fraction]
    items: tuple[ItemEstimate, ...]


def angoff(estimates: Mapping[str, Mapping[str, Fraction]], points: Mapping[str, Fraction]) -> Panel:
    """The panel's cut from each judge's estimate of each item, shares from 0 to 1; `points` are the most of each item.

    Raises ValueError without judges or items, for points that are not above 0, for an estimate that is missing, is of
    another item or is no share.
    """
    if not estimates or not points or min(points.values()) <= 0:
        raise ValueError("no judges, no items, or an item without points")
    for judge, given in estimates.items():
        if given.keys() != points.keys():
            raise ValueError(f"{judge}: {', '.join(sorted(given.keys() ^ points.keys()))}")
        if wrong := [item for item, share in given.items() if not 0 <= share <= 1]:
            raise ValueError(f"{judge}: {min(wrong)} is no share")
    whole = sum(points.values(), Fraction(0))
    judges = {
        judge: sum((share * points[item] for item, share in given.items()), Fraction(0)) / whole
        for judge, given in estimates.items()
    }
    cut = _mean(list(judges.values()))
    items = []
    for item in points:
        shares = [given[item] for given in estimates.values()]
        items.append(ItemEstimate(item, _mean(shares), max(shares) - min(shares)))
    if len(judges) == 1:
        return Panel(cut, None, None, judges, tuple(items))
    from scipy.special import stdtrit

    spread = sum((one - cut) ** 2 for one in judges.values()) / (len(judges) - 1)
    margin = float(stdtrit(len(judges) - 1, 0.975)) * sqrt(spread / len(judges))
    return Panel(cut, max(0.0, float(cut) - margin), min(1.0, float(cut) + margin), judges, tuple(items))


def _mean(shares: list[Fraction]) -> Fraction:
    return sum(shares, Fraction(0)) / len(shares)

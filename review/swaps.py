"""A person puts one assessor in the place of another in a proposal: who can, and what the plan then is."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from review.batch import Allocation, Batch, Mode


@dataclass(frozen=True)
class Swap:
    """All that `old` was given of this candidate goes to `new`."""

    candidate: str
    old: str
    new: str


def takers(batch: Batch, plan: Allocation, candidate: str, old: str) -> list[str]:
    """Who can take all that `old` has of this candidate, in the order of the batch: free, there, and without a tie."""
    given = {one.answer for one in plan.assignments if (one.candidate, one.assessor) == (candidate, old)}
    load = Counter(one.assessor for one in plan.assignments)
    found = []
    for one in batch.assessors:
        own = {a.answer for a in plan.assignments if (a.candidate, a.assessor) == (candidate, one.key)}
        held = set(batch.held.get((one.key, candidate), ()))
        alone = not own if batch.panel.mode is Mode.WHOLE else not given & (own | held)
        fits = len(given) + len(own) <= batch.share(one.key, candidate)
        room = len(given) + load[one.key] <= one.capacity(*batch.period)
        if given and one.key != old and alone and fits and room:
            found.append(one.key)
    return found


def swapped(batch: Batch, plan: Allocation, swap: Swap) -> Allocation:
    """The plan after this swap. Raises ValueError when the new one cannot take it."""
    if swap.new not in takers(batch, plan, swap.candidate, swap.old):
        raise ValueError("cannot take this work")
    assignments = (
        replace(one, assessor=swap.new) if (one.candidate, one.assessor) == (swap.candidate, swap.old) else one
        for one in plan.assignments
    )
    return replace(plan, assignments=tuple(sorted(assignments)))


def all_swapped(batch: Batch, plan: Allocation, swaps: Iterable[Swap]) -> Allocation:
    """The plan after these swaps, one after the other. Raises ValueError as `swapped` does."""
    for swap in swaps:
        plan = swapped(batch, plan, swap)
    return plan

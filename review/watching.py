"""What of a recording was seen: stretches of it, as (from, to) in seconds from its start."""

from collections.abc import Iterable

Part = tuple[float, float]

SHORT_S = 2.0
"""A stretch that was not seen counts from so many seconds: players round, and a jump lands beside the moment."""


def joined(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The same stretches in their order, those that touch or overlap as one; empty ones are left out."""
    found: list[Part] = []
    for start, end in sorted(part for part in parts if part[1] > part[0]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def unseen(parts: Iterable[Part], seconds: float) -> tuple[Part, ...]:
    """The stretches of a recording of `seconds` that lie in none of `parts`; of a very short one half counts too."""
    found, at = [], 0.0
    for start, end in (*joined(parts), (seconds, seconds)):
        if min(start, seconds) - at >= min(SHORT_S, seconds / 2) > 0:
            found.append((at, min(start, seconds)))
        at = max(at, end)
    return tuple(found)

"""What a dropped item changes: whose outcome would be another, and what it becomes."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Change:
    """A candidate who had `before`, comes to `computed` without the item, and ends with `passes`."""

    candidate: str
    before: bool
    computed: bool
    passes: bool


def changes(before: Mapping[str, bool], computed: Mapping[str, bool], in_favour: bool) -> tuple[Change, ...]:
    """Everybody for whom passed or not comes out otherwise, in the order of their keys; true is passed.

    With `in_favour` nobody who had passed fails by it. Raises ValueError unless both are about the same candidates.
    """
    if before.keys() != computed.keys():
        raise ValueError(f"not of both: {', '.join(sorted(before.keys() ^ computed.keys()))}")
    return tuple(
        Change(one, before[one], computed[one], passes=computed[one] or (in_favour and before[one]))
        for one in sorted(before)
        if before[one] != computed[one]
    )

"""Which of the parallel scenarios of each slot a candidate meets in one attempt."""

from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256


class SlotsEmpty(Exception):
    """Nothing in these slots may be used any more; `slots` are their numbers."""

    def __init__(self, slots: list[int]):
        super().__init__(f"no scenario is left in {slots}")
        self.slots = slots


def draw(
    slots: Mapping[int, Sequence[str]], met: Collection[str], retired: Collection[str], seed: str
) -> dict[int, int]:
    """The place in its slot of the scenario that is drawn, by the number of the slot.

    `slots`: the keys that may be met as each number. What was `met` in an earlier attempt is drawn only where nothing
    else is left, what is `retired` never. The same seed draws the same. Raises SlotsEmpty.
    """
    if empty := empty_slots(slots, retired):
        raise SlotsEmpty(empty)
    return {number: keys.index(_one(number, keys, met, retired, seed)) for number, keys in slots.items()}


def empty_slots(slots: Mapping[int, Sequence[str]], retired: Collection[str]) -> list[int]:
    """The numbers for which every scenario is retired."""
    return [number for number, keys in slots.items() if not set(keys) - set(retired)]


def _one(number: int, keys: Sequence[str], met: Collection[str], retired: Collection[str], seed: str) -> str:
    usable = [key for key in keys if key not in retired]
    fresh = [key for key in usable if key not in met]
    return min(fresh or usable, key=lambda key: sha256(f"{seed}/{number}/{key}".encode()).digest())

"""What was written on several devices, some of them without network, becomes one again: nothing lost, nothing double.

Every time that somebody fills in a field is an *entry*, with an id that its device draws and the ids of the entries of
that field that the device showed at that moment. What was shown and then written over is *replaced*; what nothing
replaces stands. Two entries that stand beside each other with different values are a conflict: it is shown, and an
entry that was written with both in sight settles it. No clock decides: tablets are wrong about the time.

Putting together is a union, so it does not matter in which order, how often or by which road entries arrive.
(A multi-value register: Shapiro, Preguiça, Baquero, Zawirski, "A comprehensive study of CRDTs", 2011, section 3.2.2.)
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Value = str | int | float | bool | None | list[Any] | dict[str, Any]
"""What JSON can hold."""


@dataclass(frozen=True)
class Entry:
    """One filling in of one field.

    `id`: drawn on the device, unique. `field`: what is filled in, such as the given mark of a point. `value`: as JSON
    text in one spelling, so that entries can be compared. `replaces`: the entries of this field that were in sight.
    `device`: where it was written, only to be shown.
    """

    id: str
    field: str
    value: str
    replaces: frozenset[str] = frozenset()
    device: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "field": self.field,
            "value": json.loads(self.value),
            "replaces": sorted(self.replaces),
            "device": self.device,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Entry":
        return written(data["id"], data["field"], data["value"], data["replaces"], data["device"])


def written(id: str, field: str, value: Value, replaces: Iterable[str] = (), device: str = "") -> Entry:
    """The entry of this value. Raises ValueError for a value that JSON cannot hold, such as a NaN."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return Entry(id, field, text, frozenset(replaces), device)


class Impossible(ValueError):
    """Entries that no device can have written: one id with two contents, or a replacement of another field."""


def merged(*logs: Iterable[Entry]) -> dict[str, Entry]:
    """All entries of these logs by their ids, each once. Raises Impossible.

    A replaced entry may be absent: it arrives later, or never, and it stands no more either way.
    """
    found: dict[str, Entry] = {}
    for log in logs:
        for entry in log:
            if found.setdefault(entry.id, entry) != entry:
                raise Impossible(f"entry {entry.id!r} has two contents")
    for entry in found.values():
        if entry.id in entry.replaces:
            raise Impossible(f"entry {entry.id!r} replaces itself")
        if any(other in found and found[other].field != entry.field for other in entry.replaces):
            raise Impossible(f"entry {entry.id!r} replaces one of another field")
    return found


@dataclass(frozen=True)
class Field:
    """One field as it stands: the entries that nothing replaces, in the order of their ids."""

    standing: tuple[Entry, ...]

    @property
    def conflict(self) -> bool:
        """True when two devices say different things of it. Twice the same is no conflict."""
        return len({entry.value for entry in self.standing}) > 1

    @property
    def value(self) -> Value:
        """What it holds. Raises LookupError while there is a conflict: nobody guesses which of both is meant."""
        if self.conflict:
            raise LookupError(self.standing[0].field)
        found: Value = json.loads(self.standing[0].value)
        return found

    @property
    def sight(self) -> frozenset[str]:
        """What the next entry of this field replaces."""
        return frozenset(entry.id for entry in self.standing)


def fields(log: Mapping[str, Entry]) -> dict[str, Field]:
    """Every field of a merged log as it stands, in the order of their names.

    Entries that replace each other in a circle cannot be; were they there, the field would show all of them.
    """
    replaced = {other for entry in log.values() for other in entry.replaces}
    of: dict[str, list[Entry]] = {}
    for key in sorted(log):
        of.setdefault(log[key].field, []).append(log[key])
    return {
        name: Field(tuple(entry for entry in entries if entry.id not in replaced) or tuple(entries))
        for name, entries in sorted(of.items())
    }


def conflicts(log: Mapping[str, Entry]) -> dict[str, Field]:
    """The fields that wait for somebody to say which of the values it is."""
    return {name: field for name, field in fields(log).items() if field.conflict}


def seen(log: Mapping[str, Entry]) -> frozenset[str]:
    """What somebody who signs this log signs: the entries that stand in it."""
    return frozenset(key for field in fields(log).values() for key in field.sight)


def unsigned(log: Mapping[str, Entry], signed: frozenset[str]) -> dict[str, Field]:
    """The fields that stand otherwise than when it was signed: what came in later changes nothing by itself.

    `signed`: what `seen` said at that moment.
    """
    return {name: field for name, field in fields(log).items() if not field.sight <= signed}

"""Checks an export of the audit log against its anchors, without the product: `python audit_verifier.py LOG ANCHOR…`.

Needs nothing but Python. LOG is the file of `flask audit export` (a JSON object a line). An ANCHOR is any file or
folder in which anchors lie: those of the object store, of the sealer's folder, or the saved mails. With `--key FILE`
(base64, the sealer's key) every row is checked by itself too, also after the newest anchor.

What it can tell. Each row holds the SHA-256 of its content and of the row before it: that finds changes by somebody who
did not make the chain anew. An anchor is the number and hash of one row, kept where the writer of the log cannot reach:
that finds a chain that was made anew, and a tail that was cut. The seal is an HMAC that only the sealer can make.
"""

import argparse
import base64
import email
import email.policy
import hashlib
import hmac
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

Row = dict[str, Any]
"""A row as it stands in the export."""
GENESIS = "0" * 64
FIELDS = ("number", "id", "at", "actor", "verb", "subject_kind", "subject", "facts")
FAR = 8
"""How many rows in a row may have been slipped in, or taken out with new numbers for the rest, and still be named."""
MANY = 40
"""Up to so many rows that do not fit are looked at together, for rows that changed places."""

SENTENCES = {
    "changed": "is veranderd, of de regel ervoor is veranderd en kreeg een nieuwe hash",
    "removed": "is weggehaald",
    "inserted": "is ingevoegd",
    "swapped": "zijn verwisseld",
    "cut": "ontbreekt: het einde van het logboek is afgeknipt",
    "resealed": "is opnieuw verzegeld: de keten klopt in zichzelf, maar niet met het anker of de sleutel",
    "unsealed": "heeft een hash, maar geen zegel",
    "false_anchor": "heeft een anker dat niet van de verzegelaar is, of dat een ander anker tegenspreekt",
}
"""The sentence about a row, or about rows from one number to another, for each kind of fault."""


@dataclass(frozen=True, order=True)
class Fault:
    """Something that is wrong with the rows from number `first` to number `last`; `kind` is one of SENTENCES."""

    first: int
    last: int
    kind: str

    def __str__(self) -> str:
        joined = " en " if self.kind == "swapped" else " tot en met "
        rows = f"Regel {self.first}" if self.first == self.last else f"Regel {self.first}{joined}{self.last}"
        return f"{rows} {SENTENCES[self.kind]}."


@dataclass(frozen=True, order=True)
class Anchor:
    """The hash of the row with this number, as it was at a moment (ISO 8601), sealed."""

    number: int
    hash: str
    at: str
    seal: str

    def __str__(self) -> str:
        return f"vignet-anchor: 1\nnumber: {self.number}\nhash: {self.hash}\nat: {self.at}\nseal: {self.seal}\n"


_ANCHOR = re.compile(
    r"vignet-anchor: 1\s+number: (\d+)\s+hash: ([0-9a-f]{64})\s+at: (\S+)\s+seal: ([0-9a-f]{64})", re.ASCII
)


def anchors_in(text: str) -> list[Anchor]:
    """Every anchor in a text."""
    return [Anchor(int(number), *rest) for number, *rest in _ANCHOR.findall(text)]


def anchor_of(key: bytes, number: int, digest: str, at: str) -> Anchor:
    """The anchor of a row, sealed under the sealer's key."""
    return Anchor(number, digest, at, _hmac(key, ["anchor", number, digest, at]))


def digest_of(row: Row, previous: str, number: int | None = None) -> str:
    """The SHA-256 (hex) of a row's content, chained to the hash of the row before it."""
    return hashlib.sha256(_content(row, previous, number)).hexdigest()


def seal_of(row: Row, key: bytes, number: int | None = None) -> str:
    """The HMAC-SHA-256 (hex) of a row's content and hash."""
    return hmac.new(key, _content(row, row["hash"], number), hashlib.sha256).hexdigest()


def _content(row: Row, first: str, number: int | None = None) -> bytes:
    values = [row["number"] if number is None else number, *(row[name] or "" for name in FIELDS[1:-1]), row["facts"]]
    return json.dumps([first, *values], sort_keys=True, separators=(",", ":")).encode()


def _hmac(key: bytes, values: list[Any]) -> str:
    return hmac.new(key, json.dumps(values).encode(), hashlib.sha256).hexdigest()


def faults(rows: Iterable[Row], anchors: Iterable[Anchor], key: bytes | None = None) -> list[Fault]:
    """All that is wrong, in the order of the rows; nothing for a whole log. Rows without a number do not count."""
    sealed = sorted((row for row in rows if row["number"] is not None), key=lambda row: row["number"])
    chain = _Chain(sealed, key)
    found = chain.faults()
    if key is not None:
        found += list(_without_seal(sealed, chain.true_number, key, found))
    return sorted([*found, *_against(sealed, anchors, key, found)])


class _Chain:
    """Goes along the rows and holds each against the one before it."""

    def __init__(self, rows: Sequence[Row], key: bytes | None):
        self._rows, self._key = rows, key
        self._found: list[Fault] = []
        self._odd: list[int] = []
        self._shift = 0
        self._true: dict[int, int] = {}

    def true_number(self, row: Row) -> int:
        """The number that this row had before others were slipped in, taken out or exchanged around it."""
        return self._true.get(id(row), int(row["number"]))

    def faults(self) -> list[Fault]:
        at, previous, expected = 0, GENESIS, 1
        while at < len(self._rows):
            row = self._rows[at]
            if row["number"] > expected:
                self._say("removed", expected, row["number"] - 1)
                # Nobody knows the hash before this row any more: it is taken as it is.
                steps = 1
            else:
                steps = self._step(at, previous, expected)
            if self._shift:
                self._true |= {id(one): one["number"] - self._shift for one in self._rows[at : at + steps]}
            dealt_with = self._rows[at : at + steps]
            at += steps
            previous = dealt_with[-1]["hash"]
            expected = max(expected, *(one["number"] + 1 for one in dealt_with))
        self._name_the_odd()
        return self._found

    def _say(self, kind: str, first: int, last: int | None = None) -> None:
        self._found.append(Fault(first, first if last is None else last, kind))

    def _fits(self, at: int, previous: str, moved: int = 0) -> bool:
        """True when the row at this index follows `previous`, with `moved` taken from its number."""
        if at >= len(self._rows):
            return False
        row = self._rows[at]
        return bool(digest_of(row, previous, row["number"] - self._shift - moved) == row["hash"])

    def _step(self, at: int, previous: str, expected: int) -> int:
        """How many rows were dealt with."""
        rows = self._rows
        same = 1
        while at + same < len(rows) and rows[at + same]["number"] == rows[at]["number"]:
            same += 1
        if same > 1 or rows[at]["number"] < expected:
            return self._of_one_number(at, previous, same)
        if self._fits(at, previous):
            return 1
        if self._fits(at + 1, previous, 1) and self._fits(at, rows[at + 1]["hash"], -1):
            return self._exchanged(at)
        for many in range(1, FAR + 1):
            # They were slipped in when what comes after them follows what came before them, and goes on.
            if at >= many and self._fits(at, self._hash_before(at - many), many) and self._goes_on(at, many):
                self._say("inserted", rows[at - many]["number"], rows[at - 1]["number"])
                self._shift += many
                return 1
            if self._fits(at + many, previous, many) and self._goes_on(at + many, many):
                self._say("inserted", rows[at]["number"], rows[at + many - 1]["number"])
                self._shift += many
                return many
            if self._fits(at + 1, rows[at]["hash"], -many):
                # The rest has new numbers: `many` rows before this one are gone.
                self._say("removed", rows[at]["number"], rows[at]["number"] + many - 1)
                self._shift -= many
                return 1
        self._odd.append(at)
        return 1

    def _hash_before(self, at: int) -> str:
        return self._rows[at - 1]["hash"] if at > 0 else GENESIS

    def _goes_on(self, at: int, moved: int) -> bool:
        return at + 1 >= len(self._rows) or self._fits(at + 1, self._rows[at]["hash"], moved)

    def _of_one_number(self, at: int, previous: str, same: int) -> int:
        """Several rows have one number: the one that fits is the row, and is put last."""
        there = list(range(at, at + same))
        true = next((one for one in there if self._fits(one, previous)), there[0])
        self._say("inserted", self._rows[at]["number"])
        rows = list(self._rows)
        rows[at : at + same] = [*(rows[one] for one in there if one != true), rows[true]]
        self._rows = rows
        return same

    def _exchanged(self, at: int) -> int:
        """This row and the next one: what follows them follows what was the second one."""
        rows = list(self._rows)
        self._say("swapped", rows[at]["number"], rows[at + 1]["number"])
        self._true |= {id(rows[at]): rows[at + 1]["number"], id(rows[at + 1]): rows[at]["number"]}
        rows[at : at + 2] = reversed(rows[at : at + 2])
        self._rows = rows
        return 2

    def _name_the_odd(self) -> None:
        """Rows that do not fit where they are: in each other's place, innocent beside a changed one, or changed."""
        odd, rows = self._odd, self._rows
        places = {rows[at]["number"]: at for at in odd}
        true = {at: self._number_where_it_fits(at, places) for at in odd} if len(odd) <= MANY else {}
        self._true |= {id(rows[at]): number for at, number in true.items() if number is not None}
        for at in odd:
            number, belongs = rows[at]["number"], true.get(at)
            if belongs is None and self._vouched(at) and at and not self._vouched(at - 1):
                continue
            if belongs is None:
                self._say("changed", number)
            elif number < belongs and true.get(places[belongs]) == number:
                self._say("swapped", number, belongs)
            elif belongs != number and true.get(places[belongs]) != number:
                self._say("changed", number)

    def _number_where_it_fits(self, at: int, places: dict[int, int]) -> int | None:
        """The number among `places` at which this row would fit."""
        hashes = {self._rows[one]["hash"] for one in places.values()}
        for number, place in places.items():
            for previous in hashes | {self._hash_before(place)}:
                if digest_of(self._rows[at], previous, number) == self._rows[at]["hash"]:
                    return number
        return None

    def _vouched(self, at: int) -> bool:
        return self._key is not None and _sealed(self._rows[at], self._key)


def _sealed(row: Row, key: bytes, number: int | None = None) -> bool:
    return hmac.compare_digest((row["seal"] or "").encode(), seal_of(row, key, number).encode())


def _without_seal(
    rows: Sequence[Row], true_number: Callable[[Row], int], key: bytes, known: Sequence[Fault]
) -> Iterator[Fault]:
    """Rows that nobody with the key has sealed as they are, in runs; those of which something is known left out."""
    named = {number for one in known if one.kind != "removed" for number in range(one.first, one.last + 1)}
    run: list[Row] = []
    for row in [*rows, None]:
        if row is not None and row["number"] not in named and not _sealed(row, key, true_number(row)):
            run.append(row)
            continue
        if run:
            first, last = run[0]["number"], run[-1]["number"]
            kind = "unsealed" if all(one["seal"] is None for one in run) else "resealed" if last > first else "changed"
            yield Fault(first, last, kind)
        run = []


def _against(
    rows: Sequence[Row], anchors: Iterable[Anchor], key: bytes | None, known: Sequence[Fault]
) -> Iterator[Fault]:
    """The faults that anchors find in a chain that looks whole in itself."""
    last = rows[-1]["number"] if rows else 0
    # Also where the row has another number by now: that was named already.
    there = {row["hash"] for row in rows}
    good, cut = 0, False
    seen: dict[int, str] = {}
    for anchor in sorted(set(anchors)):
        true = key is None or hmac.compare_digest(
            anchor_of(key, anchor.number, anchor.hash, anchor.at).seal, anchor.seal
        )
        if not true or seen.setdefault(anchor.number, anchor.hash) != anchor.hash:
            yield Fault(anchor.number, anchor.number, "false_anchor")
        elif anchor.hash in there:
            good = max(good, min(anchor.number, last))
        elif anchor.number > last:
            furthest = max(one.number for one in anchors)
            if not cut:
                yield Fault(last + 1, furthest, "cut")
            cut = True
        elif not any(one.first <= anchor.number and one.last > good for one in known):
            yield Fault(good + 1, anchor.number, "resealed")
            good = anchor.number


_TEXT = {str, type(None)}


def read_rows(path: Path) -> list[Row]:
    """The rows of an export. Raises ValueError for a line that is no row, with its number."""
    rows = []
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                row = json.loads(line)
                rows.append({name: row[name] for name in (*FIELDS, "hash", "seal")})
                if not (isinstance(row["number"], int | None) and {type(row["hash"]), type(row["seal"])} <= _TEXT):
                    raise TypeError
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{path.name}, regel {number}: dit is geen regel van een logboek") from error
    return rows


def read_anchors(paths: Iterable[Path]) -> list[Anchor]:
    """The anchors in these files and folders; mails as they were saved (`.eml`) too."""
    found: list[Anchor] = []
    for path in paths:
        for file in sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]:
            data = file.read_bytes()
            found += anchors_in(data.decode("utf-8", "replace"))
            if file.suffix == ".eml":
                parts = email.message_from_bytes(data, policy=email.policy.default).walk()
                found += [
                    a for part in parts if part.get_content_type() == "text/plain" for a in anchors_in(_text(part))
                ]
    return sorted(set(found))


def _text(part: EmailMessage) -> str:
    return str(part.get_content())


def main(arguments: Sequence[str] | None = None) -> int:
    """Says what is wrong; the exit code is 0 for a whole log, 1 for a broken one, 2 for files that cannot be read."""
    asked = argparse.ArgumentParser(description="Controleert een uitvoer van het logboek met de ankers.")
    asked.add_argument("log", type=Path, metavar="LOGBOEK", help="het bestand van `flask audit export`")
    asked.add_argument("anchors", type=Path, nargs="*", metavar="ANKER", help="bestanden of mappen met ankers")
    asked.add_argument("--key", type=Path, metavar="BESTAND", help="de sleutel van de verzegelaar (base64)")
    options = asked.parse_args(arguments)
    try:
        rows, anchors = read_rows(options.log), read_anchors(options.anchors)
        key = base64.b64decode(options.key.read_text().strip(), validate=True) if options.key else None
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    found = faults(rows, anchors, key)
    print(*found, sep="\n", end="\n" if found else "")
    print(summary(rows, anchors, key, found))
    return 1 if found else 0


def summary(rows: Sequence[Row], anchors: Sequence[Anchor], key: bytes | None, found: Sequence[Fault]) -> str:
    """One paragraph: what was checked, and how far it can be trusted."""
    numbers = [row["number"] for row in rows if row["number"] is not None]
    last, anchored = max(numbers, default=0), max((one.number for one in anchors), default=0)
    told = f"{len(numbers)} verzegelde regels, {len(rows) - len(numbers)} nog zonder nummer, {len(anchors)} ankers. "
    told += "Het logboek is verbroken." if found else "Het logboek is heel."
    if last > anchored and key is None:
        told += (
            f" Regels {anchored + 1} tot en met {last} komen na het laatste anker: daarvan weet alleen de sleutel meer."
        )
    return told


if __name__ == "__main__":
    sys.exit(main())

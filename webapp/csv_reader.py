"""Tables that people made in a spreadsheet and saved as CSV, whatever the program and its settings were.

Semicolon, comma or tab; UTF-8 with or without its mark, UTF-16 with it, else Windows-1252; a first line that says the
separator, and rows of which only the separators are left.
"""

import codecs
import csv
import io
from dataclasses import dataclass, field

MARK = "\ufeff"
"""The byte-order mark, decoded. A file that went through two programs may begin with two of them."""


class Unreadable(Exception):
    """The file as a whole cannot be read; the message is a Dutch sentence that says what to do."""


class Empty(Unreadable):
    """Nothing stands in the file."""


@dataclass(frozen=True)
class Table:
    """What a file holds: its heading, its rows, and what was passed over."""

    header: list[str]
    rows: list[tuple[int, list[str]]]
    """Each with the number of the line on which it starts."""
    emptied: list[int] = field(default_factory=list)
    """The lines with cells in which nothing stands."""

    @property
    def names(self) -> list[str]:
        """The heading as names of columns."""
        return [column_name(cell) for cell in self.header]


def read(data: bytes, most: int | None = None) -> Table:
    """The table in this file, of at most `most` rows. Raises Empty when nothing stands in it, otherwise Unreadable."""
    found: list[tuple[int, list[str]]] = []
    emptied = []
    text = _text(data)
    if text.lower().startswith("sep="):
        text = "\n" + text.partition("\n")[2]
    first = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(";,\t", key=first.count))
    start = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((start, cells))
            elif cells:
                emptied.append(start)
            if most is not None and len(found) > most + 1:
                raise Unreadable(f"Er staan meer dan {most} regels in dit bestand. Verdeel het over meer bestanden.")
            start = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(
            f"Regel {reader.line_num} is niet te lezen. Kijk of daar een aanhalingsteken te veel staat."
        ) from error
    if not found:
        raise Empty("Dit bestand is leeg.")
    return Table(found[0][1], found[1:], emptied)


def column_name(cell: str) -> str:
    """The name of a column, however it is written: ‘Kandidaat e-mail’ is kandidaat_email."""
    return "_".join(cell.strip().lower().replace("e-mail", "email").replace("-", " ").replace("_", " ").split())


def _text(data: bytes) -> str:
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if wide else ("utf-8", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text.lstrip(MARK)
    raise Unreadable("Dit is geen CSV-bestand. Sla uw lijst op als CSV en probeer het opnieuw.")

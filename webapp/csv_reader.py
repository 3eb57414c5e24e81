"""Tables that people made in a spreadsheet and saved as CSV, whatever the program and its settings were.

Semicolon, comma or tab; UTF-8 or UTF-16 with or without marks, else what Windows, the Mac or MS-DOS wrote; a first
line that says the separator, and rows of which only the separators are left.
"""

import codecs
import csv
import io
import re
from dataclasses import dataclass, field

from storage.base import plain

MARK = "\ufeff"
"""The byte-order mark, decoded. A file that went through two programs may begin with two of them."""
MARK_MISREAD = "ï»¿"
"""The same, by a program that took UTF-8 for Windows-1252."""

OLD = ("cp1252", "mac_roman", "cp850")
"""The encodings of spreadsheets that write no Unicode: of Windows, of the Mac, and ‘CSV (MS-DOS)’."""
OFTEN, SELDOM = "éëèïöüšž’", "àáâäçêìíîñòóôùúû"
"""Signs in names in the Netherlands."""
OPENING, BETWEEN = "‘“", "”–…€"
"""Signs that begin a word, and those that stand in none."""
_FOREIGN = re.compile(r"[^\x00-\x7f]")


class Unreadable(Exception):
    """The file as a whole cannot be read; the message is a Dutch sentence that says what to do."""


class Empty(Unreadable):
    """Nothing stands in the file."""


@dataclass(frozen=True)
class Table:
    """The content of a file: its heading, its rows, and what was passed over."""

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
        text = "\n" + (*re.split("\r\n?|\n", text, maxsplit=1), "")[1]
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
    return "_".join(plain.one_line(cell).lower().replace("e-mail", "email").replace("-", " ").replace("_", " ").split())


def misread(text: str) -> str | None:
    """The text as it was before a program read UTF-8 as Windows-1252 (‘JosÃ©’ is José); None when none did."""
    try:
        meant = text.encode("cp1252").decode()
    except UnicodeError:
        return None
    return meant if meant != text else None


def _text(data: bytes) -> str:
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    found = _decoded(data, "utf-16") if wide else _decoded(data, "utf-8")
    if not wide and b"\x00" in data[:2]:
        found = _decoded(data, "utf-16-be" if data[:1] == b"\x00" else "utf-16-le")
    if found is None and not wide:
        # The first of the best, since most files that are no UTF-8 are of Windows.
        found = max((_decoded(data, one) for one in OLD), key=_likeness)
    if found is None or "\x00" in found:
        raise Unreadable("Dit is geen CSV-bestand. Sla uw lijst op als CSV en probeer het opnieuw.")
    return found.removeprefix(MARK_MISREAD).lstrip(MARK)


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _likeness(text: str | None) -> int:
    """How much this looks like what is written here: signs that are at home, where they are at home."""
    if text is None:
        return -1
    score = 0
    for found in _FOREIGN.finditer(text):
        sign, at = found[0], found.start()
        begins = not text[max(at - 1, 0) : at].isalpha()
        ends = not text[at + 1 : at + 2].isalpha()
        if sign in OFTEN or (sign in OPENING and begins) or (sign in BETWEEN and (begins or ends)):
            score += 3
        elif sign in SELDOM:
            score += 1
        elif begins and sign.lower() in OFTEN + SELDOM:
            score += 3
    return score

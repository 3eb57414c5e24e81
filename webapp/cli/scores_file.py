"""A table of scores, one a row, as a spreadsheet saves it: what `flask agreement` reads."""

from typing import Any

from storage.base import plain
from webapp import csv_reader
from webapp.csv_reader import Unreadable

COLUMNS = ("subject", "rater", "score")


def read(data: bytes) -> tuple[list[dict[str, Any]], dict[str, list[Any]]]:
    """Rows with `line`, subject, rater and score (None where it is empty), and what was skipped.

    A score may have a decimal comma. Skipped are the lines that are empty and the columns that are not read. Raises
    Unreadable for a row that cannot be meant: nobody guesses what a score in another column was.
    """
    table = csv_reader.read(data)
    names = table.names
    if missing := [name for name in COLUMNS if name not in names]:
        raise Unreadable(f"Op de eerste regel ontbreekt de kolom {', '.join(missing)}.")
    if twice := [name for name in COLUMNS if names.count(name) > 1]:
        raise Unreadable(f"De kolom {', '.join(twice)} staat er meer dan één keer in. Haal er een weg.")
    rows = [_row(line, cells, names) for line, cells in table.rows]
    if all(row["score"] is None for row in rows):
        raise Unreadable("Er staat geen enkele score in dit bestand.")
    ignored = [cell.strip() for cell, name in zip(table.header, names, strict=True) if name not in (*COLUMNS, "")]
    return rows, {"lines": table.emptied, "columns": ignored}


def _row(line: int, cells: list[str], names: list[str]) -> dict[str, Any]:
    if any(cell.strip() for cell in cells[len(names) :]):
        raise Unreadable(
            f"Regel {line} heeft {len(cells)} vakjes. Nodig zijn er {len(names)}, zoals op de eerste regel."
        )
    texts = [plain.one_line(cell) for cell in cells] + [""] * len(names)
    row = {name: texts[names.index(name)] for name in COLUMNS}
    if empty := [name for name in ("subject", "rater") if not row[name]]:
        raise Unreadable(f"Op regel {line} ontbreekt {' en '.join(empty)}.")
    return {"line": line, **row, "score": _score(row["score"], line)}


def _score(text: str, line: int) -> float | None:
    if not text:
        return None
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise Unreadable(f"Regel {line}: ‘{text}’ is geen score.") from None

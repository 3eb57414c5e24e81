"""The file in which an organisation writes down its candidates: CSV as spreadsheets in the Netherlands make it.

Every fault names its line and column, what is wrong and what is needed, and the faulty lines can be downloaded,
mended and uploaded again.
"""

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from scenarios.advice import plausible
from storage.admission.enrolments import Entry
from storage.base import plain
from storage.base.refusal import Refused
from storage.people.people import as_address
from webapp import csv_reader
from webapp.csv_reader import Unreadable, column_name

COLUMNS = {
    "kandidaat_naam": "candidate_name",
    "kandidaat_email": "candidate_email",
    "leidinggevende_naam": "manager_name",
    "leidinggevende_email": "manager_email",
    "kostenplaats": "cost_centre",
    "in_functie_sinds": "in_job_since",
}
NEEDED = tuple(COLUMNS)[:4]
ADDED = ("regel", "wat_is_er_mis")
"""Columns of the file with faulty lines; when that is uploaded again they are passed over."""

MOST_LINES = 2000
MOST_BYTES = 2_000_000
LONGEST = {"candidate_name": 120, "manager_name": 120, "candidate_email": 254, "manager_email": 254, "cost_centre": 40}
LONGEST["in_job_since"] = 20
DATES = ("%d-%m-%Y", "%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y")
"""How spreadsheets write a day here."""
FORMULA = ("=", "+", "-", "@")
"""Characters that make a spreadsheet take a cell for a formula."""

_MANAGER = ("Lena Voorbeeld", "lena.voorbeeld@voorbeeld.example")
EXAMPLE = (
    ("Kim Voorbeeld", "kim.voorbeeld@voorbeeld.example", *_MANAGER, "4010", "01-09-2026"),
    ("Koos Voorbeeld", "koos.voorbeeld@voorbeeld.example", *_MANAGER, "", ""),
)


Columns = dict[str, list[int]]
"""For each of our columns where it stands in the file: nowhere, or in columns that are joined by a space."""


class OtherHeadings(Unreadable):
    """A table of people whose headings are not ours: somebody has to say which column is what."""

    def __init__(self, said: str, table: csv_reader.Table) -> None:
        super().__init__(said)
        self.table = table


def read(
    data: bytes, today: date, known: Mapping[str, list[str]] | None = None
) -> tuple[list[Entry], list[dict[str, Any]]]:
    """The entries in this file as of today, and its faults: {"line", "column", "wrong", "needed", "cells"}.

    `known`: by which headings an organisation told our columns the last time. Raises OtherHeadings when it has other
    headings than ours and than those, otherwise Unreadable when there are no entries to be found in it at all.
    """
    if len(data) > MOST_BYTES:
        raise Unreadable("Dit bestand is te groot. Gebruik hoogstens 2 MB.")
    try:
        table = csv_reader.read(data, MOST_LINES)
    except csv_reader.Empty:
        raise Unreadable("Dit bestand is leeg. Download het voorbeeld en vul dat in.") from None
    names = table.names
    if twice := [name for name in COLUMNS if names.count(name) > 1]:
        raise Unreadable(f"De kolom {', '.join(twice)} staat er meer dan één keer in. Haal er een weg.")
    columns: Columns | None = {name: [names.index(name)] for name in COLUMNS if name in names}
    if not set(NEEDED) <= set(columns or ()):
        columns = placed(known or {}, names)
    if columns is None:
        missing = ", ".join(name for name in NEEDED if name not in names)
        said = f"Op de eerste regel ontbreekt de kolom {missing}. Download het voorbeeld."
        raise OtherHeadings(said, table) if len(names) >= len(NEEDED) else Unreadable(said)
    return entries_of(table, columns, today)


def placed(known: Mapping[str, list[str]], names: list[str]) -> Columns | None:
    """Where these headings stand; None unless each of them is there exactly once."""
    headings = [heading for found in known.values() for heading in found]
    if not headings or any(not heading or names.count(heading) != 1 for heading in headings):
        return None
    return {name: [names.index(heading) for heading in found] for name, found in known.items()}


def headings(columns: Columns, names: list[str]) -> dict[str, list[str]]:
    """The headings of these columns, to be known by the next time; empty when they do not tell one from another."""
    found = {name: [names[at] for at in places] for name, places in columns.items() if places}
    return found if placed(found, names) else {}


def entries_of(table: csv_reader.Table, columns: Columns, today: date) -> tuple[list[Entry], list[dict[str, Any]]]:
    """The entries and the faults of a table of which it is known which column is what."""
    called = {name: " + ".join(table.header[at].strip() or letter(at) for at in at_) for name, at_ in columns.items()}
    ours = all(column_name(called[name]) == name for name in columns)
    entries: list[Entry] = []
    faults: list[dict[str, Any]] = []
    seen: dict[str, int] = {}
    for line, cells in table.rows:
        texts = {name: _cell(cells, places) for name, places in columns.items() if places}
        wrong = list(_faults(texts, len(cells), len(table.header), today))
        candidate = texts["kandidaat_email"].lower()
        if not wrong and candidate in seen:
            wrong.append(("kandidaat_email", f"staat ook op regel {seen[candidate]}", "één regel per kandidaat"))
        seen.setdefault(candidate, line)
        if wrong:
            row = [texts.get(name, "") for name in COLUMNS]
            faults += [
                {"line": line, "column": c if ours else called.get(c, c), "wrong": w, "needed": n, "cells": row}
                for c, w, n in wrong
            ]
        else:
            entries.append(_entry(texts))
    return entries, faults


def letter(at: int) -> str:
    """The name of a column without a heading, as a spreadsheet calls it: kolom A, kolom B, …, kolom AA."""
    name, left = "", at + 1
    while left:
        left, digit = divmod(left - 1, 26)
        name = chr(ord("A") + digit) + name
    return f"kolom {name}"


_CALLED = {
    "naam": ("naam", "volledige_naam", "weergavenaam", "roepnaam", "voornaam", "voornamen"),
    "between": ("tussenvoegsel", "tussenvoegsels", "voorvoegsel", "voorvoegsels"),
    "last": ("achternaam", "familienaam", "geslachtsnaam"),
    "email": ("email", "emailadres", "mail", "mailadres", "email_adres"),
}
_WHOSE = {
    "kandidaat": ("", "kandidaat_", "medewerker_", "werknemer_", "werk_", "zakelijk_", "zakelijke_"),
    "leidinggevende": ("leidinggevende_", "direct_leidinggevende_", "manager_", "teamleider_", "chef_"),
}
_BARE = {"kandidaat": ("kandidaat", "medewerker", "werknemer"), "leidinggevende": ("leidinggevende", "manager")}
_OTHERS = {
    "kostenplaats": ("kostenplaats", "kostenplaatscode", "kostendrager", "afdelingscode"),
    "in_functie_sinds": ("in_functie_sinds", "datum_in_dienst", "in_dienst", "indiensttreding", "startdatum"),
}


def likely(names: list[str]) -> Columns:
    """Where our columns probably stand in a file of somebody else's making, to be looked at by a person."""

    def first(*wanted: str) -> list[int]:
        return next(([names.index(one)] for one in wanted if one in names), [])

    found: Columns = {}
    for whose, before in _WHOSE.items():
        parts = {part: first(*(b + c for b in before for c in called)) for part, called in _CALLED.items()}
        name = parts["naam"] or first(*_BARE[whose], *(b.rstrip("_") for b in before if b))
        found[f"{whose}_naam"] = [*name, *parts["between"], *parts["last"]]
        found[f"{whose}_email"] = parts["email"]
    return found | {name: first(*called) for name, called in _OTHERS.items()}


def write(rows: list[tuple[Any, ...]], columns: tuple[str, ...] = tuple(COLUMNS)) -> bytes:
    """A file that a Dutch spreadsheet opens as a table: semicolons, and UTF-8 with its mark."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_harmless(str(cell)) for cell in row] for row in rows)
    return codecs.BOM_UTF8 + out.getvalue().encode()


def faulty_lines(faults: list[dict[str, Any]]) -> bytes:
    """The lines with a fault, once each, with what is wrong: to be mended and uploaded again."""
    by_line: dict[int, list[dict[str, Any]]] = {}
    for fault in faults:
        by_line.setdefault(fault["line"], []).append(fault)
    rows = [
        (
            # A list that was kept when there were fewer columns has fewer cells.
            *(found[0]["cells"] + [""] * len(COLUMNS))[: len(COLUMNS)],
            line,
            "; ".join(f"{one['column']}: {one['wrong']}, nodig: {one['needed']}" for one in found),
        )
        for line, found in by_line.items()
    ]
    return write(rows, (*COLUMNS, *ADDED))


def _cell(cells: list[str], places: list[int]) -> str:
    texts = (plain.one_line(cells[at]) for at in places if at < len(cells))
    text = " ".join(one for one in texts if one)
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA else text


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def _faults(texts: dict[str, str], cells: int, columns: int, today: date) -> Iterator[tuple[str, str, str]]:
    """(column, what is wrong, what is needed)"""
    if cells > columns:
        yield "(hele regel)", f"heeft {cells} vakjes", f"{columns} vakjes, zoals op de eerste regel"
    for name, text in texts.items():
        if name in NEEDED and not text:
            yield name, "is leeg", "een naam" if name.endswith("naam") else "een e-mailadres"
        elif len(text) > LONGEST[COLUMNS[name]]:
            yield name, f"heeft {len(text)} tekens", f"hoogstens {LONGEST[COLUMNS[name]]} tekens"
        elif "\ufffd" in text:
            yield name, f"in ‘{text}’ ging een teken verloren", "het hele woord, opnieuw getypt"
        elif meant := csv_reader.misread(text):
            yield name, f"‘{text}’ is verkeerd opgeslagen", f"wat er stond, waarschijnlijk ‘{plain.one_line(meant)}’"
        elif name.endswith("email") and not _holds(as_address, text):
            yield name, f"‘{text}’ is geen e-mailadres", "naam@organisatie.nl"
        elif COLUMNS[name] == "in_job_since" and text and not ((day := _day(text)) and plausible(day, today)):
            yield name, f"‘{text}’ is geen dag waarop iemand begon", "een datum, zoals 01-09-2026, of niets"
    same = texts["kandidaat_email"].lower() == texts["leidinggevende_email"].lower()
    if same and texts["kandidaat_email"]:
        yield "leidinggevende_email", "is dezelfde als die van de kandidaat", "het adres van iemand anders"


def _holds(rule: Callable[[str], object], text: str) -> bool:
    try:
        rule(text)
    except Refused:
        return False
    return True


def _entry(texts: dict[str, str]) -> Entry:
    since = _day(texts.get("in_functie_sinds", ""))
    values = {
        COLUMNS[name]: as_address(text) if name.endswith("email") else text
        for name, text in texts.items()
        if name != "in_functie_sinds"
    }
    return Entry(**values, in_job_since=since)


def _day(text: str) -> date | None:
    for form in DATES:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 (a day, of no time zone)
        except ValueError:
            continue
    return None

"""The file in which certificates of before, on paper, are written down: CSV as spreadsheets here make it."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from storage.base import plain
from storage.base.refusal import Refused
from storage.certificates.paper_lists import TITLES, Paper
from storage.people.people import as_address
from webapp import csv_reader
from webapp.csv_reader import Unreadable

COLUMNS = ("certificaat", "nummer", "naam", "behaald_op", "email", "organisatie")
NEEDED = COLUMNS[:4]
MOST_LINES = 5000
MOST_BYTES = 2_000_000
LONGEST = {"certificaat": 60, "nummer": 60, "naam": 120, "behaald_op": 20, "email": 254, "organisatie": 200}
DATES = ("%d-%m-%Y", "%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y")
OLDEST = date(1990, 1, 1)
EXAMPLE = (
    ("A", "2014-00123", "Kim Voorbeeld", "12-05-2014", "kim.voorbeeld@voorbeeld.example", "Voorbeeld Klantcontact"),
    ("B", "2019-B-0042", "Koos Voorbeeld", "03-10-2019", "", ""),
)

Fault = dict[str, Any]


def read(data: bytes, today: date) -> tuple[list[Paper], list[Fault]]:
    """The certificates in this file, and its faults: {"line", "column", "wrong", "needed"}. Raises Unreadable."""
    if len(data) > MOST_BYTES:
        raise Unreadable("Dit bestand is te groot. Gebruik hoogstens 2 MB.")
    table = csv_reader.read(data, MOST_LINES)
    names = table.names
    if missing := [name for name in NEEDED if name not in names]:
        raise Unreadable(f"Op de eerste regel ontbreekt de kolom {', '.join(missing)}. Download het voorbeeld.")
    if twice := [name for name in COLUMNS if names.count(name) > 1]:
        raise Unreadable(f"De kolom {', '.join(twice)} staat er meer dan één keer in. Haal er een weg.")
    papers: list[Paper] = []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    for line, cells in table.rows:
        texts = dict.fromkeys(COLUMNS, "") | {
            name: plain.one_line(cells[at]) if at < len(cells) else "" for at, name in enumerate(names)
        }
        wrong = list(_faults(texts, today))
        if not wrong and texts["nummer"] in seen:
            wrong.append(("nummer", f"staat ook op regel {seen[texts['nummer']]}", "elk nummer één keer"))
        seen.setdefault(texts["nummer"], line)
        faults += [{"line": line, "column": column, "wrong": what, "needed": needed} for column, what, needed in wrong]
        if not wrong:
            papers.append(_paper(texts))
    return papers, faults


def _faults(texts: dict[str, str], today: date) -> Iterator[tuple[str, str, str]]:
    """(column, what is wrong, what is needed)"""
    for name in COLUMNS:
        text = texts[name]
        if not text and name in NEEDED:
            yield name, "is leeg", "een waarde"
        elif len(text) > LONGEST[name]:
            yield name, f"heeft {len(text)} tekens", f"hoogstens {LONGEST[name]} tekens"
        elif "\ufffd" in text or csv_reader.misread(text):
            yield name, f"‘{text}’ is verkeerd opgeslagen", "het hele woord, opnieuw getypt"
        elif name == "certificaat" and text and _letters(text) not in TITLES:
            yield name, f"‘{text}’ is geen certificaat", "A, B of chat"
        elif name == "behaald_op" and text and not ((day := _day(text)) and OLDEST <= day <= today):
            yield name, f"‘{text}’ is geen dag waarop iemand dit behaalde", "een datum, zoals 12-05-2014"
        elif name == "email" and text and not _is_address(text):
            yield name, f"‘{text}’ is geen e-mailadres", "naam@organisatie.nl, of niets"


def _paper(texts: dict[str, str]) -> Paper:
    day = _day(texts["behaald_op"])
    if day is None:
        raise ValueError("a line with a fault is no certificate")
    return Paper(
        letters=_letters(texts["certificaat"]),
        number=texts["nummer"],
        name=texts["naam"],
        earned_on=day,
        email=as_address(texts["email"]) if texts["email"] else "",
        organisation=texts["organisatie"],
    )


def _letters(text: str) -> str:
    """The letters of a certificate, however it is called."""
    return re.sub(r"^(ksf|branchecertificaat|certificaat|\s)+|certificaat$", "", text, flags=re.IGNORECASE).upper()


def _is_address(text: str) -> bool:
    try:
        return bool(as_address(text))
    except Refused:
        return False


def _day(text: str) -> date | None:
    for form in DATES:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 (a day, of no time zone)
        except ValueError:
            continue
    return None

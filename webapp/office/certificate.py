"""The certificate of destruction: a PDF that can be archived (PDF/A-2b) and read aloud (PDF/UA-1)."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from review.retention import Erasable
from storage.base.present import present
from storage.people.people import Person
from storage.retention.destructions import Destruction, Run
from webapp import letter_pdf
from webapp.dutch import formats, terms
from webapp.dutch.own_data import TABLES

LETTER = Path(__file__).parent / "letters" / "destruction.typ"


def of_run(run: Run, acts: Sequence[Destruction]) -> dict[str, Any]:
    """The certificate of one night: what was destroyed, by dossier number and without names."""
    opening = f"In de nacht van {formats.day(run.began_at)} is dit vernietigd. Namen staan hier niet bij."
    return _content("", opening, acts, run.ended_at or run.began_at, receipts=False)


def of_person(person: Person, acts: Sequence[Destruction]) -> dict[str, Any]:
    """All that was destroyed of one person, with the receipts of each recording."""
    opening = "KSF heeft deze gegevens van u vernietigd. Niemand kan ze nog zien of terughalen, ook niet uit een kopie."
    return _content(person.name, opening, acts, max(one.at for one in acts if one.at), receipts=True)


def pdf(content: dict[str, Any]) -> bytes:
    """The letter with this content: the same bytes whenever it is asked for."""
    return letter_pdf.make(LETTER, content, content["timestamp"])


def _content(name: str, opening: str, acts: Sequence[Destruction], at: datetime, receipts: bool) -> dict[str, Any]:
    local = at.astimezone(formats.AMSTERDAM)
    files, size = sum(one.objects for one in acts), formats.size(sum(one.size for one in acts))
    return {
        "title": "Bewijs van vernietiging",
        "name": name,
        "date": {"year": local.year, "month": local.month, "day": local.day},
        "timestamp": int(at.timestamp()),
        "day": formats.day(at),
        "opening": opening,
        "acts": [_act(one, receipts) for one in acts],
        "total": f"{files} bestanden, {size}",
    }


def _act(act: Destruction, receipts: bool) -> dict[str, Any]:
    return {
        "dossier": act.dossier.code,
        "what": terms.ERASABLE[act.what].capitalize(),
        "due": formats.date_only(act.due),
        "at": formats.moment(present(act.at)),
        "files": str(act.objects),
        "size": formats.size(act.size),
        "contents": contents(act) if receipts else [],
    }


def contents(act: Destruction) -> list[dict[str, str]]:
    """The originals that there were, a line each, with the SHA-256 that the receipt named; of a result what it held."""
    if act.what is Erasable.RECORDINGS:
        return [
            {"what": f"Situatie {one['situation']}, opname {one['take']}", "sha256": sha256}
            for one in act.contents
            for sha256 in one["receipts"] or [""]
        ]
    if act.what is Erasable.RESULT:
        return [{"what": f"{TABLES[one['table']]}: {one['rows']}", "sha256": ""} for one in act.contents]
    return [{"what": "Functieomschrijving", "sha256": one["sha256"]} for one in act.contents]

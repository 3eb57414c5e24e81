"""The certificate and its supplement as PDFs that can be archived (PDF/A-3a) and read aloud (PDF/UA-1).

The badge is attached to the certificate, so one file is good for people and for programs.
"""

import io
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import segno
from flask import Response
from sqlalchemy.orm import Session

from scenarios.chapters import Supplement
from scenarios.scheme import Scheme
from storage.base.config import config
from storage.certificates.certificates import Certificate
from storage.certificates.copies import CopyOrder
from storage.people import institution
from webapp import letter_pdf
from webapp.dutch import formats

LETTERS = Path(__file__).parent / "letters"
STANDARDS = ("a-3a", "ua-1")
"""A-3 is the one that takes an attachment together with UA-1."""


def check_address(number: str) -> str:
    """Where everybody can check this certificate. The number stands behind the #, so no server ever logs it."""
    return f"{config().origin}/certificaat-controleren#{number}"


def certificate(session: Session, row: Certificate, copy: CopyOrder | None = None) -> bytes:
    """The certificate as PDF, or a copy of it: the same bytes whenever it is asked for."""
    at = copy.ordered_at if copy else row.issued_at
    return letter_pdf.make(LETTERS / "certificate.typ", _content(session, row, copy), int(at.timestamp()), STANDARDS)


def supplement(session: Session, row: Certificate, found: Supplement) -> bytes:
    """The supplement in one language as PDF."""
    house = institution.of(session)
    content = {
        "title": found.title,
        "language": found.language,
        "date": _day(formats.day_of(row.issued_at)),
        "issuer": house.name,
        "colour": house.colour,
        "name": row.name,
        "number": row.number,
        "disclaimer": found.disclaimer,
        "blocks": [
            {"number": str(one.number), "heading": one.heading, "paragraphs": list(one.paragraphs)}
            for one in found.blocks
        ],
    }
    return letter_pdf.make(LETTERS / "supplement.typ", content, int(row.issued_at.timestamp()), STANDARDS)


def _content(session: Session, row: Certificate, copy: CopyOrder | None) -> dict[str, Any]:
    house, scheme = institution.of(session), row.scheme.content if row.scheme else None
    heading, items = _items(scheme)
    facts = [["Nummer", row.number], ["Afgegeven op", formats.date_only(row.issued_on)]]
    if row.valid_until:
        facts.append(["Geldig tot en met", formats.date_only(row.valid_until)])
    return {
        "title": f"{row.title}, {row.name}",
        "heading": row.title.removeprefix(f"{house.name} "),
        "date": _day(formats.day_of(copy.ordered_at if copy else row.issued_at)),
        "issuer": house.name,
        "colour": house.colour,
        "opening": f"{house.name} verklaart dat",
        "name": row.name,
        "earned": f"op {formats.date_only(row.earned_on)} het {row.title} heeft behaald.",
        "items_heading": heading,
        "items": items,
        "facts": facts,
        "copy": f"Afschrift van {formats.day(copy.ordered_at)}" if copy else "",
        "badge": row.badge or "",
        "qr": _qr(check_address(row.number)),
        "qr_alt": f"QR-code met het adres {check_address(row.number)}",
        "check": "Controleer dit certificaat op",
        "check_at": f"{urlsplit(config().origin).netloc}/certificaat-controleren",
        "signatory": house.signatory_name,
        "function": house.signatory_function,
        "address": house.address,
    }


def _items(scheme: Scheme | None) -> tuple[str, list[str]]:
    """What was shown: the competencies, or else the end terms."""
    if scheme is None:
        return "", []
    if scheme.competencies:
        return "Getoetste competenties", [one.name for one in scheme.competencies]
    return "Getoetste eindtermen", [one.name for one in scheme.end_terms]


def _qr(text: str) -> str:
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", border=2, scale=4, xmldecl=False)
    return out.getvalue().decode()


def _day(day: date | datetime) -> dict[str, int]:
    return {"year": day.year, "month": day.month, "day": day.day}


def answer(data: bytes, name: str) -> Response:
    """The file as it is sent."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, content_type="application/pdf", headers=headers)

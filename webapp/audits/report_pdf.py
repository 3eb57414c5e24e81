"""The report of an audit as PDF: the same bytes whenever it is asked for."""

from pathlib import Path
from typing import Any

from storage.audits import findings
from storage.audits.audits import OrganisationAudit
from storage.base.database import session_of
from storage.base.present import present
from storage.people import institution
from webapp import letter_pdf
from webapp.dutch import formats
from webapp.dutch.audits import FOUND

LETTER = Path(__file__).parent / "letters" / "report.typ"


def made(found: OrganisationAudit) -> bytes:
    """The PDF of a reported audit."""
    return letter_pdf.make(LETTER, content(found), int(present(found.ended_at).timestamp()))


def content(found: OrganisationAudit) -> dict[str, Any]:
    """All that stands in it, in words. What became of a finding later is not in it."""
    ended = present(found.ended_at).astimezone(formats.AMSTERDAM)
    issuer = institution.of(session_of(found))
    return {
        "title": f"Verslag van de audit van {found.organisation.name}",
        "date": {"year": ended.year, "month": ended.month, "day": ended.day},
        "issuer": issuer.name,
        "colour": issuer.colour,
        "facts": [
            ["Gehouden op", formats.date_only(present(found.held_on))],
            ["Waar", found.place or "niet genoteerd"],
            ["Door", found.auditor.name],
            ["Richtlijnen", f"versie {found.version}"],
            ["Verslag van", formats.date_only(ended.date())],
        ],
        "conclusion": found.conclusion,
        "topics": [
            {
                "name": topic.name,
                "points": [
                    [point.text, _found(found, point.key), found.answers[point.key]["remark"]] for point in topic.points
                ],
            }
            for topic in found.guidelines.topics
        ],
        "findings": [
            [
                str(one.number),
                one.text,
                one.owner.name if one.owner else "de organisatie",
                formats.date_only(one.until),
            ]
            for one in findings.of_audit(found)
        ],
    }


def _found(found: OrganisationAudit, key: str) -> str:
    return {str(one): word for one, word in FOUND.items()}[found.answers[key]["found"]]

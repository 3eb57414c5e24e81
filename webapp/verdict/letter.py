"""The result as a letter: a PDF that can be archived (PDF/A-2b) and read aloud (PDF/UA-1)."""

from collections import defaultdict
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from review.verdict import Decision
from storage.base.present import present
from storage.exam.sittings import Answer
from storage.judging.ratings import ratings_of
from storage.judging.scores import Remark
from storage.judging.verdicts import Verdict
from webapp import explain, letter_pdf
from webapp.dutch import formats, terms

LETTER = Path(__file__).parent / "letters" / "result.typ"


def result(session: Session, verdict: Verdict) -> bytes:
    """The letter about a released verdict: the same bytes whenever it is asked for."""
    return letter_pdf.make(LETTER, _content(session, verdict), int(present(verdict.released_at).timestamp()))


def missing(session: Session, verdict: Verdict) -> str:
    """The signs of the candidate's name and of what people wrote that the letter about this verdict replaces."""
    by_answer = remarks(session, verdict)
    texts = [one.text for _, by_slot in by_answer for _, own in by_slot for one in own]
    return letter_pdf.missing([verdict.sitting.dossier.candidate.name, verdict.cause_text, *texts])


def remarks(session: Session, verdict: Verdict) -> list[tuple[Answer, list[tuple[int, list[Remark]]]]]:
    """The remarks of assessors, by situation and by assessor, who are numbers to the candidate."""
    by_answer: dict[Answer, list[tuple[int, list[Remark]]]] = defaultdict(list)
    theirs = ratings_of(session, verdict.sitting, verdict.marking)
    for rating in sorted(theirs, key=lambda one: (one.answer.number, present(one.slot))):
        if rating.remarks:
            by_answer[rating.answer].append((present(rating.slot), rating.remarks))
    return list(by_answer.items())


def changed(verdict: Verdict) -> list[str]:
    """What a letter says first that takes the place of another one; nothing in the first letter."""
    before = verdict.replaces
    if before is None or before.released_at is None:
        return []
    was = "geslaagd" if before.passed else "niet geslaagd"
    words = f"Deze brief komt in de plaats van die van {formats.day(before.released_at)}. Toen stond er: {was}."
    return [f"{words} {terms.CHANGED[verdict.cause]}", *([verdict.cause_text] if verdict.cause_text else [])]


def _content(session: Session, verdict: Verdict) -> dict[str, Any]:
    dossier = verdict.sitting.dossier
    scheme = dossier.scheme.content
    decision = Decision.from_json(verdict.decision)
    standings = explain.standings(decision, scheme)
    at = present(verdict.released_at).astimezone(formats.AMSTERDAM)
    overall = explain.figure(decision.overall)
    heading = "U bent geslaagd" if verdict.passed else "U bent niet geslaagd"
    first = f"U deed examen voor {scheme.name}. Uw gemiddelde over alle competenties is {overall}."
    return {
        "title": f"Uitslag {scheme.name}",
        "date": {"year": at.year, "month": at.month, "day": at.day},
        "day": formats.day(at),
        "name": dossier.candidate.name,
        "code": dossier.code,
        "heading": heading,
        "correction": changed(verdict),
        "opening": [f"Gefeliciteerd. {first}" if verdict.passed else first],
        "why": [
            f"{line.what}: {line.found}, nodig is {line.needed}."
            for line in explain.lines(decision, scheme)
            if not line.met
        ],
        "competencies": [
            {
                "name": one.competency.name,
                "mean": one.mean,
                "level": str(one.result.level or "niet gezien"),
                "anchor": one.competency.anchor(one.result.level) if one.result.level else "",
            }
            for one in standings
        ],
        "develop": [
            {"name": one.competency.name, "words": explain.next_step(one)}
            for one in explain.to_develop(decision, scheme)
        ],
        "objection": [
            f"U kunt bezwaar maken tot en met {formats.date_only(explain.objection_until(verdict))}.",
            *scheme.text("objection").paragraphs,
        ],
        "remarks": [
            {
                "situation": f"Situatie {answer.number}, {answer.scenario.title}",
                "assessors": [
                    {
                        "who": f"Assessor {slot}",
                        "said": [{"at": formats.timecode(one.at_s), "text": one.text} for one in own],
                    }
                    for slot, own in by_slot
                ],
            }
            for answer, by_slot in remarks(session, verdict)
        ],
        "footer": f"{scheme.certificate}, dossier {dossier.code}",
    }

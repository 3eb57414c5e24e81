"""“Waarom nog niet?”: every reason why something cannot go on, as a rule, the value found and the value needed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from review.portfolio import Outcome, words
from scenarios.chapters import Documents, FilePart
from storage.admission.part_one import PartOneReview, criteria_of
from storage.base.present import present
from storage.base.refusal import Refused
from storage.dossier.dossiers import Dossier, DossierState
from storage.dossier.qualifications import prerequisite
from storage.exam import accommodations
from storage.planning import bookings
from storage.planning.theory_tests import live_test
from webapp.context import g
from webapp.dutch import formats, states, terms


@dataclass(frozen=True)
class Obstacle:
    """One rule that is not met yet."""

    rule: str
    found: str
    needed: str


def obstacles(dossier: Dossier, manager_only: bool = False) -> list[Obstacle]:
    """The obstacles between this dossier and the exam. With `manager_only` nothing of what the candidate wrote."""
    found = []
    if dossier.state in (DossierState.WRITING, DossierState.RETURNED):
        gaps = dossier.manager_gaps() if manager_only else dossier.missing()
        found += [_gap(dossier, name) for name in gaps if not name.startswith("competency_")]
        if levels := [name for name in gaps if name.startswith("competency_")]:
            all_of_them = len(dossier.scheme.content.competencies)
            needed = f"{all_of_them} competenties met een niveau en een STAR"
            found.append(Obstacle("De eigen beoordeling", f"{all_of_them - len(levels)} klaar", needed))
    if dossier.state is DossierState.SUBMITTED:
        since = f" op {formats.moment(dossier.submitted_at)}" if dossier.submitted_at else ""
        found.append(Obstacle("Het besluit van KSF over deel 1", f"ingediend{since}", "goedgekeurd"))
    if dossier.state in (DossierState.REJECTED, DossierState.WITHDRAWN, DossierState.ERASED):
        found.append(Obstacle("De stand van het dossier", states.DOSSIER_STATES[dossier.state], "goedgekeurd"))
    asked = accommodations.of(g.db, dossier)
    if not manager_only and asked is not None and asked.granted is None:
        found.append(Obstacle("Het besluit over de voorziening", "gevraagd", "besloten"))
    going_on = dossier.state in (DossierState.WRITING, DossierState.RETURNED, DossierState.SUBMITTED)
    if going_on and (refused := prerequisite(g.db, dossier)):
        has = ", ".join(terms.qualification(key) for key in refused.found) or "niets in het register"
        if not manager_only and (test := live_test(g.db, dossier.candidate_id)):
            has += f"; er staat een online toets klaar voor {formats.moment(test.starts_at)}"
        needed = " of ".join(terms.qualification(key) for key in refused.needed)
        found.append(Obstacle("De toelating tot dit examen", has, needed))
    if bookings.awaits_date(g.db, dossier):
        booking = bookings.booking_of(g.db, dossier)
        has = states.BOOKING_STATES[booking.state] if booking else "nog niet aangevraagd"
        found.append(Obstacle("De examendatum", has, "bevestigd"))
    return found


def _gap(dossier: Dossier, name: str) -> Obstacle:
    documents, rule = dossier.scheme.content.chapter(Documents), formats.sentence(terms.part(name))
    if name == "tasks":
        return Obstacle(rule, f"{len(dossier.tasks or ())} gekozen", f"ten minste {documents.minimum_tasks}")
    if name in ("reason", "example_role"):
        needed = f"ten minste {max(1, documents.manager_minimum_words)} woorden"
        return Obstacle(rule, f"{words(getattr(dossier, name))} woorden", needed)
    if name == "alike_reason":
        limit = f"hoogstens {formats.percent(documents.same_text_share)}, of een reden"
        return Obstacle(rule, f"{formats.percent(present(dossier.alike_share))} gelijk aan een andere tekst", limit)
    if name == "substantiation":
        return Obstacle(rule, "nog niet aangepast", "aangepast en bewaard")
    if name == "years":
        has = "niet ingevuld" if dossier.years is None else f"{dossier.years:g} jaar".replace(".", ",")
        return Obstacle(rule, has, f"ingevuld, ten minste {documents.minimum_years} jaar")
    if name.startswith("star_"):
        star = next((one for one in dossier.stars if f"star_{one.kind}" == name), None)
        boxes = (star.situation, star.tasks, star.activities, star.result) if star else ()
        return Obstacle(rule, f"{sum(bool(box.strip()) for box in boxes)} vakken ingevuld", "4 vakken")
    return Obstacle(rule, "niet ingevuld", "ingevuld")


def sent_back(dossier: Dossier, parts: Iterable[FilePart]) -> list[tuple[str, str]]:
    """The changes that KSF asks for in these parts of a returned file: (criterion, reason)."""
    if dossier.state is not DossierState.RETURNED:
        return []
    last = g.db.scalars(
        select(PartOneReview)
        .where(PartOneReview.dossier_id == dossier.id, PartOneReview.outcome == Outcome.RETURNED)
        .order_by(PartOneReview.round.desc())
    ).first()
    return reasons(last, parts) if last else []


def reasons(review: PartOneReview, parts: Iterable[FilePart]) -> list[tuple[str, str]]:
    """The criteria about these parts that are not met, with the reason: (name, reason)."""
    wanted, marks = set(parts), review.marks
    return [
        (criterion.name, marks[key].reason)
        for key, criterion in criteria_of(review.dossier).items()
        if criterion.part in wanted and key in marks and marks[key].sufficient is False
    ]


def told(error: Refused) -> list[tuple[str, str]]:
    """The rule that refused, the value that was found and the value that is needed, as far as there are values."""
    lines = [("Gevonden", _in_words(error.found)), ("Nodig", _in_words(error.needed))]
    return [("Regel", str(error.rule)), *((label, text) for label, text in lines if text)]


TABLES: tuple[Mapping[Any, str], ...] = (
    states.DOSSIER_STATES,
    terms.FILE_PARTS,
    terms.QUALIFICATIONS,
    terms.PARTS,
    states.STAGES,
    terms.OUTCOMES,
    terms.CONFLICTS,
    states.BOOKING_STATES,
    states.SESSION_STATES,
    states.ROLES,
)


def _in_words(value: Any) -> str:
    """A value of a rule as a person reads it; nothing when there is none that says something."""
    if isinstance(value, tuple | list | set):
        return ", ".join(text for text in map(_in_words, value) if text)
    if isinstance(value, datetime):
        return formats.moment(value)
    if isinstance(value, date):
        return formats.date_only(value)
    if not isinstance(value, str | int | float) or isinstance(value, UUID | bool):
        return ""
    found = next((table[value] for table in TABLES if value in table), None)
    return found or str(value).replace("_", " ")

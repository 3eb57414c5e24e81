"""Two assessments of invented people: one that is ready for its assessors, and one with a result."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from review.assessment_form import MARK
from storage.assessing import results, sheets
from storage.assessing.assessments import Assessment, AssessmentSheet, request
from storage.people.organisations import Organisation
from storage.people.people import Person
from storage.schemes import Scheme

WHERE = "Oefenzaal, Voorbeeldstraat 1, Utrecht"
LOW = {"1.1": "5", "1.2": "4"}
WHY = "Er was een plan, maar zonder cijfers uit de markt."


def ready(
    session: Session,
    scheme: Scheme,
    candidate: Person,
    home: Organisation,
    people: dict[str, Person],
    now: datetime,
) -> Assessment:
    """Asked, planned, and begun an hour ago. `people`: the beheerder, the officer and the assessors, by their part."""
    found = request(session, scheme, candidate, home, people["beheerder"], now)
    assessors = [people["assessor"], people["assessor2"], people["assessor3"]][: found.slots]
    found.plan(assessors, now + timedelta(hours=1), WHERE, people["bureau"], now)
    found.starts_at = now - timedelta(hours=1)
    session.flush()
    return found


def marked(found: Assessment, people: dict[str, Person], now: datetime) -> None:
    """One core task is not enough: signed, signed by the exam committee, and released."""
    for sheet in list(found.sheets):
        sheets.write(sheet, _filled(sheet))
        sheets.sign(sheet, now)
    results.endorse(found, people["commissie"], now)
    results.release(found, people["bureau2"], now)


def _filled(sheet: AssessmentSheet) -> dict[str, str]:
    form = sheets.form_of(sheet.assessment.scheme)
    marks = {one: LOW.get(one, "7") for one in form.criteria if form.kind(one) == MARK}
    return {f"found-{one}": mark for one, mark in marks.items()} | {f"reason-{one}": WHY for one in LOW}

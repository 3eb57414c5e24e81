"""Assessments as they are asked, planned, filled in and signed, without a page."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy.orm import Session
from support import cast

from review.rules import RuleError
from storage.assessing import sheets
from storage.assessing.assessments import Assessment, AssessmentSheet, AssessmentState, request
from storage.assessing.portfolios import PortfolioDocument
from storage.base.clock import AMSTERDAM
from storage.certificates.signing_keys import current_key
from storage.people.people import Person, jobs
from storage.schemes import Scheme, add_scheme

PROOF, MARKS = "ervaringsbewijs_callcenter", "mbo_contactcenter"


def scheme(session: Session, key: str, now: datetime = cast.NOW, **values: object) -> Scheme:
    """An exam of the repository; `values` take the place of what its file says, as `assessors=2`."""
    data = (cast.CONTENT.parent / key / "scheme.toml").read_text()
    for name, value in values.items():
        line = next(one for one in data.splitlines() if one.startswith(f"{name} = "))
        data = data.replace(line, f"{name} = {value}")
    row = add_scheme(session, data.encode(), now)
    session.flush()
    return row


def asked(
    session: Session,
    people: cast.Cast,
    candidate: Person,
    exam: str = PROOF,
    now: datetime = cast.NOW,
    **values: object,
) -> Assessment:
    """An assessment that the beheerder asked for this candidate, who may come from elsewhere."""
    session.flush()
    homes = (people.organisation, people.outsider_organisation)
    home = next(one for one in homes if jobs(session, [candidate.id], {one.id}, now))
    return request(session, scheme(session, exam, now, **values), candidate, home, people.beheerder, now)


def plan(session: Session, people: cast.Cast, found: Assessment, now: datetime = cast.NOW) -> None:
    """In two hours, by the first assessors of the cast."""
    found.plan(people.assessors[: found.slots], now + timedelta(hours=2), "Zaal Noord, Utrecht", people.officer, now)
    session.flush()


def whole(sheet: AssessmentSheet, **other: str) -> dict[str, str]:
    """Everything on this sheet filled in as well as can be: what is shown, no fault, the mark 7."""
    form, day = sheets.form_of(sheet.assessment.scheme), sheet.assessment.starts_at.astimezone(AMSTERDAM).date()
    written = {f"found-{one}": _best(form, one) for one in sheets.criteria_of(sheet)}
    written |= {f"portfolio-{one}": "yes" for one in sheets.portfolio_terms(sheet)}
    if sheets.stretches_asked(sheet.assessment.scheme):
        written |= {"day-1": day.isoformat(), "from-1": "09:00", "until-1": "12:00"}
    return written | other


def _best(form, criterion: str) -> str:
    for text in ("yes", "7", "97"):
        try:
            found = form.read(criterion, text)
        except RuleError:
            continue
        if not form.falls_short(criterion, found):
            return text
    return "0"


def sign(found: Assessment, slot: int, now: datetime, other: dict[str, str] | None = None) -> AssessmentSheet:
    """The sheet of one of its assessors, from 0 on, filled in and signed."""
    sheet = found.sheets[slot]
    sheets.write(sheet, whole(sheet, **(other or {})))
    sheets.sign(sheet, now)
    return sheet


def document(session: Session, found: Assessment, now: datetime, competency: str = "data") -> PortfolioDocument:
    """A document in the portfolio whose file is no more."""
    row = PortfolioDocument(id=uuid.uuid4(), assessment_id=found.id, competency=competency, name="bewijs.pdf")
    row.content_type, row.size, row.sha256 = "application/pdf", 1000, "0" * 64
    row.key, row.cipher_size, row.cipher_sha256, row.created_at = f"portfolio-documents/{row.id}.enc", 1, "0" * 64, now
    session.add(row)
    session.flush()
    return row


def of_world(session: Session, people: cast.Cast, somebody: Person, now: datetime) -> dict[str, object]:
    """One that is asked, one that is planned with a portfolio, and one judged, disputed and known.

    The assessors have judged the exam of the candidate, who would else be no case of theirs.
    """
    current_key(session, now)
    made = asked(session, people, somebody, PROOF, now)
    planned = _with_sheets(session, people, people.candidate, PROOF, now, now + timedelta(hours=2))
    paper = document(session, planned, now)
    known = _with_sheets(session, people, people.second_candidate, PROOF, now, now - timedelta(hours=4))
    for slot in (0, 1):
        sign(known, slot, now, {"found-1.1": "no", "reason-1.1": "Keek niet op het scherm."})
    known.state, known.released_at, known.released_by_id = AssessmentState.RELEASED, now, people.officer.id
    session.flush()
    begun = now - timedelta(hours=4)
    disputed = _with_sheets(session, people, people.second_candidate, PROOF, now, begun)
    sign(disputed, 0, now)
    sign(disputed, 1, now, {"found-1.1": "no", "reason-1.1": "Keek niet op het scherm."})
    judged = _with_sheets(session, people, people.second_candidate, MARKS, now, begun)
    sign(judged, 0, now)
    marks = _with_sheets(session, people, people.candidate, MARKS, now, now + timedelta(hours=3))
    return {
        "assessment_asked": made,
        "assessment": planned,
        "assessment_sheet": planned.sheets[0],
        "portfolio_document": paper,
        "assessment_known": known,
        "assessment_disputed": disputed,
        "assessment_judged": judged,
        "assessment_marks": marks,
    }


def elsewhere(session: Session, people: cast.Cast, stranger: Person, now: datetime) -> dict[str, object]:
    """The same of the outsiders."""
    made = asked(session, people, stranger, PROOF, now)
    planned = _with_sheets(session, people, people.outsider_candidate, PROOF, now, now + timedelta(hours=2))
    return {
        "assessment_asked": made,
        "assessment": planned,
        "portfolio_document": document(session, planned, now),
    }


def _with_sheets(
    session: Session, people: cast.Cast, candidate: Person, exam: str, now: datetime, starts_at: datetime
) -> Assessment:
    """One that is planned, whatever bonds there are."""
    row = asked(session, people, candidate, exam, now)
    row.state, row.starts_at, row.place, row.answered_at = AssessmentState.PLANNED, starts_at, "Zaal Noord", now
    for slot, assessor in enumerate(people.assessors[: row.slots], 1):
        session.add(AssessmentSheet(id=uuid.uuid4(), assessment_id=row.id, slot=slot, assessor=assessor, version=0))
    session.flush()
    session.expire(row, ["sheets"])
    return row

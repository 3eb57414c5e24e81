"""The sheet of one assessor: what may be filled in, written field by field, signed, and judged with the others'.

The fields of the page have names here: `found-1.1` and `reason-1.1` for a criterion, `day-1`, `from-1`, `until-1` for
each stretch of time, `portfolio-data` and `portfolio_reason-data` for the portfolio of a competency, and `remark`.
"""

import uuid
from collections.abc import Collection, Mapping
from datetime import date, datetime, time
from enum import StrEnum

from review.assessment_form import Filled, Form, Judgement, judge
from review.marks import MarkRule
from review.proof import ProvenRule
from review.rule_reading import parse
from review.rules import Found, RuleError
from scenarios.assessment_time import Stretch, TimeFault, time_faults
from scenarios.chapters import Evidence
from scenarios.scheme import MissingChapter
from storage.assessing.assessments import Assessment, AssessmentSheet, AssessmentState
from storage.assessing.portfolios import documents_of
from storage.base import audit
from storage.base.clock import AMSTERDAM
from storage.base.database import session_of
from storage.base.refusal import Refused
from storage.schemes import Scheme

NOTED = ("day", "from", "until")
"""What is filled in of a stretch of time."""


class Rule(StrEnum):
    """Why a sheet is not written on or not signed."""

    CLOSED = "sheet_closed"
    NOT_YET = "sheet_not_yet"
    UNJUDGED = "sheet_unjudged"
    NO_REASON = "sheet_without_reason"
    PORTFOLIO = "sheet_portfolio_unjudged"
    NO_TIME = "sheet_without_time"
    WRONG = "sheet_field_wrong"


def form_of(scheme: Scheme) -> Form:
    """The empty form of this exam."""
    content = scheme.content
    terms = {term.key: tuple(one.number for one in term.criteria) for term in content.end_terms}
    rule = parse(content.pass_rule)
    if isinstance(rule, ProvenRule) and (proof := content.proof):
        return Form(terms, rule, proof.assessors)
    if isinstance(rule, MarkRule) and (marking := content.marking):
        return Form(terms, rule, marking.assessors)
    raise MissingChapter(f"{scheme.key} {scheme.number}: proof or marking")


def has_portfolio(scheme: Scheme) -> bool:
    """True where a candidate may hand in documents per competency."""
    return any(part.evidence is Evidence.COMPETENCY_PORTFOLIO for part in scheme.content.parts)


def stretches_asked(scheme: Scheme) -> int:
    """How many stretches of time a sheet has room for: a morning and an afternoon a day; 0 where no time is asked."""
    proof = scheme.content.proof
    return 2 * proof.maximum_days if proof else 0


def criteria_of(sheet: AssessmentSheet) -> tuple[str, ...]:
    """What this assessor judges: all of it, or, as the third, that about which the others differ."""
    form, found = form_of(sheet.assessment.scheme), sheet.assessment
    if sheet.slot <= found.slots:
        return form.criteria
    others = [filled(form, one) for one in found.sheets if one.slot <= found.slots]
    return judge(form, others).for_third


def filled(form: Form, sheet: AssessmentSheet) -> Filled:
    """What stands on this sheet; a text that the criterion cannot be counts as nothing."""
    return Filled(str(sheet.assessor_id), sheet.slot, found_on(form, sheet.written))


def found_on(form: Form, written: Mapping[str, str]) -> dict[str, Found]:
    found = {}
    for criterion in form.criteria:
        try:
            found[criterion] = form.read(criterion, written.get(f"found-{criterion}", ""))
        except RuleError:
            found[criterion] = None
    return found


def require_open(sheet: AssessmentSheet) -> None:
    """Raises Refused when the sheet is signed, or its assessment is off or was judged."""
    wanted = AssessmentState.PLANNED if sheet.slot <= sheet.assessment.slots else AssessmentState.DISPUTED
    if sheet.signed_at is not None or sheet.replaced_at is not None or sheet.assessment.state is not wanted:
        raise Refused(Rule.CLOSED)


def write(sheet: AssessmentSheet, written: Mapping[str, str]) -> None:
    """Keep these fields; others stay as they are. Raises Refused when the sheet is closed, or for an unknown field."""
    require_open(sheet)
    if unknown := written.keys() - set(fields_of(sheet)):
        raise Refused(Rule.WRONG, found=", ".join(sorted(unknown)))
    both = {**sheet.written, **written}
    if both != sheet.written:
        sheet.written, sheet.version = both, sheet.version + 1
        session_of(sheet).flush()


def fields_of(sheet: AssessmentSheet) -> list[str]:
    """The names of the fields of this sheet."""
    scheme = sheet.assessment.scheme
    names = [f"{name}-{one}" for one in criteria_of(sheet) for name in ("found", "reason")]
    names += [f"{name}-{number}" for number in range(1, stretches_asked(scheme) + 1) for name in NOTED]
    names += [f"{name}-{one}" for one in portfolio_terms(sheet) for name in ("portfolio", "portfolio_reason")]
    return [*names, "remark"]


def portfolio_terms(sheet: AssessmentSheet) -> list[str]:
    """The competencies of which the candidate handed in documents; the third judges no portfolio."""
    if sheet.slot > sheet.assessment.slots or not has_portfolio(sheet.assessment.scheme):
        return []
    there = {one.competency for one in documents_of(sheet.assessment)}
    return [term.key for term in sheet.assessment.scheme.content.end_terms if term.key in there]


def sign(sheet: AssessmentSheet, now: datetime) -> None:
    """The assessor's signature. The last one of them decides what comes of it, or that a third is needed.

    Raises Refused before the assessment began, and for the first thing that keeps it from being signed.
    """
    found = sheet.assessment
    found.wait_for_others()
    require_open(sheet)
    if found.starts_at is not None and now < found.starts_at:
        raise Refused(Rule.NOT_YET, needed=found.starts_at)
    for rule, subjects in lacks(sheet):
        raise Refused(rule, found=", ".join(subjects))
    for fault in time_wrong(sheet):
        raise Refused(fault, needed=found.scheme.content.proof and found.scheme.content.proof.maximum_hours)
    sheet.signed_at, sheet.version = now, sheet.version + 1
    session = session_of(sheet)
    session.flush()
    audit.record(session, now, sheet.assessor_id, "assessment_sheet_signed", sheet, slot=sheet.slot)
    _conclude(found, now)


def standing(sheet: AssessmentSheet) -> Judgement:
    """What this sheet alone says by now of what its assessor judges."""
    form, asked = form_of(sheet.assessment.scheme), criteria_of(sheet)
    terms = {key: tuple(one for one in criteria if one in asked) for key, criteria in form.terms.items()}
    alone = Form({key: criteria for key, criteria in terms.items() if criteria}, form.rule, 1)
    found = found_on(alone, sheet.written)
    return judge(alone, [Filled(str(sheet.assessor_id), 1, found)])


def judged(found: Assessment) -> Judgement:
    """What everybody who signed says together by now."""
    form = form_of(found.scheme)
    return judge(form, [filled(form, one) for one in found.sheets if one.signed_at is not None])


def lacks(sheet: AssessmentSheet) -> list[tuple[Rule, list[str]]]:
    """What is not filled in yet: the rule, and the criteria or competencies it is about."""
    form, written = form_of(sheet.assessment.scheme), sheet.written
    found, asked = found_on(form, written), criteria_of(sheet)
    portfolio = portfolio_terms(sheet)
    without = [one for one in asked if form.falls_short(one, found[one]) and not written.get(f"reason-{one}", "")]
    names = {term.key: term.name for term in sheet.assessment.scheme.content.end_terms}
    told = [
        (Rule.PORTFOLIO, [names[one] for one in portfolio if not written.get(f"portfolio-{one}")]),
        (Rule.UNJUDGED, [one for one in asked if found[one] is None]),
        (Rule.NO_REASON, without),
        (Rule.NO_TIME, ["1"] if stretches_asked(sheet.assessment.scheme) and not stretches(sheet.written) else []),
    ]
    return [(rule, subjects) for rule, subjects in told if subjects]


def stretches(written: Mapping[str, str]) -> list[Stretch]:
    """The times that stand on a sheet; a row that is not whole is none."""
    rows: dict[str, dict[str, str]] = {}
    for key, text in written.items():
        name, _, number = key.partition("-")
        if name in NOTED and text:
            rows.setdefault(number, {})[name] = text
    found = []
    for row in rows.values():
        if len(row) == len(NOTED):
            day = date.fromisoformat(row["day"])
            began, ended = (
                datetime.combine(day, time.fromisoformat(row[name]), AMSTERDAM) for name in ("from", "until")
            )
            found.append(Stretch(began, ended))
    return found


def time_wrong(sheet: AssessmentSheet) -> tuple[TimeFault, ...]:
    """What is wrong with the times on this sheet, by the scheme. Each assessor's own time is looked at by itself."""
    rules = sheet.assessment.scheme.content.proof
    return time_faults(stretches(sheet.written), rules, AMSTERDAM) if rules else ()


def _conclude(found: Assessment, now: datetime) -> None:
    """Decide, when everybody who was named has signed."""
    session = session_of(found)
    session.expire(found, ["sheets"])
    if any(one.signed_at is None for one in found.sheets):
        return
    judgement = judged(found)
    if judgement.outcome.passed is None:
        found.take_step(AssessmentState.DISPUTED, None, now, criteria=list(judgement.for_third))
        return
    found.judgement, found.passed, found.judged_at = judgement.to_json(), judgement.outcome.passed, now
    found.take_step(AssessmentState.JUDGED, None, now, passed=found.passed)
    session.flush()


def copies(found: Assessment, now: datetime) -> None:
    """New sheets in the place of those that were signed, with what stands on them; the third's is needed no more."""
    session, standing = session_of(found), list(found.sheets)
    for one in standing:
        one.replaced_at, one.version = now, one.version + 1
    session.flush()
    for one in standing:
        if one.slot <= found.slots:
            again = AssessmentSheet(id=uuid.uuid4(), assessment_id=found.id, slot=one.slot, version=0)
            again.assessor_id, again.written = one.assessor_id, one.written
            session.add(again)
    session.flush()
    session.expire(found, ["sheets"])


def reasons(sheets: Collection[AssessmentSheet], criterion: str) -> list[tuple[int, str]]:
    """What each assessor wrote about this criterion: (slot, words)."""
    told = [(one.slot, one.written.get(f"reason-{criterion}", "")) for one in sheets]
    return [(slot, words) for slot, words in told if words]

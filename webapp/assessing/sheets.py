"""The sheet that an assessor fills in while somebody works: it saves itself, says how it stands, and is signed."""

import uuid
from datetime import date, time
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional, ValidationError

from review.assessment_form import MARK, NO, YES, Form
from review.marks import MarkRule
from review.proof import NormKind
from review.rules import RuleError
from storage.assessing import portfolios, sheets
from storage.assessing.assessments import AssessmentSheet, AssessmentState
from storage.base.database import session_scope
from storage.base.refusal import Refused
from storage.people.people import Person, Role
from webapp import access
from webapp.access import assessments as access_assessment
from webapp.assessing import showing
from webapp.context import g
from webapp.dossier import drafts
from webapp.dossier.drafts import DraftForm
from webapp.dutch import refusals
from webapp.forms import choices
from webapp.paging import page_of

pages = Blueprint("assessment_sheets", __name__, url_prefix="/beoordelen/assessments")

SHOWN = [(YES, "Aangetoond"), (NO, "Niet aangetoond")]
SUPPORTS = [(YES, "Past bij de competentie"), (NO, "Past niet bij de competentie")]
TEXT = [Length(max=2000)]
OVER = (AssessmentState.JUDGED, AssessmentState.ENDORSED, AssessmentState.RELEASED)


@pages.get("")
@access.roles(Role.ASSESSOR)
def home() -> ResponseReturnValue:
    """The own sheets: first those to do."""
    page = page_of(access_assessment.my_sheets(), *access_assessment.OF_SHEET)
    return render_template("assessing/sheets.html", page=page)


@pages.route("/<uuid:sheet_id>", methods=["GET", "POST"])
@access.roles(Role.ASSESSOR)
def one(sheet_id: uuid.UUID) -> ResponseReturnValue:
    """One sheet. A page that saves by itself hears how it stands now; the button signs."""
    sheet = access_assessment.my_sheet(sheet_id)
    form, clash = form_for(sheet), []
    if request.method == "POST":
        sheets.require_open(sheet)
        valid, by_itself = form.validate_on_submit(), access.wants_json()
        kept = {name: sheet.written.get(name, "") for name in sheets.fields_of(sheet)}
        clash = form.clash(sheet.version, kept)
        if clash and by_itself:
            return drafts.behind(sheet.version, kept)
        if not clash and (valid or by_itself):
            sheets.write(sheet, form.written())
            if by_itself:
                return drafts.saved(sheet.version, form.errors, **_parts(sheet))
            # What is written stays, also when it cannot be signed yet.
            g.db.commit()
            if answer := _signed(access_assessment.my_sheet(sheet_id), form):
                return answer
        form.version.raw_data, form.version.data = None, sheet.version
    return _page(sheet, form, clash), 422 if form.errors or form.form_errors else 409 if clash else 200


@pages.get("/bestanden/<uuid:document_id>")
@access.roles(Role.ASSESSOR)
def document(document_id: uuid.UUID) -> ResponseReturnValue:
    """A document of the portfolio, to keep and never to show. That it was opened is noted."""
    found = access_assessment.document_for_assessor(document_id)
    person = access.me().id
    with session_scope() as session:
        theirs = session.get_one(portfolios.PortfolioDocument, found.id)
        portfolios.look_at(session, theirs, session.get_one(Person, person), Role.ASSESSOR, g.now)
    return download(found)


def download(found: portfolios.PortfolioDocument) -> Response:
    """The file; what somebody uploaded must not run under our address."""
    response = Response(portfolios.get(found), content_type=found.content_type)
    response.headers.set("Content-Disposition", "attachment", filename=found.name)
    return response


def _signed(sheet: AssessmentSheet, form: DraftForm) -> ResponseReturnValue | None:
    """Sign it when that was asked; None when something is missing, which the form says by now."""
    if not request.form.get("hand_in"):
        flash("Bewaard.", "ok")
        return redirect(url_for("assessment_sheets.one", sheet_id=sheet.id))
    for rule, subjects in sheets.lacks(sheet):
        _tell(form, rule, subjects)
    try:
        if not form.errors:
            sheets.sign(sheet, g.now)
    except Refused as error:
        form.form_errors.append(refusals.refusal(error))
    if form.errors or form.form_errors:
        return None
    flash("Ondertekend. U kunt hier niets meer veranderen.", "ok")
    return redirect(url_for("assessment_sheets.home"))


SAID = {
    sheets.Rule.UNJUDGED: ("found", "Vul dit in."),
    sheets.Rule.NO_REASON: ("reason", "Schrijf waarom. De kandidaat leest het."),
}


def _tell(form: DraftForm, rule: sheets.Rule, subjects: list[str]) -> None:
    if rule in SAID:
        name, words = SAID[rule]
        for one in subjects:
            form[f"{name}-{one}"].errors = [words]
    elif rule is sheets.Rule.NO_TIME:
        form["day-1"].errors = ["Vul in wanneer het assessment was: dag, begin en einde."]
    else:
        form.form_errors.append(refusals.refusal(Refused(rule, found=", ".join(subjects))))


def form_for(sheet: AssessmentSheet) -> DraftForm:
    """The form of this sheet, with what stands on it."""
    content, form = sheet.assessment.scheme.content, sheets.form_of(sheet.assessment.scheme)
    texts = {one.number: one.text for term in content.end_terms for one in term.criteria}
    fields: dict[str, Any] = {}
    for name in sheets.portfolio_terms(sheet):
        fields[f"portfolio-{name}"] = _choice("Wat laat het portfolio zien?", SUPPORTS)
        fields[f"portfolio_reason-{name}"] = TextAreaField("Opmerking bij het portfolio", TEXT)
    for criterion in sheets.criteria_of(sheet):
        fields[f"found-{criterion}"] = _field(form, criterion, f"{criterion} {texts[criterion]}")
        behaviour = form.kind(criterion) == NormKind.BEHAVIOUR
        fields[f"reason-{criterion}"] = TextAreaField("Waarom niet?" if behaviour else "Toelichting", TEXT)
    for number in range(1, sheets.stretches_asked(sheet.assessment.scheme) + 1):
        fields[f"day-{number}"] = StringField(
            "Dag", [Optional(), _iso(date, "Kies een dag.")], render_kw={"type": "date"}
        )
        for name, label in (("from", "Van"), ("until", "Tot")):
            kind = {"type": "time"}
            fields[f"{name}-{number}"] = StringField(
                label, [Optional(), _iso(time, "Vul een tijd in.")], render_kw=kind
            )
    fields["remark"] = TextAreaField("Opmerking bij het geheel", TEXT, description="Alleen KSF leest dit.")
    made: type[DraftForm] = type("SheetForm", (DraftForm,), fields)
    filled: DraftForm = made(data={**sheet.written, "version": sheet.version})
    return filled


def _choice(label: str, offered: list[tuple[str, str]]) -> RadioField:
    """One of two, or neither yet."""
    return RadioField(label, [Optional(), _one_of(offered)], choices=choices(offered), validate_choice=False)


def _field(form: Form, criterion: str, label: str) -> Any:
    kind, limit = form.kind(criterion), form.limit(criterion)
    if kind == NormKind.BEHAVIOUR:
        return _choice(label, SHOWN)
    if kind == MARK and isinstance(form.rule, MarkRule):
        marks = sorted(form.rule.scale, reverse=True)
        offered = [("", "Kies een cijfer"), *((str(one), f"{one} {form.rule.scale[one]}") for one in marks)]
        return SelectField(label, [Optional()], choices=choices(offered))
    asked = f"Ten minste {limit} procent. Rond niet af." if kind == NormKind.PERCENTAGE else f"Hoogstens {limit} keer."
    mode = "decimal" if kind == NormKind.PERCENTAGE else "numeric"
    unit = "Vul een percentage in van 0 tot en met 100." if kind == NormKind.PERCENTAGE else "Vul een heel getal in."
    readable = _readable(form, criterion, unit)
    return StringField(label, [Optional(), readable], description=asked, render_kw={"inputmode": mode, "size": 8})


def _readable(form: Form, criterion: str, words: str) -> Any:
    def check(_form: object, field: StringField) -> None:
        try:
            form.read(criterion, field.data or "")
        except RuleError as error:
            raise ValidationError(words) from error

    return check


def _one_of(offered: list[tuple[str, str]]) -> Any:
    def check(_form: object, field: RadioField) -> None:
        if field.data not in dict(offered):
            raise ValidationError("Kies een van de mogelijkheden.")

    return check


def _iso(kind: Any, words: str) -> Any:
    def check(_form: object, field: StringField) -> None:
        try:
            kind.fromisoformat(field.data)
        except ValueError as error:
            raise ValidationError(words) from error

    return check


def _parts(sheet: AssessmentSheet) -> dict[str, str]:
    """How each competency or core task stands, for the page that shows it while one fills in."""
    form, standing = sheets.form_of(sheet.assessment.scheme), sheets.standing(sheet)
    told = {one.key: showing.term_word(form, one.counts, one.enough) for one in standing.terms}
    return {f"term-{key}": render_template("assessing/_word.html", word=word) for key, word in told.items()}


def _page(sheet: AssessmentSheet, form: DraftForm, clash: list[tuple[str, str]]) -> str:
    found, asked = sheet.assessment, sheets.criteria_of(sheet)
    standing = sheets.standing(sheet)
    judged = sheets.form_of(found.scheme)
    writing = sheet.signed_at is None and found.state in (AssessmentState.PLANNED, AssessmentState.DISPUTED)
    terms = {term.key: term for term in found.scheme.content.end_terms}
    return render_template(
        "assessing/sheet.html",
        sheet=sheet,
        found=found,
        form=form,
        conflict=clash,
        writing=writing,
        secret=drafts.secret(),
        standing={one.key: showing.term_word(judged, one.counts, one.enough) for one in standing.terms},
        terms=[(terms[one.key], [c for c in terms[one.key].criteria if c.number in asked]) for one in standing.terms],
        words={
            one.criterion: showing.word(judged, one.criterion, one.by_slot[0])
            for t in standing.terms
            for one in t.lines
        },
        kinds={one: judged.kind(one) for one in asked},
        third=sheet.slot > found.slots,
        documents=portfolios.documents_of(found) if sheets.portfolio_terms(sheet) else [],
        rows=range(1, sheets.stretches_asked(found.scheme) + 1),
        rules=found.scheme.content.proof,
        blocks=showing.blocks(found) if found.state in OVER else [],
        begun=found.starts_at is not None and found.starts_at <= g.now,
    )

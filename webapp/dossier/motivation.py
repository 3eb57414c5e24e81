"""The candidate's part of the motivation file on the screen, and handing the whole file in.

The manager sees neither the candidate's motivation nor the STARs. What the candidate sees of the manager's part is a
value of the scheme.
"""

import uuid
from datetime import date
from decimal import Decimal

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from review.rules import LEVELS
from scenarios.chapters import CANDIDATE_PARTS, FilePart, Visibility
from storage.dossier.dossiers import Dossier, DossierState, StarKind
from storage.dossier.revisions import BOXES, Side, content, hand_in, part_of, write
from storage.judging.objections import objections_of
from storage.people.people import Role
from storage.planning import bookings
from webapp import access, explain
from webapp.context import g
from webapp.dossier import drafts, timeline, why_not
from webapp.dossier.drafts import DraftForm
from webapp.dutch import formats, terms
from webapp.forms import Form, NumberField, choices

pages = Blueprint("motivation", __name__)

TEXT = [Optional(), Length(max=6000, message="Deze tekst is te lang. Gebruik hoogstens 6000 tekens.")]


def _half_steps(_form: Form, field: NumberField) -> None:
    if field.data is not None and not field.errors and field.data % 1 not in (0, Decimal("0.5")):
        raise ValidationError("Vul hele of halve jaren in, bijvoorbeeld 6,5.")


class CandidateForm(DraftForm):
    """The candidate's own part. STAR boxes and levels are added per dossier by `form_for`."""

    job_title = StringField(
        "Hoe heet uw functie?",
        [Optional(), Length(max=120, message="Dit is te lang. Gebruik hoogstens 120 tekens.")],
        description="Bijvoorbeeld: senior medewerker klantcontact. Uw leidinggevende ziet dit en zegt of het klopt.",
    )
    role_description = TextAreaField("Uw rol of functie", TEXT, description="Wat doet u, en wat doet u erbij?")
    years = NumberField(
        "Hoeveel jaar werkt u in klantcontact?",
        [Optional(), NumberRange(0, 60, "Vul een getal in van 0 tot en met 60."), _half_steps],
        description="Een half jaar mag: 6,5. Uw leidinggevende ziet dit en zegt of het klopt.",
    )
    motivation = TextAreaField("Waarom wilt u dit examen doen?", TEXT)
    goal = TextAreaField("Wat is uw doel voor de toekomst?", TEXT)


STAR_BOXES = dict(
    zip(
        BOXES,
        (
            ("Situatie", "Wat speelde er?"),
            ("Taken", "Wat waren uw taken?"),
            ("Activiteiten", "Wat hebt u concreet gezegd of gedaan?"),
            ("Resultaat", "Wat gebeurde er daarna?"),
        ),
        strict=True,
    )
)

ANCHORS = {
    "role_description": "role_description",
    "years": "years",
    "motivation": "motivation",
    "goal": "goal",
    "star_manager": "manager_situation",
    "star_colleague": "colleague_situation",
}
"""Where on the page each part is filled in; the manager's parts are not on it."""


@pages.route("/dossier/<uuid:dossier_id>", methods=["GET", "POST"])
@access.roles(Role.CANDIDATE)
def own(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """The candidate's part, with what is still missing. The whole file is handed in from here."""
    dossier = access.dossier_for_candidate(dossier_id)
    form, clash = form_for(dossier), []
    if request.method == "POST":
        dossier.require_open(*{part_of(name) for name in content(dossier, Side.CANDIDATE)} | _whole_file())
        valid, by_itself = form.validate_on_submit(), access.wants_json()
        clash = form.clash(dossier.candidate_version, content(dossier, Side.CANDIDATE))
        if clash and by_itself:
            return drafts.behind(dossier.candidate_version, content(dossier, Side.CANDIDATE))
        if not clash and (valid or by_itself):
            _keep(dossier, form)
            if by_itself:
                return drafts.saved(dossier.candidate_version, form.errors, completeness=_completeness(dossier))
            return _hand_in(dossier)
        form.version.raw_data, form.version.data = None, dossier.candidate_version
    status = 422 if form.errors else 409 if clash else 200
    if request.method == "GET" and request.args.get("ontbreekt"):
        _mark_missing(dossier, form)
    return _page(dossier, form, clash), status


def _mark_missing(dossier: Dossier, form: CandidateForm) -> None:
    """Say at every field that is still empty that it is."""
    missing = set(dossier.missing())
    for field in form:
        part = next((one for one in missing if _holds(one, field.name)), None)
        if part and not field.data:
            field.errors = ["Dit is nog niet ingevuld."]


def _holds(part: str, field: str) -> bool:
    """True when this field belongs to this part of the file."""
    if part.startswith("competency_"):
        return field in (f"level_{part.partition('_')[2]}", f"star_{part.partition('_')[2]}")
    return field.startswith(f"{part.removeprefix('star_')}_") if part.startswith("star_") else field == part


def _page(dossier: Dossier, form: CandidateForm, clash: list[tuple[str, str]]) -> str:
    writing = dossier.state in (DossierState.WRITING, DossierState.RETURNED)
    return render_template(
        "motivation/own.html" if writing else "motivation/handed_in.html",
        dossier=dossier,
        form=form,
        conflict=clash,
        missing=_missing(dossier) if writing else [],
        sections=_sections(dossier) if writing else [],
        answer_by=_answer_by(dossier),
        scheme=dossier.scheme.content,
        own_parts=CANDIDATE_PARTS,
        sees_manager=dossier.scheme.content.chapter(Visibility).candidate_sees_manager_text,
        flagged=why_not.sent_back(dossier, CANDIDATE_PARTS) if writing else [],
        obstacles=[] if writing else why_not.obstacles(dossier),
        timeline=timeline.of(dossier, Role.CANDIDATE),
        secret=drafts.secret(),
        objections=[] if writing else objections_of(g.db, dossier),
    )


def _answer_by(dossier: Dossier) -> date | None:
    """When KSF answers a file that waits for that; None when it does not."""
    waits = dossier.state is DossierState.SUBMITTED and dossier.submitted_at
    return explain.answer_due(dossier) if waits else None


def _whole_file() -> set[FilePart]:
    """Handing in is possible too when only the manager was asked to change something."""
    return {FilePart.SUBSTANTIATION} if "hand_in" in request.form else set()


def _keep(dossier: Dossier, form: CandidateForm) -> None:
    values = form.written()
    for name, value in values.items():
        if name.startswith("level_"):
            values[name] = int(value) if value else None
        elif name.startswith("star_") or name == "years":
            values[name] = value if value != "" else None
    if values:
        write(g.db, dossier, Side.CANDIDATE, values, access.me(), g.now)


def _hand_in(dossier: Dossier) -> ResponseReturnValue:
    """Hand the file in when that was asked and nothing is missing; what was written is kept in any case."""
    if "hand_in" not in request.form:
        flash("Uw tekst is bewaard.", "ok")
    elif dossier.missing():
        flash("Uw tekst is bewaard. Indienen kan nog niet: kijk wat er nog ontbreekt.", "warn")
        return redirect(url_for("motivation.own", dossier_id=dossier.id, ontbreekt="ja"))
    else:
        hand_in(g.db, dossier, access.me(), g.now)
        by = formats.date_only(explain.answer_due(dossier))
        flash(f"Uw dossier is ingediend. KSF beoordeelt het en antwoordt uiterlijk {by}, per mail en hier.", "ok")
    return redirect(url_for("motivation.own", dossier_id=dossier.id))


def _missing(dossier: Dossier) -> list[tuple[str, str | None]]:
    """The parts that are missing, with the field where each is filled in; None when that is not on this page."""
    names = {one.key: one.name for one in dossier.scheme.content.competencies}
    return [(terms.part(name, names), _anchor(name)) for name in dossier.missing()]


def _anchor(name: str) -> str | None:
    return f"level_{name.partition('_')[2]}" if name.startswith("competency_") else ANCHORS.get(name)


def _sections(dossier: Dossier) -> list[tuple[str, str, str | None]]:
    """The sections of the form for the stepper: what it says, its state, and where its first gap is filled in."""
    gaps, steps, current = dossier.missing(), [], True
    own = [f"competency_{one.key}" for one in dossier.scheme.content.competencies]
    parts = {
        "Uw werk": ["role_description", "years"],
        "Uw motivatie": ["motivation", "goal"],
        "STAR’s": ["star_manager", "star_colleague"],
        "Competenties": own,
    }
    for title, names in parts.items():
        open_ones = [name for name in names if name in gaps]
        anchor = _anchor(open_ones[0]) if open_ones else None
        state = "done" if not open_ones else "current" if current else "todo"
        current = current and not open_ones
        said = f"{title}: {len(names) - len(open_ones)} van {len(names)}"
        steps.append((said, state, f"#{anchor}" if anchor else None))
    theirs = set(gaps) - {name for names in parts.values() for name in names}
    steps.append(("Leidinggevende", "todo" if theirs else "done", None))
    return steps


def _completeness(dossier: Dossier) -> str:
    values = {"missing": _missing(dossier), "sections": _sections(dossier)}
    return render_template("motivation/completeness.html", dossier=dossier, **values)


@pages.get("/dossier/<uuid:dossier_id>/afdruk")
@access.roles(Role.CANDIDATE)
def printed(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """The own file as it prints, in any state."""
    dossier = access.dossier_for_candidate(dossier_id)
    sees_manager = dossier.scheme.content.chapter(Visibility).candidate_sees_manager_text
    values = {"own_parts": CANDIDATE_PARTS, "sees_manager": sees_manager}
    return render_template("motivation/printed.html", dossier=dossier, **values)


@pages.get("/dossier/voorbeeld")
@access.roles(Role.CANDIDATE, Role.MANAGER, Role.KSF_OFFICER)
def guide() -> ResponseReturnValue:
    """How to write a good STAR, with an invented example."""
    return render_template("motivation/guide.html", boxes=STAR_BOXES)


class WithdrawForm(Form):
    reason = TextAreaField("Waarom trekt u zich terug?", [Length(max=2000)])


@pages.post("/dossier/<uuid:dossier_id>/terugtrekken")
@access.roles(Role.CANDIDATE)
def withdraw(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """Stop with this attempt, with a reason. Nothing that was written is lost; a new attempt is a new file."""
    dossier = access.dossier_for_candidate(dossier_id)
    form = WithdrawForm()
    reason = (form.reason.data or "") if form.validate_on_submit() else ""
    bookings.withdraw(g.db, dossier, access.me(), reason, g.now)
    flash("U hebt zich teruggetrokken.", "ok")
    return redirect(url_for("motivation.own", dossier_id=dossier.id))


def form_for(dossier: Dossier) -> CandidateForm:
    """The form of this dossier: its scheme says which competencies there are, and KSF which parts are open."""

    class Whole(CandidateForm):
        pass

    for kind in StarKind:
        for box, (label, question) in STAR_BOXES.items():
            setattr(Whole, f"{kind}_{box}", TextAreaField(label, TEXT, description=question))
    levels, kinds = [(str(level), str(level)) for level in LEVELS], list(terms.STAR_KINDS.items())
    for competency in dossier.scheme.content.competencies:
        level = RadioField("Uw niveau", [Optional()], choices=choices(levels))
        star = RadioField("Te zien in de STAR", [Optional()], choices=choices(kinds))
        setattr(Whole, f"level_{competency.key}", level)
        setattr(Whole, f"star_{competency.key}", star)
    kept = content(dossier, Side.CANDIDATE)
    texts = {name: drafts.shown(value) or None for name, value in kept.items() if name != "years"}
    form = Whole(data=texts | {"years": dossier.years, "version": dossier.candidate_version})
    for name in kept:
        if not dossier.is_open(part_of(name)):
            del form[name]
    return form

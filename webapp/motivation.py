"""The motivation file on the screen: the manager's part, the candidate's part, and the wall between them.

The manager sees neither the candidate's motivation nor the STARs. What the candidate sees of the manager's part is a
value of the scheme.
"""

import uuid

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from wtforms import IntegerField, RadioField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from storage.dossiers import Dossier, DossierState, SelfAssessment, Star, StarKind
from storage.people import Role
from webapp import access, dutch
from webapp.forms import Form, NumberField, choices

pages = Blueprint("motivation", __name__)

TEXT = [Optional(), Length(max=6000, message="Deze tekst is te lang. Gebruik ten hoogste 6000 tekens.")]
OPEN = (DossierState.WRITING, DossierState.RETURNED)


class ManagerForm(Form):
    version = IntegerField("Versie", [Optional()], widget=HiddenInput())
    reason = TextAreaField(
        "Waarom draagt u deze kandidaat voor?", TEXT, description="Noem wat u deze persoon zelf hebt zien doen."
    )
    example_role = TextAreaField(
        "Welke voorbeeldrol heeft de kandidaat?",
        TEXT,
        description="Geef één voorbeeld, met wat collega’s ervan merkten.",
    )


class CandidateForm(Form):
    """The candidate's own part. STAR boxes and levels are added per dossier by `form_for`."""

    version = IntegerField("Versie", [Optional()], widget=HiddenInput())
    role_description = TextAreaField("Uw rol of functie", TEXT, description="Wat doet u, en wat doet u erbij?")
    years = NumberField(
        "Hoeveel jaar werkt u in klantcontact?",
        [Optional(), NumberRange(0, 60, "Vul een getal in van 0 tot en met 60.")],
        description="Een half jaar mag: 6,5.",
    )
    motivation = TextAreaField("Waarom wilt u dit examen doen?", TEXT)
    goal = TextAreaField("Wat is uw doel voor de toekomst?", TEXT)


STAR_BOXES = {
    "situation": ("Situatie", "Wat speelde er?"),
    "tasks": ("Taken", "Wat waren uw taken?"),
    "activities": ("Activiteiten", "Wat hebt u concreet gezegd of gedaan?"),
    "result": ("Resultaat", "Wat gebeurde er daarna?"),
}


@pages.get("/kandidaten")
@access.roles(Role.MANAGER)
def candidates():
    """A manager's own candidates, each with one state and one next step."""
    return render_template("motivation/candidates.html", dossiers=access.my_dossiers_as_manager(), open_states=OPEN)


@pages.route("/kandidaten/<uuid:dossier_id>", methods=["GET", "POST"])
@access.roles(Role.MANAGER)
def substantiation(dossier_id: uuid.UUID):
    """The manager's part: the reason and the example role, for this one candidate."""
    dossier = access.dossier_for_manager(dossier_id)
    form = ManagerForm(reason=dossier.reason, example_role=dossier.example_role, version=dossier.manager_version)
    conflict = None
    if request.method == "POST":
        dossier.require_open()
        if form.validate_on_submit():
            conflict = _conflict(
                form, dossier.manager_version, {"reason": dossier.reason, "example_role": dossier.example_role}
            )
            if conflict is None:
                return _keep_substantiation(dossier, form)
            form.version.raw_data, form.version.data = None, dossier.manager_version
    status = 422 if form.errors else 409 if conflict else 200
    values = {"open_states": OPEN, "conflict": conflict}
    return render_template("motivation/substantiation.html", dossier=dossier, form=form, **values), status


def _keep_substantiation(dossier: Dossier, form: "ManagerForm"):
    dossier.reason, dossier.example_role = form.reason.data or "", form.example_role.data or ""
    dossier.manager_version += 1
    complete = bool(dossier.reason.strip() and dossier.example_role.strip())
    dossier.manager_done_at = g.now if complete else None
    if complete:
        flash(f"Uw onderbouwing voor {dossier.candidate.name} is klaar.", "ok")
        return redirect(url_for("motivation.candidates"))
    flash("Uw tekst is bewaard. Vul nog beide teksten in; dan is uw deel klaar.", "warn")
    return redirect(url_for("motivation.substantiation", dossier_id=dossier.id))


@pages.route("/dossier/<uuid:dossier_id>", methods=["GET", "POST"])
@access.roles(Role.CANDIDATE)
def own(dossier_id: uuid.UUID):
    """The candidate's part, with what is still missing; `hand_in` hands the whole file in."""
    dossier = access.dossier_for_candidate(dossier_id)
    form, conflict = form_for(dossier), None
    if request.method == "POST":
        dossier.require_open()
        if form.validate_on_submit():
            conflict = _conflict(form, dossier.candidate_version, _texts(dossier))
            if conflict is None:
                return _keep_own(dossier, form)
            form.version.raw_data, form.version.data = None, dossier.candidate_version
    scheme = dossier.scheme.content
    names = {one.key: one.name for one in scheme.competencies}
    missing = [
        (dutch.part(name, names), PLACES.get(name, f"level_{name.partition('_')[2]}")) for name in dossier.missing()
    ]
    page = "motivation/own.html" if dossier.state in OPEN else "motivation/handed_in.html"
    sees_manager = scheme.visibility.candidate_sees_manager_text
    values = {"scheme": scheme, "missing": missing, "sees_manager": sees_manager, "conflict": conflict}
    status = 422 if form.errors else 409 if conflict else 200
    return render_template(page, dossier=dossier, form=form, **values), status


PLACES = {
    "reason": None,
    "example_role": None,
    "role_description": "role_description",
    "years": "years",
    "motivation": "motivation",
    "goal": "goal",
    "star_manager": "manager_situation",
    "star_colleague": "colleague_situation",
}
"""Where on the page each part is filled in; the manager's parts are not on it."""


def _keep_own(dossier: Dossier, form: Form):
    """Keep what was written, whole or not; hand the file in when that was asked and nothing is missing."""
    _keep(dossier, form)
    if "hand_in" not in request.form:
        flash("Uw tekst is bewaard.", "ok")
    elif dossier.missing():
        flash("Uw tekst is bewaard. Indienen kan nog niet: kijk wat er nog ontbreekt.", "warn")
    else:
        dossier.submit(dossier.candidate_id, g.now)
        flash("Uw dossier is ingediend. KSF beoordeelt het en laat u weten wat er nu gebeurt.", "ok")
    return redirect(url_for("motivation.own", dossier_id=dossier.id))


def form_for(dossier: Dossier) -> Form:
    """The form of this dossier: its scheme says which competencies there are."""

    class Whole(CandidateForm):
        pass

    for kind in StarKind:
        for box, (label, question) in STAR_BOXES.items():
            setattr(Whole, f"{kind}_{box}", TextAreaField(label, TEXT, description=question))
    levels, kinds = [(str(level), str(level)) for level in range(1, 6)], list(dutch.STAR_KINDS.items())
    for competency in dossier.scheme.content.competencies:
        level = RadioField("Uw niveau", [Optional()], choices=choices(levels))
        star = RadioField("Te zien in de STAR", [Optional()], choices=choices(kinds))
        setattr(Whole, f"level_{competency.key}", level)
        setattr(Whole, f"star_{competency.key}", star)
    return Whole(data=_texts(dossier) | {"years": dossier.years, "version": dossier.candidate_version})


def _texts(dossier: Dossier) -> dict[str, str | None]:
    """What the candidate has written and chosen, by the name of its field."""
    found = {"role_description": dossier.role_description, "motivation": dossier.motivation, "goal": dossier.goal}
    stars = {star.kind: star for star in dossier.stars}
    found |= {f"{kind}_{box}": getattr(stars.get(kind), box, "") for kind in StarKind for box in STAR_BOXES}
    for one in dossier.assessments:
        found[f"level_{one.competency}"] = str(one.level) if one.level is not None else None
        found[f"star_{one.competency}"] = one.star
    return found


def _conflict(form: Form, version: int, kept: dict[str, str | None]) -> list[tuple[str, str]] | None:
    """What another page saved since this one was opened: (label, its text). None when nothing did."""
    if form.version.data == version:
        return None
    other = [(form[name].label.text, text) for name, text in kept.items() if text and (form[name].data or "") != text]
    return other or None


def _keep(dossier: Dossier, form: Form) -> None:
    for name in ("role_description", "motivation", "goal"):
        setattr(dossier, name, form[name].data or "")
    dossier.years = float(form.years.data) if form.years.data is not None else None
    dossier.candidate_version += 1
    stars = {star.kind: star for star in dossier.stars}
    for kind in StarKind:
        star = stars.get(kind)
        if star is None:
            star = Star(kind=kind)
            dossier.stars.append(star)
        for box in STAR_BOXES:
            setattr(star, box, form[f"{kind}_{box}"].data or "")
    judged = {one.competency: one for one in dossier.assessments}
    for competency in dossier.scheme.content.competencies:
        level, star = form[f"level_{competency.key}"].data, form[f"star_{competency.key}"].data
        if not (level or star):
            continue
        one = judged.get(competency.key)
        if one is None:
            one = SelfAssessment(competency=competency.key)
            dossier.assessments.append(one)
        one.level, one.star = int(level) if level else None, StarKind(star) if star else None
    g.db.flush()

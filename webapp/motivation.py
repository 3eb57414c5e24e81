"""The motivation file on the screen: the manager's part, the candidate's part, and the wall between them.

The manager sees neither the candidate's motivation nor the STARs. What the candidate sees of the manager's part is a
value of the scheme.
"""

import uuid

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from wtforms import DecimalField, RadioField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional

from storage.dossiers import Dossier, DossierState, SelfAssessment, Star, StarKind
from storage.people import Role
from webapp import access, dutch

pages = Blueprint("motivation", __name__)

TEXT = [Optional(), Length(max=6000, message="Deze tekst is te lang. Gebruik ten hoogste 6000 tekens.")]
OPEN = (DossierState.WRITING, DossierState.RETURNED)


class ManagerForm(FlaskForm):
    reason = TextAreaField(
        "Waarom draagt u deze kandidaat voor?", TEXT, description="Noem wat u deze persoon zelf hebt zien doen."
    )
    example_role = TextAreaField(
        "Welke voorbeeldrol heeft de kandidaat?",
        TEXT,
        description="Geef één voorbeeld, met wat collega’s ervan merkten.",
    )


class CandidateForm(FlaskForm):
    """The candidate's own part. STAR boxes and levels are added per dossier by `form_for`."""

    role_description = TextAreaField("Uw rol of functie", TEXT, description="Wat doet u, en wat doet u erbij?")
    years = DecimalField(
        "Hoeveel jaar werkt u in klantcontact?",
        [Optional(), NumberRange(0, 60, "Vul een getal in van 0 tot en met 60.")],
        places=1,
        description="Een half jaar mag: 6,5.",
        use_locale=False,
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
    form = ManagerForm(obj=dossier)
    if request.method == "POST":
        dossier.require_open()
        if form.validate_on_submit():
            form.populate_obj(dossier)
            complete = bool((dossier.reason or "").strip() and (dossier.example_role or "").strip())
            dossier.manager_done_at = g.now if complete else None
            flash("Uw tekst is bewaard." if complete else "Bewaard. Vul nog beide teksten in.", "success")
            if complete:
                return redirect(url_for("motivation.candidates"))
            return redirect(url_for("motivation.substantiation", dossier_id=dossier.id))
    status = 422 if form.errors else 200
    return render_template("motivation/substantiation.html", dossier=dossier, form=form, open_states=OPEN), status


@pages.route("/dossier/<uuid:dossier_id>", methods=["GET", "POST"])
@access.roles(Role.CANDIDATE)
def own(dossier_id: uuid.UUID):
    """The candidate's part, with what is still missing; `hand_in` hands the whole file in."""
    dossier = access.dossier_for_candidate(dossier_id)
    form = form_for(dossier)
    if request.method == "POST":
        dossier.require_open()
        if form.validate_on_submit():
            _keep(dossier, form)
            if "hand_in" in request.form:
                dossier.submit(dossier.candidate_id, g.now)
                flash("Uw dossier is ingediend. KSF beoordeelt het en laat u weten wat er nu gebeurt.", "success")
            else:
                flash("Uw tekst is bewaard.", "success")
            return redirect(url_for("motivation.own", dossier_id=dossier.id))
    scheme = dossier.scheme.content
    names = {one.key: one.name for one in scheme.competencies}
    missing = [dutch.part(name, names) for name in dossier.missing()]
    page = "motivation/own.html" if dossier.state in OPEN else "motivation/handed_in.html"
    sees_manager = scheme.visibility.candidate_sees_manager_text
    values = {"scheme": scheme, "missing": missing, "sees_manager": sees_manager, "boxes": STAR_BOXES}
    return render_template(page, dossier=dossier, form=form, **values), 422 if form.errors else 200


def form_for(dossier: Dossier) -> FlaskForm:
    """The form of this dossier: its scheme says which competencies there are."""

    class Form(CandidateForm):
        pass

    values = {"role_description": dossier.role_description, "motivation": dossier.motivation, "goal": dossier.goal}
    values["years"] = dossier.years
    stars = {star.kind: star for star in dossier.stars}
    for kind in StarKind:
        for box, (label, question) in STAR_BOXES.items():
            setattr(Form, f"{kind}_{box}", TextAreaField(label, TEXT, description=question))
            values[f"{kind}_{box}"] = getattr(stars.get(kind), box, "")
    levels = {one.competency: one for one in dossier.assessments}
    for competency in dossier.scheme.content.competencies:
        kept = levels.get(competency.key)
        choices = [(str(level), str(level)) for level in range(1, 6)]
        field = RadioField(competency.name, choices=choices, validators=[Optional()])
        setattr(Form, f"level_{competency.key}", field)
        values[f"level_{competency.key}"] = str(kept.level) if kept else None
        shown = [(str(kind), dutch.STAR_KINDS[kind]) for kind in StarKind]
        setattr(
            Form, f"star_{competency.key}", RadioField("Te zien in de STAR", choices=shown, validators=[Optional()])
        )
        values[f"star_{competency.key}"] = str(kept.star) if kept else None
    return Form(data=values)


def _keep(dossier: Dossier, form: FlaskForm) -> None:
    for name in ("role_description", "motivation", "goal"):
        setattr(dossier, name, form[name].data or "")
    dossier.years = float(form.years.data) if form.years.data is not None else None
    stars = {star.kind: star for star in dossier.stars}
    for kind in StarKind:
        star = stars.get(kind)
        if star is None:
            star = Star(kind=kind)
            dossier.stars.append(star)
        for box in STAR_BOXES:
            setattr(star, box, form[f"{kind}_{box}"].data or "")
    levels = {one.competency: one for one in dossier.assessments}
    for competency in dossier.scheme.content.competencies:
        level, star = form[f"level_{competency.key}"].data, form[f"star_{competency.key}"].data
        if not level or not star:
            continue
        kept = levels.get(competency.key)
        if kept is None:
            dossier.assessments.append(SelfAssessment(competency=competency.key, level=int(level), star=StarKind(star)))
        else:
            kept.level, kept.star = int(level), StarKind(star)
    g.db.flush()

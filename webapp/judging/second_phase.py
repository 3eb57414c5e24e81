"""Phase 2: the candidate's STARs, without names, beside the own locked scores.

A score may change with a reason, and may then rest on a sentence of a STAR; what phase 1 said stays beside it.
"""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from review.blinding import masked, sentences
from review.rating import Phase, Score, StarSentence, evidence_from_json
from review.rules import LEVELS
from storage.base.present import present
from storage.base.refusal import Refused
from storage.dossier.dossiers import Dossier, StarKind
from storage.exam.recordings import RenditionKind
from storage.judging import progress, scores
from storage.judging.ratings import Rating
from storage.people.people import Role, names_at
from webapp import access
from webapp.access import judging as access_judging
from webapp.access.worklist import dossiers_ready, work_list
from webapp.context import g
from webapp.dutch import formats, terms
from webapp.forms import Form, choices

pages = Blueprint("second_phase", __name__, url_prefix="/beoordelen/fase-2")

NOT_OBSERVABLE = "not_observable"
STEPS = (
    ("S", "Situatie", "situation"),
    ("T", "Taken", "tasks"),
    ("A", "Activiteiten", "activities"),
    ("R", "Resultaat", "result"),
)


class ChangeForm(Form):
    level = RadioField(
        "Nieuw niveau",
        [InputRequired("Kies een niveau, of niet waarneembaar.")],
        choices=choices([*((str(level), str(level)) for level in LEVELS), (NOT_OBSERVABLE, "niet waarneembaar")]),
    )
    reason = TextAreaField("Waarom is dit niet waarneembaar?", [Length(max=2000)], name="level-reason")
    change_reason = TextAreaField(
        "Waarom verandert u deze score?",
        [InputRequired("Schrijf waarom u de score verandert."), Length(max=2000)],
        description="Noem wat u in de STAR las. De oude score blijft ook bewaard.",
    )


@pages.get("/<uuid:rating_id>")
@access.roles(Role.ASSESSOR)
def show(rating_id: uuid.UUID) -> ResponseReturnValue:
    """The STARs and the own scores; with `wijzig` in the address one score is open for a change."""
    own = access_judging.my_dossier_phase(rating_id)
    rating, score = _chosen(own, request.args.get("antwoord", ""), request.args.get("wijzig", ""))
    form = ChangeForm(formdata=None)
    cited = set()
    if score is not None:
        value = score.value(Phase.DOSSIER) or present(score.value(Phase.BLIND))
        form.level.data = NOT_OBSERVABLE if value.not_observable else str(value.level)
        form.reason.data, form.change_reason.data = value.reason, value.change_reason
        cited = {_name(item) for item in value.evidence if isinstance(item, StarSentence)}
    return _page(own, form, rating, score, cited)


@pages.post("/<uuid:rating_id>")
@access.roles(Role.ASSESSOR)
def change(rating_id: uuid.UUID) -> ResponseReturnValue:
    """Change one score, or take a change back."""
    own = access_judging.my_dossier_phase(rating_id)
    rating, score = _chosen(own, request.form.get("rating", ""), request.form.get("competency", ""))
    if rating is None or score is None:
        abort(400)
    back = url_for("second_phase.show", rating_id=rating_id, _anchor=score.competency)
    if "undo" in request.form:
        rating.change(score.competency, None)
        flash("De score van fase 1 geldt weer.", "success")
        return redirect(back)
    form, cited = ChangeForm(), set(request.form.getlist("sentence"))
    if not form.validate_on_submit():
        return _page(own, form, rating, score, cited), 422
    known = {_name(item): item for _, star in _stars(rating.answer.sitting.dossier) for item in _citable(star)}
    if cited - known.keys():
        abort(400)
    locked = present(score.value(Phase.BLIND))
    unseen = form.level.data == NOT_OBSERVABLE
    value = Score(
        level=None if unseen else int(form.level.data),
        not_observable=unseen,
        reason=(form.reason.data or "").strip() if unseen else "",
        evidence=(*locked.evidence, *(known[name] for name in sorted(cited))),
        change_reason=present(form.change_reason.data).strip(),
    )
    try:
        rating.change(score.competency, value)
    except Refused as refused:
        if not isinstance(refused.found, tuple):
            raise
        form.reason.errors = [*form.reason.errors, *(terms.GAPS[gap.gap].capitalize() + "." for gap in refused.found)]
        return _page(own, form, rating, score, cited), 422
    flash("Uw wijziging is bewaard. Beide scores blijven staan.", "success")
    return redirect(back)


@pages.post("/<uuid:rating_id>/ondertekenen")
@access.roles(Role.ASSESSOR)
def sign(rating_id: uuid.UUID) -> ResponseReturnValue:
    """Sign phase 2 of all own answers of this candidate at once."""
    own = access_judging.my_dossier_phase(rating_id)
    progress.sign_dossier(g.db, own[0].answer.sitting, access.me(), g.now)
    flash("Fase 2 is ondertekend. Uw scores staan vast. Dank u wel.", "success")
    ready = dossiers_ready(work_list())
    if ready:
        return redirect(url_for("second_phase.show", rating_id=ready[0][0].rating.id))
    return redirect(url_for("desk.home"))


def _page(
    own: list[Rating], form: ChangeForm, rating: Rating | None, score: scores.Score | None, cited: set[str]
) -> str:
    dossier = own[0].answer.sitting.dossier
    scheme = dossier.scheme.content
    table = [(one, [(row, row.score(one.key)) for row in own if one.key in row.visible]) for one in scheme.competencies]
    return render_template(
        "desk/second_phase.html",
        own=own,
        table=table,
        stars=_stars(dossier),
        form=form,
        rating=rating,
        score=score,
        competency=scheme.competency(score.competency) if score else None,
        cited=cited,
        phase=Phase,
        final=own[0].signed is Phase.DOSSIER,
        spoken=_spoken(own),
        changes=sum(one.changed for row in own for one in row.scores),
    )


def _spoken(own: list[Rating]) -> list[dict[str, str]]:
    """The own answers of which it is written down what is said: name, address on the desk, and address of the words."""
    takes = access_judging.takes_to_watch([row.answer for row in own])
    kinds = access_judging.kinds_of(takes.values())
    return [
        {
            "name": f"{row.answer.code}, situatie {row.answer.number}",
            "url": url_for("desk.rating", rating_id=row.id),
            "words": url_for("media.recording", recording_id=take.id, kind=RenditionKind.WORDS.value),
        }
        for row in own
        if (take := takes.get(row.answer_id)) and RenditionKind.WORDS in kinds[take.id]
    ]


def _chosen(own: list[Rating], rating_id: str, competency: str) -> tuple[Rating | None, scores.Score | None]:
    """The rating and the score that the address or the form names; None when it names none of these."""
    rating = next((one for one in own if str(one.id) == rating_id), None)
    return rating, rating.score(competency) if rating else None


def _stars(dossier: Dossier) -> list[tuple[StarKind, list[Any]]]:
    """Each STAR in four steps: letter, name, and its sentences without names, each with what a citation calls it."""
    people = (dossier.candidate.name, dossier.manager.name)
    organisations, colleagues = (dossier.organisation.name,), names_at(g.db, dossier.organisation)
    stars = []
    for star in sorted(dossier.stars, key=lambda one: list(StarKind).index(one.kind)):
        steps = []
        for letter, name, field in STEPS:
            texts = sentences(masked(getattr(star, field), people, organisations, colleagues))
            said = [
                (StarSentence(star.kind.value, letter, position), text) for position, text in enumerate(texts, start=1)
            ]
            steps.append((letter, name, [(_name(sentence), sentence, text) for sentence, text in said]))
        stars.append((star.kind, steps))
    return stars


def _citable(steps: list[Any]) -> list[StarSentence]:
    return [sentence for _, _, said in steps for _, sentence, _ in said]


def _name(sentence: StarSentence) -> str:
    return f"{sentence.star}:{sentence.step}:{sentence.sentence}"


@pages.app_template_filter("bewijs")
def evidence(item: dict[str, Any]) -> str:
    """0:31, or STAR met een collega, A2"""
    found = evidence_from_json(item)
    if isinstance(found, StarSentence):
        return f"STAR {terms.STAR_KINDS[StarKind(found.star)]}, {found.step}{found.sentence}"
    return formats.timecode(found.seconds)

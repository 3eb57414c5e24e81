"""KSF judges part 1: claim a file, judge every criterion with a reason, and approve, return or reject it."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from review.difference import shared
from review.portfolio import Mark, Outcome
from scenarios.chapters import CANDIDATE_PARTS, FilePart
from storage.admission.part_one import PartOneReview, claim, criteria_of, reviews_of
from storage.base.present import present
from storage.base.refusal import Refused
from storage.certificates.certificates import certificates_of
from storage.dossier import qualifications
from storage.dossier.copied_text import alike
from storage.dossier.dossiers import Dossier, Rule
from storage.dossier.revisions import Side, content, handed_in
from storage.exam import accommodations
from storage.people.people import Role, holders
from webapp import access
from webapp.access import files as access_file
from webapp.context import g
from webapp.dossier import history, why_not
from webapp.dutch import refusals, terms
from webapp.forms import Form, choices
from webapp.mail.notify import notify
from webapp.planning import accommodation, planning

pages = Blueprint("part_one", __name__, url_prefix="/bureau/dossiers/<uuid:dossier_id>")

MET = (("yes", "voldoende"), ("no", "onvoldoende"))


class JudgementForm(Form):
    """The judgement of one file. A choice and a reason are added per criterion by `form_for`."""

    reason = TextAreaField(
        "Bericht aan de kandidaat",
        [Optional(), Length(max=4000)],
        description="Nodig bij terugsturen en afwijzen. De kandidaat leest dit, met wat onvoldoende is en waarom.",
    )


class QualificationForm(Form):
    key = SelectField("Wat heeft de kandidaat?", [InputRequired("Kies een van de mogelijkheden.")])
    number = StringField("Nummer van het certificaat", [Optional(), Length(max=60)])
    since = DateField("Behaald op", [InputRequired("Vul een datum in.")])
    reason = TextAreaField("Waarom voert u dit met de hand in?", [Optional(), Length(max=2000)])


@pages.post("/oppakken")
@access.roles(Role.KSF_OFFICER)
def take(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """Claim the file: for a while nobody else judges it."""
    claim(g.db, access.dossier_for_officer(dossier_id), access.me(), g.now)
    return redirect(url_for("office.dossier", dossier_id=dossier_id, _anchor="judgement"))


@pages.post("/loslaten")
@access.roles(Role.KSF_OFFICER)
def give_back(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """Let somebody else judge it; what was judged so far stays."""
    access_file.review(dossier_id).give_back(access.me(), g.now)
    flash("U hebt het dossier losgelaten. Een collega kan verdergaan.", "ok")
    return redirect(url_for("office.dossier", dossier_id=dossier_id))


@pages.post("/oordeel")
@access.roles(Role.KSF_OFFICER)
def judge(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """Keep the judgements so far, and decide when that was asked."""
    review = access_file.review(dossier_id)
    form = form_for(review)
    if not form.validate_on_submit():
        raise Refused(Rule.NO_REASON)
    review.judge(_marks(review, form), form.reason.data or "", access.me(), g.now)
    wanted = request.form.get("decision", "")
    if wanted not in set(Outcome):
        flash("Bewaard. U kunt later verdergaan.", "ok")
        return redirect(url_for("office.dossier", dossier_id=dossier_id, _anchor="judgement"))
    g.db.commit()
    try:
        decide(review, Outcome(wanted))
    except Refused as refused:
        if refused.rule is not qualifications.Rule.PREREQUISITE:
            raise
        # What is missing can be entered on this very page.
        flash(refusals.refusal(refused), "warn")
        return redirect(url_for("office.dossier", dossier_id=dossier_id, toelating="ja", _anchor="toelating"))
    return redirect(url_for("office.dossier", dossier_id=dossier_id))


def decide(review: PartOneReview, outcome: Outcome) -> None:
    """KSF's decision, with what follows from it: an approved candidate is invited at once, the others are told why."""
    dossier = review.dossier
    if outcome is Outcome.APPROVED:
        accommodations.require_decided(g.db, dossier)
    review.decide(outcome, access.me(), g.now)
    if outcome is Outcome.APPROVED:
        planning.approved(dossier)
        return
    own = why_not.reasons(review, CANDIDATE_PARTS)
    values: dict[str, Any] = {"reason": review.reason, "criteria": own, "terms": dossier.scheme.content.terms}
    asked = outcome is Outcome.RETURNED and FilePart.SUBSTANTIATION in review.flagged
    notify(g.db, dossier.candidate, f"dossier_{outcome}", g.now, manager_asked=asked, **values)
    if asked:
        _ask_manager(dossier, why_not.reasons(review, {FilePart.SUBSTANTIATION}))
    flash("Uw besluit is bewaard. De kandidaat krijgt bericht.", "ok")


def _ask_manager(dossier: Dossier, criteria: list[Any]) -> None:
    """The manager changes the substantiation; who left does not hear of it, and the organisation names another one."""
    if dossier.manager in holders(g.db, Role.MANAGER, dossier.organisation, g.now):
        notify(g.db, dossier.manager, "substantiation_returned", g.now, dossier=dossier, criteria=criteria)
        return
    for beheerder in holders(g.db, Role.ORGANISATION_ADMIN, dossier.organisation, g.now):
        notify(g.db, beheerder, "manager_needed", g.now, dossier=dossier)


@pages.post("/toelating")
@access.roles(Role.KSF_OFFICER)
def qualification(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """Enter what the candidate has already: certificate A, or the online test of A."""
    dossier = access.dossier_for_officer(dossier_id)
    form = qualification_form(dossier)
    if not form.validate_on_submit():
        flash("Niet bewaard. " + " ".join(error for errors in form.errors.values() for error in errors), "warn")
    else:
        key, number, since = form.key.data, form.number.data or "", present(form.since.data)
        reason = form.reason.data or ""
        if key.startswith(qualifications.CERTIFICATE) and not reason.strip():
            raise Refused(qualifications.Rule.NO_REASON)
        qualifications.enter(g.db, dossier.candidate, key, number, since, access.me(), g.now, reason)
        flash(f"Bewaard: {terms.qualification(key)}.", "ok")
    return redirect(url_for("office.dossier", dossier_id=dossier_id, _anchor="toelating"))


@pages.post("/toelating/<uuid:qualification_id>/terug")
@access.roles(Role.KSF_OFFICER)
def take_back_qualification(dossier_id: uuid.UUID, qualification_id: uuid.UUID) -> ResponseReturnValue:
    """It was entered wrongly. What a test brought is put right at that test, or by withdrawing the certificate."""
    dossier = access.dossier_for_officer(dossier_id)
    theirs = qualifications.held(g.db, [dossier.candidate_id])
    found = next((one for one in theirs if one.id == qualification_id), None) or abort(404)
    if not found.key.startswith(qualifications.CERTIFICATE):
        raise Refused(qualifications.Rule.OF_TEST)
    if any(one.number == found.number and one.held for one in certificates_of(g.db, [dossier.candidate_id])):
        raise Refused(qualifications.Rule.OF_CERTIFICATE)
    name = terms.qualification(found.key)
    found.take_back(access.me(), g.now)
    flash(f"Weggehaald: {name}.", "ok")
    return redirect(url_for("office.dossier", dossier_id=dossier_id, _anchor="toelating"))


def qualification_form(dossier: Dossier) -> QualificationForm:
    form = QualificationForm()
    needed = dossier.scheme.content.prerequisite_any_of
    form.key.choices = choices((key, terms.qualification(key)) for key in needed)
    return form


def form_for(review: PartOneReview) -> JudgementForm:
    """The form of this review: two fields for each criterion of its scheme."""

    class Whole(JudgementForm):
        pass

    words = {None: None, True: "yes", False: "no"}
    data: dict[str, str | None] = {"reason": review.reason}
    for key, criterion in criteria_of(review.dossier).items():
        mark = review.marks.get(key, Mark())
        setattr(Whole, f"met_{key}", RadioField(criterion.name, [Optional()], choices=choices(MET)))
        setattr(Whole, f"reason_{key}", TextAreaField("Waarom?", [Optional(), Length(max=2000)]))
        data |= {f"met_{key}": words[mark.sufficient], f"reason_{key}": mark.reason}
    return Whole(data=data)


def _marks(review: PartOneReview, form: JudgementForm) -> dict[str, Mark]:
    answers = {"yes": True, "no": False}
    return {
        key: Mark(answers.get(form[f"met_{key}"].data), form[f"reason_{key}"].data or "")
        for key in criteria_of(review.dossier)
    }


def claims(dossiers: list[Dossier]) -> dict[uuid.UUID, PartOneReview]:
    """Who is judging these files now, by dossier."""
    alive = select(PartOneReview).where(
        PartOneReview.dossier_id.in_([one.id for one in dossiers]),
        PartOneReview.fixed_at.is_(None),
        PartOneReview.claimed_until > g.now,
    )
    return {one.dossier_id: one for one in g.db.scalars(alive.options(joinedload(PartOneReview.officer)))}


def page_values(dossier: Dossier) -> dict[str, Any]:
    """The values of part 1 on the dossier page: who judges, the form, earlier rounds, what changed, what is alike."""
    reviews = reviews_of(g.db, dossier)
    current = next((one for one in reviews if one.round == dossier.rounds and one.fixed_at is None), None)
    mine = current is not None and current.held_by(access.me(), g.now)
    criteria = criteria_of(dossier)
    return {
        "review": current,
        "held": current is not None and g.now < current.claimed_until,
        "mine": mine,
        "judgement": form_for(current) if mine and current else None,
        "criteria": criteria,
        "unjudged_parts": [one for one in FilePart if not mine or one not in {each.part for each in criteria.values()}],
        "rounds": [one for one in reviews if one.fixed_at],
        "changes": _changes(dossier),
        "matches": [
            (one, shared(one.text, one.other_text), shared(one.other_text, one.text)) for one in alike(g.db, dossier)
        ]
        if dossier.alike_share is not None
        else [],
        "obstacles": why_not.obstacles(dossier),
        "held_qualifications": qualifications.held(g.db, [dossier.candidate_id]),
        "qualification_form": qualification_form(dossier),
        "accommodation": accommodations.of(g.db, dossier),
        "accommodation_form": accommodation.decision_form(dossier),
    }


def _changes(dossier: Dossier) -> list[Any]:
    """The changes since the round before, by field."""
    if (dossier.rounds or 0) < 2:
        return []
    found = []
    for side in Side:
        before = handed_in(g.db, dossier, side, dossier.rounds - 1)
        found += history.compared(dossier, before.content if before else {}, content(dossier, side))
    return found

"""Objections: the candidate's form with its receipt, and how the office and the committee handle them."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, RadioField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from review.objection import Ground, Ruling, Term
from review.terms import weeks_after
from storage.base.present import present
from storage.base.refusal import Refused
from storage.dossier.dossiers import Dossier
from storage.judging import objections
from storage.judging.objections import Objection, ObjectionState
from storage.people.people import Role
from webapp import access
from webapp.access import objections as access_objections
from webapp.context import g
from webapp.dutch import formats, refusals, states, terms
from webapp.forms import Form, choices
from webapp.mail.notify import notify
from webapp.paging import of_dossier, page_of, search

pages = Blueprint("objecting", __name__)

HANDLERS = (Role.KSF_OFFICER, Role.EXAM_COMMITTEE)


class ObjectionForm(Form):
    grounds = TextAreaField(
        "Waarmee bent u het niet eens, en waarom?",
        [DataRequired("Schrijf waarmee u het niet eens bent."), Length(max=8000)],
        description="Noem zo mogelijk de situatie of de competentie waar het om gaat.",
    )
    late_reason = TextAreaField("Waarom komt uw bezwaar later?", [Length(max=4000)])


class ClassifyForm(Form):
    ground = RadioField(
        "Waar gaat het bezwaar over?",
        [InputRequired("Kies waar het bezwaar over gaat.")],
        choices=choices((ground, terms.GROUNDS[ground].capitalize()) for ground in Ground),
    )
    forward = BooleanField("Laat de examencommissie uitspraak doen")


def _rulings(rulings: Iterable[Ruling]) -> list[Any]:
    return choices((ruling, terms.RULINGS[ruling].capitalize()) for ruling in rulings)


class RulingForm(Form):
    """Only what came after the term can be called too late."""

    ruling = RadioField(
        "Uitspraak",
        [InputRequired("Kies een uitspraak.")],
        choices=_rulings(Ruling),
    )
    text = TextAreaField(
        "Waarom, en wat er nu gebeurt",
        [DataRequired("Schrijf waarom. De kandidaat leest dit."), Length(max=8000)],
        description="De kandidaat leest dit. Noem geen namen van assessoren.",
    )

    def __init__(self, objection: Objection, **more: Any) -> None:
        super().__init__(**more)
        if not objection.late_reason:
            self.ruling.choices = _rulings(one for one in Ruling if one is not Ruling.INADMISSIBLE)


@dataclass(frozen=True)
class Row:
    """An objection in the list of the office: when there must be a ruling, and whether that is over."""

    objection: Objection
    due: date
    late: bool


@pages.route("/bezwaar/<uuid:dossier_id>", methods=["GET", "POST"])
@access.roles(Role.CANDIDATE)
def own(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """The candidate's objection: the form, and once it is in the receipt and how far it is."""
    dossier = access.dossier_for_candidate(dossier_id)
    decision = objections.decision_on(g.db, dossier) or abort(404)
    scheme, term = dossier.scheme.content, term_of(dossier, decision[1])
    found = objections.objection_to(g.db, dossier)
    if found:
        return render_template("objections/receipt.html", objection=found, scheme=scheme, due=ruling_due(found))
    form, late = ObjectionForm(), term.is_over(_today())
    if form.validate_on_submit():
        words = (present(form.grounds.data), form.late_reason.data or "")
        try:
            made = objections.object_to(g.db, dossier, term, *words, g.now, _today())
        except Refused as refused:
            if refused.rule is not objections.Rule.LATE:
                raise
            form.late_reason.errors = [refusals.refusal(refused)]
        else:
            notify(g.db, dossier.candidate, "objection_received", g.now, objection=made, due=ruling_due(made))
            flash(f"Uw bezwaar is ontvangen. Uw ontvangstnummer is {made.code}.", "success")
            return redirect(url_for("objecting.own", dossier_id=dossier.id))
    values = {"against": decision[0], "term": term, "late": late, "scheme": scheme}
    return render_template("objections/form.html", dossier=dossier, form=form, **values), 422 if form.errors else 200


@pages.get("/bezwaren")
@access.roles(*HANDLERS)
def waiting() -> ResponseReturnValue:
    """Every objection without a ruling, oldest first; or (?toon=gedaan) those that were ruled on, newest first."""
    done, words = request.args.get("toon") == "gedaan", search()
    query = access_objections.ruled_objections() if done else access_objections.open_objections()
    if words:
        query = query.where(of_dossier(words, Objection.code))
    page = page_of(query, access_objections.WHOSE)
    return render_template(
        "objections/list.html", page=page, rows=[_row(one) for one in page.rows], done=done, words=words
    )


@pages.get("/bezwaren/<uuid:objection_id>")
@access.roles(*HANDLERS)
def show(objection_id: uuid.UUID) -> ResponseReturnValue:
    """One objection with the decision that it is about, and the next step for who may take it."""
    return _page(access_objections.objection_to_handle(objection_id))


@pages.post("/bezwaren/<uuid:objection_id>/indelen")
@access.roles(Role.KSF_OFFICER)
def classify(objection_id: uuid.UUID) -> ResponseReturnValue:
    """Classify the objection: its ground, and who rules."""
    found, form = access_objections.objection_to_handle(objection_id), ClassifyForm()
    if not form.validate_on_submit():
        return _page(found, classify=form), 422
    found.classify(access.me(), Ground(form.ground.data), form.forward.data, g.now)
    flash("Ingedeeld: " + states.OBJECTION_STATES[found.state] + ".", "success")
    return redirect(url_for("objecting.show", objection_id=found.id))


@pages.post("/bezwaren/<uuid:objection_id>/uitspraak")
@access.roles(*HANDLERS)
def rule(objection_id: uuid.UUID) -> ResponseReturnValue:
    """The ruling, which the candidate reads at once."""
    found = access_objections.objection_to_rule(objection_id)
    form = RulingForm(found)
    if not form.validate_on_submit():
        return _page(found, ruling=form), 422
    found.rule(access.me(), Ruling(form.ruling.data), present(form.text.data), g.now)
    notify(g.db, found.dossier.candidate, "objection_ruled", g.now, objection=found)
    flash("De uitspraak is bewaard. De kandidaat krijgt bericht.", "success")
    return redirect(url_for("objecting.show", objection_id=found.id))


def term_of(dossier: Dossier, notice: datetime) -> Term:
    """The term for objecting to what the candidate got to know at `notice`."""
    return Term(notice.astimezone(formats.AMSTERDAM).date(), dossier.scheme.content.terms.objection_weeks)


def ruling_due(objection: Objection) -> date:
    """The last day on which there must be a ruling."""
    received = objection.received_at.astimezone(formats.AMSTERDAM).date()
    return weeks_after(received, objection.dossier.scheme.content.terms.ruling_weeks)


def _row(objection: Objection) -> Row:
    due = ruling_due(objection)
    return Row(objection, due, _today() > due)


def _today() -> date:
    return g.now.astimezone(formats.AMSTERDAM).date()


def _page(found: Objection, classify: ClassifyForm | None = None, ruling: RulingForm | None = None) -> str:
    roles = access.me().roles(g.now)
    involved = access.me().id in found.involved()
    return render_template(
        "objections/show.html",
        row=_row(found),
        objection=found,
        verdict=access_objections.verdict_about(found),
        involved=involved,
        may_classify=not involved
        and Role.KSF_OFFICER in roles
        and found.state in (ObjectionState.RECEIVED, ObjectionState.OFFICE),
        may_rule=not involved and access_objections.who_rules(found) in roles,
        classify=classify or ClassifyForm(formdata=None, ground=found.ground),
        ruling=ruling or RulingForm(found, formdata=None),
    )

"""Objections: the candidate's form with its receipt, and how the office and the committee handle them."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from review.objection import Ground, Ruling, Term
from review.terms import weeks_after
from storage.base.present import present
from storage.base.refusal import Refused
from storage.dossier.dossiers import Dossier
from storage.exam.looks import WITH_REASON
from storage.exam.sittings import Answer
from storage.judging import objections
from storage.judging.objections import Against, Objection, ObjectionState
from storage.judging.verdicts import Cause, Verdict, pending_of
from storage.people.people import Person, Role
from webapp import access
from webapp.access import objections as access_objections
from webapp.context import g
from webapp.dutch import formats, refusals, states, terms
from webapp.forms import Form, choices
from webapp.mail.notify import notify
from webapp.paging import of_dossier, page_of, search
from webapp.verdict import objection_file, releasing

pages = Blueprint("objecting", __name__)

HANDLERS = (Role.KSF_OFFICER, Role.EXAM_COMMITTEE)
APPOINTED = (*HANDLERS, Role.ASSESSOR, Role.AUDITOR)
"""Who may be appointed to one objection when nobody of the office or the committee is left."""


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
    """Only what came after the term can be called too late, and only a result can be taken again."""

    ruling = RadioField(
        "Uitspraak",
        [InputRequired("Kies een uitspraak.")],
        choices=_rulings(Ruling),
    )
    again = SelectMultipleField(
        "Welke situaties doet de kandidaat opnieuw?",
        description="Alleen bij ‘gegrond, met nieuwe opnames’. Alle tien is een nieuwe zitting.",
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    text = TextAreaField(
        "Waarom, en wat er nu gebeurt",
        [DataRequired("Schrijf waarom. De kandidaat leest dit."), Length(max=8000)],
        description="De kandidaat leest dit. Noem geen namen van assessoren.",
    )

    def __init__(self, objection: Objection, **more: Any) -> None:
        super().__init__(**more)
        left_out = set() if objection.late_reason else {Ruling.LATE}
        if objection.against is Against.REJECTION:
            left_out.add(Ruling.RESIT)
            del self.again
        else:
            self.again.choices = choices((one.id, _situation(one)) for one in present(objection.sitting).answers)
        self.ruling.choices = _rulings(one for one in Ruling if one not in left_out)

    def chosen(self, objection: Objection) -> list[Answer]:
        """The answers that are taken again, when that is the ruling."""
        if self.ruling.data != Ruling.RESIT:
            return []
        return [one for one in present(objection.sitting).answers if str(one.id) in (self.again.data or ())]


class RemarkForm(Form):
    because = TextAreaField(
        "Waarom wordt het opnieuw beoordeeld?",
        [DataRequired("Schrijf waarom het opnieuw wordt beoordeeld."), Length(max=2000)],
        description="De kandidaat leest dit. Assessoren lezen het niet: voor hen is het gewoon werk.",
    )


class MinuteForm(Form):
    text = TextAreaField(
        "Wat is er besproken of nagekeken?",
        [DataRequired("Schrijf wat er is besproken of nagekeken."), Length(max=4000)],
        description="De kandidaat kan dit lezen. Noem geen namen.",
    )


class AppointForm(Form):
    person = SelectField("Wie", [InputRequired("Kies iemand.")])
    because = TextAreaField(
        "Waarom kan niemand anders het?",
        [DataRequired("Schrijf waarom u iemand van buiten vraagt."), Length(max=2000)],
    )

    def __init__(self, outsiders: list[Person], **more: Any) -> None:
        super().__init__(**more)
        self.person.choices = choices([("", "Kies iemand"), *((one.id, one.name) for one in outsiders)])


@dataclass(frozen=True)
class Row:
    """An objection in the list of the office: when there must be a ruling, and whether that is over."""

    objection: Objection
    due: date
    late: bool


@pages.route("/bezwaar/<uuid:dossier_id>", methods=["GET", "POST"])
@access.roles(Role.CANDIDATE)
def own(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """The candidate's objection: the form, and once it is in the receipt and how far it is.

    A decision that came of an objection can be objected to as well: with ?nieuw=ja the form about that one.
    """
    dossier = access.dossier_for_candidate(dossier_id)
    decision = objections.decision_on(g.db, dossier)
    found, scheme = objections.objection_to(g.db, dossier) if decision else None, dossier.scheme.content
    earlier = objections.objections_of(g.db, dossier)
    if found is None and earlier and not (decision and request.args.get("nieuw")):
        found = earlier[0]
    if found:
        values = {"due": ruling_due(found), "verdict": access_objections.verdict_about(found)}
        again = decision is not None and decision[1] != found.decision_at
        return render_template("objections/receipt.html", objection=found, scheme=scheme, again=again, **values)
    if decision is None:
        abort(404)
    term = term_of(dossier, decision[1])
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
    shown: dict[str, Any] = {"against": decision[0], "term": term, "late": late, "scheme": scheme}
    return render_template("objections/form.html", dossier=dossier, form=form, **shown), 422 if form.errors else 200


@pages.get("/bezwaren")
@access.roles(*HANDLERS)
def waiting() -> ResponseReturnValue:
    """Every objection without a ruling, oldest first; or (?toon=gedaan) those that were ruled on, newest first."""
    done, words = request.args.get("toon") == "gedaan", search()
    query = access_objections.ruled_objections() if done else access_objections.open_objections()
    if words:
        query = query.where(of_dossier(words, Objection.code))
    page = page_of(query, access_objections.WHOSE)
    values = {"rows": [_row(one) for one in page.rows], "again": objections.remarked_now(g.db, page.rows)}
    return render_template("objections/list.html", page=page, done=done, words=words, **values)


@pages.get("/bezwaren/<uuid:objection_id>")
@access.roles(*APPOINTED)
def show(objection_id: uuid.UUID) -> ResponseReturnValue:
    """One objection with the decision that it is about, and the next step for who may take it."""
    return _page(access_objections.objection_to_handle(objection_id))


@pages.get("/bezwaar/<uuid:dossier_id>/stukken/<uuid:objection_id>")
@access.roles(Role.CANDIDATE)
def own_file(dossier_id: uuid.UUID, objection_id: uuid.UUID) -> ResponseReturnValue:
    """Everything that the ruling rests on, for the candidate."""
    dossier = access.dossier_for_candidate(dossier_id)
    theirs = objections.objections_of(g.db, dossier)
    found = next((one for one in theirs if one.id == objection_id), None) or abort(404)
    return render_template(
        "objections/file.html",
        objection=found,
        file=objection_file.of(g.db, found),
        back=url_for("objecting.own", dossier_id=dossier.id),
        watch=lambda recording: url_for("media.recording", recording_id=recording.id),
    )


@pages.get("/bezwaren/<uuid:objection_id>/stukken")
@access.roles(*APPOINTED)
def show_file(objection_id: uuid.UUID) -> ResponseReturnValue:
    """Everything that the ruling rests on; recordings with a reason."""
    return _file_page(access_objections.objection_to_handle(objection_id))


@pages.post("/bezwaren/<uuid:objection_id>/verslag")
@access.roles(*APPOINTED)
def minute(objection_id: uuid.UUID) -> ResponseReturnValue:
    """One entry in the minutes."""
    found, form = access_objections.objection_to_handle(objection_id), MinuteForm()
    if not form.validate_on_submit():
        return _file_page(found, form), 422
    found.minute(access.me(), present(form.text.data), g.now)
    flash("Het staat in het verslag.", "success")
    return redirect(url_for("objecting.show_file", objection_id=found.id, _anchor="verslag"))


@pages.post("/bezwaren/<uuid:objection_id>/indelen")
@access.roles(*APPOINTED)
def classify(objection_id: uuid.UUID) -> ResponseReturnValue:
    """Classify the objection: its ground, and who rules."""
    found, form = access_objections.objection_to_classify(objection_id), ClassifyForm()
    if not form.validate_on_submit():
        return _page(found, classify=form), 422
    found.classify(access.me(), Ground(form.ground.data), form.forward.data, g.now)
    flash("Ingedeeld: " + states.OBJECTION_STATES[found.state] + ".", "success")
    return redirect(url_for("objecting.show", objection_id=found.id))


@pages.post("/bezwaren/<uuid:objection_id>/aanwijzen")
@access.roles(Role.KSF_OFFICER)
def appoint(objection_id: uuid.UUID) -> ResponseReturnValue:
    """Somebody without a part in the decision handles this one objection, as nobody else is left."""
    found = access_objections.objection_to_handle(objection_id)
    outsiders = _outsiders(found)
    form = AppointForm(outsiders)
    if not form.validate_on_submit():
        return _page(found, appoint=form), 422
    person = next(one for one in outsiders if str(one.id) == form.person.data)
    found.appoint(person, present(form.because.data), access.me(), g.now)
    notify(g.db, person, "objection_appointed", g.now, objection=found, due=ruling_due(found))
    flash(f"{person.name} krijgt bericht en kan dit bezwaar behandelen.", "success")
    return redirect(url_for("objecting.show", objection_id=found.id))


@pages.post("/bezwaren/<uuid:objection_id>/opnieuw-beoordelen")
@access.roles(*APPOINTED)
def order_remark(objection_id: uuid.UUID) -> ResponseReturnValue:
    """New assessors judge the whole exam, who do not know that it was judged before."""
    found, form = access_objections.objection_to_rule(objection_id), RemarkForm()
    if not form.validate_on_submit():
        return _page(found, remark=form), 422
    found.order_remark(access.me(), present(form.because.data), g.now)
    flash(
        "Het examen staat bij ‘Wacht op assessoren’. Wie het eerder beoordeelde, kan er niet voor gekozen worden.",
        "success",
    )
    return redirect(url_for("objecting.show", objection_id=found.id))


@pages.post("/bezwaren/<uuid:objection_id>/uitspraak")
@access.roles(*APPOINTED)
def rule(objection_id: uuid.UUID) -> ResponseReturnValue:
    """The ruling, which the candidate reads at once; a new result becomes known with it."""
    found = access_objections.objection_to_rule(objection_id)
    form = RulingForm(found)
    if not form.validate_on_submit():
        return _page(found, ruling=form), 422
    told = found.rule(access.me(), Ruling(form.ruling.data), present(form.text.data), g.now, form.chosen(found))
    if told is not None:
        releasing.tell(told, g.now)
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


def _situation(answer: Answer) -> str:
    return f"Situatie {answer.number}, {answer.scenario.title}"


def _file_page(found: Objection, form: MinuteForm | None = None) -> str:
    open_still = found.state is not ObjectionState.RULED
    looks = bool(WITH_REASON & access.me().roles(g.now)) or (open_still and found.is_outsider(access.me()))
    return render_template(
        "objections/file.html",
        objection=found,
        file=objection_file.of(g.db, found),
        back=url_for("objecting.show", objection_id=found.id),
        watch=lambda recording: url_for("looking.show", recording_id=recording.id) if looks else None,
        ksf=True,
        may_write=open_still and access.me().id not in found.involved(),
        minute=form or MinuteForm(formdata=None),
    )


def _outsiders(found: Objection) -> list[Person]:
    """Who may be appointed: who judges, audits or rules elsewhere at KSF, and had no part in the decision."""
    by_role = found.handlers(g.now)
    people = {one.id: one for role in (Role.EXAM_COMMITTEE, Role.AUDITOR, Role.ASSESSOR) for one in by_role[role]}
    return sorted((one for one in people.values() if not found.is_outsider(one)), key=lambda one: one.name)


@dataclass(frozen=True)
class Remark:
    """How far a blind re-mark is: the verdict that it brought, when there is one, and whether that counts."""

    verdict: Verdict | None
    higher: bool


def _remark(found: Objection) -> Remark | None:
    if found.marking is None:
        return None
    waiting = pending_of(g.db, present(found.sitting))
    if waiting is not None and waiting.cause is Cause.REMARK:
        return Remark(waiting, waiting.passed is not None)
    return Remark(None, False)


def _page(
    found: Objection,
    classify: ClassifyForm | None = None,
    ruling: RulingForm | None = None,
    remark: RemarkForm | None = None,
    appoint: AppointForm | None = None,
) -> str:
    me, officer = access.me(), Role.KSF_OFFICER in access.me().roles(g.now)
    involved, handlers = me.id in found.involved(), found.handlers(g.now)
    asked = access_objections.RULES.get(found.state, Role.KSF_OFFICER)
    may_rule = not involved and access_objections.may_rule(found)
    open_still = found.state is not ObjectionState.RULED
    return render_template(
        "objections/show.html",
        row=_row(found),
        objection=found,
        verdict=access_objections.verdict_about(found),
        involved=involved,
        ksf=bool(me.roles(g.now) & set(HANDLERS)),
        may_classify=not involved
        and access_objections.may_classify(found)
        and found.state in (ObjectionState.RECEIVED, ObjectionState.OFFICE),
        may_rule=may_rule,
        may_remark=may_rule and found.against is Against.RESULT and found.marking is None,
        may_appoint=officer and open_still,
        who=[*handlers[asked], *(one.person for one in found.outsiders)] if open_still else [],
        asked=asked,
        remark_of=_remark(found),
        classify=classify or ClassifyForm(formdata=None, ground=found.ground),
        ruling=ruling or RulingForm(found, formdata=None),
        remark=remark or RemarkForm(formdata=None),
        appoint=appoint or AppointForm(_outsiders(found) if officer and open_still else [], formdata=None),
    )

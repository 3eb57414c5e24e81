"""Irregularities at the office and the committee: opened, heard, decided by two; and as their person reads them."""

import uuid
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from review.certificate import read_number
from storage.base.present import present
from storage.base.refusal import Refused
from storage.certificates.certificates import Certificate, CertificateState
from storage.certificates.changes import changed_by_two
from storage.committee.irregularities import Effect, Irregularity, IrregularityKind, IrregularityState, Rule, open_case
from storage.dossier.dossiers import Dossier
from storage.exam.sittings import Sitting
from storage.judging import corrections
from storage.judging.verdicts import Verdict, result_of
from storage.people.people import Person, Role, person_by_email
from webapp import access
from webapp.access import irregularities as access_cases
from webapp.certificates import mails
from webapp.context import g
from webapp.dutch import formats, refusals
from webapp.dutch.committee import EFFECTS, IRREGULARITIES
from webapp.forms import Form, choices
from webapp.mail.notify import notify
from webapp.paging import page_of
from webapp.verdict import releasing

pages = Blueprint("irregularities", __name__)

HANDLERS = (Role.EXAM_COMMITTEE, Role.KSF_OFFICER)
_WORDS = [DataRequired("Schrijf dit eerst op."), Length(max=8000)]


class OpenForm(Form):
    kind = RadioField("Wat voor zaak is het?", [InputRequired("Kies wat voor zaak het is.")])
    about = StringField(
        "Over wie gaat het?",
        [Optional(), Length(max=254)],
        description="Het nummer van een dossier of certificaat, of een e-mailadres. Leeg: nog niemand.",
    )
    facts = TextAreaField(
        "Wat is er gebeurd?",
        _WORDS,
        description="Schrijf feiten: wat, wanneer, en hoe u het weet. Wie het betreft, leest dit. Noem geen anderen.",
    )

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.kind.choices = choices((one, words.capitalize()) for one, words in IRREGULARITIES.items())


class InviteForm(Form):
    day = DateField("Dag", [InputRequired("Kies een dag.")])
    at = TimeField("Tijd", [InputRequired("Vul een tijd in.")])
    place = StringField(
        "Waar, of hoe",
        [DataRequired("Vul in waar het gesprek is."), Length(max=200)],
        description="Ook ‘telefonisch’ of ‘online’ kan.",
    )


class HearForm(Form):
    came = RadioField(
        "Was deze persoon er?",
        [InputRequired("Kies of deze persoon er was.")],
        choices=choices([("yes", "Ja"), ("no", "Nee, niet gekomen")]),
    )
    words = TextAreaField(
        "Wat is er gezegd?", _WORDS, description="Bij niet gekomen: wat u deed om deze persoon te bereiken."
    )


class ProposeForm(Form):
    effect = SelectField("Besluit", [InputRequired("Kies een besluit.")])
    reasons = TextAreaField("Waarom?", _WORDS, description="Wie het betreft, leest dit.")

    def __init__(self, found: Irregularity, **more: Any) -> None:
        super().__init__(**more)
        self.effect.choices = choices(
            [("", "Kies een besluit"), *((one, EFFECTS[one].capitalize()) for one in _possible(found))]
        )


class WhyForm(Form):
    why = TextAreaField("Waarom?", _WORDS)


class AnswerForm(Form):
    granted = RadioField(
        "Uitspraak",
        [InputRequired("Kies een uitspraak.")],
        choices=choices([("yes", "Gegrond: twee leden besluiten opnieuw"), ("no", "Ongegrond: het besluit blijft")]),
    )
    words = TextAreaField("Waarom?", _WORDS, description="Wie bezwaar maakte, leest dit.")


class ObjectForm(Form):
    grounds = TextAreaField("Waarmee bent u het niet eens, en waarom?", _WORDS)


@pages.get("/onregelmatigheden")
@access.roles(*HANDLERS)
def home() -> ResponseReturnValue:
    """Every case that goes on; with ?toon=gedaan those that are over."""
    done = request.args.get("toon") == "gedaan"
    page = page_of(access_cases.closed_cases() if done else access_cases.open_cases(), *access_cases.OF_CASE)
    return render_template("irregularities/home.html", page=page, done=done)


@pages.route("/onregelmatigheden/nieuw", methods=["GET", "POST"])
@access.roles(*HANDLERS)
def new() -> ResponseReturnValue:
    """Open a case, about one person or about nobody yet."""
    form = OpenForm(data={"about": request.args.get("over", "")} if request.method == "GET" else None)
    if form.validate_on_submit():
        words = (form.about.data or "").strip()
        person, dossier, certificate = _about(words)
        try:
            if words and person is None:
                form.about.errors = ["Dit nummer of adres kennen wij niet. Kijk het na."]
            else:
                kind = IrregularityKind(form.kind.data)
                made = open_case(g.db, kind, present(form.facts.data), access.me(), g.now, person, dossier, certificate)
                flash(f"Zaak {made.code} is geopend.", "ok")
                return redirect(url_for("irregularities.one", case_id=made.id))
        except Refused as error:
            if error.rule is not Rule.OWN:
                raise
            form.about.errors = [refusals.refusal(error)]
    return render_template("irregularities/new.html", form=form), 422 if form.errors else 200


@pages.get("/onregelmatigheden/<uuid:case_id>")
@access.roles(*HANDLERS)
def one(case_id: uuid.UUID) -> ResponseReturnValue:
    """One case, and what can be done now."""
    return _page(access_cases.case(case_id))


@pages.post("/onregelmatigheden/<uuid:case_id>/uitnodigen")
@access.roles(*HANDLERS)
def invite(case_id: uuid.UUID) -> ResponseReturnValue:
    """Invite its person to a hearing."""
    found, form = access_cases.case(case_id), InviteForm()
    if not form.validate_on_submit():
        return _page(found, invite=form), 422
    at = datetime.combine(present(form.day.data), present(form.at.data), formats.AMSTERDAM)
    found.invite(at, present(form.place.data), access.me(), g.now)
    _tell(found)
    flash("Uitgenodigd. Deze persoon krijgt een mail en leest de zaak in Vignet.", "ok")
    return redirect(url_for("irregularities.one", case_id=found.id))


@pages.post("/onregelmatigheden/<uuid:case_id>/horen")
@access.roles(*HANDLERS)
def hear(case_id: uuid.UUID) -> ResponseReturnValue:
    """Write down what was said, or that nobody came."""
    found, form = access_cases.case(case_id), HearForm()
    if not form.validate_on_submit():
        return _page(found, hear=form), 422
    found.hear(form.came.data == "yes", present(form.words.data), access.me(), g.now)
    flash("Het verslag is bewaard. De commissie kan nu besluiten.", "ok")
    return redirect(url_for("irregularities.one", case_id=found.id))


@pages.post("/onregelmatigheden/<uuid:case_id>/voorstellen")
@access.roles(Role.EXAM_COMMITTEE)
def propose(case_id: uuid.UUID) -> ResponseReturnValue:
    """The first of two members."""
    found = access_cases.case(case_id)
    form = ProposeForm(found)
    if not form.validate_on_submit():
        return _page(found, propose=form), 422
    found.propose(Effect(form.effect.data), present(form.reasons.data), access.me(), g.now)
    flash("Uw voorstel is bewaard. Een ander lid van de commissie beslist mee.", "ok")
    return redirect(url_for("irregularities.one", case_id=found.id))


@pages.post("/onregelmatigheden/<uuid:case_id>/akkoord")
@access.roles(Role.EXAM_COMMITTEE)
def decide(case_id: uuid.UUID) -> ResponseReturnValue:
    """The second agrees, and what follows happens now."""
    found = access_cases.case(case_id)
    found.decide(access.me(), g.now)
    _follow(found, access.me())
    if found.person is not None:
        _tell(found)
    flash(f"Besloten: {EFFECTS[present(found.effect)]}.", "ok")
    return redirect(url_for("irregularities.one", case_id=found.id))


@pages.post("/onregelmatigheden/<uuid:case_id>/terug")
@access.roles(Role.EXAM_COMMITTEE)
def send_back(case_id: uuid.UUID) -> ResponseReturnValue:
    """The second does not agree."""
    found, form = access_cases.case(case_id), WhyForm()
    if not form.validate_on_submit():
        return _page(found, back=form), 422
    found.send_back(present(form.why.data), access.me(), g.now)
    flash("Het voorstel is teruggegeven. De commissie kan opnieuw besluiten.", "ok")
    return redirect(url_for("irregularities.one", case_id=found.id))


@pages.post("/onregelmatigheden/<uuid:case_id>/sluiten")
@access.roles(*HANDLERS)
def drop(case_id: uuid.UUID) -> ResponseReturnValue:
    """There is no case after all; who was invited is told."""
    found, form = access_cases.case(case_id), WhyForm()
    if not form.validate_on_submit():
        return _page(found, drop=form), 422
    found.drop(present(form.why.data), access.me(), g.now)
    if found.known_to_person:
        _tell(found)
    flash("De zaak is gesloten zonder gevolg.", "ok")
    return redirect(url_for("irregularities.home"))


@pages.post("/onregelmatigheden/<uuid:case_id>/antwoord")
@access.roles(Role.EXAM_COMMITTEE)
def reply(case_id: uuid.UUID) -> ResponseReturnValue:
    """A third member answers an objection."""
    found, form = access_cases.case(case_id), AnswerForm()
    if not form.validate_on_submit():
        return _page(found, answer=form), 422
    found.reply(form.granted.data == "yes", present(form.words.data), access.me(), g.now)
    _tell(found)
    flash("Uw antwoord is verstuurd.", "ok")
    return redirect(url_for("irregularities.one", case_id=found.id))


@pages.get("/mijn-zaak/<uuid:case_id>")
@access.roles(*Role)
def own(case_id: uuid.UUID) -> ResponseReturnValue:
    """A case as its person reads it."""
    return _own_page(access_cases.my_case(case_id), ObjectForm(formdata=None))


@pages.post("/mijn-zaak/<uuid:case_id>")
@access.roles(*Role)
def object_to(case_id: uuid.UUID) -> ResponseReturnValue:
    """Its person does not agree with the decision."""
    found, form = access_cases.my_case(case_id), ObjectForm()
    if not form.validate_on_submit():
        return _own_page(found, form), 422
    found.object(present(form.grounds.data), g.now)
    flash("Uw bezwaar is ontvangen. Een lid van de commissie dat niet meebesliste, geeft antwoord.", "ok")
    return redirect(url_for("irregularities.own", case_id=found.id))


def _about(words: str) -> tuple[Person | None, Dossier | None, Certificate | None]:
    """Whom these words name, with the file and the certificate that they are about."""
    if not words:
        return None, None, None
    if "@" in words:
        return person_by_email(g.db, words), None, None
    dossier = g.db.scalars(select(Dossier).where(Dossier.code == words.upper())).first()
    if dossier is not None:
        sitting = g.db.scalars(select(Sitting).where(Sitting.dossier_id == dossier.id)).first()
        theirs = select(Certificate).join(Verdict).where(Verdict.sitting_id == (sitting.id if sitting else None))
        held = [one for one in g.db.scalars(theirs) if one.held]
        return dossier.candidate, dossier, held[0] if held else None
    try:
        number = str(read_number(words))
    except ValueError:
        number = words
    certificate = g.db.scalars(select(Certificate).where(Certificate.number == number)).first()
    if certificate is None:
        return None, None, None
    return certificate.person, certificate.verdict.sitting.dossier if certificate.verdict else None, certificate


def _result(found: Irregularity) -> Verdict | None:
    """The result that can be put right: one that is known and was a pass."""
    theirs = select(Sitting).where(Sitting.dossier_id == found.dossier_id)
    sitting = g.db.scalars(theirs).first() if found.dossier_id else None
    result = result_of(g.db, sitting) if sitting else None
    return result if result is not None and result.passed else None


def _possible(found: Irregularity) -> list[Effect]:
    """The decisions that fit: about certificate or result only where there is one."""
    if found.person_id is None:
        return [Effect.NOTHING]
    able = [Effect.NOTHING, Effect.WARNED]
    able += [Effect.NOT_PASSED] if _result(found) else []
    state = found.certificate.state if found.certificate else None
    able += [Effect.SUSPENDED] if state is CertificateState.VALID else []
    return able + ([Effect.WITHDRAWN] if found.certificate and found.certificate.held else [])


def _follow(found: Irregularity, second: Person) -> None:
    """Do what was decided, with the two members as the two persons that certificate and result need."""
    first, reason = present(found.proposed_by), f"Besluit in zaak {found.code}."
    if found.effect is Effect.NOT_PASSED:
        wrong = _result(found)
        if wrong is None:
            raise Refused(Rule.NO_RESULT)
        made = corrections.propose(g.db, wrong, False, reason, first, g.now)
        releasing.release(made, second, g.now)
        return
    certificate = found.certificate
    if certificate is None:
        return
    to = {Effect.SUSPENDED: CertificateState.SUSPENDED, Effect.WITHDRAWN: CertificateState.WITHDRAWN}.get(
        present(found.effect)
    )
    if to is not None and certificate.state is not to:
        changed_by_two(g.db, certificate, to, reason, first.id, second.id, g.now)
        mails.tell(certificate, g.now)
    elif to is None and found.granted and certificate.state is CertificateState.SUSPENDED:
        # Decided anew after an objection: what the first decision suspended is valid again.
        changed_by_two(g.db, certificate, CertificateState.VALID, reason, first.id, second.id, g.now)
        mails.tell_valid_again(certificate, g.now)


def _tell(found: Irregularity) -> None:
    """Its person hears that there is something to read, and by mail no more than that."""
    notify(g.db, present(found.person), "irregularity_news", g.now, case=found)


def _page(found: Irregularity, **forms: Form) -> str:
    member = Role.EXAM_COMMITTEE in access.me().roles(g.now)
    me = access.me().id
    involved = me in found.involved()
    ready = found.state is IrregularityState.HEARD or (
        found.state is IrregularityState.OPENED and found.person_id is None
    )
    values: dict[str, Any] = {
        "invite": InviteForm(formdata=None),
        "hear": HearForm(formdata=None),
        "propose": ProposeForm(found, formdata=None) if ready else None,
        "back": WhyForm(formdata=None),
        "drop": WhyForm(formdata=None),
        "answer": AnswerForm(formdata=None),
    } | forms
    values |= {
        "involved": involved,
        "ready": ready,
        "may_decide": member and not involved,
        "may_agree": member and not involved and found.proposed_by_id != me,
        "may_answer": member and not involved and me not in (found.proposed_by_id, found.decided_by_id),
        "held": found.hearing_at is not None and found.hearing_at <= g.now,
        "member": member,
    }
    return render_template("irregularities/one.html", found=found, S=IrregularityState, **values)


def _own_page(found: Irregularity, form: ObjectForm) -> str:
    by_result = found.effect is Effect.NOT_PASSED and found.dossier_id is not None
    may = found.may_object(g.now) and not by_result
    return render_template("irregularities/own.html", found=found, form=form, may=may, by_result=by_result)

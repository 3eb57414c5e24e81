"""The register of certificates, for KSF: who holds which, what waits to be issued, and what happens to one by two."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import EmailField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from storage.base.refusal import Refused
from storage.certificates import changes, copies, issuing, paper_lists
from storage.certificates.certificates import STEPS, Certificate, CertificateState
from storage.certificates.changes import CertificateChange
from storage.dossier.dossiers import Dossier
from storage.exam.sittings import Sitting
from storage.fees.prices import copy_price
from storage.judging.verdicts import Verdict
from storage.people.people import Role, person_by_email
from webapp import access, letter_pdf
from webapp.access import certificates as access_certificates
from webapp.certificates import mails, pdf, register_search
from webapp.context import g
from webapp.csv_writer import table as csv_table
from webapp.dutch import formats, refusals, states
from webapp.forms import Form, choices
from webapp.paging import page_of

pages = Blueprint("register", __name__, url_prefix="/register")

READERS = (Role.KSF_OFFICER, Role.AUDITOR)
OF_VERDICT = (
    joinedload(Verdict.sitting)
    .joinedload(Sitting.dossier)
    .options(joinedload(Dossier.candidate), joinedload(Dossier.organisation), joinedload(Dossier.scheme))
)


class HolderForm(Form):
    email = EmailField(
        "E-mailadres van de houder",
        [InputRequired("Vul het e-mailadres in."), Length(max=254)],
        description="Van iemand die al een account heeft.",
    )


class ChangeForm(Form):
    to = RadioField("Wat moet er gebeuren?", [InputRequired("Kies wat er moet gebeuren.")])
    name = StringField(
        "Naam op het nieuwe certificaat", [Length(max=120)], description="Alleen als u het certificaat vervangt."
    )
    reason = TextAreaField(
        "Waarom?",
        [DataRequired("Schrijf waarom. De houder leest het."), Length(max=4000)],
        description="De houder leest dit. Noem geen anderen.",
    )


ACTS = {
    CertificateState.VALID: "Weer geldig maken",
    CertificateState.SUSPENDED: "Schorsen",
    CertificateState.WITHDRAWN: "Intrekken",
    CertificateState.REPLACED: "Vervangen, met een andere naam",
}


@pages.get("")
@access.roles(*READERS)
def home() -> ResponseReturnValue:
    """Everybody who was ever certified: by name, number, organisation, state and date."""
    found, values = register_search.found()
    page = page_of(found.order_by(Certificate.issued_on.desc(), Certificate.id), *register_search.WITH)
    officer = Role.KSF_OFFICER in access.me().roles(g.now)
    return render_template("register/home.html", page=page, officer=officer, states=states, **values)


@pages.get("/lijst.csv")
@access.roles(*READERS)
def export() -> ResponseReturnValue:
    """The same as CSV, all pages."""
    found, _ = register_search.found()
    rows = g.db.scalars(found.order_by(Certificate.issued_on.desc(), Certificate.id).options(*register_search.WITH))
    return csv_table("register.csv", register_search.COLUMNS, [register_search.line(one) for one in rows])


@pages.get("/afgeven")
@access.roles(Role.KSF_OFFICER)
def waiting() -> ResponseReturnValue:
    """Who passed and has no certificate yet; also those of before there were certificates."""
    page = page_of(access_certificates.to_issue(), OF_VERDICT)
    names = letter_pdf.missing([one.sitting.dossier.candidate.name for one in page.rows])
    return render_template("register/waiting.html", page=page, me=access.me(), missing=names)


@pages.post("/afgeven")
@access.roles(Role.KSF_OFFICER)
def issue() -> ResponseReturnValue:
    """Issue what was chosen. One that may not be is left, with the reason."""
    wanted = {text for text in request.form.getlist("verdict") if _is_uuid(text)}
    if not wanted:
        flash("Kies eerst een of meer mensen.", "warn")
    done = 0
    theirs = access_certificates.to_issue().where(Verdict.id.in_([uuid.UUID(one) for one in wanted]))
    for verdict in g.db.scalars(theirs.options(OF_VERDICT)).all():
        try:
            mails.tell(issuing.issue(g.db, verdict, access.me(), g.now), g.now)
            done += 1
        except Refused as refused:
            name = verdict.sitting.dossier.candidate.name
            flash(f"Het certificaat van {name} is niet afgegeven. {refusals.refusal(refused)}", "warn")
    if done:
        flash(f"{done} certifica{'ten' if done > 1 else 'at'} afgegeven. De houder krijgt bericht.", "success")
    return redirect(url_for("register.waiting"))


@pages.get("/<uuid:certificate_id>")
@access.roles(*READERS)
def one(certificate_id: uuid.UUID) -> ResponseReturnValue:
    """One certificate: whose, since when, in which state, and everything that happened to it."""
    return _page(access_certificates.certificate_in_register(certificate_id))


@pages.post("/<uuid:certificate_id>/wijzigen")
@access.roles(Role.KSF_OFFICER)
def ask(certificate_id: uuid.UUID) -> ResponseReturnValue:
    """Ask a colleague for another state."""
    found = access_certificates.certificate_in_register(certificate_id)
    form = _form(found)
    if not form.validate_on_submit():
        return _page(found, form), 422
    to = CertificateState(form.to.data)
    name = form.name.data if to is CertificateState.REPLACED else ""
    try:
        changes.ask(g.db, found, to, form.reason.data or "", access.me(), g.now, name or "")
    except Refused as refused:
        if refused.rule is not changes.Rule.NO_NAME:
            raise
        form.name.errors = [refusals.refusal(refused)]
        return _page(found, form), 422
    flash("Dit is gevraagd. Een collega beslist erover.", "ok")
    return redirect(url_for("register.one", certificate_id=found.id))


@pages.post("/<uuid:certificate_id>/houder")
@access.roles(Role.KSF_OFFICER)
def give(certificate_id: uuid.UUID) -> ResponseReturnValue:
    """Say whose certificate from paper this is."""
    found, form = access_certificates.certificate_in_register(certificate_id), HolderForm()
    person = person_by_email(g.db, form.email.data or "") if form.validate_on_submit() else None
    if person is None or person.id == access.me().id:
        form.email.errors = [*form.email.errors] or ["Met dit adres is er geen account. Kijk het na."]
        return _page(found, holder_form=form), 422
    try:
        paper_lists.give(g.db, found, person, access.me(), g.now)
    except Refused as refused:
        if refused.rule is not paper_lists.Rule.HOLDS_ONE:
            raise
        form.email.errors = [refusals.refusal(refused)]
        return _page(found, holder_form=form), 422
    flash(f"Dit certificaat is nu van {person.name}.", "ok")
    return redirect(url_for("register.one", certificate_id=found.id))


@pages.get("/wijzigingen")
@access.roles(Role.KSF_OFFICER)
def to_decide() -> ResponseReturnValue:
    """What waits for a second officer."""
    with_people = (joinedload(CertificateChange.certificate), joinedload(CertificateChange.asked_by))
    page = page_of(access_certificates.changes_waiting(), *with_people)
    return render_template("register/changes.html", page=page, me=access.me(), acts=ACTS)


@pages.post("/wijzigingen/<uuid:change_id>/akkoord")
@access.roles(Role.KSF_OFFICER)
def grant(change_id: uuid.UUID) -> ResponseReturnValue:
    """Let it happen; the holder hears of it."""
    change = access_certificates.change_to_decide(change_id)
    counts = change.decide(True, access.me(), g.now)
    if change.to is CertificateState.REPLACED:
        mails.tell(change.certificate, g.now)
    elif change.to is CertificateState.VALID:
        mails.tell_valid_again(counts, g.now)
    else:
        mails.tell(counts, g.now)
    flash(f"Dit certificaat is nu {states.CERTIFICATE_STATES[change.to]}. De houder krijgt bericht.", "ok")
    return redirect(url_for("register.one", certificate_id=counts.id))


@pages.post("/wijzigingen/<uuid:change_id>/weigeren")
@access.roles(Role.KSF_OFFICER)
def refuse(change_id: uuid.UUID) -> ResponseReturnValue:
    """Leave everything as it is."""
    change = access_certificates.change_to_decide(change_id)
    change.decide(False, access.me(), g.now)
    flash("Dit gaat niet door. Er is niets veranderd.", "ok")
    return redirect(url_for("register.one", certificate_id=change.certificate_id))


@pages.get("/<uuid:certificate_id>/certificaat.pdf")
@access.roles(*READERS)
def file(certificate_id: uuid.UUID) -> ResponseReturnValue:
    found = access_certificates.certificate_in_register(certificate_id)
    if found.taken_over:
        return redirect(url_for("register.one", certificate_id=found.id))
    return pdf.answer(pdf.certificate(g.db, found), f"certificaat-{found.number}.pdf")


@pages.post("/<uuid:certificate_id>/afschrift")
@access.roles(Role.KSF_OFFICER)
def copy(certificate_id: uuid.UUID) -> ResponseReturnValue:
    """Order a copy for the holder."""
    found = access_certificates.certificate_in_register(certificate_id)
    made = copies.order(g.db, found, access.me(), copy_price(g.db, found.scheme, formats.day_of(g.now)), g.now)
    flash(f"Het afschrift staat klaar. De bestelling is {formats.money(made.cents)}.", "ok")
    return redirect(url_for("register.one", certificate_id=found.id))


@pages.get("/afschriften/<uuid:order_id>.pdf")
@access.roles(*READERS)
def copy_file(order_id: uuid.UUID) -> ResponseReturnValue:
    found = access_certificates.copy_in_register(order_id)
    return pdf.answer(pdf.certificate(g.db, found.certificate, found), f"afschrift-{found.certificate.number}.pdf")


def _page(found: Certificate, form: ChangeForm | None = None, holder_form: HolderForm | None = None) -> str:
    history = changes.history(g.db, found)
    newer = g.db.scalars(select(Certificate).where(Certificate.replaces_id == found.id)).first()
    return render_template(
        "register/one.html",
        certificate=found,
        newer=newer,
        form=form or _form(found, formdata=None),
        holder_form=holder_form or HolderForm(formdata=None),
        officer=Role.KSF_OFFICER in access.me().roles(g.now),
        history=history,
        waiting=next((line for line in history if line.granted is None), None),
        copies=copies.copies_of(g.db, found),
        price=copy_price(g.db, found.scheme, formats.day_of(g.now)) if found.scheme else None,
        acts=ACTS,
        me=access.me(),
    )


def _form(found: Certificate, **more: object) -> ChangeForm:
    form = ChangeForm(**more)
    steps = [one for one in CertificateState if one in STEPS[found.state]]
    if found.taken_over:
        steps = [one for one in steps if one is not CertificateState.REPLACED]
    form.to.choices = choices((one, ACTS[one]) for one in steps)
    return form


def _is_uuid(text: str) -> bool:
    try:
        return bool(uuid.UUID(text))
    except ValueError:
        return False

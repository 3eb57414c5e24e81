"""Results of practical tests at the office: a second person looks at what the examiner signed, and releases it."""

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from storage.base.present import present
from storage.people.people import Role
from storage.planning.practical_results import PracticalResult, ResultState
from webapp import access
from webapp.access import practical as access_practical
from webapp.certificates import mails
from webapp.context import g
from webapp.forms import Form, choices
from webapp.planning import practical_mail
from webapp.planning.own_practical import values_of

pages = Blueprint("practical_results", __name__, url_prefix="/bureau/praktijktoetsen/uitslagen")


class BackForm(Form):
    reason = TextAreaField("Waarom stuurt u terug?", [DataRequired("Schrijf waarom."), Length(max=2000)])


class RulingForm(Form):
    granted = RadioField(
        "Wat beslist u?",
        [InputRequired("Kies een antwoord.")],
        choices=choices([("ja", "Toegekend: de examiner kijkt opnieuw"), ("nee", "Niet toegekend: de uitslag blijft")]),
    )
    words = TextAreaField(
        "Waarom?",
        [DataRequired("Schrijf wat u beslist en waarom."), Length(max=5000)],
        description="De kandidaat leest dit. Na ‘toegekend’ leest de examiner het ook.",
    )


@pages.get("/<uuid:result_id>")
@access.roles(Role.KSF_OFFICER)
def show(result_id: uuid.UUID) -> ResponseReturnValue:
    """What was signed, and what the office can do with it."""
    return _page(access_practical.result_for_officer(result_id), BackForm(formdata=None))


@pages.post("/<uuid:result_id>/vrijgeven")
@access.roles(Role.KSF_OFFICER)
def release(result_id: uuid.UUID) -> ResponseReturnValue:
    """Make it known to the candidate. With theory and practice both positive the certificate follows at once."""
    found = access_practical.result_for_officer(result_id)
    certificate = found.release(access.me(), g.now)
    practical_mail.notify_result(found, g.now)
    if certificate is not None:
        mails.tell(certificate, g.now)
    flash("Vrijgegeven. De kandidaat krijgt bericht" + (", en het certificaat." if certificate else "."), "ok")
    return redirect(_back(found))


@pages.post("/<uuid:result_id>/terugsturen")
@access.roles(Role.KSF_OFFICER)
def send_back(result_id: uuid.UUID) -> ResponseReturnValue:
    """The examiner looks at it again, and signs anew."""
    found, form = access_practical.result_for_officer(result_id), BackForm()
    if not form.validate_on_submit():
        return _page(found, form), 422
    found.send_back(present(form.reason.data), access.me(), g.now)
    practical_mail.notify_sent_back(found, g.now)
    flash("Teruggestuurd. De examiner krijgt bericht.", "ok")
    return redirect(_back(found))


@pages.post("/<uuid:result_id>/bezwaar")
@access.roles(Role.KSF_OFFICER)
def rule(result_id: uuid.UUID) -> ResponseReturnValue:
    """Answer an objection, as a third person; granted, the examiner looks at the checklist again."""
    found, form = access_practical.result_for_officer(result_id), RulingForm()
    if not form.validate_on_submit():
        return _page(found, BackForm(formdata=None), form), 422
    granted = form.granted.data == "ja"
    found.rule(granted, present(form.words.data), access.me(), g.now)
    practical_mail.notify_ruled(found, g.now)
    if granted:
        practical_mail.notify_sent_back(found, g.now)
    flash("Beantwoord. De kandidaat krijgt bericht" + (", de examiner ook." if granted else "."), "ok")
    return redirect(_back(found))


@pages.post("/<uuid:result_id>/certificaat")
@access.roles(Role.KSF_OFFICER)
def certify(result_id: uuid.UUID) -> ResponseReturnValue:
    """The certificate of who passed, where it could not follow at once."""
    found = access_practical.result_for_officer(result_id)
    mails.tell(found.certify(access.me(), g.now), g.now)
    flash("Het certificaat is afgegeven.", "ok")
    return redirect(_back(found))


def _back(found: PracticalResult) -> str:
    return url_for("practical_results.show", result_id=found.id)


def _page(found: PracticalResult, form: BackForm, ruling: RulingForm | None = None) -> str:
    waiting = found.state is ResultState.SIGNED
    return render_template(
        "practical_results/one.html",
        found=found,
        form=form,
        ruling=ruling or RulingForm(formdata=None),
        third=access.me().id not in (found.signed_by_id, found.released_by_id),
        changed=found.changed_since() if waiting else [],
        mine=found.signed_by_id == access.me().id,
        hindrance=found.hindrance() if found.state is ResultState.RELEASED else None,
        **values_of(found),
    )

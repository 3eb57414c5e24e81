"""What somebody decides about the own data: a request for erasure, and consent given and taken back."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from review.retention import Erasable
from storage.base.present import present
from storage.base.refusal import Refused
from storage.data_classes import KEPT, DataClass
from storage.exam import consents
from storage.exam.consents import ConsentKind
from storage.exam.sittings import CONSENT_STAGES
from storage.judging.benchmarks import end_without_consent
from storage.people.people import Role
from storage.retention import erasing, plan, requests
from storage.retention.requests import OF_EXAMS, Wanted
from webapp import access
from webapp.access import looks as access_looks
from webapp.access import people as access_people
from webapp.context import g
from webapp.dutch import formats, terms
from webapp.dutch import own_data as words
from webapp.forms import Form, choices
from webapp.mail.notify import notify

pages = Blueprint("own_choices", __name__, url_prefix="/account/gegevens")


class EraseForm(Form):
    wanted = SelectMultipleField(
        "Wat moeten wij verwijderen?",
        [InputRequired("Kies wat wij moeten verwijderen.")],
        option_widget=CheckboxInput(),
        widget=ListWidget(),
    )
    words = TextAreaField(
        "Wilt u er iets bij schrijven?", [Length(max=2000)], description="U hoeft geen reden te geven."
    )

    def __init__(self, there: list[Wanted], **more: Any) -> None:
        super().__init__(**more)
        self.wanted.choices = choices((one, f"Mijn {terms.WANTED[one]}") for one in there)


@pages.route("/verwijderen", methods=["GET", "POST"])
@access.roles(*Role)
@access.confirmed_to_change
def ask() -> ResponseReturnValue:
    """Ask that something is erased: what may go and when, and what must stay and why."""
    me = access.me()
    there = requests.there_is(g.db, me)
    form = EraseForm(there)
    if form.validate_on_submit():
        made = requests.ask(g.db, me, [Wanted(one) for one in present(form.wanted.data)], form.words.data or "", g.now)
        # It takes back what was allowed, and so what that alone kept goes at once.
        erasing.begin_at_once(g.db, [one.id for one in access.my_dossiers_as_candidate()], g.now)
        notify(g.db, me, "erasure_received", g.now, request=made)
        flash(f"Uw verzoek is ontvangen. U krijgt antwoord uiterlijk {formats.date_only(made.answer_by)}.", "ok")
        return redirect(url_for("own_data.show"))
    mine = [one.id for one in access.my_dossiers_as_candidate()]
    stays = [(words.CLASSES[key], kept) for key, kept in KEPT.items() if kept.must_stay and key not in _NOT_TOLD]
    values = {
        "there": there,
        "waits": requests.open_request(g.db, me),
        "planned": plan.plan(g.db, mine, g.now, if_asked=OF_EXAMS.values()),
        "kinds": list(OF_EXAMS.values()),
        "stays": stays,
    }
    return render_template("own_data/erase.html", form=form, **values), 422 if form.errors else 200


_NOT_TOLD = {DataClass.TECHNICAL, DataClass.RECORDINGS, DataClass.RENDITIONS, DataClass.DOSSIER}
_NOT_TOLD |= {DataClass.ROLE_DOCUMENTS}
"""What stays only while an exam or an objection runs may be asked, so it is not among what must stay."""


@pages.post("/verwijderen/<uuid:request_id>/intrekken")
@access.roles(*Role)
def withdraw(request_id: uuid.UUID) -> ResponseReturnValue:
    """Ask it no more, before it is answered."""
    access_people.my_request(request_id).withdraw(g.now)
    flash("Uw verzoek is ingetrokken. Er verandert niets.", "ok")
    return redirect(url_for("own_data.show"))


@pages.post("/toestemming/opnemen/terugnemen")
@access.roles(Role.CANDIDATE)
def not_recorded() -> ResponseReturnValue:
    """Take back that recording is fine, before anything is recorded."""
    sitting = access.require_my_sitting()
    if sitting.stage in CONSENT_STAGES:
        sitting.take_back_consent(g.now)
        flash("Uw akkoord is teruggenomen. Er wordt niets opgenomen, en u houdt uw plaats.", "ok")
    else:
        flash("Er is niets veranderd: u hebt geen akkoord gegeven, of u bent al begonnen.", "info")
    return redirect(url_for("own_data.show"))


@pages.post("/toestemming/<uuid:dossier_id>/oefenen")
@access.roles(Role.CANDIDATE)
def benchmark(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """Allow that the recordings of an exam train and test assessors, or allow it no more: then they go on their day."""
    dossier, said = access_looks.exam_to_allow(dossier_id), request.form.get("antwoord")
    (planned,) = plan.plan(g.db, [dossier.id], g.now, if_taken_back=True)
    fate = planned.outlooks[Erasable.RECORDINGS]
    if said == "ja":
        if fate.goes and not consents.holding(g.db, dossier, ConsentKind.BENCHMARK):
            raise Refused(consents.Rule.NOTHING_TO_ALLOW)
        version = str(dossier.scheme.content.text(access_looks.BENCHMARK_TEXT).version)
        consents.allow(g.db, dossier, ConsentKind.BENCHMARK, version, g.now)
        flash("Bewaard. U kunt dit altijd terugnemen.", "ok")
    elif said == "nee":
        if (there := consents.holding(g.db, dossier, ConsentKind.BENCHMARK)) is not None:
            there.take_back(g.now)
            end_without_consent(g.db, [dossier.id], g.now)
            erasing.begin_at_once(g.db, [dossier.id], g.now)
        said = "Uw toestemming is teruggenomen. Niemand oefent nog met uw opnames of doet er een toets op."
        flash(f"{said} {terms.when_gone(fate)}", "ok")
    else:
        abort(400)
    return redirect(url_for("own_data.show"))

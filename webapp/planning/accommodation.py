"""Asking for more time, a second look or the text of a clip, and KSF's decision about it. No assessor sees this."""

import uuid
from fractions import Fraction
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from scenarios.chapters import SittingRules
from storage.dossier.dossiers import Dossier
from storage.exam import accommodations
from storage.exam.accommodations import Accommodation
from storage.people.people import Role
from webapp import access
from webapp.context import g
from webapp.dutch import formats
from webapp.forms import Form, choices
from webapp.mail.notify import notify

pages = Blueprint("accommodation", __name__)

NONE = "1"


class NeedsForm(Form):
    extra_time = SelectField("Meer tijd om na te denken en te antwoorden", default=NONE)
    replay = BooleanField("Het filmpje twee keer zien")
    text_prompt = BooleanField("De tekst van het filmpje kunnen lezen")

    @property
    def needs(self) -> tuple[Fraction, bool, bool]:
        return Fraction(self.extra_time.data), self.replay.data, self.text_prompt.data


class RequestForm(NeedsForm):
    wish = TextAreaField(
        "Wat wilt u erbij zeggen?",
        [Length(max=2000)],
        description="Schrijf wat u nodig hebt, niet welke ziekte of beperking u hebt.",
    )


class DecisionForm(NeedsForm):
    granted = RadioField("Uw besluit", [InputRequired("Kies een besluit.")])
    reason = TextAreaField("Reden", [Length(max=2000)], description="De kandidaat leest dit.")


@pages.route("/dossier/<uuid:dossier_id>/voorziening", methods=["GET", "POST"])
@access.roles(Role.CANDIDATE)
def ask(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """The candidate's request, and what KSF decided about it."""
    dossier = access.dossier_for_candidate(dossier_id)
    found = accommodations.of(g.db, dossier)
    form = _filled(RequestForm, dossier, found, wish=found.wish if found else "")
    if form.validate_on_submit():
        accommodations.ask(g.db, dossier, form.needs, form.wish.data or "", access.me(), g.now)
        flash("Uw verzoek is bewaard. KSF beslist erover voordat u examen doet.", "ok")
        return redirect(url_for("accommodation.ask", dossier_id=dossier.id))
    values = {"found": found, "form": form, "words": in_words, "open": accommodations.may_ask(g.db, dossier, g.now)}
    page = render_template("accommodation/ask.html", dossier=dossier, **values)
    return page, 422 if form.errors else 200


@pages.post("/bureau/dossiers/<uuid:dossier_id>/voorziening")
@access.roles(Role.KSF_OFFICER)
def decide(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """Grant, perhaps something else than was asked, or refuse; with a reason that the candidate reads."""
    dossier = access.dossier_for_officer(dossier_id)
    form = decision_form(dossier)
    if not form.validate_on_submit():
        flash("Niet bewaard. Kies een besluit en schrijf waarom.", "warn")
    else:
        found = accommodations.enter(g.db, dossier, g.now)
        found.decide(form.granted.data == "yes", form.needs, form.reason.data or "", access.me(), g.now)
        notify(g.db, dossier.candidate, "accommodation", g.now, found=found, words=in_words(found))
        flash("Uw besluit over de voorziening is bewaard. De kandidaat krijgt bericht.", "ok")
    return redirect(url_for("office.dossier", dossier_id=dossier.id, _anchor="voorziening"))


def decision_form(dossier: Dossier) -> DecisionForm:
    form = _filled(DecisionForm, dossier, accommodations.of(g.db, dossier))
    form.granted.choices = choices((("yes", "toekennen"), ("no", "afwijzen")))
    return form


def in_words(found: Accommodation) -> str:
    """The accommodation in words: "1,5 keer de tijd, het filmpje twee keer"."""
    parts = [f"{formats.factor(found.extra_time)} keer de tijd"] if found.extra_time != NONE else []
    parts += ["het filmpje twee keer"] if found.replay else []
    parts += ["de tekst van het filmpje"] if found.text_prompt else []
    return ", ".join(parts)


def _filled(kind: type[NeedsForm], dossier: Dossier, found: Accommodation | None, **more: Any) -> NeedsForm:
    data = {"extra_time": found.extra_time, "replay": found.replay, "text_prompt": found.text_prompt} if found else {}
    form = kind(data=data | more)
    offered = [(NONE, "geen extra tijd")]
    offered += [
        (str(one), f"{formats.factor(one)} keer de tijd")
        for one in dossier.scheme.content.chapter(SittingRules).extra_time
    ]
    form.extra_time.choices = choices(offered)
    return form

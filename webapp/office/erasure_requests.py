"""Requests for erasure, at the office: what was asked, by when it is answered, and what is granted of it."""

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload
from wtforms import SelectMultipleField, TextAreaField
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from storage.base.refusal import Refused
from storage.dossier.dossiers import Dossier
from storage.people.people import Role
from storage.retention import plan, requests
from storage.retention.holds import day_of
from storage.retention.requests import OF_EXAMS, ErasureRequest, RequestState, Wanted
from webapp import access
from webapp.access import retention as access_retention
from webapp.context import g
from webapp.dutch import refusals, terms
from webapp.forms import Form, choices
from webapp.mail.notify import notify
from webapp.paging import page_of

pages = Blueprint("erasure_requests", __name__, url_prefix="/bureau/verwijderen")


class DecideForm(Form):
    """What is ticked is granted; the rest is refused."""

    granted = SelectMultipleField(
        "Wat wordt verwijderd?",
        option_widget=CheckboxInput(),
        widget=ListWidget(),
        description="Wat u niet aanvinkt, weigert u. Wat een uitslag, een bezwaar of uitstel nog nodig heeft, gaat weg "
        "zodra dat voorbij is.",
    )
    reason = TextAreaField(
        "Waarom wordt iets niet verwijderd?",
        [Length(max=4000)],
        description="Verplicht als u iets weigert. Wie het vroeg, leest dit.",
    )

    def __init__(self, found: ErasureRequest, **more: Any) -> None:
        super().__init__(**more)
        self.granted.choices = choices((one, terms.WANTED[one].capitalize()) for one in found.kinds)


@pages.get("")
@access.roles(Role.KSF_OFFICER)
def home() -> ResponseReturnValue:
    """Every request that waits, the first due first; or (?toon=gedaan) those that were answered, newest first."""
    done = request.args.get("toon") == "gedaan"
    query = access_retention.closed_requests() if done else access_retention.open_requests()
    page = page_of(query, joinedload(ErasureRequest.person))
    return render_template("erasure_requests/list.html", page=page, done=done, today=day_of(g.now))


@pages.route("/<uuid:request_id>", methods=["GET", "POST"])
@access.roles(Role.KSF_OFFICER)
@access.confirmed_to_change
def one(request_id: uuid.UUID) -> ResponseReturnValue:
    """One request, with what would go when; the first officer decides here."""
    found = access_retention.request_to_handle(request_id)
    form = DecideForm(found)
    if form.validate_on_submit():
        try:
            granted = [Wanted(one) for one in form.granted.data or ()]
            found.decide(granted, form.reason.data or "", access.me(), g.now)
        except Refused as refused:
            if refused.rule is not requests.Rule.NO_REASON:
                raise
            form.reason.errors = [refusals.refusal(refused)]
        else:
            _tell(found)
            return redirect(url_for("erasure_requests.one", request_id=found.id))
    return _page(found, form), 422 if form.errors else 200


@pages.post("/<uuid:request_id>/akkoord")
@access.roles(Role.KSF_OFFICER)
@access.confirmed
def approve(request_id: uuid.UUID) -> ResponseReturnValue:
    """The second officer agrees; the night after it goes what may go."""
    found = access_retention.request_to_handle(request_id)
    found.approve(access.me(), g.now)
    _tell(found)
    return redirect(url_for("erasure_requests.one", request_id=found.id))


@pages.post("/<uuid:request_id>/opnieuw")
@access.roles(Role.KSF_OFFICER)
@access.confirmed
def send_back(request_id: uuid.UUID) -> ResponseReturnValue:
    """The decision is to be taken anew."""
    found = access_retention.request_to_handle(request_id)
    found.send_back(access.me(), g.now)
    flash("Over dit verzoek wordt opnieuw beslist.", "ok")
    return redirect(url_for("erasure_requests.one", request_id=found.id))


def _tell(found: ErasureRequest) -> None:
    if found.state is RequestState.ANSWERED:
        notify(g.db, found.person, "erasure_answered", g.now, request=found)
        flash("Het antwoord is verstuurd.", "ok")
    else:
        flash("Een tweede medewerker moet dit nog goedkeuren: wat weg is, komt niet terug.", "ok")


def _page(found: ErasureRequest, form: DecideForm) -> str:
    theirs = g.db.scalars(access_retention.exams_of(found.person).with_only_columns(Dossier.id)).all()
    values = {
        "found": found,
        "form": form,
        "mine": found.decided_by_id == access.me().id,
        "today": day_of(g.now),
        "planned": plan.plan(g.db, theirs, g.now, if_asked=OF_EXAMS.values()),
        "kinds": list(OF_EXAMS.values()),
    }
    return render_template("erasure_requests/one.html", **values)

"""One recording at a time, with a reason: KSF's officer, committee and auditor, and an assessor who was appointed to an
objection. Each look is noted, and told to the candidate who asks for it."""

import uuid

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from storage.base.present import present
from storage.exam import looks
from storage.people.people import Role
from webapp import access
from webapp.access import looks as access_looks
from webapp.context import g
from webapp.forms import Form

pages = Blueprint("looking", __name__, url_prefix="/opnames")

WITH_REASON = (Role.KSF_OFFICER, Role.EXAM_COMMITTEE, Role.AUDITOR, Role.ASSESSOR)


class ReasonForm(Form):
    reason = TextAreaField(
        "Waarom bekijkt u deze opname?",
        [
            DataRequired("Vul in waarom u deze opname bekijkt."),
            Length(looks.SHORTEST, 500, message="Schrijf een reden van 10 tot en met 500 tekens."),
        ],
    )


@pages.route("/<uuid:recording_id>", methods=["GET", "POST"])
@access.roles(*WITH_REASON)
def show(recording_id: uuid.UUID) -> ResponseReturnValue:
    """Asks for the reason; for an hour after it was given, the recording itself."""
    recording = access_looks.recording_to_open(recording_id)
    form = ReasonForm()
    if form.validate_on_submit():
        looks.look_at(g.db, recording, access.me(), access_looks.my_role(), g.now, present(form.reason.data))
        return redirect(url_for("looking.show", recording_id=recording_id))
    look = access_looks.open_look(recording)
    status = 422 if form.errors else 200
    return render_template("looking/show.html", recording=recording, form=form, look=look), status

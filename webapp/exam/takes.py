"""Takes in the office: their facts, and what the office decides about one that no rule can settle."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload
from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from scenarios.sitting import Stage
from storage.base.backoff import JOBS
from storage.base.jobs import Job
from storage.base.present import present
from storage.dossier.dossiers import Dossier
from storage.exam import take_decisions
from storage.exam.recordings import SLICES_COME, Recording
from storage.exam.sittings import Answer, Sitting
from storage.exam.take_decisions import DecisionKind
from storage.people.people import Role
from storage.schemes import Pack
from webapp import access
from webapp.context import g
from webapp.exam import figures
from webapp.forms import Form, choices
from webapp.mail.notify import notify
from webapp.paging import PAGE, page_of

pages = Blueprint("takes", __name__, url_prefix="/bureau/opnames")

FIRST = 10
"""How many takes of each kind are shown beside the others."""

DECISIONS = {
    DecisionKind.AGAIN: "Geef nog een poging. De kandidaat krijgt een mail en neemt dit antwoord opnieuw op.",
    DecisionKind.ACCEPTED: "Neem de opname aan zoals die is. De assessoren zien de opname met de fout.",
    DecisionKind.NOTED: "Laat het zo. Het deel dat te laat kwam, blijft bewaard en verandert niets.",
}
DONE = {
    DecisionKind.AGAIN: "De kandidaat krijgt een mail en mag dit antwoord nog een keer opnemen.",
    DecisionKind.ACCEPTED: "De opname is aangenomen. De video wordt nu gemaakt.",
    DecisionKind.NOTED: "Vastgelegd. Aan de video verandert niets.",
}


class DecisionForm(Form):
    kind = RadioField("Uw besluit", [InputRequired("Kies een besluit.")])
    reason = TextAreaField(
        "Reden",
        [DataRequired("Schrijf waarom u dit besluit neemt."), Length(max=2000)],
        description="Blijft bij de opname bewaard. De kandidaat en de assessoren lezen dit niet.",
    )


@pages.get("")
@access.roles(Role.KSF_OFFICER)
def waiting() -> ResponseReturnValue:
    """The takes that wait for the office, by what is the matter; with ?soort=… one kind whole, page by page."""
    kind = request.args.get("soort", "")
    queries = access.takes_for_officer()
    kind = kind if kind in queries else ""
    whose = joinedload(Recording.answer).joinedload(Answer.sitting)
    options = (
        whose.joinedload(Sitting.dossier).joinedload(Dossier.candidate),
        whose.joinedload(Sitting.dossier).joinedload(Dossier.scheme),
        whose.joinedload(Sitting.pack).joinedload(Pack.scheme),
        selectinload(Recording.originals),
        joinedload(Recording.node),
    )
    found = {
        name: page_of(query.order_by(Recording.created_at, Recording.id), *options, size=PAGE if kind else FIRST)
        for name, query in queries.items()
        if kind in ("", name)
    }
    return render_template("takes/waiting.html", takes=found, kind=kind, slices_come=SLICES_COME)


@pages.route("/<uuid:recording_id>", methods=["GET", "POST"])
@access.roles(Role.KSF_OFFICER)
def show(recording_id: uuid.UUID) -> ResponseReturnValue:
    """The facts of one take: sources, hashes, measurements, how the result was made; and what may be decided."""
    found, form = access.recording_for_officer(recording_id), DecisionForm()
    allowed = take_decisions.may_decide(g.db, found, g.now)
    form.kind.choices = choices((kind, words) for kind, words in DECISIONS.items() if kind in allowed)
    if not allowed and form.is_submitted():
        # Somebody else was first, or a late part has settled it.
        form.kind.choices = choices(DECISIONS.items())
    if form.validate_on_submit():
        decide(found, DecisionKind(form.kind.data), present(form.reason.data))
        return redirect(url_for("takes.show", recording_id=found.id))
    jobs_of_it = g.db.scalars(select(Job).where(Job.subject == found.id).order_by(Job.created_at)).all()
    values = {
        "measured": figures.measured(found.figures),
        "decision": figures.decision(found.figures),
        "sessions": figures.sessions(found.figures),
        "decisions": take_decisions.decisions_about(g.db, found),
        "stuck": found.stuck(g.now),
        "slices_come": SLICES_COME,
        "attempts": JOBS.attempts,
    }
    page = render_template("takes/show.html", recording=found, jobs=jobs_of_it, allowed=allowed, form=form, **values)
    return page, 422 if form.errors else 200


def decide(found: Recording, kind: DecisionKind, reason: str) -> None:
    """Decide, and let the candidate know what follows. Of another take the office's own worker writes."""
    take_decisions.decide(g.db, found, kind, reason, access.me(), g.now)
    sitting = found.answer.sitting
    if kind is DecisionKind.ACCEPTED and sitting.stage is Stage.ANSWERING:
        notify(g.db, sitting.dossier.candidate, "accepted", g.now, answer=found.answer)
    flash(DONE[kind], "ok")

"""The office gives finished sittings to assessors, and answers what assessors tell about them."""

import uuid

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from storage import assignments
from storage import ties as bonds
from storage.people import Person, Role
from storage.ratings import ratings_of
from storage.refusal import Refused
from storage.verdicts import disagreement
from webapp import access, access_judging, dutch, explain

pages = Blueprint("assigning", __name__, url_prefix="/uitslagen")


@pages.route("/zittingen/<uuid:sitting_id>", methods=["GET", "POST"])
@access.roles(Role.KSF_OFFICER)
def sitting(sitting_id: uuid.UUID):
    """Choose the assessors of one sitting; who has a tie with the candidate is shown and cannot be chosen."""
    found = access_judging.sitting_to_assign(sitting_id)
    slots = assignments.open_slots(g.db, found)
    people = bonds.assessors(g.db, g.now)
    errors: dict[int, str] = {}
    if request.method == "POST" and slots:
        chosen = _chosen(slots, people, errors)
        if not errors:
            try:
                assignments.appoint(g.db, found, chosen, access.me(), g.now)
            except Refused as refused:
                errors[slots[0]] = dutch.refusal(refused)
            else:
                flash("De assessoren zien de antwoorden nu in hun werklijst.", "success")
                return redirect(url_for("results.verdicts"))
    ratings = list(ratings_of(g.db, found))
    taken = {rating.slot: rating.assessor for rating in ratings}
    ties = bonds.ties(g.db, found, people, g.now)
    busy = {one.id for one in taken.values()}

    def free(person: Person) -> bool:
        return person.id not in ties and person.id not in busy

    return render_template(
        "results/assign.html",
        sitting=found,
        slots=slots,
        taken=taken,
        choices=[("", "Kies een assessor"), *((str(one.id), one.name) for one in people if free(one))],
        tied=[(one, ties[one.id]) for one in people if one.id in ties],
        differences=disagreement(found, ratings) if assignments.THIRD in slots else (),
        figure=explain.figure,
        outcome=explain.outcome,
        errors=errors,
        due=explain.due(found),
        late=explain.is_late(found, g.now),
    ), 422 if errors else 200


@pages.post("/meldingen/<uuid:flag_id>")
@access.roles(Role.KSF_OFFICER)
def close_flag(flag_id: uuid.UUID):
    """Answer what an assessor told. An answer that lay apart goes back to the list of work."""
    access_judging.flag_to_close(flag_id).close(access.me(), request.form.get("reason", "")[:2000], g.now)
    flash("De melding is afgehandeld. De assessor leest uw antwoord.", "success")
    return redirect(url_for("results.verdicts"))


def _chosen(slots: tuple[int, ...], people, errors: dict[int, str]) -> dict[int, Person]:
    known = {str(one.id): one for one in people}
    chosen = {}
    for slot in slots:
        person = known.get(request.form.get(f"slot-{slot}", ""))
        if person is None:
            errors[slot] = "Kies een assessor."
        else:
            chosen[slot] = person
    return chosen

"""Measuring the computer of a location: the beheerder goes through the check of the exam there, and it is kept."""

import uuid
from dataclasses import asdict
from typing import Any

from flask import Blueprint, flash, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scenarios.readiness import Figures, in_order
from storage.base.json_values import mapping, number, yes_no
from storage.people.people import Role
from storage.schemes import current_schemes
from webapp import access
from webapp.access import locations as access_location
from webapp.context import g
from webapp.dutch import rooms
from webapp.dutch.devices import device_words
from webapp.extensions import limiter

pages = Blueprint("measuring", __name__, url_prefix="/organisatie/locaties/<uuid:location_id>/meten")


@pages.get("")
@access.roles(Role.ORGANISATION_ADMIN)
def show(location_id: uuid.UUID) -> ResponseReturnValue:
    """The check of the exam, on the computer where this page is open."""
    found = access_location.location_for_admin(location_id)
    found.require_open()
    return render_template("locations/measure.html", found=found)


@pages.post("")
@access.roles(Role.ORGANISATION_ADMIN)
def keep(location_id: uuid.UUID) -> ResponseReturnValue:
    """Keep what the page measured; answers where to go on."""
    found, figures = access_location.location_for_admin(location_id), _figures()
    # The exam whose answers are recorded says what a recording must be.
    scheme = next((one for one in current_schemes(g.db) if one.content.sitting), None)
    good = in_order(figures, scheme.content.quality if scheme else None)
    marks = {rooms.part(name, figures): fine for name, fine in good.items()}
    device = device_words(request.user_agent.string)
    if found.measure(marks, asdict(figures), device, access.me(), g.now).missing:
        flash("De meting is bewaard. Niet alles is goed genoeg: kijk hieronder wat u kunt doen.", "warn")
    else:
        flash("De meting is bewaard. Deze computer kan het examen aan.", "ok")
    return jsonify(next=url_for("locations.one", location_id=found.id))


@pages.post("/lijn")
@access.roles(Role.ORGANISATION_ADMIN)
@limiter.limit("120/minute")
def line(location_id: uuid.UUID) -> ResponseReturnValue:
    """Take bytes that nobody keeps: the page measures how fast its line carries them."""
    access_location.location_for_admin(location_id)
    return "", 204


def _figures() -> Figures:
    """What the page tells. Aborts on what no page of ours would send."""
    told: dict[str, Any] = mapping(request.get_json(silent=True))
    coded = told.get("coded_per_second")
    return Figures(
        width=number(told.get("width"), 100_000),
        height=number(told.get("height"), 100_000),
        frames_per_second=number(told.get("frames_per_second"), 1000),
        loudest=number(told.get("loudest"), 1.01),
        speaker=yes_no(told.get("speaker")),
        coded_per_second=None if coded is None else number(coded, 1000),
        line_kbps=number(told.get("line_kbps"), 1e8),
    )

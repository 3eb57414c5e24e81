"""Subscribing to a calendar: the page where somebody makes or ends an address, and the calendar at that address."""

import uuid

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address

from storage.base.config import config
from storage.people.organisations import Organisation
from storage.people.people import Role
from storage.planning.calendar_feeds import CalendarFeed, feed_of, live_feeds, open_feed
from webapp import access
from webapp.access import people as access_people
from webapp.context import g
from webapp.extensions import limiter
from webapp.planning import feed_moments, published_calendar

pages = Blueprint("feeds", __name__)

OWN = "eigen"
"""In the place of an organisation: the own work as an examiner."""


@pages.get("/agenda")
@access.roles(Role.ORGANISATION_ADMIN, Role.ASSESSOR)
def home() -> ResponseReturnValue:
    """What the one who asks may subscribe to, and since when there is an address."""
    return _page()


@pages.post("/agenda")
@access.roles(Role.ORGANISATION_ADMIN, Role.ASSESSOR)
def make() -> ResponseReturnValue:
    """A new address, shown this once; the former one opens nothing any more."""
    whose = request.form.get("whose", "")
    offered = _offered()
    if not whose:
        return _page(), 422
    if whose not in offered:
        abort(404)
    secret, made = open_feed(g.db, access.me(), offered[whose], g.now)
    return _page(made, f"{config().origin}{url_for('feeds.read', secret=secret)}")


@pages.post("/agenda/<uuid:feed_id>/stoppen")
@access.roles(Role.ORGANISATION_ADMIN, Role.ASSESSOR)
def end(feed_id: uuid.UUID) -> ResponseReturnValue:
    """Let an address open nothing any more."""
    found = g.db.get(CalendarFeed, feed_id)
    if found is None or found.person_id != access.me().id:
        abort(404)
    found.end(access.me(), g.now)
    flash("Gestopt. Het adres werkt niet meer. Haal de agenda ook weg uit uw programma.", "ok")
    return redirect(url_for("feeds.home"))


@pages.get("/agenda/<secret>.ics")
@limiter.limit("60/minute", key_func=get_remote_address)
def read(secret: str) -> ResponseReturnValue:
    """The calendar at this address, as its person may see it now."""
    found = feed_of(g.db, secret, g.now) or abort(404)
    if found.organisation is None:
        name, moments = "Vignet: examiner", feed_moments.of_examiner(found.person)
    else:
        name = f"Vignet: {found.organisation.name}"
        moments = feed_moments.of_organisation(found.organisation)
    return Response(published_calendar.of(name, moments), content_type="text/calendar; charset=utf-8")


def _offered() -> dict[str, Organisation | None]:
    """By the value of the form: each own organisation, and None for the own work."""
    found: dict[str, Organisation | None] = {str(one.id): one for one in access_people.my_organisations()}
    return found | ({OWN: None} if Role.ASSESSOR in access.me().roles(g.now) else {})


def _page(made: uuid.UUID | None = None, address: str = "") -> str:
    live = {str(one.organisation_id or OWN): one for one in live_feeds(g.db, access.me())}
    rows = [(key, one.name if one else "", live.get(key)) for key, one in _offered().items()]
    return render_template("feeds/home.html", rows=rows, made=made, address=address)

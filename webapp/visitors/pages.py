"""The pages without a log-in: what each exam asks, when, for how much, and what to do when it went wrong.

All of it is data: the newest regulation of each exam, the dates that are offered, the prices of today. Nothing of a
situation or a question of a test is here.
"""

from flask import Blueprint, abort, render_template, request, url_for
from sqlalchemy import select

from scenarios.scheme import Scheme as Content
from storage.base.config import config
from storage.fees import billing
from storage.fees.prices import fees_on, prices_of
from storage.planning.exam_dates import ExamDate, to_come
from storage.planning.places_held import taken
from storage.schemes import Scheme, newest_versions
from webapp.access.bookings import exams_to_publish
from webapp.context import g
from webapp.dutch.fees import PRICES
from webapp.dutch.formats import day_of
from webapp.fees.prices import charged_exams
from webapp.planning import feed_moments, published_calendar
from webapp.verdict.regulation import passing
from webapp.visitors.kept import for_everybody

pages = Blueprint("visitors", __name__)

NAVIGATION = {
    "visitors.exams": "Examens",
    "visitors.dates": "Examendata",
    "visitors.fees": "Tarieven",
    "visitors.disagree": "Bezwaar en klacht",
    "certificate_check.ask": "Certificaat controleren",
}


@pages.get("/examens")
@for_everybody()
def exams() -> str:
    """Every exam, by name."""
    return _page("exams", exams=newest_versions(g.db))


@pages.get("/examens/<key>")
@for_everybody()
def exam(key: str) -> str:
    """What one exam asks, when one passes, and what it costs today."""
    row = next((one for one in newest_versions(g.db) if one.key == key), None) or abort(404)
    charged = row.key in {one.key for one in charged_exams()}
    costs = fees_on(g.db, row, day_of(g.now)) if charged else None
    dated = row.key in {one.key for one in exams_to_publish()}
    return _page("exam", row=row, scheme=row.content, passing=passing(row.content), costs=costs, dated=dated)


@pages.get("/examendata")
@for_everybody()
def dates() -> str:
    """The dates to come of each exam that has them, and whether a place is left."""
    exams = exams_to_publish()
    offered = to_come(g.db, {one.key for one in exams}, g.now)
    held = taken(g.db, offered)
    full = {one.id for one in offered if held.get(one.id, 0) >= len(one.places)}
    table = [(one, [day for day in offered if day.exam == one.key]) for one in exams]
    return _page("dates", table=table, full=full, others=_without_dates(exams))


@pages.get("/examendata/agenda.ics")
@for_everybody("text/calendar")
def calendar() -> str:
    """The same dates for an agenda; one that was taken back is off."""
    names = {one.key: one.content.name for one in exams_to_publish()}
    since = ExamDate.exam.in_(names), ExamDate.starts_at > g.now - feed_moments.PAST
    published = g.db.scalars(select(ExamDate).where(*since)).all()
    return published_calendar.of("Examendata", feed_moments.of_dates(published, names))


@pages.get("/tarieven")
@for_everybody()
def fees() -> str:
    """The price list of today, and what is known of later."""
    today = day_of(g.now)
    table = [(one, fees_on(g.db, one, today)) for one in charged_exams()]
    coming = [(one, price) for one, _ in table for price in prices_of(g.db, one.key) if price.since > today]
    return _page("fees", table=table, coming=coming, kinds=PRICES, exemption=billing.settings(g.db).exemption)


@pages.get("/bezwaar-en-klacht")
@for_everybody()
def disagree() -> str:
    """How to object against a result, and how to complain."""
    return _page("disagree", exams=newest_versions(g.db))


@pages.get("/robots.txt")
@for_everybody("text/plain")
def robots() -> str:
    """These pages alone may be found by a search engine."""
    open_to_all = [*(url_for(endpoint) for endpoint in NAVIGATION), "/static/", "/instelling/"]
    lines = ["User-agent: *", *(f"Allow: {path}" for path in open_to_all), "Disallow: /"]
    return "\n".join([*lines, f"Sitemap: {config().origin}{url_for('visitors.sitemap')}", ""])


@pages.get("/sitemap.xml")
@for_everybody("application/xml")
def sitemap() -> str:
    """The addresses of these pages."""
    found = [url_for(endpoint) for endpoint in NAVIGATION if endpoint.startswith("visitors.")]
    found += [url_for("visitors.exam", key=one.key) for one in newest_versions(g.db)]
    return render_template("visitors/sitemap.xml", addresses=[f"{config().origin}{path}" for path in found])


def _page(name: str, **values: object) -> str:
    links = [(label, url_for(endpoint), url_for(endpoint) == request.path) for endpoint, label in NAVIGATION.items()]
    canonical = f"{config().origin}{request.path}"
    return render_template(f"visitors/{name}.html", links=links, canonical=canonical, **values)


def _without_dates(dated: list[Scheme]) -> list[Content]:
    known = {one.key for one in dated}
    return [one.content for one in newest_versions(g.db) if one.key not in known]

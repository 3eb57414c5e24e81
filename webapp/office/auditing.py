"""The home page of an auditor, and the audit log with who and what in words.

The log itself holds no names: who stands behind an id is looked up when a page is read.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Select, or_, select
from wtforms import DateField, SelectField, StringField
from wtforms.validators import Optional

from storage.audits.cases import ids_of
from storage.base import audit
from storage.base.audit import AuditEvent
from storage.base.clock import start_of_day
from storage.base.jobs import Job, JobState
from storage.certificates.certificates import Certificate
from storage.dossier.dossiers import Dossier
from storage.exam.recordings import Recording
from storage.exam.sittings import Answer, Sitting
from storage.judging.objections import Objection
from storage.judging.ratings import Rating
from storage.judging.verdicts import Verdict
from storage.people.organisations import Organisation
from storage.people.people import Person, Role
from storage.planning.locations import Location
from webapp import access, todo
from webapp.access.cases import named
from webapp.context import g
from webapp.dutch.events import SUBJECTS
from webapp.forms import Form
from webapp.paging import called_so, count, page_of, search

pages = Blueprint("auditing", __name__, url_prefix="/controle")

LATELY = timedelta(days=30)

TOPICS: dict[str, tuple[str, tuple[str, ...]]] = {
    "geweigerd": ("Niet toegelaten", ("refused",)),
    "mislukt": ("Verkeerd wachtwoord of verkeerde code", ("log_in_failed", "code_failed", "confirm_failed")),
    "inzage": (
        "Opnames, stukken en hele examens bekeken",
        (
            "recording_looked_at",
            "role_document_looked_at",
            "portfolio_document_looked_at",
            "audit_evidence_looked_at",
            "case_looked_at",
            "audit_pack_",
            "own_data_taken",
        ),
    ),
    "rollen": ("Rollen en adressen", ("role_", "staff_change_", "person_changed", "address_used")),
    "uitslagen": ("Eindoordelen en uitslagen", ("verdict_",)),
    "bezwaren": ("Bezwaren en klachten", ("objection_", "remark_", "outsider_", "complaint_")),
    "certificaten": ("Certificaten", ("certificate_", "copy_", "badge_", "signing_key_")),
    "vernietigen": ("Bewaren en vernietigen", ("retention_", "hold_", "erasure_", "recordings_eras", "dossier_eras")),
}
"""What an auditor looks for: its name, and how the verbs begin that belong to it."""
WATCHED = ("geweigerd", "mislukt", "inzage", "rollen")
"""The topics that the home page counts."""


class FilterForm(Form):
    class Meta(Form.Meta):
        csrf = False

    zoek = StringField("Naam, e-mailadres of dossiernummer", [Optional()])
    wat = SelectField("Wat er gebeurde", [Optional()])
    soort = SelectField("Waarover", [Optional()])
    van = DateField("Van", [Optional()])
    tot = DateField("Tot en met", [Optional()])


@dataclass(frozen=True)
class Line:
    """One row of the log in words: `who` did it, to `what`; `url` is a page about it that an auditor may open."""

    event: AuditEvent
    who: str
    what: str
    url: str | None


@pages.get("")
@access.roles(Role.AUDITOR)
def home() -> ResponseReturnValue:
    """Whether the chain is whole, and what an auditor looks at first: each a number that opens the log."""
    since = (g.now - LATELY).date()
    watched = [
        (TOPICS[topic][0], count(select(AuditEvent).where(_topic(topic), AuditEvent.at >= g.now - LATELY)), topic)
        for topic in WATCHED
    ]
    mine = [one.until for one in access.me().memberships if one.role is Role.AUDITOR and one.holds(g.now)]
    values: dict[str, Any] = {"todo": todo.of_role(Role.AUDITOR), "watched": watched, "since": since}
    values["days"], values["ends"] = LATELY.days, None if None in mine else max(filter(None, mine), default=None)
    return render_template("auditing/home.html", **values, **_chain([]))


@pages.get("/logboek")
@access.roles(Role.AUDITOR)
def log() -> ResponseReturnValue:
    """The audit log, newest first; the rows on the page are held against the chain, and the whole of it by a job."""
    form = FilterForm(request.args)
    form.wat.choices = [("", "alles"), *((key, name) for key, (name, _) in TOPICS.items())]
    form.soort.choices = [("", "alles"), *sorted(SUBJECTS.items(), key=lambda one: one[1])]
    good = form.validate()
    query = select(AuditEvent).order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
    for wanted in _wanted(form) if good else []:
        query = query.where(wanted)
    page = page_of(query)
    asked = {name: value for name, value in request.args.items() if value and name != "page"}
    values: dict[str, Any] = {"form": form, "asked": asked, "lines": _lines(page.rows)}
    return render_template("auditing/log.html", page=page, **values, **_chain(page.rows)), 200 if good else 422


def _chain(rows: list[AuditEvent]) -> dict[str, Any]:
    """What the newest whole check found, and the first row that is not as it was sealed."""
    checks = select(Job).where(Job.subject == audit.CHAIN).order_by(Job.created_at.desc()).limit(2)
    check = next((one for one in g.db.scalars(checks) if one.state is JobState.DONE), None)
    return {"check": check, "broken": audit.broken_among(g.db, rows) or (check and check.result["broken"])}


def _topic(topic: str) -> ColumnElement[bool]:
    return or_(*(AuditEvent.verb.startswith(start, autoescape=True) for start in TOPICS[topic][1]))


def _wanted(form: FilterForm) -> list[ColumnElement[bool]]:
    """What the rows must be, by what was asked for."""
    found = []
    if form.wat.data:
        found.append(_topic(form.wat.data))
    if form.soort.data:
        found.append(AuditEvent.subject_kind == form.soort.data)
    if form.van.data:
        found.append(AuditEvent.at >= _midnight(form.van.data))
    if form.tot.data:
        found.append(AuditEvent.at < _midnight(form.tot.data + timedelta(days=1)))
    if words := search():
        found.append(_about(words) if named() else AuditEvent.subject.in_(_of_dossier(words)))
    for name, column in (("over", AuditEvent.subject), ("door", AuditEvent.actor)):
        if asked := _id(request.args.get(name, "")):
            found.append(column == asked)
    return found


def _midnight(day: Any) -> datetime:
    return start_of_day(datetime(day.year, day.month, day.day, 12, tzinfo=g.now.tzinfo))


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _about(words: str) -> ColumnElement[bool]:
    """Lines by or about somebody who is called so, or about the file with this number and its exam."""
    return or_(
        AuditEvent.subject.in_(_of_dossier(words)),
        called_so(words, AuditEvent.actor),  # type: ignore[arg-type]  # nobody is called NULL
        (AuditEvent.subject_kind == Person.__tablename__) & called_so(words, AuditEvent.subject),
    )


def _of_dossier(words: str) -> Any:
    """The ids of the file with this number and of all that belongs to it."""
    number = words.strip().upper()
    mine = select(Dossier.id).where(Dossier.code.in_((number, f"K-{number}")))
    return ids_of(mine)


_WHAT: dict[str, Select[uuid.UUID, str]] = {
    "person": select(Person.id, Person.name),
    "organisation": select(Organisation.id, Organisation.name),
    "location": select(Location.id, Location.name),
    "dossier": select(Dossier.id, Dossier.code),
    "sitting": select(Sitting.id, Dossier.code).join(Sitting.dossier),
    "verdict": select(Verdict.id, Dossier.code).join(Verdict.sitting).join(Sitting.dossier),
    "answer": select(Answer.id, Answer.code),
    "recording": select(Recording.id, Answer.code).join(Recording.answer),
    "rating": select(Rating.id, Answer.code).join(Rating.answer),
    "objection": select(Objection.id, Objection.code),
    "certificate": select(Certificate.id, Certificate.number),
}
"""By which word a reader knows a thing of this kind."""

_PAGES = {
    "recording": ("looking.show", "recording_id"),
    "certificate": ("register.one", "certificate_id"),
    "dossier": ("retention.exam", "dossier_id"),
    "retention_run": ("retention.run", "run_id"),
}
"""Where an auditor may look at a thing of this kind."""


def _lines(events: list[AuditEvent]) -> list[Line]:
    """These rows in words; a few questions to the database, however many rows there are."""
    people = {event.actor for event in events if event.actor} if named() else set()
    names = _words(select(Person.id, Person.name).where(Person.id.in_(people)))
    known: dict[uuid.UUID, str] = {}
    for kind, query in _WHAT.items():
        ids = {event.subject for event in events if event.subject_kind == kind}
        if ids and (named() or kind != "person"):
            known |= _words(query.where(query.selected_columns[0].in_(ids)))
    return [Line(event, _who(event, names), known.get(event.subject, ""), _url(event)) for event in events]


def _words(query: Select[uuid.UUID, str]) -> dict[uuid.UUID, str]:
    return {one: word for one, word in g.db.execute(query)}


def _who(event: AuditEvent, names: dict[uuid.UUID, str]) -> str:
    if event.actor is None:
        return "het systeem"
    return names.get(event.actor) or f"iemand ({event.actor.hex[:8]})"


def _url(event: AuditEvent) -> str | None:
    if event.subject_kind not in _PAGES:
        return None
    endpoint, name = _PAGES[event.subject_kind]
    values: dict[str, Any] = {name: event.subject}
    return url_for(endpoint, **values)

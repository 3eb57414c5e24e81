"""The menu that stays, for KSF's own people: every list of theirs, in groups, with a count of what waits there.

What waits is what `todo` says: a line of it belongs to the entry of the page that it leads to.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import flask
from flask import Flask, current_app, request, url_for
from flask_login import current_user

from storage.people.people import Role
from webapp import access, todo
from webapp.access.assessments import exams as assessment_exams
from webapp.access.bookings import exams_to_publish
from webapp.access.practical import practical_tests
from webapp.context import g
from webapp.todo import Kind, Todo

Entries = tuple[tuple[str, str], ...]

RULES = ("Reglement", "regulation.home")
ITEMS = (
    ("Vragenbank", "bank.home"),
    ("Toetsmatrijs", "bank.blueprint"),
    ("Cijfers van vragen", "bank.figures"),
    ("Panels voor de cesuur", "quality.panel_list"),
)
AUDITS = (
    ("Audits", "audits.home"),
    ("Bevindingen", "audit_findings.home"),
    ("Steekproeven", "audit_samples.home"),
)
CASES = ("Onregelmatigheden", "irregularities.home")
MINUTES = ("Besluitenlijsten", "minutes.home")
CONTENT = ("Wat examens vragen", "content.home")
FIGURES = ("Jaarcijfers", "year_figures.show")
JUDGING = ("Oordelen in cijfers", "judging_figures.home")
BENCHMARKS = ("Normvideo’s", "benchmarks.home")
RETENTION = (("Bewaren", "retention.home"), ("Nachten", "retention.runs"))
MENUS: dict[Role, dict[str, Entries]] = {
    Role.KSF_OFFICER: {
        "Dossiers": (("Dossiers", "office.dossiers"),),
        "Examens": (
            ("Vandaag", "exam_day.show"),
            ("Opnames", "takes.waiting"),
            ("Examendata", "exam_dates.home"),
            ("Praktijktoetsen", "practical_answers.home"),
            ("Assessments", "assessment_office.home"),
            ("Online toetsen", "theory_results.home"),
            ("Locaties", "locations.all_of_them"),
        ),
        "Vragenbank": ITEMS,
        "Uitslagen": (
            ("Uitslagen", "results.verdicts"),
            ("Werk verdelen", "allocating.start"),
            ("Assessoren", "absences.assessors"),
            ("Examiners", "examiners.home"),
            BENCHMARKS,
            JUDGING,
            FIGURES,
            RULES,
        ),
        "Bezwaren en klachten": (
            ("Bezwaren", "objecting.waiting"),
            ("Klachten", "complaining.waiting"),
            CASES,
            MINUTES,
            ("Vragen van organisaties", "answering.home"),
            ("Verzoeken om te verwijderen", "erasure_requests.home"),
        ),
        "Certificaten": (
            ("Register", "register.home"),
            ("Af te geven", "register.waiting"),
            ("Wacht op een tweede", "register.to_decide"),
            ("Lijst van papier", "paper.upload"),
        ),
        "Audits": AUDITS,
        "Geld": (
            ("Facturen", "invoices.home"),
            ("Te maken", "invoices.waiting"),
            ("Inkomsten", "invoices.income"),
            ("Tarieven", "fee_prices.home"),
            ("Boekhouding", "books.home"),
        ),
        "Mensen": (
            ("Mensen", "people.home"),
            ("Wacht op een tweede", "second_officer.home"),
            ("Organisaties", "organisations.home"),
        ),
        "Systeem": (
            ("Instelling", "institution.show"),
            ("Stand", "status.show"),
            ("Mail", "outbox.show"),
            ("Mailteksten", "mail_texts.home"),
            ("Taken", "office.jobs"),
            ("Situaties", "situations.home"),
            CONTENT,
            ("Opnameservers", "recorders.show"),
            *RETENTION,
        ),
    },
    Role.EXAM_COMMITTEE: {
        "Uitslagen": (("Uitslagen", "results.verdicts"), ("Assessments", "assessment_office.home"), JUDGING),
        "Bezwaren": (("Bezwaren", "objecting.waiting"), CASES),
        "Besluitenlijsten": (MINUTES,),
        "Inhoud": (CONTENT, BENCHMARKS, ("Panel simuleren", "simulations.home"), ("Andere cesuur", "trying.home")),
        "Vragenbank": ITEMS,
        "Reglement": (RULES,),
        "Jaarcijfers": (FIGURES,),
        "Bewaren": RETENTION,
    },
    Role.AUDITOR: {
        "Audits": (*AUDITS, ("Examen nakijken", "audit_cases.find"), ("Pakketten", "audit_packs.home")),
        "Logboek": (("Logboek", "auditing.log"),),
        "Register": (("Register", "register.home"),),
        "Besluitenlijsten": (MINUTES,),
        "Reglement": (RULES,),
        "Jaarcijfers": (FIGURES,),
        "Bewaren": RETENTION,
    },
}
"""For each role the groups of its menu, and in each what is called how and where it is."""
ONLY_IF: dict[str, Callable[[], Any]] = {
    "exam_dates.home": exams_to_publish,
    "practical_answers.home": practical_tests,
    "assessment_office.home": assessment_exams,
}
"""Pages about a kind of exam that an installation may not hold."""


@dataclass(frozen=True)
class Entry:
    """A page, and how many things wait there for the one who looks."""

    label: str
    url: str
    count: int
    shown: bool

    @property
    def number(self) -> str:
        """The count for the eye."""
        return todo.for_the_eye(self.count)


@dataclass(frozen=True)
class Group:
    """Some entries under one word; one alone is its own group."""

    label: str
    entries: list[Entry]

    @property
    def count(self) -> int:
        return sum(one.count for one in self.entries)

    @property
    def number(self) -> str:
        return todo.for_the_eye(self.count)

    @property
    def shown(self) -> bool:
        return any(one.shown for one in self.entries)


def register(app: Flask) -> None:
    """Let templates say `lasting_menu()`."""
    app.jinja_env.globals["lasting_menu"] = lasting_menu


def lasting_menu() -> list[Group]:
    """The menu of the one who asks on this page; empty where another menu belongs, or before the second step is set."""
    role = _role()
    if role is None:
        return []
    waiting = _by_page(todo.of_role(role))
    found = [Group(label, _entries(entries, waiting)) for label, entries in MENUS[role].items()]
    addresses = [entry.url for group in found for entry in group.entries]
    here = max((one for one in addresses if _at(one)), key=len, default="")
    return [
        Group(group.label, [Entry(one.label, one.url, one.count, one.url == here) for one in group.entries])
        for group in found
        if group.entries
    ]


def _role() -> Role | None:
    """The role of the one who asks that this page belongs to; on a page for everybody the only one that there is."""
    if "db" not in flask.g or not current_user or not current_user.is_authenticated:
        return None
    own: set[Role] = current_user.roles(g.now)
    view = current_app.view_functions.get(request.endpoint or "")
    allowed: frozenset[Role] = getattr(view, "roles", frozenset(Role))
    if allowed == frozenset(Role) and len(own) > 1:
        return None
    found = next((role for role in MENUS if role in own & allowed), None)
    return None if found is None or access.lacks_second_factor() else found


def _entries(entries: Entries, waiting: dict[str, int]) -> list[Entry]:
    held = [(label, endpoint) for label, endpoint in entries if ONLY_IF.get(endpoint, lambda: True)()]
    places = [(label, url_for(endpoint)) for label, endpoint in held]
    return [Entry(label, url, waiting.get(url, 0), False) for label, url in places]


def _by_page(lines: list[Todo]) -> dict[str, int]:
    """How many things wait at each page; what only goes on waits for nobody, and nothing is counted twice."""
    found: dict[str, int] = {}
    for line in lines:
        if line.kind is not Kind.GOING_ON and not line.counted_elsewhere and isinstance(line.count, int):
            path = urlsplit(line.url).path
            found[path] = found.get(path, 0) + line.count
    return found


def _at(address: str) -> bool:
    """True when this page is that one, or one below it."""
    return f"{request.path}/".startswith(f"{address}/")

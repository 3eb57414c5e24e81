"""The regulation of an exam, read from its scheme: what is examined, when one passes, and where each value comes from.

Who takes part reads what concerns a candidate. Officers, committee and auditors also see every value, whether it comes
from a source or is a choice of KSF, and which open question that choice answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import Any

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from review import rule_reading
from review.marks import MarkRule, Rounding
from review.proof import NormKind, ProvenRule
from review.rules import TermRule
from scenarios.brought import scheme_file
from scenarios.chapters import Allocation, FileCriterion, IdentityCheck, Origin, Planning, Question, Task
from scenarios.fee_rules import ChargedAt
from scenarios.judged_live import Channel, spread
from scenarios.scheme import Scheme, parse
from scenarios.theory_rules import Dropped, Form, Opening, TheoryQuota
from scenarios.unread import UNREAD
from storage import schemes
from storage.people.people import Role
from webapp import access
from webapp.context import g
from webapp.dutch import formats

pages = Blueprint("regulation", __name__, url_prefix="/reglement")

INSIDERS = {Role.KSF_OFFICER, Role.EXAM_COMMITTEE, Role.AUDITOR}

CHAPTERS = {
    "pass_rule": "Wanneer iemand slaagt",
    "documents": "Motivatiedossier",
    "sitting": "De zitting",
    "assessment": "De beoordeling",
    "checklist": "De praktijktoets",
    "proof": "Het assessment",
    "marking": "De cijfers",
    "theory": "De online toets",
    "location": "De locatie",
    "quality": "Eisen aan een opname",
    "award": "Het certificaat",
    "terms": "Termijnen",
    "visibility": "Wie wat ziet",
    "retention": "Bewaren",
    "fees": "Kosten",
}

WORDS: dict[str, str] = {
    Allocation.WHOLE: "elke assessor alle antwoorden van een kandidaat",
    Allocation.SPREAD: "elk antwoord andere assessoren",
    Planning.WINDOW: "in een periode na de uitnodiging, op een moment naar keuze",
    Planning.DATES: "op een examendatum van KSF, die de organisatie aanvraagt",
    Form.PER_CANDIDATE: "ieder eigen vragen",
    Form.LINEAR: "allemaal dezelfde vragen",
    Dropped.FULL_POINTS: "geeft iedereen de punten",
    Dropped.LEFT_OUT: "telt niet mee",
    Opening.LOG_IN: "met een eigen inlog",
    Opening.LOG_IN_OR_CODE: "met een eigen inlog, of met de code van de dag",
    ChargedAt.THEORY: "als de online toets klaargezet is",
    ChargedAt.PRACTICAL: "als de praktijktoets bevestigd is",
    ChargedAt.INVITATION: "als de kandidaat is uitgenodigd",
    Rounding.HALF_UP: "een half gaat naar boven",
    Rounding.HALF_EVEN: "een half gaat naar het even cijfer",
    Rounding.DOWN: "naar beneden",
    Channel.TELEPHONE: "telefoon",
    Channel.EMAIL: "e-mail",
    Channel.CHAT: "chat",
    IdentityCheck.NONE: "geen controle vooraf",
    IdentityCheck.CODE: "een code van zes cijfers, die iemand van de organisatie geeft",
}

ENDLESS = "terms.certificate_valid_months"


@pages.get("")
@access.roles(*Role)
def home() -> ResponseReturnValue:
    """The newest regulation of every exam."""
    rows = g.db.scalars(select(schemes.Scheme).order_by(schemes.Scheme.key, schemes.Scheme.number))
    newest = {row.key: row for row in rows}
    return render_template("regulation/home.html", rows=list(newest.values()))


@pages.get("/<key>")
@pages.get("/<key>/<int:number>")
@access.roles(*Role)
def show(key: str, number: int | None = None) -> ResponseReturnValue:
    """The newest version of this exam's regulation, or the one with this number."""
    versions = g.db.scalars(
        select(schemes.Scheme).where(schemes.Scheme.key == key).order_by(schemes.Scheme.number.desc())
    ).all()
    row = next((one for one in versions if number in (None, one.number)), None)
    if row is None:
        abort(404)
    content = row.content
    inside = bool(access.me().roles(g.now) & INSIDERS)
    values = {"inside": inside, "chapters": [], "questions": [], "versions": [], "unread": UNREAD}
    if inside:
        values |= {"chapters": chapters(content), "questions": questions(content), "versions": versions}
    return render_template("regulation/show.html", row=row, scheme=content, passing=passing(content), **values)


def passing(scheme: Scheme) -> list[str]:
    """The pass rule in sentences, each a condition that must be met."""
    rule = rule_reading.parse(scheme.pass_rule)
    if isinstance(rule, TermRule):
        return [f"{term.name}: ten minste {term.min} van de {term.max} punten." for term in rule.terms]
    if isinstance(rule, ProvenRule):
        return ["Elke competentie is aangetoond."]
    if isinstance(rule, MarkRule):
        return [f"Elke kerntaak heeft ten minste het cijfer {rule.pass_mark} ({rule.name(rule.pass_mark)})."]
    lines = ["KSF vindt het motivatiedossier voldoende."] if rule.part1 else []
    lines.append(f"Voor elke competentie is het gemiddelde ten minste {formats.number(rule.competency_min)}.")
    lines.append(f"Het gemiddelde van alle competenties samen is ten minste {formats.number(rule.overall_min)}.")
    lines.append(
        f"Elke competentie is in ten minste {rule.observed_min} antwoorden te zien. Zo niet, dan vraagt KSF extra "
        "bewijs; dat is geen afwijzing."
    )
    return lines


def chapters(scheme: Scheme) -> list[tuple[str, list[tuple[Origin, str]]]]:
    """Every value that the scheme explains, by chapter: (title, [(where it comes from, the value in words)])."""
    found: dict[str, list[tuple[Origin, str]]] = {table: [] for table in CHAPTERS}
    for origin in scheme.origins:
        found[origin.path.partition(".")[0]].append((origin, in_words(origin, scheme.value(origin.path))))
    return [(title, found[table]) for table, title in CHAPTERS.items() if found[table]]


@dataclass(frozen=True)
class Setting:
    """A value that answers an open question: what holds now, and what Vignet brings, both in words."""

    origin: Origin
    now: str
    default: str


def questions(scheme: Scheme) -> list[tuple[Question, list[Setting]]]:
    """Every question that the sources leave open, with the settings that answer it."""
    brought = _brought(scheme.key)
    return [
        (question, [_setting(scheme, brought, one) for one in scheme.origins if one.question == question.key])
        for question in scheme.questions
    ]


def _setting(scheme: Scheme, brought: Scheme | None, origin: Origin) -> Setting:
    now = in_words(origin, scheme.value(origin.path))
    try:
        return Setting(origin, now, in_words(origin, brought.value(origin.path)) if brought else now)
    except KeyError:
        return Setting(origin, now, "geen")


@cache
def _brought(key: str) -> Scheme | None:
    """The scheme of this exam as Vignet brings it; None for an exam that somebody added."""
    path = scheme_file(key)
    return parse(path.read_bytes()) if path.is_file() else None


def in_words(origin: Origin, value: Any) -> str:
    """A value of the scheme as a person reads it, with its unit."""
    if origin.path == ENDLESS and value == 0:
        return "zonder einddatum"
    if origin.path.endswith("_cents"):
        return formats.money(value)
    if origin.path.endswith("_share"):
        return f"{_plain(100 * Fraction(value))} %"
    if origin.path == "location.items":
        return " ".join(value)
    if origin.path == "checklist.points":
        return ", ".join(f"{numbers}: {count}" for numbers, count in spread(value).items())
    if origin.path == "documents.word_guide":
        return f"{value[0]} tot {value[1]} woorden"
    words = _plain(value)
    if origin.unit == "niveau":
        return f"niveau {words}"
    return f"{words} {origin.unit}" if origin.unit and not isinstance(value, bool) else words


def _row(value: Mapping[str, Any]) -> str:
    """One row of a pass rule: a term, a norm or a mark."""
    if "max" in value:
        return f"{value['name']}: {value['min']} van {value['max']}"
    if "criterion" in value:
        norm = value.get("kind") == NormKind.PERCENTAGE
        limit = f"ten minste {value.get('at_least')} procent" if norm else f"hoogstens {value.get('at_most')} keer"
        return f"{value['criterion']}: {limit}"
    return f"{value['mark']} {value['name']}" if "mark" in value else str(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, tuple | list):
        return "geen" if not value else ", ".join(_plain(one) for one in value)
    if isinstance(value, TheoryQuota):
        return f"{value.name}: {value.items}"
    if isinstance(value, Task | FileCriterion):
        return value.name
    if isinstance(value, Mapping):
        return _row(value)
    if isinstance(value, StrEnum | str) and value in WORDS:
        return WORDS[value]
    if isinstance(value, Fraction):
        return f"{float(value):g}".replace(".", ",")
    return str(value).replace(".", ",")

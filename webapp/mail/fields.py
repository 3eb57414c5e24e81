"""The fields of a mail: what KSF may move within its text, and the text of the code with the fields in their places.

The text of a mail in the code is a template of Jinja, `templates/mail/<kind>.txt`. Whatever it fills in is a field with
a name: an expression, or a block with a condition as a whole. What KSF writes is no template but plain text with
fields, such as {naam}: it is filled in by `string.Template` in one pass, so that nothing in it, and nothing in a value,
is ever run.
"""

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask import current_app, render_template

SHORT_LINE = 70
FOLDER = Path(__file__).parents[1] / "templates" / "mail"
FIXED = ("audit_anchor", "audit_broken", "contact", "operator_alarm", "setup")
"""What does not go through the outbox, and the lines that are under every mail."""
MAY_GO = ("naam", "site")
"""Fields of the body without which a mail still says all that it has to say."""

NAMES = {
    "person.name": "naam",
    "origin": "site",
    "link": "link",
    "reason": "reden",
    "page": "pagina",
    "former": "eerst",
    "because": "aanleiding",
    "answer.number": "situatie",
    "assessment.organisation.name": "organisatie",
    "assessment.place": "plaats",
    "assessment.reason": "reden",
    "assessment.scheme.content.name": "examen",
    'assessment.sheets|map(attribute="assessor.name")|join(", ")': "assessoren",
    "assessment.starts_at|dag": "dag",
    "assessment.starts_at|moment": "moment",
    "words[assessment.state]": "hoe",
    "audit.auditor.name": "auditor",
    "audit.held_on|datum": "dag",
    "audit.organisation.name": "organisatie",
    "audit.place": "plaats",
    "audit.starts_at|dag": "dag",
    "audit.starts_at|moment": "moment",
    "before.name": "vorige",
    "booking.date.starts_at|dag": "dag",
    "booking.date|examendatum": "datum",
    "booking.dossier.scheme.content.name": "examen",
    "case.code": "nummer",
    "certificate.title": "certificaat",
    "complaint.code": "nummer",
    "dossier.candidate.name": "kandidaat",
    "dossier.code": "nummer",
    "dossier.manager.name": "leidinggevende",
    "dossier.scheme.content.name": "examen",
    '"voor uw examen" if person.id == dossier.candidate_id else "van " ~ dossier.candidate.name': "van_wie",
    "due|datum": "termijn",
    "examiner.name": "examiner",
    "finding.audit.organisation.name": "organisatie",
    "finding.number": "nummer",
    "finding.remark": "bevinding",
    "finding.until|datum": "termijn",
    "found.reason": "reden",
    "inquiry.code": "nummer",
    "inquiry.id": "pagina",
    "invoice.due_on|datum": "termijn",
    "invoice.issued_on|datum": "datum",
    "invoice.number": "nummer",
    "invoice.total_cents|geld": "bedrag",
    '"Creditfactuur" if invoice.is_credit_note else "Factuur"': "soort",
    '"‘Kosten’" if invoice.organisation_id else "‘Mijn certificaten’"': "menu",
    "location.full_address": "plaats",
    "location.organisation.name": "organisatie",
    'names[:20]|join(", ")': "namen",
    '" en nog " ~ (number - 20) if number > 20': "en_nog",
    '"een kandidaat" if number == 1 else number ~ " kandidaten"': "hoeveel",
    '"uw kandidaat" if number == 1 else number ~ " kandidaten"': "uw_kandidaten",
    '"uw kandidaat" if names|length == 1 else names|length ~ " kandidaten"': "uw_kandidaten",
    "objection.code": "nummer",
    "objection.dossier_id": "pagina",
    "objection.id": "pagina",
    "organisation.name": "organisatie",
    "participant.turn[0]|klok": "tijd",
    "practical.coming|length": "aantal",
    "practical.exam_date.ends_at|klok": "eind",
    "practical.exam_date.starts_at|dag": "dag",
    "practical.exam_date.starts_at|klok": "begin",
    "practical.exam_date|examendatum": "datum",
    "practical.examiner.name": "examiner",
    "practical.location.full_address": "plaats",
    "practical.organisation.name": "organisatie",
    "practical.scheme.content.checklist.duration_minutes": "minuten",
    "practical.scheme.content.name": "examen",
    '"KSF" if person == practical.examiner else "uw organisatie"': "van_wie",
    "request.answer_by|datum": "termijn",
    'request.granted|map("gevraagd")|join(", ")': "verwijderd",
    'request.kinds|map("gevraagd")|join(", ")': "gevraagd",
    "rules.minimum_conversations": "gesprekken",
    'rules.ways|join(", ")': "manieren",
    "rules.ways|length": "aantal_manieren",
    "scheme.name": "examen",
    "sitting.closes_at|moment": "sluit",
    "sitting.dossier.code": "nummer",
    "sitting.dossier.scheme.content.name": "examen",
    "sitting.extension_reason": "reden",
    "sitting.finished_at|moment": "moment",
    "sitting.opens_at|moment": "opent",
    "terms.objection_weeks": "weken",
    "test.certificate|certificaat": "certificaat",
    "test.location.full_address": "plaats",
    "test.location.organisation.name": "organisatie",
    "test.starts_at|dag": "dag",
    "test.starts_at|moment": "moment",
    "tests[0].certificate|certificaat": "certificaat",
    "tests[0].starts_at|moment": "moment",
    '"Er staat een online toets klaar" if tests|length == 1 '
    'else "Er staan " ~ tests|length ~ " online toetsen klaar"': "hoeveel_staan_klaar",
    '"een online toets" if tests|length == 1 else tests|length ~ " online toetsen"': "hoeveel",
    "(location|stand_op(tests[0].starts_at)|locatiestand)[0]": "stand",
    "until|dag": "termijn",
    "until|datum": "termijn",
    "verdict.sitting.dossier.scheme.content.name": "examen",
    '"1 antwoord" if answers == 1 else answers ~ " antwoorden"': "hoeveel",
    '"Er ligt 1 antwoord" if answers == 1 else "Er liggen " ~ answers ~ " antwoorden"': "hoeveel",
}
"""What each expression is called. One without a line is called by its place, `veld1`."""

BLOCKS = {
    "accommodation": ("besluit",),
    "account_invitation": ("inloggen",),
    "assessment_answer": ("besluit",),
    "assessment_asked": ("onderdelen",),
    "assessment_off": ("waarom",),
    "audit_off": ("besluit",),
    "audit_planned": ("veranderd",),
    "audit_reported": ("bevindingen",),
    "date_answer": ("onderwerp", "besluit"),
    "date_cancelled": ("waarom",),
    "dossier_rejected": ("oordelen",),
    "dossier_returned": ("oordelen", "leidinggevende_ook"),
    "erasure_answered": ("besluit", "waarom"),
    "erasure_done": ("bewijs",),
    "examiner_answer": ("besluit",),
    "invoice_made": ("bedrag", "betaallink"),
    "invoice_reminder": ("betaallink",),
    "nominated": ("inloggen",),
    "practical_answer": ("onderwerp", "besluit"),
    "practical_fewer": ("wie",),
    "practical_objection_answer": ("besluit",),
    "practical_off": ("waarom",),
    "practical_planned": ("onderdelen",),
    "receipt": ("ontvangsten",),
    "reminder": ("onderwerp", "wanneer"),
    "retake": ("opdracht",),
    "substantiation_asked": ("inloggen",),
    "substantiation_reminder": ("namen", "en_nog"),
    "substantiation_returned": ("oordelen",),
}
"""What the parts with a condition, or with a list, of each kind are called, in their order; else `deel1`."""

_TAG = re.compile(r"{{-?\s*(?P<expression>.*?)\s*-?}}|{%-?\s*(?P<word>\w+).*?-?%}", re.S)
_BEGIN, _MIDDLE, _END = "\x02", "\x03", "\x04"
# No text that somebody typed has these: `storage.base.plain` takes them out.
_FILLED = re.compile(f"{_BEGIN}(\\w+){_MIDDLE}(.*?){_END}", re.S)


class _Text(string.Template):
    """Plain text with fields between braces; any other brace is a fault."""

    pattern = r"""
        \{(?:
            (?P<named>[^\W\d]\w*)\} |
            (?P<escaped>(?!)) |
            (?P<braced>(?!)) |
            (?P<invalid>)
        )
    """  # type: ignore[assignment]  # the class takes a string, and makes a pattern of it


@dataclass(frozen=True)
class Default:
    """The text of the code: subject and body with fields in their places, and the same marked for filling in."""

    subject: str
    body: str
    fields: tuple[str, ...]
    marked: str

    @property
    def required(self) -> tuple[str, ...]:
        """The fields that the body must keep."""
        there = names_in(self.body)
        return tuple(name for name in self.fields if name in there and name not in MAY_GO)


@dataclass(frozen=True)
class Faults:
    """What is wrong with a text that somebody wrote; nothing when it may be kept."""

    unknown: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    braces: bool = False

    def __bool__(self) -> bool:
        return bool(self.unknown or self.missing or self.braces)


@cache
def kinds() -> tuple[str, ...]:
    """Every kind of mail whose text may be changed."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.txt") if path.stem not in FIXED))


@cache
def default(kind: str) -> Default:
    """The text of the code of this kind. Raises KeyError for a kind that there is not."""
    if kind not in kinds():
        raise KeyError(kind)
    source = (FOLDER / f"{kind}.txt").read_text(encoding="utf-8")
    plain, marked, fields, at = "", "", dict[str, None](), 0
    for name, begin, end in _spans(kind, source):
        fields[name or ""] = None
        plain += source[at:begin]
        marked += source[at:begin]
        if name is None:
            marked += source[begin:end]
        else:
            block = source[begin:].startswith("{%")
            plain += f"\n\n{{{name}}}\n\n" if block else f"{{{name}}}"
            marked += f"{_BEGIN}{name}{_MIDDLE}{source[begin:end]}{_END}"
        at = end
    subject, body = _parts(_tidy(plain + source[at:]))
    return Default(subject, _unwrapped(body), tuple(name for name in fields if name), marked + source[at:])


def _spans(kind: str, source: str) -> list[tuple[str | None, int, int]]:
    """Each field in its place: name, begin, end. Without a name it is a line that only computes something."""
    found: list[tuple[str | None, int, int]] = []
    named, depth, begin, blocks = dict[str, str](), 0, 0, 0
    for tag in _TAG.finditer(source):
        expression, word = tag["expression"], tag["word"]
        if word in ("if", "for"):
            begin, depth = (begin if depth else tag.start()), depth + 1
        elif word in ("endif", "endfor"):
            depth -= 1
            if not depth:
                own = BLOCKS.get(kind, ())
                name, blocks = own[blocks] if blocks < len(own) else f"deel{blocks + 1}", blocks + 1
                # Jinja leaves out the end of the line after a block.
                found.append((name, begin, _over_line(source, tag.end())))
        elif depth:
            continue
        elif word:
            found.append((None, tag.start(), _over_line(source, tag.end())))
        else:
            name = NAMES.get(expression) or named.setdefault(expression, f"veld{len(named) + 1}")
            found.append((name, tag.start(), tag.end()))
    return found


def _unwrapped(body: str) -> str:
    """The same with each paragraph on one line whose lines were broken in the code only because they were long."""
    paragraphs = body.strip().split("\n\n")
    return "\n\n".join(" ".join(part.split()) if flows(part) else part for part in paragraphs) + "\n"


def flows(paragraph: str) -> bool:
    """True when its lines were broken only because they were long."""
    lines = paragraph.splitlines()
    return all(len(line) > SHORT_LINE for line in lines[:-1])


def _over_line(source: str, end: int) -> int:
    return end + source[end:].startswith("\n")


def values_of(kind: str, context: Mapping[str, Any]) -> dict[str, str]:
    """What the fields of this kind are filled with for this mail."""
    env = current_app.jinja_env
    # Named as the text of the code, so that Jinja escapes as little in it.
    code = env.compile(default(kind).marked, name=f"mail/{kind}.txt")
    made = render_template(env.template_class.from_code(env, code, env.make_globals(None)), **context)
    return {name: value.strip("\n") for name, value in _FILLED.findall(made)}


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its fields filled in. What is filled in is never looked at again."""
    return _tidy(_Text(text).substitute(values))


def faults(kind: str, subject: str, body: str) -> Faults:
    """What is wrong with this text for this kind."""
    texts, in_body = (stray(kind, subject), stray(kind, body)), names_in(body)
    return Faults(
        unknown=tuple(sorted({name for one in texts for name in one.unknown})),
        missing=tuple(name for name in default(kind).required if name not in in_body),
        braces=any(one.braces for one in texts),
    )


def stray(kind: str, text: str) -> Faults:
    """What may not stand in a subject or a body of this kind, whatever else is there."""
    names = names_in(text)
    rest = _Text(text).safe_substitute(dict.fromkeys(names, ""))
    return Faults(unknown=tuple(sorted(names - set(default(kind).fields))), braces=bool(set("{}") & set(rest)))


def names_in(text: str) -> set[str]:
    """The fields that stand in this text, known or not."""
    return set(_Text(text).get_identifiers())


def _tidy(text: str) -> str:
    """Paragraphs with one empty line between them: a part that is empty leaves no hole."""
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _parts(text: str) -> tuple[str, str]:
    subject, _, body = text.strip().partition("\n")
    return subject.strip(), body.strip() + "\n"

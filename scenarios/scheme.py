"""An exam scheme as data: what is examined, by which values, and which of those values are a choice of ours.

The sources leave many values open. Each value in a scheme says where it comes from: a source, or a choice of KSF
with the open question that it answers, so that a page can show the difference and a new version can change it.
"""

import re
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeVar

from scenarios.chapters import (
    Allocation,
    AssessmentRules,
    Award,
    ChecklistRules,
    Competency,
    Documents,
    EndTerm,
    Evidence,
    LocationRules,
    Origin,
    Part,
    Question,
    Retention,
    SittingRules,
    Supplement,
    Terms,
    Text,
    Visibility,
    key_of,
    letters_of,
)
from scenarios.fee_rules import Fees
from scenarios.judged_live import MarkingRules, ProofRules
from scenarios.quality import Limits
from scenarios.reading import KEY, ContentError, keyed, many, read, within
from scenarios.rule_ties import rule_problems
from scenarios.theory_rules import TheoryRules
from scenarios.theory_rules import problems as theory_problems


class SchemeError(ContentError):
    """A scheme that cannot be used; `problems` is the full list."""


class MissingChapter(LookupError):
    """A table is asked for that this exam, by its parts, does not have: a fault of who asks, not of the scheme."""


Chapter = TypeVar("Chapter")


@dataclass(frozen=True, kw_only=True)
class Scheme:
    """One version of an exam. `pass_rule` is plain data, read by the rule engine of the review package."""

    key: str = keyed()
    name: str
    certificate: str
    number: int = within(1, 9999)
    prerequisite_any_of: tuple[str, ...] = many(0, **KEY)
    parts: tuple[Part, ...] = many(1)
    pass_rule: dict[str, Any]
    terms: Terms
    fees: Fees
    competencies: tuple[Competency, ...] = ()
    end_terms: tuple[EndTerm, ...] = ()
    sitting: SittingRules | None = None
    assessment: AssessmentRules | None = None
    quality: Limits | None = None
    checklist: ChecklistRules | None = None
    proof: ProofRules | None = None
    marking: MarkingRules | None = None
    documents: Documents | None = None
    retention: Retention | None = None
    visibility: Visibility | None = None
    award: Award | None = None
    location: LocationRules = LocationRules()  # noqa: RUF009 (frozen)
    theory: TheoryRules = TheoryRules()  # noqa: RUF009 (frozen)
    texts: tuple[Text, ...] = ()
    supplements: tuple[Supplement, ...] = many(0, 3, ())
    questions: tuple[Question, ...] = ()
    origins: tuple[Origin, ...] = ()

    @property
    def letters(self) -> str:
        """How the number of this certificate begins. A scheme of before there were numbers has it in the name."""
        return letters_of(self.award) or self.certificate.split()[-1][:4].upper()

    @property
    def certificate_key(self) -> str:
        """What who has its certificate has from then on, as other schemes ask for it (`prerequisite_any_of`)."""
        return key_of(self.checklist) or f"certificate_{self.letters.lower()}"

    def chapter(self, kind: type[Chapter]) -> Chapter:
        """This exam's table of that kind, such as its SittingRules. Raises MissingChapter when it has none."""
        for item in fields(self):
            if isinstance(found := getattr(self, item.name), kind):
                return found
        raise MissingChapter(f"{self.key} {self.number}: {kind.__name__}")

    def competency(self, key: str) -> Competency:
        return next(one for one in self.competencies if one.key == key)

    def text(self, key: str) -> Text:
        return next(one for one in self.texts if one.key == key)

    def value(self, path: str) -> Any:
        """The value at a dotted path such as `sitting.answer_s`; KeyError when there is none."""
        found: Any = self
        for name in path.split("."):
            known = {item.name: getattr(found, item.name) for item in fields(found)} if is_dataclass(found) else found
            if not isinstance(known, dict) or name not in known:
                raise KeyError(path)
            found = known[name]
        return found


def parse(data: bytes) -> Scheme:
    """The scheme in these TOML bytes. Raises SchemeError with every problem found."""
    problems: list[str] = []
    scheme: Scheme | None = read(data, Scheme, problems)
    if scheme is not None:
        problems += check(scheme)
    if scheme is None or problems:
        raise SchemeError(problems)
    return replace(scheme, texts=tuple(_filled(text, scheme) for text in scheme.texts))


def check(scheme: Scheme) -> list[str]:
    """The contradictions between the values of a scheme, in plain Dutch sentences."""
    points = scheme.checklist.points if scheme.checklist else ()
    return [
        *_names(scheme),
        *_parts(scheme),
        *rule_problems(scheme.pass_rule, scheme.parts, scheme.competencies, scheme.end_terms, points),
        *_sitting(scheme),
        *theory_problems(scheme.theory, {one.number for term in scheme.end_terms for one in term.criteria}),
        *_texts(scheme),
        *_origins(scheme),
    ]


def _names(scheme: Scheme) -> list[str]:
    problems = []
    lists = {
        "competenties": [one.key for one in scheme.competencies],
        "onderdelen": [one.key for one in scheme.parts],
        "eindtermen": [one.key for one in scheme.end_terms],
        "toetstermen": [one.number for term in scheme.end_terms for one in term.criteria],
        "teksten": [one.key for one in scheme.texts],
        "vragen": [one.key for one in scheme.questions],
        "criteria": [one.key for one in scheme.documents.criteria] if scheme.documents else [],
        "punten": [one.key for one in scheme.checklist.points] if scheme.checklist else [],
        "talen": [one.language for one in scheme.supplements],
        "herkomsten": [one.path for one in scheme.origins],
    }
    for name, keys in lists.items():
        for key in sorted({key for key in keys if keys.count(key) > 1}):
            problems.append(f"Bij de {name} komt {key} meer dan één keer voor.")
    return problems


NEEDED = {
    Evidence.PORTFOLIO: ("documents", "visibility"),
    Evidence.RECORDED_ANSWERS: ("sitting", "assessment", "quality", "retention"),
    Evidence.LIVE_CHECKLIST: ("checklist",),
    Evidence.THEORY_TEST: (),
    Evidence.COMPETENCY_PORTFOLIO: ("proof",),
    Evidence.LIVE_ASSESSMENT: ("proof",),
    Evidence.WORK_PROCESSES: ("marking",),
}


def _parts(scheme: Scheme) -> list[str]:
    return [
        f"Het onderdeel {part.name} heeft de tabel [{table}] nodig."
        for part in scheme.parts
        for table in NEEDED[part.evidence]
        if getattr(scheme, table) is None
    ]


def _sitting(scheme: Scheme) -> list[str]:
    sitting, assessment = scheme.sitting, scheme.assessment
    if sitting is None or assessment is None:
        return []
    problems = []
    if sitting.minimum_answer_s >= sitting.answer_s:
        problems.append("De kortste antwoordtijd moet kleiner zijn dan de langste.")
    if sitting.warning_s >= sitting.answer_s:
        problems.append("De waarschuwing moet vallen binnen de antwoordtijd.")
    if sitting.accommodation_clip_plays < sitting.clip_plays:
        problems.append("Met een voorziening mag het filmpje niet minder vaak spelen dan zonder.")
    if sitting.break_after >= assessment.scenarios:
        problems.append("De pauze moet vóór de laatste situatie vallen.")
    if assessment.minimum_scenarios_per_competency > assessment.scenarios:
        problems.append("Een competentie kan niet in meer situaties voorkomen dan er zijn.")
    if assessment.allocation is Allocation.SPREAD and assessment.spread_minimum_assessors < 2 * assessment.slots:
        problems.append(
            "Gespreid beoordelen vraagt minstens twee keer zoveel assessoren als er beoordelingen per antwoord zijn."
        )
    if scheme.quality is not None and scheme.quality.minimum_seconds > sitting.minimum_answer_s:
        problems.append("De kortste opname mag niet langer zijn dan het kortste antwoord.")
    return problems


TOLD_BEFORE = ("what_happens", "who_watches", "employer", "retention", "objection", "consent", "consent_refused")
"""The texts that a candidate must be able to read before being recorded."""

PLACEHOLDER = re.compile(r"\{([a-z0-9_.]+)\}")


def _texts(scheme: Scheme) -> list[str]:
    problems = []
    for text in scheme.texts:
        for path in PLACEHOLDER.findall(" ".join((text.title, *text.paragraphs))):
            try:
                value = scheme.value(path)
            except KeyError:
                problems.append(f"De tekst {text.key} verwijst naar {path}, maar dat staat niet in het schema.")
            else:
                if isinstance(value, bool) or not isinstance(value, int | str):
                    problems.append(f"De tekst {text.key} verwijst naar {path}, maar dat is geen getal of tekst.")
    there = {text.key for text in scheme.texts}
    if any(part.evidence is Evidence.RECORDED_ANSWERS for part in scheme.parts):
        problems += [f"De tekst {key} ontbreekt." for key in TOLD_BEFORE if key not in there]
    return problems


def _filled(text: Text, scheme: Scheme) -> Text:
    """The text with the values of the scheme in place of `{sitting.answer_s}`, so that both always agree."""

    def fill(words: str) -> str:
        return PLACEHOLDER.sub(lambda found: str(scheme.value(found[1])), words)

    return replace(text, title=fill(text.title), paragraphs=tuple(map(fill, text.paragraphs)))


EXPLAINED = (
    "sitting",
    "assessment",
    "checklist",
    "proof",
    "marking",
    "location",
    "theory",
    "terms",
    "retention",
    "visibility",
    "fees",
    "documents",
    "quality",
    "award",
)


def _origins(scheme: Scheme) -> list[str]:
    """Every value of the explained tables and of the pass rule must say where it comes from.

    Not a value that has kept its default: a scheme from before there was such a value cannot explain it.
    """
    there = {f"pass_rule.{name}" for name in scheme.pass_rule if name != "kind"}
    kept = set()
    for table in EXPLAINED:
        if (values := getattr(scheme, table)) is not None:
            there |= {f"{table}.{item.name}" for item in fields(values)}
            kept |= {f"{table}.{item.name}" for item in fields(values) if getattr(values, item.name) == item.default}
    named = {one.path for one in scheme.origins}
    asked = {one.key for one in scheme.questions}
    problems = [f"Van {path} staat niet waar de waarde vandaan komt." for path in sorted(there - named - kept)]
    problems += [f"Er staat een herkomst van {path}, maar die waarde is er niet." for path in sorted(named - there)]
    problems += [
        f"De herkomst van {one.path} noemt vraag {one.question}, maar die staat niet in het schema."
        for one in scheme.origins
        if one.question and one.question not in asked
    ]
    return problems

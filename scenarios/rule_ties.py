"""What ties the pass rule of a scheme to its other tables, each problem a Dutch sentence for the author of a scheme.

The shape of the rule itself is read by the rule engine of the review package.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scenarios.chapters import Competency, EndTerm, Evidence, Part
from scenarios.judged_live import Point

JUDGED = {
    "competencies": Evidence.RECORDED_ANSWERS,
    "terms": Evidence.LIVE_CHECKLIST,
    "proven": Evidence.LIVE_ASSESSMENT,
    "marks": Evidence.WORK_PROCESSES,
}
"""For each kind of pass rule: the evidence that it judges."""


def rule_problems(
    rule: Mapping[str, Any],
    parts: Iterable[Part],
    competencies: Sequence[Competency],
    end_terms: Sequence[EndTerm],
    points: Sequence[Point],
) -> list[str]:
    """What the rule names and the scheme has not, or the other way round. `points`: those of the checklist."""
    kind = rule.get("kind")
    if not isinstance(kind, str):
        return ["pass_rule.kind: ontbreekt."]
    if kind not in JUDGED:
        return [f"pass_rule.kind: moet {' of '.join(JUDGED)} zijn, maar is {kind!r}."]
    problems = []
    if JUDGED[kind] not in {part.evidence for part in parts}:
        problems.append(f"De slaagregel {kind} vraagt een onderdeel met {JUDGED[kind]} als bewijs.")
    if kind == "terms":
        return problems + _terms(rule, end_terms, points)
    if kind in ("proven", "marks"):
        return problems + _criteria(rule, end_terms)
    if not competencies:
        problems.append("De slaagregel kijkt naar competenties, maar het schema heeft er geen.")
    return problems


def _tables(listed: Any) -> list[Mapping[str, Any]]:
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _terms(rule: Mapping[str, Any], end_terms: Sequence[EndTerm], points: Sequence[Point]) -> list[str]:
    terms = _tables(rule.get("terms"))
    if [term.get("key") for term in terms] != [term.key for term in end_terms]:
        return ["De slaagregel noemt andere eindtermen dan het schema."]
    return _points({term["key"]: term.get("max") for term in terms}, end_terms, points) if points else []


def _criteria(rule: Mapping[str, Any], end_terms: Sequence[EndTerm]) -> list[str]:
    if not end_terms:
        return ["De slaagregel kijkt naar eindtermen, maar het schema heeft er geen."]
    numbers = {criterion.number for term in end_terms for criterion in term.criteria}
    return [
        f"De slaagregel noemt een norm bij {norm.get('criterion')}, maar dat staat niet in het schema."
        for norm in _tables(rule.get("norms"))
        if norm.get("criterion") not in numbers
    ]


def _points(most: Mapping[str, Any], end_terms: Sequence[EndTerm], points: Sequence[Point]) -> list[str]:
    """The checklist is the rule's: as many points for each end term, under its own criteria, and none forgotten."""
    numbers = {term.key: [criterion.number for criterion in term.criteria] for term in end_terms}
    problems = []
    for point in points:
        if point.term not in numbers:
            problems.append(f"Het punt {point.key} hoort bij eindterm {point.term}, maar die is er niet.")
            continue
        problems += [
            f"Het punt {point.key} noemt toetsterm {number}, maar die hoort niet bij {point.term}."
            for number in point.criteria
            if number not in numbers[point.term]
        ]
    there = Counter(point.term for point in points)
    problems += [
        f"De checklist heeft {there[key]} punten bij {key}, maar de slaagregel {number}."
        for key, number in most.items()
        if there[key] != number
    ]
    covered = {number for point in points for number in point.criteria}
    problems += [
        f"Bij toetsterm {number} hoort geen punt van de checklist."
        for term in end_terms
        for number in numbers[term.key]
        if number not in covered
    ]
    return problems

"""Reads a pass rule as it stands in a scheme: all that is wrong with it is told at once, and nothing is guessed.

Numbers with decimals are written as strings in the data ("2.25") and read as exact fractions.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

from review.marks import MarkRule, Rounding
from review.proof import SHOWN, Norm, NormKind, ProvenRule
from review.rules import LEVEL_MAX, LEVEL_MIN, CompetencyRule, RuleError, Term, TermRule, is_whole

Rule = CompetencyRule | TermRule | ProvenRule | MarkRule


def parse(data: Mapping[str, Any]) -> Rule:
    """Reads a rule as it stands in the scheme. Raises RuleError with everything that is wrong at once."""
    readers: dict[str, Callable[[Mapping[str, Any], list[str]], Rule]] = {
        "competencies": _competency_rule,
        "terms": _term_rule,
        "proven": _proven_rule,
        "marks": _mark_rule,
    }
    kind = data.get("kind")
    if not isinstance(kind, str) or kind not in readers:
        raise RuleError([f"kind must be one of {', '.join(readers)}, not {kind!r}"])
    problems: list[str] = []
    rule = readers[kind]({key: value for key, value in data.items() if key != "kind"}, problems)
    if problems:
        raise RuleError(problems)
    return rule


def _exact(value: Any, name: str, low: int, high: int, problems: list[str]) -> Fraction:
    """A whole number or a decimal in a string, as a fraction from `low` to `high`; else one more of the problems."""
    text = str(value) if is_whole(value) else value
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        problems.append(f'{name} must be an exact number in quotes such as "2.25", not {value!r}')
        return Fraction(low)
    number = Fraction(text)
    if not low <= number <= high:
        problems.append(f"{name} must lie between {low} and {high}, not {text}")
    return number


def _refuse_unknown(data: Mapping[str, Any], known: Iterable[str], problems: list[str]) -> None:
    """A misspelt key must never silently leave a condition out."""
    problems.extend(f"unknown key {key!r}" for key in data if key not in set(known))


def _competency_rule(data: Mapping[str, Any], problems: list[str]) -> CompetencyRule:
    _refuse_unknown(data, ("part1", "competency_min", "overall_min", "observed_min", "part1_weight"), problems)
    part1: Any = data.get("part1")
    observed_min: Any = data.get("observed_min")
    if not isinstance(part1, bool):
        problems.append("part1 must be true or false")
    if not is_whole(observed_min) or observed_min < 1:
        problems.append("observed_min must be a whole number of at least 1")
    weight = None
    if "part1_weight" in data:
        weight = _exact(data["part1_weight"], "part1_weight", 0, 1, problems)
        if weight in (0, 1):
            problems.append("part1_weight must leave weight to both parts")
    return CompetencyRule(
        part1=part1,
        competency_min=_exact(data.get("competency_min"), "competency_min", LEVEL_MIN, LEVEL_MAX, problems),
        overall_min=_exact(data.get("overall_min"), "overall_min", LEVEL_MIN, LEVEL_MAX, problems),
        observed_min=observed_min,
        part1_weight=weight,
    )


def _term_rule(data: Mapping[str, Any], problems: list[str]) -> TermRule:
    _refuse_unknown(data, ("terms",), problems)
    listed = data.get("terms")
    if not isinstance(listed, list | tuple) or not listed:
        problems.append("terms must be a list of at least one term")
        return TermRule(())
    terms: list[Term] = []
    for number, entry in enumerate(listed, start=1):
        if not isinstance(entry, Mapping):
            problems.append(f"term {number} must have key, name, max and min")
            continue
        faults: list[str] = []
        _refuse_unknown(entry, ("key", "name", "max", "min"), faults)
        found: dict[str, Any] = {name: entry.get(name) for name in ("key", "name", "max", "min")}
        term = Term(**found)
        if not all(isinstance(text, str) and text for text in (term.key, term.name)):
            faults.append("key and name must be texts")
        if not (is_whole(term.max) and is_whole(term.min) and 0 <= term.min <= term.max and term.max > 0):
            faults.append("max and min must be whole numbers, 0 <= min <= max, max above 0")
        if term.key in [other.key for other in terms]:
            faults.append(f"the key {term.key!r} stands there twice")
        problems.extend(f"term {number}: {fault}" for fault in faults)
        terms.append(term)
    return TermRule(tuple(terms))


def _proven_rule(data: Mapping[str, Any], problems: list[str]) -> ProvenRule:
    _refuse_unknown(data, ("norms",), problems)
    listed = data.get("norms", ())
    if not isinstance(listed, list | tuple):
        problems.append("norms must be a list")
        return ProvenRule()
    norms: dict[str, Norm] = {}
    for number, entry in enumerate(listed, start=1):
        if not isinstance(entry, Mapping):
            problems.append(f"norm {number} must have criterion, kind and a limit")
            continue
        faults: list[str] = []
        criterion = entry.get("criterion")
        if not isinstance(criterion, str) or not criterion:
            faults.append("criterion must be the number of a criterion, in quotes")
        elif criterion in norms:
            faults.append(f"criterion {criterion!r} stands there twice")
        norms[str(criterion)] = _norm(entry, faults)
        problems.extend(f"norm {number}: {fault}" for fault in faults)
    return ProvenRule(norms)


def _norm(entry: Mapping[str, Any], faults: list[str]) -> Norm:
    kind: Any = entry.get("kind")
    if kind == NormKind.PERCENTAGE:
        _refuse_unknown(entry, ("criterion", "kind", "at_least"), faults)
        return Norm(NormKind.PERCENTAGE, _exact(entry.get("at_least"), "at_least", 0, 100, faults))
    if kind == NormKind.COUNT:
        _refuse_unknown(entry, ("criterion", "kind", "at_most"), faults)
        limit: Any = entry.get("at_most")
        if not is_whole(limit) or limit < 0:
            faults.append("at_most must be a whole number of 0 or more")
            limit = 0
        return Norm(NormKind.COUNT, Fraction(limit))
    faults.append(f"kind must be {NormKind.PERCENTAGE.value} or {NormKind.COUNT.value}, not {kind!r}")
    return SHOWN


def _mark_rule(data: Mapping[str, Any], problems: list[str]) -> MarkRule:
    _refuse_unknown(data, ("scale", "pass_mark", "task_decimals", "whole_decimals", "rounding"), problems)
    scale = _scale(data.get("scale"), problems)
    pass_mark: Any = data.get("pass_mark")
    if not is_whole(pass_mark) or (scale and pass_mark not in scale):
        problems.append("pass_mark must be one of the marks of the scale")
    for name in ("task_decimals", "whole_decimals"):
        if not is_whole(data.get(name)) or not 0 <= data[name] <= 2:
            problems.append(f"{name} must be 0, 1 or 2")
    rounding = data.get("rounding")
    if rounding not in list(Rounding):
        problems.append(f"rounding must be one of {', '.join(Rounding)}, not {rounding!r}")
        rounding = Rounding.HALF_UP
    decimals: dict[str, Any] = {name: data.get(name) for name in ("task_decimals", "whole_decimals")}
    return MarkRule(scale=scale, pass_mark=pass_mark, rounding=Rounding(rounding), **decimals)


def _scale(listed: Any, problems: list[str]) -> dict[int, str]:
    """The names by mark, lowest first. The data may be in either order, as long as no mark is left out."""
    if not isinstance(listed, list | tuple) or len(listed) < 2:
        problems.append("scale must be a list of at least two marks")
        return {}
    scale: dict[int, str] = {}
    for number, entry in enumerate(listed, start=1):
        whole = isinstance(entry, Mapping) and entry.keys() == {"mark", "name"}
        if not whole or not is_whole(entry["mark"]) or not isinstance(entry["name"], str) or not entry["name"]:
            problems.append(f"mark {number} must have a whole number as mark and a text as name, and nothing else")
        elif entry["mark"] < 0 or entry["mark"] in scale or entry["name"] in scale.values():
            problems.append(f"mark {number} must have a number of 0 or more and a name that no other mark has")
        else:
            scale[entry["mark"]] = entry["name"]
    if len(scale) == len(listed) and sorted(scale) != list(range(min(scale), max(scale) + 1)):
        problems.append("scale leaves out a mark")
    return dict(sorted(scale.items()))

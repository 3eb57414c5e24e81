"""An assessment in words: what each assessor found, side by side, and what counts."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from review.assessment_form import Form
from review.marks import MarkRule
from review.proof import NormKind
from review.rules import Found, from_plain
from storage.assessing import sheets
from storage.assessing.assessments import Assessment
from webapp.dutch import formats


@dataclass(frozen=True)
class Word:
    """A finding in words, with the tone of its chip."""

    words: str
    tone: str = "neutral"


@dataclass(frozen=True)
class Row:
    """One criterion: its number and text, what each assessor found, what counts, and what they wrote."""

    number: str
    text: str
    by_slot: tuple[Word, ...]
    counts: Word
    reasons: tuple[tuple[int, str], ...]
    differs: bool


@dataclass(frozen=True)
class Block:
    """One competency or core task."""

    key: str
    name: str
    counts: Word
    rows: tuple[Row, ...]


def blocks(found: Assessment) -> list[Block]:
    """What the assessors who signed say: as it was kept when it was decided, or as it stands."""
    kept = found.judgement or sheets.judged(found).to_json()
    return blocks_of(found, kept)


def blocks_of(found: Assessment, kept: dict[str, Any]) -> list[Block]:
    form, content = sheets.form_of(found.scheme), found.scheme.content
    names = {term.key: term.name for term in content.end_terms}
    texts = {one.number: one.text for term in content.end_terms for one in term.criteria}
    signed = [one for one in found.sheets if one.signed_at is not None]
    return [
        Block(
            term["key"],
            names[term["key"]],
            term_word(form, from_plain(term["counts"]), term["enough"]),
            tuple(
                Row(
                    line["number"],
                    texts[line["number"]],
                    tuple(word(form, line["number"], from_plain(one)) for one in line["by_slot"]),
                    counted(form, from_plain(line["counts"])),
                    tuple(sheets.reasons(signed, line["number"])),
                    line["counts"] is None and None not in line["by_slot"][: form.slots],
                )
                for line in term["criteria"]
            ),
        )
        for term in kept["terms"]
    ]


def whole(found: Assessment) -> str:
    """The mark of the whole with its name; empty where there are no marks."""
    rule, mark = sheets.form_of(found.scheme).rule, from_plain(found.judgement.get("whole"))
    if mark is None or not isinstance(rule, MarkRule):
        return ""
    return f"{formats.number(Fraction(mark), rule.whole_decimals)} {rule.name(Fraction(mark))}"


def word(form: Form, criterion: str, found: Found) -> Word:
    """What one assessor found of a criterion."""
    kind = form.kind(criterion)
    if found is None:
        return Word("niet beoordeeld")
    tone = "danger" if form.falls_short(criterion, found) else "ok"
    if kind == NormKind.PERCENTAGE:
        return Word(f"{float(found):.9g} procent".replace(".", ","), tone)
    if kind == NormKind.COUNT:
        return Word(f"{found} keer", tone)
    if isinstance(form.rule, MarkRule):
        return Word(_mark(form.rule, found), tone)
    return Word("aangetoond" if found else "niet aangetoond", tone)


def counted(form: Form, found: Found) -> Word:
    """What counts of a criterion."""
    if found is None:
        return Word("nog niet beslist", "warn")
    if isinstance(form.rule, MarkRule):
        return Word(_mark(form.rule, found), "ok" if found >= form.rule.pass_mark else "danger")
    return Word("aangetoond", "ok") if found else Word("niet aangetoond", "danger")


def term_word(form: Form, found: Found, enough: bool | None) -> Word:
    """How a competency or core task stands."""
    if found is None:
        return Word("nog niet", "neutral")
    if isinstance(form.rule, MarkRule):
        return Word(_mark(form.rule, found), "ok" if enough else "danger")
    return Word("aangetoond", "ok") if enough else Word("niet aangetoond", "danger")


def _mark(rule: MarkRule, found: Fraction | int) -> str:
    return f"{formats.number(Fraction(found), rule.task_decimals)} {rule.name(Fraction(found))}"

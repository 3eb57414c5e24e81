"""Texts as an assessor may read them of a candidate: without names, in sentences that can be cited."""

import re
from collections.abc import Iterable

NAME, ORGANISATION, ADDRESS, NUMBER = "[naam]", "[organisatie]", "[e-mailadres]", "[telefoonnummer]"

_PARTICLES = frozenset(
    ("van", "de", "den", "der", "het", "ten", "ter", "te", "op", "in", "von", "la", "le", "du", "da", "dos", "el", "al")
)
# Names that are ordinary words too: only with a capital are they taken for a name.
_WORDS = """
    een twee drie vier vijf bos berg dijk hoek veld boer bakker smid kok visser jager koning prins meester mulder
    post jong oude groot klein wit zwart bruin groen rood blauw goed best lang kort sterk roos bloem linde beer
    haan vos wolf mei juni zomer winter zon maan hart hand man vrouw kind vriend buur mens dag week tijd werk
    kandidaat leidinggevende bureau collega
"""
_ORDINARY = frozenset(_WORDS.split())
_LEGAL = re.compile(r"[\s,]+(?:b\.?\s?v\.?|n\.?\s?v\.?|v\.?o\.?f\.?|holding|groep|nederland)$", re.IGNORECASE)
_MAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w-])\+?\d(?:[\s-]?\d){8,12}(?!\w)")
_END = re.compile(r"(?:(?<=[.!?…])|(?<=[.!?…][\"'’”)]))\s+|\n+")


def masked(text: str, people: Iterable[str], organisations: Iterable[str], colleagues: Iterable[str] = ()) -> str:
    """`text` with neutral words in place of these people and organisations, of e-mail addresses and telephone numbers.

    Each part of a person's name counts on its own, save initials and particles such as "van der", and in any case,
    unless it is an ordinary word. An organisation counts by its name with and without the legal form. Of the
    `colleagues`, of whom there may be many, a part counts with a capital only: among a thousand names there always is
    one that is a word.
    """
    text = _PHONE.sub(NUMBER, _MAIL.sub(ADDRESS, text))
    for name in sorted({form for one in organisations for form in _forms(one)}, key=len, reverse=True):
        text = _replace(text, name, ORGANISATION)
    parts = {part for name in people for part in _parts(name)}
    for part in sorted(parts, key=len, reverse=True):
        text = _replace(text, part, NAME, any_case=len(part) > 2 and part.casefold() not in _ORDINARY)
    said = set(re.findall(r"\w+", text))
    said |= {word.removesuffix("s") for word in said}
    others = {part for name in colleagues for part in _parts(name) if said.issuperset(re.findall(r"\w+", part))}
    for part in sorted(others - parts, key=len, reverse=True):
        text = _replace(text, part, NAME, any_case=False)
    return re.sub(r"\[naam\](?:[\s-]+\[naam\])+", NAME, text)


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, in order; a citation counts them from 1."""
    return tuple(part.strip() for part in _END.split(text) if part.strip())


def _parts(name: str) -> Iterable[str]:
    whole = name.strip()
    if whole:
        yield whole
    for part in re.split(r"[\s-]+", whole):
        if len(part.strip(".")) > 1 and part.casefold() not in _PARTICLES:
            yield part


def _forms(name: str) -> Iterable[str]:
    name = name.strip()
    while name:
        yield name
        shorter = _LEGAL.sub("", name)
        name = "" if shorter == name else shorter


def _replace(text: str, name: str, word: str, any_case: bool = True) -> str:
    """Whole words only, with the s of a possessive."""
    flags = re.IGNORECASE if any_case else re.NOFLAG
    return re.sub(rf"(?<!\w){re.escape(name)}(?:['’]?s)?(?!\w)", word, text, flags=flags)

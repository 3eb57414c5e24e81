"""Which exams can be taken into use: those of which every part has its pages, so that nobody is led to a dead end.

A scheme that cannot be taken into use yet is still read and checked. Who builds the pages of a part takes its line out.
"""

from collections.abc import Iterator

from scenarios.chapters import Evidence, Part
from scenarios.judged_live import Channel
from scenarios.scheme import Scheme, SchemeError, parse

WITHOUT_PAGE = {
    Evidence.COMPETENCY_PORTFOLIO: "documenten per competentie kunnen in Vignet nog niet worden ingeleverd",
    Evidence.LIVE_ASSESSMENT: "assessoren kunnen in Vignet nog niet vastleggen wat is aangetoond",
    Evidence.WORK_PROCESSES: "cijfers voor werkprocessen kunnen in Vignet nog niet worden vastgelegd",
}
"""The kinds of evidence that nobody can give or judge in Vignet yet, and what cannot be done."""

WRITTEN_ONLY = (
    "de pagina’s van de praktijktoets gaan over meeluisteren, en dit examen gaat alleen over geschreven tekst"
)


def without_page(scheme: Scheme) -> list[str]:
    """For every part that has no page, a Dutch sentence that says so; empty when the scheme can be taken into use."""
    return [
        f"Het onderdeel {part.name} heeft nog geen pagina: {reason}."
        for part in scheme.parts
        for reason in _reasons(part, scheme)
    ]


def _reasons(part: Part, scheme: Scheme) -> Iterator[str]:
    if part.evidence in WITHOUT_PAGE:
        yield WITHOUT_PAGE[part.evidence]
    checklist = scheme.checklist
    if part.evidence is Evidence.LIVE_CHECKLIST and checklist and Channel.TELEPHONE not in checklist.channels:
        yield WRITTEN_ONLY


def for_use(data: bytes) -> Scheme:
    """The scheme in these TOML bytes, to be taken into use. Raises SchemeError as `parse` does, or with `without_page`.

    What was taken into use stays so: it is read by `parse`.
    """
    scheme = parse(data)
    if problems := without_page(scheme):
        raise SchemeError(problems)
    return scheme

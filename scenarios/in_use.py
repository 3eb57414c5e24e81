"""Which exams can be taken into use: those of which every part has its pages, so that nobody is led to a dead end.

A scheme that cannot be taken into use yet is still read and checked. Who builds the pages of a part takes its line out.
"""

from scenarios.chapters import Evidence
from scenarios.scheme import Scheme, SchemeError, parse

WITHOUT_PAGE = {
    Evidence.COMPETENCY_PORTFOLIO: "documenten per competentie kunnen in Vignet nog niet worden ingeleverd",
    Evidence.LIVE_ASSESSMENT: "assessoren kunnen in Vignet nog niet vastleggen wat is aangetoond",
    Evidence.WORK_PROCESSES: "cijfers voor werkprocessen kunnen in Vignet nog niet worden vastgelegd",
}
"""The kinds of evidence that nobody can give or judge in Vignet yet, and what cannot be done."""


def without_page(scheme: Scheme) -> list[str]:
    """For every part that has no page, a Dutch sentence that says so; empty when the scheme can be taken into use."""
    return [
        f"Het onderdeel {part.name} heeft nog geen pagina: {WITHOUT_PAGE[part.evidence]}."
        for part in scheme.parts
        if part.evidence in WITHOUT_PAGE
    ]


def for_use(data: bytes) -> Scheme:
    """The scheme in these TOML bytes, to be taken into use. Raises SchemeError as `parse` does, or with `without_page`.

    What was taken into use stays so: it is read by `parse`.
    """
    scheme = parse(data)
    if problems := without_page(scheme):
        raise SchemeError(problems)
    return scheme

"""What is judged while it happens: by checklist, criterion by criterion, or in marks.

Sources: "Eind- en toetstermen voor de praktijktoets" (three end terms, 23 points; how they are spread over the criteria
of a term is open there, so a scheme says it point by point), and the certificate supplements of the Ervaringsbewijs
callcenteroperator (two assessors, at most six hours) and of the diploma Contactcenter medewerker (marks, signed by the
exam committee).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from scenarios.reading import keyed, many, within


class Channel(StrEnum):
    """How candidate and customer speak with each other."""

    TELEPHONE = "telephone"
    EMAIL = "email"
    CHAT = "chat"


EVERY_CHANNEL = tuple(Channel)


@dataclass(frozen=True, kw_only=True)
class Point:
    """One behaviour on a checklist, worth one point of its end term.

    `criteria`: the numbers of the criteria that it shows; with more than one, all of them must be seen.
    `may_be_asked`: when it did not occur, the examiner may ask about it in a closing question.
    """

    key: str = keyed()
    term: str = keyed()
    criteria: tuple[str, ...] = many(1)
    text: str
    may_be_asked: bool = False

    @property
    def numbers(self) -> str:
        """The criteria as one reads them: "1.1", or "2.1 en 2.2"."""
        return " en ".join(self.criteria)


@dataclass(frozen=True, kw_only=True)
class ProofRules:
    """How it is proven that somebody has the competencies: by how many assessors who judge apart, and for how long.

    Where they differ about a criterion, one more assessor decides it. Time is that of the assessment itself, over at
    most `maximum_days` days. `conflict_months`: for how long an employer that somebody left still counts as a bond.
    """

    assessors: int = within(2, 3)
    maximum_hours: int = within(1, 40)
    maximum_days: int = within(1, 30)
    conflict_months: int = within(0, 120, 24)


@dataclass(frozen=True, kw_only=True)
class MarkingRules:
    """Who gives marks for work processes, and who signs what came of it. `conflict_months`: as in `ProofRules`."""

    assessors: int = within(1, 3)
    signed_by_committee: bool
    conflict_months: int = within(0, 120, 24)


def spread(points: Iterable[Point]) -> dict[str, int]:
    """How many points each criterion, or each group of criteria that count together, is worth, in the order given."""
    return dict(Counter(point.numbers for point in points))

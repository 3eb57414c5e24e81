"""Items of a theory test: what is asked, which answers are possible, which is right, and what it is worth.

A response is a tuple of values: the key of an option, or for pairs two keys with a space between, the source first and
then the target (option and gap, left and right). Points are exact fractions. The kinds of interaction, the limits and
the two rules of scoring are those of QTI 3.0 (Assessment, Section and Item information model).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from scenarios.theory.content import Content, Gap, Place, media_in, walk

Response = tuple[str, ...]


class Fault(StrEnum):
    """What makes a response impossible, or unfinished (`TOO_FEW`)."""

    UNKNOWN = "unknown"
    TWICE = "twice"
    TOO_MANY = "too_many"
    TOO_FEW = "too_few"


class ResponseError(ValueError):
    """A response that the item cannot have been given; `fault` says why."""

    def __init__(self, fault: Fault, item: str):
        super().__init__(f"{item}: {fault}")
        self.fault = fault


@dataclass(frozen=True, kw_only=True)
class Option:
    """One possible answer; a `fixed` one keeps its place when the others are shuffled."""

    key: str
    content: Content
    fixed: bool = False


@dataclass(frozen=True, kw_only=True)
class PairOption(Option):
    """An option that goes into pairs: in at least `least` and at most `most` of them, 0 for no limit."""

    least: int = 0
    most: int = 1


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Choose one option, or from `least` to `most` of them; `inline` stands as a list in the middle of a sentence."""

    prompt: Content = ()
    options: tuple[Option, ...]
    multiple: bool = False
    shuffle: bool = False
    least: int = 0
    most: int = 1
    inline: bool = False

    def fault(self, response: Response) -> Fault | None:
        """What is wrong with this response, None for nothing."""
        return _fault_of_keys(self, response)


@dataclass(frozen=True, kw_only=True)
class Order:
    """Put from `least` to `most` options in the right order."""

    prompt: Content = ()
    options: tuple[Option, ...]
    shuffle: bool = False
    least: int
    most: int

    def fault(self, response: Response) -> Fault | None:
        """What is wrong with this response, None for nothing."""
        return _fault_of_keys(self, response)


@dataclass(frozen=True, kw_only=True)
class Match:
    """Make pairs of an option at the left and one at the right: from `least` to `most`, 0 for no limit."""

    prompt: Content = ()
    left: tuple[PairOption, ...]
    right: tuple[PairOption, ...]
    shuffle: bool = False
    least: int = 0
    most: int = 1

    def fault(self, response: Response) -> Fault | None:
        """What is wrong with this response, None for nothing."""
        return _fault_of_pairs(response, self.left, self.right, self.least, self.most)


@dataclass(frozen=True, kw_only=True)
class GapMatch:
    """Put options in the gaps of a text, one in each: from `least` to `most`, 0 for no limit."""

    prompt: Content = ()
    text: Content
    options: tuple[PairOption, ...]
    shuffle: bool = False
    least: int = 0
    most: int = 0

    @property
    def gaps(self) -> tuple[str, ...]:
        """The keys of the gaps in the text, in the order of reading."""
        return tuple(node.key for node in walk(self.text) if isinstance(node, Gap))

    def fault(self, response: Response) -> Fault | None:
        """What is wrong with this response, None for nothing."""
        gaps = tuple(PairOption(key=key, content=()) for key in self.gaps)
        return _fault_of_pairs(response, self.options, gaps, self.least, self.most)


Interaction = Choice | Order | Match | GapMatch


@dataclass(frozen=True)
class MatchCorrect:
    """All or nothing: `points` for the key, nothing for anything else (QTI's match_correct)."""

    points: Fraction = Fraction(1)


@dataclass(frozen=True, kw_only=True)
class MapResponse:
    """The sum of the points of all values that were given, within bounds (QTI's map_response).

    A value that is not in `values` has `default`. Who gives nothing at all has no points, whatever the bounds.
    """

    values: tuple[tuple[str, Fraction], ...]
    default: Fraction = Fraction(0)
    low: Fraction | None = None
    high: Fraction | None = None

    def of(self, response: Response) -> Fraction:
        """The points of this response; a value that is given twice counts once."""
        if not response:
            return Fraction(0)
        values = dict(self.values)
        total = sum((values.get(one, self.default) for one in dict.fromkeys(response)), Fraction(0))
        if self.low is not None:
            total = max(total, self.low)
        return total if self.high is None else min(total, self.high)


@dataclass(frozen=True, kw_only=True)
class Item:
    """One question. `term` is the number of the end term that it tests, `source` what it rests on ("" where unstated).

    `body` holds exactly one `Place`. `correct` is the key: in order for an `Order`, in any order for the others.
    """

    key: str
    title: str
    language: str = ""
    term: str = ""
    source: str = ""
    body: Content
    interaction: Interaction
    correct: Response
    scoring: MatchCorrect | MapResponse = MatchCorrect()

    @property
    def maximum(self) -> Fraction:
        """The most points that can be had: of all choices the best, for other kinds of interaction the key's."""
        if isinstance(self.scoring, MatchCorrect):
            return self.scoring.points
        best = best_choice(self.interaction, self.scoring) if isinstance(self.interaction, Choice) else self.correct
        return self.scoring.of(best)

    @property
    def distractors(self) -> tuple[str, ...]:
        """The keys of the options of a choice that are not right; none for other kinds of interaction."""
        options = self.interaction.options if isinstance(self.interaction, Choice) else ()
        return tuple(one.key for one in options if one.key not in self.correct)

    @property
    def media(self) -> set[str]:
        """The paths of all its pictures and sounds."""
        one = self.interaction
        parts = [self.body, one.prompt, *(option.content for option in options_of(one))]
        if isinstance(one, GapMatch):
            parts.append(one.text)
        return {path for part in parts for path in media_in(part)}

    def checked(self, response: Sequence[str], complete: bool = False) -> Response:
        """The response as a tuple. Raises ResponseError for an impossible one, and if `complete` for too few values."""
        given = tuple(response)
        fault = self.interaction.fault(given)
        if fault and (complete or fault is not Fault.TOO_FEW):
            raise ResponseError(fault, self.key)
        return given

    def score(self, response: Sequence[str]) -> Fraction:
        """The points of this response, also when it is unfinished. Raises ResponseError for an impossible one."""
        given = self.checked(response)
        if isinstance(self.scoring, MapResponse):
            return self.scoring.of(given)
        same = given == self.correct if isinstance(self.interaction, Order) else Counter(given) == Counter(self.correct)
        return self.scoring.points if same else Fraction(0)

    def share(self, response: Sequence[str]) -> float:
        """The same as a share of the most points: for figures of items, and for no result."""
        return float(self.score(response) / self.maximum)


def options_of(interaction: Interaction) -> tuple[Option, ...]:
    """All options of an interaction; of a match those at the left first."""
    if isinstance(interaction, Match):
        return interaction.left + interaction.right
    return interaction.options


def best_choice(choice: Choice, scoring: MapResponse) -> Response:
    """The smallest response that has the most points which this choice can give."""
    values = dict(scoring.values)
    ranked = sorted((one.key for one in choice.options), key=lambda key: -values.get(key, scoring.default))
    sizes = [()] + [tuple(ranked[:size]) for size in range(max(1, choice.least), choice.most + 1)]
    return max(sizes, key=scoring.of)


def faults(item: Item) -> list[str]:
    """Why this item cannot be used, a word for each reason: to be asked of every item before it is kept."""
    found = []
    one = item.interaction
    if sum(isinstance(node, Place) for node in walk(item.body)) != 1:
        found.append("place")
    sides = [one.left, one.right] if isinstance(one, Match) else [one.options]
    keys = [option.key for side in sides for option in side]
    keys += one.gaps if isinstance(one, GapMatch) else ()
    if len(set(keys)) < len(keys) or not all(key and not any(sign.isspace() for sign in key) for key in keys):
        found.append("keys")
    if any(not side for side in sides) or (isinstance(one, GapMatch) and not one.gaps):
        found.append("options")
    if isinstance(one, Choice | Order):
        single = isinstance(one, Choice) and not one.multiple
        if not 0 <= one.least <= one.most <= len(one.options) or one.most < 1 or (single and one.most > 1):
            found.append("limits")
    if not item.correct or one.fault(item.correct):
        found.append("key")
    elif item.maximum <= 0:
        found.append("points")
    return found


def _fault_of_keys(one: Choice | Order, response: Response) -> Fault | None:
    if set(response) - {option.key for option in one.options}:
        return Fault.UNKNOWN
    if len(set(response)) < len(response):
        return Fault.TWICE
    if len(response) > one.most:
        return Fault.TOO_MANY
    return Fault.TOO_FEW if len(response) < one.least else None


def _fault_of_pairs(
    response: Response, sources: Sequence[PairOption], targets: Sequence[PairOption], least: int, most: int
) -> Fault | None:
    pairs = [value.split(" ") for value in response]
    from_keys, to_keys = ({one.key for one in side} for side in (sources, targets))
    if any(len(pair) != 2 or pair[0] not in from_keys or pair[1] not in to_keys for pair in pairs):
        return Fault.UNKNOWN
    if len(set(response)) < len(response):
        return Fault.TWICE
    if most and len(response) > most:
        return Fault.TOO_MANY
    few = len(response) < least
    for at, side in enumerate((sources, targets)):
        used = Counter(pair[at] for pair in pairs)
        if any(one.most and used[one.key] > one.most for one in side):
            return Fault.TOO_MANY
        few |= any(used[one.key] < one.least for one in side)
    return Fault.TOO_FEW if few else None

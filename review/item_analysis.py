"""How the items of a theory test did: difficulty, what they tell apart, their distractors, and the test's reliability.

Scores are shares of an item's most points, 0 to 1, so that items of different weight stand beside each other. An item
that a candidate had and left open scores 0; one that was not in the candidate's form is absent. Terms and limits are
those of classical test theory; p' and rir as in the Dutch handbooks. Every figure has its n, and a value that the data
do not define is None.

Sources: Cronbach 1951 (alpha; for right-or-wrong items KR-20 of Kuder and Richardson 1937), Ebel and Frisbie 1991
(what a correlation of an item says).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

NOTHING = 1e-9
"""A variance of scores up to here is rounding, and no variance."""


@dataclass(frozen=True)
class Answered:
    """One candidate's form: the score of each of its items, and the options that were chosen."""

    scores: Mapping[str, float]
    chosen: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Options:
    """The options of an item with its key, for a distractor table; empty for items without options to choose."""

    options: tuple[str, ...]
    correct: tuple[str, ...]


class Flag(StrEnum):
    """What a person should look at. With too few candidates nothing else is flagged."""

    TOO_FEW = "too_few"
    EASY = "easy"
    HARD = "hard"
    NEGATIVE = "negative"  # who is good at the rest does worse here: the key may be wrong
    WEAK = "weak"  # it hardly tells good from weak
    UNUSED_DISTRACTOR = "unused_distractor"
    DISTRACTOR_OF_THE_GOOD = "distractor_of_the_good"  # who chose it did better on the rest than who chose the key


@dataclass(frozen=True)
class Limits:
    """From where on a figure is flagged; all of them a choice."""

    least_candidates: int = 30
    hard_below: float = 0.3
    easy_above: float = 0.95
    weak_below: float = 0.2
    unused_below: float = 0.05


@dataclass(frozen=True)
class OptionUse:
    """How many chose an option, which share of all that is, and how they did on the rest of their form (0 to 1)."""

    option: str
    correct: bool
    n: int
    share: float
    rest: float | None


@dataclass(frozen=True)
class ItemFigures:
    """One item: n candidates, p-value (mean score), item-rest correlation (rir), its options, and what is flagged."""

    item: str
    n: int
    p: float
    item_rest: float | None
    options: tuple[OptionUse, ...]
    flags: tuple[Flag, ...]


@dataclass(frozen=True)
class Reliability:
    """Cronbach's alpha and the standard error of measurement, in items' worth of score, over n candidates.

    None where candidates had different forms (alpha compares everybody on the same items), or where nothing varies.
    """

    n: int
    items: int
    alpha: float | None
    standard_error: float | None
    too_few: bool


@dataclass(frozen=True)
class Alike:
    """All who answered one item in the same way, in forms of one size: so many, and sums over the rest of their forms.

    `score` is the share that this answer has of the item's points; the rest of a form is the mean of its other items,
    and None of a form with one item: then `rest` and `rest_squares` are 0 and `rests` is 0, else `rests` is `n`.
    """

    item: str
    chosen: tuple[str, ...]
    score: float
    n: int
    rests: int
    rest: float
    rest_squares: float


@dataclass(frozen=True)
class Gathered:
    """What many forms come to: enough for every figure, and as small as there are different answers.

    `totals` is the sum over the candidates of the sum of their scores, `total_squares` that of its squares;
    `sizes` are the numbers of items that forms have.
    """

    candidates: int
    totals: float
    total_squares: float
    sizes: frozenset[int]
    alike: tuple[Alike, ...]


def alike(item: str, chosen: Sequence[str], score: float, size: int, totals: Sequence[float]) -> Alike:
    """Those with this answer, from n, the sum, and the sum of squares of their `totals` in forms of this size."""
    n, total, squares = totals
    if size < 2:
        return Alike(item, tuple(chosen), score, int(n), 0, 0.0, 0.0)
    rest = (total - n * score) / (size - 1)
    rest_squares = (squares - 2 * score * total + n * score * score) / (size - 1) ** 2
    return Alike(item, tuple(chosen), score, int(n), int(n), rest, rest_squares)


def gather(answered: Iterable[Answered]) -> Gathered:
    """The same of forms one by one."""
    sums: dict[tuple[str, tuple[str, ...], float, int], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    totals: list[float] = []
    sizes = set()
    for one in answered:
        total, size = sum(one.scores.values()), len(one.scores)
        totals.append(total)
        sizes.add(size)
        for item, score in one.scores.items():
            found = sums[item, tuple(one.chosen.get(item, ())), score, size]
            found[:] = found[0] + 1, found[1] + total, found[2] + total * total
    groups = tuple(alike(item, chosen, score, size, found) for (item, chosen, score, size), found in sums.items())
    return Gathered(len(totals), sum(totals), sum(one * one for one in totals), frozenset(sizes), groups)


def analyse(
    gathered: Gathered, options: Mapping[str, Options], limits: Limits | None = None
) -> tuple[ItemFigures, ...]:
    """The figures of every item that anybody had, in the order of their keys.

    The rest of a form is the mean of its other items, so that candidates with other forms can stand beside each other;
    where all had the same form, that correlates as the sum does.
    """
    limits = limits or Limits()
    had: dict[str, list[Alike]] = defaultdict(list)
    for one in gathered.alike:
        had[one.item].append(one)
    return tuple(_figures(item, had[item], options.get(item, Options((), ())), limits) for item in sorted(had))


def reliability(gathered: Gathered, limits: Limits | None = None) -> Reliability:
    """Alpha and standard error of a form that all of them had; every variance is divided by n - 1."""
    n, least = gathered.candidates, (limits or Limits()).least_candidates
    had: dict[str, list[Alike]] = defaultdict(list)
    for one in gathered.alike:
        had[one.item].append(one)
    same = gathered.sizes == {len(had)} and all(sum(one.n for one in groups) == n for groups in had.values())
    nothing = Reliability(n, len(had) if same else 0, None, None, n < least)
    if not same or n < 2 or len(had) < 2:
        return nothing
    whole = _variance(n, gathered.totals, gathered.total_squares)
    parts = sum(
        _variance(n, sum(one.n * one.score for one in groups), sum(one.n * one.score**2 for one in groups))
        for groups in had.values()
    )
    if whole <= NOTHING:
        return nothing
    alpha = len(had) / (len(had) - 1) * (1 - parts / whole)
    return Reliability(n, len(had), alpha, sqrt(whole * max(0.0, 1 - alpha)), n < least)


def _figures(item: str, had: Sequence[Alike], options: Options, limits: Limits) -> ItemFigures:
    n = sum(one.n for one in had)
    uses = _uses(had, n, options)
    p, item_rest = sum(one.n * one.score for one in had) / n, _correlation(had)
    return ItemFigures(item, n, p, item_rest, uses, _flags(n, p, item_rest, uses, limits))


def _uses(had: Sequence[Alike], n: int, options: Options) -> tuple[OptionUse, ...]:
    counts: Counter[str] = Counter()
    rests: dict[str, list[float]] = defaultdict(lambda: [0, 0.0])
    for one in had:
        for option in set(one.chosen):
            counts[option] += one.n
            rests[option][0] += one.rests
            rests[option][1] += one.rest
    return tuple(
        OptionUse(
            option=option,
            correct=option in options.correct,
            n=counts[option],
            share=counts[option] / n,
            rest=rests[option][1] / rests[option][0] if rests[option][0] else None,
        )
        for option in options.options
    )


def _correlation(had: Sequence[Alike]) -> float | None:
    """Between the score and the rest, of those who have a rest; None where one of both does not vary."""
    with_rest = [one for one in had if one.rests]
    n = sum(one.n for one in with_rest)
    if n < 2:
        return None
    score, rest = sum(one.n * one.score for one in with_rest), sum(one.rest for one in with_rest)
    of_score = _variance(n, score, sum(one.n * one.score**2 for one in with_rest))
    of_rest = _variance(n, rest, sum(one.rest_squares for one in with_rest))
    if of_score <= NOTHING or of_rest <= NOTHING:
        return None
    together = (sum(one.score * one.rest for one in with_rest) - score * rest / n) / (n - 1)
    return max(-1.0, min(1.0, together / sqrt(of_score * of_rest)))


def _variance(n: int, total: float, squares: float) -> float:
    return (squares - total * total / n) / (n - 1)


def _flags(n: int, p: float, item_rest: float | None, uses: Sequence[OptionUse], limits: Limits) -> tuple[Flag, ...]:
    if n < limits.least_candidates:
        return (Flag.TOO_FEW,)
    right = [one.rest for one in uses if one.correct and one.rest is not None]
    wrong = [one for one in uses if not one.correct]
    found = {
        Flag.EASY: p > limits.easy_above,
        Flag.HARD: p < limits.hard_below,
        Flag.NEGATIVE: item_rest is not None and item_rest < 0,
        Flag.WEAK: item_rest is not None and 0 <= item_rest < limits.weak_below,
        Flag.UNUSED_DISTRACTOR: any(one.share < limits.unused_below for one in wrong),
        Flag.DISTRACTOR_OF_THE_GOOD: any(
            one.rest is not None and one.share >= limits.unused_below and bool(right) and one.rest > min(right)
            for one in wrong
        ),
    }
    return tuple(flag for flag, raised in found.items() if raised)

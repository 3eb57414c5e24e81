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
from statistics import correlation, fmean, variance


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


def analyse(
    answered: Iterable[Answered], options: Mapping[str, Options], limits: Limits | None = None
) -> tuple[ItemFigures, ...]:
    """The figures of every item that anybody had, in the order of their keys.

    The rest of a form is the mean of its other items, so that candidates with other forms can stand beside each other;
    where all had the same form, that correlates as the sum does.
    """
    limits = limits or Limits()
    had: dict[str, list[tuple[float, float | None, Sequence[str]]]] = defaultdict(list)
    for one in answered:
        total, size = sum(one.scores.values()), len(one.scores)
        for item, score in one.scores.items():
            rest = (total - score) / (size - 1) if size > 1 else None
            had[item].append((score, rest, one.chosen.get(item, ())))
    return tuple(_figures(item, had[item], options.get(item, Options((), ())), limits) for item in sorted(had))


def reliability(answered: Sequence[Answered], limits: Limits | None = None) -> Reliability:
    """Alpha and standard error of a form that all of them had; every variance is divided by n - 1."""
    n, least = len(answered), (limits or Limits()).least_candidates
    forms = {frozenset(one.scores) for one in answered}
    items = sorted(next(iter(forms))) if len(forms) == 1 else []
    nothing = Reliability(n, len(items), None, None, n < least)
    if n < 2 or len(items) < 2:
        return nothing
    whole = variance([sum(one.scores[item] for item in items) for one in answered])
    parts = sum(variance([one.scores[item] for one in answered]) for item in items)
    if whole <= 1e-12:
        return nothing
    alpha = len(items) / (len(items) - 1) * (1 - parts / whole)
    return Reliability(n, len(items), alpha, sqrt(whole * max(0.0, 1 - alpha)), n < least)


def _figures(
    item: str, had: Sequence[tuple[float, float | None, Sequence[str]]], options: Options, limits: Limits
) -> ItemFigures:
    scores = [score for score, _, _ in had]
    pairs = [(score, rest) for score, rest, _ in had if rest is not None]
    uses = _uses(had, options)
    p, item_rest = fmean(scores), _correlation(pairs)
    return ItemFigures(item, len(had), p, item_rest, uses, _flags(len(had), p, item_rest, uses, limits))


def _uses(had: Sequence[tuple[float, float | None, Sequence[str]]], options: Options) -> tuple[OptionUse, ...]:
    counts = Counter(option for _, _, chosen in had for option in set(chosen))
    rests: dict[str, list[float]] = defaultdict(list)
    for _, rest, chosen in had:
        for option in set(chosen):
            rests[option] += [] if rest is None else [rest]
    return tuple(
        OptionUse(
            option=option,
            correct=option in options.correct,
            n=counts[option],
            share=counts[option] / len(had),
            rest=fmean(rests[option]) if rests[option] else None,
        )
        for option in options.options
    )


def _correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    if len(pairs) < 2 or any(max(side) - min(side) <= 1e-12 for side in zip(*pairs, strict=True)):
        return None
    return correlation([one for one, _ in pairs], [other for _, other in pairs])


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

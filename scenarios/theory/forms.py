"""Forms of a theory test: drawn from a seed by a blueprint, and scored by its rule.

**The generator.** Chance is a rank: everything that is drawn or shuffled is sorted by the SHA-256 of the seed, what it
is for, and its own key, in UTF-8 with a zero byte between. So a form can be drawn again from its seed by anybody, in
any language and version, whatever the order in which the bank gives its items; and an item that is added to the bank
takes the place of at most one other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256

from scenarios.theory.items import Item, Match, Option, Response


@dataclass(frozen=True)
class Quota:
    """So many items of these terms together; `name` is what the terms are called on a page."""

    name: str
    terms: tuple[str, ...]
    items: int


@dataclass(frozen=True)
class Blueprint:
    """What a form is made of: its quotas, its minutes, and the share of the points from which on it is passed."""

    quotas: tuple[Quota, ...]
    minutes: int
    cut: Fraction

    def __post_init__(self) -> None:
        """Raises ValueError for a blueprint that no form can have."""
        terms = [term for quota in self.quotas for term in quota.terms]
        if not terms or len(set(terms)) < len(terms):
            raise ValueError("a term twice, or no terms")
        if any(quota.items < 1 for quota in self.quotas) or self.minutes < 1 or not 0 < self.cut <= 1:
            raise ValueError("no items, no minutes, or a cut that is no share")


@dataclass(frozen=True)
class BankItem:
    """An item that may be drawn: its key and its term."""

    key: str
    term: str


@dataclass(frozen=True)
class Shortage:
    """The bank had `new` items that the candidate has not had, of the `asked`; `repeated` were given again."""

    quota: str
    asked: int
    new: int
    repeated: int


@dataclass(frozen=True)
class Form:
    """The items of one form in their order; `shortages` says where items of earlier attempts came back."""

    seed: str
    items: tuple[str, ...]
    shortages: tuple[Shortage, ...] = ()


class ShortBank(ValueError):
    """The bank cannot fill this blueprint, not even with items of earlier attempts; `shortages` says where."""

    def __init__(self, shortages: tuple[Shortage, ...]):
        super().__init__(", ".join(f"{one.quota}: {one.new + one.repeated} of {one.asked}" for one in shortages))
        self.shortages = shortages


def draw(blueprint: Blueprint, bank: Iterable[BankItem], seed: str, earlier: Sequence[Iterable[str]] = ()) -> Form:
    """The form that this seed draws; `earlier` are the items of the candidate's attempts before, the oldest first.

    An item of an earlier attempt comes back only when no other is left for its quota, and then those of the oldest
    attempt first. Raises ShortBank, and ValueError when the bank has an item twice.
    """
    items = list(bank)
    if len({one.key for one in items}) < len(items):
        raise ValueError("an item twice in the bank")
    attempt = {key: number for number, keys in enumerate(earlier, start=1) for key in keys}
    drawn: list[str] = []
    shortages: list[Shortage] = []
    missing: list[Shortage] = []
    for quota in blueprint.quotas:
        fitting = sorted(
            (one.key for one in items if one.term in quota.terms),
            key=lambda key: (attempt.get(key, 0), rank(seed, "draw", key)),
        )[: quota.items]
        repeated = sum(key in attempt for key in fitting)
        if repeated or len(fitting) < quota.items:
            shortage = Shortage(quota.name, quota.items, len(fitting) - repeated, repeated)
            (missing if len(fitting) < quota.items else shortages).append(shortage)
        drawn += fitting
    if missing:
        raise ShortBank(tuple(missing))
    return Form(seed, tuple(sorted(drawn, key=lambda key: rank(seed, "order", key))), tuple(shortages))


def arranged(item: Item, seed: str) -> tuple[tuple[str, ...], ...]:
    """The keys of the options in the order in which this form shows them; of a match left and right, else one tuple.

    Only what its author lets be shuffled is shuffled, and a fixed option keeps its place.
    """
    one = item.interaction
    sides: tuple[tuple[Option, ...], ...] = (one.left, one.right) if isinstance(one, Match) else (one.options,)
    purposes = [f"options {number} of {item.key}" for number in range(len(sides))]
    if not one.shuffle:
        return tuple(tuple(option.key for option in side) for side in sides)
    return tuple(_shuffled(side, seed, purpose) for side, purpose in zip(sides, purposes, strict=True))


def rank(seed: str, purpose: str, key: str) -> bytes:
    """Where chance puts this key among others, as the module says."""
    return sha256("\0".join((seed, purpose, key)).encode()).digest()


def _shuffled(options: Sequence[Option], seed: str, purpose: str) -> tuple[str, ...]:
    loose = iter(sorted((one.key for one in options if not one.fixed), key=lambda key: rank(seed, purpose, key)))
    return tuple(one.key if one.fixed else next(loose) for one in options)


@dataclass(frozen=True)
class Points:
    """Points that were had, of so many."""

    had: Fraction
    of: Fraction


@dataclass(frozen=True)
class Outcome:
    """What a form came to: the points of each quota and of the whole, how many items were answered, and the verdict."""

    quotas: Mapping[str, Points]
    whole: Points
    answered: int
    passed: bool


def outcome(blueprint: Blueprint, items: Sequence[Item], responses: Mapping[str, Response]) -> Outcome:
    """The outcome of a form with these items; an item without a response has no points.

    Passed is who has at least the blueprint's share of the points: exact, nothing is rounded. Raises ResponseError for
    an impossible response, and ValueError for a response to an item of another form, an item outside every quota, or a
    form without points.
    """
    return outcome_without(blueprint, items, responses, dropped=(), given=False)


def outcome_without(
    blueprint: Blueprint, items: Sequence[Item], responses: Mapping[str, Response], dropped: Iterable[str], given: bool
) -> Outcome:
    """The outcome when defective items do not count: everybody is given their full points, or they are left out.

    Raises what `outcome` raises.
    """
    if strange := responses.keys() - {one.key for one in items}:
        raise ValueError(f"no item of this form: {min(strange)}")
    out = set(dropped)
    kept = [one for one in items if given or one.key not in out]
    scores = {one.key: one.maximum if one.key in out else one.score(responses.get(one.key, ())) for one in kept}
    return _outcome(blueprint, kept, scores, sum(bool(responses.get(one.key)) for one in kept))


def _outcome(blueprint: Blueprint, items: Sequence[Item], scores: Mapping[str, Fraction], answered: int) -> Outcome:
    if outside := {one.term for one in items} - {term for quota in blueprint.quotas for term in quota.terms}:
        raise ValueError(f"outside every quota: {min(outside)}")
    quotas = {
        quota.name: _points([one for one in items if one.term in quota.terms], scores) for quota in blueprint.quotas
    }
    whole = _points(items, scores)
    if whole.of <= 0:
        raise ValueError("a form without points")
    return Outcome(quotas, whole, answered, passed=whole.had >= blueprint.cut * whole.of)


def _points(items: Iterable[Item], scores: Mapping[str, Fraction]) -> Points:
    kept = list(items)
    return Points(sum((scores[one.key] for one in kept), Fraction(0)), sum((one.maximum for one in kept), Fraction(0)))

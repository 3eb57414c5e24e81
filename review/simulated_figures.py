"""From counted verdicts to figures with intervals: accuracy, consistency, false passes and fails, kappa, and a price.

Candidates of one batch share assessors, so they do not count as so many separate ones: each interval comes from leaving
out one batch at a time (jackknife), and its breadth from Student's t. Accuracy is the share of verdicts that are what
the true level deserves; consistency the share that is the same when judged again. Who was observed too little has no
verdict and counts in neither; how many those are is told.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from scipy.special import stdtrit

from review.reliability import Estimate


@dataclass(frozen=True)
class Counts:
    """Counted per batch, each an array with one number a batch.

    `right_pass`, `false_pass`, `right_fail`, `false_fail`: verdicts against the true level. `undecided`: without one.
    `same_assessors`: judged again by other assessors, both times with a verdict, and `same` of them alike;
    `compared_answers` and `alike_answers`: after other answers too. `scored`: answers judged, each by each assessor.
    """

    right_pass: np.ndarray
    false_pass: np.ndarray
    right_fail: np.ndarray
    false_fail: np.ndarray
    undecided: np.ndarray
    compared_assessors: np.ndarray
    alike_assessors: np.ndarray
    compared_answers: np.ndarray
    alike_answers: np.ndarray
    scored: np.ndarray

    @classmethod
    def of_batch(
        cls, truth: np.ndarray, first: np.ndarray, by_others: np.ndarray, other_answers: np.ndarray, scored: int
    ) -> "Counts":
        """The counts of one batch. A verdict is 1, 0, or less than 0 where there is none; `truth` is 1 or 0."""
        again = [(first >= 0) & (other >= 0) for other in (by_others, other_answers)]
        numbers = [
            ((truth == 1) & (first == 1)).sum(),
            ((truth == 0) & (first == 1)).sum(),
            ((truth == 0) & (first == 0)).sum(),
            ((truth == 1) & (first == 0)).sum(),
            (first < 0).sum(),
            again[0].sum(),
            (again[0] & (first == by_others)).sum(),
            again[1].sum(),
            (again[1] & (first == other_answers)).sum(),
            scored,
        ]
        return cls(*(np.array([number]) for number in numbers))

    @classmethod
    def joined(cls, some: Sequence["Counts"]) -> "Counts":
        """All batches together."""
        return cls(*(np.concatenate([getattr(one, field.name) for one in some]) for field in fields(cls)))

    @property
    def candidates(self) -> int:
        return int(self._decided().sum() + self.undecided.sum())

    def _decided(self) -> np.ndarray:
        return np.asarray(self.right_pass + self.false_pass + self.right_fail + self.false_fail)


@dataclass(frozen=True)
class Figures:
    """What one way of judging is worth; every share has an interval of 95 %, and `n` is the number of candidates.

    `false_pass` and `false_fail`: of all verdicts; `failing_pass` and `passing_fail`: of those who truly fail, and
    pass. `base_rate`: who truly passes, so what passing everybody would score; `kappa`: Cohen's, of verdict and truth.
    `price`: answers judged for each candidate, each by each assessor.
    """

    accuracy: Estimate
    consistency_assessors: Estimate
    consistency_answers: Estimate
    false_pass: Estimate
    false_fail: Estimate
    failing_pass: Estimate
    passing_fail: Estimate
    kappa: Estimate
    base_rate: Estimate
    passed: Estimate
    undecided: Estimate
    price: Estimate


def figures(counts: Counts) -> Figures:
    """Raises ValueError for fewer than two batches, which have no interval."""
    if len(counts.scored) < 2:
        raise ValueError("an interval needs two batches")
    return Figures(**{name: _estimate(counts, figure) for name, figure in _FIGURES.items()})


Sums = Mapping[str, np.ndarray]


def _decided(n: Sums) -> np.ndarray:
    return np.asarray(n["right_pass"] + n["false_pass"] + n["right_fail"] + n["false_fail"])


def _accuracy(n: Sums) -> np.ndarray:
    return np.asarray((n["right_pass"] + n["right_fail"]) / _decided(n))


def _kappa(n: Sums) -> np.ndarray:
    total = _decided(n)
    truly, passed = n["right_pass"] + n["false_fail"], n["right_pass"] + n["false_pass"]
    chance = (truly * passed + (total - truly) * (total - passed)) / total**2
    return np.asarray((_accuracy(n) - chance) / (1 - chance))


_FIGURES: dict[str, Callable[[Sums], np.ndarray]] = {
    "accuracy": _accuracy,
    "consistency_assessors": lambda n: n["alike_assessors"] / n["compared_assessors"],
    "consistency_answers": lambda n: n["alike_answers"] / n["compared_answers"],
    "false_pass": lambda n: n["false_pass"] / _decided(n),
    "false_fail": lambda n: n["false_fail"] / _decided(n),
    "failing_pass": lambda n: n["false_pass"] / (n["false_pass"] + n["right_fail"]),
    "passing_fail": lambda n: n["false_fail"] / (n["false_fail"] + n["right_pass"]),
    "kappa": _kappa,
    "base_rate": lambda n: (n["right_pass"] + n["false_fail"]) / _decided(n),
    "passed": lambda n: (n["right_pass"] + n["false_pass"]) / _decided(n),
    "undecided": lambda n: n["undecided"] / (_decided(n) + n["undecided"]),
    "price": lambda n: n["scored"] / (_decided(n) + n["undecided"]),
}


def _estimate(counts: Counts, figure: Callable[[Sums], np.ndarray]) -> Estimate:
    """The figure of all batches, and what it is without each in turn. None where it is 0/0."""
    each = {field.name: getattr(counts, field.name).astype(float) for field in fields(counts)}
    with np.errstate(divide="ignore", invalid="ignore"):
        value = float(figure({name: one.sum() for name, one in each.items()}))
        without = figure({name: one.sum() - one for name, one in each.items()})
    number = len(counts.scored)
    if not np.isfinite(value):
        return Estimate(None, None, None, counts.candidates)
    if not np.isfinite(without).all():
        return Estimate(value, None, None, counts.candidates)
    error = float(np.sqrt((number - 1) / number * ((without - without.mean()) ** 2).sum()))
    reach = float(stdtrit(number - 1, 0.975)) * error
    return Estimate(value, value - reach, value + reach, counts.candidates)


def reaching(found: Mapping[str, Figures], aim: float) -> list[str]:
    """Those whose accuracy reaches the aim by the lower end of its interval, who lets fewest pass that fail first."""
    known = [name for name, one in found.items() if one.accuracy.low is not None and one.accuracy.low >= aim]
    return sorted(known, key=lambda name: found[name].failing_pass.value or 0.0)


def recommended(found: Mapping[str, Figures], aim: float, margin: float = 0.01) -> str | None:
    """Which one to choose: the cheapest whose accuracy reaches the aim, by the lower end of its interval.

    Where none does, the cheapest within `margin` of the most accurate. None when nothing was counted.
    """
    known = {
        name: (one.accuracy, one.price.value or 0.0) for name, one in found.items() if one.accuracy.value is not None
    }
    if not known:
        return None
    reached = {name: price for name, (one, price) in known.items() if one.low is not None and one.low >= aim}
    best = max(one.value or 0.0 for one, _ in known.values())
    near = {name: price for name, (one, price) in known.items() if (one.value or 0.0) >= best - margin}
    of = reached or near
    return min(of, key=lambda name: of[name])

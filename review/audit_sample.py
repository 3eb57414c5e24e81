"""The sample of exams that an audit looks into: a part by chance alone, a part by risk, both from a seed.

The same exams, weights and seed give the same sample, on any machine and in any order of the rows: all of it is whole
numbers. By chance: each exam gets a number, the SHA-256 of the seed and its code, and the lowest are in. By risk: a
ticket for each point of an exam, and one ticket after the other drawn from those that are left, by the SHA-256 of the
seed and the number of the draw.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Where a point of risk comes from."""

    BASE = "base"
    """Every exam has one, so that none is out of reach."""
    FAILS = "fails"
    """More people fail at this organisation than elsewhere."""
    INCIDENTS = "incidents"
    """Assessors told of something, or somebody objected."""
    RETAKES = "retakes"
    """Answers were recorded again for a technical fault."""
    ALIKE = "alike"
    """The substantiation is much like that of another candidate."""
    REPEATED = "repeated"
    """An assessor wrote the same words in other exams too."""
    LONG_AGO = "long_ago"
    """The organisation was not audited in the last year."""


class How(StrEnum):
    """By what an exam came into the sample."""

    CHANCE = "chance"
    RISK = "risk"


@dataclass(frozen=True, kw_only=True)
class Weights:
    """How many points what gives: per incident or retake up to `most_each`, else once.

    More fail than elsewhere: at least `fails_least` known results, and a share at least `fails_half_times` halves of
    the share of all (3: one and a half times).
    """

    base: int
    fails: int
    fails_least: int
    fails_half_times: int
    incident: int
    retake: int
    most_each: int
    alike: int
    repeated: int
    long_ago: int


@dataclass(frozen=True, kw_only=True)
class Exam:
    """What is known of one exam: `code` names it; `passed` None: no result. `audited_days_ago` None: never."""

    code: str
    organisation: str
    passed: bool | None = None
    incidents: int = 0
    retakes: int = 0
    alike: bool = False
    repeated: bool = False
    audited_days_ago: int | None = None


@dataclass(frozen=True)
class Chosen:
    """One exam of the sample, with the points by their reason."""

    code: str
    how: How
    points: Mapping[Reason, int]


def weigh(exams: Sequence[Exam], weights: Weights, every_days: int) -> dict[str, dict[Reason, int]]:
    """The points of each exam by their reason, those that are zero left out."""
    failing = _failing(exams, weights)
    found = {}
    for one in exams:
        points = {
            Reason.BASE: weights.base,
            Reason.FAILS: weights.fails if one.organisation in failing else 0,
            Reason.INCIDENTS: min(one.incidents * weights.incident, weights.most_each),
            Reason.RETAKES: min(one.retakes * weights.retake, weights.most_each),
            Reason.ALIKE: weights.alike if one.alike else 0,
            Reason.REPEATED: weights.repeated if one.repeated else 0,
            Reason.LONG_AGO: weights.long_ago
            if one.audited_days_ago is None or one.audited_days_ago > every_days
            else 0,
        }
        found[one.code] = {reason: number for reason, number in points.items() if number}
    return found


def draw(points: Mapping[str, Mapping[Reason, int]], seed: str, by_chance: int, by_risk: int) -> list[Chosen]:
    """The sample: first what chance chose, then what risk chose of the rest, each in the order of the draw."""
    order = sorted(points, key=lambda code: (_number(seed, "chance", code), code))
    first = order[:by_chance]
    chosen = [Chosen(code, How.CHANCE, points[code]) for code in first]
    left = sorted(set(points) - set(first))
    for turn in range(min(by_risk, len(left))):
        tickets = [sum(points[code].values()) for code in left]
        if not sum(tickets):
            break
        at = _holder(tickets, _number(seed, "risk", str(turn)) % sum(tickets))
        code = left.pop(at)
        chosen.append(Chosen(code, How.RISK, points[code]))
    return chosen


def _holder(tickets: Sequence[int], ticket: int) -> int:
    for place, number in enumerate(tickets):
        if ticket < number:
            return place
        ticket -= number
    raise ValueError("more tickets than there are")


def _number(seed: str, what: str, name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed} {what} {name}".encode()).digest())


def _failing(exams: Sequence[Exam], weights: Weights) -> set[str]:
    """The organisations where more people fail than elsewhere."""
    known = [one for one in exams if one.passed is not None]
    failed = sum(not one.passed for one in known)
    found = set()
    for organisation in {one.organisation for one in known}:
        own = [one for one in known if one.organisation == organisation]
        own_failed = sum(not one.passed for one in own)
        more = 2 * own_failed * len(known) >= weights.fails_half_times * failed * len(own)
        if len(own) >= weights.fails_least and own_failed and more:
            found.add(organisation)
    return found

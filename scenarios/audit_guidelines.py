"""The guidelines of the yearly audit of an organisation, as data: the points that are looked at, and the periods.

Each version is a file of its own in `scenarios/audits`; one that was used never changes.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from scenarios.reading import ContentError, keyed, many, read, within

FOLDER = Path(__file__).parent / "audits"


class Found(StrEnum):
    """What is said to a point."""

    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "not_applicable"


class Standing(StrEnum):
    """How an organisation stands with its yearly audit."""

    OVERDUE = "overdue"
    SOON = "soon"
    IN_TIME = "in_time"


@dataclass(frozen=True, kw_only=True)
class Point:
    """One thing that is looked at. `key` names it in rows."""

    key: str = keyed()
    text: str


@dataclass(frozen=True, kw_only=True)
class Topic:
    name: str
    points: tuple[Point, ...] = many(1)


@dataclass(frozen=True, kw_only=True)
class Risk:
    """Points for the part of a sample that is drawn by risk, as `review.audit_sample.Weights` has them."""

    base: int = within(1, 100)
    fails: int = within(0, 100)
    fails_least: int = within(1, 1000)
    fails_half_times: int = within(2, 20)
    incident: int = within(0, 100)
    retake: int = within(0, 100)
    most_each: int = within(0, 100)
    alike: int = within(0, 100)
    repeated: int = within(0, 100)
    long_ago: int = within(0, 100)


@dataclass(frozen=True, kw_only=True)
class Guidelines:
    """One version. Periods in days: between two audits, until the first, how long before its end an audit is due soon,
    and how long a finding may stay open unless another day is chosen. Samples in numbers of exams.
    """

    version: int = within(1, 999)
    every_days: int = within(1, 1095)
    first_within_days: int = within(1, 1095)
    soon_days: int = within(0, 365)
    finding_days: int = within(1, 365)
    sample_random: int = within(0, 100)
    sample_risk: int = within(0, 100)
    risk: Risk
    topics: tuple[Topic, ...] = many(1)

    @property
    def points(self) -> tuple[Point, ...]:
        return tuple(point for topic in self.topics for point in topic.points)

    def due(self, joined: date, last_held: date | None) -> date:
        """The last day on which the next audit is in time (source: at least once a year, the first within a year)."""
        if last_held is None:
            return joined + timedelta(days=self.first_within_days)
        return last_held + timedelta(days=self.every_days)

    def standing(self, due: date, today: date) -> Standing:
        if due < today:
            return Standing.OVERDUE
        return Standing.SOON if due - timedelta(days=self.soon_days) <= today else Standing.IN_TIME


def parse(data: bytes) -> Guidelines:
    """Guidelines from TOML. Raises ContentError with every problem."""
    problems: list[str] = []
    found: Guidelines | None = read(data, Guidelines, problems)
    if found is not None:
        keys = [point.key for point in found.points]
        problems += [
            f"topics: de sleutel {key} komt twee keer voor." for key in sorted(set(keys)) if keys.count(key) > 1
        ]
    if found is None or problems:
        raise ContentError(problems)
    return found


@cache
def guidelines(version: int) -> Guidelines:
    """This version. Raises KeyError when there is none."""
    path = FOLDER / f"{version}.toml"
    if not path.exists():
        raise KeyError(version)
    return parse(path.read_bytes())


@cache
def newest() -> Guidelines:
    """What holds for an audit that is planned now."""
    return guidelines(max(int(path.stem) for path in FOLDER.glob("*.toml")))

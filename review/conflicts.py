"""Who may not judge whom. Assessors come from the employers in the field, so this is the first guard of impartiality.

The test is symmetric and only ever adds reasons: every tie between two people is named, and one is enough.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from dateutil.relativedelta import relativedelta


class Conflict(StrEnum):
    SAME_PERSON = "same_person"
    EMPLOYER = "employer"
    FORMER_EMPLOYER = "former_employer"
    MANAGER = "manager"
    CLIENT_OR_GROUP = "client_or_group"
    INVOLVED_EARLIER = "involved_earlier"
    DECLARED = "declared"
    NO_EMPLOYER = "no_employer"
    """Nobody knows for whom the assessor works, so nobody can say that there is no tie."""
    NOT_CALIBRATED = "not_calibrated"
    """No tie: this exam asks for a calibration that the assessor does not have, or has no more."""


@dataclass(frozen=True)
class Employment:
    """Work for an organisation; `until` is the last day of it, None while it lasts, `since` the first if known."""

    organisation: str
    until: date | None = None
    since: date | None = None


@dataclass(frozen=True)
class Party:
    """The known bonds of a candidate or an assessor, all by key.

    `clients_and_groups`: for which clients the person works and to which groups of companies the employer belongs.
    `managers`: the direct managers. `involved_with`: people in whose earlier exam, file or objection this person had a
    part. `declared`: people of whom this person said "I know this one".
    """

    person: str
    employments: tuple[Employment, ...] = ()
    clients_and_groups: frozenset[str] = frozenset()
    managers: frozenset[str] = frozenset()
    involved_with: frozenset[str] = frozenset()
    declared: frozenset[str] = frozenset()


def conflicts(one: Party, other: Party, now: datetime, months: int = 24) -> tuple[Conflict, ...]:
    """Every reason why these two may not judge each other; none means that they may.

    An employer that either of them left counts for `months` months after the last day, that day included.
    """
    since = now.date() - relativedelta(months=months)
    here, there = _current(one, now), _current(other, now)
    lately_here, lately_there = _lately(one, since), _lately(other, since)
    tests = {
        Conflict.SAME_PERSON: one.person == other.person,
        Conflict.EMPLOYER: here & there,
        Conflict.FORMER_EMPLOYER: (lately_here & lately_there) - (here & there),
        Conflict.MANAGER: one.person in other.managers or other.person in one.managers,
        Conflict.CLIENT_OR_GROUP: one.clients_and_groups & other.clients_and_groups,
        Conflict.INVOLVED_EARLIER: one.person in other.involved_with or other.person in one.involved_with,
        Conflict.DECLARED: one.person in other.declared or other.person in one.declared,
    }
    return tuple(conflict for conflict, found in tests.items() if found)


def employer_unknown(party: Party, now: datetime) -> bool:
    """Whether no employer of this person is known for today: who judges must have one."""
    today = now.date()
    return not any(
        (job.since is None or job.since <= today) and (job.until is None or job.until >= today)
        for job in party.employments
    )


def forbidden(
    assessors: Iterable[Party], candidates: Iterable[Party], now: datetime, months: int = 24
) -> dict[tuple[str, str], tuple[Conflict, ...]]:
    """The pairs (assessor, candidate) that may not be, each with its reasons."""
    candidates = tuple(candidates)
    pairs = {(a.person, c.person): conflicts(a, c, now, months) for a in assessors for c in candidates}
    return {pair: reasons for pair, reasons in pairs.items() if reasons}


def _current(party: Party, now: datetime) -> set[str]:
    return {job.organisation for job in party.employments if job.until is None or job.until >= now.date()}


def _lately(party: Party, since: date) -> set[str]:
    return {job.organisation for job in party.employments if job.until is None or job.until >= since}

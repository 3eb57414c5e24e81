"""When the data of an exam are erased, and why not yet.

Recordings go so many months after the result, by the scheme (6 after a pass, 12 after a fail); the motivation file and
its role documents after 24; the result, which is all else of the exam, after 84, as the last of the three and when a
certificate stands in for it. Nothing goes while an objection runs or may still come, or while the exam committee holds
it, with a reason and an end. A seeded sample of recordings stays until that year's audit closes, and those that may
train assessors until the candidate takes that back. What the candidate asked to be erased, and got granted, waits for
all of this but not for its period.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

from dateutil.relativedelta import relativedelta


class Erasable(StrEnum):
    """The parts that are erased as one: recordings with all that was made of them; the file with its documents.

    And the result: how the exam went, every judgement, verdict and objection.
    """

    RECORDINGS = "recordings"
    DOSSIER = "dossier"
    RESULT = "result"


class Stays(StrEnum):
    """Why something is not erased yet."""

    GOING_ON = "going_on"
    """There is no result yet, nor another end."""
    PERIOD = "period"
    """The retention period is not over."""
    OBJECTION_TERM = "objection_term"
    """An objection may still come."""
    OBJECTION = "objection"
    """An objection runs."""
    HOLD = "hold"
    """The exam committee holds it."""
    SAMPLE = "sample"
    """It is in the sample of a year whose audit is not closed."""
    BENCHMARK = "benchmark"
    """The candidate allowed that it trains assessors."""
    CERTIFICATE = "certificate"
    """It was passed, and the certificate that stands in for the result from then on is not issued yet."""
    OTHER_PARTS = "other_parts"
    """Recordings or the motivation file are still there, and when they go is told by the result."""


_WITHOUT_A_DAY = {Stays.SAMPLE, Stays.BENCHMARK, Stays.CERTIFICATE, Stays.OTHER_PARTS}


@dataclass(frozen=True)
class Case:
    """One exam, as far as erasing goes. Days are those of Amsterdam, each the last on which something holds.

    `ended`: when the result was told, part 1 was rejected, the file withdrawn, or the window closed unused. `passed`
    None: there is no result. `held_until`: the end of the newest hold. `asked`: what is to go before its time on the
    candidate's request, since which day. `uncertified`: a certificate is still to come. `left`: what is not erased yet.
    """

    ended: date | None
    passed: bool | None = None
    objection_until: date | None = None
    objecting: bool = False
    held_until: date | None = None
    sampled: bool = False
    benchmark: bool = False
    asked: Mapping[Erasable, date] = field(default_factory=dict[Erasable, date])
    uncertified: bool = False
    left: frozenset[Erasable] = frozenset()


@dataclass(frozen=True)
class Outlook:
    """The fate of something kept: the first day on which it may go (None when nobody can say), and why not yet."""

    due: date | None
    stays: tuple[Stays, ...]

    @property
    def goes(self) -> bool:
        return not self.stays


def outlook(case: Case, what: Erasable, months: int | None, today: date) -> Outlook:
    """True when this goes today, `months` being its retention period; None is without end."""
    if case.ended is None:
        return Outlook(None, (Stays.GOING_ON,))
    if what in case.asked:
        due = max(case.ended, case.asked[what])
    elif months is None:
        return Outlook(None, (Stays.PERIOD,))
    else:
        due = case.ended + relativedelta(months=months, days=1)
    stays = [Stays.PERIOD] if today < due else []
    if case.objecting:
        stays.append(Stays.OBJECTION)
    elif case.objection_until and today <= case.objection_until:
        stays.append(Stays.OBJECTION_TERM)
    if case.held_until and today <= case.held_until:
        stays.append(Stays.HOLD)
    if case.sampled and what is Erasable.RECORDINGS:
        stays.append(Stays.SAMPLE)
    if case.benchmark and what is Erasable.RECORDINGS:
        stays.append(Stays.BENCHMARK)
    if case.uncertified and what is Erasable.RESULT:
        stays.append(Stays.CERTIFICATE)
    if what is Erasable.RESULT and not stays and case.left - {Erasable.RESULT}:
        stays.append(Stays.OTHER_PARTS)
    ends = [day + relativedelta(days=1) for day in (case.objection_until, case.held_until) if day]
    nobody_knows = case.objecting or _WITHOUT_A_DAY & set(stays)
    return Outlook(None if nobody_knows else max([due, *ends]), tuple(stays))


def is_sampled(seed: str, code: str, share: Fraction) -> bool:
    """True when the exam with this code is in the sample that this seed draws: the same answer whenever it is asked."""
    drawn = hashlib.sha256(f"{seed} {code}".encode()).digest()
    return Fraction(int.from_bytes(drawn[:8], "big"), 2**64) < share

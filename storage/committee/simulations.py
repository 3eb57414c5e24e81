"""Simulations of judging that the exam committee asked for: what was supposed, and the figures once a worker made them.

Nobody real is in one. It is kept whole, so that a decision that rests on it can be looked up, and made again: the same
exam, suppositions and seed give the same figures.
"""

import itertools
import uuid
from collections import Counter
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from review import rule_reading
from review.rules import CompetencyRule
from storage.base import audit
from storage.base.database import Base, Identified
from storage.base.jobs import Job, JobState
from storage.base.refusal import Refused
from storage.people.people import Person
from storage.schemes import Pack, Scheme, newest_pack, newest_versions

SIMULATE = "simulate_panel"
"""The job that makes the figures."""


class Rule(StrEnum):
    """Why no simulation begins."""

    BUSY = "simulation_busy"
    TOO_FEW = "simulation_too_few_situations"


class Simulation(Identified, Base):
    """One simulation. `supposed`: the figures of `review.simulated_people.Spreads` that the committee chose, with
    `error`, `cut` and `situations`; `figures`: what came out, as `storage.committee.simulating` keeps it.
    """

    __tablename__ = "simulation"

    pack_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Pack.id))
    candidates: Mapped[int]
    seed: Mapped[int]
    supposed: Mapped[dict[str, Any]]
    asked_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    asked_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict[str, Any])
    version: Mapped[str] = mapped_column(String(40))

    pack: Mapped[Pack] = relationship()
    asked_by: Mapped[Person] = relationship()

    __table_args__ = (
        CheckConstraint("candidates > 0", name="candidates"),
        CheckConstraint("seed >= 0", name="seed"),
        Index("ix_simulation_asked_at", "asked_at"),
        Index("ix_simulation_pack_id", "pack_id"),
    )


def packs(session: Session) -> list[Pack]:
    """The newest situations of each exam whose answers are judged on competencies."""
    found = []
    for scheme in newest_versions(session):
        rule = rule_reading.parse(scheme.content.pass_rule)
        pack = newest_pack(session, scheme.key) if scheme.content.assessment else None
        if pack is not None and isinstance(rule, CompetencyRule):
            found.append(pack)
    return found


def ask(
    session: Session,
    pack: Pack,
    candidates: int,
    supposed: dict[str, Any],
    seed: int,
    version: str,
    member: Person,
    now: datetime,
) -> Simulation:
    """Ask for a simulation.

    Raises Refused while another one is being made, since it would only wait for that one, and for a number of
    situations that asks a competency less often than a verdict needs.
    """
    if busy(session):
        raise Refused(Rule.BUSY)
    asked = [one.competencies for one in pack.content.scenarios]
    number = supposed.get("situations", len(asked))
    counted = Counter(key for each in itertools.islice(itertools.cycle(asked), number) for key in each)
    rule = rule_reading.parse(pack.scheme.content.pass_rule)
    least = rule.observed_min if isinstance(rule, CompetencyRule) else 1
    if any(counted[one.key] < least for one in pack.scheme.content.competencies):
        raise Refused(Rule.TOO_FEW, found=number)
    made = Simulation(
        id=uuid.uuid4(),
        pack=pack,
        candidates=candidates,
        seed=seed,
        supposed=supposed,
        asked_by=member,
        asked_at=now,
        version=version,
    )
    session.add(made)
    session.flush()
    audit.record(session, now, member.id, "simulation_asked", made, candidates=candidates, seed=seed)
    return made


def busy(session: Session) -> bool:
    """True while a simulation waits or is being made."""
    open_ones = select(func.count()).where(Job.kind == SIMULATE, Job.state.in_((JobState.WAITING, JobState.RUNNING)))
    return bool(session.scalar(open_ones))


def job_of(session: Session, found: Simulation) -> Job | None:
    """The newest job that makes, or made, this one."""
    jobs = select(Job).where(Job.subject == found.id, Job.kind == SIMULATE)
    return session.scalars(jobs.order_by(Job.created_at.desc()).limit(1)).first()


def scheme_of(found: Simulation) -> Scheme:
    """The regulation by which it was simulated."""
    return found.pack.scheme

"""What would be erased when, and why not yet: the rows, held against the rules of `review.retention`."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from dateutil.relativedelta import relativedelta
from sqlalchemy import ColumnElement, Select, case, func, literal, select
from sqlalchemy.orm import Session, joinedload

from review.retention import Case, Erasable, Outlook, is_sampled, outlook
from review.terms import weeks_after
from scenarios.sitting import Stage
from storage.data_classes import KEPT, DataClass
from storage.dossier.dossiers import Dossier, DossierState
from storage.exam.sittings import Sitting
from storage.judging.objections import Objection, ObjectionState
from storage.judging.verdicts import Verdict
from storage.retention.destructions import Destruction
from storage.retention.holds import AuditYear, Hold, day_of, draw
from storage.schemes import Scheme

CLASSES = {Erasable.RECORDINGS: DataClass.RECORDINGS, Erasable.DOSSIER: DataClass.DOSSIER}
AT_ONCE = 200
"""Exams of which the plan is made with one set of questions."""
ENDED_WITHOUT_EXAM = (DossierState.REJECTED, DossierState.WITHDRAWN)


@dataclass(frozen=True)
class Planned:
    """One exam in the plan: what of it goes when, and what went already."""

    dossier: Dossier
    case: Case
    outlooks: dict[Erasable, Outlook]
    gone: dict[Erasable, Destruction]
    hold: Hold | None


def ended_at() -> ColumnElement[datetime | None]:
    """When an exam was over, of a query over `exams()`; NULL while it goes on."""
    return case(
        (Verdict.released_at.is_not(None), Verdict.released_at),
        (Dossier.state.in_(ENDED_WITHOUT_EXAM), Dossier.decided_at),
        (Sitting.stage == Stage.EXPIRED, Sitting.closes_at),
        else_=literal(None),
    )


def exams() -> Select[Dossier]:
    """Every dossier beside its sitting and its verdict, where there are any."""
    return (
        select(Dossier)
        .outerjoin(Sitting, Sitting.dossier_id == Dossier.id)
        .outerjoin(Verdict, Verdict.sitting_id == Sitting.id)
    )


def over() -> Select[Dossier]:
    """The exams that are over, and of which anything is still there, oldest first."""
    gone = select(Destruction.dossier_id).where(Destruction.at.is_not(None))
    wholly = gone.group_by(Destruction.dossier_id).having(func.count() == len(Erasable))
    return exams().where(ended_at().is_not(None), Dossier.id.not_in(wholly)).order_by(ended_at(), Dossier.id)


def due(session: Session, what: Erasable, now: datetime) -> list[uuid.UUID]:
    """The exams of which this goes now, oldest first."""
    gone = select(Destruction.dossier_id).where(Destruction.what == what, Destruction.at.is_not(None))
    long_ago = now - relativedelta(months=_shortest(session, what))
    old = exams().where(ended_at() <= long_ago, Dossier.id.not_in(gone)).order_by(ended_at(), Dossier.id)
    found = list(session.scalars(old.with_only_columns(Dossier.id)))
    going: list[uuid.UUID] = []
    for first in range(0, len(found), AT_ONCE):
        planned = plan(session, found[first : first + AT_ONCE], now)
        going += [one.dossier.id for one in planned if one.outlooks[what].goes]
    return going


def _shortest(session: Session, what: Erasable) -> int:
    """The shortest period that any scheme has for this, in months: nothing younger need be looked at."""
    if what is not Erasable.RECORDINGS:
        return KEPT[CLASSES[what]].months or 0
    rules = [one.content.retention for one in session.scalars(select(Scheme))]
    return min((months for one in rules if one for months in (one.passed_months, one.failed_months)), default=0)


def plan(session: Session, dossiers: Sequence[uuid.UUID], now: datetime) -> list[Planned]:
    """What becomes of these exams, in this order. Asks the database a handful of questions, however many there are."""
    today = day_of(now)
    asked = exams().add_columns(Sitting, Verdict).where(Dossier.id.in_(dossiers)).options(joinedload(Dossier.scheme))
    rows = {dossier.id: (dossier, sitting, verdict) for dossier, sitting, verdict in session.execute(asked)}
    unruled = (Objection.dossier_id.in_(dossiers)) & (Objection.state != ObjectionState.RULED)
    objecting = set(session.scalars(select(Objection.dossier_id).where(unruled)))
    held = _holds(session, dossiers, today)
    years = {one.year: one for one in session.scalars(select(AuditYear))}
    gone: dict[uuid.UUID, dict[Erasable, Destruction]] = {}
    for one in session.scalars(select(Destruction).where(Destruction.dossier_id.in_(dossiers))):
        gone.setdefault(one.dossier_id, {})[one.what] = one
    found = []
    for dossier, sitting, verdict in (rows[one] for one in dossiers if one in rows):
        hold = held.get(dossier.id)
        made = _case(dossier, sitting, verdict, dossier.id in objecting, hold, years)
        outlooks = {what: outlook(made, what, _months(dossier, what, made.passed), today) for what in Erasable}
        found.append(Planned(dossier, made, outlooks, gone.get(dossier.id, {}), hold))
    return found


def draw_samples(session: Session) -> None:
    """Every year in which a result was told has its seed, so that its sample is drawn before anything of it may go."""
    first, last = session.execute(select(func.min(Verdict.released_at), func.max(Verdict.released_at))).one()
    if first and last:
        draw(session, set(range(day_of(first).year, day_of(last).year + 1)))


def _holds(session: Session, dossiers: Iterable[uuid.UUID], today: date) -> dict[uuid.UUID, Hold]:
    """Of each exam the hold that ends last, of those that hold now."""
    now_held = select(Hold).where(Hold.dossier_id.in_(dossiers), Hold.lifted_at.is_(None), Hold.until >= today)
    return {one.dossier_id: one for one in session.scalars(now_held.order_by(Hold.until))}


def _months(dossier: Dossier, what: Erasable, passed: bool | None) -> int | None:
    """The period of this: for recordings what the scheme promises, for the rest what holds for all exams."""
    retention = dossier.scheme.content.retention
    if what is Erasable.RECORDINGS and retention:
        return retention.passed_months if passed else retention.failed_months
    return KEPT[CLASSES[what]].months


def _case(
    dossier: Dossier,
    sitting: Sitting | None,
    verdict: Verdict | None,
    objecting: bool,
    hold: Hold | None,
    years: dict[int, AuditYear],
) -> Case:
    held_until = hold.until if hold else None
    scheme = dossier.scheme.content
    if verdict and verdict.released_at:
        ended = day_of(verdict.released_at)
        year = years.get(ended.year)
        # A year whose seed is not drawn yet keeps everything: nobody knows what is in its sample.
        open_year = year is None or year.closed_at is None
        retention = dossier.scheme.content.retention
        share = retention.sample_share if retention else Fraction(0)
        sampled = open_year and share > 0 and (year is None or is_sampled(year.seed, dossier.code, share))
        term = weeks_after(ended, scheme.terms.objection_weeks)
        return Case(ended, verdict.passed, term, objecting, held_until, sampled)
    if dossier.state in ENDED_WITHOUT_EXAM and dossier.decided_at:
        ended = day_of(dossier.decided_at)
        rejected = dossier.state is DossierState.REJECTED
        until = weeks_after(ended, scheme.terms.objection_weeks) if rejected else None
        return Case(ended, None, until, objecting, held_until)
    if sitting and sitting.stage is Stage.EXPIRED:
        return Case(day_of(sitting.closes_at), None, None, objecting, held_until)
    return Case(None, None, None, objecting, held_until)

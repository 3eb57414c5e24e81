"""The plan of erasing: when each thing goes, and why not yet, by the rules of `review.retention`."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from fractions import Fraction

from dateutil.relativedelta import relativedelta
from sqlalchemy import ColumnElement, Select, case, func, literal, or_, select
from sqlalchemy.orm import Session, joinedload

from review.retention import Case, Erasable, Outlook, is_sampled, outlook
from review.terms import weeks_after
from scenarios.sitting import Stage
from storage.certificates.certificates import passed_without_certificate
from storage.committee.irregularities import WORKING, Irregularity
from storage.data_classes import KEPT, DataClass
from storage.dossier.dossiers import Dossier, DossierState
from storage.exam.consents import Consent, ConsentKind
from storage.exam.sittings import Sitting
from storage.judging.objections import Objection, ObjectionState
from storage.judging.verdicts import Verdict, is_result
from storage.retention.destructions import Destruction
from storage.retention.holds import AuditYear, Hold, day_of, draw
from storage.retention.requests import ErasureRequest, asked_of, to_do
from storage.schemes import Scheme

CLASSES = {
    Erasable.RECORDINGS: DataClass.RECORDINGS,
    Erasable.DOSSIER: DataClass.DOSSIER,
    # What was measured (exam, scores) has the period of what was decided on it.
    Erasable.RESULT: DataClass.VERDICTS,
}
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


def ended_at(now: datetime) -> ColumnElement[datetime | None]:
    """When an exam was over, of a query over `exams()`; NULL while it goes on."""
    return case(
        (Verdict.released_at.is_not(None), Verdict.released_at),
        (Dossier.state.in_(ENDED_WITHOUT_EXAM), Dossier.decided_at),
        (Sitting.stage == Stage.EXPIRED, Sitting.closes_at),
        # Who began and never finished: the window is over, and nothing is judged.
        ((Sitting.stage == Stage.ANSWERING) & (Sitting.closes_at <= now), Sitting.closes_at),
        else_=literal(None),
    )


def exams() -> Select[Dossier]:
    """Every dossier beside its sitting and the result that counts, where there are any."""
    return (
        select(Dossier)
        .outerjoin(Sitting, Sitting.dossier_id == Dossier.id)
        .outerjoin(Verdict, (Verdict.sitting_id == Sitting.id) & is_result())
    )


def over(now: datetime) -> Select[Dossier]:
    """The exams that are over, and of which anything is still there, oldest first."""
    gone = select(Destruction.dossier_id).where(Destruction.at.is_not(None))
    wholly = gone.group_by(Destruction.dossier_id).having(func.count() == len(Erasable))
    return exams().where(ended_at(now).is_not(None), Dossier.id.not_in(wholly)).order_by(ended_at(now), Dossier.id)


def due(session: Session, what: Erasable, now: datetime) -> list[uuid.UUID]:
    """The exams of which this goes now, oldest first."""
    gone = select(Destruction.dossier_id).where(Destruction.what == what, Destruction.at.is_not(None))
    long_ago = now - relativedelta(months=_shortest(session, what))
    asked = Dossier.candidate_id.in_(to_do().with_only_columns(ErasureRequest.person_id))
    ended = or_(ended_at(now) <= long_ago, asked & ended_at(now).is_not(None))
    old = exams().where(ended, Dossier.id.not_in(gone)).order_by(ended_at(now), Dossier.id)
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


def plan(
    session: Session,
    dossiers: Sequence[uuid.UUID],
    now: datetime,
    if_asked: Iterable[Erasable] = (),
    if_taken_back: bool = False,
) -> list[Planned]:
    """The fate of each of these exams, in this order. Asks a handful of questions, however many there are.

    `if_asked`: as it would be if the candidate asked today that this goes, and it were granted; `if_taken_back`: as it
    would be without the consent to train and test assessors with it.
    """
    today = day_of(now)
    asked = exams().add_columns(Sitting, Verdict).where(Dossier.id.in_(dossiers)).options(joinedload(Dossier.scheme))
    rows = {dossier.id: (dossier, sitting, verdict) for dossier, sitting, verdict in session.execute(asked)}
    unruled = (Objection.dossier_id.in_(dossiers)) & (Objection.state != ObjectionState.RULED)
    objecting = set(session.scalars(select(Objection.dossier_id).where(unruled)))
    # A case that goes on keeps all of it, as an objection does.
    working = Irregularity.dossier_id.in_(dossiers) & Irregularity.state.in_(WORKING)
    objecting |= {one for one in session.scalars(select(Irregularity.dossier_id).where(working)) if one}
    held = _holds(session, dossiers, today)
    benchmark = set() if if_taken_back else set(session.scalars(_allowed(dossiers)))
    waiting = passed_without_certificate().with_only_columns(Dossier.id).where(Dossier.id.in_(dossiers)).order_by(None)
    uncertified = set(session.scalars(waiting))
    asked_for = asked_of(session, [dossier for dossier, *_ in rows.values()])
    years = {one.year: one for one in session.scalars(select(AuditYear))}
    gone: dict[uuid.UUID, dict[Erasable, Destruction]] = {}
    for one in session.scalars(select(Destruction).where(Destruction.dossier_id.in_(dossiers))):
        gone.setdefault(one.dossier_id, {})[one.what] = one
    found = []
    for dossier, sitting, verdict in (rows[one] for one in dossiers if one in rows):
        hold = held.get(dossier.id)
        kept = _Kept(
            objecting=dossier.id in objecting,
            held_until=hold.until if hold else None,
            benchmark=dossier.id in benchmark,
            asked={**asked_for[dossier.id], **dict.fromkeys(if_asked, today)},
            uncertified=dossier.id in uncertified,
            left=frozenset(what for what in Erasable if not _is_gone(gone.get(dossier.id, {}).get(what))),
        )
        made = _case(dossier, sitting, verdict, kept, years, now)
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


@dataclass(frozen=True)
class _Kept:
    """What may keep an exam, or let it go, whatever became of it."""

    objecting: bool
    held_until: date | None
    benchmark: bool
    asked: Mapping[Erasable, date]
    uncertified: bool
    left: frozenset[Erasable]


def _is_gone(act: Destruction | None) -> bool:
    return act is not None and act.at is not None


def _allowed(dossiers: Sequence[uuid.UUID]) -> Select[uuid.UUID]:
    allowed = select(Consent.dossier_id).where(Consent.kind == ConsentKind.BENCHMARK, Consent.taken_back_at.is_(None))
    return allowed.where(Consent.dossier_id.in_(dossiers))


def _case(
    dossier: Dossier,
    sitting: Sitting | None,
    verdict: Verdict | None,
    kept: _Kept,
    years: dict[int, AuditYear],
    now: datetime,
) -> Case:
    scheme = dossier.scheme.content
    more = asdict(kept)
    if verdict and verdict.released_at:
        ended = day_of(verdict.released_at)
        year = years.get(ended.year)
        # A year whose seed is not drawn yet keeps everything: nobody knows what is in its sample.
        open_year = year is None or year.closed_at is None
        share = scheme.retention.sample_share if scheme.retention else Fraction(0)
        sampled = open_year and share > 0 and (year is None or is_sampled(year.seed, dossier.code, share))
        term = weeks_after(ended, scheme.terms.objection_weeks)
        return Case(ended, verdict.passed, term, sampled=sampled, **more)
    if dossier.state in ENDED_WITHOUT_EXAM and dossier.decided_at:
        ended = day_of(dossier.decided_at)
        rejected = dossier.state is DossierState.REJECTED
        until = weeks_after(ended, scheme.terms.objection_weeks) if rejected else None
        return Case(ended, None, until, **more)
    if sitting and (sitting.stage is Stage.EXPIRED or (sitting.stage is Stage.ANSWERING and sitting.closes_at <= now)):
        return Case(day_of(sitting.closes_at), **more)
    return Case(None, **more)

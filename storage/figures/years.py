"""The figures of one year, from a fixed number of questions whose answers are counted by the database."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from review.objection import Ruling
from review.year_figures import Share, Spread, share, shown, spread
from scenarios import brought
from storage.assessing.assessments import Assessment, AssessmentState
from storage.base.clock import AMSTERDAM
from storage.dossier.dossiers import Dossier, DossierState
from storage.exam.sittings import Answer, Sitting
from storage.judging.objections import Objection
from storage.judging.ratings import Rating
from storage.judging.scores import Score
from storage.judging.verdicts import Verdict
from storage.planning.practical_results import PracticalResult, ResultState
from storage.planning.practical_sessions import Participant, PracticalSession, SessionState
from storage.planning.theory_tests import TheoryState, TheoryTest

if TYPE_CHECKING:
    from review.reliability import Estimate
from storage.schemes import Scheme

LEAST = 5
"""What is shown where no scheme says it."""
LEAST_PAIRS = 30
"""Koo and Li (2016) advise to conclude nothing from fewer subjects."""
OUTCOMES = (*Ruling, None)
"""What became of an objection; None: no ruling yet."""
DEPLOYED = ("1", "2", "3", "4", "5+")


@dataclass(frozen=True)
class Results:
    """Of one exam, or part of one: how many passed of those who know their result. `theory`: of the online test."""

    name: str
    theory: bool
    passed: Share


@dataclass(frozen=True)
class Figures:
    """Everything about one year. None is what may not be shown.

    `total`: exams with a result. `nomination`: days from nomination to invitation; `judging`: from the exam to the
    result. `objections`: how many were received in the year, by what became of each. `agreement`: of the first two
    assessors, on the same competency of the same answer, before they saw the dossier. `deployments`: how many examiners
    were at so many practical tests.
    """

    year: int
    least: int
    results: Sequence[Results]
    total: int | None
    nomination: Spread
    judging: Spread
    objections: dict[Ruling | None, int | None]
    objected: int | None
    agreement: "Estimate | None"
    deployments: dict[str, int | None]
    examiners: int | None


def figures(session: Session, year: int) -> Figures:
    """The figures of this year, as the calendar of Amsterdam has it."""
    schemes = {one.id: one for one in session.scalars(select(Scheme).order_by(Scheme.key, Scheme.number))}
    least = max((_least(one) for one in schemes.values()), default=LEAST)
    results, total = _results(session, schemes, year, least)
    objections, objected = _objections(session, year, least)
    deployments, examiners = _deployments(session, year, least)
    nomination = select(Dossier.created_at, Dossier.decided_at).where(
        Dossier.state == DossierState.APPROVED, _in(Dossier.decided_at, year)
    )
    judging = (
        select(Sitting.finished_at, Verdict.released_at)
        .join(Sitting, Verdict.sitting_id == Sitting.id)
        .where(_in(Verdict.released_at, year), Verdict.replaces_id.is_(None), Sitting.finished_at.is_not(None))
    )
    return Figures(
        year=year,
        least=least,
        results=results,
        total=total,
        nomination=spread(_days(session, nomination), least),
        judging=spread(_days(session, judging), least),
        objections=objections,
        objected=objected,
        agreement=_agreement(session, year),
        deployments=deployments,
        examiners=examiners,
    )


def _least(scheme: Scheme) -> int:
    return scheme.content.visibility.least_shown if scheme.content.visibility else LEAST


def _results(session: Session, schemes: dict[Any, Scheme], year: int, least: int) -> tuple[list[Results], int | None]:
    verdicts = (
        select(Dossier.scheme_id, Verdict.passed, func.count())
        .select_from(Verdict)
        .join(Sitting, Verdict.sitting_id == Sitting.id)
        .join(Dossier, Sitting.dossier_id == Dossier.id)
        .where(_in(Verdict.released_at, year), Verdict.ended_at.is_(None), Verdict.passed.is_not(None))
        .group_by(Dossier.scheme_id, Verdict.passed)
    )
    practical = (
        select(PracticalSession.scheme_id, PracticalResult.passed, func.count())
        .select_from(PracticalResult)
        .join(Participant, PracticalResult.participant_id == Participant.id)
        .join(PracticalSession, Participant.session_id == PracticalSession.id)
        .where(PracticalResult.state == ResultState.RELEASED, _in(PracticalResult.released_at, year))
        .group_by(PracticalSession.scheme_id, PracticalResult.passed)
    )
    assessed = (
        select(Assessment.scheme_id, Assessment.passed, func.count())
        .where(Assessment.state == AssessmentState.RELEASED, _in(Assessment.released_at, year))
        .group_by(Assessment.scheme_id, Assessment.passed)
    )
    theory = (
        select(TheoryTest.certificate, TheoryTest.state, func.count())
        .where(TheoryTest.state.in_((TheoryState.PASSED, TheoryState.NOT_PASSED)), _in(TheoryTest.ended_at, year))
        .group_by(TheoryTest.certificate, TheoryTest.state)
    )
    counted: dict[tuple[str, bool], Counter[bool]] = {}
    for query in (verdicts, practical, assessed):
        for scheme, passed, number in session.execute(query):
            counted.setdefault((schemes[scheme].content.certificate, False), Counter())[bool(passed)] += number
    names = brought.certificates()
    for certificate, state, number in session.execute(theory):
        counts = counted.setdefault((names.get(certificate, certificate), True), Counter())
        counts[state is TheoryState.PASSED] += number
    order = sorted(counted)
    wholes, total = shown([counted[one].total() for one in order], least)
    found = []
    for (name, is_theory), whole in zip(order, wholes, strict=True):
        counts = counted[name, is_theory]
        # A whole that another one would tell is left out with all of it.
        of_all = share(counts[True], counts.total(), least) if whole is not None else Share(None, None)
        found.append(Results(name, is_theory, of_all))
    return found, total


def _objections(session: Session, year: int, least: int) -> tuple[dict[Ruling | None, int | None], int | None]:
    counted: Counter[Ruling | None] = Counter()
    by_ruling = select(Objection.ruling, func.count()).where(_in(Objection.received_at, year))
    for ruling, number in session.execute(by_ruling.group_by(Objection.ruling)):
        counted[ruling] += number
    of_practical = select(PracticalResult.granted, func.count()).where(_in(PracticalResult.objected_at, year))
    for granted, number in session.execute(of_practical.group_by(PracticalResult.granted)):
        counted[None if granted is None else Ruling.REVISED if granted else Ruling.UPHELD] += number
    cells, total = shown([counted[one] for one in OUTCOMES], least)
    return dict(zip(OUTCOMES, cells, strict=True)), total


def _agreement(session: Session, year: int) -> "Estimate | None":
    """None when there are too few: scores are erased after their term, so an old year has none."""
    first, second = aliased(Score), aliased(Score)
    one, other = aliased(Rating), aliased(Rating)
    pairs = (
        select(first.level, second.level, func.count())
        .select_from(first)
        .join(one, first.rating_id == one.id)
        .join(other, (other.answer_id == one.answer_id) & (other.marking == one.marking) & (other.slot == 2))
        .join(second, (second.rating_id == other.id) & (second.competency == first.competency))
        .join(Answer, one.answer_id == Answer.id)
        .where(
            one.slot == 1,
            _in(one.phase1_signed_at, year),
            other.phase1_signed_at.is_not(None),
            first.level.is_not(None),
            second.level.is_not(None),
        )
        .group_by(first.level, second.level)
    )
    counted = {(a, b): number for a, b, number in session.execute(pairs) if a is not None and b is not None}
    if sum(counted.values()) < LEAST_PAIRS:
        return None
    from review.agreement import kappa_of_pairs

    return kappa_of_pairs(counted)


def _deployments(session: Session, year: int, least: int) -> tuple[dict[str, int | None], int | None]:
    days = PracticalSession.day.between(date(year, 1, 1), date(year, 12, 31))
    each = (
        select(func.count().label("times"))
        .where(days, PracticalSession.state == SessionState.CONFIRMED, PracticalSession.examiner_id.is_not(None))
        .group_by(PracticalSession.examiner_id)
        .subquery()
    )
    counted: Counter[str] = Counter()
    for times, number in session.execute(select(each.c.times, func.count()).group_by(each.c.times)):
        counted[DEPLOYED[min(times, len(DEPLOYED)) - 1]] += number
    cells, total = shown([counted[one] for one in DEPLOYED], least)
    return dict(zip(DEPLOYED, cells, strict=True)), total


def _days(session: Session, query: Select[Any, Any]) -> Counter[int]:
    """How often it took so many days: the database counts alike pairs of days."""
    first, last = (func.date(one) for one in query.selected_columns)
    counted: Counter[int] = Counter()
    for begin, end, number in session.execute(query.with_only_columns(first, last, func.count()).group_by(first, last)):
        counted[max(0, (_day(end) - _day(begin)).days)] += number
    return counted


def _day(found: str | date) -> date:
    return found if isinstance(found, date) else date.fromisoformat(found)


def _in(column: Any, year: int) -> ColumnElement[bool]:
    first, last = (datetime(each, 1, 1, tzinfo=AMSTERDAM).astimezone(UTC) for each in (year, year + 1))
    inside: ColumnElement[bool] = (column >= first) & (column < last)
    return inside

"""Which assessments the one who asks may see. Like `access`: what is not yours does not exist."""

import uuid
from collections.abc import Sequence

from flask import abort
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import joinedload, selectinload

from storage.assessing.assessments import COUNTS, LIVE, Assessment, AssessmentSheet, AssessmentState
from storage.assessing.portfolios import PortfolioDocument
from storage.people.people import Membership, Person, Role
from storage.schemes import Scheme, current_assessments
from webapp.access import me
from webapp.access import people as access_people
from webapp.context import g

OF_ASSESSMENT = (
    joinedload(Assessment.scheme),
    joinedload(Assessment.candidate),
    joinedload(Assessment.organisation),
    joinedload(Assessment.asked_by),
    selectinload(Assessment.sheets).joinedload(AssessmentSheet.assessor),
)
"""Loaded with the assessments of a list."""
OF_SHEET = (
    joinedload(AssessmentSheet.assessment).options(
        joinedload(Assessment.scheme), joinedload(Assessment.candidate), joinedload(Assessment.organisation)
    ),
)
LOOKING = frozenset({Role.KSF_OFFICER, Role.EXAM_COMMITTEE})
"""Who reads every assessment but the own one, and those that they judge themselves only as an assessor."""


def exams() -> list[Scheme]:
    """The newest regulation of every exam that is judged so; for everybody to know."""
    return current_assessments(g.db)


def exam(key: str) -> Scheme:
    return next((row for row in exams() if row.key == key), None) or abort(404)


def candidates() -> Select[Person]:
    """The beheerder's own candidates, by name."""
    holding = (Membership.since <= g.now) & (Membership.until.is_(None) | (Membership.until > g.now))
    there = select(Membership.person_id).where(
        Membership.role == Role.CANDIDATE,
        Membership.organisation_id.in_(access_people.my_organisation_ids()),
        holding,
    )
    return select(Person).where(Person.id.in_(there)).order_by(Person.name, Person.id)


def of_my_organisations() -> Select[Assessment]:
    """The assessments of the beheerder's organisations, the newest first, as a query."""
    mine = select(Assessment).where(Assessment.organisation_id.in_(access_people.my_organisation_ids()))
    return mine.order_by(Assessment.asked_at.desc(), Assessment.id)


def for_admin(assessment_id: uuid.UUID) -> Assessment:
    """An assessment of an organisation of the beheerder who asks."""
    return _one(of_my_organisations(), assessment_id)


def lists() -> dict[str, Select[Assessment]]:
    """For KSF's office and the exam committee: what waits to be planned, for a third assessor, for the signature of the
    committee, to be released; what is planned; all. Never the own case, nor what one judges oneself.
    """
    state = Assessment.state
    others = select(Assessment).where(_others())
    to_endorse = [one.id for one in g.db.scalars(select(Scheme)) if _endorsed(one)]
    third = select(AssessmentSheet.assessment_id).where(COUNTS, AssessmentSheet.signed_at.is_(None))
    waiting = (state == AssessmentState.JUDGED) & Assessment.scheme_id.in_(to_endorse)
    ready = (state == AssessmentState.ENDORSED) | (
        (state == AssessmentState.JUDGED) & Assessment.scheme_id.not_in(to_endorse)
    )
    by_asked, by_start = (Assessment.asked_at, Assessment.id), (Assessment.starts_at, Assessment.id)
    return {
        "gevraagd": others.where(state == AssessmentState.REQUESTED).order_by(*by_asked),
        "derde": others.where(state == AssessmentState.DISPUTED, Assessment.id.not_in(third)).order_by(*by_start),
        "tekenen": others.where(waiting).order_by(*by_start),
        "vrijgeven": others.where(ready).order_by(*by_start),
        "gepland": others.where(state.in_((AssessmentState.PLANNED, AssessmentState.DISPUTED))).order_by(*by_start),
        "alles": others.order_by(Assessment.asked_at.desc(), Assessment.id),
    }


def for_office(assessment_id: uuid.UUID) -> Assessment:
    """Any assessment of somebody else, that the one who asks does not judge."""
    return _one(lists()["alles"], assessment_id)


def my_sheets() -> Select[AssessmentSheet]:
    """The sheets of the assessor who asks: first those to do, as a query."""
    mine = select(AssessmentSheet).join(Assessment, AssessmentSheet.assessment_id == Assessment.id)
    mine = mine.where(
        AssessmentSheet.assessor_id == me().id,
        COUNTS,
        Assessment.state.not_in((AssessmentState.CANCELLED, AssessmentState.WITHDRAWN)),
    )
    return mine.order_by(AssessmentSheet.signed_at.is_not(None), Assessment.starts_at, AssessmentSheet.id)


def sheets_to_do() -> Select[AssessmentSheet]:
    """Those that are not signed."""
    return my_sheets().where(AssessmentSheet.signed_at.is_(None))


def my_sheet(sheet_id: uuid.UUID) -> AssessmentSheet:
    found = my_sheets().where(AssessmentSheet.id == sheet_id).options(*OF_SHEET)
    return g.db.scalars(found).first() or abort(404)


def document_for_assessor(document_id: uuid.UUID) -> PortfolioDocument:
    """A document of a candidate whom the assessor who asks judges, until that is done."""
    theirs = my_sheets().where(AssessmentSheet.signed_at.is_(None), Assessment.state == AssessmentState.PLANNED)
    return _document(document_id, theirs.with_only_columns(AssessmentSheet.assessment_id).order_by(None))


def my_assessments() -> Sequence[Assessment]:
    """The own assessments of the candidate who asks, the newest first."""
    return g.db.scalars(_mine().options(joinedload(Assessment.scheme))).all()


def my_assessment(assessment_id: uuid.UUID) -> Assessment:
    return _one(_mine(), assessment_id)


def my_document(document_id: uuid.UUID) -> PortfolioDocument:
    """An own document that stands."""
    return _document(document_id, _mine().with_only_columns(Assessment.id).order_by(None))


def _mine() -> Select[Assessment]:
    mine = select(Assessment).where(Assessment.candidate_id == me().id)
    return mine.order_by(Assessment.state.in_(LIVE).desc(), Assessment.asked_at.desc(), Assessment.id)


def _endorsed(scheme: Scheme) -> bool:
    marking = scheme.content.marking
    return marking.signed_by_committee if marking else False


def _others() -> ColumnElement[bool]:
    judging = select(AssessmentSheet.assessment_id).where(AssessmentSheet.assessor_id == me().id, COUNTS)
    return (Assessment.candidate_id != me().id) & Assessment.id.not_in(judging)


def _one(query: Select[Assessment], assessment_id: uuid.UUID) -> Assessment:
    found = query.where(Assessment.id == assessment_id).options(*OF_ASSESSMENT)
    return g.db.scalars(found).unique().first() or abort(404)


def _document(document_id: uuid.UUID, assessments: Select[uuid.UUID]) -> PortfolioDocument:
    found = select(PortfolioDocument).where(
        PortfolioDocument.id == document_id,
        PortfolioDocument.removed_at.is_(None),
        PortfolioDocument.assessment_id.in_(assessments),
    )
    return g.db.scalars(found).first() or abort(404)

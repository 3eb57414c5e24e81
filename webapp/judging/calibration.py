"""Calibration for an assessor: start rounds, practice with what was agreed on after each answer, and the test."""

import uuid
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from review.qualification import steps_apart
from review.rating import Phase
from scenarios.chapters import AssessmentRules
from storage.base.present import present
from storage.judging import calibrating, calibrations, eligibility
from storage.judging.calibrations import BenchmarkWork, Calibration, CalibrationKind, Locked, Standing
from storage.people.people import Role
from storage.planning import examiner_records
from storage.schemes import Scheme
from webapp import access
from webapp.access import benchmarks as access_benchmarks
from webapp.context import g
from webapp.dutch.formats import day_of

pages = Blueprint("calibration", __name__, url_prefix="/kalibratie")

KINDS = {"oefenen": CalibrationKind.TRAINING, "toets": CalibrationKind.TEST}


@dataclass(frozen=True)
class OfExam:
    """One exam as its assessor sees it: how it stands, what is going on, and whether a test can begin.

    `begun`: the exam has enough benchmarks for its lock; `locks`: this assessor gets no work by it.
    """

    scheme: Scheme
    rules: AssessmentRules
    standing: Standing
    begun: bool
    locks: bool
    training: Calibration | None
    test: Calibration | None
    usable: int


@pages.get("")
@access.roles(Role.ASSESSOR)
def home() -> ResponseReturnValue:
    """What lies here of start rounds, how it stands with each exam, and the own record with all of before."""
    me = access.me()
    values = {
        "start": calibrating.start_work(g.db, me),
        "exams": [_of_exam(scheme) for scheme in schemes()],
        "practised": [
            one
            for one in calibrating.calibrations_of(g.db, me)
            if one.ended_at and one.kind is CalibrationKind.TRAINING
        ],
        "names": exam_names(),
        "record": examiner_records.record_of(g.db, me, g.now),
        "today": day_of(g.now),
        "kinds": {kind: name for name, kind in KINDS.items()},
    }
    return render_template("calibration/home.html", **values)


@pages.post("/<exam>/<kind>")
@access.roles(Role.ASSESSOR)
def begin(exam: str, kind: str) -> ResponseReturnValue:
    """Begin, or go on, and open the first answer that is left."""
    scheme = next((one for one in schemes() if one.key == exam), None)
    if scheme is None or kind not in KINDS:
        abort(404)
    row = calibrating.begin(g.db, access.me(), scheme, KINDS[kind], g.now)
    left = next(one for one in row.works if one.rating.signed is None)
    return redirect(url_for("desk.rating", rating_id=left.rating_id))


@pages.get("/nakijken/<uuid:rating_id>")
@access.roles(Role.ASSESSOR)
def feedback(rating_id: uuid.UUID) -> ResponseReturnValue:
    """After an answer of practice: what was given and agreed on for each competency, and why."""
    rating = access_benchmarks.my_practice(rating_id)
    work = present(calibrating.work_of(g.db, rating))
    if work.steps is None:
        flash("Dit antwoord is geen normvideo meer. Wat ervan was afgesproken, is weg.", "info")
        return redirect(url_for("calibration.home"))
    scheme, agreed = work.benchmark.scheme.content, {one.competency: one for one in work.benchmark.agreed}
    given = rating.values(Phase.BLIND)
    rows = [
        (scheme.competency(key), given[key].level, agreed[key], steps_apart(given[key].level, agreed[key].level))
        for key in rating.shuffled
        if key in agreed and key in given
    ]
    return render_template("calibration/feedback.html", rating=rating, rows=rows, work=work, following=_left(work))


def _left(work: BenchmarkWork) -> BenchmarkWork | None:
    """The next answer of the same practice that is not signed."""
    row = work.calibration
    return next((one for one in row.works if one.rating.signed is None), None) if row else None


def after_signing(work: BenchmarkWork) -> str:
    """Where an assessor goes who signed a benchmark answer that lay here by name: what was agreed on, or the next."""
    row = work.calibration
    if row is not None and row.kind is CalibrationKind.TRAINING:
        return url_for("calibration.feedback", rating_id=work.rating_id)
    if row is not None and (left := _left(work)):
        return url_for("desk.rating", rating_id=left.rating_id)
    return url_for("calibration.home")


def schemes() -> list[Scheme]:
    """The newest version of each exam of which recordings are judged."""
    newest = {one.key: one for one in g.db.scalars(select(Scheme).order_by(Scheme.number))}
    return [one for one in newest.values() if one.content.assessment is not None]


def exam_names() -> dict[str, str]:
    """What each of these exams is called, by the key of its scheme."""
    return {one.key: one.content.name for one in schemes()}


def locked_exams() -> list[tuple[Scheme, Locked]]:
    """Of which exams the one who asks is given no work, and why."""
    me = access.me()
    found = [(one, eligibility.locked_out(g.db, one, [me], g.now).get(me.id)) for one in schemes()]
    return [(scheme, locked) for scheme, locked in found if locked]


def _of_exam(scheme: Scheme) -> OfExam:
    me, rules = access.me(), scheme.content.chapter(AssessmentRules)
    return OfExam(
        scheme,
        rules,
        calibrations.standings(g.db, scheme, [me], g.now)[me.id],
        eligibility.lock_of(g.db, scheme).begun,
        me.id in eligibility.locked_out(g.db, scheme, [me], g.now),
        calibrating.going_on(g.db, me, scheme.key, CalibrationKind.TRAINING),
        calibrating.going_on(g.db, me, scheme.key, CalibrationKind.TEST),
        len(calibrating.usable(g.db, me, scheme.key, g.now)),
    )

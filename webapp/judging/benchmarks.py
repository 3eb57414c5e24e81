"""Benchmark answers for office and committee: choose an answer, three assessors score it, the committee signs."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from review.rules import LEVELS
from storage.base.refusal import Refused
from storage.judging import calibrations, eligibility, start_rounds
from storage.judging.absences import absences
from storage.judging.benchmarks import Benchmark, BenchmarkState, Ending
from storage.judging.calibrations import Standing
from storage.judging.conflicts import assessors
from storage.judging.eligibility import Lock
from storage.judging.ratings import Rating
from storage.judging.start_rounds import PANEL, Agreed
from storage.people.people import Person, Role
from storage.schemes import Scheme
from webapp import access
from webapp.access import benchmarks as access_benchmarks
from webapp.access import looks as access_looks
from webapp.context import g
from webapp.dutch import refusals, terms
from webapp.dutch.formats import day_of
from webapp.judging.calibration import schemes
from webapp.paging import page_of

pages = Blueprint("benchmarks", __name__, url_prefix="/normvideos")

READERS = (Role.KSF_OFFICER, Role.EXAM_COMMITTEE)
NOT_OBSERVABLE = "n"
LONGEST_REASON = 2000


@dataclass(frozen=True)
class OfExam:
    """One exam: its benchmarks, how far its lock is, and how it stands with its assessors.

    `locked`: who gets no work. `testable`: how many benchmarks each of them may be tested on who has no calibration.
    """

    scheme: Scheme
    rows: Sequence[Benchmark]
    lock: Lock
    people: list[tuple[Person, Standing]]
    locked: set[uuid.UUID]
    testable: dict[uuid.UUID, int]

    @property
    def short(self) -> list[Person]:
        """Who cannot be tested, as too few benchmarks are left without a tie."""
        return [one for one, _ in self.people if self.testable.get(one.id, self.lock.in_test) < self.lock.in_test]


@pages.get("")
@access.roles(*READERS)
def home() -> ResponseReturnValue:
    """Each exam with its benchmarks, how far they are, and who is calibrated."""
    people = assessors(g.db, g.now)
    exams = [_of_exam(scheme, people) for scheme in schemes()]
    waiting = [one for exam in exams for one in exam.rows if one.state is BenchmarkState.START_ROUND]
    progress = start_rounds.signed_of(g.db, waiting)
    return render_template("benchmarks/home.html", exams=exams, progress=progress, panel=PANEL, officer=_officer())


@pages.get("/kiezen/<exam>")
@access.roles(Role.KSF_OFFICER)
def answers(exam: str) -> ResponseReturnValue:
    """The answers of which the candidate allows it."""
    scheme = next((one for one in schemes() if one.key == exam), None) or abort(404)
    return render_template("benchmarks/answers.html", scheme=scheme, page=page_of(access_benchmarks.to_choose(exam)))


@pages.route("/antwoord/<uuid:answer_id>", methods=["GET", "POST"])
@access.roles(Role.KSF_OFFICER)
def choose(answer_id: uuid.UUID) -> ResponseReturnValue:
    """Choose three assessors for an answer; then it lies on their desks."""
    answer = access_benchmarks.answer_to_choose(answer_id)
    people = assessors(g.db, g.now)
    tied = eligibility.not_free(g.db, answer, people, g.now)
    chosen, problem = request.form.getlist("assessor"), ""
    if request.method == "POST":
        try:
            row = start_rounds.choose(
                g.db, answer, [one for one in people if str(one.id) in chosen], access.me(), g.now
            )
        except Refused as refused:
            problem = refusals.refusal(refused)
        else:
            flash("De startronde is begonnen. De drie assessoren vinden het antwoord bij Kalibratie.", "ok")
            return redirect(url_for("benchmarks.one", benchmark_id=row.id))
    values = {
        "answer": answer,
        "free": [one for one in people if one.id not in tied],
        "tied": [(one, terms.CONFLICTS[tied[one.id]]) for one in people if one.id in tied],
        "chosen": chosen,
        "problem": problem,
    }
    return render_template("benchmarks/choose.html", **values), 422 if problem else 200


@pages.get("/<uuid:benchmark_id>")
@access.roles(*READERS)
def one(benchmark_id: uuid.UUID) -> ResponseReturnValue:
    """One benchmark: how far its start round is, what the three gave, and what was agreed on."""
    return _page(access_benchmarks.benchmark(benchmark_id))


@pages.post("/<uuid:benchmark_id>")
@access.roles(Role.EXAM_COMMITTEE)
def agree(benchmark_id: uuid.UUID) -> ResponseReturnValue:
    """Sign what the three agree on."""
    found = access_benchmarks.benchmark(benchmark_id)
    try:
        agreed = {key: _agreed(key) for key in found.answer.scenario.competencies if request.form.get(f"level-{key}")}
        start_rounds.agree(g.db, found, agreed, access.me(), g.now)
    except Refused as refused:
        if not isinstance(refused.rule, start_rounds.Rule):
            raise
        silent = refused.found if refused.rule is start_rounds.Rule.NO_REASON else ()
        return _page(found, refusals.refusal(refused), tuple(silent)), 422
    flash("Ondertekend. Dit antwoord is nu een normvideo.", "ok")
    return redirect(url_for("benchmarks.one", benchmark_id=found.id))


@pages.post("/<uuid:benchmark_id>/vervangen")
@access.roles(Role.KSF_OFFICER)
def replace(benchmark_id: uuid.UUID) -> ResponseReturnValue:
    """Somebody else in the place of one of the three who cannot go on, or who gave the answer back."""
    found = access_benchmarks.benchmark(benchmark_id)
    panel = start_rounds.panel_of(g.db, found)
    leaving = next((one for one in panel if str(one.id) == request.form.get("leaving")), None)
    new = next((one for one in assessors(g.db, g.now) if str(one.id) == request.form.get("assessor")), None)
    if new is None:
        return _page(found, "Kies wie dit antwoord in de startronde gaat scoren."), 422
    try:
        if leaving is None and request.form.get("leaving"):
            raise Refused(start_rounds.Rule.NOT_IN_ROUND)
        start_rounds.replace(g.db, found, leaving, new, access.me(), g.now)
    except Refused as refused:
        if not isinstance(refused.rule, start_rounds.Rule):
            raise
        return _page(found, refusals.refusal(refused)), 422
    flash(f"{new.name} zit nu in de startronde, en vindt het antwoord bij Kalibratie.", "ok")
    return redirect(url_for("benchmarks.one", benchmark_id=found.id))


@pages.post("/<uuid:benchmark_id>/weghalen")
@access.roles(Role.EXAM_COMMITTEE)
def end(benchmark_id: uuid.UUID) -> ResponseReturnValue:
    """It is not fit after all."""
    access_benchmarks.benchmark(benchmark_id).end(Ending.COMMITTEE, access.me().id, g.now)
    flash("Dit antwoord is geen normvideo meer. De afgesproken scores zijn weg.", "ok")
    return redirect(url_for("benchmarks.home"))


def _page(found: Benchmark, problem: str = "", silent: tuple[str, ...] = ()) -> str:
    panel = start_rounds.panel_of(g.db, found)
    scored = found.state is BenchmarkState.START_ROUND and start_rounds.is_scored(panel)
    roles = access.me().roles(g.now)
    signs = scored and Role.EXAM_COMMITTEE in roles and access.me().id not in {one.assessor_id for one in panel}
    scheme = found.scheme.content
    replaces = Role.KSF_OFFICER in roles and found.state is BenchmarkState.START_ROUND and not scored
    return render_template(
        "benchmarks/one.html",
        found=found,
        panel=panel,
        size=PANEL,
        competencies=[scheme.competency(key) for key in found.answer.scenario.competencies],
        given=_given(found, panel) if scored or found.state is BenchmarkState.LIVE else {},
        agreed={one.competency: one for one in found.agreed},
        scored=scored,
        film=access_looks.film_to_agree(found.answer) if signs else None,
        to_agree=access_looks.TO_AGREE,
        signs=signs,
        ends=Role.EXAM_COMMITTEE in roles and found.state is not BenchmarkState.ENDED,
        replaces=replaces,
        open=[(str(one.id), one.assessor.name) for one in panel if one.signed is None],
        free=_free(found, panel) if replaces else [],
        away=absences(g.db, [one.assessor for one in panel], day_of(g.now)) if replaces else {},
        problem=problem,
        silent=silent,
        levels=[*((str(level), str(level)) for level in LEVELS), (NOT_OBSERVABLE, "niet waarneembaar")],
    )


def _free(found: Benchmark, panel: Sequence[Rating]) -> list[tuple[str, str]]:
    """Who may score it in the place of another one, for a list to choose from."""
    people = assessors(g.db, g.now)
    tied = eligibility.not_free(g.db, found.answer, people, g.now)
    there = {one.assessor_id for one in panel}
    return [(str(one.id), one.name) for one in people if one.id not in tied and one.id not in there]


def _given(found: Benchmark, panel: Sequence[Rating]) -> dict[str, list[int | None]]:
    """What each of the three gave, by competency."""
    return {key: start_rounds.levels_of(panel, key) for key in found.answer.scenario.competencies}


def _agreed(key: str) -> Agreed:
    said = request.form.get(f"level-{key}", "")
    reason = request.form.get(f"reason-{key}", "")[:LONGEST_REASON]
    if said == NOT_OBSERVABLE:
        return Agreed(None, reason)
    if said not in {str(level) for level in LEVELS}:
        abort(400)
    return Agreed(int(said), reason)


def _of_exam(scheme: Scheme, people: Sequence[Person]) -> OfExam:
    rows = g.db.scalars(access_benchmarks.of_exam(scheme.key)).all()
    standings = calibrations.standings(g.db, scheme, people, g.now)
    lock = eligibility.lock_of(g.db, scheme)
    waiting = [one for one in people if standings[one.id].locked] if lock.begun else []
    testable = eligibility.testable_on(g.db, scheme, waiting, g.now) if waiting else {}
    return OfExam(
        scheme,
        rows,
        lock,
        [(one, standings[one.id]) for one in people],
        set(eligibility.locked_out(g.db, scheme, people, g.now)),
        {who: len(ids) for who, ids in testable.items()},
    )


def _officer() -> bool:
    return Role.KSF_OFFICER in access.me().roles(g.now)

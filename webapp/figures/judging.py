"""Figures about the judging: of each exam for the office and the committee, and for an assessor the own line."""

import uuid
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from storage.base import audit
from storage.base.jobs import JobState
from storage.base.refusal import Refused
from storage.figures import judging as kept
from storage.figures import signed_scores
from storage.figures.judging import JudgingFigures
from storage.people.people import Person, Role
from storage.schemes import Pack, Scheme
from webapp import access
from webapp.context import g
from webapp.csv_writer import table
from webapp.dutch import refusals
from webapp.figures.judging_view import COLUMNS, Shown, csv_lines, shown
from webapp.figures.judging_words import EXACT, PARTS, SEVERITY, SLOPE, SPREAD, WITHIN_ONE, Names, Row

pages = Blueprint("judging_figures", __name__, url_prefix="/oordelen")

READERS = (Role.KSF_OFFICER, Role.EXAM_COMMITTEE)
OWN = (*((one, "assessors") for one in (SEVERITY, SPREAD, EXACT, WITHIN_ONE)), (SLOPE, "drift"))
"""What an assessor reads of the own work, and the part in which it stands."""


@pages.get("")
@access.roles(*READERS)
def home() -> ResponseReturnValue:
    """Every exam whose answers are judged, and since when its figures are there."""
    exams = [(one, kept.of_exam(g.db, one.key)) for one in kept.exams(g.db)]
    return render_template("judging_figures/home.html", exams=exams)


@pages.get("/<exam>")
@access.roles(*READERS)
def one(exam: str) -> ResponseReturnValue:
    """All figures of one exam, as a worker made them last."""
    scheme = _exam(exam)
    row = kept.of_exam(g.db, exam)
    job = kept.job_of(g.db, row) if row else None
    state = {
        "busy": job is not None and job.state in (JobState.WAITING, JobState.RUNNING),
        "dead": job is not None and job.state is JobState.DEAD,
    }
    parts = _parts(row) if row and row.made_at else []
    return render_template("judging_figures/one.html", scheme=scheme, row=row, parts=parts, **state)


@pages.post("/<exam>/opnieuw")
@access.roles(*READERS)
def again(exam: str) -> ResponseReturnValue:
    """Have the figures made anew."""
    scheme = _exam(exam)
    try:
        kept.ask(g.db, scheme.key, access.me(), g.now)
    except Refused as error:
        flash(refusals.refusal(error), "warn")
    else:
        flash("De cijfers worden opnieuw berekend. Kom over een paar minuten terug.", "ok")
    return redirect(url_for("judging_figures.one", exam=exam))


@pages.get("/<exam>/<part>.csv")
@access.roles(*READERS)
def export(exam: str, part: str) -> ResponseReturnValue:
    """The figures of one part, or of all (`alles`)."""
    _exam(exam)
    row = kept.of_exam(g.db, exam)
    chosen = [one for one in PARTS if part in (one.key, "alles")]
    if row is None or row.made_at is None or not chosen:
        abort(404)
    names = _names(row)
    lines = [line for one in chosen for line in csv_lines(one, row.figures.get(one.key, ()), names)]
    return table(f"oordelen-{exam}-{part}.csv", COLUMNS, lines)


@pages.post("/<exam>/scores.csv")
@access.roles(*READERS)
def scores(exam: str) -> ResponseReturnValue:
    """Every signed score under pseudonyms that hold for this file; who fetches it is noted."""
    scheme = _exam(exam)
    found = signed_scores.signed_scores(g.db, exam)
    audit.record(g.db, g.now, access.me().id, "scores_exported", scheme, scores=len(found))
    return table(f"scores-{exam}.csv", signed_scores.COLUMNS, signed_scores.under_pseudonyms(found))


@pages.get("/eigen")
@access.roles(Role.ASSESSOR)
def own() -> ResponseReturnValue:
    """An assessor's own line in each exam, beside all others as one."""
    me = str(access.me().id)
    found = []
    for scheme in kept.exams(g.db):
        row = kept.of_exam(g.db, scheme.key)
        mine = {
            measure.key: (measure, line)
            for measure, part in OWN
            for line in (row.figures.get(part, ()) if row else ())
            if line["of"] == me and line["measure"] == measure.key
        }
        if row is not None and mine:
            found.append((scheme, row, mine, _own_words(mine["severity"][1])))
    return render_template("judging_figures/own.html", found=found)


def _own_words(row: Row) -> str:
    """What the own severity says, without a colleague in it."""
    if row["value"] is None:
        return ""
    if row["low"] is None or row["low"] <= 0 <= row["high"]:
        return "U scoort ongeveer even hoog als collega’s die dezelfde antwoorden beoordeelden."
    how = "lager" if row["value"] > 0 else "hoger"
    return f"U scoort meestal wat {how} dan collega’s die dezelfde antwoorden beoordeelden."


def _exam(key: str) -> Scheme:
    return next((one for one in kept.exams(g.db) if one.key == key), None) or abort(404)


def _parts(row: JudgingFigures) -> list[Shown]:
    names = _names(row)
    return [shown(part, row.figures.get(part.key, ()), names) for part in PARTS if part.key in row.figures]


def _names(row: JudgingFigures) -> Names:
    """Names for who may read them: assessors from their accounts, the rest from what the exam asks."""
    found: dict[str, str] = {}
    for scheme in g.db.scalars(select(Scheme).where(Scheme.key == row.exam).order_by(Scheme.number)):
        found |= {one.key: one.name for one in scheme.content.competencies}
    for pack in g.db.scalars(select(Pack).join(Pack.scheme).where(Scheme.key == row.exam).order_by(Pack.number)):
        found |= {one.key: one.title for one in pack.content.everyone}
    people = {uuid.UUID(one["of"]) for part in ("assessors", "drift") for one in row.figures.get(part, ())}
    found |= {str(one.id): one.name for one in _people(list(people))}
    return lambda key: found.get(key, "iemand die er niet meer is")


def _people(ids: Sequence[uuid.UUID]) -> Sequence[Any]:
    return g.db.execute(select(Person.id, Person.name).where(Person.id.in_(ids))).all()

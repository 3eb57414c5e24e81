"""The office of KSF: what is late, what waits, what broke."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from storage.base import audit
from storage.base.backoff import JOBS
from storage.base.jobs import Job, JobState
from storage.dossier.dossiers import Dossier, DossierState
from storage.exam.recordings import counting_takes
from storage.exam.sittings import Sitting
from storage.people.people import Role
from webapp import access, todo
from webapp.access import inquiries as access_inquiries
from webapp.context import g
from webapp.dossier import ending, part_one, timeline, withdrawing
from webapp.paging import count, of_dossier, one_of, page_of, search

pages = Blueprint("office", __name__)


@pages.get("/bureau")
@access.roles(Role.KSF_OFFICER)
def home() -> ResponseReturnValue:
    """The office's home page: the tasks that come first, each a number that opens its list."""
    unused = not count(select(Dossier).limit(1))
    return render_template("office/home.html", todo=todo.of_role(Role.KSF_OFFICER), unused=unused)


@pages.get("/bureau/dossiers")
@access.roles(Role.KSF_OFFICER)
def dossiers() -> ResponseReturnValue:
    """All dossiers, or those of one state; what waits for a judgement longest first, all else newest first."""
    state, words = one_of(DossierState, "staat"), search()
    waiting = state is DossierState.SUBMITTED
    query = select(Dossier).order_by(Dossier.submitted_at if waiting else Dossier.created_at.desc(), Dossier.id)
    shown = request.args.get("toon", "")
    asking, left = shown == "voorziening", shown == "niet-gedaan"
    if state:
        query = query.where(Dossier.state == state)
    if asking:
        query = query.where(todo.asks_accommodation())
    if left:
        query = query.where(todo.not_done())
    if words:
        query = query.where(of_dossier(words))
    page = page_of(query, joinedload(Dossier.candidate), joinedload(Dossier.organisation))
    claims = part_one.claims(page.rows) if waiting else {}
    values: dict[str, Any] = {"states": list(DossierState), "state": state, "page": page, "asking": asking}
    values |= {"claims": claims, "words": words, "left": left}
    return render_template("office/dossiers.html", **values)


@pages.get("/bureau/dossiers/<uuid:dossier_id>")
@access.roles(Role.KSF_OFFICER)
def dossier(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """One dossier: both parts, the judgement of part 1, the sitting, and everything that happened."""
    found = access.dossier_for_officer(dossier_id)
    sitting = g.db.scalars(select(Sitting).where(Sitting.dossier_id == found.id)).first()
    values = {
        "sitting": sitting,
        "takes": counting_takes(g.db, sitting) if sitting else {},
        "timeline": timeline.of(found),
        "ending": ending.of(found, sitting),
        "inquiries": access_inquiries.all_about(found),
    }
    return render_template("office/dossier.html", dossier=found, **values, **part_one.page_values(found))


@pages.post("/bureau/dossiers/<uuid:dossier_id>/intrekken")
@access.roles(Role.KSF_OFFICER)
def withdraw(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """End an attempt that goes no further: a wrong nomination, or an exam that will not be done."""
    withdrawing.end(access.dossier_for_officer(dossier_id), request.form.get("reason", ""))
    return redirect(url_for("office.dossier", dossier_id=dossier_id))


@pages.get("/bureau/taken")
@access.roles(Role.KSF_OFFICER)
def jobs() -> ResponseReturnValue:
    """Every job with its progress, or those of one state; newest first."""
    state = one_of(JobState, "staat")
    query = select(Job).order_by(Job.created_at.desc(), Job.id)
    page = page_of(query.where(Job.state == state) if state else query)
    dead = count(select(Job).where(Job.state == JobState.DEAD))
    values = {"states": list(JobState), "state": state, "attempts": JOBS.attempts, "dead": dead}
    return render_template("office/jobs.html", page=page, **values)


@pages.post("/bureau/taken/<uuid:job_id>/opnieuw")
@access.roles(Role.KSF_OFFICER)
def retry(job_id: uuid.UUID) -> ResponseReturnValue:
    """Give a job that gave up another life."""
    job = g.db.get(Job, job_id)
    if job is None:
        abort(404)
    open_already = Job.state.in_((JobState.WAITING, JobState.RUNNING))
    same = select(Job).where(Job.kind == job.kind, Job.subject == job.subject, open_already)
    if job.state is not JobState.DEAD or count(same):
        flash("Deze taak loopt al, of is al klaar. U hoeft niets te doen.", "info")
        return redirect(url_for("office.jobs"))
    job.retry(g.now)
    audit.record(g.db, g.now, access.me().id, "job_retried", job)
    flash("De taak begint opnieuw.", "ok")
    return redirect(url_for("office.jobs"))

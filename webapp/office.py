"""The office of KSF: what is late, what waits, what broke; and what an auditor sees."""

import uuid

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from scenarios.sitting import Stage
from storage import audit
from storage.bookings import Booking, BookingState
from storage.dossiers import Dossier, DossierState
from storage.jobs import ATTEMPTS, Job, JobState
from storage.mail import UNDELIVERED, MailMessage
from storage.people import Role
from storage.recordings import counting_takes
from storage.sittings import Sitting
from storage.verdicts import Verdict
from webapp import access, part_one, timeline
from webapp.paging import page_of

pages = Blueprint("office", __name__)


@pages.get("/bureau")
@access.roles(Role.KSF_OFFICER)
def home():
    """What needs doing first, each a number that opens its list."""
    counts = {
        "submitted": _count(Dossier, Dossier.state == DossierState.SUBMITTED),
        "sitting": _count(Sitting, Sitting.stage.in_((Stage.INVITED, Stage.CONSENTED, Stage.CHECKED, Stage.ANSWERING))),
        "dates": _count(Booking, Booking.state == BookingState.REQUESTED),
        "verdicts": _count(Verdict, Verdict.released_at.is_(None)),
        "dead": _count(Job, Job.state == JobState.DEAD),
        "running": _count(Job, Job.state.in_((JobState.WAITING, JobState.RUNNING))),
        "unsent": _count(MailMessage, MailMessage.state.in_(UNDELIVERED)),
    }
    takes = {name: len(found) for name, found in access.takes_for_officer().items()}
    return render_template("office/home.html", counts=counts, takes=takes)


@pages.get("/bureau/dossiers")
@access.roles(Role.KSF_OFFICER)
def dossiers():
    """All dossiers, or those of one state; what waits for a judgement longest first, all else newest first."""
    state = request.args.get("staat", "")
    wanted = [Dossier.state == DossierState(state)] if state in set(DossierState) else []
    waiting = state == DossierState.SUBMITTED
    query = select(Dossier).where(*wanted).order_by(Dossier.submitted_at if waiting else Dossier.created_at.desc())
    page = page_of(query.options(joinedload(Dossier.candidate), joinedload(Dossier.organisation)))
    claims = part_one.claims(page.rows) if waiting else {}
    values = {"states": list(DossierState), "state": state, "page": page, "claims": claims}
    return render_template("office/dossiers.html", **values)


@pages.get("/bureau/dossiers/<uuid:dossier_id>")
@access.roles(Role.KSF_OFFICER)
def dossier(dossier_id: uuid.UUID):
    """One dossier: both parts, the judgement of part 1, the sitting, and everything that happened."""
    found = access.dossier_for_officer(dossier_id)
    sitting = g.db.scalars(select(Sitting).where(Sitting.dossier_id == found.id)).first()
    values = {
        "sitting": sitting,
        "takes": counting_takes(g.db, sitting) if sitting else {},
        "events": timeline.of(found, sitting),
        "next": timeline.next_step(found, sitting),
    }
    return render_template("office/dossier.html", dossier=found, **values, **part_one.page_values(found))


@pages.get("/bureau/taken")
@access.roles(Role.KSF_OFFICER)
def jobs():
    """Every job with its progress; the ones that gave up first."""
    dead_first = select(Job).order_by((Job.state == JobState.DEAD).desc(), Job.created_at.desc())
    page = page_of(dead_first)
    return render_template("office/jobs.html", jobs=page.rows, page=page.number, pages=page.pages, attempts=ATTEMPTS)


@pages.post("/bureau/taken/<uuid:job_id>/opnieuw")
@access.roles(Role.KSF_OFFICER)
def retry(job_id: uuid.UUID):
    """Give a job that gave up another life."""
    job = g.db.get(Job, job_id)
    if job is None:
        abort(404)
    open_already = Job.state.in_((JobState.WAITING, JobState.RUNNING))
    if job.state is not JobState.DEAD or _count(
        Job, (Job.kind == job.kind) & (Job.subject == job.subject) & open_already
    ):
        flash("Deze taak loopt al, of is al klaar. U hoeft niets te doen.", "info")
        return redirect(url_for("office.jobs"))
    job.retry(g.now)
    audit.record(g.db, g.now, access.me().id, "job_retried", job)
    flash("De taak begint opnieuw.", "ok")
    return redirect(url_for("office.jobs"))


@pages.get("/controle")
@access.roles(Role.AUDITOR)
def audit_log():
    """The audit log, newest first, and whether its chain is whole."""
    newest = select(audit.AuditEvent).order_by(audit.AuditEvent.at.desc())
    page = page_of(newest)
    return render_template(
        "office/audit.html", events=page.rows, page=page.number, pages=page.pages, broken=audit.first_broken(g.db)
    )


def _count(noun: type, wanted: ColumnElement[bool]) -> int:
    return g.db.scalar(select(func.count()).select_from(noun).where(wanted))

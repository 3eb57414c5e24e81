"""The office of KSF: what is late, what waits, what broke; and what an auditor sees."""

import uuid

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from sqlalchemy import ColumnElement, func, select
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from scenarios.sitting import Stage
from storage import audit
from storage.audit import AuditEvent
from storage.dossiers import Dossier, DossierState, Rule
from storage.jobs import Job, JobState
from storage.mail import UNDELIVERED, MailMessage
from storage.people import Person, Role
from storage.recordings import LATE, counting_takes
from storage.refusal import Refused
from storage.schemes import current_pack
from storage.sittings import Sitting, invite
from storage.verdicts import Verdict
from webapp import access, figures, post
from webapp.forms import Form, choices

pages = Blueprint("office", __name__)

PAGE = 25


class DecisionForm(Form):
    decision = RadioField(
        "Uw besluit",
        [InputRequired("Kies een besluit.")],
        choices=choices(
            (
                (DossierState.APPROVED, "Goedkeuren en uitnodigen"),
                (DossierState.RETURNED, "Terug naar de kandidaat"),
                (DossierState.REJECTED, "Afwijzen"),
            )
        ),
    )
    reason = TextAreaField(
        "Reden", [Length(max=4000)], description="Nodig bij terugsturen en afwijzen. De kandidaat leest dit."
    )

    def validate_reason(self, field: TextAreaField) -> None:
        refused = self.decision.data in (DossierState.RETURNED, DossierState.REJECTED)
        if refused and not (field.data or "").strip():
            raise ValidationError("Schrijf waarom. De kandidaat leest dit.")


@pages.get("/bureau")
@access.roles(Role.KSF_OFFICER)
def home():
    """What needs doing first, each a number that opens its list."""
    counts = {
        "submitted": _count(Dossier, Dossier.state == DossierState.SUBMITTED),
        "sitting": _count(Sitting, Sitting.stage.in_((Stage.INVITED, Stage.CONSENTED, Stage.CHECKED, Stage.ANSWERING))),
        "verdicts": _count(Verdict, Verdict.released_at.is_(None)),
        "dead": _count(Job, Job.state == JobState.DEAD),
        "running": _count(Job, Job.state.in_((JobState.WAITING, JobState.RUNNING))),
        "unsent": _count(MailMessage, MailMessage.state.in_(UNDELIVERED)),
    }
    return render_template("office/home.html", counts=counts)


@pages.get("/bureau/dossiers")
@access.roles(Role.KSF_OFFICER)
def dossiers():
    """All dossiers, newest first, of one state when asked."""
    state = request.args.get("staat", "")
    wanted = Dossier.state == DossierState(state) if state in set(DossierState) else Dossier.id.is_not(None)
    page, number_of_pages, rows = _page(
        select(Dossier).where(wanted).order_by(Dossier.created_at.desc()), Dossier, wanted
    )
    values = {"states": list(DossierState), "state": state, "page": page, "pages": number_of_pages}
    return render_template("office/dossiers.html", dossiers=rows, **values)


@pages.route("/bureau/dossiers/<uuid:dossier_id>", methods=["GET", "POST"])
@access.roles(Role.KSF_OFFICER)
def dossier(dossier_id: uuid.UUID):
    """One dossier: both parts, the decision about part 1, the sitting, and everything that happened."""
    found = access.dossier_for_officer(dossier_id)
    form = DecisionForm()
    if form.validate_on_submit():
        decide(found, DossierState(form.decision.data), form.reason.data or "")
        return redirect(url_for("office.dossier", dossier_id=found.id))
    sitting = g.db.scalars(select(Sitting).where(Sitting.dossier_id == found.id)).first()
    takes = counting_takes(g.db, sitting) if sitting else {}
    subjects = [found.id] + ([sitting.id] if sitting else [])
    events = g.db.scalars(
        select(audit.AuditEvent).where(audit.AuditEvent.subject.in_(subjects)).order_by(audit.AuditEvent.at)
    ).all()
    who = {event.actor for event in events}
    names = {one.id: one.name for one in g.db.scalars(select(Person).where(Person.id.in_(who)))}
    values = {"sitting": sitting, "takes": takes, "events": events, "names": names}
    return render_template("office/dossier.html", dossier=found, form=form, **values), 422 if form.errors else 200


def decide(found: Dossier, state: DossierState, reason: str) -> None:
    """KSF's decision about part 1, with what follows from it: an approved candidate is invited at once."""
    found.decide(state, access.me().id, reason, g.now)
    if state is DossierState.APPROVED:
        pack = current_pack(g.db, found.scheme)
        if pack is None:
            raise Refused(Rule.NO_SCENARIOS)
        sitting = invite(g.db, found, pack, g.now, g.now)
        post.write(g.db, found.candidate, "invitation", g.now, sitting=sitting)
        flash("Goedgekeurd. De uitnodiging is onderweg.", "ok")
    else:
        post.write(g.db, found.candidate, f"dossier_{state}", g.now, reason=reason, terms=found.scheme.content.terms)
        flash("Uw besluit is bewaard. De kandidaat krijgt bericht.", "ok")


@pages.get("/bureau/taken")
@access.roles(Role.KSF_OFFICER)
def jobs():
    """Every job with its progress; the ones that gave up first."""
    dead_first = select(Job).order_by((Job.state == JobState.DEAD).desc(), Job.created_at.desc())
    page, number_of_pages, rows = _page(dead_first, Job, Job.id.is_not(None))
    late = g.db.scalars(
        select(AuditEvent).where(AuditEvent.verb == LATE).order_by(AuditEvent.at.desc()).limit(50)
    ).all()
    return render_template("office/jobs.html", jobs=rows, late=late, page=page, pages=number_of_pages)


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


@pages.get("/bureau/opnames/<uuid:recording_id>")
@access.roles(Role.KSF_OFFICER)
def recording(recording_id: uuid.UUID):
    """The facts of one recording: sources, hashes, measurements, and how the result was made. Not the picture."""
    found = access.recording_for_officer(recording_id)
    jobs_of_it = g.db.scalars(select(Job).where(Job.subject == found.id).order_by(Job.created_at)).all()
    values = {
        "measured": figures.measured(found.figures),
        "decision": figures.decision(found.figures),
        "sessions": figures.sessions(found.figures),
        "late": g.db.scalars(select(AuditEvent).where(AuditEvent.verb == LATE, AuditEvent.subject == found.id)).all(),
    }
    return render_template("office/recording.html", recording=found, jobs=jobs_of_it, **values)


@pages.get("/controle")
@access.roles(Role.AUDITOR)
def audit_log():
    """The audit log, newest first, and whether its chain is whole."""
    newest = select(audit.AuditEvent).order_by(audit.AuditEvent.at.desc())
    page, number_of_pages, rows = _page(newest, audit.AuditEvent, audit.AuditEvent.id.is_not(None))
    return render_template(
        "office/audit.html", events=rows, page=page, pages=number_of_pages, broken=audit.first_broken(g.db)
    )


def _count(noun: type, wanted: ColumnElement[bool]) -> int:
    return g.db.scalar(select(func.count()).select_from(noun).where(wanted))


def _page(query, noun: type, wanted: ColumnElement[bool]) -> tuple[int, int, list]:
    """The page that was asked for, how many there are, and its rows."""
    pages_there = max(1, -(-_count(noun, wanted) // PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), pages_there)
    return page, pages_there, list(g.db.scalars(query.limit(PAGE).offset((page - 1) * PAGE)))

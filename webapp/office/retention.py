"""The pages of erasing: the plan, the nights in which it was done, and the certificates.

The office, the exam committee and the auditor read it. Only the committee holds something longer, with a reason and an
end; only the auditor closes the audit of a year, which lets its sample go.
"""

import uuid
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import DateField, TextAreaField
from wtforms.validators import DataRequired, Length

from review.retention import Erasable
from storage.base.present import present
from storage.base.refusal import Refused
from storage.people.people import Role
from storage.retention import holds, plan
from storage.retention.destructions import Destruction, Run, totals
from storage.retention.holds import AuditYear, Hold
from webapp import access, letter_pdf
from webapp.access import retention as access_retention
from webapp.context import g
from webapp.dutch import formats, refusals
from webapp.forms import Form
from webapp.office import certificate
from webapp.paging import of_dossier, page_of, search

pages = Blueprint("retention", __name__, url_prefix="/bewaren")

READERS = (Role.KSF_OFFICER, Role.EXAM_COMMITTEE, Role.AUDITOR)


class HoldForm(Form):
    reason = TextAreaField(
        "Waarom moet dit langer blijven?",
        [DataRequired("Schrijf waarom dit langer moet blijven."), Length(max=4000)],
        description="De kandidaat mag dit lezen.",
    )
    until = DateField("Tot en met", [DataRequired("Kies een dag. Uitstel heeft altijd een einde.")])


@pages.get("")
@access.roles(*READERS)
def home() -> ResponseReturnValue:
    """Every exam that is over, oldest first: what of it goes when, and why not yet. Nothing is changed by looking."""
    words = search()
    query = access_retention.exams()
    page = page_of(query.where(of_dossier(words)) if words else query)
    values = {
        "planned": plan.plan(g.db, [one.id for one in page.rows], g.now),
        "tonight": {what: len(plan.due(g.db, what, g.now)) for what in Erasable},
        "years": list(g.db.scalars(select(AuditYear).order_by(AuditYear.year))),
        "this_year": holds.day_of(g.now).year,
        "closes_years": Role.AUDITOR in access.me().roles(g.now),
    }
    return render_template("retention/plan.html", page=page, words=words, kinds=list(Erasable), **values)


@pages.route("/<uuid:dossier_id>", methods=["GET", "POST"])
@access.roles(*READERS)
def exam(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """One exam: what of it goes when, what went, and its holds. The committee places one here."""
    dossier = access_retention.exam(dossier_id)
    committee = Role.EXAM_COMMITTEE in access.me().roles(g.now)
    form = HoldForm() if committee else None
    if form and form.validate_on_submit():
        try:
            made = holds.hold(g.db, dossier, present(form.reason.data), present(form.until.data), access.me(), g.now)
        except Refused as refused:
            if refused.rule not in (holds.Rule.NO_END, holds.Rule.TOO_LONG):
                raise
            form.until.errors = [refusals.refusal(refused)]
        else:
            flash(f"Alles van dit examen blijft tot en met {formats.date_only(made.until)}.", "ok")
            return redirect(url_for("retention.exam", dossier_id=dossier.id))
    (planned,) = plan.plan(g.db, [dossier.id], g.now)
    placed = select(Hold).where(Hold.dossier_id == dossier.id).order_by(Hold.placed_at.desc())
    values = {"planned": planned, "kinds": list(Erasable), "holds": list(g.db.scalars(placed)), "form": form}
    values["today"], values["missing"] = holds.day_of(g.now), letter_pdf.missing([dossier.candidate.name])
    return render_template("retention/exam.html", dossier=dossier, **values), 422 if form and form.errors else 200


@pages.post("/uitstel/<uuid:hold_id>/opheffen")
@access.roles(Role.EXAM_COMMITTEE)
def lift(hold_id: uuid.UUID) -> ResponseReturnValue:
    """End a hold before its time."""
    found = access_retention.hold(hold_id)
    found.lift(access.me(), g.now)
    flash("Het uitstel is opgeheven.", "ok")
    return redirect(url_for("retention.exam", dossier_id=found.dossier_id))


@pages.post("/jaren/<uuid:year_id>/afsluiten")
@access.roles(Role.AUDITOR)
def close_year(year_id: uuid.UUID) -> ResponseReturnValue:
    """The audit of a year is done: its sample goes as all else."""
    found = access_retention.year(year_id)
    found.close(access.me(), g.now)
    flash(f"De audit van {found.year} is afgesloten. De steekproef blijft niet langer dan de rest.", "ok")
    return redirect(url_for("retention.home"))


@pages.get("/nachten")
@access.roles(*READERS)
def runs() -> ResponseReturnValue:
    """Every night in which was erased, newest first."""
    page = page_of(select(Run).order_by(Run.began_at.desc(), Run.id))
    figures = {run.id: totals(g.db, run) for run in page.rows}
    return render_template("retention/runs.html", page=page, totals=figures, kinds=list(Erasable))


@pages.get("/nachten/<uuid:run_id>")
@access.roles(*READERS)
def run(run_id: uuid.UUID) -> ResponseReturnValue:
    """One night: the certificate of what was destroyed in it."""
    found = access_retention.run(run_id)
    acts = access_retention.destroyed().where(Destruction.run_id == found.id)
    page = page_of(acts, access_retention.WHOSE)
    return render_template("retention/run.html", run=found, page=page, totals=totals(g.db, found))


@pages.get("/nachten/<uuid:run_id>/bewijs")
@access.roles(*READERS)
def run_certificate(run_id: uuid.UUID) -> ResponseReturnValue:
    """The certificate of one night as a PDF, without names."""
    found = access_retention.run(run_id)
    theirs = access_retention.destroyed().where(Destruction.run_id == found.id)
    acts = g.db.scalars(theirs.options(access_retention.WHOSE)).all()
    return _pdf(certificate.of_run(found, acts), f"bewijs-{found.began_at:%Y-%m-%d}")


@pages.get("/personen/<uuid:person_id>/bewijs")
@access.roles(*READERS)
def person_certificate(person_id: uuid.UUID) -> ResponseReturnValue:
    """The certificate of all that was destroyed of one person, as a PDF."""
    person = access_retention.somebody_else(person_id)
    theirs = access_retention.destroyed().where(Destruction.person_id == person.id)
    acts = g.db.scalars(theirs.options(access_retention.WHOSE)).all()
    return _pdf(certificate.of_person(person, acts), "bewijs-van-vernietiging")


@pages.get("/mijn-bewijs")
@access.roles(*Role)
def own_certificate() -> ResponseReturnValue:
    """The certificate of all that was destroyed of the one who asks, as a PDF."""
    return _pdf(certificate.of_person(access.me(), access_retention.my_destroyed()), "bewijs-van-vernietiging")


def _pdf(content: dict[str, Any], name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"'}
    return Response(certificate.pdf(content), content_type="application/pdf", headers=headers)

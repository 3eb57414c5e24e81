"""From approval to the first clip: the invitation, its window or date, reminders, more time, and who sits there."""

import uuid
from datetime import datetime, time

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import DateField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Regexp

from scenarios.chapters import SittingRules
from scenarios.sitting import Stage, reminder
from storage.base.database import session_of, session_scope
from storage.base.present import present
from storage.base.refusal import Refused
from storage.dossier.dossiers import Dossier, DossierState, Rule
from storage.exam import drawing
from storage.exam.accommodations import BEFORE, apply
from storage.exam.sittings import Sitting
from storage.exam.sittings import invite as make_sitting
from storage.people.people import Role, holders
from storage.planning import practical_sessions
from storage.planning.bookings import Booking, lapse_past, sitting_of
from storage.planning.exam_dates import ExamDate, plans_by_dates
from storage.planning.practical_sessions import SessionState
from storage.schemes import current_pack
from webapp import access
from webapp.access import practical as access_practical
from webapp.access import sittings as access_sitting
from webapp.access import theory_tests as access_theory
from webapp.context import g
from webapp.dutch import formats
from webapp.forms import Form
from webapp.mail.notify import notify
from webapp.planning import calendar_file, practical_mail

pages = Blueprint("planning", __name__)


class ExtensionForm(Form):
    until = DateField("Tot en met", [InputRequired("Vul een datum in.")])
    reason = TextAreaField("Waarom?", [InputRequired("Schrijf waarom."), Length(max=2000)])


class IdentityForm(Form):
    code = StringField(
        "Code van zes cijfers", [InputRequired("Vul de code in."), Regexp(r"\s*\d{6}\s*", message="Zes cijfers.")]
    )


def approved(dossier: Dossier) -> None:
    """Part 1 was approved: invite the candidate, or let the organisation ask an exam date where the scheme has them."""
    if not plans_by_dates(dossier.scheme):
        _invite(dossier)
        flash("Goedgekeurd. De uitnodiging is onderweg.", "ok")
        return
    notify(g.db, dossier.candidate, "approved", g.now, dossier=dossier)
    for beheerder in holders(g.db, Role.ORGANISATION_ADMIN, dossier.organisation, g.now):
        notify(g.db, beheerder, "date_needed", g.now, dossier=dossier)
    flash("Goedgekeurd. De organisatie kan nu een examendatum aanvragen, en krijgt daar bericht van.", "ok")


def planned(booking: Booking) -> None:
    """A date was confirmed: invite the candidate to it, and tell the organisation."""
    _invite(booking.dossier, booking.date)
    notify_organisation(booking, g.now)


def notify_organisation(booking: Booking, now: datetime) -> None:
    """Write what became of a booking to whoever asked it, or, who asked having left, to the beheerders of now."""
    session = session_of(booking)
    there = holders(session, Role.ORGANISATION_ADMIN, booking.dossier.organisation, now)
    for beheerder in [one for one in there if one.id == booking.asked_by_id] or there:
        notify(session, beheerder, "date_answer", now, booking=booking)


def notify_cancelled(booking: Booking) -> None:
    """Write to a candidate that the exam is not on its date any more, with a file that takes it out of an agenda."""
    file = calendar_file.of(present(sitting_of(g.db, booking.dossier)), g.now, cancelled=True)
    notify(g.db, booking.dossier.candidate, "date_cancelled", g.now, calendar=file, booking=booking)


def _invite(dossier: Dossier, exam_date: ExamDate | None = None) -> Sitting:
    """Make the sitting of an approved candidate with what was granted, and send the invitation with a calendar file.

    Its window is that of the scheme, or of this date; a sitting whose earlier date fell through gets the new one.
    """
    pack = current_pack(g.db, dossier.scheme)
    if pack is None:
        raise Refused(Rule.NO_SCENARIOS)
    if empty := drawing.empty_slots(g.db, pack):
        raise Refused(drawing.Rule.SLOT_EMPTY, found=empty)
    sitting = sitting_of(g.db, dossier) if exam_date else None
    if exam_date is None:
        sitting = make_sitting(g.db, dossier, pack, g.now, g.now)
    elif sitting is None:
        sitting = make_sitting(g.db, dossier, pack, exam_date.starts_at, g.now, exam_date.ends_at)
    else:
        sitting.replan(exam_date.starts_at, exam_date.ends_at, g.now)
    apply(g.db, sitting)
    notify(g.db, dossier.candidate, "invitation", g.now, calendar=calendar_file.of(sitting, g.now), sitting=sitting)
    return sitting


@pages.get("/examen/agenda.ics")
@access.roles(Role.CANDIDATE)
def calendar() -> ResponseReturnValue:
    """Every own date as one calendar file: the exam, the online test, practical tests that are sure."""
    sitting, test = access.my_sitting(), access_theory.my_test()
    mine = access_practical.my_participations()
    sure = [one for one in mine if one.practical_session.state is SessionState.CONFIRMED]
    files = [calendar_file.of(sitting, g.now)] if sitting else []
    files += [calendar_file.of_test(test, g.now)] if test else []
    files += [practical_mail.of_candidate(one, g.now) for one in sure]
    if not files:
        abort(404)
    response = Response(calendar_file.together(files), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="examen.ics"'
    return response


@pages.post("/bureau/zittingen/<uuid:sitting_id>/verlengen")
@access.roles(Role.KSF_OFFICER)
def extend(sitting_id: uuid.UUID) -> ResponseReturnValue:
    """More time, to the end of the day that is named, with a reason; the candidate is told."""
    sitting, form = access.sitting_for_officer(sitting_id), ExtensionForm()
    if not form.validate_on_submit():
        flash("Niet verlengd. " + " ".join(error for errors in form.errors.values() for error in errors), "warn")
    else:
        until = datetime.combine(present(form.until.data), time(23, 59), formats.AMSTERDAM)
        sitting.extend(until, present(form.reason.data), access.me(), g.now)
        file = calendar_file.of(sitting, g.now)
        notify(g.db, sitting.dossier.candidate, "extension", g.now, calendar=file, sitting=sitting)
        flash("Verlengd. De kandidaat krijgt bericht.", "ok")
    return redirect(url_for("office.dossier", dossier_id=sitting.dossier_id))


@pages.route("/examen/identiteit", methods=["GET", "POST"])
@access.roles(Role.CANDIDATE)
def identity() -> ResponseReturnValue:
    """The candidate types the code that somebody of the organisation reads out after looking at an identity card."""
    sitting, form = access.require_my_sitting(), IdentityForm()
    if not sitting.needs_identity:
        return redirect(url_for("exam.home"))
    if form.validate_on_submit():
        # A wrong code is counted, so the answer is a redirect and no error.
        if sitting.identify(present(form.code.data).strip(), g.now):
            flash("Dank u. U kunt verder.", "ok")
            return redirect(url_for("exam.home"))
        flash("Deze code klopt niet. Vraag of u hem goed hebt gehoord.", "warn")
        return redirect(url_for("planning.identity"))
    return render_template("planning/identity.html", form=form), 422 if form.errors else 200


@pages.get("/organisatie/identiteit")
@access.roles(Role.ORGANISATION_ADMIN)
def supervising() -> ResponseReturnValue:
    """The codes of the own organisation's candidates whose exam is open and who have not been identified yet."""
    return render_template("planning/supervising.html", sittings=access_sitting.to_identify())


@pages.post("/organisatie/identiteit/<uuid:sitting_id>")
@access.roles(Role.ORGANISATION_ADMIN)
def confirm_identity(sitting_id: uuid.UUID) -> ResponseReturnValue:
    """The supervisor says, under the own log-in, who sits there."""
    sitting = access_sitting.sitting_to_identify(sitting_id)
    sitting.confirm_identity(access.me(), g.now)
    flash(f"U hebt bevestigd dat {sitting.dossier.candidate.name} er zit.", "ok")
    return redirect(url_for("planning.supervising"))


@pages.post("/bureau/zittingen/<uuid:sitting_id>/identiteit")
@access.roles(Role.KSF_OFFICER)
def confirm_identity_by_office(sitting_id: uuid.UUID) -> ResponseReturnValue:
    """KSF says who sits there, where the organisation cannot: nobody is there, or the candidate works there no more."""
    sitting = access.sitting_for_officer(sitting_id)
    sitting.confirm_identity(access.me(), g.now)
    flash("Bevestigd. De kandidaat kan beginnen.", "ok")
    return redirect(url_for("office.dossier", dossier_id=sitting.dossier_id, _anchor="examen"))


def tend_windows(now: datetime) -> None:
    """Write the reminders that are due, each once, and close the windows of those who never began (no-show) or left.

    Bookings and practical sessions of days that passed lapse; what KSF never answered is told.
    """
    with session_scope() as session:
        waiting = select(Sitting).join(Dossier).where(Sitting.stage.in_(BEFORE), Dossier.state == DossierState.APPROVED)
        for sitting in session.scalars(waiting):
            if now >= sitting.closes_at:
                sitting.expire(now)
                notify(session, sitting.dossier.candidate, "no_show", now, sitting=sitting)
                continue
            dated = plans_by_dates(sitting.dossier.scheme)
            days = sitting.dossier.scheme.content.chapter(SittingRules).reminder_days
            due = reminder(days, sitting.reminded, sitting.opens_at if dated else sitting.closes_at, now)
            if due is not None and (dated or now >= sitting.opens_at):
                sitting.reminded = due
                notify(session, sitting.dossier.candidate, "reminder", now, sitting=sitting, dated=dated)
        begun = (
            select(Sitting)
            .join(Dossier)
            .where(
                Sitting.stage == Stage.ANSWERING, Sitting.finished_at.is_(None), Dossier.state == DossierState.APPROVED
            )
        )
        for sitting in session.scalars(begun):
            sitting.leave_off(now)
            if sitting.stage is Stage.EXPIRED:
                notify(session, sitting.dossier.candidate, "exam_left", now, sitting=sitting)
        session.flush()
        for booking in lapse_past(session, now):
            notify_organisation(booking, now)
        for practical in practical_sessions.lapse_past(session, now):
            practical_mail.notify_organisation(practical, now)

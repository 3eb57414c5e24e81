"""Practical sessions at the office: naming the examiner of one, declining, changing and taking back a yes."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from review.deployment import lately
from storage.base.present import present
from storage.base.refusal import Refused
from storage.judging.conflicts import assessors
from storage.people.people import Person, Role
from storage.planning import examiner_records, practical_candidates
from storage.planning.deployments import deployments
from storage.planning.exam_dates import ExamDate, to_come
from storage.planning.practical_places import alternatives_of
from storage.planning.practical_sessions import PracticalSession, SessionState
from storage.planning.practical_sessions import Rule as SessionRule
from webapp import access
from webapp.access import inquiries as access_inquiries
from webapp.access import practical as access_practical
from webapp.context import g
from webapp.dutch import formats
from webapp.forms import Form, choices
from webapp.paging import page_of
from webapp.planning import practical_mail
from webapp.planning.practical import capacity, marks_on

pages = Blueprint("practical_answers", __name__, url_prefix="/bureau/praktijktoetsen")


class ExaminerForm(Form):
    examiner = SelectField("Wie is de examiner?", [InputRequired("Kies een examiner.")])


class ReasonForm(Form):
    reason = TextAreaField("Waarom niet?", [DataRequired("Schrijf waarom."), Length(max=2000)])
    offered = SelectMultipleField(
        "Welke dagen kunnen wel?",
        choices=[],
        option_widget=CheckboxInput(),
        widget=ListWidget(),
        description="De organisatie kan er een van aanvragen, met dezelfde kandidaten.",
    )


@pages.get("")
@access.roles(Role.KSF_OFFICER)
def home() -> ResponseReturnValue:
    """The sessions that wait for an answer, those to come, or all of them."""
    lists = access_practical.sessions_for_officer()
    shown = request.args.get("toon", "")
    shown = shown if shown in lists else "gevraagd"
    page = page_of(lists[shown], *access_practical.OF_SESSION)
    return render_template("practical_answers/home.html", page=page, shown=shown)


@pages.get("/<uuid:session_id>")
@access.roles(Role.KSF_OFFICER)
def one(session_id: uuid.UUID) -> ResponseReturnValue:
    """One session, and what the office can say."""
    found = access_practical.session_for_officer(session_id)
    return _page(found, ExaminerForm(formdata=None), ReasonForm(formdata=None))


@pages.post("/<uuid:session_id>/bevestigen")
@access.roles(Role.KSF_OFFICER)
def confirm(session_id: uuid.UUID) -> ResponseReturnValue:
    """Say yes by naming the examiner: everybody who comes is told at once."""
    found, form = access_practical.session_for_officer(session_id), ExaminerForm()
    examiner = _named(form)
    if examiner is None:
        return _page(found, form, ReasonForm(formdata=None)), 422
    practical_candidates.confirm(found, examiner, access.me(), g.now)
    practical_mail.notify_planned(found, g.now)
    flash("Bevestigd. De kandidaten, de examiner en de beheerder krijgen bericht.", "ok")
    return redirect(url_for("practical_answers.one", session_id=found.id))


@pages.post("/<uuid:session_id>/dag")
@access.roles(Role.KSF_OFFICER)
def choose(session_id: uuid.UUID) -> ResponseReturnValue:
    """Put it on another day that the organisation named; nobody is told before it is confirmed."""
    found = access_practical.session_for_officer(session_id)
    named = {str(one.id): one for one in alternatives_of(g.db, found, g.now)}
    wanted = named.get(request.form.get("date", ""))
    if wanted is None:
        raise Refused(SessionRule.NO_ALTERNATIVE)
    practical_candidates.choose(found, wanted, access.me(), g.now)
    flash(f"De aanvraag staat nu op {formats.exam_date(wanted)}. Wijs een examiner aan om te bevestigen.", "ok")
    return redirect(url_for("practical_answers.one", session_id=found.id))


@pages.post("/<uuid:session_id>/examiner")
@access.roles(Role.KSF_OFFICER)
def exchange(session_id: uuid.UUID) -> ResponseReturnValue:
    """Name another examiner for a session that stands; whoever knew the former is told."""
    found, form = access_practical.session_for_officer(session_id), ExaminerForm()
    examiner = _named(form)
    if examiner is None:
        return _page(found, form, ReasonForm(formdata=None)), 422
    former = found.exchange(examiner, access.me(), g.now)
    practical_mail.notify_exchanged(found, former, g.now)
    flash(f"{examiner.name} is nu de examiner. Wie komt, de beheerder en {former.name} krijgen bericht.", "ok")
    return redirect(url_for("practical_answers.one", session_id=found.id))


@pages.post("/plaatsen/<uuid:participant_id>/afmelden")
@access.roles(Role.KSF_OFFICER)
def take_out(participant_id: uuid.UUID) -> ResponseReturnValue:
    """Take one candidate out, on the day itself too; the others come as they would."""
    participant = access_practical.participant_for_officer(participant_id)
    participant.practical_session.take_out(participant, access.me(), g.now)
    practical_mail.notify_taken_out(participant, g.now, by_ksf=True)
    flash(f"{participant.candidate.name} is afgemeld. De plaats is weer vrij.", "ok")
    return redirect(url_for("practical_answers.one", session_id=participant.session_id))


@pages.post("/<uuid:session_id>/afwijzen")
@access.roles(Role.KSF_OFFICER)
def decline(session_id: uuid.UUID) -> ResponseReturnValue:
    """Say no."""
    found, form = access_practical.session_for_officer(session_id), ReasonForm()
    other_days = _offer(found, form)
    if not form.validate_on_submit():
        return _page(found, ExaminerForm(formdata=None), form), 422
    offered = [other_days[key] for key in form.offered.data or ()]
    found.decline(present(form.reason.data), access.me(), g.now, offered)
    practical_mail.notify_organisation(found, g.now)
    flash("Uw antwoord is verstuurd. De plaatsen zijn weer vrij.", "ok")
    return redirect(url_for("practical_answers.home"))


@pages.post("/<uuid:session_id>/afzeggen")
@access.roles(Role.KSF_OFFICER)
def cancel(session_id: uuid.UUID) -> ResponseReturnValue:
    """Take back a yes; everybody who would come is told."""
    found, form = access_practical.session_for_officer(session_id), ReasonForm()
    if not form.validate_on_submit():
        return _page(found, ExaminerForm(formdata=None), form), 422
    found.cancel(present(form.reason.data), access.me(), g.now)
    practical_mail.notify_off(found, g.now)
    practical_mail.notify_organisation(found, g.now)
    flash("Afgezegd. De kandidaten, de examiner en de beheerder krijgen bericht.", "ok")
    return redirect(url_for("practical_answers.home"))


def _named(form: ExaminerForm) -> Person | None:
    """Who is chosen of all assessors, so that who may not is refused with the reason; None when the form is wrong."""
    everybody = {str(one.id): one for one in assessors(g.db, g.now)}
    form.examiner.choices = choices((key, one.name) for key, one in everybody.items())
    return everybody[form.examiner.data] if form.validate_on_submit() else None


def _offer(found: PracticalSession, form: ReasonForm) -> dict[str, ExamDate]:
    """The other dates with a place for all of these candidates, as the choices of the form."""
    dates = [one for one in to_come(g.db, {found.scheme.key}, g.now) if one.id != found.date_id]
    left = capacity(found.scheme, dates)
    able = {str(one.id): one for one in dates if left[one.id] >= len(found.coming)}
    form.offered.choices = choices((key, formats.exam_date(one)) for key, one in able.items())
    return able


def _page(found: PracticalSession, form: ExaminerForm, reason_form: ReasonForm) -> str:
    if found.state is SessionState.REQUESTED:
        _offer(found, reason_form)
    tied = {}
    to_name = found.live and found.exam_date.starts_at > g.now
    if to_name:
        people = [one for one in assessors(g.db, g.now) if one.id != found.examiner_id]
        conflicts, busy = found.conflicts(people, g.now), _busy(found)
        days, today = deployments(g.db, people, g.now), formats.day_of(g.now)
        due = examiner_records.to_calibrate(g.db, people, g.now)
        late = dict.fromkeys(due, ", langer dan een jaar niet gekalibreerd")
        form.examiner.choices = choices(
            (one.id, f"{one.name}, {lately(days[one.id], today)} keer ingezet in twaalf maanden{late.get(one.id, '')}")
            for one in people
            if one.id not in conflicts and one.id not in busy
        )
        tied = {one: conflicts.get(one.id, ()) for one in people if one.id in conflicts or one.id in busy}
    return render_template(
        "practical_answers/one.html",
        found=found,
        form=form,
        reason_form=reason_form,
        tied=tied,
        to_name=to_name,
        marks=marks_on(found),
        inquiries=access_inquiries.all_about(found),
        over=found.over(g.now),
        alternatives=alternatives_of(g.db, found, g.now),
    )


def _busy(found: PracticalSession) -> set[uuid.UUID]:
    """Who examines elsewhere on that day."""
    given = (PracticalSession.day == found.day, PracticalSession.state == SessionState.CONFIRMED)
    return set(g.db.scalars(select(PracticalSession.examiner_id).where(*given)))

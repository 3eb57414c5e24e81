"""Exam dates as an organisation sees them: asking a place for candidates, and answering what KSF offers instead."""

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectMultipleField
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from storage.base.present import present
from storage.dossier.dossiers import Dossier
from storage.people.people import Role
from storage.planning.bookings import BookingState, request
from storage.planning.exam_dates import ExamDate, to_come
from storage.planning.places_held import taken
from webapp import access
from webapp.access import bookings as access_booking
from webapp.context import g
from webapp.dutch import formats
from webapp.forms import Form, choices
from webapp.paging import page_of
from webapp.planning import planning

pages = Blueprint("booking", __name__, url_prefix="/organisatie/examendata")


class RequestForm(Form):
    """The candidates of one exam, and the dates on which there is a place for at least one of them."""

    exam_date = RadioField("Welke datum?", [InputRequired("Kies een datum.")])
    candidates = SelectMultipleField(
        "Voor wie?",
        [InputRequired("Kies ten minste één kandidaat.")],
        option_widget=CheckboxInput(),
        widget=ListWidget(),
    )

    def __init__(self, dossiers: list[Dossier], dates: list[ExamDate], held: dict[uuid.UUID, int], **more: Any) -> None:
        super().__init__(**more)
        self.dossiers = {str(one.id): one for one in dossiers}
        left = {one: len(one.places) - held.get(one.id, 0) for one in dates}
        self.dates = {str(one.id): one for one, number in left.items() if number}
        self.exam_date.choices = choices((one.id, _label(one, number)) for one, number in left.items() if number)
        self.candidates.choices = choices((one.id, one.candidate.name) for one in dossiers)


@pages.get("")
@access.roles(Role.ORGANISATION_ADMIN)
def home() -> ResponseReturnValue:
    """Who waits for a date, which dates there are, and what became of what was asked."""
    return _page(_forms())


@pages.post("/<exam>")
@access.roles(Role.ORGANISATION_ADMIN)
def ask(exam: str) -> ResponseReturnValue:
    """Ask one date for the candidates who are chosen: for all of them, or for none."""
    forms = _forms(filled=exam)
    form = forms.get(exam)
    if form is None:
        flash("Er wacht nu niemand op een datum voor dit examen.", "info")
        return redirect(url_for("booking.home"))
    if not form.validate_on_submit():
        return _page(forms), 422
    chosen = [form.dossiers[key] for key in present(form.candidates.data)]
    for dossier in chosen:
        request(g.db, dossier, form.dates[form.exam_date.data], access.me(), g.now)
    flash(
        f"Aangevraagd voor {len(chosen)} kandidaat{'' if len(chosen) == 1 else 'en'}. U krijgt bericht van KSF.", "ok"
    )
    return redirect(url_for("booking.home"))


@pages.post("/aanvragen/<uuid:booking_id>/akkoord")
@access.roles(Role.ORGANISATION_ADMIN)
def accept(booking_id: uuid.UUID) -> ResponseReturnValue:
    """Take the date that KSF offered instead: the candidate is invited at once."""
    found = access_booking.booking_for_admin(booking_id)
    found.accept(access.me(), g.now)
    planning.planned(found)
    flash(f"De datum staat vast. {found.dossier.candidate.name} krijgt de uitnodiging.", "ok")
    return redirect(url_for("booking.home"))


@pages.post("/aanvragen/<uuid:booking_id>/niet-akkoord")
@access.roles(Role.ORGANISATION_ADMIN)
def refuse(booking_id: uuid.UUID) -> ResponseReturnValue:
    """Do not take it, and ask another date if one likes."""
    found = access_booking.booking_for_admin(booking_id)
    found.refuse(access.me(), g.now)
    flash("U hebt het voorstel niet genomen. U kunt nu een andere datum aanvragen.", "ok")
    return redirect(url_for("booking.home"))


@pages.post("/aanvragen/<uuid:booking_id>/teruggeven")
@access.roles(Role.ORGANISATION_ADMIN)
def withdraw(booking_id: uuid.UUID) -> ResponseReturnValue:
    """Give the place back; a candidate who was invited is told."""
    found = access_booking.booking_for_admin(booking_id)
    was_planned = found.state is BookingState.CONFIRMED
    found.withdraw(access.me(), g.now)
    if was_planned:
        planning.notify_cancelled(found)
    flash("U hebt de plaats teruggegeven. U kunt een andere datum aanvragen.", "ok")
    return redirect(url_for("booking.home"))


@pages.app_template_global("exams_with_dates")
def exams_with_dates() -> bool:
    """True when there is any exam for which a date is asked."""
    return bool(access_booking.exams_with_dates())


def _forms(filled: str = "") -> dict[str, RequestForm]:
    """A form for each exam for which somebody waits, by key; `filled` is the one that was sent."""
    waiting: dict[str, list[Dossier]] = {}
    for dossier in access_booking.waiting_for_date():
        waiting.setdefault(dossier.scheme.key, []).append(dossier)
    dates = to_come(g.db, set(waiting), g.now)
    held = taken(g.db, dates)
    return {
        exam: RequestForm(
            dossiers, [one for one in dates if one.exam == exam], held, **({} if exam == filled else {"formdata": None})
        )
        for exam, dossiers in waiting.items()
    }


def _page(forms: dict[str, RequestForm]) -> str:
    names = {row.key: row.content.name for row in access_booking.exams_with_dates()}
    page = page_of(access_booking.bookings_of_my_organisations(), *access_booking.OF_BOOKING)
    may_return = {one.id for one in page.rows if one.state is BookingState.CONFIRMED and one.date.starts_at > g.now}
    return render_template("booking/home.html", forms_by_exam=forms, names=names, page=page, may_return=may_return)


def _label(one: ExamDate, left: int) -> str:
    return f"{formats.exam_date(one)}, nog {left} plaats{'' if left == 1 else 'en'}"

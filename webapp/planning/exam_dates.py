"""Exam dates at the office: publishing them, and answering the organisations that ask a place."""

import uuid
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, IntegerField, SelectField, TextAreaField, TimeField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError

from storage.base.present import present
from storage.base.refusal import Refused
from storage.people.people import Role
from storage.planning.bookings import Booking, BookingState
from storage.planning.capacity import Capacity, capacity_on, sittings_at_once
from storage.planning.exam_dates import MOST_PLACES, ExamDate, publish, to_come
from storage.planning.places_held import taken, withdraw_date
from webapp import access
from webapp.access import bookings as access_booking
from webapp.access import practical as access_practical
from webapp.context import g
from webapp.dutch import formats, refusals
from webapp.forms import Form, choices
from webapp.paging import page_of
from webapp.planning import planning

pages = Blueprint("exam_dates", __name__, url_prefix="/bureau/examendata")


class DateForm(Form):
    """A new date. Its exams are those that are done on dates."""

    exam = SelectField("Examen", [InputRequired("Kies een examen.")])
    day = DateField("Dag", [InputRequired("Kies een dag.")])
    begins = TimeField(
        "Begin", [InputRequired("Vul een tijd in.")], description="Vanaf dan kan een kandidaat beginnen."
    )
    ends = TimeField("Einde", [InputRequired("Vul een tijd in.")], description="Wie dan bezig is, mag het afmaken.")
    places = IntegerField(
        "Plaatsen",
        [
            InputRequired("Vul een getal in."),
            NumberRange(1, MOST_PLACES, f"Vul een getal in van 1 tot en met {MOST_PLACES}."),
        ],
    )

    def validate_ends(self, field: TimeField) -> None:
        if field.data and self.begins.data and field.data <= self.begins.data:
            raise ValidationError("Het einde moet na het begin liggen.")


class DeclineForm(Form):
    reason = TextAreaField("Waarom niet?", [DataRequired("Schrijf waarom."), Length(max=2000)])


class CounterForm(Form):
    other = SelectField("Welke datum kan wel?", [InputRequired("Kies een datum.")])
    reason = TextAreaField(
        "Waarom een andere datum?",
        [DataRequired("Schrijf waarom."), Length(max=2000)],
        description="De beheerder leest dit en zegt ja of nee.",
    )


@pages.get("")
@access.roles(Role.KSF_OFFICER)
def home() -> ResponseReturnValue:
    """The bookings that wait for an answer, and the dates to come with the places that are left."""
    exams = {row.key: row.content.name for row in access_booking.exams_to_publish()}
    dates = to_come(g.db, set(exams), g.now)
    waiting = page_of(access_booking.bookings_to_answer(), *access_booking.OF_BOOKING)
    values = {"waiting": waiting, "dates": dates, "taken": taken(g.db, dates), "capacity": _capacity(dates)}
    values |= {"at_once": sittings_at_once(g.db, g.now)}
    return render_template("exam_dates/home.html", exams=exams, **values)


@pages.route("/nieuw", methods=["GET", "POST"])
@access.roles(Role.KSF_OFFICER)
def new() -> ResponseReturnValue:
    """Publish a date."""
    form, exams = DateForm(), {row.key: row for row in access_booking.exams_to_publish()}
    form.exam.choices = choices((key, row.content.name) for key, row in exams.items())
    if form.validate_on_submit():
        starts, ends = (
            datetime.combine(present(form.day.data), present(at), formats.AMSTERDAM)
            for at in (form.begins.data, form.ends.data)
        )
        try:
            publish(g.db, exams[form.exam.data], starts, ends, present(form.places.data), access.me(), g.now)
        except Refused as error:
            form.day.errors = [refusals.refusal(error)]
        else:
            flash(
                f"{formats.sentence(formats.day(starts))} is gepubliceerd. Organisaties kunnen de datum aanvragen.",
                "ok",
            )
            return redirect(url_for("exam_dates.home"))
    return render_template("exam_dates/new.html", form=form, exams=exams), 422 if form.errors else 200


@pages.get("/<uuid:date_id>")
@access.roles(Role.KSF_OFFICER)
def one(date_id: uuid.UUID) -> ResponseReturnValue:
    """One date, and who holds its places."""
    found = access_booking.exam_date_for_officer(date_id)
    rows = access_booking.bookings_on(found)
    sessions = access_practical.sessions_on(found)
    held = taken(g.db, [found]).get(found.id, 0)
    capacity = _capacity(to_come(g.db, _exams(), g.now)).get(found.id)
    return render_template(
        "exam_dates/one.html", found=found, rows=rows, sessions=sessions, taken=held, capacity=capacity
    )


@pages.post("/<uuid:date_id>/intrekken")
@access.roles(Role.KSF_OFFICER)
def withdraw(date_id: uuid.UUID) -> ResponseReturnValue:
    """Offer a date no more on which nobody has a place."""
    found = access_booking.exam_date_for_officer(date_id)
    withdraw_date(g.db, found, access.me(), g.now)
    flash("De datum is ingetrokken. Organisaties zien hem niet meer.", "ok")
    return redirect(url_for("exam_dates.home"))


@pages.get("/aanvragen/<uuid:booking_id>")
@access.roles(Role.KSF_OFFICER)
def booking(booking_id: uuid.UUID) -> ResponseReturnValue:
    """One request: whose it is, and what the office can say."""
    found = access_booking.booking_for_officer(booking_id)
    return _booking_page(found, CounterForm(formdata=None), DeclineForm(formdata=None))


@pages.post("/aanvragen/<uuid:booking_id>/bevestigen")
@access.roles(Role.KSF_OFFICER)
def confirm(booking_id: uuid.UUID) -> ResponseReturnValue:
    """Say yes: the candidate is invited at once."""
    found = access_booking.booking_for_officer(booking_id)
    found.confirm(access.me(), g.now)
    planning.planned(found)
    flash(f"Bevestigd. {found.dossier.candidate.name} krijgt de uitnodiging, de beheerder een bericht.", "ok")
    return redirect(url_for("exam_dates.home"))


@pages.post("/aanvragen/<uuid:booking_id>/andere-datum")
@access.roles(Role.KSF_OFFICER)
def counter(booking_id: uuid.UUID) -> ResponseReturnValue:
    """Offer another date."""
    found, form = access_booking.booking_for_officer(booking_id), CounterForm()
    others = _offer(found, form)
    if not form.validate_on_submit():
        return _booking_page(found, form, DeclineForm(formdata=None)), 422
    found.counter(others[form.other.data], present(form.reason.data), access.me(), g.now)
    planning.notify_organisation(found, g.now)
    flash("Uw voorstel is verstuurd. De plaats op de nieuwe datum blijft vrijgehouden.", "ok")
    return redirect(url_for("exam_dates.home"))


@pages.post("/aanvragen/<uuid:booking_id>/afwijzen")
@access.roles(Role.KSF_OFFICER)
def decline(booking_id: uuid.UUID) -> ResponseReturnValue:
    """Say no, or take back a yes."""
    found, form = access_booking.booking_for_officer(booking_id), DeclineForm()
    if not form.validate_on_submit():
        return _booking_page(found, CounterForm(formdata=None), form), 422
    was_planned = found.state is BookingState.CONFIRMED
    found.decline(present(form.reason.data), access.me(), g.now)
    planning.notify_organisation(found, g.now)
    if was_planned:
        planning.notify_cancelled(found)
    flash("Uw antwoord is verstuurd. De plaats is weer vrij.", "ok")
    return redirect(url_for("exam_dates.home"))


def _exams() -> set[str]:
    return {row.key for row in access_booking.exams_to_publish()}


def _capacity(dates: list[ExamDate]) -> dict[uuid.UUID, Capacity]:
    """What fits on these dates, each beside the others of its day."""
    recorded = {row.key for row in access_booking.exams_to_publish() if row.content.sitting}
    return capacity_on(g.db, dates, recorded, g.now)


def _booking_page(found: Booking, form: CounterForm, decline_form: DeclineForm) -> str:
    _offer(found, form)
    return render_template("exam_dates/booking.html", found=found, form=form, decline_form=decline_form)


def _offer(found: Booking, form: CounterForm) -> dict[str, ExamDate]:
    """The other dates with a place left, as the choices of the form."""
    dates = [one for one in to_come(g.db, {found.date.exam}, g.now) if one.id != found.date.id]
    held = taken(g.db, dates)
    free = {str(one.id): one for one in dates if held.get(one.id, 0) < len(one.places)}
    form.other.choices = choices((key, formats.exam_date(one)) for key, one in free.items())
    return free

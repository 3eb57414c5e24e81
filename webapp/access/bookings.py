"""Which exam dates and bookings the one who asks may see. Like `access`: what is not yours does not exist."""

import uuid
from collections.abc import Sequence

from flask import abort
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from scenarios.sitting import Stage
from storage.dossier.dossiers import Dossier, DossierState
from storage.exam.sittings import Sitting
from storage.people.people import Person
from storage.planning.bookings import LIVE, Booking, BookingState
from storage.planning.exam_dates import ExamDate, ExamPlace, plans_by_dates
from storage.schemes import Scheme, current_practical_tests
from webapp.access import others
from webapp.access import people as access_people
from webapp.context import g

_WITH_DATE = joinedload(Booking.place).joinedload(ExamPlace.exam_date)
_WHOSE = joinedload(Booking.dossier).options(
    joinedload(Dossier.candidate), joinedload(Dossier.organisation), joinedload(Dossier.scheme)
)

OF_BOOKING = (_WITH_DATE, _WHOSE, joinedload(Booking.asked))
"""Loaded with the bookings of a list."""


def exams_with_dates() -> list[Scheme]:
    """The newest regulation of every exam of which some version is done on dates, by key; for everybody to know."""
    newest = {row.key: row for row in _dated()}
    return [newest[key] for key in sorted(newest)]


def exams_to_publish() -> list[Scheme]:
    """The newest regulation of every exam for which KSF publishes dates, by key: those, and the practical tests."""
    newest = {row.key: row for row in (*exams_with_dates(), *current_practical_tests(g.db))}
    return [newest[key] for key in sorted(newest)]


def bookings_to_answer() -> Select[Booking]:
    """The bookings that KSF has not answered, longest waiting first, as a query; never the own case."""
    asked = select(Booking).join(Dossier).where(Booking.state == BookingState.REQUESTED, others())
    return asked.order_by(Booking.asked_at, Booking.id)


def booking_for_officer(booking_id: uuid.UUID) -> Booking:
    """Any booking of somebody else's."""
    theirs = select(Booking).join(Dossier).where(Booking.id == booking_id, others())
    return g.db.scalars(theirs.options(_WITH_DATE, _WHOSE)).first() or abort(404)


def exam_date_for_officer(date_id: uuid.UUID) -> ExamDate:
    return g.db.get(ExamDate, date_id) or abort(404)


def bookings_on(exam_date: ExamDate) -> Sequence[Booking]:
    """Who holds a place on this date, by name."""
    held = select(Booking).join(ExamPlace, Booking.place_id == ExamPlace.id)
    held = held.join(Dossier, Booking.dossier_id == Dossier.id).join(Person, Dossier.candidate_id == Person.id)
    held = held.where(ExamPlace.date_id == exam_date.id, Booking.state.in_(LIVE), others())
    return g.db.scalars(held.order_by(Person.name, Booking.id).options(_WITH_DATE, _WHOSE)).all()


def waiting_for_date() -> Sequence[Dossier]:
    """The approved files of the beheerder's own people for which no date is asked or held, by name."""
    planned = select(Sitting.dossier_id).where(Sitting.stage != Stage.EXPIRED)
    booked = select(Booking.dossier_id).where(Booking.state.in_(LIVE))
    waiting = (
        access_people.dossiers_of_my_organisations()
        .join(Person, Dossier.candidate_id == Person.id)
        .where(
            Dossier.state == DossierState.APPROVED,
            Dossier.scheme_id.in_([row.id for row in _dated()]),
            Dossier.id.not_in(planned),
            Dossier.id.not_in(booked),
        )
    )
    with_names = waiting.options(joinedload(Dossier.candidate), joinedload(Dossier.scheme))
    return g.db.scalars(with_names.order_by(Person.name, Dossier.id)).all()


def bookings_of_my_organisations() -> Select[Booking]:
    """The bookings of the beheerder's own people: those that wait for the beheerder, those that live, the others."""
    mine = access_people.dossiers_of_my_organisations().with_only_columns(Dossier.id)
    asked = select(Booking).where(Booking.dossier_id.in_(mine))
    first = ((Booking.state == BookingState.COUNTERED).desc(), Booking.state.in_(LIVE).desc())
    return asked.order_by(*first, Booking.asked_at.desc(), Booking.id)


def booking_for_admin(booking_id: uuid.UUID) -> Booking:
    """A booking of somebody who works in an organisation of the beheerder who asks."""
    mine = bookings_of_my_organisations().where(Booking.id == booking_id)
    return g.db.scalars(mine.options(*OF_BOOKING)).first() or abort(404)


def _dated() -> list[Scheme]:
    rows = g.db.scalars(select(Scheme).order_by(Scheme.key, Scheme.number))
    return [row for row in rows if plans_by_dates(row)]

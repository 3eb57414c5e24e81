"""Who hears of a practical session: its candidates and its examiner beforehand, the organisation what KSF answers."""

from datetime import datetime

from sqlalchemy.orm import Session

from storage.people import Role, holders
from storage.practical_sessions import PracticalSeat, PracticalSession
from webapp import post
from webapp.planning import calendar_file


def tell_planned(found: PracticalSession, now: datetime) -> None:
    """It was confirmed: each candidate and the examiner get day, time and place, with a file for the agenda."""
    session = Session.object_session(found)
    for seat in found.seats:
        file = _of_candidate(seat, now)
        post.write(session, seat.candidate, "practical_planned", now, calendar=file, seat=seat, practical=found)
    file = _of_examiner(found, now)
    post.write(session, found.examiner, "practical_examiner", now, calendar=file, practical=found)
    tell_organisation(found, now)


def tell_off(found: PracticalSession, now: datetime) -> None:
    """A session that was confirmed is off: the same people hear it, with a file that takes it out of an agenda."""
    session = Session.object_session(found)
    off = "practical_off"
    for seat in found.seats:
        file = _of_candidate(seat, now, cancelled=True)
        post.write(session, seat.candidate, off, now, calendar=file, practical=found)
    post.write(session, found.examiner, off, now, calendar=_of_examiner(found, now, cancelled=True), practical=found)


def tell_organisation(found: PracticalSession, now: datetime) -> None:
    """Write what KSF answered to whoever asked it, or, who asked having left, to the beheerders of now."""
    session = Session.object_session(found)
    there = holders(session, Role.ORGANISATION_ADMIN, found.organisation, now)
    for beheerder in [one for one in there if one.id == found.asked_by_id] or there:
        post.write(session, beheerder, "practical_answer", now, practical=found)


def _of_candidate(seat: PracticalSeat, now: datetime, cancelled: bool = False) -> str:
    found, (begins, ends) = seat.practical_session, seat.turn
    name, text = found.scheme.content.name, "Een examiner luistert mee met uw gesprekken."
    return calendar_file.event(seat.id, begins, ends, name, text, now, cancelled, found.location.place)


def _of_examiner(found: PracticalSession, now: datetime, cancelled: bool = False) -> str:
    day, name = found.exam_date, found.scheme.content.name
    text = "U bent de examiner. De kandidaten en de checklist staan in Vignet."
    return calendar_file.event(found.id, day.starts_at, day.ends_at, name, text, now, cancelled, found.location.place)

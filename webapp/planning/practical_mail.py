"""Who hears of a practical session: its candidates and its examiner beforehand, the organisation what KSF answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from storage.base.database import session_of
from storage.base.present import present
from storage.people.people import Person, Role, holders
from storage.planning.practical_results import PracticalResult
from storage.planning.practical_sessions import Participant, PracticalSession, SessionState
from webapp.mail.notify import notify
from webapp.planning import calendar_file


def notify_planned(found: PracticalSession, now: datetime) -> None:
    """It was confirmed: each candidate and the examiner get day, time and location, with a file for the agenda."""
    session = session_of(found)
    for participant in found.coming:
        file = of_candidate(participant, now)
        notify(
            session,
            participant.candidate,
            "practical_planned",
            now,
            calendar=file,
            participant=participant,
            practical=found,
        )
    _notify_examiner(found, now)
    notify_organisation(found, now)


def notify_exchanged(found: PracticalSession, former: Person, now: datetime) -> None:
    """Another examiner comes: both examiners hear it, and whoever was told the name of the former."""
    session = session_of(found)
    file = _of_examiner(found, former, now, cancelled=True)
    notify(session, former, "practical_examiner_off", now, calendar=file, practical=found)
    _notify_examiner(found, now)
    for one in [*found.candidates, *_askers(found, now)]:
        notify(session, one, "practical_exchanged", now, practical=found)


def notify_taken_out(participant: Participant, now: datetime, by_ksf: bool) -> None:
    """One candidate comes no more, who hears it as the examiner does; the organisation too when it was KSF's doing.

    Of a session that was not confirmed yet neither candidate nor examiner knew.
    """
    session, found = session_of(participant), participant.practical_session
    values: dict[str, Any] = {"participant": participant, "practical": found}
    if found.state is SessionState.CONFIRMED:
        file = of_candidate(participant, now, cancelled=True)
        notify(session, participant.candidate, "practical_taken_out", now, calendar=file, **values)
        notify(session, present(found.examiner), "practical_fewer", now, **values)
    for one in _askers(found, now) if by_ksf else ():
        notify(session, one, "practical_fewer", now, **values)


def notify_off(found: PracticalSession, now: datetime) -> None:
    """A session that was confirmed is off: the same people hear it, with a file that takes it out of an agenda."""
    session = session_of(found)
    off, examiner = "practical_off", present(found.examiner)
    for participant in found.coming:
        file = of_candidate(participant, now, cancelled=True)
        notify(session, participant.candidate, off, now, calendar=file, practical=found)
    notify(session, examiner, off, now, calendar=_of_examiner(found, examiner, now, True), practical=found)


def notify_moved(found: PracticalSession, former: str, now: datetime) -> int:
    """The location of a confirmed session is no longer `former`: all who come hear it; how many that are."""
    session = session_of(found)
    examiner = present(found.examiner)
    files = [(participant.candidate, of_candidate(participant, now)) for participant in found.coming]
    files.append((examiner, _of_examiner(found, examiner, now)))
    for person, file in files:
        notify(session, person, "practical_moved", now, calendar=file, practical=found, former=former)
    return len(files)


def notify_organisation(found: PracticalSession, now: datetime) -> None:
    """Write what KSF answered to whoever asked it, or, who asked having left, to the beheerders of now."""
    session = session_of(found)
    for beheerder in _askers(found, now):
        notify(session, beheerder, "practical_answer", now, practical=found)


def notify_result(result: PracticalResult, now: datetime) -> None:
    """The candidate hears that the result is there."""
    candidate, found = result.participant.candidate, result.participant.practical_session
    notify(session_of(result), candidate, "practical_result", now, result=result, practical=found)


def notify_sent_back(result: PracticalResult, now: datetime) -> None:
    """The examiner of the session hears that KSF wants the checklist to be looked at again."""
    found = result.participant.practical_session
    examiner = found.examiner or result.signed_by
    notify(session_of(result), examiner, "practical_sent_back", now, result=result, practical=found)


def notify_ruled(result: PracticalResult, now: datetime) -> None:
    """The candidate hears what KSF said to the objection."""
    candidate, found = result.participant.candidate, result.participant.practical_session
    notify(session_of(result), candidate, "practical_objection_answer", now, result=result, practical=found)


def _askers(found: PracticalSession, now: datetime) -> Sequence[Person]:
    there = holders(session_of(found), Role.ORGANISATION_ADMIN, found.organisation, now)
    return [one for one in there if one.id == found.asked_by_id] or there


def _notify_examiner(found: PracticalSession, now: datetime) -> None:
    session, examiner = session_of(found), present(found.examiner)
    file = _of_examiner(found, examiner, now)
    notify(session, examiner, "practical_examiner", now, calendar=file, practical=found)


def of_candidate(participant: Participant, now: datetime, cancelled: bool = False) -> str:
    found = participant.practical_session
    name, text = found.scheme.content.name, "Een examiner luistert mee met uw gesprekken."
    where, candidate = found.location.full_address, participant.candidate
    return calendar_file.event(participant.id, candidate, participant.turn, name, text, now, cancelled, where)


def _of_examiner(found: PracticalSession, examiner: Person, now: datetime, cancelled: bool = False) -> str:
    day, name = found.exam_date, found.scheme.content.name
    text = "U bent de examiner. De kandidaten en de checklist staan in Vignet."
    return calendar_file.event(
        found.id, examiner, (day.starts_at, day.ends_at), name, text, now, cancelled, found.location.full_address
    )

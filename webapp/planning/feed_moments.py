"""What stands in the calendar of an organisation, of an examiner, and of everybody: moments, without any name."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from storage.assessing.assessments import ENDED, Assessment, AssessmentSheet, AssessmentState
from storage.base.audit import AuditEvent
from storage.base.present import present
from storage.dossier.dossiers import Dossier
from storage.people.organisations import Organisation
from storage.people.people import Person
from storage.planning.bookings import Booking, BookingState
from storage.planning.calendar_feeds import last_changes
from storage.planning.exam_dates import ExamDate, ExamPlace
from storage.planning.practical_sessions import PracticalSession, SessionState
from storage.planning.theory_tests import TheoryState, TheoryTest
from webapp.context import g
from webapp.planning.published_calendar import Moment, Status

PAST = timedelta(days=60)
"""How long what has been, or is off, stays in a calendar."""
TEST_LASTS, ASSESSMENT_LASTS = timedelta(hours=1), timedelta(hours=3)
_MOVED = "practical_examiner_changed"


def of_dates(dates: Sequence[ExamDate], names: Mapping[str, str]) -> list[Moment]:
    """The dates that KSF published, for everybody; one that was taken back is off."""
    return [
        Moment(
            one.id,
            (one.starts_at, one.ends_at),
            f"Examendatum {names[one.exam]}",
            one.withdrawn_at or one.published_at,
            Status.CANCELLED if one.withdrawn_at else Status.CONFIRMED,
            busy=False,
        )
        for one in dates
    ]


def of_organisation(organisation: Organisation) -> list[Moment]:
    """The exam dates, online tests, practical tests and assessments of this organisation."""
    since = g.now - PAST
    asked = select(PracticalSession).join(ExamDate, PracticalSession.date_id == ExamDate.id)
    asked = asked.where(PracticalSession.organisation_id == organisation.id, ExamDate.starts_at >= since)
    sessions = g.db.scalars(asked.options(*_OF_SESSION)).unique().all()
    found = [_session(one, at) for one, at in _with_changes(sessions)]
    wanted = select(Assessment).where(Assessment.organisation_id == organisation.id, Assessment.starts_at >= since)
    found += _assessments(g.db.scalars(wanted.options(joinedload(Assessment.scheme))).all())
    return [*found, *_booked(organisation, since), *_tests(organisation, since)]


def of_examiner(person: Person) -> list[Moment]:
    """The practical tests and assessments of this examiner; also those that another took over, as off."""
    since = g.now - PAST
    coming = select(PracticalSession).join(ExamDate, PracticalSession.date_id == ExamDate.id)
    coming = coming.where(ExamDate.starts_at >= since).options(*_OF_SESSION)
    own = g.db.scalars(coming.where(PracticalSession.examiner_id == person.id)).unique().all()
    moved = g.db.execute(
        select(AuditEvent.subject, AuditEvent.facts)
        .join(PracticalSession, PracticalSession.id == AuditEvent.subject)
        .join(ExamDate, PracticalSession.date_id == ExamDate.id)
        .where(AuditEvent.subject_kind == PracticalSession.__tablename__, AuditEvent.verb == _MOVED)
        .where(ExamDate.starts_at >= since)
    )
    left = {subject for subject, facts in moved if facts.get("was") == str(person.id)} - {one.id for one in own}
    given_away = g.db.scalars(coming.where(PracticalSession.id.in_(left))).unique().all()
    found = [_session(one, at) for one, at in _with_changes(own)]
    found += [_session(one, at, off=True) for one, at in _with_changes(given_away)]
    sheets = select(AssessmentSheet.assessment_id).where(
        AssessmentSheet.assessor_id == person.id, AssessmentSheet.replaced_at.is_(None)
    )
    judged = select(Assessment).where(Assessment.id.in_(sheets), Assessment.starts_at >= since)
    return found + _assessments(g.db.scalars(judged.options(joinedload(Assessment.scheme))).all())


_OF_SESSION = (
    joinedload(PracticalSession.exam_date),
    joinedload(PracticalSession.location),
    joinedload(PracticalSession.scheme),
    selectinload(PracticalSession.participants),
)


def _with_changes(sessions: Sequence[PracticalSession]) -> list[tuple[PracticalSession, datetime]]:
    """Each session with the moment at which something of it, or of its location, was last another."""
    own, places = last_changes(g.db, sessions), last_changes(g.db, [one.location for one in sessions])
    return [
        (one, max(one.asked_at, own.get(one.id, one.asked_at), places.get(one.location_id, one.asked_at)))
        for one in sessions
    ]


def _session(one: PracticalSession, changed_at: datetime, off: bool = False) -> Moment:
    known = {SessionState.REQUESTED: Status.TENTATIVE, SessionState.CONFIRMED: Status.CONFIRMED}
    status = Status.CANCELLED if off else known.get(one.state, Status.CANCELLED)
    lasts = one.exam_date.starts_at, one.exam_date.ends_at
    title = f"{one.scheme.content.name}, {_people(len(one.coming))}"
    text = "Nog niet bevestigd." if status is Status.TENTATIVE else ""
    return Moment(one.id, lasts, title, changed_at, status, text, one.location.full_address)


def _assessments(rows: Sequence[Assessment]) -> list[Moment]:
    changes = last_changes(g.db, rows)
    found = []
    for one in rows:
        begins, off = present(one.starts_at), one.state in ENDED
        status = Status.CANCELLED if off else Status.CONFIRMED
        if one.state is AssessmentState.REQUESTED:
            status = Status.TENTATIVE
        changed_at = changes.get(one.id, one.asked_at)
        lasts = begins, begins + ASSESSMENT_LASTS
        found.append(Moment(one.id, lasts, one.scheme.content.name, changed_at, status, place=one.place))
    return found


def _booked(organisation: Organisation, since: datetime) -> list[Moment]:
    """One moment for each date on which somebody of the organisation has, asked or had a place."""
    theirs = (
        select(Booking)
        .join(Dossier, Booking.dossier_id == Dossier.id)
        .join(ExamPlace, Booking.place_id == ExamPlace.id)
        .join(ExamDate, ExamPlace.date_id == ExamDate.id)
        .where(Dossier.organisation_id == organisation.id, ExamDate.starts_at >= since)
        .options(
            joinedload(Booking.place).joinedload(ExamPlace.exam_date),
            joinedload(Booking.asked),
            joinedload(Booking.dossier).joinedload(Dossier.scheme),
        )
    )
    by_date: defaultdict[ExamDate, list[Booking]] = defaultdict(list)
    for one in g.db.scalars(theirs):
        for day in {one.date, one.asked}:
            by_date[day].append(one)
    found = []
    for day, rows in by_date.items():
        here = [one for one in rows if one.live and one.date is day]
        sure = [one for one in here if one.state is BookingState.CONFIRMED]
        status = Status.CONFIRMED if sure else Status.TENTATIVE if here else Status.CANCELLED
        changed_at = max(one.answered_at or one.asked_at for one in rows)
        title = f"Examen {rows[0].dossier.scheme.content.name}, {_people(len(sure or here))}"
        text = "Nog niet bevestigd." if status is Status.TENTATIVE else ""
        about = uuid.uuid5(day.id, str(organisation.id))
        found.append(Moment(about, (day.starts_at, day.ends_at), title, changed_at, status, text))
    return found


def _tests(organisation: Organisation, since: datetime) -> list[Moment]:
    """One moment for each hour at a location on which somebody takes, or would take, the online test."""
    theirs = select(TheoryTest).where(TheoryTest.organisation_id == organisation.id, TheoryTest.starts_at >= since)
    together: defaultdict[tuple[uuid.UUID, datetime], list[TheoryTest]] = defaultdict(list)
    for one in g.db.scalars(theirs.options(joinedload(TheoryTest.location))):
        together[one.location_id, one.starts_at].append(one)
    places = last_changes(g.db, [rows[0].location for rows in together.values()])
    found = []
    for (location_id, starts_at), rows in together.items():
        on = [one for one in rows if one.state is not TheoryState.WITHDRAWN]
        changes = [one.ended_at or one.set_at for one in rows]
        changed_at = max([*changes, places.get(location_id, changes[0])])
        status = Status.CONFIRMED if on else Status.CANCELLED
        about = uuid.uuid5(location_id, starts_at.isoformat())
        title, place = f"Online toets, {_people(len(on))}", rows[0].location.full_address
        found.append(Moment(about, (starts_at, starts_at + TEST_LASTS), title, changed_at, status, place=place))
    return found


def _people(number: int) -> str:
    return "1 kandidaat" if number == 1 else f"{number} kandidaten"

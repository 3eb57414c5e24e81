"""Bookings: an organisation asks a place on an exam date for a candidate, and KSF confirms, declines or counters.

From the moment that it is asked a booking holds its place, so that what KSF says yes to is always there. That no place
and no candidate is booked twice is a matter of unique keys, and holds whoever asks at the same moment.
"""

import uuid
from collections.abc import Callable, Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from scenarios.sitting import Stage
from storage.base import audit
from storage.base.database import Base, one_of, session_of
from storage.base.refusal import Refused
from storage.base.steps import check_step, going_on, table
from storage.dossier.dossiers import Dossier, DossierState
from storage.exam import sittings
from storage.exam.accommodations import BEFORE
from storage.exam.sittings import Sitting
from storage.people.people import Person
from storage.planning.asked import Asked
from storage.planning.exam_dates import ExamDate, ExamPlace, plans_by_dates
from storage.planning.practical_sessions import Participant


class BookingState(StrEnum):
    """How far a booking is; who declined it says which side ended it."""

    REQUESTED = "requested"
    COUNTERED = "countered"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


_ENDS = (BookingState.DECLINED, BookingState.WITHDRAWN, BookingState.LAPSED)
STEPS = table(
    BookingState,
    {
        BookingState.REQUESTED: {BookingState.CONFIRMED, BookingState.COUNTERED, *_ENDS},
        BookingState.COUNTERED: {BookingState.CONFIRMED, BookingState.REFUSED, *_ENDS},
        BookingState.CONFIRMED: set(_ENDS),
    },
)
"""KSF declines and counters, the organisation refuses what KSF offered instead; a day that passes lapses by itself."""

LIVE = going_on(STEPS)
"""While a booking is at one of these it holds its place."""


class Rule(StrEnum):
    """Why a place cannot be asked, given or taken back."""

    NOT_APPROVED = "booking_not_approved"
    NO_DATES = "booking_exam_without_dates"
    FULL = "booking_date_full"
    TWICE = "booking_twice"
    SAME_DAY = "booking_same_day"
    BEGUN = "booking_exam_begun"
    SAME_DATE = "booking_same_date"
    NO_REASON = "booking_without_reason"


class Booking(Asked, Base):
    """One place for one candidate. `asked` is the date that the organisation asked for, `place` what is held now.

    `candidate_id` and `day` repeat what dossier and place say (the keys see to that), so that the database can refuse
    a second booking of the same person on one day.
    """

    __tablename__ = "booking"
    steps, noun, without_reason = STEPS, "booking", Rule.NO_REASON

    dossier_id: Mapped[uuid.UUID]
    candidate_id: Mapped[uuid.UUID]
    place_id: Mapped[uuid.UUID]
    day: Mapped[date]
    asked_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(ExamDate.id))
    state: Mapped[BookingState] = mapped_column(one_of(BookingState), default=BookingState.REQUESTED)

    dossier: Mapped[Dossier] = relationship()
    place: Mapped[ExamPlace] = relationship()
    asked: Mapped[ExamDate] = relationship()

    __table_args__ = (
        ForeignKeyConstraint(["dossier_id", "candidate_id"], [Dossier.id, Dossier.candidate_id]),
        ForeignKeyConstraint(["place_id", "day"], [ExamPlace.id, ExamPlace.day]),
        CheckConstraint("state NOT IN ('declined', 'countered') OR reason <> ''", name="reason"),
        Index(None, "dossier_id", "asked_at"),
        Index(None, "state", "asked_at"),
    )
    # Of two answers at the same moment that start from one state, the second fails (StaleDataError).
    __mapper_args__ = {"version_id_col": state, "version_id_generator": False}

    @property
    def date(self) -> ExamDate:
        """The date that is held, or was."""
        return self.place.exam_date

    def confirm(self, officer: Person, now: datetime) -> None:
        """KSF says yes to what was asked."""
        self._settle(BookingState.REQUESTED, officer, now)

    def accept(self, actor: Person, now: datetime) -> None:
        """The organisation says yes to what KSF offered instead."""
        self._settle(BookingState.COUNTERED, actor, now)

    def counter(self, other: ExamDate, reason: str, officer: Person, now: datetime) -> None:
        """KSF offers a place on another date, with the reason; the one that was held is free again."""
        why = self.require_reason(reason)
        check_step(STEPS, self.state, BookingState.COUNTERED)
        if other.id == self.place.date_id:
            raise Refused(Rule.SAME_DATE, found=other.starts_at)
        session = session_of(self)
        session.refresh(other, with_for_update={"read": True})
        _require_bookable(self.dossier, other, now)

        def take(place: ExamPlace) -> None:
            self.place, self.day, self.reason = place, place.day, why
            self._go(BookingState.COUNTERED, officer.id, now)

        _hold(session, self.dossier, other, take, self)

    def decline(self, reason: str, officer: Person, now: datetime) -> None:
        """KSF says no, with the reason, or takes back a yes."""
        self.reason = self.require_reason(reason)
        self._end(BookingState.DECLINED, officer.id, now)

    def refuse(self, actor: Person, now: datetime) -> None:
        """The organisation does not take what KSF offered instead."""
        self._end(BookingState.REFUSED, actor.id, now)

    def withdraw(self, actor: Person, now: datetime) -> None:
        """The organisation gives the place back. Raises Refused once the exam has begun."""
        self._end(BookingState.WITHDRAWN, actor.id, now)

    def lapse(self, now: datetime) -> None:
        """The day passed without an answer, or without the candidate."""
        self._go(BookingState.LAPSED, None, now)

    def _settle(self, was: BookingState, actor: Person, now: datetime) -> None:
        self.require_state(was, BookingState.CONFIRMED)
        self.date.require_to_come(now)
        self._go(BookingState.CONFIRMED, actor.id, now)

    def _end(self, state: BookingState, actor: uuid.UUID, now: datetime) -> None:
        """Free the place; an exam that was planned on it closes."""
        sitting = sitting_of(session_of(self), self.dossier)
        if self.state is BookingState.CONFIRMED and sitting is not None:
            if sitting.stage not in BEFORE:
                raise Refused(Rule.BEGUN, found=sitting.stage, needed=Stage.INVITED)
            sitting.expire(now)
        self._go(state, actor, now)

    def _go(self, state: BookingState, actor: uuid.UUID | None, now: datetime) -> None:
        self.answer(state, actor, now, about=self.dossier, date=str(self.place.date_id))


_LIVE = Booking.state.in_(LIVE)
Index("uq_booking_live_place", Booking.place_id, unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE)
Index("uq_booking_live_dossier", Booking.dossier_id, unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE)
Index("uq_booking_live_day", Booking.candidate_id, Booking.day, unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE)


def request(session: Session, dossier: Dossier, wanted: ExamDate, actor: Person, now: datetime) -> Booking:
    """Ask a place on this date for this candidate, and hold it.

    Raises Refused when the file does not allow it, the date is over or full, or the candidate has a date already.
    """
    # Whoever takes this date back waits, and then counts this place.
    session.refresh(wanted, with_for_update={"read": True})
    _require_bookable(dossier, wanted, now)
    sitting = sitting_of(session, dossier)
    if sitting is not None and sitting.stage is not Stage.EXPIRED:
        raise Refused(Rule.TWICE, found=sitting.opens_at)
    _require_single(session, dossier, wanted)
    made: list[Booking] = []

    def take(place: ExamPlace) -> None:
        made[:] = [
            Booking(
                id=uuid.uuid4(),
                dossier_id=dossier.id,
                candidate_id=dossier.candidate_id,
                place_id=place.id,
                day=place.day,
                asked_id=wanted.id,
                asked_by_id=actor.id,
                asked_at=now,
                state=BookingState.REQUESTED,
                reason="",
            )
        ]
        session.add(made[0])

    _hold(session, dossier, wanted, take)
    audit.record(session, now, actor.id, "booking_requested", dossier, date=str(wanted.id))
    return made[0]


def booking_of(session: Session, dossier: Dossier) -> Booking | None:
    """The newest booking of this file, whatever became of it."""
    newest = select(Booking).where(Booking.dossier_id == dossier.id).order_by(Booking.asked_at.desc()).limit(1)
    return session.scalars(newest.options(joinedload(Booking.place).joinedload(ExamPlace.exam_date))).first()


def sitting_of(session: Session, dossier: Dossier) -> Sitting | None:
    return session.scalars(select(Sitting).where(Sitting.dossier_id == dossier.id)).first()


def places_booked(session: Session, dates: Sequence[ExamDate]) -> dict[uuid.UUID, int]:
    """How many places of these dates bookings hold, by date."""
    held = (
        select(ExamPlace.date_id, func.count())
        .join(Booking, Booking.place_id == ExamPlace.id)
        .where(ExamPlace.date_id.in_([one.id for one in dates]), Booking.state.in_(LIVE))
    )
    return dict(session.execute(held.group_by(ExamPlace.date_id)).all())


def awaits_date(session: Session, dossier: Dossier) -> bool:
    """True when an approved candidate has no date that holds: none yet, or one that was taken back."""
    if dossier.state is not DossierState.APPROVED or not plans_by_dates(dossier.scheme):
        return False
    sitting, booking = sitting_of(session, dossier), booking_of(session, dossier)
    closed = sitting is None or sitting.stage is Stage.EXPIRED
    return closed and (booking is None or booking.state not in (BookingState.CONFIRMED, BookingState.LAPSED))


def withdraw(session: Session, dossier: Dossier, actor: Person, reason: str, now: datetime) -> None:
    """Stop with this attempt: an exam that is open closes, a place that is held is free.

    Raises Refused once the exam is finished.
    """
    sittings.withdraw(session, dossier, actor, reason, now)
    booking = booking_of(session, dossier)
    if booking is not None and booking.live:
        booking._go(BookingState.WITHDRAWN, actor.id, now)


def lapse_past(session: Session, now: datetime) -> list[Booking]:
    """End the bookings whose day passed without an answer, or without an exam; answers the ones without an answer."""
    over = (
        select(Booking)
        .join(ExamPlace, Booking.place_id == ExamPlace.id)
        .join(ExamDate, ExamPlace.date_id == ExamDate.id)
    )
    unanswered = over.where(
        Booking.state.in_((BookingState.REQUESTED, BookingState.COUNTERED)), ExamDate.starts_at <= now
    )
    missed = over.join(Sitting, Sitting.dossier_id == Booking.dossier_id).where(
        Booking.state == BookingState.CONFIRMED, ExamDate.ends_at <= now, Sitting.stage == Stage.EXPIRED
    )
    found = list(session.scalars(unanswered))
    for booking in [*found, *session.scalars(missed)]:
        booking.lapse(now)
    return found


def _hold(
    session: Session,
    dossier: Dossier,
    wanted: ExamDate,
    take: Callable[[ExamPlace], None],
    moving: Booking | None = None,
) -> None:
    """Let `take` book a free place of this date, `moving` a booking there: the first that nobody takes meanwhile."""
    held = select(Booking.place_id).where(Booking.state.in_(LIVE))
    for place in wanted.places_without(held):
        try:
            with session.begin_nested():
                take(place)
                session.flush()
            return
        except IntegrityError:
            _require_single(session, dossier, wanted, moving)
    raise Refused(Rule.FULL, found=wanted.starts_at)


def _require_single(session: Session, dossier: Dossier, wanted: ExamDate, moving: Booking | None = None) -> None:
    """Raise Refused when this candidate has a date for this exam already, or another exam on that day."""
    live = select(Booking.dossier_id).where(Booking.state.in_(LIVE), Booking.candidate_id == dossier.candidate_id)
    if moving is not None:
        live = live.where(Booking.id != moving.id)
    if dossier.id in session.scalars(live).all():
        raise Refused(Rule.TWICE, found=wanted.starts_at)
    planned = select(Participant.id).where(
        Participant.candidate_id == dossier.candidate_id,
        Participant.day == wanted.day,
        Participant.freed_at.is_(None),
    )
    booked = live.where(Booking.day == wanted.day)
    if any(session.scalars(there).first() is not None for there in (booked, planned)):
        raise Refused(Rule.SAME_DAY, found=wanted.starts_at)


def _require_bookable(dossier: Dossier, wanted: ExamDate, now: datetime) -> None:
    if dossier.state is not DossierState.APPROVED:
        raise Refused(Rule.NOT_APPROVED, found=dossier.state, needed=DossierState.APPROVED)
    if not plans_by_dates(dossier.scheme):
        raise Refused(Rule.NO_DATES, found=dossier.scheme.content.name)
    wanted.require_for(dossier.scheme)
    wanted.require_to_come(now)

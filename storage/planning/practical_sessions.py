"""Practical sessions: an organisation asks a day on which an examiner listens in at a location of its own.

From the moment that it is asked a session holds a place of the date for each candidate. That no place is given twice,
and that no candidate and no examiner has two sessions on one day, is a matter of unique keys. What the examiner finds
is not kept here.
"""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from scenarios.chapters import ChecklistRules
from scenarios.practical import turn
from storage.base import audit
from storage.base.clock import AMSTERDAM
from storage.base.database import Base, Identified, one_of, session_of
from storage.base.refusal import Refused
from storage.base.steps import StepRule, going_on, table
from storage.judging.conflicts import conflicts_with
from storage.people.examiners import supplier
from storage.people.organisations import Organisation
from storage.people.people import Person, Role
from storage.planning.asked import Asked
from storage.planning.exam_dates import ExamDate, ExamPlace
from storage.planning.locations import Location
from storage.schemes import Scheme


class SessionState(StrEnum):
    """How far a session is; declined and cancelled are KSF's, withdrawn is the organisation's."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


STEPS = table(
    SessionState,
    {
        SessionState.REQUESTED: {
            SessionState.CONFIRMED,
            SessionState.DECLINED,
            SessionState.WITHDRAWN,
            SessionState.LAPSED,
        },
        SessionState.CONFIRMED: {SessionState.CANCELLED, SessionState.WITHDRAWN},
    },
)
"""A day that nobody answered lapses by itself. A confirmed session stays so when its day has passed."""

LIVE = going_on(STEPS)
"""While a session is at one of these it holds its places."""


class Rule(StrEnum):
    """Why a session cannot be asked, confirmed, changed or ended."""

    NO_LOCATION = "practical_without_location"
    NO_CANDIDATE = "practical_without_candidate"
    NO_EXAMINER = "practical_without_examiner"
    FULL = "practical_date_full"
    DAY_TOO_SHORT = "practical_day_too_short"
    NOT_EXAMINER = "practical_not_examiner"
    EXAMINER_TIED = "practical_examiner_tied"
    EXAMINER_TAKEN = "practical_examiner_taken"
    SAME_EXAMINER = "practical_same_examiner"
    SAME_DAY = "practical_same_day"
    BEGUN = "practical_begun"
    NO_REASON = "practical_without_reason"
    LAST_CANDIDATE = "practical_last_candidate"
    CANDIDATE_OFF = "practical_candidate_off"
    NO_ALTERNATIVE = "practical_not_an_alternative"


class PracticalSession(Asked, Base):
    """One day at one location of an organisation, with its candidates, and with an examiner once it is confirmed.

    `day` and `organisation_id` repeat what the date and the location say (the keys see to that). `alternatives` are the
    ids of other dates that suit the organisation too, in its order, and `offered` those that KSF offers instead with a
    no; no place is held on them.
    """

    __tablename__ = "practical_session"
    steps, noun, without_reason = STEPS, "practical", Rule.NO_REASON

    scheme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Scheme.id))
    date_id: Mapped[uuid.UUID]
    day: Mapped[date]
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Organisation.id))
    location_id: Mapped[uuid.UUID]
    state: Mapped[SessionState] = mapped_column(one_of(SessionState), default=SessionState.REQUESTED)
    examiner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    supplied_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Organisation.id))
    alternatives: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    offered: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")

    scheme: Mapped[Scheme] = relationship()
    exam_date: Mapped[ExamDate] = relationship()
    organisation: Mapped[Organisation] = relationship(foreign_keys=organisation_id, overlaps="location")
    supplied_by: Mapped[Organisation | None] = relationship(foreign_keys=supplied_by_id)
    location: Mapped[Location] = relationship(overlaps="organisation")
    examiner: Mapped[Person | None] = relationship(foreign_keys=examiner_id)
    participants: Mapped[list["Participant"]] = relationship(
        back_populates="practical_session", order_by="Participant.number", cascade="all, delete-orphan"
    )

    __table_args__ = (
        ForeignKeyConstraint(["date_id", "day"], [ExamDate.id, ExamDate.day]),
        ForeignKeyConstraint(["location_id", "organisation_id"], [Location.id, Location.organisation_id]),
        UniqueConstraint("id", "day"),
        CheckConstraint("state <> 'confirmed' OR examiner_id IS NOT NULL", name="examiner"),
        CheckConstraint("state NOT IN ('declined', 'cancelled') OR reason <> ''", name="reason"),
        Index(None, "organisation_id", "asked_at"),
        Index(None, "state", "day"),
        Index(None, "date_id"),
    )
    # Of two answers at the same moment that start from one state, the second fails (StaleDataError).
    __mapper_args__ = {"version_id_col": state, "version_id_generator": False}

    @property
    def coming(self) -> list["Participant"]:
        """Who comes, or would have come to a session that ended, in the order of their turns."""
        return [participant for participant in self.participants if not self.lost(participant)]

    @property
    def candidates(self) -> list[Person]:
        """The people of `coming`."""
        return [participant.candidate for participant in self.coming]

    def lost(self, participant: "Participant") -> bool:
        """True when this candidate of it was taken out, and did not lose the place because the whole session ended."""
        return participant.freed_at is not None and (self.live or participant.freed_at != self.answered_at)

    def over(self, now: datetime) -> bool:
        """True when its time has passed."""
        return self.exam_date.ends_at <= now

    def confirm(self, examiner: Person | None, officer: Person, now: datetime) -> None:
        """KSF says yes by naming the examiner.

        Raises Refused when the date is over, and for an examiner who is none, is tied to the organisation or a
        candidate, or has another session on that day.
        """
        self.require_state(SessionState.REQUESTED, SessionState.CONFIRMED)
        examiner = self._require_examiner(examiner, now)
        with self._as_only_session_of(examiner):
            self.answer(SessionState.CONFIRMED, officer.id, now, examiner=str(examiner.id))

    def exchange(self, examiner: Person | None, officer: Person, now: datetime) -> Person:
        """KSF names another examiner for a session that stands; answers the former. Raises Refused as `confirm`."""
        self._wait_for_others()
        self.require_state(SessionState.CONFIRMED, SessionState.CONFIRMED)
        former = self.examiner
        if former is None:
            raise Refused(StepRule.NOT_ALLOWED, found=self.state, needed=SessionState.CONFIRMED)
        if examiner is former:
            raise Refused(Rule.SAME_EXAMINER, found=former.name)
        examiner = self._require_examiner(examiner, now)
        with self._as_only_session_of(examiner) as session:
            facts = {"was": str(former.id), "examiner": str(examiner.id)}
            audit.record(session, now, officer.id, "practical_examiner_changed", self, **facts)
        return former

    def conflicts(self, people: Sequence[Person], now: datetime) -> dict[uuid.UUID, tuple[Any, ...]]:
        """For each of these people every conflict of interest here; those without one are left out."""
        months = self.scheme.content.chapter(ChecklistRules).conflict_months
        return conflicts_with(session_of(self), self.candidates, self.organisation, people, now, months)

    def decline(self, reason: str, officer: Person, now: datetime, offered: Sequence[ExamDate] = ()) -> None:
        """KSF says no, with the reason, and the dates that would do; the organisation asks one of them, or not.

        Raises Refused for a date that is over or of another exam.
        """
        for one in offered:
            one.require_for(self.scheme)
            one.require_to_come(now)
        self._refuse(SessionState.DECLINED, reason, officer, now)
        self.offered = [str(one.id) for one in dict.fromkeys(offered)]

    def cancel(self, reason: str, officer: Person, now: datetime) -> None:
        """KSF takes back a yes, with the reason, at the latest while the session is on."""
        if self.over(now):
            raise Refused(Rule.BEGUN, found=now, needed=self.exam_date.ends_at)
        self._refuse(SessionState.CANCELLED, reason, officer, now)

    def withdraw(self, actor: Person, now: datetime) -> None:
        """The organisation takes it back. Raises Refused from the day itself on."""
        self._require_before_day(now)
        self._wait_for_others()
        self._end(SessionState.WITHDRAWN, actor.id, now)

    def withdraw_candidate(self, participant: "Participant", actor: Person, now: datetime) -> None:
        """The organisation takes out one candidate, as `take_out`. Raises Refused too from the day itself on."""
        self._require_before_day(now)
        self.take_out(participant, actor, now)

    def take_out(self, participant: "Participant", actor: Person, now: datetime) -> None:
        """One candidate comes no more; the turns of the others stay as they are.

        No reason is asked: it would often be about somebody's health. Raises Refused when the session is over or
        ended, and for the last candidate: then the session itself is to be ended.
        """
        self._wait_for_others()
        session = session_of(self)
        session.refresh(participant)
        if not self.live:
            raise Refused(StepRule.NOT_ALLOWED, found=self.state, needed=SessionState.CONFIRMED)
        if self.over(now):
            raise Refused(Rule.BEGUN, found=now, needed=self.exam_date.ends_at)
        if self.lost(participant):
            raise Refused(Rule.CANDIDATE_OFF, found=participant.candidate.name)
        others = select(func.count()).where(Participant.session_id == self.id, Participant.id != participant.id, HELD)
        if not session.scalar(others):
            raise Refused(Rule.LAST_CANDIDATE, found=participant.candidate.name)
        participant.freed_at = now
        audit.record(session, now, actor.id, "practical_candidate_off", self, participant=str(participant.id))

    def lapse(self, now: datetime) -> None:
        """The day came without an answer."""
        self._end(SessionState.LAPSED, None, now)

    def _refuse(self, state: SessionState, reason: str, officer: Person, now: datetime) -> None:
        why = self.require_reason(reason)
        self._wait_for_others()
        self.reason = why
        self._end(state, officer.id, now)

    def _end(self, state: SessionState, actor: uuid.UUID | None, now: datetime) -> None:
        self.answer(state, actor, now)
        for participant in self.participants:
            if participant.freed_at is None:
                participant.freed_at = now

    def _require_before_day(self, now: datetime) -> None:
        if now.astimezone(AMSTERDAM).date() >= self.day:
            raise Refused(Rule.BEGUN, found=now, needed=self.day)

    def _require_examiner(self, examiner: Person | None, now: datetime) -> Person:
        self.exam_date.require_to_come(now)
        if examiner is None:
            raise Refused(Rule.NO_EXAMINER, found=0, needed=self.scheme.content.chapter(ChecklistRules).assessors)
        if Role.ASSESSOR not in examiner.roles(now):
            raise Refused(Rule.NOT_EXAMINER, found=examiner.name, needed=Role.ASSESSOR)
        if tied := self.conflicts([examiner], now).get(examiner.id):
            raise Refused(Rule.EXAMINER_TIED, found=tied)
        return examiner

    @contextmanager
    def _as_only_session_of(self, examiner: Person) -> Iterator[Session]:
        """Name this examiner, unless another session on that day has the same one."""
        session = session_of(self)
        try:
            with session.begin_nested():
                self.examiner, self.supplied_by = examiner, supplier(session, examiner)
                yield session
                session.flush()
        except IntegrityError as error:
            raise Refused(Rule.EXAMINER_TAKEN, found=examiner.name, needed=self.day) from error

    def _wait_for_others(self) -> None:
        """Until whoever changes this session is done, and see what became of it."""
        session = session_of(self)
        session.flush()
        session.refresh(self, ["state", "examiner_id"], with_for_update=True)
        session.expire(self, ["examiner"])


class Participant(Identified, Base):
    """One candidate in a session, with the place that is held on its date until `freed_at`; `number` is the turn."""

    __tablename__ = "practical_seat"

    session_id: Mapped[uuid.UUID]
    day: Mapped[date]
    number: Mapped[int]
    candidate_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    place_id: Mapped[uuid.UUID]
    freed_at: Mapped[datetime | None]

    practical_session: Mapped[PracticalSession] = relationship(back_populates="participants", overlaps="place")
    candidate: Mapped[Person] = relationship()
    place: Mapped[ExamPlace] = relationship(overlaps="practical_session,participants")

    __table_args__ = (
        ForeignKeyConstraint(["session_id", "day"], [PracticalSession.id, PracticalSession.day]),
        ForeignKeyConstraint(["place_id", "day"], [ExamPlace.id, ExamPlace.day]),
        UniqueConstraint("session_id", "number"),
        UniqueConstraint("session_id", "candidate_id"),
        CheckConstraint("number >= 1", name="number"),
    )

    @property
    def turn(self) -> tuple[datetime, datetime]:
        """About when this candidate has the turn, from and until."""
        found = self.practical_session
        return turn(found.exam_date.starts_at, self.number, found.scheme.content.chapter(ChecklistRules))


HELD = Participant.freed_at.is_(None)
_GIVEN = PracticalSession.state == SessionState.CONFIRMED
Index("uq_practical_seat_place", Participant.place_id, unique=True, sqlite_where=HELD, postgresql_where=HELD)
Index(
    "uq_practical_seat_day",
    Participant.candidate_id,
    Participant.day,
    unique=True,
    sqlite_where=HELD,
    postgresql_where=HELD,
)
Index(
    "uq_practical_session_examiner",
    PracticalSession.examiner_id,
    PracticalSession.day,
    unique=True,
    sqlite_where=_GIVEN,
    postgresql_where=_GIVEN,
)


def lapse_past(session: Session, now: datetime) -> list[PracticalSession]:
    """End the sessions whose day came without an answer; answers them."""
    over = select(PracticalSession).join(ExamDate, PracticalSession.date_id == ExamDate.id)
    unanswered = over.where(PracticalSession.state == SessionState.REQUESTED, ExamDate.starts_at <= now)
    found = list(session.scalars(unanswered))
    for one in found:
        one.lapse(now)
    return found

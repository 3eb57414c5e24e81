"""Locations: where an organisation holds exams, and the checks that say whether each is ready for one.

A check never blocks anything. Whoever uses a location asks `Location.standing` for the day in question and shows it.
"""

import uuid
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from scenarios.chapters import LocationRules
from scenarios.readiness import Standing, standing
from storage.base import audit
from storage.base.clock import AMSTERDAM
from storage.base.database import Base, Identified, session_of
from storage.base.refusal import Refused
from storage.people.organisations import Organisation
from storage.people.people import Person
from storage.schemes import current_practical_tests


class Rule(StrEnum):
    """Why a location cannot be as somebody wants it, or cannot be used."""

    KNOWN = "location_known"
    CLOSED = "location_closed"


class Location(Identified, Base):
    """A room of one organisation. `closed_at`: since when it is chosen no more; what is planned there stays.

    `checked_on` (a day in Amsterdam) and `complete` repeat what the newest check says, so that no list looks for it;
    `measured_on` and `measured_fine` do so for the newest measuring of the computer there.
    """

    __tablename__ = "location"

    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Organisation.id))
    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(240))
    room: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    checked_on: Mapped[date | None]
    complete: Mapped[bool] = mapped_column(default=False)
    measured_on: Mapped[date | None]
    measured_fine: Mapped[bool] = mapped_column(default=False, server_default=false())

    organisation: Mapped[Organisation] = relationship()

    __table_args__ = (
        UniqueConstraint("id", "organisation_id"),
        CheckConstraint("checked_on IS NOT NULL OR NOT complete", name="complete"),
        Index(None, "organisation_id", "name"),
    )

    @property
    def full_name(self) -> str:
        """The name with the room, as in a list."""
        return f"{self.name}, {self.room}" if self.room else self.name

    @property
    def full_address(self) -> str:
        """All that somebody needs to find it."""
        return f"{self.full_name}, {self.address}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def standing(self, rules: LocationRules, on: date | datetime) -> Standing:
        """How ready it is on this day; of a moment, on its day in Amsterdam."""
        day = on.astimezone(AMSTERDAM).date() if isinstance(on, datetime) else on
        return standing(self.checked_on, self.complete, rules.check_days, day)

    def measured(self, rules: LocationRules, on: date | datetime) -> Standing:
        """The same for what was measured of its computer; a measuring counts as long as a check."""
        day = on.astimezone(AMSTERDAM).date() if isinstance(on, datetime) else on
        return standing(self.measured_on, self.measured_fine, rules.check_days, day)

    def require_open(self) -> None:
        """Raise Refused when it is closed."""
        if not self.is_open:
            raise Refused(Rule.CLOSED, found=self.closed_at)

    def change(self, name: str, address: str, room: str, actor: Person, now: datetime) -> None:
        """Make it as given. Raises Refused when the organisation has an open one with this name and room."""
        session = session_of(self)
        name, address, room = _tidy(name, address, room)
        _require_single(session, self.organisation_id, name, room, self.id)
        self.name, self.address, self.room = name, address, room
        audit.record(session, now, actor.id, "location_kept", self)

    def close(self, actor: Person, now: datetime) -> None:
        """Let nobody choose it any more."""
        if self.is_open:
            self.closed_at = now
            audit.record(session_of(self), now, actor.id, "location_closed", self)

    def open_again(self, actor: Person, now: datetime) -> None:
        """Undo a closing. Raises Refused when there is another one with this name and room by now."""
        if not self.is_open:
            session = session_of(self)
            _require_single(session, self.organisation_id, self.name, self.room, self.id)
            self.closed_at = None
            audit.record(session, now, actor.id, "location_opened", self)

    def check(self, marks: dict[str, bool], remarks: str, actor: Person, now: datetime) -> "LocationCheck":
        """Keep what somebody found: for each thing of the checklist whether it is in order.

        Raises Refused when the location is closed.
        """
        self.require_open()
        session = session_of(self)
        row = LocationCheck(
            id=uuid.uuid4(),
            location=self,
            checked_by=actor,
            checked_at=now,
            marks=[[text, mark] for text, mark in marks.items()],
            remarks=remarks.strip(),
        )
        session.add(row)
        self.checked_on, self.complete = now.astimezone(AMSTERDAM).date(), not row.missing
        audit.record(session, now, actor.id, "location_checked", self, missing=len(row.missing))
        return row

    def measure(
        self, marks: dict[str, bool], figures: dict[str, Any], device: str, actor: Person, now: datetime
    ) -> "LocationCheck":
        """Keep what the check of the exam measured there: each part in words with whether it is good enough.

        `device` is which browser it was. Raises Refused when the location is closed.
        """
        self.require_open()
        session = session_of(self)
        row = LocationCheck(
            id=uuid.uuid4(),
            location=self,
            checked_by=actor,
            checked_at=now,
            marks=[[text, mark] for text, mark in marks.items()],
            remarks=device,
            figures=figures,
        )
        session.add(row)
        self.measured_on, self.measured_fine = now.astimezone(AMSTERDAM).date(), not row.missing
        audit.record(session, now, actor.id, "location_measured", self, missing=len(row.missing))
        return row


class LocationCheck(Identified, Base):
    """One person's check of a location. `marks` holds each thing of the checklist of that day: [words, in order].

    With `figures` it was measured on the computer there, by the check of the exam, and `marks` are its parts.
    """

    __tablename__ = "location_check"

    location_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Location.id))
    checked_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    checked_at: Mapped[datetime]
    marks: Mapped[list[Any]]
    remarks: Mapped[str] = mapped_column(Text, default="")
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict[str, Any], server_default="{}")

    location: Mapped[Location] = relationship()
    checked_by: Mapped[Person] = relationship()

    __table_args__ = (Index(None, "location_id", "checked_at"),)

    @property
    def missing(self) -> list[str]:
        """The things that were not in order."""
        return [text for text, mark in self.marks if not mark]


def _tidy(*texts: str) -> Iterator[str]:
    return (" ".join(text.split()) for text in texts)


def _require_single(
    session: Session, organisation: uuid.UUID, name: str, room: str, but: uuid.UUID | None = None
) -> None:
    # Of two who name a location of one organisation at the same moment, the second waits and finds the first's.
    session.execute(select(Organisation.id).where(Organisation.id == organisation).with_for_update())
    open_ones = select(Location).where(Location.organisation_id == organisation, Location.closed_at.is_(None))
    for other in session.scalars(open_ones):
        if other.id != but and (other.name.casefold(), other.room.casefold()) == (name.casefold(), room.casefold()):
            raise Refused(Rule.KNOWN, found=other.full_name)


def add(
    session: Session, organisation: Organisation, name: str, address: str, room: str, actor: Person, now: datetime
) -> Location:
    """A new location. Raises Refused when the organisation has an open one with this name and room."""
    name, address, room = _tidy(name, address, room)
    _require_single(session, organisation.id, name, room)
    location = Location(
        id=uuid.uuid4(),
        organisation_id=organisation.id,
        organisation=organisation,
        name=name,
        address=address,
        room=room,
        created_at=now,
        complete=False,
    )
    session.add(location)
    audit.record(session, now, actor.id, "location_kept", location)
    return location


def rules(session: Session) -> LocationRules:
    """How locations are checked now; what Vignet brings while no scheme says otherwise.

    Of several schemes whose tests are held at locations, that of the first certificate says it, by its letters.
    """
    found = min(current_practical_tests(session), key=lambda one: one.letters, default=None)
    return found.content.location if found else LocationRules()


def checks_of(session: Session, location: Location, most: int = 10) -> Sequence[LocationCheck]:
    """The newest checks of a location, newest first."""
    theirs = select(LocationCheck).where(LocationCheck.location_id == location.id)
    newest = theirs.order_by(LocationCheck.checked_at.desc(), LocationCheck.id).limit(most)
    return session.scalars(newest.options(joinedload(LocationCheck.checked_by))).all()


def not_ready(rules: LocationRules, on: datetime) -> ColumnElement[bool]:
    """Open locations that are not ready on this day, as `scenarios.readiness` says it."""
    since = on.astimezone(AMSTERDAM).date() - timedelta(days=rules.check_days)
    unready = or_(Location.checked_on.is_(None), Location.checked_on < since, ~Location.complete)
    return Location.closed_at.is_(None) & unready

"""Invented locations, online theory tests and practical sessions: each organisation has a few of each."""

import uuid
from datetime import datetime, time, timedelta

from demo.crowd.people import Staff, person
from demo.crowd.rows import Crowd
from scenarios import brought
from storage.base.clock import AMSTERDAM
from storage.base.present import present
from storage.dossier.qualifications import Qualification
from storage.people.people import Role
from storage.planning.exam_dates import ExamDate, ExamPlace
from storage.planning.locations import Location
from storage.planning.practical_sessions import Participant, PracticalSession, SessionState
from storage.planning.theory_tests import TheoryState, TheoryTest
from storage.schemes import Scheme

THEORY = (
    *(TheoryState.PASSED,) * 4,
    *(TheoryState.SET,) * 3,
    TheoryState.NOT_PASSED,
    TheoryState.NOT_TAKEN,
    TheoryState.WITHDRAWN,
)
"""The results of the tests of one organisation; of those that are set the first has been."""
SESSIONS = (SessionState.REQUESTED, SessionState.CONFIRMED, SessionState.CONFIRMED, SessionState.DECLINED)
"""One for each of an organisation who passed the theory."""
WEEKS = range(-6, 8)
"""The weeks from now on that have a date; those with a number below 1 have been."""


class Plans:
    """Rows of what is planned beside the assessments. Without a scheme there are no practical sessions."""

    def __init__(self, crowd: Crowd, staff: Staff, scheme: Scheme | None, employers: int) -> None:
        self.crowd, self.staff, self.scheme = crowd, staff, scheme
        self.dates = {week: self._date(week, employers * len(SESSIONS)) for week in WEEKS} if scheme else {}
        self._busy: set[tuple[uuid.UUID, int]] = set()

    def add(self, employer: uuid.UUID) -> None:
        """The locations, tests and sessions of one organisation."""
        locations = [self._location(employer, number) for number in (1, 2)]
        passed = [
            who for number, state in enumerate(THEORY) if (who := self._theory(employer, locations[0], number, state))
        ]
        if self.scheme:
            for state, who in zip(SESSIONS, passed, strict=True):
                self._session(employer, locations[1], state, who)

    def _location(self, employer: uuid.UUID, number: int) -> uuid.UUID:
        checked = self.crowd.since(400) if self.crowd.chance(0.7) else None
        return self.crowd.add(
            Location,
            organisation_id=employer,
            name=f"Proefzaal {number}",
            address=f"Nergensstraat {number}, Nergenshuizen",
            room="",
            created_at=self.crowd.since(800, 500),
            closed_at=None,
            checked_on=checked.date() if checked else None,
            complete=checked is not None and self.crowd.chance(0.8),
        )

    def _theory(self, employer: uuid.UUID, location: uuid.UUID, number: int, state: TheoryState) -> uuid.UUID | None:
        """One test of somebody new, whose id is answered when it was passed."""
        crowd, live = self.crowd, state is TheoryState.SET
        who, officer = person(crowd, Role.CANDIDATE, employer), crowd.rng.choice(self.staff.officers)
        ahead = live and number > THEORY.index(state)
        at = crowd.now + timedelta(days=crowd.rng.uniform(1, 40)) if ahead else crowd.since(80, 1)
        crowd.add(
            TheoryTest,
            person_id=who,
            organisation_id=employer,
            location_id=location,
            certificate=crowd.rng.choice(list(brought.certificates())),
            starts_at=at,
            state=state,
            set_by_id=officer,
            set_at=at - timedelta(days=50),
            ended_by_id=None if live else officer,
            ended_at=None if live else at,
        )
        if state is not TheoryState.PASSED:
            return None
        crowd.add(
            Qualification,
            person_id=who,
            key=next(iter(brought.theory_keys())),
            number="",
            since=at.date(),
            entered_by_id=officer,
            entered_at=at,
        )
        return who

    def _date(self, week: int, places: int) -> tuple[uuid.UUID, datetime, list[uuid.UUID]]:
        """A date of the practical test with its free places."""
        day = (self.crowd.now + timedelta(weeks=week)).astimezone(AMSTERDAM).date()
        starts_at = datetime.combine(day, time(9), AMSTERDAM)
        found = self.crowd.add(
            ExamDate,
            exam=present(self.scheme).key,
            day=day,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=8),
            published_by_id=self.staff.officers[0],
            published_at=self.crowd.since(300, 200),
            withdrawn_at=None,
        )
        most = min(500, places // 4 + 20)
        free = [self.crowd.add(ExamPlace, date_id=found, day=day, number=number) for number in range(1, most + 1)]
        return found, starts_at, free

    def _session(self, employer: uuid.UUID, location: uuid.UUID, state: SessionState, who: uuid.UUID) -> None:
        crowd = self.crowd
        weeks = [week for week in WEEKS if self.dates[week][2] and (week > 0 or state is not SessionState.REQUESTED)]
        named = [(one, week) for one in self.staff.assessors for week in weeks if (one, week) not in self._busy]
        examiner, week = crowd.rng.choice(named)
        confirmed = state is SessionState.CONFIRMED
        if confirmed:
            self._busy.add((examiner, week))
        date, starts_at, free = self.dates[week]
        asked = starts_at - timedelta(days=60)
        answered = None if state is SessionState.REQUESTED else asked + timedelta(days=2)
        made = crowd.add(
            PracticalSession,
            scheme_id=present(self.scheme).id,
            date_id=date,
            day=starts_at.date(),
            organisation_id=employer,
            location_id=location,
            asked_by_id=self.staff.officers[0],
            asked_at=asked,
            state=state,
            examiner_id=examiner if confirmed else None,
            answered_at=answered,
            reason="Op die dag is er geen examiner." if state is SessionState.DECLINED else "",
        )
        crowd.add(
            Participant,
            session_id=made,
            day=starts_at.date(),
            number=1,
            candidate_id=who,
            place_id=free[0] if state is SessionState.DECLINED else free.pop(),
            freed_at=answered if state is SessionState.DECLINED else None,
        )

"""A crowd: as many invented people and dossiers as a busy installation has, in every state, to try out long lists.

Rows go to the database in bulk, past the verbs of the nouns, so what a verb would refuse is kept out by hand here. The
same seed gives the same crowd. Everybody is visibly invented. No file stands behind a recording, and scores are there
only where judging still goes on.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from demo.crowd.exams import Exams
from demo.crowd.files import dossier
from demo.crowd.people import organisation, person, staff_for
from demo.crowd.planned import Plans
from demo.crowd.rows import CASES, Case, Crowd
from storage.people.organisations import Organisation
from storage.people.people import Person, Role
from storage.schemes import Pack, current_practical_tests

CANDIDATES_A_MANAGER = 5


def fill(
    session: Session,
    pack: Pack,
    dossiers: int,
    organisations: int,
    now: datetime,
    cases: Sequence[Case] = CASES,
    trouble: float = 1,
) -> None:
    """Add so many dossiers, spread over so many new organisations, with everything that belongs to them.

    `trouble`: how many times as often as usual a take is faulty, something is flagged, somebody objects.
    """
    before = session.scalars(select(func.count()).select_from(Organisation)).one()
    crowd = Crowd(session, pack, before, now, _a_password(session), trouble)
    staff = staff_for(crowd, dossiers)
    employers = [organisation(crowd, number) for number in range(organisations)]
    managers: dict[uuid.UUID, list[uuid.UUID]] = {employer: [] for employer in employers}
    exams = Exams(crowd, staff)
    for case in _spread(crowd, cases, dossiers):
        # Some organisations are large, most are small.
        employer = employers[int(organisations * crowd.rng.random() ** 2)]
        own = managers[employer]
        if not own or crowd.chance(1 / CANDIDATES_A_MANAGER):
            own.append(person(crowd, Role.MANAGER, employer))
        made = dossier(crowd, case, employer, crowd.rng.choice(own), staff)
        if case.stage:
            exams.add(case, made)
    plans = Plans(crowd, staff, next(iter(current_practical_tests(session)), None), organisations)
    for employer in employers:
        plans.add(employer)
    crowd.write()


def _spread(crowd: Crowd, cases: Sequence[Case], dossiers: int) -> list[Case]:
    """Every case as often as its share says, and at least once when there are enough."""
    whole = sum(case.share for case in cases)
    found = [case for case in cases for _ in range(max(1, int(case.share / whole * dossiers)))]
    found = [*found, *[cases[-1]] * dossiers][:dossiers]
    crowd.rng.shuffle(found)
    return found


def _a_password(session: Session) -> str | None:
    """The hash of somebody's password, which everybody here gets: making one takes long."""
    return session.scalars(select(Person.password_hash).where(Person.password_hash.is_not(None)).limit(1)).first()

"""Which online theory tests the one who asks may see. Like `access`: what is not yours does not exist."""

import uuid
from collections.abc import Sequence

from flask import abort
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from storage.people.people import Person
from storage.planning.locations import Location
from storage.planning.theory_tests import TheoryState, TheoryTest, live_test
from webapp.access import me
from webapp.access import people as access_people
from webapp.context import g

OF_TEST = (joinedload(TheoryTest.person), joinedload(TheoryTest.location).joinedload(Location.organisation))
"""Loaded with the tests of a list."""


def tests_of_my_organisations() -> Select[TheoryTest]:
    """The tests of people who still work in the beheerder's organisations: first those to come."""
    mine = select(TheoryTest).where(
        TheoryTest.organisation_id.in_(access_people.my_organisation_ids()),
        TheoryTest.person_id.in_(access_people.people_of_my_organisations()),
    )
    return mine.order_by((TheoryTest.state == TheoryState.SET).desc(), TheoryTest.starts_at.desc(), TheoryTest.id)


def test_for_admin(test_id: uuid.UUID) -> TheoryTest:
    """A test that an organisation of the beheerder who asks set ready for somebody who works there."""
    mine = tests_of_my_organisations().where(TheoryTest.id == test_id)
    return g.db.scalars(mine.options(*OF_TEST)).first() or abort(404)


def my_test() -> TheoryTest | None:
    """The test that the one who asks has still to take."""
    found = live_test(g.db, me().id)
    return found if found is not None and found.is_ahead(g.now) else None


def people_to_test() -> Select[Person]:
    """For whom the beheerder who asks may set a test ready, by name."""
    mine = Person.id.in_(access_people.people_of_my_organisations())
    return select(Person).where(mine).order_by(Person.name, Person.id)


def chosen_people(ids: list[uuid.UUID]) -> Sequence[Person]:
    """These people, each of whom the beheerder may choose."""
    found = g.db.scalars(people_to_test().where(Person.id.in_(ids))).all()
    return found if len(found) == len(set(ids)) else abort(404)


def tests_to_come() -> Select[TheoryTest]:
    """Of everybody but the officer who asks, soonest first."""
    ahead = _for_officer().where(TheoryTest.state == TheoryState.SET, TheoryTest.starts_at > g.now)
    return ahead.order_by(TheoryTest.starts_at, TheoryTest.id)


def tests_without_result() -> Select[TheoryTest]:
    """Those whose moment has come, longest ago first."""
    waiting = _for_officer().where(TheoryTest.state == TheoryState.SET, TheoryTest.starts_at <= g.now)
    return waiting.order_by(TheoryTest.starts_at, TheoryTest.id)


def tests_that_ended() -> Select[TheoryTest]:
    """With a result, or withdrawn; newest first."""
    ended = _for_officer().where(TheoryTest.state != TheoryState.SET)
    return ended.order_by(TheoryTest.starts_at.desc(), TheoryTest.id)


def test_for_officer(test_id: uuid.UUID) -> TheoryTest:
    """Anybody's test but the officer's own."""
    found = _for_officer().where(TheoryTest.id == test_id)
    return g.db.scalars(found.options(*OF_TEST)).first() or abort(404)


def _for_officer() -> Select[TheoryTest]:
    return select(TheoryTest).where(TheoryTest.person_id != me().id)

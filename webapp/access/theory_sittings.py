"""Who is at an online theory test: the candidate at the own one, the beheerder who supervises, the officer."""

import uuid
from collections.abc import Sequence
from datetime import datetime, time, timedelta

from flask import abort
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from storage.base.clock import AMSTERDAM
from storage.planning.theory_tests import TheoryState, TheoryTest
from storage.theory.items import TheoryMedium
from storage.theory.sittings import TheoryAnswer, TheorySitting, TheoryStage, sitting_of, with_items
from webapp.access import me
from webapp.access.theory_tests import OF_TEST, tests_of_my_organisations
from webapp.context import g


def my_test() -> TheoryTest | None:
    """The test that the one who asks comes for: that of today, or else the one that was sat last."""
    first, last = _day()
    mine = select(TheoryTest).where(TheoryTest.person_id == me().id).options(*OF_TEST)
    today = mine.where(TheoryTest.state == TheoryState.SET, TheoryTest.starts_at >= first, TheoryTest.starts_at < last)
    sat = mine.join(TheorySitting, TheorySitting.test_id == TheoryTest.id).order_by(TheorySitting.opened_at.desc())
    return g.db.scalars(today).first() or g.db.scalars(sat.limit(1)).first()


def require_my_test() -> TheoryTest:
    return my_test() or abort(404)


def my_sitting() -> TheorySitting:
    """The sitting of that test, with its items."""
    found = sitting_of(g.db, require_my_test())
    if found is None:
        abort(404)
    sitting: TheorySitting | None = g.db.scalars(with_items(found.id)).unique().first()
    return sitting or abort(404)


def my_own_sitting() -> TheorySitting:
    """The same without its items: for what needs few of them, or none."""
    return sitting_of(g.db, require_my_test()) or abort(404)


def my_medium(number: int, medium_id: uuid.UUID) -> TheoryMedium:
    """A picture or sound of an item of the sitting that the one who asks is at now."""
    sitting = my_sitting()
    if sitting.stage is not TheoryStage.RUNNING:
        abort(404)
    found = next((one for one in sitting.answers if one.number == number), None)
    media = found.item.media if found else []
    return next((one for one in media if one.id == medium_id), None) or abort(404)


def tests_of_today() -> Sequence[TheoryTest]:
    """The tests of today in the organisations of the beheerder who asks, but the own one; by location and time."""
    first, last = _day()
    sat = select(TheorySitting.test_id)
    mine = tests_of_my_organisations().where(
        TheoryTest.person_id != me().id,
        TheoryTest.starts_at >= first,
        TheoryTest.starts_at < last,
        (TheoryTest.state == TheoryState.SET) | TheoryTest.id.in_(sat),
    )
    ordered = mine.order_by(None).order_by(TheoryTest.location_id, TheoryTest.starts_at, TheoryTest.id)
    return g.db.scalars(ordered.options(*OF_TEST)).all()


def test_to_supervise(test_id: uuid.UUID) -> TheoryTest:
    """A test of somebody else in an organisation of the beheerder who asks."""
    mine = tests_of_my_organisations().where(TheoryTest.id == test_id, TheoryTest.person_id != me().id)
    return g.db.scalars(mine.options(*OF_TEST)).first() or abort(404)


def sitting_for_officer(test: TheoryTest) -> TheorySitting | None:
    """The sitting of a test that the officer may see, with its answers."""
    theirs = select(TheorySitting).where(TheorySitting.test_id == test.id)
    answers = joinedload(TheorySitting.answers).joinedload(TheoryAnswer.item)
    return g.db.scalars(theirs.options(answers)).unique().first()


def _day() -> tuple[datetime, datetime]:
    """Where today begins and ends in Amsterdam."""
    first = datetime.combine(g.now.astimezone(AMSTERDAM).date(), time(), AMSTERDAM)
    return first, datetime.combine(first.date() + timedelta(days=1), time(), AMSTERDAM)

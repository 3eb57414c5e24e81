"""The figures of a year: what the crowd holds, counted once more in Python, and as many questions whatever there is."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, select
from support import cast

from demo import crowd
from review.agreement import kappa_of_pairs
from storage.base.clock import AMSTERDAM
from storage.dossier.dossiers import Dossier, DossierState
from storage.figures import years
from storage.figures.years import figures
from storage.judging.objections import Objection
from storage.judging.ratings import Rating
from storage.judging.verdicts import Verdict

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


@pytest.fixture
def filled(session, people):
    cast.scheme_of_a(session)
    crowd.fill(session, cast.pack(session), 300, 4, NOW, trouble=20)
    session.flush()


def of(moment, year=2026):
    return moment is not None and moment.astimezone(AMSTERDAM).year == year


@pytest.mark.usefixtures("filled")
def test_they_are_what_the_rows_say(session):
    found = figures(session, 2026)
    verdicts = [one for one in session.scalars(select(Verdict)) if of(one.released_at) and not one.ended_at]
    counted = Counter(one.passed for one in verdicts)
    (b,) = [one for one in found.results if one.name.endswith("B") and not one.theory]
    assert (b.passed.part, b.passed.whole) == (counted[True], counted.total())
    assert counted[True] >= found.least <= counted[False]
    days = sorted(
        (one.decided_at.date() - one.created_at.date()).days
        for one in session.scalars(select(Dossier).where(Dossier.state == DossierState.APPROVED))
        if of(one.decided_at)
    )
    assert found.nomination.number == len(days)
    assert found.nomination.median == days[(len(days) + 1) // 2 - 1]
    objections = Counter(one.ruling for one in session.scalars(select(Objection)) if of(one.received_at))
    for ruling, number in found.objections.items():
        assert number in (objections[ruling], None)
    assert found.objected in (objections.total(), None)


@pytest.mark.usefixtures("filled")
def test_agreement_is_that_of_the_first_two_on_the_same_competency(session):
    levels = {}
    for rating in session.scalars(select(Rating)):
        for one in rating.scores if of(rating.phase1_signed_at) else ():
            levels.setdefault((rating.answer_id, one.competency), {})[rating.slot] = one.level
    pairs = Counter((one[1], one[2]) for one in levels.values() if {1, 2} <= one.keys())
    assert pairs.total() > 100
    assert figures(session, 2026).agreement == kappa_of_pairs(pairs)


def test_a_year_without_anything_says_nothing(session, people):
    cast.scheme_of_a(session)
    found = figures(session, 2021)
    assert (list(found.results), found.total, found.agreement) == ([], 0, None)
    assert (found.nomination.number, found.objected, found.examiners) == (None, 0, 0)


def test_more_of_everything_is_asked_with_as_many_questions(session, people):
    cast.scheme_of_a(session)
    pack, asked = cast.pack(session), []
    for size in (30, 200):
        crowd.fill(session, pack, size, 3, NOW)
        session.flush()
        session.expire_all()
        asked.append(_asked(session))
    assert asked[0] == asked[1] < 15


def test_a_moment_of_new_years_eve_counts_in_the_year_of_amsterdam(session, people):
    cast.pack(session)
    evening = datetime(2025, 12, 31, 22, tzinfo=UTC)
    for who, moment in ((people.candidate, evening), (people.second_candidate, evening + timedelta(hours=1.5))):
        cast.approved_dossier(session, people, candidate=who).decided_at = moment
    session.flush()
    query = select(Dossier.created_at, Dossier.decided_at).where(years._in(Dossier.decided_at, 2026))
    assert sum(years._days(session, query).values()) == 1


def _asked(session):
    asked = []

    def count(*_):
        asked.append(1)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", count)
    try:
        figures(session, 2026)
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return len(asked)

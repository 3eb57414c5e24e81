"""Who may not judge whom."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.conflicts import Conflict, Employment, Party, conflicts, employer_unknown, forbidden

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


def works(person, organisation, until=None, **more):
    return Party(person, (Employment(organisation, until),), **more)


@pytest.mark.parametrize(
    ("assessor", "candidate", "found"),
    [
        (works("a", "north"), works("c", "south"), []),
        (works("a", "north"), works("a", "south"), [Conflict.SAME_PERSON]),
        (works("a", "north"), works("c", "north"), [Conflict.EMPLOYER]),
        (works("a", "north", date(2026, 3, 31)), works("c", "north"), [Conflict.EMPLOYER]),
        (works("a", "north", date(2026, 3, 30)), works("c", "north"), [Conflict.FORMER_EMPLOYER]),
        (works("a", "north", date(2024, 3, 31)), works("c", "north"), [Conflict.FORMER_EMPLOYER]),
        (works("a", "north", date(2024, 3, 30)), works("c", "north"), []),
        (works("a", "north"), works("c", "north", date(2025, 1, 1)), [Conflict.FORMER_EMPLOYER]),
        (works("a", "north", date(2025, 1, 1)), works("c", "north", date(2025, 6, 1)), [Conflict.FORMER_EMPLOYER]),
        (works("a", "north", date(2020, 1, 1)), works("c", "north", date(2025, 6, 1)), []),
        (works("a", "north"), works("c", "south", managers=frozenset("a")), [Conflict.MANAGER]),
        (works("a", "north", managers=frozenset("c")), works("c", "south"), [Conflict.MANAGER]),
        (works("a", "north", involved_with=frozenset("c")), works("c", "south"), [Conflict.INVOLVED_EARLIER]),
        (works("a", "north", declared=frozenset("c")), works("c", "south"), [Conflict.DECLARED]),
        (works("a", "north", declared=frozenset("d")), works("c", "south"), []),
        (
            works("a", "north", clients_and_groups=frozenset({"energy", "bank"})),
            works("c", "south", clients_and_groups=frozenset({"bank"})),
            [Conflict.CLIENT_OR_GROUP],
        ),
        (
            works("a", "north", clients_and_groups=frozenset({"energy"})),
            works("c", "south", clients_and_groups=frozenset({"bank"})),
            [],
        ),
        (
            works("a", "north", declared=frozenset("c")),
            works("c", "north", managers=frozenset("a")),
            [Conflict.EMPLOYER, Conflict.MANAGER, Conflict.DECLARED],
        ),
    ],
)
def test_ties(assessor, candidate, found):
    assert list(conflicts(assessor, candidate, NOW)) == found


@pytest.mark.parametrize(
    ("months", "until", "found"),
    [(1, date(2026, 2, 28), True), (1, date(2026, 2, 27), False), (12, date(2025, 3, 31), True), (0, NOW.date(), True)],
)
def test_the_term_is_the_schemes(months, until, found):
    """A month before 31 March is 28 February."""
    assert bool(conflicts(works("a", "north", until), works("c", "north"), NOW, months)) is found


keys = st.sampled_from("abcdef")
few = st.frozensets(keys, max_size=2)
jobs = st.builds(Employment, keys, st.none() | st.dates(date(2022, 1, 1), date(2027, 1, 1)))
parties = st.builds(Party, keys, st.lists(jobs, max_size=3).map(tuple), few, few, few, few)


@given(parties, parties)
def test_a_tie_binds_both(one, other):
    assert conflicts(one, other, NOW) == conflicts(other, one, NOW)


@given(st.lists(parties, max_size=4), st.lists(parties, max_size=4))
def test_every_pair_with_a_reason_is_forbidden_and_no_other(assessors, candidates):
    assessors = list({party.person: party for party in assessors}.values())
    candidates = list({party.person: party for party in candidates}.values())
    pairs = forbidden(assessors, candidates, NOW)
    for assessor in assessors:
        for candidate in candidates:
            assert pairs.get((assessor.person, candidate.person), ()) == conflicts(assessor, candidate, NOW)


def test_the_pairs_know_the_schemes_term_too():
    one, other = works("a", "north", date(2025, 1, 1)), works("c", "north")
    assert forbidden([one], [other], NOW) == {("a", "c"): (Conflict.FORMER_EMPLOYER,)}
    assert forbidden([works("a", "north", date(2024, 3, 30))], [other], NOW) == {}
    assert forbidden([one], [other], NOW, months=6) == {}
    assert forbidden(iter([one, works("b", "north")]), iter([other]), NOW, 6) == {("b", "c"): (Conflict.EMPLOYER,)}


@pytest.mark.parametrize(
    ("jobs", "unknown"),
    [
        ((), True),
        ((Employment("north"),), False),
        ((Employment("north", NOW.date()),), False),
        ((Employment("north", NOW.date() - timedelta(days=1)),), True),
        ((Employment("north", None, NOW.date()),), False),
        ((Employment("north", None, NOW.date() + timedelta(days=1)),), True),
        ((Employment("north", date(2020, 1, 1)), Employment("south")), False),
    ],
)
def test_an_employer_is_known_when_one_holds_today(jobs, unknown):
    assert employer_unknown(Party("a", jobs), NOW) is unknown

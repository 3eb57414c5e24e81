"""The guidelines of audits: each version reads, none that was used changes, and what is due when is a rule."""

import hashlib
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import audit_guidelines
from scenarios.audit_guidelines import FOLDER, Standing, guidelines, newest, parse
from scenarios.reading import ContentError

LANDED = {1: "67aa50f6f718810d8af96f6f04f3f588102bb78f0c90d772d17eb0db481480e3"}
"""Every version that may have been used; a change of one is a new version."""
DAYS = st.dates(date(2000, 1, 1), date(2090, 1, 1))


def test_a_version_that_was_used_stays_as_it_is():
    files = {int(path.stem): hashlib.sha256(path.read_bytes()).hexdigest() for path in FOLDER.glob("*.toml")}
    assert files == LANDED
    for number in files:
        assert guidelines(number).version == number
    assert newest().version == max(files)


def test_a_version_that_is_not_there_is_no_version():
    with pytest.raises(KeyError):
        guidelines(999)


def test_the_protocol_of_the_online_test_is_looked_at():
    topic = next(one for one in newest().topics if one.name == "Online toets")
    assert "protocol" in topic.points[0].text
    assert len(topic.points) >= 5


def test_a_key_that_stands_twice_is_refused():
    data = (FOLDER / "1.toml").read_text().replace('key = "theory_quiet"', 'key = "theory_checked"')
    with pytest.raises(ContentError, match="theory_checked komt twee keer voor"):
        parse(data.encode())
    with pytest.raises(ContentError):
        parse(b"version = 1")


@given(DAYS, st.none() | DAYS, DAYS)
def test_at_least_once_a_year_and_the_first_within_a_year(joined, held, today):
    rules = newest()
    due = rules.due(joined, held)
    assert due - (held or joined) == timedelta(days=365)
    standing = rules.standing(due, today)
    assert (standing is Standing.OVERDUE) == ((today - (held or joined)).days > 365)
    assert (standing is Standing.IN_TIME) == ((due - today).days > rules.soon_days)


def test_the_module_names_every_answer():
    assert {str(one) for one in audit_guidelines.Found} == {"yes", "no", "not_applicable"}

"""What the edge asks before it reads a body: strangers by address, who is logged in by person, files apart."""

import pytest

from webapp import sending
from webapp.extensions import limiter

pytestmark = pytest.mark.one_database

ASK = "/rand/zenden"
FILE, FORM = {sending.LENGTH: "5000000"}, {sending.LENGTH: "20000"}


@pytest.fixture(autouse=True)
def _counting(app):
    assert limiter.enabled
    limiter.reset()
    yield
    limiter.reset()


def asked(visitor, number, **more):
    return [visitor.get(ASK, **more).status_code for _ in range(number)]


def test_one_person_sends_so_many_files_from_whatever_browser_and_forms_on(people, visit):
    one, another = visit(people.candidate), visit(people.candidate)
    assert asked(one, 12, headers=FILE) + asked(another, 8, headers=FILE) == [204] * 20
    assert asked(one, 1, headers=FILE) == asked(another, 1, headers=FILE) == [429]
    assert asked(one, 1, headers=FORM) == [204]
    assert asked(visit(people.second_candidate), 1, headers=FILE) == [204], "another person is not counted"
    assert asked(visit(), 1, headers=FILE) == [204], "how much a stranger sends, the edge looks at itself"


def test_one_person_sends_so_many_forms(people, visit):
    one = visit(people.candidate)
    told = asked(one, 301, headers=FORM)
    assert (told.count(204), told[-1]) == (300, 429)
    assert asked(visit(people.second_candidate), 1) == [204]


@pytest.mark.parametrize("length", ["", "-1", "1e9", "9" * 30, "٣", "x"])
def test_a_length_that_is_none_is_a_file(people, visit, length):
    """The edge names what it refuses itself anyway; here it only may not be an error."""
    one = visit(people.candidate)
    assert asked(one, 21, headers={sending.LENGTH: length}).count(204) == (21 if length == "" else 20)


def test_who_is_known_is_named(people, visit):
    assert visit(people.candidate).get(ASK).headers[sending.KNOWN] == "1"
    assert sending.KNOWN not in visit().get(ASK).headers

"""Who reads a long answer slowly holds one of a few places, and gives it back whatever happens."""

import uuid

import pytest
from support import told_exam
from werkzeug.exceptions import ServiceUnavailable

from webapp import long_answers
from webapp.long_answers import MOST, Long

pytestmark = pytest.mark.one_database


@pytest.fixture(autouse=True)
def _nobody_reads():
    long_answers._readers.clear()
    yield
    assert long_answers._readers == set(), "a place was not given back"


def test_there_are_a_few_places_and_one_for_a_person():
    held = [Long(uuid.uuid4(), iter([b"x"])) for _ in range(MOST)]
    with pytest.raises(ServiceUnavailable):
        Long(uuid.uuid4(), iter([b"x"]))
    held.pop().close()
    again = Long(uuid.uuid4(), iter([b"x", b"y"]))
    with pytest.raises(ServiceUnavailable):
        Long(again._reader, iter([b"x"]))
    for one in held:
        one.close()
    with pytest.raises(ServiceUnavailable):
        Long(again._reader, iter([b"x"]))
    assert list(again) == [b"x", b"y"]


def test_a_body_that_fails_gives_its_place_back():
    def body():
        yield b"x"
        raise OSError("gone")

    one = Long(uuid.uuid4(), body())
    assert next(one) == b"x"
    with pytest.raises(OSError, match="gone"):
        next(one)


def test_all_own_data_is_such_an_answer_also_when_it_is_given_up(session, people, visit, object_store):
    told_exam.told(session, people)
    visitor, where = visit(people.candidate), "/account/gegevens/alles-over-mij.zip"
    first = visitor.client.get(where, buffered=False)
    assert first.status_code == 200
    second = visitor.client.get(where, buffered=False)
    assert second.status_code == 503 and "te druk" in second.text
    first.close()
    third = visitor.client.get(where)
    assert third.status_code == 200 and third.data[:2] == b"PK"

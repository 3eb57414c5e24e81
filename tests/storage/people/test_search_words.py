"""People are found by the beginning of any part of their name and address, and by what they are called now."""

import pytest
from sqlalchemy import select
from support import cast

from storage.people.people import Person, Role, SearchWord, called
from storage.people.search_words import endings, typed


@pytest.fixture
def somebody(session):
    one = cast.person(session, "r.proef-stra@post.voorbeeld", "Zoë van Verzonnen-Ümit", Role.CANDIDATE, None)
    one.email = "r.proef-stra@post.voorbeeld"
    session.commit()
    return one


def found(session, words: str) -> set[str]:
    query = select(Person.name)
    for word in typed(words):
        query = query.where(Person.id.in_(called(word)))
    return set(session.scalars(query))


IN_THE_NAME = ("zoe", "ZOË", "van verz", "umit", "ümi zoë", "verzonnen-um")
IN_THE_ADDRESS = ("r.proef", "proef-stra@", "stra", "@post", "voorb", "r.proef-stra@post.voorbeeld", "zoe stra")


@pytest.mark.parametrize("words", (*IN_THE_NAME, *IN_THE_ADDRESS))
def test_every_part_is_found_by_its_beginning(session, somebody, words):
    assert found(session, words) == {somebody.name}


@pytest.mark.parametrize("words", ["oe", "onnen", "zoe jan", "%", "_", "@", "zoe %", "proefstra", "voorbeeldx"])
def test_what_begins_nothing_finds_nobody(session, somebody, words):
    assert found(session, words) == set()


def test_somebody_is_found_by_what_they_are_called_now(session, somebody):
    somebody.name = "Ada Anders"
    session.commit()
    assert (found(session, "zoe"), found(session, "ada")) == (set(), {"Ada Anders"})
    somebody.email = "ada@elders.voorbeeld"
    session.commit()
    assert (found(session, "proef"), found(session, "elders")) == (set(), {"Ada Anders"})
    somebody.session_epoch += 1
    session.commit()
    mine = set(session.scalars(select(SearchWord.word).where(SearchWord.person_id == somebody.id)))
    assert mine == endings(somebody.name, somebody.email)


def test_words_go_with_the_person(session):
    one = Person(email="weg@voorbeeld", name="Weg", created_at=cast.NOW)
    session.add(one)
    session.commit()
    session.delete(one)
    session.commit()
    assert session.scalars(select(SearchWord).where(SearchWord.person_id == one.id)).all() == []


def test_letters_that_become_many_are_no_fault(session):
    one = cast.person(session, "veel", "\ufdfa" * 120, Role.CANDIDATE, None)
    session.commit()
    assert found(session, "\ufdfa" * 60) == {one.name}

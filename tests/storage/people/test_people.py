"""People: passwords, and roles that hold for a while."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from support import cast, quick_passwords

from storage.people import people
from storage.people.people import Membership, Person, Role, person_by_email

NOW = cast.NOW


def test_a_password_is_kept_as_an_argon2id_hash_and_ends_sessions(session, monkeypatch):
    quick_passwords.as_the_product(monkeypatch)
    person = cast.person(session, "iemand", "Iemand", None, None)
    before = person.session_epoch
    person.set_password("een nieuw wachtwoord")
    assert person.has_password("een nieuw wachtwoord")
    assert not person.has_password("een nieuw wachtwoord ")
    assert person.password_hash.startswith("$argon2id$v=19$m=65536,t=3,p=4$"), "64 MB and three rounds, as RFC 9106"
    assert not people._hasher.check_needs_rehash(people._NOBODY), "who has no password is found out as slowly"
    assert person.session_epoch == before + 1


@pytest.mark.parametrize("kept", [None, "", "not a hash"])
def test_without_a_password_nobody_gets_in(session, kept):
    person = cast.person(session, "iemand", "Iemand", None, None)
    person.password_hash = kept
    for guess in ("", "not a hash", cast.PASSWORD):
        assert not person.has_password(guess)


def test_a_role_holds_from_its_start_until_just_before_its_end(session, people):
    person = cast.person(session, "tijdelijk", "Tijdelijk", None, None)
    person.memberships.append(
        Membership(role=Role.MANAGER, organisation=people.organisation, since=NOW, until=NOW + timedelta(days=1))
    )
    session.commit()
    hours = {hour: person.roles(NOW + timedelta(hours=hour)) for hour in (-1, 0, 23, 24)}
    assert hours == {-1: set(), 0: {Role.MANAGER}, 23: {Role.MANAGER}, 24: set()}
    assert person.organisations(Role.MANAGER, NOW) == {people.organisation.id}
    assert person.organisations(Role.MANAGER, NOW + timedelta(days=2)) == set()
    assert person.organisations(Role.ORGANISATION_ADMIN, NOW) == set()


def test_a_person_may_hold_several_roles(session, people):
    people.officer.memberships.append(Membership(role=Role.AUDITOR, since=NOW))
    session.commit()
    assert people.officer.roles(NOW) == {Role.KSF_OFFICER, Role.AUDITOR}
    assert people.officer.organisations(Role.AUDITOR, NOW) == set()


def test_who_logs_in_is_found_by_address_however_it_is_typed(session, people):
    assert person_by_email(session, "  Kandidaat@Voorbeeld.Example ") is people.candidate
    assert person_by_email(session, "niemand@voorbeeld.example") is None


def test_the_database_refuses_two_people_with_one_address(session, people):
    with pytest.raises(IntegrityError):
        cast.person(session, "kandidaat", "Een ander", None, None)
        session.flush()


def test_the_database_refuses_capitals_in_an_address(session, people):
    with pytest.raises(IntegrityError):
        session.execute(update(Person).where(Person.id == people.candidate.id).values(email="Kandidaat@x.example"))


def test_the_database_refuses_a_role_that_ends_before_it_begins(session, people):
    with pytest.raises(IntegrityError):
        session.execute(update(Membership).values(until=NOW - timedelta(days=400)))

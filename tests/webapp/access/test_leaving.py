"""Who leaves an organisation no longer sees its files, in whatever role; what is elsewhere stays."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from support import cast

from storage.dossier.revisions import Side, keep
from storage.people.people import Membership, Person, Role, join, release


@pytest.fixture
def now():
    return datetime.now(UTC)


@pytest.fixture
def written(session, people, now):
    """A file that the manager wrote, and a version of it."""
    dossier = cast.dossier(session, people, now)
    revision = keep(session, dossier, Side.MANAGER, people.manager, now)
    session.commit()
    return dossier, revision


def moved(session, person, role, people, now):
    """The person left for the other organisation, where the same role is held."""
    person = session.get(Person, person.id)
    release(session, person, {people.organisation.id}, people.officer.id, now - timedelta(minutes=1))
    join(session, person, role, people.outsider_organisation, people.officer.id, now - timedelta(minutes=1))
    session.commit()


def test_a_manager_who_works_elsewhere_finds_only_what_is_there(session, people, visit, written, now):
    dossier, revision = written
    manager = visit(people.manager)
    addresses = [f"/kandidaten/{dossier.id}", f"/kandidaten/{dossier.id}/versies", f"/versies/{revision.id}"]
    assert [manager.get(one).status_code for one in addresses] == [200, 200, 200]
    moved(session, people.manager, Role.MANAGER, people, now)
    there = cast.dossier(session, people, now, people.outsider_candidate)
    there.organisation = people.outsider_organisation
    session.commit()
    assert [manager.get(one).status_code for one in addresses] == [404, 404, 404]
    assert manager.post(addresses[0], {"reason": "x"}).status_code == 404
    assert manager.post(f"/versies/{revision.id}/terugzetten").status_code == 404
    for page in ("/kandidaten", "/kandidaten/samen"):
        assert people.candidate.name not in manager.get(page).text
        assert people.outsider_candidate.name in manager.get(page).text
    assert manager.get(f"/kandidaten/{there.id}").status_code == 200


def test_the_own_text_of_before_is_not_shown_beside_the_new_one(session, people, visit, written, now):
    """Likeness is still noticed, since the manager is the same; whose text it was belongs to the first organisation."""
    dossier, _ = written
    moved(session, people.manager, Role.MANAGER, people, now)
    there = cast.dossier(session, people, now, people.outsider_candidate)
    there.organisation, there.alike_share = people.outsider_organisation, 1.0
    session.commit()
    page = visit(people.manager).get(f"/kandidaten/{there.id}").text
    assert "gelijk" in page and dossier.candidate.name not in page


def test_a_beheerder_who_works_elsewhere_finds_only_what_is_there(session, people, visit, written, now):
    beheerder = visit(people.beheerder)
    person = f"/organisatie/mensen/{people.candidate.id}"
    assert beheerder.get(person).status_code == 200
    moved(session, people.beheerder, Role.ORGANISATION_ADMIN, people, now)
    for where in (person, f"{person}/uit-dienst", f"{person}/terug", f"{person}/uitnodigen"):
        answer = beheerder.get(where) if where == person else beheerder.post(where)
        assert answer.status_code == 404, where
    for page in ("/organisatie", "/organisatie/mensen"):
        assert people.candidate.name not in beheerder.get(page).text
    assert people.outsider_candidate.name in beheerder.get("/organisatie/mensen").text


def test_nobody_is_asked_who_sits_there_of_somebody_who_left(session, people, visit, now):
    sitting = cast.sitting(session, people, now - timedelta(hours=1))
    sitting.identity_code = "123456"
    session.commit()
    beheerder = visit(people.beheerder)
    assert people.candidate.name in beheerder.get("/organisatie/identiteit").text
    moved(session, people.candidate, Role.CANDIDATE, people, now)
    assert people.candidate.name not in beheerder.get("/organisatie/identiteit").text
    assert beheerder.post(f"/organisatie/identiteit/{sitting.id}").status_code == 404


def test_a_leaving_of_long_ago_cannot_be_undone(session, people, visit, now):
    for membership in session.scalars(select(Membership).where(Membership.person_id == people.candidate.id)):
        membership.since, membership.until = now - timedelta(days=9), now - timedelta(days=2)
    session.commit()
    assert visit(people.beheerder).post(f"/organisatie/mensen/{people.candidate.id}/terug").status_code == 404

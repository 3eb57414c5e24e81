"""The first day in the job: told by the organisation, an advice wherever that person is shown, never a hindrance."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from support import cast
from support.visitors import text_of
from test_enrolling import HEADER, NEW, everything, upload

from storage.base.audit import AuditEvent
from storage.base.database import new_session
from storage.people.people import Membership, Person, employ_again, release
from webapp.dutch import formats

DATED = HEADER.replace("\r\n", ";in_functie_sinds\r\n") + NEW.replace("\r\n", ";2026-09-01\r\n")
TOLD = "examen vóór 24 november 2026"


@pytest.fixture(autouse=True)
def scheme(session, people):
    row = cast.scheme(session)
    session.commit()
    return row


@pytest.fixture
def today():
    return formats.day_of(datetime.now(UTC))


def page_of(person):
    return f"/organisatie/mensen/{person.id}"


def keep(visitor, person, day):
    return visitor.post(f"{page_of(person)}/in-functie", {"in_job_since": day})


def first_day(person):
    with new_session(writes=False) as session:
        return session.scalars(select(Membership.in_job_since).where(Membership.person_id == person.id)).one()


def short(day):
    return formats.date_only(day).partition(" ")[2]


def test_a_list_tells_it_and_the_roster_shows_the_advice(people, visit):
    visitor = visit(people.beheerder)
    shown = upload(visitor, DATED).location
    assert "dinsdag 1 september 2026" in visitor.get(shown).text
    visitor.post(shown)
    after = everything()
    assert TOLD in text_of(visitor.get("/organisatie").text)
    visitor.post(upload(visitor, DATED).location)
    visitor.post(upload(visitor, DATED.replace("2026-09-01", "2026-10-01")).location)
    assert everything() == after
    assert TOLD in text_of(visitor.get("/organisatie").text)


def test_a_list_without_the_column_still_works(people, visit):
    visitor = visit(people.beheerder)
    visitor.post(upload(visitor, HEADER + NEW).location)
    text = text_of(visitor.get("/organisatie").text)
    assert "Nina Nieuw" in text
    assert "examen vóór" not in text


def test_the_form_for_one_asks_it_and_does_not_need_it(people, visit, today):
    visitor = visit(people.beheerder)
    names = {"candidate_name": "Nina", "manager_name": "Lena", "manager_email": "lena@voorbeeld.example"}
    for mail, day, status in (
        ("a@voorbeeld.example", today.isoformat(), 302),
        ("b@voorbeeld.example", "", 302),
        ("c@voorbeeld.example", "2062-01-01", 422),
        ("d@voorbeeld.example", "morgen", 422),
    ):
        values = names | {"candidate_email": mail, "in_job_since": day}
        assert visitor.post("/organisatie/aanmelden", values).status_code == status
    with new_session(writes=False) as session:
        told = select(Person.email, Membership.in_job_since).join(Membership).where(Membership.role == "candidate")
        found = dict(session.execute(told).all())
    assert (found["a@voorbeeld.example"], found["b@voorbeeld.example"]) == (today, None)
    assert "c@voorbeeld.example" not in found
    text = text_of(visitor.get("/organisatie/aanmelden").text)
    assert "vóór week 12 in de functie, en een opleiding van hoogstens twee dagen" in text


def test_the_beheerder_changes_and_removes_it(session, people, visit, today):
    cast.dossier(session, people)
    session.commit()
    visitor, start = visit(people.beheerder), today - timedelta(days=7)
    page = keep(visitor, people.candidate, start)
    assert page.status_code == 302
    said = f"Advies: examen vóór {short(start + timedelta(days=84))}"
    assert said in text_of(visitor.get(page.location).text)
    assert said in text_of(visitor.get("/organisatie").text)
    assert said in text_of(visit(people.candidate).get("/examen").text)
    assert keep(visitor, people.candidate, start).status_code == 302
    with new_session(writes=False) as read:
        told = read.scalars(select(AuditEvent).where(AuditEvent.verb == "job_start_changed")).all()
        assert [one.facts for one in told] == [{}]
    assert keep(visitor, people.candidate, "").status_code == 302
    assert "examen vóór" not in text_of(visitor.get("/organisatie").text)
    assert first_day(people.candidate) is None


def test_a_day_that_passed_is_told_calmly(session, people, visit, today):
    cast.dossier(session, people)
    session.commit()
    visitor = visit(people.beheerder)
    keep(visitor, people.candidate, today - timedelta(days=84))
    page = visitor.get("/organisatie")
    assert f"Het advies was: examen vóór {short(today)}. Later kan ook." in text_of(page.text)
    assert "tone-danger" not in page.text


@pytest.mark.parametrize("day", ["gisteren", "1926-01-01", "2999-01-01", "9" * 500])
def test_garbage_is_refused_and_changes_nothing(people, visit, day):
    visitor = visit(people.beheerder)
    keep(visitor, people.candidate, date(2026, 9, 1))
    assert keep(visitor, people.candidate, day).status_code == 422
    assert first_day(people.candidate) == date(2026, 9, 1)


def test_who_is_no_candidate_or_works_elsewhere_has_no_such_date(people, visit):
    visitor = visit(people.beheerder)
    assert keep(visitor, people.manager, "2026-09-01").status_code == 404
    assert keep(visitor, people.outsider_candidate, "2026-09-01").status_code == 404
    assert "In functie sinds" not in visitor.get(page_of(people.manager)).text


def test_it_comes_back_when_a_leaving_is_undone(session, people, visit):
    keep(visit(people.beheerder), people.candidate, "2026-09-01")
    person, now, home = session.merge(people.candidate), datetime.now(UTC), {people.organisation.id}
    session.refresh(person)

    def told():
        return [one.in_job_since for one in person.memberships if one.holds(now)]

    release(session, person, home, people.beheerder.id, now)
    assert told() == [None]
    employ_again(session, person, home, people.beheerder.id, now)
    assert date(2026, 9, 1) in told()

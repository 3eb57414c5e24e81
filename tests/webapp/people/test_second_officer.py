"""Giving power: who it is about is shown first, the password is fresh, and for KSF's own roles a colleague agrees."""

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select, update
from support import cast
from support.visitors import text_of

from storage.base.audit import AuditEvent
from storage.base.database import new_session, session_scope
from storage.people.logins import LogIn
from storage.people.outbox import MailMessage
from storage.people.people import Person, Role, person_by_email
from storage.people.second_factor import begin_second_factor
from storage.people.staff_changes import StaffChange

PEOPLE, CHANGES = "/bureau/mensen", "/bureau/mensen/wijzigingen"
ADA = {"name": "Ada Audit", "email": "ada@voorbeeld.example", "role": "auditor"}
NEW = "nieuw@voorbeeld.example"


def read(email):
    """(name, roles) of who has this address, or None."""
    with new_session(writes=False) as session:
        found = person_by_email(session, email)
        return found and (found.name, found.roles(datetime.now(UTC)))


def change():
    with new_session(writes=False) as session:
        return session.scalars(select(StaffChange).where(StaffChange.decided_at.is_(None))).one()


def sure_of(page):
    """What the page that asks would send."""
    assert "Ja, dit is de persoon" in page.text
    return dict(re.findall(r'type="hidden" name="(\w[\w-]*)" value="([^"]*)"', page.text))


def forget_confirmations():
    with session_scope() as session:
        session.execute(update(LogIn).values(confirmed_at=cast.NOW))


def test_a_role_of_ksf_takes_two_officers(people, visit):
    first, second = visit(people.officer), visit(people.second_officer)
    made = first.post(f"{PEOPLE}/nieuw", ADA).location
    assert "Wacht op een tweede medewerker" in first.get(made).text
    assert read(ADA["email"]) == ("Ada Audit", set())
    with new_session(writes=False) as session:
        assert session.scalars(select(MailMessage)).all() == []
    own = first.post(f"{CHANGES}/{change().id}/akkoord")
    assert own.status_code == 409 and "collega" in text_of(own.text)
    assert read(ADA["email"])[1] == set()
    assert "rol of adres wacht op een tweede medewerker" in text_of(second.get("/bureau").text)
    assert "wacht op een tweede medewerker" not in text_of(first.get("/bureau").text)
    asked = change().id
    assert second.post(f"{CHANGES}/{asked}/akkoord").location == CHANGES
    assert read(ADA["email"])[1] == {Role.AUDITOR}
    assert second.post(f"{CHANGES}/{asked}/akkoord").status_code == 409  # once
    with new_session(writes=False) as session:
        (mail,) = session.scalars(select(MailMessage))
        assert (mail.person.email, mail.link is not None) == (ADA["email"], True)
        verbs = set(session.scalars(select(AuditEvent.verb)))
    assert {"staff_change_asked", "staff_change_granted", "role_given"} <= verbs
    assert "heeft deze rol al" in first.post(f"{PEOPLE}/nieuw", ADA).text


def test_asking_twice_is_one_question_and_the_asker_may_take_it_back(people, visit):
    first, second = visit(people.officer), visit(people.second_officer)
    first.post(f"{PEOPLE}/nieuw", ADA)
    first.post(f"{PEOPLE}/nieuw", sure_of(first.post(f"{PEOPLE}/nieuw", ADA)))
    assert first.post(f"{CHANGES}/{change().id}/weigeren").location == CHANGES
    assert "Er wacht niets" in second.get(CHANGES).text
    assert read(ADA["email"])[1] == set()


def test_nobody_decides_about_the_own_role(people, visit):
    typed = {"name": "Bureau Twee", "email": people.second_officer.email, "role": "auditor"}
    first = visit(people.officer)
    first.post(f"{PEOPLE}/nieuw", sure_of(first.post(f"{PEOPLE}/nieuw", typed)))
    for way in ("akkoord", "weigeren"):
        assert visit(people.second_officer).post(f"{CHANGES}/{change().id}/{way}").status_code == 404
    assert "Bureau Twee" not in text_of(visit(people.second_officer).get(CHANGES).text)


def test_who_an_address_belongs_to_is_shown_before_a_role_goes_there(people, visit):
    """A candidate who took the address of a new colleague does not get what was meant for the colleague."""
    typed = ADA | {"email": people.candidate.email}
    visitor = visit(people.officer)
    page = visitor.post(f"{PEOPLE}/nieuw", typed)
    words = text_of(page.text)
    assert "Krijgt deze persoon de rol auditor?" in words
    assert all(part in words for part in (people.candidate.name, "kandidaat bij Voorbeeld Klantcontact", "in gebruik"))
    with new_session(writes=False) as session:
        assert session.scalars(select(StaffChange)).all() == []
    wrong = sure_of(page) | {"sure": str(people.manager.id)}
    assert "Ja, dit is de persoon" in visitor.post(f"{PEOPLE}/nieuw", wrong).text
    assert visitor.post(f"{PEOPLE}/nieuw", sure_of(page)).location == f"{PEOPLE}/{people.candidate.id}"
    assert change().person_id == people.candidate.id


def test_who_an_address_belongs_to_is_shown_before_somebody_becomes_beheerder(people, visit):
    visitor, page = visit(people.officer), f"/bureau/organisaties/{people.organisation.id}"
    typed = {"beheerder-name": "Bea Beheer", "beheerder-email": people.outsider_candidate.email}
    asked = visitor.post(f"{page}/beheerders", typed)
    assert people.outsider_candidate.name in text_of(asked.text)
    assert read(people.outsider_candidate.email)[1] == {Role.CANDIDATE}
    assert visitor.post(f"{page}/beheerders", sure_of(asked)).location == page
    assert Role.ORGANISATION_ADMIN in read(people.outsider_candidate.email)[1]
    own = visitor.post(f"{page}/beheerders", typed | {"beheerder-email": people.officer.email})
    assert own.status_code == 422 and "Dit bent u zelf" in text_of(own.text)


def test_another_address_is_shown_with_its_person_first(people, visit):
    visitor, page = visit(people.officer), f"{PEOPLE}/{people.candidate.id}"
    asked = visitor.post(page, {"name": people.candidate.name, "email": NEW})
    assert f"Wordt {NEW} het adres van deze persoon?" in text_of(asked.text)
    assert read(NEW) is None
    assert visitor.post(page, sure_of(asked)).location == page
    assert read(NEW)[0] == people.candidate.name
    taken = visitor.post(page, {"name": "X", "email": people.manager.email})
    assert taken.status_code == 422 and "al van iemand anders" in text_of(taken.text)


def test_the_address_of_somebody_of_ksf_takes_two_officers(people, visit):
    first, second = visit(people.officer), visit(people.second_officer)
    committee, page = people.committee_member, f"{PEOPLE}/{people.committee_member.id}"
    first.post(page, sure_of(first.post(page, {"name": committee.name, "email": NEW})))
    assert read(NEW) is None
    theirs = visit(committee)
    assert first.post(f"{CHANGES}/{change().id}/akkoord").status_code == 409
    assert second.post(f"{CHANGES}/{change().id}/akkoord").location == CHANGES
    assert read(NEW)[0] == committee.name
    assert theirs.get("/").location.startswith("/inloggen")
    with new_session(writes=False) as session:
        (mail,) = session.scalars(select(MailMessage))
    assert (mail.template, mail.address) == ("address_changed", committee.email)


def test_a_role_that_ended_long_ago_is_not_given_back_by_one(session, people, visit):
    membership = session.merge(people.committee_member).memberships[0]
    membership.until = membership.since + timedelta(minutes=1)
    session.commit()
    visitor = visit(people.officer)
    assert visitor.post(f"{PEOPLE}/rollen/{membership.id}/terug").status_code == 409
    assert read(people.committee_member.email)[1] == set()


def changing(people, change_id):
    """Every way in which one gives power to another, or takes it: (who, address, what is sent)."""
    candidate = people.candidate
    return [
        (people.officer, f"{PEOPLE}/nieuw", ADA),
        (people.officer, f"{PEOPLE}/{candidate.id}", {"name": candidate.name, "email": NEW, "sure": NEW}),
        (people.officer, f"{PEOPLE}/{candidate.id}/tweede-stap-weg", {}),
        (people.officer, f"{PEOPLE}/rollen/{people.auditor.memberships[0].id}/einde", {}),
        (people.officer, f"{PEOPLE}/rollen/{people.auditor.memberships[0].id}/terug", {}),
        (
            people.officer,
            f"/bureau/organisaties/{people.organisation.id}/beheerders",
            {"beheerder-name": "Bea", "beheerder-email": NEW},
        ),
        (people.second_officer, f"{CHANGES}/{change_id}/akkoord", {}),
        (people.second_officer, f"{CHANGES}/{change_id}/weigeren", {}),
        (people.beheerder, f"/organisatie/mensen/{candidate.id}", {"email": NEW}),
    ]


def test_roles_and_addresses_of_others_need_a_fresh_password(people, visit):
    visit(people.officer).post(f"{PEOPLE}/nieuw", ADA | {"email": "eva@voorbeeld.example"})
    ways = changing(people, change().id)
    visitors = {who.id: visit(who) for who, *_ in ways}
    forget_confirmations()
    with new_session(writes=False) as session:
        before = sorted(map(str, session.scalars(select(AuditEvent.id))))
    for who, address, typed in ways:
        answer = visitors[who.id].post(address, typed)
        assert answer.location.startswith("/account/bevestigen"), address
    with new_session(writes=False) as session:
        assert sorted(map(str, session.scalars(select(AuditEvent.id)))) == before
        assert session.scalars(select(Person).where(Person.email == NEW)).all() == []


def test_after_the_password_one_is_back_where_one_was(people, visit):
    visitor, page = visit(people.officer), f"{PEOPLE}/{people.candidate.id}"
    forget_confirmations()
    there = visitor.post(page, {"name": "X", "email": NEW}, headers={"Referer": f"http://localhost{page}"}).location
    assert visitor.post(there, {"password": cast.PASSWORD}).location == page
    away = visitor.post(f"{page}/tweede-stap-weg", headers={"Referer": "https://elders.example/bureau"})
    assert away.status_code == 302
    forget_confirmations()
    away = visitor.post(f"{page}/tweede-stap-weg", headers={"Referer": "https://elders.example/bureau"}).location
    assert away == "/account/bevestigen?next=/account"


@pytest.mark.one_database
def test_who_has_a_second_factor_shows_that_too(session, people, visit):
    factor = begin_second_factor(session, people.officer, cast.NOW)
    factor.confirmed_at = cast.NOW
    app = pyotp.TOTP(factor.secret)
    session.commit()
    visitor = visit(people.officer)
    forget_confirmations()
    assert visitor.get("/account/bevestigen").text.count("one-time-code") == 1
    for typed in ({}, {"code": ""}, {"code": "000000"}):
        assert visitor.post("/account/bevestigen", {"password": cast.PASSWORD} | typed).status_code == 422
    code = app.now()
    assert visitor.post("/account/bevestigen", {"password": "verkeerd", "code": code}).status_code == 422
    assert visitor.get(f"{PEOPLE}/nieuw").location.startswith("/account/bevestigen")
    assert visitor.post("/account/bevestigen", {"password": cast.PASSWORD, "code": code}).status_code == 302
    assert visitor.get(f"{PEOPLE}/nieuw").status_code == 200
    assert visitor.post("/account/bevestigen", {"password": cast.PASSWORD, "code": code}).status_code == 422  # once

"""Logging in: one answer for every wrong guess, a limit, and never on to a page of somebody else."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from support import cast
from support.visitors import text_of

from storage.base.audit import AuditEvent
from storage.base.database import new_session
from storage.people.logins import LogIn
from storage.people.people import Membership, Role

WRONG = "Dit e-mailadres en wachtwoord horen niet bij elkaar."


def test_who_has_one_role_goes_straight_to_the_work(people, visit):
    visitor = visit()
    assert visitor.log_in(people.manager.email).location == "/"
    assert visitor.get("/").location == "/kandidaten"
    with new_session(writes=False) as session:
        found = session.scalars(select(AuditEvent).where(AuditEvent.verb == "logged_in")).one()
    assert (found.actor, found.facts) == (people.manager.id, {})


def test_an_address_is_the_same_in_capitals_and_with_blanks(people, visit):
    assert visit().log_in(f"  {people.manager.email.upper()} ").status_code == 302


def test_who_has_several_roles_chooses(session, people, visit):
    both = cast.person(session, "beide", "Beide Rollen", Role.ASSESSOR, None)
    both.memberships.append(Membership(role=Role.MANAGER, organisation=people.organisation, since=cast.NOW))
    session.commit()
    page = visit(both).get("/")
    assert 'href="/beoordelen"' in page.text
    assert 'href="/kandidaten"' in page.text
    assert 'href="/bureau"' not in page.text


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(people, visit):
    visitor = visit()
    answers = [
        visitor.log_in(people.candidate.email, "verkeerd"),
        visitor.log_in("niemand@voorbeeld.example", cast.PASSWORD),
        visitor.log_in("niemand@voorbeeld.example", "verkeerd"),
    ]
    assert {answer.status_code for answer in answers} == {422}
    assert len({text_of(answer.text) for answer in answers}) == 1
    assert WRONG in answers[0].text
    assert visitor.get("/examen").location.startswith("/inloggen")


def test_who_was_never_given_a_password_cannot_log_in(session, people, visit):
    session.merge(people.candidate).password_hash = None
    session.commit()
    for password in ("", "None", cast.PASSWORD):
        assert visit().log_in(people.candidate.email, password).status_code == 422


@pytest.mark.parametrize(
    "typed, said",
    [
        ({"email": "", "password": "x"}, "Vul uw e-mailadres in."),
        ({"email": "a@b.example", "password": ""}, "Vul uw wachtwoord in."),
        ({"email": "a@b.example", "password": "x" * 201}, "Gebruik hoogstens 200 tekens."),
        ({"email": "a" * 300, "password": "x"}, "Gebruik hoogstens 254 tekens."),
        ({"email": "a\x00@b.example", "password": "x\x00"}, WRONG),
    ],
)
def test_what_is_typed_wrong_is_explained_in_dutch(people, visit, typed, said):
    answer = visit().post("/inloggen", typed)
    assert answer.status_code == 422
    assert said in text_of(answer.text)


@pytest.mark.parametrize(
    "wanted, reached",
    [
        ("/kandidaten", "/kandidaten"),
        ("/bureau/dossiers?staat=submitted", "/bureau/dossiers?staat=submitted"),
        ("https://elders.example/", "/"),
        ("//elders.example/", "/"),
        ("/\\elders.example", "/"),
        ("/\t/elders.example", "/"),
        ("\\\\elders.example", "/"),
        ("//[", "/"),
        ("https://[::1", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("javascript:alert(1)", "/"),
        ("kandidaten", "/"),
        ("", "/"),
    ],
)
def test_after_the_log_in_one_never_leaves_the_site(people, visit, wanted, reached):
    visitor = visit()
    answer = visitor.post(
        "/inloggen", {"email": people.manager.email, "password": cast.PASSWORD}, query_string={"next": wanted}
    )
    assert answer.location == reached


def test_the_page_that_was_asked_for_comes_after_the_log_in(people, visit):
    visitor = visit()
    asked = visitor.get("/bureau/dossiers?staat=submitted").location
    assert visitor.log_in(people.officer.email, address=asked).location == "/bureau/dossiers?staat=submitted"


def test_who_is_logged_in_does_not_see_the_form_again(people, visit):
    assert visit(people.manager).get("/inloggen").location == "/"


def test_a_new_password_ends_every_session(session, people, visit):
    first, second = visit(people.manager), visit(people.manager)
    assert first.get("/kandidaten").status_code == 200
    session.merge(people.manager).set_password("een heel ander wachtwoord")
    session.commit()
    for visitor in (first, second):
        assert visitor.get("/kandidaten").status_code == 302
    assert visit().log_in(people.manager.email).status_code == 422
    assert visit().log_in(people.manager.email, "een heel ander wachtwoord").status_code == 302


@pytest.mark.one_database
def test_a_session_made_up_elsewhere_opens_nothing(people, visit):
    visitor = visit()
    for made_up in ("x", "x:0", f"{people.officer.id}", f"{people.officer.id}:1", ":"):
        with visitor.client.session_transaction() as kept:
            kept["_user_id"] = made_up
        assert visitor.get("/bureau").status_code == 302


@pytest.mark.one_database
def test_logging_out_ends_the_session(people, visit):
    visitor = visit(people.manager)
    assert visitor.post("/uitloggen").location == "/inloggen"
    assert "U bent uitgelogd." in visitor.get("/inloggen").text
    assert visitor.get("/kandidaten").status_code == 302


@pytest.mark.one_database
def test_the_cookie_is_closed_to_scripts_and_other_sites(people, visit):
    cookie = visit().log_in(people.manager.email).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_who_has_no_role_any_more_is_told_what_to_do(session, people, visit):
    nobody = cast.person(session, "zonder", "Zonder Rol", None, None)
    session.commit()
    page = visit(nobody).get("/")
    assert page.status_code == 200
    assert "Er staat nu niets voor u klaar" in page.text


@pytest.mark.parametrize("who, hours", [("officer", 12), ("candidate", 7 * 24)])
def test_a_browser_is_logged_out_in_the_end_whatever_is_done_in_it(session, people, visit, who, hours):
    visitor = visit(getattr(people, who))
    row = session.scalars(select(LogIn)).one()
    for over, status in ((-1, 200), (1, 302)):
        row.created_at = datetime.now(UTC) - timedelta(hours=hours, minutes=over)
        row.used_at = datetime.now(UTC)
        session.commit()
        assert visitor.get("/account").status_code == status


def test_a_browser_in_which_nothing_is_done_for_half_a_day_is_logged_out(session, people, visit):
    visitor = visit(people.candidate)
    row = session.scalars(select(LogIn)).one()
    for over, status in ((-1, 200), (1, 302)):
        row.used_at = datetime.now(UTC) - timedelta(hours=12, minutes=over)
        session.commit()
        assert visitor.get("/account").status_code == status
        session.refresh(row)


@pytest.mark.one_database
def test_a_token_of_before_the_log_in_is_worth_nothing_after_it(people, visit):
    visitor = visit()
    before = visitor.token
    assert visitor.log_in(people.manager.email).status_code == 302
    assert visitor.client.post("/account/overal-uit", data={"csrf_token": before}).status_code == 400
    assert visitor.post("/account/overal-uit").location == "/inloggen"

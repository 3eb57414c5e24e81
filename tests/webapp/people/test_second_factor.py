"""The second step of the log-in: a code that works once, recovery codes, and staff who cannot do without."""

import hashlib
import uuid
from datetime import UTC, datetime

import pyotp
import pytest
from sqlalchemy import select, update
from support import cast
from support.visitors import text_of

from storage.base.database import new_session, session_scope
from storage.people import second_factor
from storage.people.logins import LogIn
from storage.people.second_factor import RecoveryCode, SecondFactor, begin_second_factor

pytestmark = pytest.mark.one_database


def secret_of(person):
    with new_session(writes=False) as session:
        return session.scalars(select(SecondFactor).where(SecondFactor.person_id == person.id)).one().secret


def code_of(person, steps=0):
    return pyotp.TOTP(secret_of(person)).at(datetime.now(UTC), counter_offset=steps)


def clear_steps():
    """As if half a minute went by since the last code."""
    with session_scope() as session:
        session.execute(update(SecondFactor).values(last_step=None))


def set_up(visitor, person):
    """Put the second step on; answers the recovery codes."""
    assert visitor.post("/account/tweede-stap").location == "/account/tweede-stap"
    page = visitor.get("/account/tweede-stap").text
    assert "data:image/svg+xml" in page
    assert secret_of(person)[:4] in page
    answer = visitor.post("/account/tweede-stap/bevestigen", {"code": code_of(person)})
    codes = [word for word in text_of(answer.text).split() if word.count("-") == 5]
    assert len(codes) == len(set(codes)) == 10
    clear_steps()
    return codes


def give(visitor, code):
    return visitor.post("/inloggen/code", {"code": code})


def test_after_the_password_a_code_is_asked(people, visit):
    set_up(visit(people.officer), people.officer)
    visitor = visit()
    assert visitor.log_in(people.officer.email).location == "/inloggen/code"
    assert visitor.get("/bureau").location.startswith("/inloggen")
    assert give(visitor, "000000").status_code == 422
    assert give(visitor, f" {code_of(people.officer)} ").location == "/"
    assert visitor.get("/bureau").status_code == 200


def test_a_code_is_never_taken_twice(people, visit):
    set_up(visit(people.officer), people.officer)
    code = code_of(people.officer)
    for taken in (True, False):
        visitor = visit()
        visitor.log_in(people.officer.email)
        assert give(visitor, code).status_code == (302 if taken else 422)


def test_nor_is_one_of_before_it(people, visit):
    set_up(visit(people.officer), people.officer)
    # Half-way a step by a given clock: the real one may step on while logging in takes its time.
    now = datetime(2026, 3, 2, 9, 0, 15, tzinfo=UTC)
    late, this, early = (pyotp.TOTP(secret_of(people.officer)).at(now, counter_offset=steps) for steps in (-1, 0, 1))
    for code, taken in ((late, True), (this, True), (late, False), (early, True), (this, False)):
        with session_scope() as session:
            factor = session.scalars(select(SecondFactor).where(SecondFactor.person_id == people.officer.id)).one()
            assert factor.accepts(code, now) is taken


def test_a_recovery_code_works_once_however_it_is_typed(people, visit):
    codes = set_up(visit(people.officer), people.officer)
    for typed, taken in ((codes[0].lower(), True), (codes[0], False), (codes[1].replace("-", " "), True)):
        visitor = visit()
        visitor.log_in(people.officer.email)
        assert give(visitor, typed).status_code == (302 if taken else 422)
    visitor = visit(people.officer)
    assert "U hebt nog 8 herstelcodes." in visitor.get("/account").text
    visitor.post("/account/tweede-stap/herstelcodes")
    stranger = visit()
    stranger.log_in(people.officer.email)
    assert give(stranger, codes[2]).status_code == 422
    with new_session(writes=False) as session:
        kept = " ".join(session.scalars(select(RecoveryCode.digest)))
    assert not any(code.replace("-", "") in kept for code in codes)


def test_the_code_alone_opens_nothing(people, visit):
    set_up(visit(people.officer), people.officer)
    stranger = visit()
    assert give(stranger, code_of(people.officer)).location == "/inloggen"
    assert stranger.get("/inloggen/code").location == "/inloggen"


@pytest.mark.parametrize("code", ["", "x" * 41, "een code", "\x00", "١٢٣٤٥٦"])
def test_an_odd_code_is_refused(people, visit, code):
    set_up(visit(people.officer), people.officer)
    visitor = visit()
    visitor.log_in(people.officer.email)
    assert give(visitor, code).status_code == 422


def test_staff_can_do_nothing_before_it_is_set_up(people, visit, environment):
    environment(VIGNET_SECOND_FACTOR="on")
    for person, page in (
        (people.officer, "/bureau"),
        (people.beheerder, "/organisatie"),
        (people.auditor, "/controle"),
    ):
        visitor = visit(person)
        assert visitor.get(page).location == "/account/tweede-stap"
        assert visitor.get(page, headers={"Accept": "application/json"}).status_code == 403
        set_up(visitor, person)
        assert visitor.get(page).status_code == 200
        answer = visitor.post("/account/tweede-stap/weg")
        assert answer.location == "/account/tweede-stap"
        assert visitor.get(page).location == "/account/tweede-stap"
    assert visit(people.manager).get("/kandidaten").status_code == 200
    assert visit(people.candidate).get("/examen").status_code == 200


def test_anybody_may_put_it_on_and_off(people, visit):
    visitor = visit(people.manager)
    set_up(visitor, people.manager)
    visitor.post("/account/tweede-stap/weg")
    assert visit().log_in(people.manager.email).location == "/"
    assert visitor.post("/account/tweede-stap/weg").status_code == 404
    assert visitor.post("/account/tweede-stap/herstelcodes").status_code == 404


def test_a_wrong_code_puts_nothing_on(people, visit):
    visitor = visit(people.manager)
    visitor.post("/account/tweede-stap")
    answer = visitor.post("/account/tweede-stap/bevestigen", {"code": "000000"})
    assert answer.status_code == 422
    assert "Deze code klopt niet" in answer.text
    assert visit().log_in(people.manager.email).location == "/"


@pytest.mark.parametrize("path", ["", "/bevestigen", "/herstelcodes", "/weg"])
def test_what_protects_the_account_asks_for_the_password_again(people, visit, path):
    visitor = visit(people.manager)
    set_up(visitor, people.manager)
    with session_scope() as session:
        session.execute(update(LogIn).values(confirmed_at=cast.NOW))
    answer = visitor.post(f"/account/tweede-stap{path}")
    assert answer.location.startswith("/account/bevestigen")
    code = {"code": code_of(people.manager)}
    assert visitor.post(answer.location, {"password": "verkeerd"} | code).status_code == 422
    assert visitor.post(answer.location, {"password": cast.PASSWORD}).status_code == 422
    assert visitor.post(answer.location, {"password": cast.PASSWORD} | code).location == "/account"
    assert "bevestigen" not in (visitor.post(f"/account/tweede-stap{path}").location or "")


def test_guessing_codes_is_slow(people, visit):
    set_up(visit(people.officer), people.officer)
    visitor = visit()
    visitor.log_in(people.officer.email)
    assert [give(visitor, "000000").status_code for _ in range(6)] == [422] * 5 + [429]


def test_a_clock_that_was_ahead_locks_nobody_out(people, visit):
    """A code was taken while this machine believed it to be tomorrow; the next one of today still works."""
    set_up(visit(people.officer), people.officer)
    tomorrow = int(datetime.now(UTC).timestamp()) // 30 + 2880
    with session_scope() as session:
        session.execute(update(SecondFactor).values(last_step=tomorrow))
    visitor = visit()
    visitor.log_in(people.officer.email)
    assert give(visitor, code_of(people.officer)).location == "/"


def test_recovery_codes_of_two_people_look_unlike_even_when_they_are_alike():
    one, two = uuid.uuid4(), uuid.uuid4()
    assert second_factor._digest(one, "A" * 16) != second_factor._digest(two, "A" * 16)
    assert second_factor._digest(one, "A" * 16) != hashlib.sha256(b"A" * 16).hexdigest()


def test_a_recovery_code_cannot_be_guessed_from_its_digest(session, people):
    """112 random bits are asked of what is kept under a quick hash (OWASP ASVS 6.5.2)."""
    factor = begin_second_factor(session, people.officer, cast.NOW)
    codes = factor.new_recovery_codes(cast.NOW)
    session.rollback()
    assert {len(code.replace("-", "")) * 5 for code in codes} == {120}
    assert len(set(codes)) == len(codes) == 10

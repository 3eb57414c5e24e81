"""One internet address may be a whole office: wrong answers slow down who gives them, and lock nobody else out."""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import flask
import pytest
from sqlalchemy import select, text
from support import cast
from support.visitors import Visitor

from storage.base import database
from storage.base.audit import AuditEvent
from storage.base.database import new_session
from storage.people import people as people_module
from storage.people.links import LinkKind, issue
from storage.people.people import Role
from webapp.extensions import browser_or_address
from webapp.people import failed_logins, patience

pytestmark = pytest.mark.one_database

ALMOST = "Neem even de tijd"


@pytest.fixture
def clock(monkeypatch):
    """Lets the seconds pass that a form stands on the screen."""
    passed = [0]

    class Later:
        def __getattr__(self, name):
            return getattr(time, name)

        def time(self):
            return time.time() + passed[0]

    monkeypatch.setattr("itsdangerous.timed.time", Later())
    return passed


def word(page):
    return re.search(r'name="patience" value="([^"]+)"', page.text).group(1)


def wear_out(app):
    """Thirty wrong passwords from this address, each for another account."""
    visitor = Visitor(app)
    return [visitor.log_in(f"{number}@b.example").status_code for number in range(30)]


def test_right_log_ins_are_never_too_many(session, app, monkeypatch):
    """A hall: 40 people of one address within the minute; the 31st was refused before."""
    monkeypatch.setattr(people_module.Person, "has_password", lambda _self, _password: True)
    hall = [cast.person(session, f"zaal{n}", f"Zaal {n}", Role.CANDIDATE, None) for n in range(40)]
    session.commit()
    assert [Visitor(app).log_in(one.email).status_code for one in hall] == [302] * 40


def test_links_open_for_everybody_of_one_address(session, people, app):
    link = issue(session, people.candidate, LinkKind.INVITATION, None, datetime.now(UTC))
    session.commit()
    assert [Visitor(app).get(link.path).status_code for _ in range(40)] == [200] * 40


def test_forgotten_passwords_of_one_address_take_patience_and_all_come_through(app, people, clock):
    asked = [Visitor(app).post("/wachtwoord-vergeten", {"email": f"{n}@b.example"}).status_code for n in range(12)]
    assert asked == [200] * 10 + [429] * 2
    for n in range(15):
        visitor = Visitor(app)
        form = word(visitor.get("/wachtwoord-vergeten"))
        clock[0] += patience.WAIT_S + 1
        answer = visitor.post("/wachtwoord-vergeten", {"email": f"late{n}@b.example", "patience": form})
        assert answer.status_code == 200


def test_wrong_passwords_of_one_address_lock_nobody_else_out(app, people, clock):
    assert wear_out(app) == [422] * 30
    colleague = Visitor(app)
    page = colleague.get("/inloggen")
    hasty = colleague.log_in(people.candidate.email)
    assert (hasty.status_code, hasty.headers["Retry-After"]) == (429, str(patience.WAIT_S))
    assert ALMOST in hasty.text
    clock[0] += patience.WAIT_S + 1
    typed = {"email": people.candidate.email, "password": cast.PASSWORD, "patience": word(page)}
    assert colleague.post("/inloggen", typed).location == "/"


def test_a_browser_that_is_known_is_never_asked_for_patience(app, people):
    own = Visitor(app)
    assert own.log_in(people.candidate.email).status_code == 302
    own.post("/uitloggen")
    wear_out(app)
    assert own.log_in(people.candidate.email).status_code == 302


def test_patience_is_shown_once_by_whoever_waited_here(app, people, clock):
    wear_out(app)
    visitor, wrong = Visitor(app), {"email": "x@b.example", "password": "x"}
    page = visitor.get("/inloggen")
    soon = visitor.post("/inloggen", wrong | {"patience": word(page)})
    assert soon.status_code == 429
    clock[0] += patience.WAIT_S + 1
    elsewhere = {"environ_base": {"REMOTE_ADDR": "192.0.2.9"}}
    taken = word(visitor.get("/inloggen", **elsewhere))
    clock[0] += patience.WAIT_S + 1
    said, signature = word(page).rsplit(".", 1)
    for made_up in ("", "x", taken, f"{said}.{signature.swapcase()}"):
        assert visitor.post("/inloggen", wrong | {"patience": made_up}).status_code == 429
    assert visitor.post("/inloggen", wrong | {"patience": word(page)}).status_code == 422
    assert visitor.post("/inloggen", wrong | {"patience": word(page)}).status_code == 429
    old = word(visitor.get("/inloggen"))
    clock[0] += patience.LIFETIME_S + 1
    assert visitor.post("/inloggen", wrong | {"patience": old}).status_code == 429


def test_one_account_is_guessed_at_as_slowly_as_ever(app, people, clock):
    visitor, answers = Visitor(app), []
    for _ in range(7):
        form = word(visitor.get("/inloggen"))
        clock[0] += patience.WAIT_S + 1
        wrong = {"email": people.candidate.email, "password": "mis", "patience": form}
        answers.append(visitor.post("/inloggen", wrong).status_code)
    assert answers == [422] * 5 + [429] * 2


def test_who_is_logged_in_counts_alone_and_not_with_the_others_of_the_address(app):
    keys = []
    for log_in in (None, None, "one", "another"):
        with app.test_request_context("/", environ_base={"REMOTE_ADDR": "192.0.2.1"}):
            if log_in:
                flask.session["_user_id"] = log_in
            keys.append(browser_or_address())
    assert keys[0] == keys[1] == "192.0.2.1"
    assert len(set(keys)) == 3


def test_what_failed_is_in_the_audit_log_with_the_person_and_nothing_that_was_typed(app, people):
    visitor = Visitor(app)
    visitor.log_in(people.candidate.email, "mijn geheime zin")
    visitor.log_in("onbekend@voorbeeld.example", "mijn geheime zin")
    with new_session(writes=False) as session:
        found = session.scalars(select(AuditEvent).where(AuditEvent.verb == "log_in_failed")).all()
    assert {one.subject for one in found} == {people.candidate.id, failed_logins.NOBODY}
    assert [(one.actor, one.facts) for one in found] == [(None, {})] * 2


def test_nobody_waits_for_a_password_that_is_being_checked(app, people, session, monkeypatch):
    free = []

    def slow(_self, _password):
        with database.new_session(patience_s=0) as other:
            other.execute(text("SELECT 1"))
            free.append(True)
        return False

    monkeypatch.setattr(people_module.Person, "has_password", slow)
    assert Visitor(app).log_in(people.candidate.email).status_code == 422
    assert free == [True]


def test_two_hundred_candidates_of_one_address_begin_within_a_minute(session, people, app, capsys):
    """Each logs in with the password, opens the exam and agrees to its terms; eight at a time, as gunicorn does."""
    now = datetime.now(UTC)
    pack = cast.pack(session, now)
    hall = []
    for number in range(200):
        person = cast.person(session, f"zaal{number}", f"Zaal {number}", Role.CANDIDATE, people.organisation, now)
        cast.sitting(session, people, now - timedelta(minutes=1), person, pack)
        hall.append(person.email)
    session.commit()
    began, spent, times, lock = time.monotonic(), time.process_time(), [], threading.Lock()

    def begin(email):
        start = time.monotonic()
        visitor = Visitor(app)
        answers = [visitor.log_in(email).status_code, visitor.get("/examen").status_code]
        answers.append(visitor.post("/examen/toestemming", {"agreed": "y"}).status_code)
        with lock:
            times.append(time.monotonic() - start)
        return answers

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(begin, hall))
    took, spent = time.monotonic() - began, time.process_time() - spent
    with capsys.disabled():
        ordered = sorted(times)
        print(f" 200 from log-in to consent in {took:.1f} s, {spent:.1f} of a core,", end="")
        print(f" median {ordered[100]:.2f} s, worst {ordered[-1]:.2f} s,", end="")
    assert answers == [[302, 200, 302]] * 200
    # What one core does in a minute: it does not depend on what else the machine does.
    assert spent < 60

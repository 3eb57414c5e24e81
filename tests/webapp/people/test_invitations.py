"""Links by mail: looked at as often as one likes, used once, and the same answer whether an address is known."""

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event, select, update
from support import cast
from support.visitors import text_of

from storage.base import database, jobs
from storage.base.audit import AuditEvent
from storage.base.database import new_session
from storage.base.jobs import Job, JobState, perform
from storage.people.links import SEND_RESET, Link, LinkKind, issue
from storage.people.outbox import MailMessage
from storage.people.people import Person
from storage.people.second_factor import begin_second_factor
from webapp import worker

GOOD = "vier losse lampen fietsen"


@pytest.fixture
def link(session, people):
    """The invitation of a candidate who has no password yet."""
    session.merge(people.candidate).password_hash = None
    row = issue(session, people.candidate, LinkKind.INVITATION, people.officer.id, datetime.now(UTC))
    session.commit()
    return f"/welkom/{row.token}"


def choose(visitor, link, password=GOOD, again=None):
    return visitor.post(link, {"password": password, "again": password if again is None else again})


def verbs(person):
    with new_session(writes=False) as session:
        mine = select(AuditEvent.verb).where(AuditEvent.subject == person.id).order_by(AuditEvent.at)
        return list(session.scalars(mine))


def test_an_invitation_is_looked_at_by_a_scanner_and_used_by_its_person(people, visit, link):
    scanner = visit()
    for method in ("GET", "HEAD", "GET"):
        assert scanner.client.open(link, method=method).status_code == 200
    visitor = visit()
    page = visitor.get(link)
    assert people.candidate.name in page.text
    assert people.candidate.email in page.text
    assert choose(visitor, link).location == "/"
    assert visitor.get("/examen").status_code == 200
    assert visit().log_in(people.candidate.email, GOOD).status_code == 302
    assert {"invitation_issued", "invitation_used", "logged_in"} <= set(verbs(people.candidate))


def test_a_link_works_once(people, visit, link):
    choose(visit(), link)
    for answer in (visit().get(link), choose(visit(), link, "een ander lang gerecht")):
        assert answer.status_code == 410
        assert "Deze link werkt niet meer" in answer.text
    assert visit().log_in(people.candidate.email, "een ander lang gerecht").status_code == 422


@pytest.mark.parametrize(
    "kind, life", [(LinkKind.INVITATION, timedelta(days=14)), (LinkKind.RESET, timedelta(hours=1))]
)
def test_a_link_gets_old(session, people, visit, kind, life):
    row = issue(session, people.candidate, kind, None, datetime.now(UTC) - life + timedelta(minutes=1))
    session.commit()
    assert visit().get(f"/welkom/{row.token}").status_code == 200
    session.execute(update(Link).values(expires_at=datetime.now(UTC)))
    session.commit()
    assert choose(visit(), f"/welkom/{row.token}").status_code == 410


def test_a_second_invitation_ends_the_first_and_is_logged(session, people, visit, link):
    again = issue(session, people.candidate, LinkKind.INVITATION, people.officer.id, datetime.now(UTC))
    session.commit()
    assert visit().get(link).status_code == 410
    assert visit().get(f"/welkom/{again.token}").status_code == 200
    with new_session(writes=False) as other:
        facts = [
            event.facts for event in other.scalars(select(AuditEvent).where(AuditEvent.verb == "invitation_issued"))
        ]
    assert {"again": True} in facts
    assert {"again": False} in facts


@pytest.mark.one_database
@pytest.mark.parametrize("token", ["x", "AAAA", "A" * 64, "A" * 65, "%00", "é", "=" * 8])
def test_a_link_that_was_made_up_opens_nothing(people, visit, token):
    assert visit().get(f"/welkom/{token}").status_code == 410


@pytest.mark.one_database
def test_a_link_that_was_changed_opens_nothing(people, visit, link):
    for at in range(len("/welkom/"), len(link) - 1, 7):
        changed = link[:at] + ("A" if link[at] != "A" else "B") + link[at + 1 :]
        assert visit().get(changed).status_code == 410


@pytest.mark.parametrize(
    "password, again, said",
    [
        ("", None, "Kies een wachtwoord."),
        ("kort", None, "Gebruik ten minste 12 tekens."),
        (GOOD, "iets heel anders dan dat", "Dit is niet hetzelfde."),
        ("wachtwoord12345", None, "te makkelijk te raden"),
        ("Welkom123456", None, "te makkelijk te raden"),
        ("aaaaaaaaaaaaaaaa", None, "te makkelijk te raden"),
        ("kandidaat een 1", None, "te makkelijk te raden"),
        ("lifeispain2007", None, "lijst van gestolen wachtwoorden"),
        ("LIFEisPAIN2007", None, "lijst van gestolen wachtwoorden"),
        ("x" * 201, None, "Gebruik hoogstens 200 tekens."),
    ],
)
@pytest.mark.one_database
def test_a_password_that_is_not_good_enough_is_explained_and_costs_nothing(people, visit, link, password, again, said):
    visitor = visit()
    answer = choose(visitor, link, password, again)
    assert answer.status_code == 422
    assert said in text_of(answer.text)
    assert choose(visitor, link).status_code == 302


FORGOTTEN = "/wachtwoord-vergeten"


def send_resets() -> list[dict]:
    """Do what the office's worker does when it is asked for links; what each job said."""
    with new_session(writes=False) as session:
        ids = list(session.scalars(select(Job.id).where(Job.kind == SEND_RESET, Job.state == JobState.WAITING)))
    for one in ids:
        perform(one, worker.send_reset)
    with new_session(writes=False) as session:
        return [session.get_one(Job, one).result for one in ids]


def test_the_answer_is_the_same_whether_the_address_is_known(people, visit):
    known = visit().post(FORGOTTEN, {"email": f" {people.candidate.email.upper()} "})
    unknown = visit().post(FORGOTTEN, {"email": "niemand@voorbeeld.example"})
    assert (known.status_code, unknown.status_code) == (200, 200)
    assert text_of(known.text) == text_of(unknown.text)
    assert sorted(one["sent"] for one in send_resets()) == [False, True]
    with new_session(writes=False) as session:
        (message,) = session.scalars(select(MailMessage))
    assert (message.person_id, message.template) == (people.candidate.id, "password_reset")


def test_a_known_and_an_unknown_address_are_the_same_work(people, visit, monkeypatch):
    done: list[str] = []

    def of(visitor, email: str) -> list[str]:
        done.clear()
        assert visitor.post(FORGOTTEN, {"email": email}).status_code == 200
        return list(done)

    visitor = visit()
    engine = database.engine()
    listeners = (
        ("before_cursor_execute", lambda _connection, _cursor, statement, *_more: done.append(statement)),
        ("commit", lambda _connection: done.append("COMMIT")),
    )
    rung = jobs.ring
    monkeypatch.setattr(jobs, "ring", lambda *what: (done.append(f"ring {what[0]}"), rung(*what)))
    monkeypatch.setattr(PasswordHasher, "hash", lambda *_: done.append("hash"))
    monkeypatch.setattr(PasswordHasher, "verify", lambda *_: done.append("verify"))
    for name, listener in listeners:
        event.listen(engine, name, listener)
    try:
        # The second time there is a job already.
        known = [of(visitor, people.candidate.email) for _ in range(2)]
        unknown = [of(visitor, "niemand@voorbeeld.example") for _ in range(2)]
    finally:
        for name, listener in listeners:
            event.remove(engine, name, listener)
    assert known == unknown
    assert sum("INSERT INTO job" in one for one in known[0]) == 1
    assert known[0][-2:] == ["COMMIT", f"ring {SEND_RESET}"]
    assert not any("INSERT" in one for one in known[1])


def test_a_new_password_ends_the_sessions_elsewhere(people, visit):
    elsewhere, visitor = visit(people.candidate), visit()
    visitor.post(FORGOTTEN, {"email": people.candidate.email})
    send_resets()
    with new_session(writes=False) as session:
        link = f"/welkom/{session.scalars(select(Link)).one().token}"
    assert choose(visitor, link).location == "/"
    assert visitor.get("/examen").status_code == 200
    assert elsewhere.get("/examen").status_code == 302
    assert visit().log_in(people.candidate.email).status_code == 422


def test_no_token_stands_in_the_database(session, people, visit):
    visit().post(FORGOTTEN, {"email": people.candidate.email})
    send_resets()
    link, message = session.scalars(select(Link)).one(), session.scalars(select(MailMessage)).one()
    assert link.token not in repr({column.key: getattr(link, column.key) for column in Link.__table__.columns})
    assert "/welkom/" not in message.text
    assert message.link_id == link.id


@pytest.mark.one_database
def test_asking_for_links_is_limited_for_every_address_alike(people, visit):
    for email in (people.candidate.email, "niemand@voorbeeld.example"):
        statuses = [visit().post(FORGOTTEN, {"email": email}).status_code for _ in range(4)]
        assert statuses == [200, 200, 200, 429]


def test_who_is_logged_in_as_another_becomes_the_one_of_the_link(people, visit, link):
    visitor = visit(people.officer)
    choose(visitor, link)
    assert visitor.get("/bureau").status_code == 404
    assert people.candidate.name in visitor.get("/account").text


@pytest.mark.one_database
def test_a_link_leads_to_the_second_step_of_whoever_has_one(session, people, visit):
    begin_second_factor(session, people.officer, cast.NOW).confirmed_at = cast.NOW
    row = issue(session, people.officer, LinkKind.RESET, None, datetime.now(UTC))
    session.commit()
    visitor = visit()
    assert choose(visitor, f"/welkom/{row.token}").location == "/inloggen/code"
    assert visitor.get("/bureau").status_code == 302
    assert session.get(Person, people.officer.id) is not None

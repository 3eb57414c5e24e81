"""Another e-mail address: proven by the new one, told to the old one, and never by a link alone."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from support import cast

from storage.base.database import new_session
from storage.people import logins, outbox
from storage.people.outbox import MailMessage
from storage.people.people import Person
from webapp.mail import deliver

NEW = "nieuw@voorbeeld.example"
PAGE = "/account/adres"


def mails():
    with new_session(writes=False) as session:
        return {one.template: one for one in session.scalars(select(MailMessage))}


def address_of(person):
    with new_session(writes=False) as session:
        return session.get(Person, person.id).email


def link():
    return re.search(r"/account/adres/\S+", mails()["address_confirm"].text).group()


@pytest.fixture
def asked(people, visit):
    """A candidate who asked for the new address."""
    visitor = visit(people.candidate)
    assert "Kijk in uw mail" in visitor.post(PAGE, {"email": NEW}).text
    return visitor


def test_the_new_address_is_proven_and_the_old_one_is_told(people, visit, asked):
    old, elsewhere = people.candidate.email, visit(people.candidate)
    assert (address_of(people.candidate), mails()["address_confirm"].address) == (old, NEW)
    assert "Dit wordt uw e-mailadres" in asked.get(link()).text
    assert address_of(people.candidate) == old  # looking changes nothing
    assert asked.post(link()).location == "/account"
    assert address_of(people.candidate) == NEW
    told = mails()["address_changed"]
    assert told.address == old
    assert "http" not in told.text and "bureau van KSF" in told.text and NEW not in told.text
    assert asked.get("/account").status_code == 200
    assert elsewhere.get("/account").location.startswith("/inloggen")
    assert asked.get(link()).status_code == asked.post(link()).status_code == 410  # once
    assert visit().log_in(NEW).status_code == 302


def test_each_mail_goes_to_its_own_address(people, asked, installation):
    asked.post(link())
    with new_session(writes=False) as session:
        to = {one.template: deliver._as_email(one, cast.NOW)["To"] for one in session.scalars(select(MailMessage))}
    assert to == {"address_confirm": NEW, "address_changed": people.candidate.email}


def test_the_link_opens_nothing_in_another_browser(people, visit, asked):
    for other in (visit(people.candidate), visit(people.manager)):
        assert other.get(link()).status_code == other.post(link()).status_code == 410
    assert visit().get(link()).location.startswith("/inloggen")
    assert asked.get(f"{link()}x").status_code == asked.get(f"{PAGE}/é").status_code == 410


def test_after_an_hour_the_link_is_gone(people, asked, monkeypatch):
    address = link()
    with asked.client.session_transaction() as kept:
        kept["address"] |= {"at": (datetime.now(UTC) - timedelta(hours=1, seconds=1)).timestamp()}
    assert asked.post(address).status_code == 410


def test_no_address_stands_in_the_link(asked):
    assert "@" not in link() and "%40" not in link() and len(link()) < 60


def test_somebody_elses_address_gets_the_same_answer_and_no_link(people, visit):
    page = visit(people.candidate).post(PAGE, {"email": people.manager.email})
    assert "Kijk in uw mail" in page.text
    assert mails() == {}


def test_an_address_that_somebody_took_meanwhile_is_refused(session, people, asked):
    session.merge(people.manager).email = NEW
    session.commit()
    assert asked.post(link()).location == PAGE
    assert address_of(people.candidate) == people.candidate.email


@pytest.mark.parametrize("typed", ["", "geen adres", "a@b", "x" * 300 + "@voorbeeld.example"])
def test_what_is_no_address_is_explained(people, visit, typed):
    assert visit(people.candidate).post(PAGE, {"email": typed}).status_code == 422
    assert mails() == {}


def test_the_own_address_is_no_change(people, visit):
    assert "Dit is al uw adres" in visit(people.candidate).post(PAGE, {"email": people.candidate.email.upper()}).text


def test_the_password_is_asked_first(session, people, visit):
    visitor = visit(people.candidate)
    for row in session.scalars(select(logins.LogIn)):
        row.confirmed_at -= timedelta(hours=1)
    session.commit()
    assert visitor.get(PAGE).location.startswith("/account/bevestigen")
    assert visitor.post(PAGE, {"email": NEW}).location.startswith("/account/bevestigen")
    assert mails() == {}


def test_asking_often_is_limited(people, visit):
    visitor = visit(people.candidate)
    answers = [visitor.post(PAGE, {"email": f"{n}{NEW}"}).status_code for n in range(11)]
    assert answers == [200] * 10 + [429]


def test_what_the_office_changes_is_told_to_the_old_address_too(session, people, visit):
    officer, typed = visit(people.officer), {"name": people.candidate.name, "email": NEW}
    assert officer.post(f"/bureau/mensen/{people.candidate.id}", typed).status_code == 302
    assert mails()["address_changed"].address == people.candidate.email
    session.merge(people.manager).password_hash = None
    session.commit()
    typed = {"name": people.manager.name, "email": f"2{NEW}"}
    assert officer.post(f"/bureau/mensen/{people.manager.id}", typed).status_code == 302
    assert len(mails()) == 1  # nobody ever used that account, the address was only wrong
    with new_session(writes=False) as fresh:
        assert len(fresh.scalars(select(MailMessage)).all()) == 1


def test_a_refused_mail_to_the_old_address_says_nothing_about_the_new_one(session, people, visit):
    visit(people.officer).post(f"/bureau/mensen/{people.candidate.id}", {"name": people.candidate.name, "email": NEW})
    old = people.candidate.email
    session.expire_all()
    message = session.scalars(select(MailMessage)).one()
    message.bounced("SMTPRecipientsRefused 550", cast.NOW)
    session.commit()
    assert message.person.bounced_at is None
    message.state = outbox.MailState.SENT
    message.sent_at = cast.NOW
    session.commit()
    assert outbox.bounce(session, old, cast.NOW) is message
    assert outbox.bounce(session, NEW, cast.NOW) is None
    assert message.person.bounced_at is None

"""Another e-mail address: proven by the mail to it alone, told to the old one, and never by a link alone."""

import base64
import re
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from support import cast
from support.visitors import text_of

from storage.base.database import new_session
from storage.people import logins, outbox
from storage.people.links import Link, LinkKind, issue
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
    """What the mail to the new address holds once it is sent, and nothing else does."""
    with new_session(writes=False) as session:
        (message,) = session.scalars(select(MailMessage).where(MailMessage.template == "address_confirm"))
        text = deliver._as_email(message, cast.NOW).get_body(("plain",)).get_content()
    return re.search(r"/account/adres/\S+", text).group()


def cookie(visitor):
    """Everything that the browser of this visitor holds, readable or decoded."""
    raw = " ".join(one.value for one in visitor.client._cookies.values())
    parts = [raw]
    for part in re.split(r"[ .]", raw):
        try:
            data = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
            parts += [data.decode("latin-1")]
            parts += [zlib.decompress(data).decode("latin-1")]
        except (ValueError, zlib.error):
            continue
    return " ".join(parts)


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


def test_the_word_that_proves_it_stands_in_the_mail_alone(session, people, asked):
    """Neither the browser that asked, nor the outbox, nor any column of the link says it, or whether it was sent."""
    word = link().rpartition("/")[2]
    assert word not in cookie(asked) and NEW not in cookie(asked)
    rows = session.scalars(select(Link)).all() + session.scalars(select(MailMessage)).all()
    kept = repr([{column.key: getattr(row, column.key) for column in row.__table__.columns} for row in rows])
    assert word not in kept
    with asked.client.session_transaction() as mine:
        assert set(mine) <= {"_user_id", "_fresh", "csrf_token", "_id", "_permanent"}


def test_the_link_opens_in_each_browser_of_the_one_who_asked_and_for_nobody_else(people, visit, asked):
    other = visit(people.manager)
    assert other.get(link()).status_code == other.post(link()).status_code == 410
    assert visit().get(link()).location.startswith("/inloggen")
    assert visit().post(link()).location.startswith("/inloggen")
    assert asked.get(f"{link()}x").status_code == asked.get(f"{PAGE}/é").status_code == 410
    assert address_of(people.candidate) == people.candidate.email
    assert visit(people.candidate).post(link()).location == "/account"
    assert address_of(people.candidate) == NEW


def test_a_link_for_an_address_chooses_no_password_and_one_for_a_password_no_address(session, people, visit, asked):
    token = link().rpartition("/")[2]
    assert visit().get(f"/welkom/{token}").status_code == 410
    reset = issue(session, people.candidate, LinkKind.RESET, None, datetime.now(UTC))
    session.commit()
    assert asked.post(f"{PAGE}/{reset.token}").status_code == 410


def test_after_an_hour_the_link_is_gone(session, people, asked):
    address = link()
    row = session.scalars(select(Link)).one()
    assert row.expires_at - row.created_at == timedelta(hours=1)
    row.expires_at = datetime.now(UTC)
    session.commit()
    assert asked.post(address).status_code == 410


def test_another_question_ends_the_link_of_before(people, asked):
    first = link()
    asked.post(PAGE, {"email": f"2{NEW}"})
    assert asked.get(first).status_code == 410


@pytest.mark.parametrize("changed_by", ["the person", "the office"])
def test_links_that_went_to_the_old_address_open_nothing_after_a_change(session, people, visit, asked, changed_by):
    old = issue(session, people.candidate, LinkKind.RESET, None, datetime.now(UTC))
    session.commit()
    assert visit().get(old.path).status_code == 200
    if changed_by == "the person":
        asked.post(link())
    else:
        typed = {"name": people.candidate.name, "email": f"3{NEW}", "sure": f"3{NEW}"}
        visit(people.officer).post(f"/bureau/mensen/{people.candidate.id}", typed)
    assert address_of(people.candidate) != people.candidate.email
    assert visit().get(old.path).status_code == 410


def test_no_address_stands_in_the_link(asked):
    assert "@" not in link() and "%40" not in link() and len(link()) < 90


def test_nothing_tells_a_free_address_from_a_taken_one(people, visit):
    free, taken = visit(people.candidate), visit(people.second_candidate)
    answers = [free.post(PAGE, {"email": NEW}), taken.post(PAGE, {"email": people.manager.email})]
    pages = [text_of(one.text).replace(NEW, "X").replace(people.manager.email, "X") for one in answers]
    assert pages[0] == pages[1] and "Kijk in uw mail" in pages[0]
    heads = [sorted(name for name, _ in one.headers) for one in answers]
    assert heads[0] == heads[1]
    kept = []
    for visitor in (free, taken):
        with visitor.client.session_transaction() as mine:
            kept.append(sorted(mine))
    assert kept[0] == kept[1]


def test_who_has_the_address_hears_that_it_was_asked_and_the_asker_gets_no_link(people, visit):
    visit(people.candidate).post(PAGE, {"email": people.manager.email})
    (told,) = mails().values()
    assert (told.template, told.person_id) == ("address_known", people.manager.id)
    assert (told.link_id, told.address) == (None, None)
    assert people.candidate.email not in told.text and people.candidate.name not in told.text


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


def test_asking_from_more_browsers_counts_for_one_person(people, visit):
    answers = [visit(people.candidate).post(PAGE, {"email": f"{n}{NEW}"}).status_code for n in range(11)]
    assert answers == [200] * 10 + [429]


def test_one_address_is_not_written_to_by_many(people, visit):
    askers = (people.candidate, people.second_candidate, people.outsider_candidate, people.assessors[0])
    answers = [visit(one).post(PAGE, {"email": people.manager.email}).status_code for one in askers]
    assert answers == [200] * 3 + [429]


def test_what_the_office_changes_is_told_to_the_old_address_too(session, people, visit):
    officer, typed = visit(people.officer), {"name": people.candidate.name, "email": NEW, "sure": NEW}
    assert officer.post(f"/bureau/mensen/{people.candidate.id}", typed).status_code == 302
    assert mails()["address_changed"].address == people.candidate.email
    session.merge(people.manager).password_hash = None
    session.commit()
    typed = {"name": people.manager.name, "email": f"2{NEW}", "sure": f"2{NEW}"}
    assert officer.post(f"/bureau/mensen/{people.manager.id}", typed).status_code == 302
    # Nobody ever used that account: the address was only wrong, and the invitation goes where it should have gone.
    with new_session(writes=False) as fresh:
        (invited,) = fresh.scalars(select(MailMessage).where(MailMessage.person_id == people.manager.id))
        assert (invited.template, invited.recipient) == ("account_invitation", f"2{NEW}")


def test_a_refused_mail_to_the_old_address_says_nothing_about_the_new_one(session, people, visit):
    typed = {"name": people.candidate.name, "email": NEW, "sure": NEW}
    visit(people.officer).post(f"/bureau/mensen/{people.candidate.id}", typed)
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

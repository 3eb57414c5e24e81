"""The test mail of the institution's page: a real mail server takes it or does not, and the officer reads which."""

import pytest
from support import cast, mailbox_server
from support.visitors import text_of

from storage.people import institution
from webapp.dutch.institution import not_sent

TRY = "/bureau/instelling/proefmail"


@pytest.fixture
def officer(session, people, visit):
    institution.keep(session, cast.institution_values(), None, cast.NOW)
    session.commit()
    return visit(people.officer)


def told(visitor) -> str:
    answer = visitor.post(TRY)
    assert answer.status_code == 302 and answer.location.endswith("/bureau/instelling#proefmail")
    page = visitor.get("/bureau/instelling")
    assert page.status_code == 200
    return text_of(page.text)


def test_a_mail_server_that_takes_it_is_said_so_and_the_mail_is_there(officer, people, environment):
    with mailbox_server.listening() as box:
        environment(VIGNET_MAIL_URL=box.url)
        assert f"heeft de proefmail aan {people.officer.email} aangenomen" in told(officer)
    ((to, mail),) = box.received
    assert to == [people.officer.email]
    assert (mail["Subject"], mail["From"]) == ("Vignet kan mail versturen", cast.institution_values()["sender"])


def test_a_mail_server_that_is_not_there_is_said_in_words(officer, environment):
    environment(VIGNET_MAIL_URL="smtp://127.0.0.1:1")
    assert "De mailserver is niet te bereiken." in told(officer)


def test_an_installation_that_sends_nothing_says_so(officer, installation):
    assert "bewaart elke mail als bestand" in told(officer)
    assert len(list((installation.data / "mail").glob("*.eml"))) == 1


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("SMTPRecipientsRefused 550", "weigert het adres a@b.example."),
        ("SMTPSenderRefused", "weigert de afzender KSF <c@d.example>."),
        ("SMTPAuthenticationError", "weigert naam of wachtwoord."),
        ("SMTPServerDisconnected", "nam de proefmail niet aan."),
    ],
)
def test_every_answer_of_a_server_is_a_sentence(kind, words):
    assert words in not_sent(kind, "a@b.example", "KSF <c@d.example>")

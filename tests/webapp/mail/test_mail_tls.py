"""Mail goes out in secret: what a server offers is used, and where it must be secret nothing goes without."""

import pytest
from support import cast, certificates, mail_jobs, mailbox_server

from storage.base.database import new_session
from storage.people import outbox
from storage.people.outbox import MailMessage, MailState

pytestmark = pytest.mark.one_database

HERE = "127.0.0.1"


@pytest.fixture
def message(session, people):
    row = outbox.add(session, people.candidate, "invitation", "Uw examen", "Beste kandidaat,\n", cast.NOW)
    session.commit()
    return row


@pytest.fixture
def trusted(tmp_path, monkeypatch):
    """A certificate of this very address that this machine trusts."""
    public, context = certificates.self_signed(tmp_path, HERE)
    monkeypatch.setenv("SSL_CERT_FILE", str(public))
    return context


def outcome(message):
    """(state, error) after one attempt."""
    mail_jobs.send_due(cast.NOW)
    with new_session(writes=False) as session:
        row = session.get(MailMessage, message.id)
        return row.state, row.error


@pytest.mark.parametrize("must", ["on", "off"])
def test_starttls_is_used_where_it_is_offered(message, environment, trusted, must):
    with mailbox_server.listening(starttls=trusted) as box:
        environment(VIGNET_MAIL_URL=box.url, VIGNET_MAIL_TLS=must)
        assert outcome(message) == (MailState.SENT, None)
    assert box.secret == [True]


def test_tls_from_the_first_byte_on(message, environment, trusted):
    with mailbox_server.listening(tls=trusted) as box:
        environment(VIGNET_MAIL_URL=box.url, VIGNET_MAIL_TLS="on")
        assert outcome(message) == (MailState.SENT, None)
    assert box.secret == [True]


@pytest.mark.parametrize("kind", ["never offered", "stripped"])
@pytest.mark.parametrize("settings", [{"VIGNET_MAIL_TLS": "on"}, {"user": "name:word@"}])
def test_without_an_offer_nothing_goes_where_it_must_be_secret(message, environment, trusted, kind, settings):
    settings = dict(settings)
    offered = trusted if kind == "stripped" else None
    with mailbox_server.listening(starttls=offered, strips=kind == "stripped") as box:
        url = box.url.replace("//", f"//{settings.pop('user', '')}")
        environment(VIGNET_MAIL_URL=url, **settings)
        assert outcome(message) == (MailState.WAITING, "SMTPNotSupportedError")
    assert box.received == []


@pytest.mark.parametrize("must", ["on", "off"])
def test_a_server_that_takes_its_offer_back_gets_no_mail(message, environment, trusted, must):
    with mailbox_server.listening(starttls=trusted, refuses=True) as box:
        environment(VIGNET_MAIL_URL=box.url, VIGNET_MAIL_TLS=must)
        assert outcome(message) == (MailState.WAITING, "SMTPResponseException")
    assert box.received == []


@pytest.mark.parametrize("way", ["starttls", "tls"])
@pytest.mark.parametrize("fault", ["unknown authority", "another name"])
def test_a_certificate_is_verified(message, environment, tmp_path, monkeypatch, way, fault):
    public, context = certificates.self_signed(tmp_path, HERE if fault == "unknown authority" else "192.0.2.1")
    if fault == "another name":
        monkeypatch.setenv("SSL_CERT_FILE", str(public))
    with mailbox_server.listening(**{way: context}) as box:
        environment(VIGNET_MAIL_URL=box.url)
        assert outcome(message) == (MailState.WAITING, "SSLCertVerificationError")
    assert box.received == []

"""Mail: written in the transaction that causes it, sent once, tried again when the server is away."""

import email
import email.policy
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from support import cast, mail_jobs, mailbox_server

from storage.base import jobs
from storage.base.backoff import MAILS
from storage.base.database import new_session
from storage.base.jobs import JobState
from storage.people import outbox
from storage.people.outbox import MailMessage, MailState
from webapp.mail import deliver
from webapp.mail.notify import notify

TEXT = "Beste kandidaat,\n\nUw examen staat klaar. Één vraag? Bel ons.\n"


@pytest.fixture
def mails(installation, environment):
    """A real mail server that this test's installation sends by."""
    with mailbox_server.listening() as box:
        environment(VIGNET_MAIL_URL=box.url, VIGNET_MAIL_SENDER="KSF <examen@ksf.example>")
        yield box


@pytest.fixture
def message(session, people):
    row = outbox.add(session, people.candidate, "invitation", "Uw examen: één keer", TEXT, cast.NOW)
    session.commit()
    return row


def read(message):
    with new_session(writes=False) as session:
        return session.get(MailMessage, message.id)


def test_a_mail_reaches_the_server_once(people, message, mails):
    assert mail_jobs.send_due(cast.NOW) == 1
    assert mail_jobs.send_due(cast.NOW + timedelta(days=1)) == 0
    ((to, mail),) = mails.received
    assert to == [people.candidate.email]
    assert mail["From"] == "KSF <examen@ksf.example>"
    assert mail["Subject"] == "Uw examen: één keer"
    assert mail["Message-ID"] == f"<{message.id}@ksf.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    plain, html = mail.iter_parts()
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert plain.get_content().replace("\r\n", "\n") == TEXT
    assert "<p>Uw examen staat klaar. Één vraag? Bel ons.</p>" in html.get_content()
    row = read(message)
    assert (row.state, row.sent_at, row.attempts, row.error) == (MailState.SENT, cast.NOW, 1, None)


def test_a_server_that_is_away_costs_time_and_no_mail(message, mails, environment):
    there = environment().mail_url
    environment(VIGNET_MAIL_URL="smtp://127.0.0.1:1")
    assert mail_jobs.send_due(cast.NOW) == 0
    row, job = read(message), mail_jobs.job_of(message.id)
    assert (row.state, row.attempts, row.error) == (MailState.WAITING, 1, "ConnectionRefusedError")
    assert (job.state, job.attempts, job.error) == (JobState.WAITING, 0, "ConnectionRefusedError")
    assert job.not_before == cast.NOW + timedelta(seconds=MAILS.delays_s[0])
    environment(VIGNET_MAIL_URL=there)
    assert mail_jobs.send_due(cast.NOW + timedelta(seconds=59)) == 0
    assert mail_jobs.send_due(job.not_before) == 1
    assert len(mails.received) == 1


def test_after_the_last_attempt_the_office_is_told(message, mails):
    mails.answer, now = "550 No", cast.NOW
    for attempt, delay_s in enumerate(MAILS.delays_s, 1):
        mail_jobs.send_due(now)
        assert read(message).attempts == attempt
        now += timedelta(seconds=delay_s)
        assert mail_jobs.job_of(message.id).not_before == now
    mail_jobs.send_due(now)
    row, job = read(message), mail_jobs.job_of(message.id)
    assert (row.state, row.error) == (MailState.FAILED, "SMTPDataError")
    assert (job.state, job.result) == (JobState.DONE, {"state": "failed"})
    assert len(mails.received) == MAILS.attempts
    now += timedelta(days=1)
    mail_jobs.send_due(now)
    assert len(mails.received) == MAILS.attempts


def test_one_impossible_address_holds_up_nobody_else(session, people, message, mails):
    session.merge(people.second_candidate).email = "twee\nregels@voorbeeld.example"
    outbox.add(session, people.second_candidate, "invitation", "Uw examen", TEXT, cast.NOW - timedelta(days=1))
    session.commit()
    assert mail_jobs.send_due(cast.NOW) == 1
    assert len(mails.received) == 1
    with new_session(writes=False) as other:
        errors = set(other.scalars(select(MailMessage.error)))
    assert errors == {None, "NotMade ValueError"}


def test_a_subject_with_signs_that_no_eye_sees_is_sent(session, people, mails):
    for unseen in ("\u2028", "\u2029", "\x85", "\x0b", "\x1c", "\n", "\r\n", "\ufeff", "\u200b"):
        outbox.add(session, people.candidate, "invitation", f"Kim{unseen} Proef", f"Kim{unseen} Proef\n", cast.NOW)
    session.commit()
    assert mail_jobs.send_due(cast.NOW) == 9
    assert {mail["Subject"] for _, mail in mails.received} == {"Kim Proef"}
    assert all(mail["Bcc"] is None for _, mail in mails.received)


def test_two_workers_send_a_mail_once(message, mails):
    job_id = mail_jobs.job_of(message.id).id
    with mail_jobs.at(cast.NOW), ThreadPoolExecutor(4) as workers:
        for _ in range(4):
            workers.submit(jobs.perform, job_id, lambda job: deliver.attempt(job.subject, cast.NOW))
    assert len(mails.received) == 1


def test_a_worker_that_died_while_sending_costs_a_minute(message, mails):
    assert jobs.claim(mail_jobs.job_of(message.id).id, "died", cast.NOW)
    assert mail_jobs.send_due(cast.NOW + jobs.LEASE) == 0
    assert mail_jobs.send_due(cast.NOW + jobs.LEASE + timedelta(seconds=1)) == 1


def test_a_mail_that_is_forgotten_or_sent_already_is_no_fault_of_its_job(message, mails):
    assert deliver.attempt(uuid.uuid4(), cast.NOW) == {}
    mail_jobs.send_due(cast.NOW)
    assert deliver.attempt(message.id, cast.NOW) == {}
    assert len(mails.received) == 1


def test_without_a_server_mail_becomes_files(message, installation):
    assert mail_jobs.send_due(cast.NOW) == 1
    (file,) = (installation.data / "mail").glob("*.eml")
    mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    plain = mail.get_body(("plain",)).get_content()
    assert (mail["Subject"], plain) == ("Uw examen: één keer", TEXT)


@pytest.mark.parametrize("template", ["invitation", "dossier_returned", "dossier_rejected"])
def test_every_text_is_whole(session, people, app, template):
    sitting = cast.sitting(session, people)
    values = {"sitting": sitting, "reason": "Omdat <dit> & dat.", "terms": sitting.dossier.scheme.content.terms}
    with app.test_request_context():
        row = notify(session, people.candidate, template, cast.NOW, **values)
    assert row.subject
    assert "\n" not in row.subject
    assert row.text.startswith("Beste Kandidaat Een,\n")
    assert row.text.endswith("KSF\n")
    assert template == "invitation" or "Omdat <dit> & dat." in row.text
    assert "{" not in row.text
    assert "None" not in row.text

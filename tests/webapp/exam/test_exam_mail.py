"""What candidates hear while nobody is at a page: the receipt, each thing once, and that an answer is asked again."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from support import cast
from support.visitors import text_of

from storage.base.database import session_scope
from storage.base.jobs import Job, JobState, perform
from storage.exam.recordings import RECEIPT, Original, enqueue_receipt, latest_take
from storage.exam.sittings import RETAKE_ASKED
from storage.people.outbox import MailMessage
from webapp import worker

FAULT = [{"kind": "frozen", "found": 0.4, "needed": 0.2}]


@pytest.fixture
def finished(session, people):
    sitting = cast.finished_sitting(session, people, datetime.now(UTC) - timedelta(hours=1))
    enqueue_receipt(session, sitting, sitting.finished_at)
    session.commit()
    return sitting


def work(kind, handler) -> dict:
    """Do every open job of this kind; what the last one said."""
    with session_scope() as session:
        ids = session.scalars(select(Job.id).where(Job.kind == kind, Job.state == JobState.WAITING)).all()
        for job in session.scalars(select(Job).where(Job.id.in_(ids))):
            job.not_before = cast.NOW
    for one in ids:
        perform(one, handler)
    with session_scope(writes=False) as session:
        return session.get(Job, ids[-1]).result if ids else {}


def mails(template: str) -> list[MailMessage]:
    with session_scope(writes=False) as session:
        found = select(MailMessage).where(MailMessage.template == template).order_by(MailMessage.created_at)
        return list(session.scalars(found))


def test_the_receipt_names_every_answer_and_is_sent_once(session, people, visit, finished):
    assert work(RECEIPT, worker.send_receipt) == {"sent": True}
    (mail,) = mails("receipt")
    hashes = [latest_take(session, answer).sha256 for answer in finished.answers]
    assert all(digest in mail.text for digest in hashes)
    assert mail.text.count("40 seconden") == 10
    assert "None" not in mail.text and "{" not in mail.text
    enqueue_receipt(session, finished, datetime.now(UTC))
    session.commit()
    assert work(RECEIPT, worker.send_receipt) == {"sent": False}
    assert len(mails("receipt")) == 1


def test_what_comes_later_is_added_to_the_receipt_on_the_page_and_by_mail(session, people, visit, finished):
    work(RECEIPT, worker.send_receipt)
    take, now = latest_take(session, finished.answers[3]), datetime.now(UTC)
    told = take.sha256
    values = {"size": 1, "cipher_size": 2, "cipher_sha256": "c" * 64, "created_at": now}
    take.originals.append(Original(name="slices-30-44", key="k", sha256="b" * 64, **values))
    take.capture(now)
    take.store(44.0, {}, now + timedelta(seconds=5))
    session.commit()
    assert take.sha256 != told
    assert work(RECEIPT, worker.send_receipt) == {"sent": True}
    before, after = (mail.text for mail in mails("receipt"))
    assert told in before and take.sha256 not in before
    assert told in after and take.sha256 in after
    assert "daarna kwam nog een deel binnen" in after and "daarna kwam" not in before
    page = visit(people.candidate).get("/examen").text
    assert told in page and take.sha256 in page
    assert text_of(page).count("later nog een deel:") == 1


def test_a_fault_found_after_the_end_is_told(session, people, finished):
    answer, now = finished.answers[2], datetime.now(UTC)
    latest_take(session, answer).capture(now)
    latest_take(session, answer).refuse(FAULT, {}, now)
    session.commit()
    assert work(RETAKE_ASKED, worker.send_retake) == {"sent": True}
    (mail,) = mails("retake")
    assert mail.person_id == people.candidate.id
    assert "situatie 3" in mail.text and "(opname 2)" in mail.text
    assert work(RECEIPT, worker.send_receipt) == {"sent": False}, "the exam is open again"


def test_a_retake_that_was_withdrawn_meanwhile_is_not_told(session, people, finished):
    take, now = latest_take(session, finished.answers[2]), datetime.now(UTC)
    take.capture(now)
    take.refuse(FAULT, {}, now)
    take.capture(now)
    take.store(40.0, {}, now)
    session.commit()
    assert work(RETAKE_ASKED, worker.send_retake) == {"sent": False}
    assert mails("retake") == []

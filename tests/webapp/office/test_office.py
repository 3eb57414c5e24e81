"""The office: a decision about part 1 and all that follows from it, once; what broke gets another life."""

import uuid

import pytest
from sqlalchemy import select
from support import cast
from support.visitors import text_of

from storage.base import audit
from storage.base.database import new_session
from storage.base.jobs import Job, JobState, Queue
from storage.judging.progress import decide as decide_verdict
from storage.people import outbox
from storage.people.links import LinkKind, issue
from storage.people.outbox import MailMessage, MailState


@pytest.fixture
def handed_in(session, people):
    """A motivation file that waits for a decision, in an installation with situations."""
    cast.pack(session)
    row = cast.dossier(session, people)
    row.submit(people.candidate.id, cast.NOW)
    session.commit()
    return row


def all_of(noun):
    with new_session(writes=False) as session:
        return list(session.scalars(select(noun)))


def test_the_home_page_counts_what_waits(people, visit, handed_in):
    page = text_of(visit(people.officer).get("/bureau").text)
    assert "1 dossier om te beoordelen" in page
    assert "taken mislukt" not in page and "Doe dit nu" in page
    assert "Kandidaat Een" in visit(people.officer).get("/bureau/dossiers?staat=submitted").text
    assert "Geen dossiers in deze stand" in visit(people.officer).get("/bureau/dossiers?staat=approved").text


@pytest.mark.parametrize(
    "query", ["page=0", "page=-5", "page=999", "page=x", "page=9999999999999999999999", "staat=nonsense", "staat=%00"]
)
def test_an_odd_address_shows_a_page_all_the_same(people, visit, handed_in, query):
    assert "Kandidaat Een" in visit(people.officer).get(f"/bureau/dossiers?{query}").text


def dead(session, kind="finish_recording", subject=None, state=JobState.DEAD):
    job = Job(id=uuid.uuid4(), queue=Queue.MEDIA, kind=kind, subject=subject or uuid.uuid4(), created_at=cast.NOW)
    job.not_before, job.state, job.attempts, job.error = cast.NOW, state, 6, "OSError: weg"
    session.add(job)
    session.commit()
    return job


def test_a_job_that_gave_up_gets_another_life(session, people, visit):
    job = dead(session)
    visitor = visit(people.officer)
    assert "OSError: weg" in visitor.get("/bureau/taken").text
    page = visitor.post(f"/bureau/taken/{job.id}/opnieuw", follow_redirects=True)
    assert "De taak begint opnieuw." in page.text
    (after,) = all_of(Job)
    assert (after.state, after.attempts, after.error) == (JobState.WAITING, 0, None)
    assert [event.verb for event in all_of(audit.AuditEvent)] == ["job_retried"]


def test_a_job_that_already_runs_again_is_left_alone(session, people, visit):
    old = dead(session)
    dead(session, subject=old.subject, state=JobState.WAITING)
    page = visit(people.officer).post(f"/bureau/taken/{old.id}/opnieuw", follow_redirects=True)
    assert page.status_code == 200
    assert "Deze taak loopt al" in page.text
    assert {one.state for one in all_of(Job)} == {JobState.DEAD, JobState.WAITING}
    assert all_of(audit.AuditEvent) == []


def test_a_mail_that_could_not_be_delivered_is_seen_and_tried_again(session, people, visit):
    message = outbox.add(session, people.candidate, "invitation", "Uw examen", "Tekst", cast.NOW)
    message.state, message.attempts = MailState.FAILED, 6
    session.commit()
    visitor = visit(people.officer)
    assert "1 mail niet bezorgd" in text_of(visitor.get("/bureau").text)
    assert "niet bezorgd" in visitor.get("/bureau/post").text
    for said in ("De mail gaat binnen een minuut opnieuw weg.", "Deze mail is al verstuurd, of wacht nog"):
        page = visitor.post(f"/bureau/post/{message.id}/opnieuw", follow_redirects=True)
        assert said in page.text
    (after,) = all_of(MailMessage)
    assert (after.state, after.attempts) == (MailState.WAITING, 0)


def test_the_facts_of_a_recording_are_told_in_words(session, people, visit):
    sitting = cast.begin(cast.sitting(session, people))
    recording = cast.record(session, sitting.answers[0])
    recording.figures = {
        "readable": True,
        "seconds": 80.4,
        "fps": 29.97,
        "width": 1280,
        "height": 720,
        "speech_s": 61.2,
        "av_offset_ms": -12.4,
        "how": "copied",
        "remarks": [{"kind": "little_speech", "found": 1.0, "needed": 3.0}],
        "loss": {
            "sessions": [
                {
                    "session": 1,
                    "sync": "reports",
                    "video": {"packets": 4120, "lost": 3},
                    "audio": {"packets": 0, "lost": 0},
                }
            ]
        },
    }
    session.commit()
    page = text_of(visit(people.officer).get(f"/bureau/opnames/{recording.id}").text)
    for fact in (
        "1280 × 720 beeldpunten",
        "30,0 per seconde",
        "1 minuut 20",
        "geluid 12 milliseconden eerder dan beeld",
        "beeld overgenomen zoals het was",
        "er is weinig spraak te horen",
        "4120 pakketten, 3 verloren",
        "niets ontvangen",
        "3,0 MB",
        recording.originals[0].sha256,
    ):
        assert fact in page
    assert "av_offset_ms" not in page
    assert "{" not in page


def test_the_beheerder_sees_who_passed_and_nothing_more(session, people, visit):
    sitting = cast.finished_sitting(session, people)
    for slot, assessor in enumerate(people.assessors[:2], 1):
        cast.rate(session, sitting, assessor, slot, level=4)
    verdict = decide_verdict(session, sitting, cast.NOW)
    session.commit()
    beheerder = visit(people.beheerder)
    assert "behaald" not in text_of(beheerder.get("/organisatie").text).partition("Kandidaat Een")[2]
    verdict.confirm(people.officer, cast.NOW)
    verdict.release(people.second_officer, cast.NOW)
    session.commit()
    page = text_of(beheerder.get("/organisatie").text)
    assert "behaald" in page.partition("Kandidaat Een")[2]
    assert "4,0" not in page
    assert "Kandidaat Een" not in visit(people.outsider_beheerder).get("/organisatie").text


def test_the_auditor_sees_a_broken_chain(session, people, visit, handed_in):
    audit.seal(session, b"k" * 32)
    session.commit()
    auditor = visit(people.auditor)
    page = auditor.get("/controle/logboek").text
    assert "De keten is heel" in page
    assert "Dossier ingediend" in page
    event = session.scalars(select(audit.AuditEvent)).first()
    event.facts = {"was": "approved"}
    session.commit()
    assert "De keten is verbroken" in auditor.get("/controle/logboek").text


def test_the_office_reads_the_text_of_a_mail_and_never_a_personal_link(session, people, visit):
    link = issue(session, people.candidate, LinkKind.INVITATION, None, cast.NOW)
    text = f"Beste kandidaat,\n\nOpen {outbox.LINK}\nvandaag.\n\nKSF\n"
    mail = outbox.add(session, people.candidate, "account_invitation", "Welkom", text, cast.NOW, link)
    session.commit()
    officer = visit(people.officer)
    assert f"/bureau/post/{mail.id}" in officer.get("/bureau/post").text
    page = officer.get(f"/bureau/post/{mail.id}").text
    assert "Beste kandidaat," in page
    assert "alleen voor de ontvanger" in page
    assert link.token not in page
    assert visit(people.auditor).get(f"/bureau/post/{mail.id}").status_code == 404
    assert officer.get(f"/bureau/post/{people.officer.id}").status_code == 404

"""The office: a decision about part 1 and all that follows from it, once; what broke gets another life."""

import uuid

import cast
import pytest
from flask import g
from sqlalchemy import select, update
from visitors import text_of

from storage import audit, mail
from storage.database import new_session
from storage.dossiers import Dossier, DossierState
from storage.jobs import Job, JobState, Queue
from storage.mail import MailMessage, MailState
from storage.sittings import Sitting
from storage.verdicts import decide as decide_verdict
from webapp import office


@pytest.fixture
def handed_in(session, people):
    """A motivation file that waits for a decision, in a house with situations."""
    cast.pack(session)
    row = cast.dossier(session, people)
    row.submit(people.candidate.id, cast.NOW)
    session.commit()
    return row


def all_of(noun):
    with new_session(writes=False) as session:
        return list(session.scalars(select(noun)))


def decide(visitor, dossier, decision, reason=""):
    return visitor.post(f"/bureau/dossiers/{dossier.id}", {"decision": decision, "reason": reason})


def test_an_approved_candidate_is_invited_at_once(people, visit, handed_in):
    visitor = visit(people.officer)
    page = visitor.get(decide(visitor, handed_in, "approved").location)
    assert "Goedgekeurd. De uitnodiging is onderweg." in page.text
    assert "Uw besluit over deel 1" not in page.text
    (dossier,), (sitting,), (letter,) = all_of(Dossier), all_of(Sitting), all_of(MailMessage)
    assert (dossier.state, dossier.decided_by_id) == (DossierState.APPROVED, people.officer.id)
    assert sitting.dossier_id == dossier.id
    assert (sitting.closes_at - sitting.opens_at).days == handed_in.scheme.content.sitting.window_days
    assert (letter.person_id, letter.template, letter.state) == (people.candidate.id, "invitation", MailState.WAITING)
    assert people.candidate.name in letter.text
    assert "http" in letter.text
    assert visit(people.candidate).get("/examen").status_code == 200


@pytest.mark.parametrize("decision, word", [("returned", "aan te passen"), ("rejected", "afgewezen")])
def test_a_refusal_tells_the_candidate_why(people, visit, handed_in, decision, word):
    assert decide(visit(people.officer), handed_in, decision, "Beschrijf wat u zelf zei.").status_code == 302
    (dossier,), (letter,) = all_of(Dossier), all_of(MailMessage)
    assert dossier.state == decision
    assert "Beschrijf wat u zelf zei." in letter.text
    assert word in letter.subject + letter.text
    assert all_of(Sitting) == []
    assert "Beschrijf wat u zelf zei." in visit(people.candidate).get(f"/dossier/{dossier.id}").text


@pytest.mark.parametrize("decision", ["returned", "rejected"])
@pytest.mark.parametrize("reason", ["", "   \n"])
def test_a_refusal_needs_a_reason(people, visit, handed_in, decision, reason):
    answer = decide(visit(people.officer), handed_in, decision, reason)
    assert answer.status_code == 422
    assert "Schrijf waarom" in text_of(answer.text)
    assert all_of(Dossier)[0].state is DossierState.SUBMITTED
    assert all_of(MailMessage) == []


@pytest.mark.parametrize("decision", ["", "withdrawn", "submitted", "nonsense"])
def test_only_a_decision_that_there_is_can_be_taken(people, visit, handed_in, decision):
    answer = decide(visit(people.officer), handed_in, decision)
    assert answer.status_code == 422
    assert "Kies een" in text_of(answer.text)
    assert all_of(Dossier)[0].state is DossierState.SUBMITTED


def test_a_decision_is_taken_once(people, visit, handed_in):
    first, second = visit(people.officer), visit(people.second_officer)
    assert decide(first, handed_in, "approved").status_code == 302
    for visitor, decision in ((first, "approved"), (second, "rejected")):
        answer = decide(visitor, handed_in, decision, "Toch niet.")
        assert answer.status_code == 409
        assert "Deze stap kan nu niet" in answer.text
    assert (len(all_of(Sitting)), len(all_of(MailMessage))) == (1, 1)
    assert all_of(Dossier)[0].state is DossierState.APPROVED


def test_who_was_overtaken_hears_so_and_changes_nothing(people, visit, handed_in, monkeypatch):
    """Between the reading and the writing of one officer the row was changed by somebody else."""
    decided = office.decide

    def overtaken(found, state, reason):
        g.db.connection().execute(update(Dossier.__table__).values(state="returned"))
        decided(found, state, reason)

    monkeypatch.setattr(office, "decide", overtaken)
    answer = decide(visit(people.second_officer), handed_in, "approved")
    assert answer.status_code == 409
    assert "Laad de pagina opnieuw" in answer.text
    assert all_of(Sitting) == []
    assert all_of(MailMessage) == []


def test_without_situations_nobody_is_invited(session, people, visit):
    row = cast.dossier(session, people)
    row.submit(people.candidate.id, cast.NOW)
    session.commit()
    answer = decide(visit(people.officer), row, "approved")
    assert answer.status_code == 409
    assert "Dit examen heeft nog geen situaties" in answer.text
    assert all_of(Dossier)[0].state is DossierState.SUBMITTED


def test_a_returned_file_can_be_handed_in_again(people, visit, handed_in):
    decide(visit(people.officer), handed_in, "returned", "Maak het concreter.")
    candidate = visit(people.candidate)
    page = candidate.get(f"/dossier/{handed_in.id}").text
    assert "Maak het concreter." in page
    levels = {f"level_{one.competency}": one.level for one in handed_in.assessments}
    stars = {f"star_{one.competency}": str(one.star) for one in handed_in.assessments}
    boxes = ("situation", "tasks", "activities", "result")
    texts = {f"{star.kind}_{box}": getattr(star, box) for star in handed_in.stars for box in boxes}
    own = {"role_description": "Werk", "years": "6", "motivation": "Concreter.", "goal": "Doel"}
    typed = {"version": 0, "hand_in": "1", **own, **levels, **stars, **texts}
    assert candidate.post(f"/dossier/{handed_in.id}", typed).status_code == 302
    assert all_of(Dossier)[0].state is DossierState.SUBMITTED
    history = text_of(visit(people.officer).get(f"/bureau/dossiers/{handed_in.id}").text)
    assert history.count("Dossier ingediend") == 2
    assert "door Kandidaat Een" in history
    assert "door Bureau Een" in history


def test_the_home_page_counts_what_waits(people, visit, handed_in):
    page = text_of(visit(people.officer).get("/bureau").text)
    assert "1 dossier om te beoordelen" in page
    assert "0 taken mislukt" in page
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
    message = mail.post(session, people.candidate, "invitation", "Uw examen", "Tekst", cast.NOW)
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


def test_the_auditor_reads_the_log_without_names_and_sees_a_broken_chain(session, people, visit, handed_in):
    audit.seal(session)
    session.commit()
    auditor = visit(people.auditor)
    page = auditor.get("/controle").text
    assert "De keten is heel" in page
    assert "Dossier ingediend" in page
    assert people.candidate.name not in page
    event = session.scalars(select(audit.AuditEvent)).first()
    event.facts = {"was": "approved"}
    session.commit()
    assert "De keten is verbroken" in auditor.get("/controle").text

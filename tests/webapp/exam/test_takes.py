"""Takes in the office: what waits, why, what may be decided, and that it is decided once and by nobody else."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from support import cast
from support.visitors import text_of

from scenarios.sitting import AnswerStage
from storage.base.audit import AuditEvent
from storage.base.database import new_session
from storage.base.jobs import Job, JobState
from storage.exam.recordings import STUCK, Original, Recording, RecordingState, latest_take
from storage.exam.sittings import RETAKE_ASKED, Answer
from storage.exam.take_decisions import TakeDecision
from storage.people.outbox import MailMessage

NOW = datetime.now(UTC) - timedelta(hours=1)
FAULT = [{"kind": "frozen", "found": 0.4, "needed": 0.2}]
REASON = "De camera viel twee keer uit."


@pytest.fixture
def answer(session, people):
    return cast.begin(cast.sitting(session, people, NOW), NOW).answers[0]


@pytest.fixture
def spent(session, answer):
    """A second take with a fault."""
    for _ in range(2):
        take = cast.record(session, answer, NOW, stored=False)
        take.capture(NOW)
        take.refuse(FAULT, {"frames": 900, "seconds": 60.0}, NOW)
    session.commit()
    return take


@pytest.fixture
def stuck(session, answer):
    take = cast.record(session, answer, NOW, stored=False)
    take.receive(NOW)
    session.commit()
    assert take.stuck(datetime.now(UTC)) and datetime.now(UTC) - NOW > STUCK
    return take


def read(noun, row_id):
    with new_session(writes=False) as session:
        return session.get(noun, row_id)


def all_of(noun):
    with new_session(writes=False) as session:
        return list(session.scalars(select(noun)))


def decide(visitor, take, kind, reason=REASON):
    return visitor.post(f"/bureau/opnames/{take.id}", {"kind": kind, "reason": reason})


def test_with_nothing_to_decide_the_list_says_so(people, visit):
    assert "Er wacht geen enkele opname" in visit(people.officer).get("/bureau/opnames").text


def test_another_attempt_goes_on_by_mail(session, people, visit, spent):
    officer = visit(people.officer)
    assert "1 antwoord om over te beslissen" in text_of(officer.get("/bureau").text)
    listed = text_of(officer.get("/bureau/opnames").text)
    assert "Technische fout, en geen poging over" in listed and "het beeld stond te lang stil" in listed
    page = officer.get(f"/bureau/opnames/{spent.id}").text
    assert "Geef nog een poging" in page and "Neem de opname aan" in page and "Laat het zo" not in page
    done = officer.get(decide(officer, spent, "again").location)
    assert "mag dit antwoord nog een keer opnemen" in done.text
    after = read(Answer, spent.answer_id)
    assert (after.stage, after.extra_takes) == (AnswerStage.WAITING, 1)
    assert [job.subject for job in all_of(Job) if job.kind == RETAKE_ASKED] == [spent.answer_id]
    assert REASON in done.text and "door Bureau Een" in text_of(done.text)
    assert "om over te beslissen" not in text_of(officer.get("/bureau").text)
    (event,) = [one for one in all_of(AuditEvent) if one.verb == "take_again"]
    assert event.actor == people.officer.id and REASON not in str(event.facts)


def test_what_is_accepted_is_made_into_a_film_and_the_candidate_hears_it(people, visit, spent):
    officer = visit(people.officer)
    assert decide(officer, spent, "accepted").status_code == 302
    assert read(Recording, spent.id).state is RecordingState.CAPTURED
    (mail,) = all_of(MailMessage)
    assert (mail.template, mail.person_id) == ("accepted", people.candidate.id)
    assert "situatie 1" in mail.text and "{" not in mail.text


@pytest.mark.parametrize(
    "kind, reason", [("again", ""), ("again", "  \n"), ("", REASON), ("noted", REASON), ("x", "x")]
)
def test_a_decision_needs_a_choice_that_there_is_and_a_reason(people, visit, spent, kind, reason):
    answer = decide(visit(people.officer), spent, kind, reason)
    assert answer.status_code == 422
    assert "Kies een" in answer.text or "Schrijf waarom" in answer.text
    assert all_of(TakeDecision) == []


def test_a_reason_is_not_endless(people, visit, spent):
    assert decide(visit(people.officer), spent, "again", "x" * 2001).status_code == 422
    assert all_of(TakeDecision) == []


def test_a_decision_is_taken_once(people, visit, spent):
    first, second = visit(people.officer), visit(people.second_officer)
    assert decide(first, spent, "again").status_code == 302
    for visitor, kind in ((first, "again"), (second, "accepted")):
        answer = decide(visitor, spent, kind)
        assert answer.status_code == 409
        assert "Deze opname wacht niet meer op u" in answer.text
    assert len(all_of(TakeDecision)) == 1


def test_about_a_take_with_a_retake_left_nothing_is_decided(session, people, visit, answer):
    take = cast.record(session, answer, NOW, stored=False)
    take.capture(NOW)
    take.refuse(FAULT, {"frames": 900}, NOW)
    session.commit()
    officer = visit(people.officer)
    assert "Wat wilt u doen?" not in officer.get(f"/bureau/opnames/{take.id}").text
    assert decide(officer, take, "again").status_code == 409


def test_nobody_decides_in_the_own_case(session, people, visit, spent):
    spent.answer.sitting.dossier.manager = people.officer
    session.commit()
    officer = visit(people.officer)
    assert decide(officer, spent, "again").status_code == 404
    assert "Er wacht geen enkele opname" in officer.get("/bureau/opnames").text
    assert decide(visit(people.second_officer), spent, "again").status_code == 302
    assert decide(visit(people.second_officer), Recording(id=uuid.uuid4()), "again").status_code == 404


def test_a_take_that_hangs_is_an_alarm_that_says_what_to_do(people, visit, stuck):
    officer = visit(people.officer)
    home = text_of(officer.get("/bureau").text)
    assert "Eerst dit 1 opname blijft hangen" in home
    listed = text_of(officer.get("/bureau/opnames").text)
    assert "opnameserver recorder-1" in listed and "Start hem op dezelfde schijf" in listed
    assert "Is de schijf verloren?" in text_of(officer.get(f"/bureau/opnames/{stuck.id}").text)
    assert decide(officer, stuck, "accepted").status_code == 422
    assert decide(officer, stuck, "again").status_code == 302
    after = read(Recording, stuck.id)
    assert (after.state, [fault["kind"] for fault in after.faults]) == (RecordingState.RETAKE, ["lost"])
    assert "verloren gegaan" in officer.get(f"/bureau/opnames/{stuck.id}").text


def test_a_part_that_came_too_late_is_counted_until_it_is_noted(session, people, visit):
    take = latest_take(session, cast.finished_sitting(session, people).answers[0])
    values = {"size": 1, "sha256": "b" * 64, "cipher_size": 2, "cipher_sha256": "c" * 64}
    take.originals.append(Original(name="slices-40-41", key="k", created_at=NOW, **values))
    take.came_late(["slices-40-41"], NOW)
    session.commit()
    officer = visit(people.officer)
    assert "1 deel te laat binnengekomen" in text_of(officer.get("/bureau").text)
    assert "Te laat binnengekomen" in officer.get("/bureau/opnames").text
    assert "slices-40-41" in officer.get(f"/bureau/opnames/{take.id}").text
    assert decide(officer, take, "noted").status_code == 302
    assert "te laat binnengekomen" not in text_of(officer.get("/bureau").text)
    assert read(Recording, take.id).state is RecordingState.STORED


def test_jobs_say_how_far_they_are_and_when_they_try_again(session, people, visit, stuck):
    job = session.scalars(select(Job).where(Job.subject == stuck.id)).one()
    job.state, job.attempts, job.progress, job.error = JobState.WAITING, 3, 40, "FfmpegAway: weg"
    job.not_before = datetime.now(UTC) + timedelta(seconds=120)
    session.commit()
    page = visit(people.officer).get("/bureau/taken").text
    words = text_of(page)
    assert "3 van 6" in words and "40 %" in words and "Volgende poging" in words and "FfmpegAway" in words
    assert f"/bureau/opnames/{stuck.id}" in page
    job.state = JobState.DEAD
    session.commit()
    assert "1 taak mislukt" in text_of(visit(people.officer).get("/bureau").text)

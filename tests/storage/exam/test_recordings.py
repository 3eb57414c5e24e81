"""Recordings: from the ticket to what is stored, and back when there was a fault."""

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from support import cast

from scenarios.sitting import CLOSING_GRACE_S, AnswerStage
from storage.base.audit import AuditEvent
from storage.base.database import new_session
from storage.base.jobs import Job
from storage.base.refusal import Refused
from storage.base.steps import StepRule
from storage.exam.recordings import (
    FINISH,
    NOTHING_CAME,
    STEPS,
    Original,
    Recording,
    RecordingState,
    Rendition,
    RenditionKind,
    begin_take,
    latest_take,
    recording_by_ticket,
)

NOW = cast.NOW
FAULT = [{"kind": "no_sound"}]


def at(seconds: float):
    return NOW + timedelta(seconds=seconds)


@pytest.fixture
def answer(session, people):
    answer = cast.begin(cast.sitting(session, people)).current
    answer.play(NOW)
    answer.prepare(NOW)
    session.commit()
    return answer


@pytest.fixture
def take(session, answer):
    recording, ticket = begin_take(session, answer, cast.node(session), NOW)
    session.commit()
    return recording, ticket


@pytest.fixture
def recording(take) -> Recording:
    return take[0]


def open_jobs(session):
    session.flush()
    return session.scalars(select(Job).where(Job.kind == FINISH)).all()


def test_a_ticket_opens_its_own_recording_and_is_not_kept(session, take):
    recording, ticket = take
    assert recording_by_ticket(session, recording.id, ticket) is recording
    assert recording_by_ticket(session, recording.id, ticket + "x") is None
    assert recording_by_ticket(session, recording.node_id, ticket) is None
    assert recording.ticket_sha256 == hashlib.sha256(ticket.encode()).hexdigest()
    assert len(ticket) >= 43


def test_a_ticket_dies_when_the_recording_is_closed_or_its_time_is_over(recording):
    limit = 90 + CLOSING_GRACE_S
    assert recording.is_open(at(limit - 1)) and not recording.is_open(at(limit))
    recording.close(at(20))
    assert not recording.is_open(at(21))


def test_closing_twice_is_no_error_and_looks_once_whether_anything_came(session, recording):
    recording.close(at(40))
    recording.close(at(50))
    assert recording.closed_at == at(40)
    (job,) = open_jobs(session)
    assert (job.subject, job.not_before) == (recording.id, at(40) + NOTHING_CAME)


def test_what_is_captured_is_finished_at_once(session, recording):
    recording.receive(at(1))
    recording.receive(at(2))
    recording.close(at(40))
    assert not recording.safe
    recording.capture(at(42))
    assert recording.safe
    (job,) = open_jobs(session)
    assert job.not_before == at(42)
    recording.store(40.0, {"fps": 30}, at(50))
    assert (recording.seconds, recording.faults, recording.stored_at, recording.safe) == (40.0, [], at(50), True)


def test_another_original_that_came_later_makes_everything_once_more(session, recording):
    cast.store(session, recording, at(40))
    recording.capture(at(60))
    assert (recording.state, recording.captured_at, recording.closed_at) == (RecordingState.CAPTURED, at(60), at(40))
    recording.store(41.0, {}, at(70))
    assert recording.seconds == 41.0


def test_the_receipt_is_the_hash_of_the_original_or_of_their_list(session, recording):
    assert recording.sha256 is None
    cast.store(session, recording)
    first = recording.originals[0].sha256
    assert recording.sha256 == first
    recording.originals.append(
        Original(
            name="slices-1", key="k", size=1, sha256="b" * 64, cipher_size=2, cipher_sha256="c" * 64, created_at=NOW
        )
    )
    lines = f"{'b' * 64}  slices-1\n{first}  whip-1\n"
    assert recording.sha256 == hashlib.sha256(lines.encode()).hexdigest()


def test_the_receipt_does_not_depend_on_the_order_in_which_originals_came(session, recording):
    for name in ("whip-2", "slices-1", "whip-1"):
        digest = hashlib.sha256(name.encode()).hexdigest()
        values = {"size": 1, "cipher_size": 2, "cipher_sha256": "c" * 64, "created_at": NOW}
        recording.originals.append(Original(name=name, key=name, sha256=digest, **values))
    told = recording.sha256
    session.commit()
    with new_session(writes=False) as other:
        assert other.get(Recording, recording.id).sha256 == told


def test_steps_within_one_transaction_build_on_each_other(session, recording):
    """The steps look at the row each time, and must not look past what this very transaction did."""
    with session.no_autoflush:
        recording.capture(at(40))
        recording.store(40.0, {}, at(50))
    session.commit()
    assert recording.state is RecordingState.STORED


def test_every_step_that_the_table_does_not_allow_is_refused(session, recording):
    acts = {
        RecordingState.CAPTURED: lambda: recording.capture(NOW),
        RecordingState.STORED: lambda: recording.store(1.0, {}, NOW),
        RecordingState.RETAKE: lambda: recording.refuse(FAULT, {}, NOW),
    }
    for state in RecordingState:
        for wanted, act in acts.items():
            recording.state = state
            session.flush()
            if wanted not in STEPS[state]:
                with pytest.raises(Refused) as caught:
                    act()
                assert caught.value.rule is StepRule.NOT_ALLOWED
                assert recording.state is state


def test_a_fault_asks_the_answer_again_once(session, answer, recording):
    answer.end_recording(at(40))
    cast.store(session, recording, at(40)) or recording.capture(at(41))
    recording.refuse(FAULT, {"fps": 3}, at(50))
    assert (recording.state, recording.faults, answer.stage) == (RecordingState.RETAKE, FAULT, AnswerStage.WAITING)
    again = cast.record(session, answer, at(100), stored=False)
    assert (again.take, answer.takes, latest_take(session, answer)) == (2, 2, again)
    again.capture(at(200))
    again.refuse(FAULT, {}, at(210))
    session.flush()
    assert answer.stage is AnswerStage.RECORDED
    assert session.scalars(select(AuditEvent).where(AuditEvent.verb == "retake_refused")).one().subject == again.id


def test_a_fault_found_before_the_page_said_that_it_stopped_asks_again_too(session, answer, recording):
    recording.capture(at(40))
    recording.refuse(FAULT, {}, at(45))
    assert answer.stage is AnswerStage.WAITING


def test_a_fault_of_an_older_take_asks_nothing(session, answer, recording):
    answer.end_recording(at(40))
    recording.capture(at(40))
    recording.refuse(FAULT, {}, at(50))
    cast.record(session, answer, at(100))
    recording.capture(at(300))
    recording.refuse(FAULT, {}, at(310))
    assert answer.stage is AnswerStage.RECORDED
    assert not session.scalars(select(AuditEvent).where(AuditEvent.verb == "retake_refused")).all()


def test_a_step_starts_from_what_the_row_says_by_now(installation, session, recording):
    """The worker read the row before the recorder moved it."""
    with new_session(writes=False) as worker:
        mine = worker.get(Recording, recording.id)
        worker.commit()
        recording.capture(at(40))
        session.commit()
        mine.store(40.0, {}, at(50))
        worker.commit()
    session.refresh(recording)
    assert recording.state is RecordingState.STORED


def test_an_answer_has_one_recording_a_take_and_a_recording_one_of_each_kind(session, recording):
    values = {"content_type": "video/mp4", "size": 1, "sha256": "a" * 64}
    recording.renditions.append(Rendition(kind=RenditionKind.VIDEO, key="1", **values))
    session.flush()
    assert recording.rendition(RenditionKind.VIDEO).key == "1"
    assert recording.rendition(RenditionKind.POSTER) is None
    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(Rendition(recording=recording, kind=RenditionKind.VIDEO, key="2", **values))
        session.flush()
    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(
            Recording(answer_id=recording.answer_id, take=1, ticket_sha256="x" * 64, limit_s=90, created_at=NOW)
        )
        session.flush()

"""An original that comes late: it may make a retake needless, it adds to the receipt, it takes nothing away."""

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import select
from support import cast

from scenarios.sitting import AnswerStage, Stage
from storage.base.audit import AuditEvent
from storage.base.jobs import Job
from storage.exam.recordings import (
    RECEIPT,
    RECEIPT_WAITS,
    Original,
    RecordingState,
    begin_take,
    counting_take,
    counting_takes,
    enqueue_receipt,
    latest_take,
)
from storage.exam.sittings import RETAKE_ASKED

NOW = cast.NOW
FAULT = [{"kind": "sound_broken"}]


def at(seconds: float):
    return NOW + timedelta(seconds=seconds)


def original(name: str, seconds: float) -> Original:
    digest = hashlib.sha256(name.encode()).hexdigest()
    values = {"size": 1, "cipher_size": 2, "cipher_sha256": "c" * 64}
    return Original(name=name, key=f"{name}-{digest[:8]}", sha256=digest, created_at=at(seconds), **values)


@pytest.fixture
def faulty(session, people):
    """A first take that lacks a part, for which a retake was asked."""
    answer = cast.begin(cast.sitting(session, people)).answers[0]
    take = cast.record(session, answer, stored=False)
    take.originals.append(original("slices-0-20", 100))
    take.capture(at(100))
    take.refuse(FAULT, {}, at(110))
    session.commit()
    assert answer.stage is AnswerStage.WAITING
    return take


def comes_late(take, seconds: float, name: str = "slices-21-39") -> None:
    take.originals.append(original(name, seconds))
    take.capture(at(seconds))
    take.store(40.0, {"frames": 1200}, at(seconds + 10))


def verbs(session, subject) -> list[str]:
    session.flush()
    found = select(AuditEvent.verb).where(AuditEvent.subject == subject.id).order_by(AuditEvent.at)
    return list(session.scalars(found))


@pytest.mark.parametrize("begun", ["not at all", "watching", "preparing"])
def test_a_retake_that_was_not_recorded_yet_is_withdrawn(session, faulty, begun):
    answer = faulty.answer
    if begun != "not at all":
        answer.play(at(200))
    if begun == "preparing":
        answer.prepare(at(240))
    comes_late(faulty, 300)
    session.commit()
    assert (answer.stage, answer.takes, answer.recorded_at) == (AnswerStage.RECORDED, 1, faulty.closed_at)
    assert counting_take(session, answer) is faulty and faulty.safe
    assert answer.sitting.current.number == 2
    assert "retake_withdrawn" in verbs(session, faulty)


def test_a_retake_that_is_being_recorded_goes_on_and_counts_when_it_is_good(session, faulty):
    answer = faulty.answer
    answer.play(at(200))
    answer.prepare(at(240))
    again, _ = begin_take(session, answer, cast.node(session), at(270))
    comes_late(faulty, 300)
    assert (answer.stage, answer.takes) == (AnswerStage.RECORDING, 2)
    assert counting_take(session, answer) is faulty
    answer.end_recording(at(360))
    cast.store(session, again, at(370))
    assert counting_take(session, answer) is again
    assert latest_take(session, answer) is again


def test_a_retake_with_a_fault_leaves_the_first_take_which_became_good(session, faulty):
    answer = faulty.answer
    again = cast.record(session, answer, at(200), stored=False)
    comes_late(faulty, 300)
    again.capture(at(310))
    again.refuse(FAULT, {}, at(320))
    assert (answer.stage, counting_take(session, answer)) == (AnswerStage.RECORDED, faulty)
    assert counting_takes(session, answer.sitting)[1] is faulty
    assert "retake_refused" not in verbs(session, again), "nobody needs the office: there is a good take"


def test_the_order_does_not_matter(session, faulty):
    again = cast.record(session, faulty.answer, at(200), stored=False)
    again.capture(at(290))
    again.refuse(FAULT, {}, at(295))
    assert counting_take(session, faulty.answer) is again
    comes_late(faulty, 300)
    assert counting_take(session, faulty.answer) is faulty


def test_a_sitting_that_a_retake_opened_again_closes_when_the_retake_is_withdrawn(session, people):
    sitting = cast.finished_sitting(session, people)
    ended, take = sitting.finished_at, latest_take(session, sitting.answers[3])
    take.capture(at(4000))
    take.refuse(FAULT, {}, at(4010))
    session.flush()
    assert (sitting.stage, sitting.current.number) == (Stage.ANSWERING, 4)
    assert session.scalars(select(Job).where(Job.kind == RETAKE_ASKED)).one().subject == sitting.answers[3].id
    comes_late(take, 4100)
    session.flush()
    assert (sitting.stage, sitting.finished_at) == (Stage.FINISHED, ended)
    assert session.scalars(select(Job).where(Job.kind == RECEIPT)).one().not_before == at(4110)


def test_a_sitting_that_nobody_closed_stays_open(session, people):
    sitting = cast.begin(cast.sitting(session, people))
    takes = [cast.record(session, answer, at(200 * number)) for number, answer in enumerate(sitting.answers)]
    takes[-1].capture(at(3000))
    takes[-1].refuse(FAULT, {}, at(3010))
    assert sitting.current.number == 10
    comes_late(takes[-1], 3100)
    assert (sitting.stage, sitting.finished_at, sitting.current) == (Stage.ANSWERING, None, None)


def test_a_receipt_is_added_to_and_never_changed(session, faulty):
    (first,) = faulty.receipts
    assert (first.at, first.sha256) == (at(100), faulty.originals[0].sha256)
    comes_late(faulty, 300)
    comes_late(faulty, 500, "whip-1")
    session.commit()
    session.refresh(faulty, ["originals"])
    assert [receipt.at for receipt in faulty.receipts] == [at(100), at(300), at(500)]
    assert faulty.receipts[0] == first
    assert faulty.sha256 == faulty.receipts[-1].sha256
    assert len({receipt.sha256 for receipt in faulty.receipts}) == 3


def test_the_receipt_is_mailed_when_every_length_is_known_and_else_after_a_while(session, people):
    sitting = cast.begin(cast.sitting(session, people))
    for number, answer in enumerate(sitting.answers):
        cast.record(session, answer, at(200 * number), stored=number < 9)
    last = latest_take(session, sitting.answers[9])
    last.capture(at(2000))
    sitting.finish(at(2010), lambda answer: True)
    assert session.scalars(select(Job).where(Job.kind == RECEIPT)).all() == []
    enqueue_receipt(session, sitting, at(2010))
    session.flush()
    job = session.scalars(select(Job).where(Job.kind == RECEIPT)).one()
    assert job.not_before == at(2010) + RECEIPT_WAITS
    last.store(40.0, {}, at(2100))
    session.flush()
    assert job.not_before == at(2100)


def test_what_comes_after_the_first_score_is_told_apart(session, faulty):
    comes_late(faulty, 300)
    assert faulty.late == []
    faulty.originals.append(original("slices-40-41", 900))
    session.commit()
    assert [one.name for one in faulty.late] == ["slices-40-41"]
    assert faulty.state is RecordingState.STORED
    assert faulty.receipts[-1].at == at(900), "the receipt tells of it all the same"

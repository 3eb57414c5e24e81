"""From originals in the object store to a stored recording, or a retake, whatever happens to the worker."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from support import cast, services
from support.sealed import opened
from support.sender import send, sound, spool, video, watch

from recorder.jobs import finish
from recorder.jobs.finish import finish_recording
from scenarios.sitting import AnswerStage
from storage.base import keys
from storage.base.config import config
from storage.base.database import session_scope
from storage.base.jobs import Job, JobState, perform
from storage.base.objects import sha256_of
from storage.exam.recordings import FINISH, OF_FILM, Original, Recording, RecordingState, RenditionKind

BIG = ((640, 384),)
"""Large enough for the limits of the scheme."""

LATER = cast.NOW + timedelta(minutes=3)


@pytest.fixture
def recording(session, people) -> uuid.UUID:
    """A recording that was closed and of which nothing arrived yet."""
    sitting = cast.begin(cast.sitting(session, people))
    row = cast.record(session, sitting.answers[0], stored=False)
    session.commit()
    return row.id


def capture(recording_id, store, folder, *sessions, codec="H264"):
    """Do what the recorder does at the end: encrypt, put, confirm, and move the row."""
    with session_scope() as session:
        row = session.get(Recording, recording_id)
        known = len(row.originals)
        for number, sent in enumerate(sessions, known + 1):
            path = spool(folder / f"whip-{number}.rtp", sent, session=number, codec=codec)
            sealed = folder / f"whip-{number}.rtp.enc"
            keys.encrypt_file(path, sealed, keys.key_store().get_or_create(row.candidate_id))
            put = store.put_file(f"recordings/{row.id}/{sealed.name}", sealed)
            row.originals.append(
                Original(
                    name=path.stem,
                    key=put.key,
                    size=path.stat().st_size,
                    sha256=sha256_of(path),
                    cipher_size=put.size,
                    cipher_sha256=put.sha256,
                    created_at=cast.NOW,
                )
            )
        row.receive(LATER)
        row.capture(LATER + timedelta(seconds=known))


def job_of(recording_id) -> Job:
    with session_scope(writes=False) as session:
        found = select(Job).where(Job.kind == FINISH, Job.subject == recording_id).order_by(Job.created_at.desc())
        return session.scalars(found).first()


def work(recording_id) -> Job:
    perform(job_of(recording_id).id, finish_recording)
    return job_of(recording_id)


def state_of(recording_id) -> tuple:
    with session_scope(writes=False) as session:
        row = session.get(Recording, recording_id)
        return row.state, row.answer.stage, row.figures, row.faults, row.seconds


def stored_video(recording_id, store, folder):
    """What an assessor would see of it."""
    with session_scope(writes=False) as session:
        row = session.get(Recording, recording_id)
        assert {rendition.kind for rendition in row.renditions} == set(OF_FILM)
        for rendition in row.renditions:
            assert b"ftyp" not in b"".join(store.read(rendition.key))[:64]
            (folder / rendition.kind).write_bytes(opened(rendition.key, recording_id))
            assert sha256_of(folder / rendition.kind) == rendition.sha256
            assert (folder / rendition.kind).stat().st_size == rendition.size
    return watch(folder / RenditionKind.VIDEO)


def test_a_captured_recording_is_stored(recording, object_store, tmp_path):
    capture(recording, object_store, tmp_path, send(video("H264", 6, BIG), sound(6)))
    job = work(recording)
    assert (job.state, job.progress, job.result) == (JobState.DONE, 100, {"state": "stored", "how": "copied"})
    state, _, figures, faults, seconds = state_of(recording)
    assert (state, faults, seconds) == (RecordingState.STORED, [], pytest.approx(6, abs=0.05))
    assert (figures["frames"], figures["fps"], figures["width"], figures["height"]) == (180, 30, 640, 384)
    assert (figures["audio_seconds"], figures["how"], figures["readable"]) == (6, "copied", True)
    assert abs(figures["av_offset_ms"]) < 10
    assert figures["result"]["frames"] == 180
    assert figures["loss"]["sessions"][0]["video"]["lost"] == 0
    assert json.dumps(figures)
    seen = stored_video(recording, object_store, tmp_path)
    assert seen.numbers == list(range(180))
    assert max(map(abs, seen.offsets_ms)) < 30
    assert list((config().data / "work").iterdir()) == []


@pytest.mark.one_database
def test_small_pictures_are_a_fault_of_the_technique(recording, object_store, tmp_path):
    """The scheme asks for 360 lines; a retake is given and the originals stay."""
    capture(recording, object_store, tmp_path, send(video("VP8", 4)), codec="VP8")
    job = work(recording)
    assert job.result["state"] == "retake"
    state, stage, figures, faults, _ = state_of(recording)
    assert (state, stage) == (RecordingState.RETAKE, AnswerStage.WAITING)
    assert [fault["kind"] for fault in faults] == ["no_sound", "too_small"]
    assert figures["frames"] == 120
    with session_scope(writes=False) as session:
        originals = session.get(Recording, recording).originals
        assert object_store.size(originals[0].key) == originals[0].cipher_size


@pytest.mark.one_database
def test_a_recording_without_a_single_packet_is_a_retake(recording, object_store, tmp_path):
    capture(recording, object_store, tmp_path, [])
    work(recording)
    state, stage, _, faults, _ = state_of(recording)
    assert (state, stage) == (RecordingState.RETAKE, AnswerStage.WAITING)
    assert [fault["kind"] for fault in faults] == ["too_short", "no_picture", "no_sound"]


def test_a_recording_of_which_nothing_ever_came_is_a_retake(recording, object_store):
    with session_scope() as session:
        session.execute(update(Job).where(Job.subject == recording).values(not_before=cast.NOW))
    work(recording)
    assert state_of(recording)[0] is RecordingState.RETAKE


@pytest.mark.one_database
def test_what_is_still_under_way_is_waited_for(recording, object_store):
    with session_scope() as session:
        session.get(Recording, recording).receive(LATER)
        session.execute(update(Job).where(Job.subject == recording).values(not_before=cast.NOW))
    assert work(recording).result == {"state": "receiving"}
    assert state_of(recording)[0] is RecordingState.RECEIVING


@pytest.mark.one_database
def test_another_original_that_comes_later_makes_it_whole(recording, object_store, tmp_path):
    pictures, sounds = video("H264", 4, BIG), sound(4)
    capture(recording, object_store, tmp_path, send(pictures, sounds))
    work(recording)
    second = send(video("H264", 3, BIG, first=500), sound(3), start_s=1_800_000_005.0)
    capture(recording, object_store, tmp_path, second)
    assert state_of(recording)[0] is RecordingState.CAPTURED
    work(recording)
    state, _, figures, _, seconds = state_of(recording)
    assert (state, seconds) == (RecordingState.STORED, pytest.approx(8, abs=0.05))
    assert [part["session"] for part in figures["loss"]["sessions"]] == [1, 2]
    assert stored_video(recording, object_store, tmp_path).numbers == [*range(120), *range(500, 590)]


@pytest.mark.one_database
def test_doing_it_twice_changes_nothing(recording, object_store, tmp_path):
    capture(recording, object_store, tmp_path, send(video("H264", 4, BIG), sound(4)))
    work(recording)
    before = state_of(recording)
    with session_scope() as session:
        session.execute(update(Job).where(Job.subject == recording).values(state=JobState.WAITING))
    assert work(recording).result == {"state": "stored"}
    assert state_of(recording) == before


@pytest.mark.one_database
def test_of_two_workers_the_second_puts_nothing_in_the_place_of_what_the_first_has_stored(
    recording, object_store, tmp_path, monkeypatch
):
    """A lease ran out on a worker that was only slow, and another host is done before this one puts anything."""
    capture(recording, object_store, tmp_path, send(video("H264", 4, BIG), sound(4)))
    (tmp_path / "elsewhere").mkdir()
    real, done, before = finish._put, [], {}

    def put_when_another_was_first(*given):
        monkeypatch.setattr(finish, "_put", real)
        monkeypatch.setattr(finish, "folder_for", lambda _: contextlib.nullcontext(tmp_path / "elsewhere"))
        with session_scope() as session:
            session.execute(update(Job).where(Job.subject == recording).values(lease_until=cast.NOW))
        done.append(work(recording).state)
        before.update({key: b"".join(object_store.read(key)) for key in object_store.keys(f"recordings/{recording}/")})
        return real(*given)

    monkeypatch.setattr(finish, "_put", put_when_another_was_first)
    job = work(recording)
    assert (done, job.state, job.attempts) == ([JobState.DONE], JobState.DONE, 2)
    assert state_of(recording)[0] is RecordingState.STORED
    there = {key: b"".join(object_store.read(key)) for key in object_store.keys(f"recordings/{recording}/")}
    assert there == before, "nothing was changed, and nothing is left of the second"
    assert stored_video(recording, object_store, tmp_path).numbers == list(range(120))


@pytest.mark.one_database
def test_a_destroyed_key_ends_the_job_for_good(recording, object_store, tmp_path):
    capture(recording, object_store, tmp_path, send(video("H264", 4, BIG), sound(4)))
    with session_scope(writes=False) as session:
        keys.key_store().destroy(session.get(Recording, recording).candidate_id)
    job = work(recording)
    assert (job.state, job.attempts) == (JobState.DEAD, 1)
    assert state_of(recording)[0] is RecordingState.CAPTURED


@pytest.mark.one_database
def test_an_original_that_was_tampered_with_is_never_used(recording, object_store, tmp_path):
    capture(recording, object_store, tmp_path, send(video("H264", 4, BIG), sound(4)))
    sealed = tmp_path / "whip-1.rtp.enc"
    content = bytearray(sealed.read_bytes())
    content[len(content) // 2] ^= 1
    sealed.write_bytes(content)
    object_store.put_file(f"recordings/{recording}/{sealed.name}", sealed)
    job = work(recording)
    assert (job.state, job.error.split(":")[0]) == (JobState.WAITING, "Tampered")
    assert state_of(recording)[0] is RecordingState.CAPTURED


@pytest.mark.one_database
@pytest.mark.parametrize("at", [0, 25, 92])
def test_a_worker_killed_at_any_point_does_no_harm(recording, object_store, tmp_path, at):
    capture(recording, object_store, tmp_path, send(video("H264", 6, BIG, gop=300), sound(6)))
    job = job_of(recording)
    program = (
        "import sys, uuid; from recorder.jobs.finish import finish_recording; from storage.base.jobs import perform; "
        "perform(uuid.UUID(sys.argv[1]), finish_recording)"
    )
    worker = subprocess.Popen([sys.executable, "-c", program, str(job.id)], start_new_session=True, cwd=services.ROOT)
    try:
        services.wait_until(
            lambda: job_of(recording).state is not JobState.WAITING and job_of(recording).progress >= at, f"{at} %"
        )
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    assert state_of(recording)[0] is RecordingState.CAPTURED
    assert job_of(recording).state is JobState.RUNNING
    with session_scope() as session:
        session.execute(update(Job).where(Job.id == job.id).values(lease_until=cast.NOW))
    again = work(recording)
    assert (again.state, again.attempts) == (JobState.DONE, 2)
    assert state_of(recording)[0] is RecordingState.STORED
    assert stored_video(recording, object_store, tmp_path).numbers == list(range(180))
    assert list((config().data / "work").iterdir()) == []

"""Answers saved as files: the office takes in what is whole and of this very exam, once, and nothing else."""

import base64
import hashlib
import io
import json
import os
import uuid

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select
from support import cast
from support.visitors import text_of

from recorder.jobs.emergency import import_answer
from storage.base import audit
from storage.base.database import new_session
from storage.base.jobs import Job, JobState, perform
from storage.base.keys import decrypt_file, key_store
from storage.exam import emergency
from storage.exam.recordings import FINISH, Recording, RecordingState
from webapp.exam.emergency import DAMAGED, FOREIGN, KNOWN

pytestmark = pytest.mark.one_database

SLICES = [os.urandom(70_000) for _ in range(4)]


def saved(
    recording: Recording, slices=SLICES, key: bytes | None = None, manifest: dict | None = None, word: str = "manifest"
) -> bytes:
    """What a candidate's browser would save of this recording. Pages of before called the manifest `closing`."""
    cipher = AESGCM(key or key_store().browser_key(recording.candidate_id))
    whole = b"".join(slices)
    said = {"count": len(slices), "size": len(whole), "sha256": hashlib.sha256(whole).hexdigest(), "seconds": 4.0}
    take = {word: said | {"mime_type": "video/webm", "complete": True} | (manifest or {}), "bearer": "secret"}
    plain = [(None, json.dumps(take).encode()), *enumerate(slices)]
    parts, sealed = [], []
    for number, data in plain:
        iv, context = os.urandom(12), str(recording.id) if number is None else f"{recording.id}/{number}"
        sealed.append(cipher.encrypt(iv, data, context.encode()))
        parts.append({"slice": number, "iv": base64.b64encode(iv).decode(), "size": len(sealed[-1])})
    head = {"recording": str(recording.id), "parts": parts}
    return emergency.MAGIC + json.dumps(head).encode() + b"\n" + b"".join(sealed)


@pytest.fixture
def recording(session, people) -> Recording:
    """An answer of which nothing arrived."""
    sitting = cast.begin(cast.sitting(session, people))
    row = cast.record(session, sitting.answers[0], stored=False)
    session.commit()
    return row


def hand_in(visitor, recording: Recording, data: bytes | None):
    file = {} if data is None else {"file": (io.BytesIO(data), "vignet-antwoord-1.vignet")}
    address = f"/bureau/zittingen/{recording.answer.sitting_id}/noodbestand"
    return visitor.post(address, file, content_type="multipart/form-data")


def jobs(kind: str = emergency.IMPORT) -> list[Job]:
    with new_session(writes=False) as session:
        return list(session.scalars(select(Job).where(Job.kind == kind)))


def now_of(recording: Recording) -> Recording:
    with new_session(writes=False) as session:
        row = session.get(Recording, recording.id)
        assert row.originals is not None
        return row


def test_a_file_goes_the_way_of_any_slices(people, visit, recording, object_store, tmp_path):
    visitor = visit(people.officer)
    handed = hand_in(visitor, recording, saved(recording))
    assert handed.status_code == 302
    assert "Antwoord 1 is ingelezen" in text_of(visitor.get(handed.location).text)
    perform(jobs()[0].id, import_answer)
    row = now_of(recording)
    assert (row.state, [one.name for one in row.originals]) == (RecordingState.CAPTURED, ["closing", "slices-0-3"])
    assert row.originals[1].sha256 == hashlib.sha256(b"".join(SLICES)).hexdigest()
    object_store.get_file(row.originals[1].key, tmp_path / "sealed")
    decrypt_file(tmp_path / "sealed", tmp_path / "plain", key_store().get(recording.id))
    assert (tmp_path / "plain").read_bytes() == b"".join(SLICES)
    assert [job.state for job in jobs(FINISH)] == [JobState.WAITING]
    assert object_store.keys("emergency/") == []
    with new_session(writes=False) as session:
        event = session.scalars(select(audit.AuditEvent).where(audit.AuditEvent.verb == "emergency_file")).one()
        assert (event.actor, event.subject) == (people.officer.id, recording.id)
    again = hand_in(visitor, recording, saved(recording))
    assert again.status_code == 422 and KNOWN in text_of(again.text)
    perform(jobs()[0].id, import_answer)
    assert now_of(recording).captured_at == row.captured_at, "a job done twice changes nothing"


def test_what_the_store_lacks_is_added_to_what_it_has(people, visit, recording, object_store, tmp_path):
    half = {"count": 2, "sha256": hashlib.sha256(b"".join(SLICES[:2])).hexdigest()}
    for data in (saved(recording, SLICES[:2], manifest=half, word="closing"), saved(recording)):
        assert hand_in(visit(people.officer), recording, data).status_code == 302
        perform(next(job for job in jobs() if job.state is JobState.WAITING).id, import_answer)
    row = now_of(recording)
    assert [one.name for one in row.originals if "slices" in one.name] == ["slices-0-1", "slices-2-3"]
    assert hand_in(visit(people.officer), recording, saved(recording)).status_code == 422, "all of it is there"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: b"hello",
        lambda data: emergency.MAGIC,
        lambda data: emergency.MAGIC + b"[]\n",
        lambda data: emergency.MAGIC + b"[" * 100_000 + b"\n",
        lambda data: emergency.MAGIC + b'{"recording": "x", "parts": []}\n',
        lambda data: data[:-1],
        lambda data: data + b"x",
        lambda data: data[:-40] + bytes([data[-40] ^ 1]) + data[-39:],
        lambda data: data.replace(b'"slice": 1', b'"slice": 2'),
    ],
)
def test_a_damaged_file_is_refused(people, visit, recording, spoil):
    refused = hand_in(visit(people.officer), recording, spoil(saved(recording)))
    assert refused.status_code == 422 and DAMAGED in text_of(refused.text)
    assert jobs() == []


def test_a_file_that_is_not_what_was_recorded_is_refused(people, visit, recording):
    visitor = visit(people.officer)
    others_key = key_store().browser_key(people.second_candidate.id)
    wrong = {"sha256": hashlib.sha256(b"other").hexdigest()}
    for data in (saved(recording, key=others_key), saved(recording, manifest=wrong), saved(recording, [])):
        refused = hand_in(visitor, recording, data)
        assert refused.status_code == 422 and DAMAGED in text_of(refused.text)
    nothing = hand_in(visitor, recording, None)
    assert nothing.status_code == 422 and "Kies het bestand" in text_of(nothing.text)
    assert jobs() == []


def test_a_file_of_another_exam_is_refused(people, visit, session, recording):
    other = cast.sitting(session, people, candidate=people.second_candidate, pack_row=recording.answer.sitting.pack)
    session.commit()
    data = saved(recording)
    strange = data.replace(str(recording.id).encode(), str(uuid.uuid4()).encode(), 1)
    for sitting, file in ((other, data), (recording.answer.sitting, strange)):
        address = f"/bureau/zittingen/{sitting.id}/noodbestand"
        refused = visit(people.officer).post(
            address, {"file": (io.BytesIO(file), "a.vignet")}, content_type="multipart/form-data"
        )
        assert refused.status_code == 422 and FOREIGN in text_of(refused.text)
    assert jobs() == []


def test_only_here_a_body_may_be_large(people, visit, recording):
    visitor = visit(people.officer)
    assert hand_in(visitor, recording, b"x" * 13_000_000).status_code == 422
    assert hand_in(visitor, recording, b"x" * (emergency.LARGEST + 1)).status_code == 413
    assert visitor.post("/bureau/dossiers/x", {"reason": "x" * 13_000_000}).status_code in (404, 413)

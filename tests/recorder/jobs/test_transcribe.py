"""Words beside the film: made after it, sealed as it is, and never in its way. The words are those of the test."""

import json
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import delete, select
from support import cast, exam_site, hearing
from support.sealed import opened, put

from recorder.jobs import transcribe
from recorder.jobs.transcribe import TRANSCRIBE, transcribe_recording
from storage.base.config import config
from storage.base.database import session_scope
from storage.base.jobs import Job, JobState, Queue, enqueue, perform
from storage.base.keys import key_store
from storage.base.objects import sha256_of
from storage.exam.recordings import FINISH, OF_SPEECH, Recording, RecordingState, Rendition, RenditionKind

PIECES = (
    [[0.5, 0.9, " Dag"], [0.9, 1.4, " Fatima,"]],
    [[2.0, 2.4, " fijn"], [2.4, 2.6, " dat"], [2.6, 3.0, " je er bent."]],
)
LATER = cast.NOW + timedelta(minutes=3)


@pytest.fixture
def recording(session, people, object_store) -> uuid.UUID:
    """A stored recording with its film, of an exam in which what is said is written down."""
    sitting = cast.begin(cast.sitting(session, people))
    hearing.switch_on(session, sitting, cast.NOW)
    row = cast.record(session, sitting.answers[0])
    film(row, "20260101-a")
    session.flush()
    session.execute(delete(Job))  # to make a film of it: there is one
    session.commit()
    return row.id


def film(row: Recording, folder: str) -> None:
    """Let this be the film of the recording."""
    path = exam_site.CLIP.with_suffix(".mp4")
    stored = put(f"recordings/{row.id}/{folder}/video.mp4.enc", path, row.id)
    video = row.rendition(RenditionKind.VIDEO)
    if video is None:
        video = Rendition(kind=RenditionKind.VIDEO)
        row.renditions.append(video)
    video.key, video.content_type, video.sealed_under = stored.key, "video/mp4", row.id
    video.size, video.sha256 = path.stat().st_size, sha256_of(path)
    row.seconds = 24


def ordered(recording_id) -> Job | None:
    with session_scope(writes=False) as session:
        return session.scalars(select(Job).where(Job.kind == TRANSCRIBE, Job.subject == recording_id)).first()


def order(recording_id) -> None:
    with session_scope() as session:
        transcribe.order(session.get(Recording, recording_id), LATER)


def work(recording_id) -> Job:
    perform(ordered(recording_id).id, transcribe_recording)
    return ordered(recording_id)


def heard(recording_id) -> dict[RenditionKind, Rendition]:
    with session_scope(writes=False) as session:
        return {one.kind: one for one in session.get(Recording, recording_id).renditions if one.kind in OF_SPEECH}


def test_what_is_said_is_kept_beside_the_film_under_its_key(recording, object_store, monkeypatch, tmp_path, caplog):
    hearing.hears(monkeypatch, tmp_path, *PIECES)
    order(recording)
    job = work(recording)
    assert (job.state, job.progress, job.result) == (JobState.DONE, 100, {"state": "stored", "words": 5})
    made = heard(recording)
    assert set(made) == set(OF_SPEECH)
    words = opened(made[RenditionKind.WORDS].key, recording)
    assert json.loads(words)["words"][:3] == [[0.5, 0.9, "Dag"], [0.9, 1.4, "Fatima,"], [2.0, 2.4, "fijn"]]
    shown = opened(made[RenditionKind.CAPTIONS].key, recording).decode()
    assert shown == "WEBVTT\n\n00:00:00.500 --> 00:00:03.000\nDag Fatima, fijn dat je er bent.\n"
    for one in made.values():
        assert b"Fatima" not in b"".join(object_store.read(one.key)), "sealed"
        assert one.sealed_under == recording
    assert made[RenditionKind.WORDS].size == len(words)
    assert "Fatima" not in caplog.text
    assert list((config().data / "work").iterdir()) == []
    key_store().destroy(recording)
    assert made[RenditionKind.WORDS].key in object_store.keys(f"recordings/{recording}/"), "where erasing looks"


@pytest.mark.one_database
def test_a_film_that_is_made_anew_loses_its_words_and_is_heard_anew(recording, object_store, monkeypatch, tmp_path):
    hearing.hears(monkeypatch, tmp_path, *PIECES)
    order(recording)
    work(recording)
    before = heard(recording)
    with session_scope() as session:
        row = session.get(Recording, recording)
        film(row, "20260102-b")
        transcribe.order(row, LATER)
    assert heard(recording) == {}, "they are of a film that is there no more"
    hearing.hears(monkeypatch, tmp_path, [[0.1, 0.5, " Anders."]])
    with session_scope(writes=False) as session:
        again = session.scalars(select(Job).where(Job.kind == TRANSCRIBE, Job.state == JobState.WAITING)).one()
    perform(again.id, transcribe_recording)
    now = heard(recording)
    assert json.loads(opened(now[RenditionKind.WORDS].key, recording))["words"] == [[0.1, 0.5, "Anders."]]
    assert {one.key for one in before.values()}.isdisjoint(one.key for one in now.values())


@pytest.mark.one_database
def test_words_of_a_film_that_was_replaced_meanwhile_are_dropped(recording, object_store, monkeypatch, tmp_path):
    hearing.hears(monkeypatch, tmp_path, *PIECES)
    order(recording)
    settle = transcribe._settle

    def replaced(*arguments):
        with session_scope() as session:
            film(session.get(Recording, recording), "20260103-c")
        return settle(*arguments)

    monkeypatch.setattr(transcribe, "_settle", replaced)
    assert work(recording).result["state"] == "changed"
    assert heard(recording) == {}
    assert [key for key in object_store.keys(f"recordings/{recording}/") if "/speech/" in key] == []


@pytest.mark.one_database
def test_a_film_goes_first(recording, people, monkeypatch, tmp_path):
    hearing.hears(monkeypatch, tmp_path, *PIECES)
    order(recording)
    with session_scope() as session:
        enqueue(session, Queue.MEDIA, FINISH, uuid.uuid4(), cast.NOW)
    job = work(recording)
    assert (job.state, job.attempts, job.error) == (JobState.WAITING, 0, "films go first")
    assert heard(recording) == {}


@pytest.mark.one_database
@pytest.mark.parametrize(
    "then, said",
    [("fails", "nothing could be made of the film (ValueError)"), ("killed", "was killed by signal 9")],
)
def test_a_recogniser_that_fails_touches_nothing_and_tells_no_word(
    recording, object_store, monkeypatch, tmp_path, caplog, then, said
):
    hearing.hears(monkeypatch, tmp_path, *PIECES, then=then)
    order(recording)
    job = work(recording)
    assert job.state is JobState.WAITING and said in job.error
    assert "Fatima" not in job.error and "Fatima" not in caplog.text
    with session_scope(writes=False) as session:
        row = session.get(Recording, recording)
        assert (row.state, row.faults, [one.kind for one in row.renditions]) == (
            RecordingState.STORED,
            [],
            [RenditionKind.VIDEO],
        )
    assert [key for key in object_store.keys(f"recordings/{recording}/") if "/speech/" in key] == []
    assert list((config().data / "work").iterdir()) == []


@pytest.mark.one_database
def test_a_model_of_english_alone_is_refused_in_words(recording, monkeypatch, tmp_path):
    hearing.hears(monkeypatch, tmp_path, *PIECES, multilingual=False)
    order(recording)
    assert "knows English alone: take a model of all languages." in work(recording).error


@pytest.mark.one_database
def test_an_erased_recording_is_not_heard(recording, monkeypatch, tmp_path):
    hearing.hears(monkeypatch, tmp_path, *PIECES)
    order(recording)
    key_store().destroy(recording)
    job = work(recording)
    assert job.state is JobState.DEAD and "key was destroyed" in job.error


@pytest.mark.one_database
def test_without_a_model_without_the_library_or_without_the_scheme_no_job_is_made(
    recording, session, monkeypatch, tmp_path
):
    order(recording)
    assert ordered(recording) is None, "no model"
    model = hearing.hears(monkeypatch, tmp_path, *PIECES)
    (tmp_path / "library" / "faster_whisper").rename(tmp_path / "library" / "another")
    order(recording)
    assert ordered(recording) is None, "no library"
    (tmp_path / "library" / "another").rename(tmp_path / "library" / "faster_whisper")
    with session_scope() as inner:
        row = inner.get(Recording, recording)
        row.answer.sitting.dossier.scheme = cast.scheme(inner)
    order(recording)
    assert ordered(recording) is None, "the scheme does not ask for it"
    assert model.is_dir()

"""Writes down what is said in a stored recording, where its scheme asks for that: an aid beside the film.

It comes after the film and touches neither that nor the exam. No score, no judgement and no feeling is taken from it.
What is made lies beside the film, under the same key, and goes when the recording goes.
"""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import exists, select

from recorder.jobs.workspace import TYPES, folder_for, share_of
from recorder.media import speech
from recorder.media.words import captions, to_json
from storage.base.config import config
from storage.base.database import session_of, session_scope
from storage.base.jobs import Claimed, Hopeless, Job, JobState, Later, Queue, enqueue, task
from storage.base.keys import KeyGone, decrypt_file, encrypt_file, key_store
from storage.base.objects import Stored, object_store, sha256_of
from storage.exam.recordings import (
    FINISH,
    OF_SPEECH,
    TRANSCRIBE,
    Recording,
    RecordingState,
    Rendition,
    RenditionKind,
)

LANGUAGE = "nl"
"""Every exam is in Dutch."""
FILMS_FIRST = timedelta(minutes=1)
"""How long this work waits while a film is still to be made."""
IN_STORE = "speech"
"""The folder, below that of the film, in which it lies: what tidies films passes it by."""


@dataclass(frozen=True)
class _Film:
    """The film of a recording, as it was when the work began."""

    id: uuid.UUID
    key: str
    owner: uuid.UUID
    seconds: float
    folder: str
    attempt: str = field(default_factory=lambda: uuid.uuid4().hex[:8])

    def place(self, name: str) -> str:
        return f"{self.folder}/{IN_STORE}/{self.attempt}-{name}.enc"


def order(recording: Recording, now: datetime) -> None:
    """Have it written down what is said in a recording that was just stored, where that is wanted and can be done.

    Words of an earlier film of it are no longer true, and go.
    """
    session = session_of(recording)
    for old in [one for one in recording.renditions if one.kind in OF_SPEECH]:
        session.delete(old)
    rules = recording.answer.sitting.dossier.scheme.content.assessment
    if rules and rules.transcript and config().transcribe_model and speech.installed():
        enqueue(session, Queue.MEDIA, TRANSCRIBE, recording.id, now)


@task(TRANSCRIBE)
def transcribe_recording(job: Claimed) -> dict[str, Any]:
    """Hear a stored film and keep its words and captions. Films that are still to be made go first."""
    film, model = _look_up(job.subject), config().transcribe_model
    if film is None:
        return {"state": "no_film"}
    if model is None:
        raise speech.SpeechAway("VIGNET_TRANSCRIBE_MODEL is not set for this worker")
    with folder_for(job.id) as folder:
        path = _fetch(film, folder)
        job.report(10)
        words = speech.hear(model, path, LANGUAGE, film.seconds, share_of(job, 10, 95))
        made = {RenditionKind.WORDS: folder / "words.json", RenditionKind.CAPTIONS: folder / "captions.vtt"}
        made[RenditionKind.WORDS].write_text(to_json(words, LANGUAGE), encoding="utf-8")
        made[RenditionKind.CAPTIONS].write_text(captions(words), encoding="utf-8")
        try:
            put = {kind: _put(film, one, folder) for kind, one in made.items()}
            job.report(98)
            stored = _settle(film, put)
        finally:
            _tidy(film)
    return {"state": "stored" if stored else "changed", "words": len(words)}


def _look_up(recording_id: uuid.UUID) -> _Film | None:
    """The film to hear; None when it is there no more. Raises Later while a film is still to be made."""
    with session_scope(writes=False) as session:
        row = session.get(Recording, recording_id)
        video = row.rendition(RenditionKind.VIDEO) if row else None
        if row is None or video is None or row.state is not RecordingState.STORED or video.sealed_under is None:
            return None
        waits = (Job.kind == FINISH) & (Job.state == JobState.WAITING) & (Job.not_before <= datetime.now(UTC))
        if session.scalar(select(exists().where(waits))):
            raise Later(FILMS_FIRST, "films go first")
        return _Film(row.id, video.key, video.sealed_under, row.seconds or 0.0, video.key.rpartition("/")[0])


def _fetch(film: _Film, folder: Path) -> Path:
    sealed, path = folder / "film.enc", folder / "film.mp4"
    object_store().get_file(film.key, sealed)
    try:
        decrypt_file(sealed, path, key_store().get(film.owner))
    except KeyGone as error:
        raise Hopeless("its key was destroyed, so nobody can hear this recording") from error
    sealed.unlink()
    return path


def _put(film: _Film, path: Path, folder: Path) -> tuple[Stored, str]:
    """Sealed under the key of the film; with its key in the store, size and hash in clear."""
    sealed = folder / "sealed"
    encrypt_file(path, sealed, key_store().get(film.owner))
    stored = object_store().put_file(film.place(path.name), sealed)
    return Stored(stored.key, path.stat().st_size, sha256_of(path)), TYPES[path.suffix]


def _settle(film: _Film, made: dict[RenditionKind, tuple[Stored, str]]) -> bool:
    """Name what was made, if the film is still the one that was heard; whether it is."""
    with session_scope() as session:
        row = session.get(Recording, film.id, with_for_update=True)
        video = row.rendition(RenditionKind.VIDEO) if row else None
        if row is None or video is None or video.key != film.key or row.state is not RecordingState.STORED:
            return False
        known = {one.kind: one for one in row.renditions}
        for kind, (stored, content_type) in made.items():
            rendition = known.get(kind) or Rendition(kind=kind)
            rendition.key, rendition.content_type = stored.key, content_type
            rendition.size, rendition.sha256, rendition.sealed_under = stored.size, stored.sha256, film.owner
            if kind not in known:
                row.renditions.append(rendition)
        return True


def _tidy(film: _Film) -> None:
    """Remove what was heard in this film, now or before, and is not what the row names."""
    with session_scope(writes=False) as session:
        row = session.get(Recording, film.id)
        named = {one.key for one in row.renditions} if row else set()
    for key in object_store().keys(f"{film.folder}/{IN_STORE}/"):
        if key not in named:
            object_store().delete(key)

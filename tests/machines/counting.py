"""What is there when a row is over: acknowledged slices in the originals, films, work that waits."""

import tempfile
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

from machines.candidate import Spoken
from sqlalchemy import or_, select
from whole_road import Film

from storage.base.database import session_scope
from storage.base.jobs import Job, JobState
from storage.base.keys import decrypt_file, key_store
from storage.base.objects import object_store
from storage.exam.recordings import Recording, RecordingState, RenditionKind

DONE = (RecordingState.STORED, RecordingState.RETAKE)
LATE = timedelta(seconds=90)
"""Work that was due so long ago, and is not done, is stuck: a lease and a doorbell are a minute each."""


def films(recordings: list[uuid.UUID], seconds: float) -> tuple[dict[uuid.UUID, float], int]:
    """Wait for the films: when each was stored (seconds since the epoch); and how many ended in a retake."""
    end = time.monotonic() + seconds
    while True:
        with session_scope(writes=False) as session:
            found = session.scalars(select(Recording).where(Recording.id.in_(recordings))).all()
        if all(one.state in DONE for one in found) or time.monotonic() > end:
            break
        time.sleep(0.5)
    stored = {one.id: one.stored_at.timestamp() for one in found if one.state is RecordingState.STORED}
    return stored, sum(one.state is RecordingState.RETAKE for one in found)


def lost(spoken: Spoken, film: Film) -> tuple[int, bool]:
    """How many acknowledged slices are in no original, by the bytes of the store; and whether the film is whole."""
    with session_scope(writes=False) as session:
        recording = session.get(Recording, uuid.UUID(spoken.recording))
        assert recording is not None
        rows = [(one.name, one.key, one.key_owner) for one in recording.originals if one.name.startswith("slices-")]
        whole = recording.rendition(RenditionKind.VIDEO) is not None and (recording.seconds or 0) > film.seconds - 1
    proven: set[int] = set()
    with tempfile.TemporaryDirectory() as name:
        sealed, plain = Path(name, "sealed"), Path(name, "plain")
        for original, key, owner in rows:
            object_store().get_file(key, sealed)
            decrypt_file(sealed, plain, key_store().get(owner))
            first, last = map(int, original.split("_")[0].split("-")[1:])
            if plain.read_bytes() == b"".join(film.slices[first : last + 1]):
                proven |= set(range(first, last + 1))
    return len(spoken.acknowledged - proven), whole


def stuck(seconds: float) -> list[str]:
    """Work that is dead, or was due long ago, after so many seconds of patience at most."""
    end = time.monotonic() + seconds
    while True:
        now = datetime.now(UTC)
        waits = Job.state.in_((JobState.WAITING, JobState.RUNNING)) & (Job.not_before < now - LATE)
        with session_scope(writes=False) as session:
            found = session.scalars(select(Job).where(or_(Job.state == JobState.DEAD, waits))).all()
            told = [f"{one.kind} {one.state} after {one.attempts}: {one.error}" for one in found]
        if not told or time.monotonic() > end:
            return told
        time.sleep(1)

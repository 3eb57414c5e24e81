"""From the originals of a recording to what an assessor sees, or to a retake.

The row is read, the work is done in a folder of its own without any transaction, and the row is changed in one short
transaction that first looks whether it is still as it was. So the work may be killed at any moment and begin again,
and two workers on the same row do no harm.
"""

import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from recorder.jobs import transcribe
from recorder.jobs.workspace import TYPES, folder_for, share_of
from recorder.media import select_source
from recorder.media.ffmpeg import FfmpegError, Progress
from recorder.media.measure import Measured, measure
from recorder.media.transcode import NotProven, Result, transcode
from scenarios.quality import Fault, Limits, judge, remarks
from storage.base.database import session_of, session_scope
from storage.base.jobs import Claimed, Hopeless, task
from storage.base.keys import KeyGone, decrypt_file, encrypt_file, key_store
from storage.base.objects import Stored, object_store, sha256_of
from storage.exam.recordings import FINISH, Recording, RecordingState, Rendition, RenditionKind
from storage.exam.take_decisions import accepted
from storage.judging.ratings import has_score

T = TypeVar("T")
log = logging.getLogger(__name__)
NOT_MADE = "no_film"
"""Why the other road was taken when no film could be made of the one that was chosen."""
_MADE_DEPTH, _HEARD_DEPTH = 3, 4
"""Slashes in the key of something that was made, and of what was heard in it; that of an original has two."""


class Changed(Exception):
    """The row is no longer as it was when the work began; the work is for nothing."""


@dataclass(frozen=True)
class _Captured:
    """A recording's row as it was when the work began."""

    id: uuid.UUID
    state: RecordingState
    captured_at: datetime | None
    closed: bool
    originals: tuple[tuple[str, str, str, uuid.UUID], ...]
    """Name, key in the store, SHA-256 of the plaintext, and under whose key it is sealed."""
    limits: Limits | None
    accepted: bool
    """True when the office lets assessors see it in spite of its faults."""
    attempt: str = field(default_factory=lambda: uuid.uuid4().hex[:8])

    def stem_in_store(self) -> str:
        """How the names of folders begin in which something was made of it as it was then; later ones sort later."""
        return f"recordings/{self.id}/{self.captured_at:%Y%m%d%H%M%S%f}"

    def folder_in_store(self) -> str:
        """Of its own each time that something is made, so that nobody who watches sees two films mixed.

        Of two workers who make the same, the second puts nothing in the place of what the first has stored.
        """
        return f"{self.stem_in_store()}-{self.attempt}"


@task(FINISH)
def finish_recording(job: Claimed) -> dict[str, Any]:
    """Make, prove and store the MP4 of a captured recording, or ask for a retake when a fault was measured."""
    captured = _look_up(job.subject)
    nothing_came = captured.state is RecordingState.EXPECTED and captured.closed and not captured.originals
    if captured.state is not RecordingState.CAPTURED and not nothing_came:
        return {"state": captured.state}
    try:
        with folder_for(captured.id) as folder:
            source = select_source.best(_fetch(captured, folder), folder)
            job.report(5)
            source, measured, faults = _without_faults(captured, source, share_of(job, 5, 25))
            if (faults and not captured.accepted) or nothing_came or not measured.scan.video_codec:
                figures = _figures(captured, measured, source)
                state = _settle(captured, lambda row, now: _refuse(row, faults, figures, now))
                return {"state": state, "faults": [fault.kind for fault in faults]}
            source, measured, result = _film(captured, source, measured, folder, share_of(job, 25, 90))
            job.report(92)
            figures = _figures(captured, measured, source, result)
            plain = [_plain(fault) for fault in faults]
            try:
                made = _put(captured, result, folder)
                job.report(98)
                _settle(captured, lambda row, now: _store(row, made, result.proof.seconds, figures, plain, now))
            finally:
                _tidy(captured)
    except Changed:
        return {"state": "changed"}
    return {"state": RecordingState.STORED, "how": result.how}


def _look_up(recording_id: uuid.UUID) -> _Captured:
    with session_scope(writes=False) as session:
        row = session.get(Recording, recording_id)
        if row is None:
            raise Hopeless("there is no such recording")
        return _Captured(
            id=row.id,
            state=row.state,
            captured_at=row.captured_at,
            closed=row.closed_at is not None,
            originals=tuple((one.name, one.key, one.sha256, one.key_owner) for one in row.originals),
            limits=row.answer.sitting.dossier.scheme.content.quality,
            accepted=accepted(session, row),
        )


def _fetch(captured: _Captured, folder: Path) -> list[Path]:
    """The originals in clear, each as it was when it was received."""
    paths = []
    for name, key, sha256, owner in captured.originals:
        sealed, path = folder / f"{name}.enc", folder / name
        object_store().get_file(key, sealed)
        try:
            decrypt_file(sealed, path, key_store().get(owner))
        except KeyGone as error:
            raise Hopeless("its key was destroyed, so nobody can read this recording") from error
        sealed.unlink()
        if sha256_of(path) != sha256:
            raise ValueError(f"{name} is not what was received")
        paths.append(path)
    return paths


def _without_faults(
    captured: _Captured, source: select_source.Chosen, progress: Progress
) -> tuple[select_source.Chosen, Measured, tuple[Fault, ...]]:
    """The chosen source, measured and judged; the other road instead, when that one alone has no fault."""
    measured = measure(source.path, progress)
    faults = judge(measured.measurement, captured.limits) if captured.limits else ()
    for name, path in source.alone if faults else ():
        other = measure(path)
        if captured.limits and not judge(other.measurement, captured.limits):
            return source.instead(name, path, [fault.kind for fault in faults]), other, ()
    return source, measured, faults


def _film(
    captured: _Captured, source: select_source.Chosen, measured: Measured, folder: Path, progress: Progress
) -> tuple[select_source.Chosen, Measured, Result]:
    """The film of what was chosen; of the other road when none can be made of it; at last one that is not proven.

    Nobody is asked to answer again because of a film that could not be made. Raises FfmpegError when ffmpeg can make
    nothing of any road, FfmpegAway when it could not work.
    """
    if source.path is None:
        raise FfmpegError("nothing was recorded")
    try:
        return source, measured, transcode(source.path, measured, folder, progress)
    except (FfmpegError, NotProven) as error:
        log.warning("no film of %s: %s", source.decision["took"], error)
    for name, path in source.alone:
        other = measure(path)
        faults = judge(other.measurement, captured.limits) if captured.limits and not captured.accepted else ()
        if faults or not other.scan.video_codec:
            continue
        try:
            result = transcode(path, other, folder, progress)
        except (FfmpegError, NotProven) as error:
            log.warning("no film of %s: %s", name, error)
            continue
        return source.instead(name, path, [NOT_MADE]), other, result
    return source, measured, transcode(source.path, measured, folder, progress, strict=False)


def _figures(
    captured: _Captured, measured: Measured, source: select_source.Chosen, result: Result | None = None
) -> dict[str, Any]:
    """All that was measured, of the original and of the result."""
    figures: dict[str, Any] = {"loss": source.live.report(), "decision": source.decision}
    measurement = measured.measurement
    if captured.limits:
        figures["remarks"] = [_plain(remark) for remark in remarks(measurement, captured.limits)]
    if result:
        measurement = replace(measurement, av_offset_ms=result.proof.av_offset_ms)
        figures |= {"how": result.how, "result": asdict(result.proof)}
    return {**asdict(measurement), **figures}


def _plain(fault: Fault) -> dict[str, Any]:
    return {"kind": str(fault.kind), "found": fault.found, "needed": fault.needed}


def _put(captured: _Captured, result: Result, folder: Path) -> dict[RenditionKind, tuple[Stored, str]]:
    """Everything that was made, sealed under the key of the recording; with each its key, size and hash in clear."""
    made, key, sealed = {}, key_store().get_or_create(captured.id), folder / "sealed"
    for kind, path in (
        (RenditionKind.VIDEO, result.video),
        (RenditionKind.POSTER, result.poster),
        (RenditionKind.THUMBNAILS, result.thumbnails),
        (RenditionKind.THUMBNAILS_INDEX, result.thumbnails_index),
        (RenditionKind.WAVEFORM, result.waveform),
    ):
        encrypt_file(path, sealed, key)
        stored = object_store().put_file(f"{captured.folder_in_store()}/{path.name}.enc", sealed)
        made[kind] = Stored(stored.key, path.stat().st_size, sha256_of(path)), TYPES[path.suffix]
    return made


def _settle(captured: _Captured, change: Callable[[Recording, datetime], T]) -> T:
    """Change the row under a lock, if it is still as it was. Raises Changed when it is not."""
    with session_scope() as session:
        row = session.get(Recording, captured.id, with_for_update=True)
        if row is None or (row.state, row.captured_at) != (captured.state, captured.captured_at):
            raise Changed
        return change(row, datetime.now(UTC))


def _refuse(row: Recording, faults: tuple[Fault, ...], figures: dict[str, Any], now: datetime) -> RecordingState:
    """Ask for a retake, unless a film is there that had no fault: then what came later is of no use."""
    if row.renditions:
        row.keep_stored(now)
    else:
        row.refuse([_plain(fault) for fault in faults], figures, now)
    return row.state


def _store(
    row: Recording,
    made: Mapping[RenditionKind, tuple[Stored, str]],
    seconds: float,
    figures: dict[str, Any],
    faults: list[dict[str, Any]],
    now: datetime,
) -> None:
    """Move the row. Who has scored has seen the film that was there: it stays, and the office hears of the rest."""
    known = {rendition.kind: rendition for rendition in row.renditions}
    if known and has_score(session_of(row), row.answer):
        row.keep_stored(now)
        return
    for kind, (stored, content_type) in made.items():
        rendition = known.get(kind) or Rendition(kind=kind)
        rendition.key, rendition.content_type = stored.key, content_type
        rendition.size, rendition.sha256, rendition.sealed_under = stored.size, stored.sha256, row.id
        if kind not in known:
            row.renditions.append(rendition)
    row.store(seconds, figures, now, faults)
    transcribe.order(row, now)


def _tidy(captured: _Captured) -> None:
    """Remove what was made of this recording, now or before, and is not what the row names.

    What somebody is making of what came later stands in a folder with a later name, and stays.
    """
    with session_scope(writes=False) as session:
        row = session.get_one(Recording, captured.id)
        named = {one.key for one in row.renditions}
        settled = row.state is RecordingState.STORED
    for key in object_store().keys(f"recordings/{captured.id}/") if settled else ():
        stem = captured.stem_in_store()
        made = key.count("/") == _MADE_DEPTH and key[: len(stem)] <= stem
        heard = key.count("/") == _HEARD_DEPTH and key[: len(stem)] < stem
        if (made or heard) and key not in named:
            object_store().delete(key)

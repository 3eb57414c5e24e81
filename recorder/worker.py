"""The media tasks: make of a captured recording what an assessor sees, and take a pack of clips into use.

Each task reads its row, works in a folder of its own without any transaction, and changes the row in one short
transaction that first looks whether the row is still as it was. So it may be killed at any moment and begin again,
and two workers on the same row do no harm.
"""

import hashlib
import shutil
import tempfile
import time
import tomllib
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from recorder import choose, packs
from recorder.measure import Measured, measure
from recorder.transcode import Result, transcode
from scenarios.catalogue import PackError, parse_pack
from scenarios.quality import Fault, Limits, judge, remarks
from storage.config import config
from storage.database import session_scope
from storage.jobs import Claimed, Hopeless, celery, task
from storage.keys import KeyGone, decrypt_file, key_store
from storage.objects import ObjectStore, Stored, object_store, sha256_of
from storage.recordings import FINISH, Recording, RecordingState, Rendition, RenditionKind
from storage.schemes import Clip, Pack, Scheme, current_scheme

app = celery

INCOMING = "incoming"
_LEFT_BEHIND_S = 24 * 3600
_TYPES = {".mp4": "video/mp4", ".jpg": "image/jpeg", ".json": "application/json", ".vtt": "text/vtt"}


class Changed(Exception):
    """The row is no longer as it was when the work began; the work is for nothing."""


@dataclass(frozen=True)
class _Captured:
    """What a recording's row said when the work began."""

    id: uuid.UUID
    state: RecordingState
    captured_at: datetime | None
    closed: bool
    candidate: uuid.UUID
    originals: tuple[tuple[str, str, str], ...]
    """Name, key in the store, SHA-256 of the plaintext."""
    limits: Limits | None


@task(FINISH)
def finish_recording(job: Claimed) -> dict:
    """Make, prove and store the MP4 of a captured recording, or ask for a retake when a fault was measured."""
    captured = _look_up(job.subject)
    nothing_came = captured.state is RecordingState.EXPECTED and captured.closed and not captured.originals
    if captured.state is not RecordingState.CAPTURED and not nothing_came:
        return {"state": captured.state}
    try:
        with _folder(captured.id) as folder:
            source = choose.best(_fetch(captured, folder), folder)
            job.report(5)
            measured = measure(source.path, _share_of(job, 5, 25))
            faults = judge(measured.measurement, captured.limits) if captured.limits else ()
            if faults or nothing_came or not measured.scan.video_codec:
                figures = _figures(captured, measured, source)
                _settle(captured, lambda row, now: row.refuse([_plain(fault) for fault in faults], figures, now))
                return {"state": RecordingState.RETAKE, "faults": [fault.kind for fault in faults]}
            result = transcode(source.path, measured, folder, _share_of(job, 25, 90))
            job.report(92)
            figures = _figures(captured, measured, source, result)
            made = _put(captured.id, result)
            job.report(98)
            _settle(captured, lambda row, now: _store(row, made, result.proof.seconds, figures, now))
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
            candidate=row.candidate_id,
            originals=tuple((one.name, one.key, one.sha256) for one in row.originals),
            limits=row.answer.sitting.dossier.scheme.content.quality,
        )


def _fetch(captured: _Captured, folder: Path) -> list[Path]:
    """The originals in clear, each as it was when it was received."""
    paths = []
    for name, key, sha256 in captured.originals:
        sealed, path = folder / f"{name}.enc", folder / name
        object_store().get_file(key, sealed)
        try:
            decrypt_file(sealed, path, key_store().get(captured.candidate))
        except KeyGone as error:
            raise Hopeless("the candidate's key was destroyed, so nobody can read this recording") from error
        sealed.unlink()
        if sha256_of(path) != sha256:
            raise ValueError(f"{name} is not what was received")
        paths.append(path)
    return paths


def _figures(captured: _Captured, measured: Measured, source: choose.Chosen, result: Result | None = None) -> dict:
    """All that was measured, of the original and of the result."""
    figures = {"loss": source.live.report(), "decision": source.decision}
    measurement = measured.measurement
    if captured.limits:
        figures["remarks"] = [_plain(remark) for remark in remarks(measurement, captured.limits)]
    if result:
        measurement = replace(measurement, av_offset_ms=result.proof.av_offset_ms)
        figures |= {"how": result.how, "result": asdict(result.proof)}
    return {**asdict(measurement), **figures}


def _plain(fault: Fault) -> dict:
    return {"kind": str(fault.kind), "found": fault.found, "needed": fault.needed}


def _put(recording_id: uuid.UUID, result: Result) -> dict[RenditionKind, tuple[Stored, str]]:
    return {
        kind: _put_file(object_store(), f"recordings/{recording_id}/{path.name}", path)
        for kind, path in (
            (RenditionKind.VIDEO, result.video),
            (RenditionKind.POSTER, result.poster),
            (RenditionKind.THUMBNAILS, result.thumbnails),
            (RenditionKind.THUMBNAILS_INDEX, result.thumbnails_index),
            (RenditionKind.WAVEFORM, result.waveform),
        )
    }


def _put_file(store: ObjectStore, key: str, path: Path) -> tuple[Stored, str]:
    content_type = _TYPES[path.suffix]
    return store.put_file(key, path, content_type), content_type


def _settle(captured: _Captured, change: Callable[[Recording, datetime], None]) -> None:
    """Change the row under a lock, if it is still as it was. Raises Changed when it is not."""
    with session_scope() as session:
        row = session.get(Recording, captured.id, with_for_update=True)
        if row is None or (row.state, row.captured_at) != (captured.state, captured.captured_at):
            raise Changed
        change(row, datetime.now(UTC))


def _store(row: Recording, made: dict, seconds: float, figures: dict, now: datetime) -> None:
    known = {rendition.kind: rendition for rendition in row.renditions}
    for kind, (stored, content_type) in made.items():
        rendition = known.get(kind) or Rendition(kind=kind)
        rendition.key, rendition.content_type = stored.key, content_type
        rendition.size, rendition.sha256 = stored.size, stored.sha256
        if kind not in known:
            row.renditions.append(rendition)
    row.store(seconds, figures, now)


@task("check_pack")
def check_pack(job: Claimed) -> dict:
    """Say what is wrong with the pack that waits under `incoming/<subject>/`, as Dutch sentences. Changes nothing."""
    with _folder(job.subject) as folder:
        return _check_pack(job, folder).answer


@task("import_pack")
def import_pack(job: Claimed) -> dict:
    """Take the pack that waits under `incoming/<subject>/` into use. Changes nothing when anything is wrong with it."""
    with _folder(job.subject) as folder:
        delivered = _check_pack(job, folder)
        if delivered.answer["problems"]:
            return delivered.answer
        with session_scope(writes=False) as session:
            if session.scalar(select(Pack.id).where(Pack.sha256 == delivered.sha256)):
                return delivered.answer
        clips = [_put_clip(job.subject, found) for found in delivered.clips]
        job.report(95)
        with session_scope() as session:
            scheme = session.get(Scheme, delivered.scheme_id)
            same_exam = select(func.coalesce(func.max(Pack.number), 0)).join(Scheme).where(Scheme.key == scheme.key)
            if not session.scalar(select(Pack.id).where(Pack.sha256 == delivered.sha256)):
                session.add(
                    Pack(
                        id=uuid.uuid5(job.subject, "pack"),
                        scheme_id=scheme.id,
                        number=session.scalar(same_exam) + 1,
                        data=delivered.data,
                        sha256=delivered.sha256,
                        created_at=datetime.now(UTC),
                        clips=clips,
                    )
                )
        return delivered.answer


@dataclass(frozen=True)
class _Delivered:
    """A pack that was looked at. `sha256` covers the scenarios and every clip, so that new clips make a new pack."""

    answer: dict
    data: bytes = b""
    sha256: str = ""
    scheme_id: uuid.UUID | None = None
    clips: tuple[packs.FoundClip, ...] = ()


def _check_pack(job: Claimed, folder: Path) -> _Delivered:
    store, prefix = object_store(), f"{INCOMING}/{job.subject}/"
    for key in store.keys(prefix):
        store.get_file(key, folder / Path(key.removeprefix(prefix)).name)
    scenarios = folder / "scenarios.toml"
    if not scenarios.exists():
        return _wrong("scenarios.toml ontbreekt.")
    data = scenarios.read_bytes()
    try:
        scheme_key = str(tomllib.loads(data.decode()).get("scheme"))
    except ValueError as error:
        return _wrong(f"scenarios.toml kan niet gelezen worden: {error}.")
    with session_scope(writes=False) as session:
        scheme = current_scheme(session, scheme_key)
    if scheme is None:
        return _wrong(f"Het examen {scheme_key} is niet bekend.")
    try:
        pack = parse_pack(data, scheme.content)
    except PackError as error:
        return _wrong(*error.problems)
    checked = packs.check(folder, pack, _share_of(job, 0, 80))
    if checked.problems:
        return _wrong(*checked.problems)
    files = [scenarios, *(path for clip in checked.clips for path in (clip.video, clip.captions))]
    digest = hashlib.sha256("".join(f"{sha256_of(path)}  {path.name}\n" for path in files).encode()).hexdigest()
    answer = {"problems": [], "clips": len(checked.clips), "sha256": digest}
    return _Delivered(answer, data, digest, scheme.id, checked.clips)


def _wrong(*problems: str) -> _Delivered:
    return _Delivered({"problems": list(problems), "clips": 0})


def _put_clip(import_id: uuid.UUID, found: packs.FoundClip) -> Clip:
    """Upload one clip; the same import made again writes the same keys."""
    clip_id = uuid.uuid5(import_id, f"clip {found.number}")
    video, _ = _put_file(object_store(), f"clips/{clip_id}/clip.mp4", found.video)
    captions, _ = _put_file(object_store(), f"clips/{clip_id}/captions.vtt", found.captions)
    return Clip(
        id=clip_id,
        number=found.number,
        seconds=found.seconds,
        video_key=video.key,
        video_size=video.size,
        video_sha256=video.sha256,
        captions_key=captions.key,
    )


@contextmanager
def _folder(subject: uuid.UUID) -> Iterator[Path]:
    """A folder for the work on one subject. What killed workers left behind is removed first: it is in clear."""
    work = config().data / "work"
    work.mkdir(parents=True, exist_ok=True, mode=0o700)
    for old in work.iterdir():
        if old.name.startswith(str(subject)) or time.time() - old.stat().st_mtime > _LEFT_BEHIND_S:
            shutil.rmtree(old, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{subject}-", dir=work, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _share_of(job: Claimed, begin: float, end: float) -> Callable[[float], None]:
    """Reports a share, 0 to 1, as progress between `begin` and `end`, at most once per percent."""
    shown = begin

    def report(share: float) -> None:
        nonlocal shown
        if (now := begin + (end - begin) * share) >= shown + 1:
            shown = now
            job.report(now)

    return report

"""A pack of filmed clips that was delivered: looked at, and taken into use when nothing is wrong with it."""

import hashlib
import tomllib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from recorder.jobs import clip_check
from recorder.jobs.workspace import folder_for, put_file, share_of
from scenarios import catalogue
from scenarios.catalogue import PackError, parse_pack
from storage.base.database import session_scope
from storage.base.jobs import Claimed, task
from storage.base.objects import object_store, sha256_of
from storage.exam import drawing
from storage.schemes import Clip, Pack, Scheme, current_scheme

INCOMING = "incoming"


@task("check_pack")
def check_pack(job: Claimed) -> dict[str, Any]:
    """Say what is wrong with the pack that waits under `incoming/<subject>/`, as Dutch sentences. Changes nothing."""
    with folder_for(job.subject) as folder:
        return _check_pack(job, folder).answer


@task("import_pack")
def import_pack(job: Claimed) -> dict[str, Any]:
    """Take the pack that waits under `incoming/<subject>/` into use. Changes nothing when anything is wrong with it."""
    with folder_for(job.subject) as folder:
        delivered = _check_pack(job, folder)
        if delivered.answer["problems"]:
            return delivered.answer
        with session_scope(writes=False) as session:
            if session.scalar(select(Pack.id).where(Pack.sha256 == delivered.sha256)):
                return delivered.answer
        clips = [_put_clip(job.subject, found) for found in delivered.clips]
        job.report(95)
        with session_scope() as session:
            scheme = session.get_one(Scheme, delivered.scheme_id)
            same_exam = select(func.max(Pack.number)).join(Scheme).where(Scheme.key == scheme.key)
            if not session.scalar(select(Pack.id).where(Pack.sha256 == delivered.sha256)):
                session.add(
                    Pack(
                        id=uuid.uuid5(job.subject, "pack"),
                        scheme_id=scheme.id,
                        number=(session.scalar(same_exam) or 0) + 1,
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

    answer: dict[str, Any]
    data: bytes = b""
    sha256: str = ""
    scheme_id: uuid.UUID | None = None
    clips: tuple[clip_check.FoundClip, ...] = ()


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
    if gone := _all_retired(pack, scheme.key):
        return _wrong(*gone)
    checked = clip_check.check(folder, pack, share_of(job, 0, 80))
    if checked.problems:
        return _wrong(*checked.problems)
    files = [scenarios, *(path for clip in checked.clips for path in (clip.video, clip.captions))]
    digest = hashlib.sha256("".join(f"{sha256_of(path)}  {path.name}\n" for path in files).encode()).hexdigest()
    answer = {"problems": [], "clips": len(checked.clips), "sha256": digest}
    return _Delivered(answer, data, digest, scheme.id, checked.clips)


def _all_retired(pack: catalogue.Pack, exam: str) -> list[str]:
    """A pack with which no exam could begin: everything that may be met as some number is retired."""
    with session_scope(writes=False) as session:
        gone = drawing.retired(session, exam)
    return [
        f"Situatie {one.number} ({one.title}) is uit gebruik genomen. Zet er een andere voor in de plaats, of erbij."
        for one in pack.scenarios
        if all(each.key in gone for each in pack.slot(one.number))
    ]


def _wrong(*problems: str) -> _Delivered:
    return _Delivered({"problems": list(problems), "clips": 0})


def _put_clip(import_id: uuid.UUID, found: clip_check.FoundClip) -> Clip:
    """Upload one clip; the same import made again writes the same keys."""
    clip_id = uuid.uuid5(import_id, f"clip {found.number}.{found.parallel}")
    video, _ = put_file(object_store(), f"clips/{clip_id}/clip.mp4", found.video)
    captions, _ = put_file(object_store(), f"clips/{clip_id}/captions.vtt", found.captions)
    return Clip(
        id=clip_id,
        number=found.number,
        parallel=found.parallel,
        seconds=found.seconds,
        video_key=video.key,
        video_size=video.size,
        video_sha256=video.sha256,
        captions_key=captions.key,
    )

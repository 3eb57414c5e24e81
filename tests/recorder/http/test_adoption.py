"""A host is lost for good and its disk is not: another recorder takes up the spool, under a name of its own."""

import asyncio
import hashlib
import signal
import subprocess
import sys
import uuid
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from support import cast, services
from support.publisher import Publisher, speech, until
from support.sender import send, sound, spool, video
from test_slices import Page, original, row

from recorder.jobs.finish import finish_recording
from recorder.media import ffmpeg
from recorder.media.live_source import join
from recorder.spool.spool import Spool
from scenarios.sitting import CLOSING_GRACE_S
from storage.base.config import config
from storage.base.database import session_scope
from storage.base.jobs import Job, perform
from storage.base.objects import ObjectStore, sha256_of
from storage.exam.recordings import FINISH, Recording, RecordingState, begin_take

SECONDS, ACKNOWLEDGED = 6, 5
LEFT_S = 8
"""How long the answer may still go on once it has begun to come in."""


def browser(folder: Path) -> list[bytes]:
    """What a browser records, a second each."""
    session = spool(folder / "own", send(video("H264", SECONDS, ((640, 384),)), sound(SECONDS)))
    source, out = join([session], folder / "own.mkv").path, folder / "own.webm"
    live = ["-c", "copy", "-f", "matroska", "-live", "1", "-cluster_time_limit", "1000"]
    subprocess.run([ffmpeg.binary(), "-v", "error", "-y", "-i", source, *live, out], check=True)
    data = out.read_bytes()
    cuts = [len(data) * number // SECONDS for number in range(SECONDS + 1)]
    return [data[first:last] for first, last in pairwise(cuts)]


@pytest.fixture
def take(session: Session, people: cast.Cast, object_store: ObjectStore) -> tuple[uuid.UUID, str]:
    """A take whose time is nearly over, and its ticket."""
    now = datetime.now(UTC)
    answer = cast.begin(cast.sitting(session, people, now), now).answers[0]
    answer.play(now)
    answer.prepare(now)
    recording, ticket = begin_take(session, answer, cast.node(session, now), now)
    session.commit()
    return recording.id, ticket


@pytest.mark.one_database
def test_the_spool_of_a_lost_host_is_shipped_by_another_recorder(
    take: tuple[uuid.UUID, str], object_store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording, ticket = take
    slices = browser(tmp_path)
    port = int(config().recorder_listen.rpartition(":")[2])
    base, disk = f"http://127.0.0.1:{port}", Spool(config().spool)
    command = [sys.executable, "-m", "recorder.http.server"]

    async def answer(process: subprocess.Popen) -> None:
        async with aiohttp.ClientSession() as http:
            live, page = Publisher(audio=speech()), Page(http, base, str(recording), ticket)
            assert await page.open() == 200
            await live.publish(http, f"{base}/recorder/whip/{recording}", ticket)
            for number in range(ACKNOWLEDGED):
                assert (await page.put(number, slices[number]))[0] == 201
            begun = disk.sessions(recording)[0].stat().st_size
            await until(lambda: disk.sessions(recording)[0].stat().st_size > begun + 2000)
            process.send_signal(signal.SIGKILL)
            await live.close()

    with services.running(command, [port], tmp_path / "lost.log", {"VIGNET_RECORDER_NAME": "recorder-1"}) as process:
        with session_scope() as own:
            # From now on, however long the process took to start.
            taken = own.get(Recording, recording)
            taken.created_at = datetime.now(UTC) + timedelta(seconds=LEFT_S - taken.limit_s - CLOSING_GRACE_S)
        asyncio.run(answer(process))
        process.wait()
    live = sha256_of(disk.sessions(recording)[0])
    assert row(recording).state is RecordingState.RECEIVING

    with services.running(command, [port], tmp_path / "other.log", {"VIGNET_RECORDER_NAME": "recorder-2"}):
        services.wait_until(lambda: row(recording).state is RecordingState.CAPTURED, "the answer to be safe", 60)
        services.wait_until(lambda: not disk.folder(recording).exists(), "the spool to be empty", 30)
    kept = {one.name: one.sha256 for one in row(recording).originals}
    assert kept["whip-1"] == live
    together = b"".join(slices[:ACKNOWLEDGED])
    assert kept[f"slices-0-{ACKNOWLEDGED - 1}"] == hashlib.sha256(together).hexdigest()
    assert original(recording, f"slices-0-{ACKNOWLEDGED - 1}", tmp_path) == together

    with session_scope(writes=False) as own:
        job = own.scalars(select(Job.id).where(Job.kind == FINISH, Job.subject == recording)).all()[-1]
    perform(job, finish_recording)
    assert row(recording).state is RecordingState.STORED, row(recording).faults
    assert row(recording).seconds == pytest.approx(ACKNOWLEDGED, abs=1)

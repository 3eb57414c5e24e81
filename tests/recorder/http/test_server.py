"""The recorder as a process: it lives, it is killed, it comes back, and the row tells it all."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy.orm import Session
from support import cast, services
from support.publisher import Picture, Publisher, speech, until

from recorder.spool import packet_file
from recorder.webrtc import peer
from recorder.webrtc.network import Network
from storage.base.config import Config, config
from storage.base.database import session_scope
from storage.base.objects import ObjectStore
from storage.exam.recorder_nodes import RecorderNode
from storage.exam.recordings import Recording, RecordingState, begin_take


@pytest.fixture
def take(session: Session, people: cast.Cast, object_store: ObjectStore) -> tuple[uuid.UUID, str]:
    """A take that begins now, and its ticket."""
    now = datetime.now(UTC)
    answer = cast.begin(cast.sitting(session, people, now), now).answers[0]
    answer.play(now)
    answer.prepare(now)
    recording, ticket = begin_take(session, answer, cast.node(session, now), now)
    session.commit()
    return recording.id, ticket


TOKEN = "only-for-tests"


@contextlib.contextmanager
def recorder(settings: Config, log: Path) -> Iterator[subprocess.Popen]:
    port = int(settings.recorder_listen.rpartition(":")[2])
    env = {"VIGNET_METRICS_TOKEN": TOKEN}
    with services.running([sys.executable, "-m", "recorder.http.server"], [port], log, env) as process:
        yield process


@contextlib.asynccontextmanager
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    peer.install(Network(loopback=True, private_peers=True))
    async with aiohttp.ClientSession(base_url=f"http://{config().recorder_listen}") as http:
        yield http


def row(recording: uuid.UUID) -> Recording:
    with session_scope(writes=False) as session:
        found = session.get(Recording, recording)
        assert found.originals is not None
        return found


def node() -> RecorderNode | None:
    with session_scope(writes=False) as session:
        return session.query(RecorderNode).filter_by(name=config().recorder_name).one_or_none()


def records(path: Path, *kinds: packet_file.Kind) -> list[bytes]:
    return [record.payload for record in packet_file.read(path) if record.kind in kinds]


def test_killed_in_the_middle_it_loses_half_a_second_and_the_answer_goes_on(
    take: tuple[uuid.UUID, str], tmp_path: Path
) -> None:
    recording, ticket = take
    folder = config().spool / str(recording)
    place = f"/recorder/whip/{recording}"

    async def until_killed(process: subprocess.Popen) -> None:
        async with client() as http:
            publisher = Publisher(Picture(), speech())
            await publisher.publish(http, place, ticket)
            await until(lambda: row(recording).state is RecordingState.RECEIVING)
            known = len(publisher.sent)
            await until(lambda: len(records(folder / "whip-1.rtp", 1, 2)) > known, 20)
            process.kill()
            await publisher.close()
            stored = records(folder / "whip-1.rtp", 1, 2)
            assert set(stored) <= set(publisher.sent)
            assert set(publisher.sent[:known]) <= set(stored)

    async def until_complete() -> None:
        async with client() as http:
            publisher = Publisher(Picture(), speech())
            await publisher.publish(http, place, ticket)
            await until(lambda: len(publisher.sent) > 50)
            async with http.get("/recorder/healthz", headers={"Authorization": f"Bearer {TOKEN}"}) as response:
                assert (response.status, (await response.json())["live"]) == (200, 1)
            async with http.delete(publisher.location, headers={"Authorization": f"Bearer {ticket}"}) as response:
                assert response.status == 200
            await publisher.close()
            await until(lambda: row(recording).state is RecordingState.CAPTURED, 30)
            async with http.post(
                place, data="", headers={"Authorization": f"Bearer {ticket}", "Content-Type": "application/sdp"}
            ) as response:
                assert response.status == 409
            await until(lambda: not folder.exists())

    with recorder(config(), tmp_path / "first.log") as process:
        asyncio.run(until_killed(process))
    with recorder(config(), tmp_path / "second.log"):
        asyncio.run(until_complete())
    assert [original.name for original in row(recording).originals] == ["whip-1", "whip-2"]


@pytest.mark.one_database
def test_told_to_end_it_closes_its_files_and_says_that_it_drains(take: tuple[uuid.UUID, str], tmp_path: Path) -> None:
    recording, ticket = take

    async def scene(process: subprocess.Popen) -> None:
        async with client() as http:
            publisher = Publisher(audio=speech())
            await publisher.publish(http, f"/recorder/whip/{recording}", ticket)
            await until(lambda: len(publisher.sent) > 20)
            await until(lambda: node().live == 1)
            assert node().url == config().recorder_url and not node().draining
            process.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(process.wait, 15) == 0
            await publisher.close()

    with recorder(config(), tmp_path / "log") as process:
        asyncio.run(scene(process))
    path = config().spool / str(recording) / "whip-1.rtp"
    assert list(packet_file.read(path))[-1].json() == {"end": "shutdown"}
    assert node().draining and node().live == 0


@pytest.mark.one_database
@pytest.mark.parametrize("by", ["signal", "command"])
def test_it_ends_in_peace_when_the_answer_that_has_begun_is_safe(
    take: tuple[uuid.UUID, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    recording, ticket = take
    monkeypatch.setenv("VIGNET_RECORDER_PATIENCE", "60")
    authorization = {"Authorization": f"Bearer {ticket}"}

    async def scene(process: subprocess.Popen) -> None:
        async with client() as http:
            publisher = Publisher(audio=speech())
            await publisher.publish(http, f"/recorder/whip/{recording}", ticket)
            await until(lambda: len(publisher.sent) > 20)
            await until(lambda: node().live == 1)
            if by == "signal":
                process.send_signal(signal.SIGTERM)
            else:
                with session_scope() as session:
                    session.query(RecorderNode).filter_by(name=config().recorder_name).one().drain()
            await until(lambda: node().draining, 20)
            assert not node().takes_sittings(datetime.now(UTC))
            async with http.get("/recorder/healthz") as response:
                assert (response.status, await response.json()) == (503, {"taking": False})
            for shown in ({}, {"Authorization": "Bearer guessed"}, {"Authorization": "Bearer \udcff"}):
                async with http.get("/recorder/metrics", headers=shown) as response:
                    assert response.status == 404
            async with http.get("/recorder/metrics", headers={"Authorization": f"Bearer {TOKEN}"}) as response:
                told = await response.text()
                assert f'vignet_recorder_draining{{node="{config().recorder_name}"}} 1.0' in told
                assert f'vignet_recorder_live_sessions{{node="{config().recorder_name}"}} 1.0' in told
            known = len(publisher.sent)
            await until(lambda: len(publisher.sent) > known + 20)
            async with http.delete(publisher.location, headers=authorization) as response:
                assert response.status == 200
            assert await asyncio.to_thread(process.wait, 30) == 0
            await publisher.close()

    with recorder(config(), tmp_path / "log") as process:
        asyncio.run(scene(process))
    assert row(recording).state is RecordingState.CAPTURED
    assert not (config().spool / str(recording)).exists()
    assert not node().alive(datetime.now(UTC)), "nobody waits for it"


@pytest.mark.one_database
def test_a_spool_has_one_process(installation: Config, tmp_path: Path) -> None:
    port = str(services.free_ports(1))
    other = {**os.environ, "VIGNET_RECORDER_LISTEN": f"127.0.0.1:{port}", "VIGNET_RECORDER_NAME": "other"}
    with recorder(config(), tmp_path / "log"):
        command = [sys.executable, "-m", "recorder.http.server"]
        done = subprocess.run(command, env=other, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and "each needs a VIGNET_SPOOL of its own" in done.stderr


@pytest.mark.one_database
def test_a_real_encoder_publishes_and_its_answer_is_kept(take: tuple[uuid.UUID, str], tmp_path: Path) -> None:
    """ffmpeg's own WHIP muxer: another implementation of HTTP, SDP, ICE, DTLS and RTP."""
    import imageio_ffmpeg

    recording, ticket = take
    source = [
        "-re",
        "-f",
        "lavfi",
        "-i",
        "testsrc2=size=640x360:rate=25",
        "-f",
        "lavfi",
        "-i",
        "sine=sample_rate=48000",
        "-t",
        "3",
    ]
    encode = [
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-bf",
        "0",
        "-profile:v",
        "baseline",
        "-pix_fmt",
        "yuv420p",
        "-c:a",
        "libopus",
        "-ac",
        "2",
    ]
    with recorder(config(), tmp_path / "log"):
        url = f"http://{config().recorder_listen}/recorder/whip/{recording}"
        target = ["-f", "whip", "-authorization", ticket, url]
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "warning", *source, *encode, *target]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        services.wait_until(lambda: row(recording).state is RecordingState.CAPTURED, "the row to be captured", 30)
    (original,) = row(recording).originals
    assert original.name == "whip-1" and original.size > 100_000

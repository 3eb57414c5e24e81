"""What a live stream costs our recorder, against aiortc's own MediaRecorder and Janus. Prints JSON.

`python tests/bench/live.py [seconds]`: CPU seconds (user and system, of the server process and its children) for one
minute of one stream of 1280x720 at 30 pictures and 1 Mbps, VP8 and Opus, over a steady time in which that many streams
go on. Our recorder is the real process with its database, tickets and spool; only the object store is away, as nothing
is shipped before an answer ends. A minute of a stream is one that was really recorded, so a server that does not keep
up is not praised for it. Debian's Janus is measured as well when it is installed (`apt-get install janus`).
"""

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import janus_bridge
import psutil
from load import make_material
from support import cast, services

from recorder.spool import packet_file
from storage.base import config, database, migrate
from storage.exam.recordings import Recording, RecordingState
from storage.exam.sittings import Answer

TURNS, WARM_S = 3, 3
FEW, MANY, STOCK = 10, 20, 1
"""Streams at once; MediaRecorder does not keep up with more than one on a core."""
PICTURES_PER_S = 30


@dataclass(frozen=True)
class Span:
    """A steady time: from when to when (microseconds since the epoch), CPU seconds, resident bytes at its end.

    `taken`: what was counted meanwhile.
    """

    begin_us: int
    end_us: int
    cpu_s: float
    memory: int
    taken: int


def cpu_s(process: psutil.Process) -> float:
    """User and system time of a process, its children and those that it had."""
    family = [process, *process.children(recursive=True)]
    return sum(sum(one.cpu_times()[:4]) for one in family)


@contextlib.contextmanager
def publishing(material: Path, sessions: list[tuple[str, str]], *longest_s: str) -> Iterator[None]:
    """Send all these, or those that were connected after `longest_s`."""
    command = ["setpriv", "--pdeathsig", "KILL", "--", sys.executable, HERE / "load.py", material, *longest_s]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as load:
        try:
            load.stdin.write(json.dumps(sessions) + "\n")
            load.stdin.flush()
            if load.stdout.readline() != "ready\n":
                raise RuntimeError("the publisher did not get its streams going")
            time.sleep(WARM_S)
            yield
        finally:
            load.kill()


def steady(pid: int, seconds: float, taken: Callable[[], int] = lambda: 0) -> Span:
    process = psutil.Process(pid)
    begin, had, before = packet_file.now_us(), taken(), cpu_s(process)
    time.sleep(seconds)
    had = taken() - had
    return Span(begin, packet_file.now_us(), cpu_s(process) - before, process.memory_info().rss, had)


class Exam:
    """The rows that the recorder wants to see: one answer, with as many takes as streams are asked for."""

    def __init__(self) -> None:
        migrate.upgrade(config.config().database_url)
        now = datetime.now(UTC)
        with database.session_scope() as session:
            sitting = cast.begin(cast.sitting(session, cast.gather(session, now), now), now)
            self._answer, self._takes = sitting.answers[0].id, 0

    def admit(self, number: int) -> list[tuple[str, str]]:
        """So many new recordings: id and ticket of each."""
        admitted = []
        with database.session_scope() as session:
            answer = session.get(Answer, self._answer)
            for _ in range(number):
                self._takes += 1
                recording, ticket = uuid.uuid4(), secrets.token_urlsafe(32)
                session.add(
                    Recording(
                        id=recording,
                        answer=answer,
                        take=self._takes,
                        ticket_sha256=hashlib.sha256(ticket.encode()).hexdigest(),
                        state=RecordingState.EXPECTED,
                        limit_s=3600,
                        created_at=datetime.now(UTC),
                    )
                )
                admitted.append((str(recording), ticket))
        return admitted


def ours(exam: Exam, streams: int, material: Path, folder: Path, seconds: float) -> dict:
    """One turn of our recorder with that many streams."""
    port, spool = services.free_ports(1), folder / f"spool-{uuid.uuid4().hex[:8]}"
    variables = {"VIGNET_RECORDER_LISTEN": f"127.0.0.1:{port}", "VIGNET_SPOOL": str(spool)}
    command = [sys.executable, "-m", "recorder.http.server"]
    with services.running(command, [port], folder / "recorder.log", variables) as server:
        alone = psutil.Process(server.pid).memory_info().rss
        admitted = exam.admit(streams)
        place = f"http://127.0.0.1:{port}/recorder/whip"
        with publishing(material, [(f"{place}/{recording}", ticket) for recording, ticket in admitted]):
            span = steady(server.pid, seconds)
            time.sleep(0.7)  # until the spool has handed everything of the span to the kernel
    files = [spool / recording / "whip-1.rtp" for recording, _ in admitted]
    packets = size = pictures = media = 0
    for file in files:
        for record in packet_file.read(file):
            if span.begin_us <= record.arrival_us < span.end_us:
                size += 11 + len(record.payload)
                if record.kind in (packet_file.Kind.VIDEO, packet_file.Kind.AUDIO):
                    packets += 1
                    media += len(record.payload)
                    pictures += record.kind is packet_file.Kind.VIDEO and record.payload[1] >> 7
    minutes = pictures / PICTURES_PER_S / 60
    return {
        "whip_cpu_s_per_stream_minute": span.cpu_s / minutes,
        "us_per_packet": 1e6 * span.cpu_s / packets,
        "memory_mb_per_stream": (span.memory - alone) / streams / 1e6,
        "bytes_per_stream_minute": size / minutes,
        "media_bytes_per_stream_minute": media / minutes,
        "pace": minutes * 60 / streams / ((span.end_us - span.begin_us) / 1e6),
    }


def stock(streams: int, material: Path, folder: Path, seconds: float) -> dict:
    """One turn of MediaRecorder."""
    port = services.free_ports(1)
    address = f"http://127.0.0.1:{port}"

    def pictures() -> int:
        with urllib.request.urlopen(f"{address}/pictures", timeout=60) as response:
            return json.load(response)

    command = [sys.executable, HERE / "media_recorder.py", port, folder]
    with services.running(command, [port], folder / "media_recorder.log") as server:
        alone = psutil.Process(server.pid).memory_info().rss
        with publishing(material, [(f"{address}/whip", "any")] * streams):
            services.wait_until(pictures, "the first picture", 60)
            span = steady(server.pid, seconds, pictures)
    minutes = span.taken / PICTURES_PER_S / 60
    return {
        "cpu_s_per_stream_minute": span.cpu_s / minutes,
        "memory_mb_per_stream": (span.memory - alone) / streams / 1e6,
        "pace": minutes * 60 / streams / ((span.end_us - span.begin_us) / 1e6),
    }


def janus(streams: int, material: Path, folder: Path, seconds: float) -> dict:
    """One turn of Janus, as Debian has it; its figures are None when it is not installed."""
    if not shutil.which(janus_bridge.PROGRAM):
        return {"cpu_s_per_stream_minute": None, "memory_mb_per_stream": None}
    folder = Path(tempfile.mkdtemp(dir=folder))
    port = services.free_ports(2)
    bridge = [sys.executable, HERE / "janus_bridge.py", port, port + 1]
    with (
        services.running(janus_bridge.write_settings(folder, port + 1), [port + 1], folder / "log") as server,
        services.running(bridge, [port], folder / "bridge.log"),
    ):
        alone = psutil.Process(server.pid).memory_info().rss
        with publishing(material, [(f"http://127.0.0.1:{port}/whip", "any")] * streams):
            span = steady(server.pid, seconds)
    minutes = streams * (span.end_us - span.begin_us) / 60e6
    return {
        "cpu_s_per_stream_minute": span.cpu_s / minutes,
        "memory_mb_per_stream": (span.memory - alone) / streams / 1e6,
    }


def measure(seconds: float, folder: Path) -> dict:
    material = folder / "material"
    make_material(material)
    exam = Exam()
    figures: dict = {"recorder_streams": MANY, "aiortc_mediarecorder_streams": STOCK, "janus_streams": MANY}
    for _ in range(TURNS):
        turn = {
            "recorder_10_streams": ours(exam, FEW, material, folder, seconds),
            "aiortc_mediarecorder": stock(STOCK, material, folder, seconds),
            "recorder": ours(exam, MANY, material, folder, seconds),
            "janus": janus(MANY, material, folder, seconds),
        }
        for name, values in turn.items():
            for key, value in values.items():
                figures.setdefault(f"{name}_{key}", []).append(value)
    return figures


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ.update(VIGNET_ENV="development", VIGNET_DATA=name, VIGNET_BROKER_URL="memory://")
        os.environ.pop("VIGNET_DATABASE_URL", None)
        print(json.dumps(measure(float(sys.argv[1]) if len(sys.argv) > 1 else 10, folder)))


if __name__ == "__main__":
    main()

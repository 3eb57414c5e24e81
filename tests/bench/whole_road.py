"""The whole road of an answer, with real parts, for what is measured from the last word on. Nothing to run.

Swift, Valkey and SQLite stand; recorders and media workers come and go. Candidates have a place on a recorder as the
web app gives it, and their answers are an H.264 film in slices as a page makes them.
"""

import asyncio
import base64
import contextlib
import hashlib
import os
import shlex
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from math import ceil
from pathlib import Path

import aiohttp
import psutil
from imageio_ffmpeg import get_ffmpeg_exe
from live import cast, config, cpu_s, database, migrate, services
from slice_load import SLICE_S
from sqlalchemy import select

from storage.base import jobs
from storage.base.keys import HEAD, decrypt_part, key_store, span
from storage.base.objects import object_store
from storage.exam import reservations
from storage.exam.recordings import Recording, RecordingState, RenditionKind, begin_take
from storage.people.people import Role

PLACES = 50
ROUND_S = 10
LOOK_S = 0.02


@dataclass(frozen=True)
class Take:
    """What a page knows of its take."""

    recording: uuid.UUID
    recorder: str
    place: str
    ticket: str

    @property
    def slices(self) -> str:
        return f"{self.place}/slices/{self.recording}"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.ticket}"}


@dataclass(frozen=True)
class Film:
    """What a browser has recorded: 30 pictures a second in H.264, and Opus, in slices of `SLICE_S`."""

    slices: tuple[bytes, ...]
    seconds: float

    @classmethod
    def make(cls, path: Path, seconds: int, size: str = "1280x720", kbps: int = 1500) -> "Film":
        """As a page is told to record, or smaller, where what is asked is not what a film costs."""
        picture = f"testsrc2=s={size}:r=30:d={ROUND_S},noise=alls=4:allf=t"
        sound = f"anoisesrc=a=0.1:r=48000:d={ROUND_S},tremolo=f=3:d=0.7"
        ffmpeg, once = [get_ffmpeg_exe(), "-v", "error", "-y"], path.with_suffix(".once.mkv")
        coding = "-c:v libx264 -preset ultrafast -profile:v baseline -g 60 -pix_fmt yuv420p"
        coding += f" -b:v {kbps}k -maxrate {kbps}k -bufsize {kbps}k -c:a libopus -b:a 64k -ac 2"
        subprocess.run(
            [*ffmpeg, "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound, *shlex.split(coding), once], check=True
        )
        repeat = ["-stream_loop", str(seconds // ROUND_S), "-i", once, "-t", str(seconds), "-c", "copy", "-live", "1"]
        subprocess.run([*ffmpeg, *repeat, path], check=True)
        data = path.read_bytes()
        size = ceil(len(data) * SLICE_S / seconds)
        return cls(tuple(data[at : at + size] for at in range(0, len(data), size)), float(seconds))

    @property
    def manifest(self) -> dict:
        whole = b"".join(self.slices)
        return {
            "count": len(self.slices),
            "size": len(whole),
            "sha256": hashlib.sha256(whole).hexdigest(),
            "seconds": self.seconds,
            "mime_type": "video/webm;codecs=h264,opus",
        }


async def hand_over(http: aiohttp.ClientSession, take: Take, number: int, data: bytes) -> None:
    digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
    headers = take.headers | {"Content-Digest": f"sha-256=:{digest}:"}
    async with http.put(f"{take.slices}/{number}", data=data, headers=headers) as response:
        await _good(response)


async def say_last_word(http: aiohttp.ClientSession, take: Take, film: Film) -> None:
    async with http.post(f"{take.slices}/closing", json=film.manifest, headers=take.headers) as response:
        await _good(response)


async def end_live(http: aiohttp.ClientSession, take: Take, session: str) -> None:
    async with http.delete(session, headers=take.headers) as response:
        await _good(response)


async def _good(response: aiohttp.ClientResponse) -> None:
    if response.status not in (200, 201):
        raise RuntimeError(f"{response.url}: {response.status} {await response.text()}")


async def speak_at_once(takes: list[Take], film: Film) -> None:
    """Every page hands over all that it has, as fast as its recorder takes it; none says its last word."""

    async def page(take: Take) -> None:
        for number, data in enumerate(film.slices):
            await hand_over(http, take, number, data)

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        await asyncio.gather(*map(page, takes))


async def all_end(takes: list[Take], film: Film) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        await asyncio.gather(*(say_last_word(http, take, film) for take in takes))


@dataclass
class Staff:
    """Recorders and media workers that are at work."""

    recorders: list[psutil.Process]
    workers: list[psutil.Process]

    def cpu_s(self) -> tuple[float, float]:
        """CPU seconds so far: of all recorders, of all workers with their ffmpeg."""
        return sum(map(cpu_s, self.recorders)), sum(map(cpu_s, self.workers))


class Installation:
    """What stands: object store, job engine, database; and the candidates of this installation."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._numbers = folder, count(1)
        self._session = database.new_session()
        now = datetime.now(UTC)
        self._people, self._pack = cast.gather(self._session, now), cast.pack(self._session, now)
        self._session.commit()

    @contextlib.contextmanager
    def staffed(self, recorders: int = 1, workers: int = 1) -> Iterator[Staff]:
        with contextlib.ExitStack() as stack:
            turn = next(self._numbers)
            staff = Staff([], [])
            for number in range(1, recorders + 1):
                port, name = services.free_ports(1), f"recorder-{turn}-{number}"
                settings = {
                    "VIGNET_RECORDER_NAME": name,
                    "VIGNET_RECORDER_LISTEN": f"127.0.0.1:{port}",
                    "VIGNET_RECORDER_URL": f"http://127.0.0.1:{port}/recorder",
                    "VIGNET_RECORDER_CAPACITY": str(PLACES),
                    "VIGNET_SPOOL": str(self._folder / "spools" / name),
                }
                command = [sys.executable, "-m", "recorder.http.server"]
                log = self._folder / f"{name}.log"
                process = stack.enter_context(services.running(command, [port], log, settings))
                staff.recorders.append(psutil.Process(process.pid))
            for number in range(1, workers + 1):
                name = f"media-{turn}-{number}"
                command = [sys.executable, "-m", "celery", "-A", "recorder.worker", "worker", "--concurrency", "1"]
                command += [
                    "--without-mingle",
                    "--without-gossip",
                    "--loglevel",
                    "WARNING",
                    "-Q",
                    "media",
                    "-n",
                    f"{name}@%h",
                ]
                process = stack.enter_context(services.running(command, [], self._folder / f"{name}.log"))
                staff.workers.append(psutil.Process(process.pid))
            services.wait_until(lambda: self._at_work(turn) == workers, "the workers to be at work", 60)
            yield staff
            self._session.rollback()
            for node in reservations.loads(self._session, datetime.now(UTC)):
                node.node.drain()
            self._session.commit()

    def _at_work(self, turn: int) -> int:
        found = jobs.celery.control.ping(timeout=0.5)
        return sum(name.startswith(f"media-{turn}-") for one in found for name in one)

    def takes(self, number: int) -> list[Take]:
        """So many candidates who begin to speak, each with a place on a recorder."""
        now, takes = datetime.now(UTC), []
        for _ in range(number):
            local = f"weg{next(self._numbers)}"
            home = self._people.organisation
            person = cast.person(self._session, local, f"Kandidaat {local}", Role.CANDIDATE, home, now)
            before = now - timedelta(minutes=3)
            sitting = cast.begin(cast.sitting(self._session, self._people, before, person, self._pack), before)
            reservations.reserve(self._session, sitting, now)
            answer = sitting.answers[0]
            answer.play(before + timedelta(minutes=1))
            answer.prepare(before + timedelta(minutes=2))
            recording, ticket = begin_take(self._session, answer, reservations.renew(self._session, sitting, now), now)
            takes.append(Take(recording.id, recording.node.name, recording.node.url, ticket))
        self._session.commit()
        return takes


@dataclass(frozen=True)
class Told:
    """When an answer was safe in the object store, and when its film could be played: seconds since the epoch."""

    safe: float
    playable: float


def until_playable(takes: list[Take], seconds: float = 600) -> dict[uuid.UUID, Told]:
    """Wait until the film of each is stored and its address, as the edge gets it, answers a part of it."""
    end, safe, told = time.monotonic() + seconds, {}, {}
    while missing := [take.recording for take in takes if take.recording not in told]:
        if time.monotonic() > end:
            raise RuntimeError(f"{len(missing)} answers cannot be played after {seconds} s")
        with database.session_scope(writes=False) as session:
            found = select(Recording).where(Recording.id.in_(missing), Recording.captured_at.is_not(None))
            for row in session.scalars(found):
                safe.setdefault(row.id, time.time())
                if row.state is RecordingState.RETAKE:
                    raise RuntimeError(f"a retake: {row.faults}")
                if row.state is RecordingState.STORED:
                    told[row.id] = Told(safe[row.id], _played(row))
        time.sleep(LOOK_S)
    return told


def _played(row: Recording) -> float:
    film = row.rendition(RenditionKind.VIDEO)
    store, key = object_store(), key_store().get(row.id)
    head = b"".join(store.read(film.key, (0, HEAD - 1)))
    first = b"".join(decrypt_part(head, store.read(film.key, span(0, 65_535)), key, 0, 65_535, film.size))
    if len(first) != 65_536:
        raise RuntimeError(f"the film of {row.id} begins with {len(first)} bytes")
    return time.time()


@contextlib.contextmanager
def standing(folder: Path) -> Iterator[Installation]:
    """An installation with its data in this folder; this process takes its settings from there."""
    for name in ("swift", "valkey", "spools"):
        (folder / name).mkdir()
    with services.swift(folder / "swift") as store, services.valkey(folder / "valkey") as broker:
        os.environ.update(
            VIGNET_ENV="development",
            VIGNET_DATA=str(folder),
            VIGNET_BROKER_URL=broker,
            VIGNET_S3_ENDPOINT=store,
            VIGNET_S3_ACCESS_KEY=services.ACCESS_KEY,
            VIGNET_S3_SECRET_KEY=services.SECRET_KEY,
        )
        os.environ.pop("VIGNET_DATABASE_URL", None)
        object_store().prepare()
        migrate.upgrade(config.config().database_url)
        yield Installation(folder)

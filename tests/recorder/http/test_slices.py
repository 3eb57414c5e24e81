"""Slices over real HTTP: every order, every repetition, every damage, and what is left after kill -9."""

import asyncio
import base64
import contextlib
import dataclasses
import hashlib
import json
import os
import signal
import sys
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from support import cast, services
from support.publisher import Publisher, speech, until
from support.recorder_app import RecorderApp, running_app

from recorder.http import completion, slices
from recorder.spool import spool, upload
from recorder.spool.manifest import Manifest
from recorder.spool.slice_spool import Run
from storage.base.audit import AuditEvent
from storage.base.config import config
from storage.base.database import session_scope
from storage.base.keys import decrypt_file, key_store
from storage.base.objects import ObjectStore
from storage.exam.recordings import SLICES_COME, Recording, RecordingState, begin_take


def part(number: int, size: int = 2000) -> bytes:
    """What the page recorded in second `number`."""
    head = b"\x1a\x45\xdf\xa3" if number == 0 else b""
    return head + (b"%06d" % number) * (size // 6)


def manifest(count: int, **other) -> dict:
    data = b"".join(map(part, range(count)))
    values = {"count": count, "size": len(data), "sha256": hashlib.sha256(data).hexdigest(), "seconds": float(count)}
    return {**values, "mime_type": "video/webm", **other}


class Page:
    """What a page says to a recorder about one recording."""

    def __init__(self, http: aiohttp.ClientSession, base: str, recording: str, ticket: str) -> None:
        self.http, self.url = http, f"{base}/recorder/slices/{recording}"
        self.bearer = {"Authorization": f"Bearer {ticket}"}

    async def put(self, number: int, data: bytes | None = None, digest: str | None = None) -> tuple[int, dict]:
        data = part(number) if data is None else data
        right = f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"
        headers = {**self.bearer, "Content-Digest": right if digest is None else digest}
        async with self.http.put(f"{self.url}/{number}", data=data, headers=headers) as response:
            told = response.content_type == "application/json"
            return response.status, await response.json() if told else {"text": await response.text()}

    async def open(self) -> int:
        async with self.http.post(f"{self.url}/opening", headers=self.bearer) as response:
            return response.status

    async def listing(self) -> dict:
        async with self.http.get(self.url, headers=self.bearer) as response:
            assert response.status == 200
            return await response.json()

    async def close(self, **message) -> tuple[int, dict]:
        async with self.http.post(f"{self.url}/closing", data=json.dumps(message), headers=self.bearer) as response:
            return response.status, await response.json() if response.status == 200 else {}


@contextlib.asynccontextmanager
async def page_in(root: Path, **options) -> AsyncIterator[tuple[RecorderApp, Page, uuid.UUID]]:
    async with running_app(root, **options) as app:
        recording = app.admit()
        yield app, Page(app.http, app.url("/").rstrip("/"), recording, recording), uuid.UUID(recording)


def test_a_slice_is_acknowledged_by_hash_and_may_come_twice(tmp_path: Path) -> None:
    async def scene() -> None:
        async with page_in(tmp_path) as (app, page, recording):
            told = {"number": 0, "size": len(part(0)), "sha256": hashlib.sha256(part(0)).hexdigest()}
            assert await page.put(0) == (201, told)
            assert await page.put(0) == (200, told)
            assert (await page.put(0, b"something else"))[0] == 409
            together = await asyncio.gather(*(page.put(1) for _ in range(5)))
            assert sorted(status for status, _ in together) == [200, 200, 200, 200, 201]
            assert [one.number for one in app.spool.slices.slices(recording)] == [0, 1]
            assert (await page.listing())["slices"][0] == told
            assert app.receiving == [recording]

    asyncio.run(scene())


def test_any_order_and_what_is_missing_is_told(tmp_path: Path) -> None:
    async def scene() -> None:
        async with page_in(tmp_path) as (app, page, recording):
            for number in (3, 0, 2):
                await page.put(number)
            status, told = await page.close(**manifest(5))
            assert (status, told["missing"], told["complete"]) == (200, [1, 4], False)
            assert [one["number"] for one in told["slices"]] == [0, 2, 3]
            await page.put(4)
            assert app.complete == []
            await page.put(1)
            assert (await page.close(**manifest(5)))[1]["complete"]
            assert app.complete == [recording]
            assert (await page.close(**manifest(4)))[0] == 409

    asyncio.run(scene())


def test_a_slice_that_was_damaged_on_the_way_is_refused(tmp_path: Path) -> None:
    async def scene() -> None:
        async with page_in(tmp_path) as (app, page, recording):
            digest = f"sha-256=:{base64.b64encode(hashlib.sha256(part(0)).digest()).decode()}:"
            assert (await page.put(0, part(0)[:-1] + b"x", digest))[0] == 422
            for wrong in ("", "sha-256", "md5=:AAAA:", "sha-256=:AAAA:"):
                assert (await page.put(0, digest=wrong))[0] == 400
            assert (await page.put(0, b""))[0] == 400
            assert app.spool.slices.slices(recording) == [] and app.receiving == []
            assert (await page.put(0, digest=f"sha-512=:AA:, {digest}"))[0] == 201

    asyncio.run(scene())


def test_another_ones_ticket_opens_nothing(tmp_path: Path) -> None:
    async def scene() -> None:
        async with page_in(tmp_path) as (app, page, recording):
            stranger = Page(app.http, app.url("/").rstrip("/"), str(recording), app.admit())
            assert (await stranger.put(0))[0] == 404
            assert (await stranger.close(**manifest(1)))[0] == 404
            stranger.bearer = {}
            assert (await stranger.put(0))[0] == 401
            late = dataclasses.replace(app.tickets[str(recording)], open=False)
            app.tickets[str(recording)] = late
            assert (await page.put(0))[0] == 201, "the take is closed, and its slices may still come"
            app.tickets[str(recording)] = dataclasses.replace(late, takes_slices=False)
            assert [(await page.put(1))[0], (await page.close(**manifest(1)))[0]] == [410, 410]
            assert (await page.listing())["slices"], "what is here may still be asked"

    asyncio.run(scene())


def test_what_is_too_large_is_cut_off(tmp_path: Path, monkeypatch) -> None:
    async def scene() -> None:
        async with page_in(tmp_path) as (app, page, recording):
            assert (await page.put(0, bytes(slices.LARGEST + 1)))[0] == 413
            assert (await page.put(0, bytes(slices.LARGEST)))[0] == 201
            assert (await page.put(480))[0] == 413
            assert (await page.close(**{**manifest(1), "count": 481}))[0] == 413
            monkeypatch.setattr(slices, "MOST_BYTES_PER_S", (slices.LARGEST + 5000) / 120)
            assert (await page.put(1))[0] == 201
            assert (await page.put(2, bytes(5000)))[0] == 413
            assert (await page.put(1))[0] in (200, 413)

            async def endless() -> AsyncIterator[bytes]:
                while True:
                    yield bytes(100_000)

            headers = {**page.bearer, "Content-Digest": f"sha-256=:{'A' * 43}=:"}
            with contextlib.suppress(aiohttp.ClientError):
                async with app.http.put(f"{page.url}/3", data=endless(), headers=headers) as response:
                    assert response.status == 413
            assert [one.number for one in app.spool.slices.slices(recording)] == [0, 1]

    asyncio.run(scene())


def test_a_manifest_is_checked(tmp_path: Path) -> None:
    async def scene() -> None:
        async with page_in(tmp_path) as (app, page, recording):
            right = manifest(2)
            wrong = [{}, {**right, "count": -1}, {**right, "sha256": "x"}, {**right, "seconds": "4"}]
            wrong += [{**right, "published_ms": [None]}, {**right, "count": True}]
            wrong += [{**right, "parts": parts} for parts in (7, [[0]], [[0, -1]], [[0, 1, 2]], {"first": 0})]
            for message in wrong:
                assert (await page.close(**message))[0] == 400, message
            headers = page.bearer
            for body in (b"[1]", b"\xff", b"[" * 10_000):
                async with app.http.post(f"{page.url}/closing", data=body, headers=headers) as response:
                    assert response.status == 400
            assert not app.spool.slices.manifest_path(recording).exists()
            told = [{"at_ms": 5, "what": "camera_still"}, {"at_ms": 6, "what": "picture_width", "value": 640}]
            odd = [
                7,
                None,
                {},
                {"at_ms": "5", "what": "x"},
                {"at_ms": 5, "what": "<b>"},
                {"at_ms": 5, "what": "x" * 99},
            ]
            full = {**right, "parts": [[0, 1.5], [1, 9]], "notes": [*told, *odd]}
            read = Manifest.read(json.dumps(full).encode())
            assert Manifest.read(read.write()) == read and read.count == 2
            assert [(part.first, part.started_ms) for part in read.parts] == [(0, 1.5), (1, 9)]
            assert [(note.what, note.value) for note in read.notes] == [("camera_still", None), ("picture_width", 640)]

    asyncio.run(scene())


def test_a_full_disk_is_told_and_nothing_half_is_left(tmp_path: Path, monkeypatch) -> None:
    async def scene() -> None:
        async with page_in(tmp_path) as (app, page, recording):
            assert (await page.put(0))[0] == 201
            monkeypatch.setattr(spool, "MIN_FREE_BYTES", 1 << 62)
            assert (await page.put(1))[0] == 503
            monkeypatch.undo()
            folder = app.spool.slices.folder(recording)

            def full(*_: object) -> None:
                raise OSError(28, "No space left on device")

            monkeypatch.setattr(os, "fdatasync", full)
            assert (await page.put(1))[0] == 503
            monkeypatch.undo()
            assert len(list(folder.iterdir())) == 1
            assert (await page.put(1))[0] == 201

    asyncio.run(scene())


def test_an_answer_waits_for_both_roads(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(completion, "LAST_WORDS_S", 0.2)

    async def scene() -> None:
        async with page_in(tmp_path) as (app, page, recording):
            publisher = Publisher(audio=speech())
            await publisher.publish(app.http, app.url(str(recording)), str(recording))
            await page.put(0)
            await until(lambda: app.session(str(recording)).intake.packets)
            async with app.http.delete(app.url(publisher.location), headers=page.bearer) as response:
                assert response.status == 200
            assert app.complete == [], "the slices are still on their way"
            await page.close(**manifest(1))
            assert app.complete == [recording]
            await publisher.close()

            other = app.admit()
            second = Page(app.http, app.url("/").rstrip("/"), other, other)
            publisher = Publisher(audio=speech())
            await publisher.publish(app.http, app.url(other), other)
            await until(lambda: app.session(other).intake.packets)
            await second.put(0)
            await second.close(**manifest(1))
            assert app.complete == [recording], "the live road may say its last words"
            await until(lambda: app.complete == [recording, uuid.UUID(other)])
            assert app.ends(other) == ["limit"]
            await publisher.close()

    asyncio.run(scene())


def test_announced_slices_are_waited_for(tmp_path: Path, monkeypatch) -> None:
    """On a narrow line the live road ends before the first slice is through."""

    async def scene() -> None:
        async with page_in(tmp_path) as (app, page, recording):
            assert (await page.open(), await page.open()) == (200, 200)
            publisher = Publisher(audio=speech())
            await publisher.publish(app.http, app.url(str(recording)), str(recording))
            await until(lambda: app.session(str(recording)).intake.packets)
            async with app.http.delete(app.url(publisher.location), headers=page.bearer) as response:
                assert response.status == 200
            assert app.complete == [], "no slice is here, but they are on their way"
            await page.put(0)
            await page.close(**manifest(1))
            assert app.complete == [recording]
            await publisher.close()

    asyncio.run(scene())


def test_announced_slices_that_never_come_hold_nothing_up_for_ever(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(completion, "QUIET_S", 0.5)

    async def scene() -> None:
        async with page_in(tmp_path) as (app, page, recording):
            stranger = Page(app.http, app.url("/").rstrip("/"), str(recording), str(uuid.uuid4()))
            assert await stranger.open() == 404
            assert await page.open() == 200
            assert app.spool.slices.listing(recording).touched_s, "whoever starts next waits, too"
            assert app.receiving == []
            await until(lambda: app.complete == [recording])

    asyncio.run(scene())


def test_slices_that_stop_coming_are_the_answer_after_a_while(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(completion, "QUIET_S", 0.5)

    async def scene() -> None:
        async with page_in(tmp_path) as (app, page, recording):
            await page.put(0)
            await until(lambda: app.complete == [recording])
            await page.put(1)
            await until(lambda: app.complete == [recording, recording])

    asyncio.run(scene())


def test_the_next_start_goes_on_where_the_last_one_ended(tmp_path: Path, monkeypatch) -> None:
    from recorder.webrtc import session

    monkeypatch.setattr(session, "COMES_BACK_S", 0.1)

    async def scene() -> None:
        async with page_in(tmp_path) as (_, page, recording):
            await page.put(0)
            await page.put(1)
        async with running_app(tmp_path) as app:
            app.answers.recover()
            await until(lambda: not app.sessions.recordings)
            assert app.complete == [], "the page may still bring the rest"
            await app.sessions.end()
        monkeypatch.setattr(completion, "QUIET_S", 0)
        async with running_app(tmp_path) as app:
            app.answers.recover()
            await until(lambda: app.complete == [recording])

    asyncio.run(scene())


# With a real row, and on to the object store.


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


def row(recording: uuid.UUID) -> Recording:
    with session_scope(writes=False) as session:
        found = session.get(Recording, recording)
        assert found.originals is not None
        return found


def original(recording: uuid.UUID, name: str, folder: Path) -> bytes:
    """The plaintext of an original, fetched from the store."""
    from storage.base.objects import object_store

    with session_scope(writes=False) as session:
        found = session.get(Recording, recording)
        one = next(one for one in found.originals if one.name == name)
    object_store().get_file(one.key, folder / "sealed")
    decrypt_file(folder / "sealed", folder / "plain", key_store().get(one.sealed_under))
    data = (folder / "plain").read_bytes()
    assert (one.size, one.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    return data


def fill(place: spool.Spool, recording: uuid.UUID, *numbers: int) -> None:
    for number in numbers:
        place.slices.keep(recording, number, part(number), hashlib.sha256(part(number)).hexdigest())


def names(recording: uuid.UUID) -> list[str]:
    return sorted(original.name for original in row(recording).originals)


@pytest.mark.one_database
def test_slices_are_joined_up_to_each_hole_and_what_comes_later_is_added(
    take: tuple[uuid.UUID, str], object_store: ObjectStore, tmp_path: Path
) -> None:
    recording, _ = take
    place = spool.Spool(tmp_path / "spool")
    shipper = upload.Shipper(place, lambda: object_store, key_store)
    now = datetime.now(UTC)
    fill(place, recording, *range(4), 6, 7)
    shipper.ship_now(recording, now)
    assert names(recording) == ["slices-0-3", "slices-6-7"]
    assert original(recording, "slices-0-3", tmp_path) == b"".join(map(part, range(4)))
    assert original(recording, "slices-6-7", tmp_path) == part(6) + part(7)
    assert {one.key.rpartition(".webm")[2] for one in row(recording).originals} == {".enc"}
    assert row(recording).state is RecordingState.CAPTURED and place.recordings() == []

    fill(place, recording, 4, 5, 6)  # the last one a second time
    listing = place.slices.listing(recording, names(recording))
    assert listing.kept == (Run(0, 3), Run(6, 7))
    place.slices.close(recording, Manifest.read(json.dumps(manifest(8)).encode()))
    shipper.ship_now(recording, now)
    assert names(recording) == ["closing", "slices-0-3", "slices-4-5", "slices-6-7"]
    assert json.loads(original(recording, "closing", tmp_path))["count"] == 8
    assert place.recordings() == []


@pytest.mark.one_database
def test_what_the_disk_has_changed_is_never_passed_on(
    take: tuple[uuid.UUID, str], object_store: ObjectStore, tmp_path: Path
) -> None:
    recording, _ = take
    place = spool.Spool(tmp_path / "spool")
    fill(place, recording, 0, 1)
    damaged = place.slices.slices(recording)[1]
    with damaged.path.open("r+b") as file:
        file.seek(damaged.start)
        file.write(part(2))
    with pytest.raises(ValueError, match="not what was received"):
        upload.Shipper(place, lambda: object_store, key_store).ship_now(recording, datetime.now(UTC))
    assert names(recording) == [] and damaged.path.exists()


@pytest.mark.one_database
def test_what_comes_after_the_first_score_is_an_incident(
    session: Session, people: cast.Cast, object_store: ObjectStore, tmp_path: Path
) -> None:
    sitting = cast.finished_sitting(session, people)
    cast.rate(session, sitting, people.assessors[0], 1)
    session.commit()
    with session_scope(writes=False) as reading:
        recording = reading.scalars(select(Recording.id).where(Recording.answer_id == sitting.answers[0].id)).one()
    place = spool.Spool(tmp_path / "spool")
    fill(place, recording, 0, 1)
    upload.Shipper(place, lambda: object_store, key_store).ship_now(recording, datetime.now(UTC))
    assert names(recording) == ["slices-0-1", "whip-1"]
    assert row(recording).state is RecordingState.STORED, "nothing is made anew"
    with session_scope(writes=False) as reading:
        event = reading.scalars(select(AuditEvent).where(AuditEvent.verb == "late_original")).one()
        assert (event.subject, event.facts) == (recording, {"names": ["slices-0-1"]})


def test_a_ticket_takes_slices_for_a_day_after_the_end(take: tuple[uuid.UUID, str]) -> None:
    from recorder.spool import tickets

    recording, secret = take
    now = datetime.now(UTC)
    ends_at = tickets.find(str(recording), secret, now).ends_at
    assert tickets.find(str(recording), secret, ends_at + SLICES_COME / 2).takes_slices
    assert not tickets.find(str(recording), secret, ends_at + SLICES_COME).takes_slices
    tickets.close(recording, now)
    closed = tickets.find(str(recording), secret, now + SLICES_COME / 2)
    assert closed.takes_slices and not closed.open
    assert not tickets.find(str(recording), secret, now + SLICES_COME).takes_slices


@pytest.mark.one_database
def test_killed_in_the_middle_of_an_upload_it_keeps_what_it_acknowledged(
    take: tuple[uuid.UUID, str], tmp_path: Path
) -> None:
    recording, ticket = take
    port = int(config().recorder_listen.rpartition(":")[2])
    acknowledged: set[int] = set()

    async def upload(process) -> None:
        async with aiohttp.ClientSession() as http:
            page = Page(http, f"http://127.0.0.1:{port}", str(recording), ticket)

            async def some(numbers: range) -> None:
                for number in numbers:
                    with contextlib.suppress(aiohttp.ClientError):
                        status, _ = await page.put(number, part(number, 200_000))
                        if status in (200, 201):
                            acknowledged.add(number)
                    if len(acknowledged) > 20:
                        process.send_signal(signal.SIGKILL)

            await asyncio.gather(*(some(range(k, 60, 3)) for k in range(3)))

    async def go_on() -> None:
        async with aiohttp.ClientSession() as http:
            page = Page(http, f"http://127.0.0.1:{port}", str(recording), ticket)
            here = {one["number"] for one in (await page.listing())["slices"]}
            assert acknowledged <= here and len(here) < 60
            for number in set(range(60)) - here:
                assert (await page.put(number, part(number, 200_000)))[0] == 201
            whole = b"".join(part(number, 200_000) for number in range(60))
            last = manifest(60, size=len(whole), sha256=hashlib.sha256(whole).hexdigest())
            assert (await page.close(**last))[1]["complete"]
            await until(lambda: row(recording).state is RecordingState.CAPTURED, 30)
            kept = (await page.listing())["kept"]
            assert kept == [{"first": 0, "last": 59, "sha256": last["sha256"]}]
            assert (await page.put(3, part(3, 200_000)))[0] == 409
            await until(lambda: not (config().spool / str(recording)).exists())

    command = [sys.executable, "-m", "recorder.http.server"]
    with services.running(command, [port], tmp_path / "first.log") as process:
        asyncio.run(upload(process))
    with services.running(command, [port], tmp_path / "second.log"):
        asyncio.run(go_on())
    assert names(recording) == ["closing", "slices-0-59"]
    assert row(recording).closed_at is not None

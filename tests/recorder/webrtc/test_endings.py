"""Every way in which a session ends, and when an answer counts as complete."""

import asyncio
import gc
import uuid
from pathlib import Path

import psutil
import pytest
from support.publisher import Picture, Publisher, speech, until
from support.recorder_app import RecorderApp, running_app

from recorder.spool import spool
from recorder.webrtc import session


def in_app(path: Path, scene, **options) -> None:
    async def play() -> None:
        async with running_app(path, **options) as app:
            await scene(app)

    asyncio.run(play())


async def live(app: RecorderApp, recording: str, **tracks) -> Publisher:
    publisher = Publisher(**(tracks or {"audio": speech()}))
    await publisher.publish(app.http, app.url(recording), recording)
    await until(lambda: app.session(recording).intake.packets)
    return publisher


def test_a_peer_that_closes_may_come_back_and_then_the_answer_is_complete(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(session, "COMES_BACK_S", 1.5)

    async def scene(app: RecorderApp) -> None:
        recording = app.admit()
        for number in (1, 2):
            publisher = await live(app, recording)
            await publisher.close()
            await until(lambda n=number: len(app.files(recording)) == n and app.sessions.live == 0)
            assert app.complete == []
        await until(lambda: app.complete)
        assert app.ends(recording) == ["lost", "lost"]
        assert app.complete == [uuid.UUID(recording)]
        assert not app.sessions.recordings

    in_app(tmp_path, scene)


def test_a_delete_after_the_peer_has_closed_completes_the_answer_at_once(tmp_path: Path) -> None:
    async def scene(app: RecorderApp) -> None:
        recording = app.admit()
        publisher = await live(app, recording)
        await publisher.close()
        await until(lambda: app.sessions.live == 0)
        headers = {"Authorization": f"Bearer {recording}"}
        async with app.http.delete(app.url(publisher.location), headers=headers) as response:
            assert response.status == 200
        assert app.complete == [uuid.UUID(recording)]

    in_app(tmp_path, scene)


def test_a_peer_that_falls_silent_is_lost(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(session, "SILENCE_S", 1)

    async def scene(app: RecorderApp) -> None:
        recording = app.admit()
        publisher = await live(app, recording)
        await publisher.stop_sending()
        await until(lambda: app.sessions.live == 0)
        assert app.ends(recording) == ["lost"]
        await publisher.close()

    in_app(tmp_path, scene)


def test_a_peer_that_never_sends_leaves_nothing(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(session, "START_S", 1)
    monkeypatch.setattr(session, "COMES_BACK_S", 0.1)

    async def scene(app: RecorderApp) -> None:
        recording = app.admit()
        publisher = Publisher(audio=speech())
        headers = {"Authorization": f"Bearer {recording}", "Content-Type": "application/sdp"}
        async with app.http.post(app.url(recording), data=await publisher.offer(), headers=headers) as response:
            assert response.status == 201
        assert len(app.files(recording)) == 1
        await until(lambda: app.complete)
        assert app.receiving == [] and not app.spool.folder(uuid.UUID(recording)).exists()
        await publisher.close()

    in_app(tmp_path, scene)


def test_the_time_limit_ends_the_answer(tmp_path: Path) -> None:
    async def scene(app: RecorderApp) -> None:
        recording = app.admit(seconds=3)
        publisher = await live(app, recording)
        await until(lambda: app.complete)
        assert app.ends(recording) == ["limit"]
        await publisher.close()

    in_app(tmp_path, scene)


def test_a_row_that_is_closed_ends_the_answer(tmp_path: Path) -> None:
    async def scene(app: RecorderApp) -> None:
        recording = app.admit()
        publisher = await live(app, recording)
        assert app.sessions.recordings == {uuid.UUID(recording)}
        app.sessions.close(uuid.UUID(recording))
        await until(lambda: app.complete)
        assert app.ends(recording) == ["limit"]
        await publisher.close()

    in_app(tmp_path, scene)


def test_who_sends_far_too_much_is_cut_off(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(session, "MOST_BYTES_PER_S", 200)

    async def scene(app: RecorderApp) -> None:
        recording = app.admit()
        publisher = await live(app, recording, video=Picture())
        await until(lambda: app.complete)
        assert app.ends(recording) == ["limit"]
        await publisher.close()

    in_app(tmp_path, scene)


def test_draining_closes_every_file_and_leaves_the_rest_to_the_next_start(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(session, "COMES_BACK_S", 0.1)
    left: list[str] = []

    async def scene(app: RecorderApp) -> None:
        recording = app.admit()
        left.append(recording)
        publisher = await live(app, recording)
        await app.sessions.end()
        assert app.ends(recording) == ["shutdown"]
        assert app.complete == [] and app.sessions.live == 0
        await publisher.close()

    async def next_start(app: RecorderApp) -> None:
        assert app.complete == []
        app.sessions.recover()
        await until(lambda: app.complete)
        assert [str(recording) for recording in app.complete] == left

    in_app(tmp_path, scene)
    in_app(tmp_path, next_start)


def test_after_a_restart_a_peer_goes_on_in_a_new_file(tmp_path: Path) -> None:
    first = RecorderApp(tmp_path)
    recording = first.admit()
    first.spool.begin(uuid.UUID(recording), ()).close()

    async def scene(app: RecorderApp) -> None:
        app.tickets = first.tickets
        app.sessions.recover()
        publisher = await live(app, recording)
        assert [path.name for path in app.files(recording)] == ["whip-1.rtp", "whip-2.rtp"]
        assert app.sessions.recordings == {uuid.UUID(recording)}
        await publisher.close()

    in_app(tmp_path, scene)


@pytest.mark.parametrize("tracks", [{"audio": speech}, {"video": Picture}])
def test_either_track_may_be_missing(tmp_path: Path, tracks: dict) -> None:
    async def scene(app: RecorderApp) -> None:
        recording = app.admit()
        publisher = await live(app, recording, **{kind: make() for kind, make in tracks.items()})
        await until(lambda: len(publisher.sent) > 20)
        await publisher.stop_sending()
        await until(lambda: app.session(recording).intake.packets >= len(publisher.sent))
        await app.sessions.end()
        header, *records = app.read(recording)
        assert [track["kind"] for track in header.json()["tracks"]] == list(tracks)
        assert [r.payload for r in records if r.kind in (1, 2)] == publisher.sent
        await publisher.close()

    in_app(tmp_path, scene)


def test_a_full_disk_refuses_new_sessions(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(spool, "MIN_FREE_BYTES", 1 << 62)

    async def scene(app: RecorderApp) -> None:
        recording = app.admit()
        headers = {"Authorization": f"Bearer {recording}", "Content-Type": "application/sdp"}
        publisher = Publisher(audio=speech())
        async with app.http.post(app.url(recording), data=await publisher.offer(), headers=headers) as response:
            assert (response.status, "Retry-After" in response.headers) == (503, True)
        await publisher.close()

    in_app(tmp_path, scene)


def test_finished_sessions_leave_neither_descriptors_nor_objects(tmp_path: Path) -> None:
    process = psutil.Process()

    async def one(app: RecorderApp) -> None:
        recording = app.admit()
        publisher = await live(app, recording)
        headers = {"Authorization": f"Bearer {recording}"}
        async with app.http.delete(app.url(publisher.location), headers=headers) as response:
            assert response.status == 200
        await until(lambda: uuid.UUID(recording) in app.complete)
        await publisher.close()

    def counts() -> tuple[int, int]:
        gc.collect()
        names = {"Intake", "Stream", "Peer", "StunProtocol", "RTCDtlsTransport", "_Connection"}
        return process.num_fds(), sum(type(o).__name__ in names for o in gc.get_objects())

    async def scene(app: RecorderApp) -> None:
        async def three() -> None:
            await asyncio.gather(*(one(app) for _ in range(3)))

        await three()  # the HTTP client keeps its connections
        descriptors, kept = counts()
        for _ in range(10):
            await three()
        await until(lambda: counts() <= (descriptors, kept))
        assert app.sessions.live == 0 and not app.sessions.recordings

    in_app(tmp_path, scene, capacity=50)

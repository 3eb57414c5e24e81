"""Other people's WHIP clients, unchanged: what each sends is a film, and each end, with DELETE or without, is an end.

aiortc is held to the same in test_live.py and test_endings.py.
"""

import asyncio
import contextlib
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from support import services
from support.publisher import until
from support.recorder_app import RecorderApp, running_app

from recorder.media import ffmpeg, live_source
from recorder.webrtc import session

pytestmark = pytest.mark.real_time

CLIENTS = Path(__file__).parent / "clients"
PAGE = "http://localhost/"
SECONDS = 4
PUBLISH = {
    "whip-whep": """
      import { WHIPClient } from "/whip-whep.js";
      const connection = new RTCPeerConnection();
      for (const track of stream.getTracks()) connection.addTransceiver(track, { direction: "sendonly" });
      const client = new WHIPClient();
      await client.publish(connection, url, ticket);
      window.end = () => client.stop();
    """,
    "eyevinn-whip-web-client": """
      import { WHIPClient } from "/eyevinn-whip-web-client.js";
      const client = new WHIPClient({ endpoint: url, opts: { authkey: ticket, iceServers: [] } });
      await client.ingest(stream);
      window.end = () => client.destroy();
    """,
}
CAMERA = "const stream = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });"


def film(app: RecorderApp, recording: str, folder: Path) -> tuple[int, float]:
    """The pictures, decoded, and the seconds of sound of what the recorder keeps."""
    joined = live_source.join(app.files(recording), folder / "film.mkv")
    assert joined.path is not None and not joined.unreadable
    with av.open(str(joined.path)) as container:
        pictures = sum(1 for _ in container.decode(video=0))
    with av.open(str(joined.path)) as container:
        return pictures, sum(part.samples / part.sample_rate for part in container.decode(audio=0))


def publish_with_ffmpeg(app: RecorderApp, recording: str, seconds: int | None) -> list[str]:
    source = ["-re", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30", "-re", "-f", "lavfi", "-i", "sine=440"]
    coding = ["-c:v", "libx264", "-profile:v", "baseline", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "60"]
    sound = ["-c:a", "libopus", "-ac", "2", "-ar", "48000"]
    length = ["-t", str(seconds)] if seconds else []
    target = ["-f", "whip", "-authorization", recording, app.url(recording)]
    return [ffmpeg.binary(), "-v", "error", "-nostdin", *source, *coding, *sound, *length, *target]


def test_ffmpeg_publishes_every_picture_and_says_when_it_is_done(tmp_path: Path) -> None:
    async def scene() -> None:
        async with running_app(tmp_path / "app") as app:
            recording = app.admit()
            sender = await asyncio.create_subprocess_exec(*publish_with_ffmpeg(app, recording, SECONDS))
            assert await sender.wait() == 0
            await until(lambda: app.complete)
            assert app.ends(recording) == ["delete"]
            pictures, sound_s = film(app, recording, tmp_path)
            assert pictures == SECONDS * 30
            assert abs(sound_s - SECONDS) < 0.1

    asyncio.run(scene())


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_ffmpeg_that_is_gone_without_a_word_is_lost_and_kept(tmp_path: Path, monkeypatch, how: signal.Signals) -> None:
    monkeypatch.setattr(session, "SILENCE_S", 2)
    monkeypatch.setattr(session, "COMES_BACK_S", 1)

    async def scene() -> None:
        async with running_app(tmp_path / "app") as app:
            recording = app.admit()
            sender = await asyncio.create_subprocess_exec(*publish_with_ffmpeg(app, recording, None))
            await until(lambda: recording in map(str, app.sessions.recordings))
            await until(lambda: app.session(recording).intake.packets > 300)
            sender.send_signal(how)
            await until(lambda: app.complete, 30)
            assert app.ends(recording) == ["lost"]
            pictures, sound_s = film(app, recording, tmp_path)
            assert pictures > 30 and sound_s > 1
            if how is signal.SIGSTOP:
                sender.kill()
            await sender.wait()

    asyncio.run(scene())


@contextlib.contextmanager
def app_beside(root: Path) -> Iterator[RecorderApp]:
    """A recorder whose loop runs in a thread of its own, since the browser's loop runs in this one."""
    opened: list[RecorderApp] = []
    leave = threading.Event()

    async def stay() -> None:
        async with running_app(root) as app:
            opened.append(app)
            await asyncio.to_thread(leave.wait)

    thread = threading.Thread(target=asyncio.run, args=(stay(),))
    thread.start()
    try:
        services.wait_until(lambda: opened, "the recorder to open")
        yield opened[0]
    finally:
        leave.set()
        thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """With a camera. Its driver ends with it, since the loop of that stands in the way of other loops."""
    flags = ["--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    # The page is made up here, so the browser takes it for one from far away that may not speak to this machine.
    flags += ["--disable-features=LocalNetworkAccessChecks"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
        yield browser
        browser.close()


def publish_in_browser(chromium: Browser, client: str, url: str, ticket: str) -> Page:
    """A page of another origin than the recorder's that publishes its camera with this client."""
    page = chromium.new_page()
    page.on("console", lambda message: print(message.text))

    def serve(route) -> None:
        name = route.request.url.removeprefix(PAGE)
        if name:
            route.fulfill(body=(CLIENTS / name).read_text(), content_type="text/javascript")
        else:
            route.fulfill(body="<title>Another page</title>", content_type="text/html")

    page.route(f"{PAGE}**", serve)
    page.goto(PAGE)
    values = f"const [url, ticket] = {[url, ticket]};"
    imports, _, body = PUBLISH[client].strip().partition("\n")
    page.add_script_tag(type="module", content=f"{imports}\n{values}\n{CAMERA}\n{body}")
    page.wait_for_function("() => Boolean(window.end)")
    return page


@pytest.mark.parametrize("ending", ["end", "close"])
@pytest.mark.parametrize("client", PUBLISH)
def test_a_client_in_a_browser(chromium: Browser, tmp_path: Path, monkeypatch, client: str, ending: str) -> None:
    """`end`: the client's own way to stop, which may or may not DELETE; `close`: the page is gone."""
    monkeypatch.setattr(session, "SILENCE_S", 3)
    monkeypatch.setattr(session, "COMES_BACK_S", 1)
    with app_beside(tmp_path / "app") as app:
        recording = app.admit()
        page = publish_in_browser(chromium, client, app.url(recording), recording)
        services.wait_until(lambda: recording in map(str, app.sessions.recordings), "a session to begin")
        services.wait_until(lambda: app.session(recording).intake.packets > 200, "media to come")
        if ending == "end":
            page.evaluate("window.end()")
        page.close()
        services.wait_until(lambda: app.complete, "the answer to be complete")
        (how,) = app.ends(recording)
        print(f"{client}, {ending}: {how}")
        assert how in ("delete", "lost") if ending == "end" else how == "lost"
        pictures, sound_s = film(app, recording, tmp_path)
        assert pictures > 20 and sound_s > 1

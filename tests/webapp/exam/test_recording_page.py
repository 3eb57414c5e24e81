"""What the page does with browsers, microphones and cameras as they really are, in a real Chromium."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from support import bare_page
from support.recorder_app import running_app

pytestmark = [pytest.mark.real_time, pytest.mark.one_database]

WATCHED = """
async (spoil) => {
  const { Mender } = await import("/exam/mend.js");
  const { stream, stop } = await devices.sleepy();
  const mender = new Mender(stream);
  const told = [];
  const began = performance.now();
  const at = () => Math.round(performance.now() - began);
  for (const kind of ["lost", "back"]) mender.addEventListener(kind, () => told.push([kind, at()]));
  mender.addEventListener("saw", ({ detail }) => told.push([detail.what, at()]));
  await devices.wait(1500);
  const spoilt = at();
  await eval(spoil)(stream, stop);
  for (let left = 60; left && !told.some(([kind]) => kind === "back"); left -= 1) await devices.wait(100);
  await devices.wait(3000);
  mender.close();
  return { spoilt, told, live: stream.getTracks().map((track) => [track.kind, track.readyState]).sort() };
}
"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = bare_page.launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    complaints: list[str] = []
    with bare_page.served() as address:
        page = bare_page.open_page(chromium, address, complaints)
        yield page
        page.context.close()
    assert complaints == []


@pytest.mark.parametrize(
    ("spoil", "part", "why"),
    [
        ("(stream, stop) => stop()", "microphone", "silent"),
        (
            "(stream) => devices.pull(stream.getAudioTracks()[0])",
            "microphone",
            "ended",
        ),
        (
            "(stream) => devices.pull(stream.getVideoTracks()[0])",
            "camera",
            "ended",
        ),
    ],
    ids=["a microphone that gives nothing", "a headset that is pulled", "a camera that is pulled"],
)
def test_a_device_that_gives_nothing_is_noticed_within_three_seconds_and_opened_again(page, spoil, part, why):
    seen = page.evaluate(WATCHED, spoil)
    told = {kind: at for kind, at in seen["told"]}
    assert [kind for kind, _ in seen["told"]] == [f"{part}_{why}", "lost", f"{part}_back", "back"]
    assert told["lost"] - seen["spoilt"] < 3000
    assert seen["live"] == [["audio", "live"], ["video", "live"]]


@pytest.mark.parametrize("draw", ["null", "camera.frozen"])
def test_a_camera_that_hangs_is_noticed_within_three_seconds(page, draw):
    """Whether it gives no pictures any more, or the very same one again and again."""
    spoilt, told = page.evaluate(
        """
        async (draw) => {
          const { Pulse } = await import("/exam/pulse.js");
          const sound = await devices.real({ audio: true });
          const camera = devices.painted();
          const pulse = new Pulse(new MediaStream([camera.track, ...sound.getTracks()]));
          const told = [];
          const began = performance.now();
          const at = () => performance.now() - began;
          pulse.addEventListener("lost", ({ detail }) => told.push([detail.part, detail.why, at()]));
          await devices.wait(2000);
          const spoilt = at();
          camera.draw = eval(draw);
          for (let left = 40; left && !told.length; left -= 1) await devices.wait(100);
          pulse.close();
          return [spoilt, told];
        }
        """,
        draw,
    )
    ((part, why, at),) = told
    assert (part, why) == ("camera", "silent" if draw == "null" else "still")
    assert 0 < at - spoilt < 3500


def test_who_sits_still_in_silence_is_not_taken_for_a_broken_device(page):
    """Ten seconds of the browser's own camera and microphone, which beeps and is silent in between."""
    assert (
        page.evaluate(
            """
        async () => {
          const { Pulse } = await import("/exam/pulse.js");
          const pulse = new Pulse(await devices.real({ audio: true, video: true }));
          const told = [];
          pulse.addEventListener("lost", ({ detail }) => told.push(detail));
          await devices.wait(10_000);
          pulse.close();
          return told;
        }
        """
        )
        == []
    )


def test_a_blob_that_was_held_back_is_cut_and_all_of_it_is_kept_in_order(page):
    found = page.evaluate(
        """
        async () => {
          const { SliceRecorder } = await import("/exam/slices.js");
          const kept = [];
          const stream = await devices.real({ audio: true, video: true });
          const recorder = new SliceRecorder(stream, async (number, data, until) => {
            if (number === 3) throw new Error("the disk does not take it");
            kept.push([number, data.size, new Uint8Array(await data.slice(0, 1).arrayBuffer())[0]]);
          });
          // Three blobs as a browser hands them over that held the second one back.
          const made = MediaRecorder.prototype.start;
          MediaRecorder.prototype.start = function () {
            this.dispatchEvent(new Event("start"));
            for (const [size, first] of [[300_000, 1], [9_000_000, 2], [300_000, 3]]) {
              const bytes = new Uint8Array(size).fill(first);
              this.dispatchEvent(new BlobEvent("dataavailable", { data: new Blob([bytes]) }));
            }
          };
          recorder.start();
          MediaRecorder.prototype.start = made;
          return { end: await recorder.stop(), kept, parts: recorder.parts.length };
        }
        """
    )
    numbers, sizes, firsts = zip(*found["kept"], strict=True)
    assert numbers == (0, 1, 2, 4, 5, 6, 7, 8, 9, 10), "one that is not kept stops none of the later ones"
    assert firsts == (1, *[2] * 8, 3) and max(sizes) <= 1024 * 1024
    assert found["end"]["count"] == 11 and sum(sizes) == 9_600_000 - 1024 * 1024


def test_a_recording_begins_anew_with_another_device_and_both_files_play(page):
    found = page.evaluate(
        """
        async () => {
          const { SliceRecorder } = await import("/exam/slices.js");
          const stream = await devices.real({ audio: true, video: true });
          const kept = new Map();
          const recorder = new SliceRecorder(stream, async (number, data) => kept.set(number, data));
          const live = [];
          recorder.addEventListener("live", () => live.push(performance.now()));
          recorder.start();
          await devices.wait(3200);
          const other = (await devices.real({ audio: true })).getTracks()[0];
          stream.getAudioTracks()[0].stop();
          stream.removeTrack(stream.getAudioTracks()[0]);
          stream.addTrack(other);
          await recorder.again();
          await devices.wait(3000);
          const { count, seconds } = await recorder.stop();
          const [[, one], [first, two]] = recorder.parts;
          const files = [[0, first], [first, count]].map(([from, to]) =>
            new Blob(Array.from({ length: to - from }, (_, at) => kept.get(from + at))));
          const decoder = new OfflineAudioContext(1, 1, 48_000);
          const sounds = [];
          for (const file of files) sounds.push((await decoder.decodeAudioData(await file.arrayBuffer())).duration);
          return { count, seconds, first, kept: kept.size, gap: two - one, sounds, live: live.length };
        }
        """
    )
    assert (found["kept"], found["live"]) == (found["count"], 2)
    assert found["sounds"][0] == pytest.approx(3.0, abs=0.8) and found["sounds"][1] == pytest.approx(2.8, abs=0.8)
    assert sum(found["sounds"]) > found["seconds"] - 1.5, "to begin anew costs about a second at most"
    assert found["gap"] / 1000 == pytest.approx(found["sounds"][0], abs=1.5)


def test_a_recorder_that_gives_nothing_from_its_start_is_told(page):
    told = page.evaluate(
        """
        async () => {
          const { SliceRecorder } = await import("/exam/slices.js");
          const { stream, stop } = await devices.sleepy();
          await stop();
          const recorder = new SliceRecorder(stream, async () => {});
          const began = performance.now();
          const told = new Promise((resolve) => recorder.addEventListener("stalled", resolve));
          recorder.start();
          await told;
          const at = performance.now() - began;
          const { count } = await recorder.stop();
          return [at, count];
        }
        """
    )
    assert 4000 < told[0] < 6500 and told[1] == 0


@pytest.mark.parametrize(
    ("refused", "kind"),
    [
        ("nothing", "video/webm;codecs=h264,opus"),
        ("h264", "video/webm;codecs=vp8,opus"),
        ("webm", "video/mp4;codecs=avc3"),
    ],
)
def test_webm_is_recorded_where_it_can_be_and_else_an_mp4_that_may_change_size(page, refused, kind):
    """Browsers' MP4 starts picture and sound both at 0 whatever came first, and says a wrong length of itself."""
    chosen, proven = page.evaluate(
        """
        async (refused) => {
          const asked = MediaRecorder.isTypeSupported;
          MediaRecorder.isTypeSupported = (kind) => !kind.includes(refused) && asked.call(MediaRecorder, kind);
          const { recordedKind } = await import("/exam/slices.js");
          const { provenKind } = await import("/exam/proof.js");
          const stream = await devices.real({ audio: true, video: true });
          return [recordedKind(), await provenKind(stream, new AbortController().signal)];
        }
        """,
        refused,
    )
    assert chosen.startswith(kind) and proven == chosen


@pytest.mark.parametrize(
    "spoil",
    [
        "delete globalThis.MediaRecorder",
        "MediaRecorder.prototype.start = function () { this.dispatchEvent(new Event('start')); }",
        # As WebKitGTK does it: start, stop, one event without bytes, no error.
        """globalThis.MediaRecorder = class extends EventTarget {
             static isTypeSupported = () => true; state = "inactive"; mimeType = "video/mp4";
             start() { this.state = "recording"; this.dispatchEvent(new Event("start")); }
             stop() { this.state = "inactive";
                      this.dispatchEvent(new BlobEvent("dataavailable", { data: new Blob([]) }));
                      this.dispatchEvent(new Event("stop")); } }""",
    ],
    ids=["none", "never ends", "no bytes"],
)
def test_a_browser_that_gives_no_bytes_is_not_proven(page, spoil):
    assert (
        page.evaluate(
            """
            async (spoil) => {
              const stream = await devices.real({ audio: true, video: true });
              eval(spoil);
              const { provenKind } = await import("/exam/proof.js");
              return provenKind(stream, AbortSignal.timeout(12_000));
            }
            """,
            spoil,
        )
        == ""
    )


class Recorder:
    """A real recorder without a database, in a thread of its own; `closed` recordings are what it has."""

    def __init__(self, root: Path) -> None:
        self._loop, self._ready, self._end = asyncio.new_event_loop(), threading.Event(), None
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._run(root),), daemon=True)
        self._thread.start()
        assert self._ready.wait(20)

    async def _run(self, root: Path) -> None:
        self._end = asyncio.Event()
        async with running_app(root) as self.app:
            self._ready.set()
            await self._end.wait()

    def admit(self) -> str:
        return self.app.admit()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(20)


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    running = Recorder(tmp_path)
    yield running
    running.stop()


SENT = """
async ({ url, recording, sizes, spoil }) => {
  const { Vault } = await import("/exam/vault.js");
  const { Backlog } = await import("/exam/backlog.js");
  const vault = await Vault.open(btoa("k".repeat(32)));
  const backlog = new Backlog(vault, async () => null);
  eval(spoil ?? "");
  const notes = [{ at_ms: 2, what: "microphone_mute" }];
  const seen = { mime_type: "video/webm", started_ms: 1, published_ms: [], parts: [[0, 1]], notes };
  const ticket = { recording_id: recording, number: 1, slices_url: url, bearer: recording };
  const upload = await backlog.begin({ ...ticket, ...seen, manifest: null });
  for (const [number, size] of sizes.entries()) {
    await upload.add(number, new Blob([new Uint8Array(size).fill(number + 1)]), number);
  }
  await upload.close({ count: sizes.length, seconds: 3 });
  for (let left = 80; left && upload.busy; left -= 1) await devices.wait(100);
  for (let left = 30; left && !backlog.stranded.length; left -= 1) await devices.wait(100);
  const file = backlog.stranded.length ? (await vault.file(recording)).size : 0;
  return { unsent: upload.unsent, stranded: backlog.stranded.map(({ number }) => number), file };
}
"""


def sent(page: Page, recorder: Recorder, sizes: list[int], spoil: str = "") -> tuple[dict, list[int], object]:
    """What the page says, the numbers that the recorder has, and the page's manifest there."""
    recording = recorder.admit()
    asked = {"url": recorder.app.url(f"/recorder/slices/{recording}"), "recording": recording, "sizes": sizes}
    told = page.evaluate(SENT, asked | {"spoil": spoil})
    known = recorder.app.tickets[recording]
    listing = recorder.app.spool.slices.listing(known.recording)
    return told, [one.number for one in listing.here], listing.manifest


KEPT = """
async () => {
  const { Vault } = await import("/exam/vault.js");
  const vault = await Vault.open(btoa("k".repeat(32)));
  const take = { number: 1, slices_url: "", bearer: "", mime_type: "video/webm", started_ms: 1, published_ms: [] };
  await vault.keepTake({ ...take, recording_id: "before", closing: { count: 3 } });
  await vault.keepTake({ ...take, recording_id: "open", closing: null });
  await vault.keepTake({ ...take, recording_id: "now", manifest: { count: 4 } });
  const found = (await vault.takes()).map((one) => [one.recording_id, one.manifest?.count ?? null, "closing" in one]);
  return Object.fromEntries(found.map(([name, ...rest]) => [name, rest]));
}
"""


def test_what_a_page_of_before_kept_in_the_browser_is_understood(page):
    assert page.evaluate(KEPT) == {"before": [3, False], "open": [None, False], "now": [4, False]}


def test_a_slice_that_is_refused_stops_no_later_one_and_is_offered_as_a_file(page, recorder):
    """413: what a page sent before it cut what was held back. A sister: a slice that this browser has lost."""
    told, here, manifest = sent(page, recorder, [300_000, 9_000_000, 300_000])
    assert here == [0, 2] and manifest.count == 3
    assert [note.what for note in manifest.notes] == ["microphone_mute"] and manifest.parts[0].started_ms == 1
    assert (told["unsent"], told["stranded"]) == (1, [1]) and told["file"] > 9_600_000

    lost = """
      const one = vault.slice.bind(vault);
      vault.slice = (take, number) => (number === 1 ? Promise.reject(new Error("gone")) : one(take, number));
    """
    told, here, manifest = sent(page, recorder, [1000, 2000, 3000], lost)
    assert here == [0, 2] and manifest.count == 3 and told["stranded"] == [1]


def test_a_slow_line_is_given_the_time_that_it_takes(page, recorder):
    """Half a megabit a second: a megabyte takes longer than the half minute in which nothing may move."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    slow = {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 25_000}
    page.evaluate("Promise.all(['vault', 'backlog', 'send', 'upload'].map((name) => import(`/exam/${name}.js`)))")
    session.send("Network.emulateNetworkConditions", slow)
    tries = []
    page.on("request", lambda request: request.method == "PUT" and tries.append(request.url))
    recording = recorder.admit()
    asked = {"url": recorder.app.url(f"/recorder/slices/{recording}/0"), "recording": recording}
    told = page.evaluate(
        """
        async ({ url, recording }) => {
          const { sendPatiently } = await import("/exam/send.js");
          const { sha256, fromHex, toBase64 } = await import("/ui/bytes.js");
          const body = new Uint8Array(1024 * 1024).buffer;
          const digest = `sha-256=:${toBase64(fromHex(await sha256(body)))}:`;
          const began = performance.now();
          const headers = { Authorization: `Bearer ${recording}`, "Content-Digest": digest };
          const { status } = await sendPatiently(url, body, headers);
          return [status, performance.now() - began];
        }
        """,
        asked,
    )
    assert told[0] == 201 and told[1] > 32_000 and len(tries) == 1

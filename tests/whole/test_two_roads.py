"""Whatever breaks while a candidate answers, the film holds what was said: a real browser, real kills, a known camera.

In each test somebody else answers one situation, in a browser that keeps its data on the disk as anybody's does.
"""

import contextlib
import json
import re
import signal
import uuid
from collections.abc import Iterator
from pathlib import Path

import camera
import psutil
import pytest
import services
from playwright.sync_api import BrowserContext, Error, Page, Playwright, Route, expect

PASSWORD = "vignet-demo"
TALK_S = 8
WAIT_MS = 60_000
SLICE = re.compile(r"/recorder/slices/[0-9a-f-]+/(\d+)$")
ONLY_VP8 = """
const supported = MediaRecorder.isTypeSupported;
MediaRecorder.isTypeSupported = (kind) => !/h264/.test(kind) && supported.call(MediaRecorder, kind);
"""


class Candidate:
    """Somebody with a browser that can be killed and opened again."""

    def __init__(self, playwright: Playwright, product, filmed, folder: Path) -> None:
        self.playwright, self.product, self.folder = playwright, product, folder
        self.email = f"kort-{uuid.uuid4().hex[:6]}@voorbeeld.example"
        told = product.command("python", "tests/whole/short.py", self.email, PASSWORD)
        self.answers, self.number = json.loads(told)["answers"], 0
        picture, sound = filmed
        self.flags = [
            "--no-sandbox",
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={picture}",
            f"--use-file-for-fake-audio-capture={sound}",
            "--autoplay-policy=no-user-gesture-required",
        ]
        self.context: BrowserContext
        self.page: Page
        self.open()
        self.page.get_by_role("checkbox").check()
        self.press("Verder naar de controle van uw camera").at("check").press("Camera en microfoon aanzetten")
        self.press("Tonen afspelen").press("Ja, ik hoor ze").press("Verder naar oefenen")
        self.press("Verder zonder oefenen").press("Examen beginnen").at("clip", "ready")

    def open(self) -> "Candidate":
        """Start the browser with the data that it had, and log in."""
        self.context = self.playwright.chromium.launch_persistent_context(
            self.folder, executable_path="/usr/bin/chromium", args=self.flags, viewport={"width": 1280, "height": 720}
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(WAIT_MS)
        self.page.on("dialog", lambda dialog: dialog.accept())
        self.page.goto(f"{self.product.origin}/examen")
        if "/inloggen" in self.page.url:
            self.page.get_by_label("E-mailadres").fill(self.email)
            self.page.get_by_label("Wachtwoord").fill(PASSWORD)
            self.press("Inloggen")
        return self

    def go_on(self) -> "Candidate":
        """Take the place again, where the new window is not taken for the old one."""
        self.page.wait_for_selector('main[data-step="elsewhere"], main[data-step="clip"]')
        if self.page.locator('main[data-step="elsewhere"]').is_visible():
            self.press("Hier verdergaan")
        return self

    def kill(self) -> None:
        """End the browser as a power cut does."""
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if any(str(self.folder) in word for word in process.cmdline()):
                    process.send_signal(signal.SIGKILL)
        with contextlib.suppress(Error):
            self.context.close()

    def at(self, step: str, phase: str = "") -> "Candidate":
        self.page.wait_for_selector(f'main[data-step="{step}"]' + (f'[data-phase="{phase}"]' if phase else ""))
        return self

    def press(self, name: str) -> "Candidate":
        button = self.page.get_by_role("button", name=name)
        expect(button).not_to_have_attribute("aria-disabled", "true", timeout=WAIT_MS)
        button.click()
        return self

    def begin(self) -> "Candidate":
        """Watch the next clip and begin to answer."""
        self.number += 1
        self.at("clip", "ready").press("Filmpje starten").at("prepare")
        return self.at("record", "recording")

    def talk(self, seconds: float = TALK_S) -> "Candidate":
        self.page.evaluate("(ms) => new Promise((said) => setTimeout(said, ms))", seconds * 1000)
        return self

    def end(self) -> "Candidate":
        return self.press("Stoppen en bewaren")

    def cut(self, first: int) -> None:
        """From now on the slices from number `first` on do not get through."""

        def lost(route: Route) -> None:
            found = SLICE.search(route.request.url)
            if found and int(found[1]) >= first:
                route.abort()
            else:
                route.continue_()

        self.page.route("**/recorder/slices/**", lost)

    def take(self) -> dict:
        """The newest take of this answer, once it is stored."""

        def stored() -> dict | None:
            found = self.product.command("python", "tests/whole/takes.py", self.answers[self.number - 1]).split()
            take = self.product.recording(found[-1])
            return take if take["state"] == "stored" else None

        return services.wait_until(stored, f"answer {self.number} to be stored", 150)

    def film(self, take: dict, what: str) -> camera.Seen:
        key = next(one["key"] for one in take["renditions"] if one["kind"] == "video")
        path = self.folder.parent / f"{take['id']}.mp4"
        self.product.command("python", "tests/whole/takes.py", "--fetch", key, str(path))
        seen, decision = camera.watch(path), take["figures"]["decision"]
        print(
            f"\n{what}: {seen.seconds:.2f} s, {len(seen.numbers)} pictures, {seen.share:.1%} of those shown, "
            f"{take['figures']['result']['audio_seconds']:.2f} s of sound, {take['figures']['how']}\n  {decision}"
        )
        return seen

    def kept_here(self) -> list:
        """The takes that this browser still keeps."""
        return self.page.evaluate(
            """new Promise((told) => {
              const opening = indexedDB.open("vignet-vault", 1);
              opening.onsuccess = () => {
                const asked = opening.result.transaction("takes").objectStore("takes").getAllKeys();
                asked.onsuccess = () => { opening.result.close(); told(asked.result); };
              };
            })"""
        )


@pytest.fixture
def candidate(playwright: Playwright, product, filmed, tmp_path_factory) -> Iterator[Candidate]:
    somebody = Candidate(playwright, product, filmed, tmp_path_factory.mktemp("browser") / "profile")
    yield somebody
    somebody.kill()


def kill_recorder(product) -> None:
    """kill -9; whatever started it will start it again."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            mine = process.environ().get("VIGNET_DATA") == str(product.data)
            if mine and "recorder.server" in process.cmdline():
                process.send_signal(signal.SIGKILL)


def holds_everything(seen: camera.Seen, take: dict) -> None:
    """The film holds every picture that the browser recorded, and each of them is shown when it was."""
    decision = take["figures"]["decision"]
    assert (decision["took"], decision["why"]) == ("slices", "whole")
    assert abs(decision["slices"]["seconds"] - decision["page_s"]) < 0.5 and decision["page_s"] > TALK_S - 0.5
    assert len(seen.numbers) >= decision["slices"]["frames"] - 2
    assert abs(seen.seconds - decision["slices"]["seconds"]) < 0.1
    assert abs(len(seen.sound) / camera.RATE - seen.seconds) < 0.1
    # A machine that has other work to do shows fewer pictures, to either road; none is shown twice.
    assert len(set(seen.numbers)) >= len(seen.numbers) - 2 and seen.share > 0.4


def test_a_plain_answer_comes_whole_along_both_roads(candidate):
    candidate.begin().talk().end().at("clip", "ready")
    services.wait_until(lambda: candidate.kept_here() == [], "the vault to be empty", 60)
    take = candidate.take()
    seen = candidate.film(take, "plain")
    holds_everything(seen, take)
    decision = take["figures"]["decision"]
    assert take["figures"]["how"] == "copied"
    assert sorted(one["name"].split("-")[0] for one in take["sources"]) == ["closing", "slices", "whip"]
    assert decision["live"]["frames"] >= 0.97 * decision["slices"]["frames"] - 2
    assert decision["live"]["audio_s"] > decision["slices"]["audio_s"] - 0.1


def test_the_recorder_is_killed_in_the_middle(candidate):
    candidate.begin().talk(3)
    kill_recorder(candidate.product)
    candidate.talk(TALK_S - 3).end()
    candidate.at("clip", "ready")
    take = candidate.take()
    holds_everything(candidate.film(take, "recorder killed"), take)
    assert take["figures"]["decision"]["live"]["seconds"] < TALK_S - 2


def test_the_network_is_away_for_twenty_seconds(candidate):
    candidate.begin().talk(3)
    candidate.context.set_offline(True)
    candidate.talk(TALK_S - 3).end()
    candidate.talk(20 - TALK_S + 3)
    candidate.context.set_offline(False)
    candidate.at("clip", "ready")
    take = candidate.take()
    holds_everything(candidate.film(take, "20 s without network"), take)


def test_the_page_is_loaded_again_while_it_still_sends(candidate):
    candidate.cut(3)
    candidate.begin().talk().end().at("clip", "ready")
    assert candidate.kept_here() != []
    candidate.page.unroute_all()
    candidate.page.reload()
    candidate.at("clip", "ready")
    services.wait_until(lambda: candidate.kept_here() == [], "the vault to be empty", 60)
    take = candidate.take()
    holds_everything(candidate.film(take, "reloaded while sending"), take)


def test_the_browser_is_killed_and_opened_again(candidate):
    candidate.begin()
    candidate.cut(3)
    candidate.talk(TALK_S)
    candidate.kill()
    candidate.open().go_on().at("clip", "ready")
    services.wait_until(lambda: candidate.kept_here() == [], "the vault to be empty", 60)
    take = candidate.take()
    seen = candidate.film(take, "browser killed")
    assert take["figures"]["decision"]["why"] in ("cut_off", "whole")
    assert seen.seconds > TALK_S - 2


def test_a_browser_without_h264_is_coded_again(candidate):
    candidate.page.add_init_script(ONLY_VP8)
    candidate.page.reload()
    candidate.begin().talk().end().at("clip", "ready")
    take = candidate.take()
    holds_everything(candidate.film(take, "VP8"), take)
    assert (take["figures"]["decision"]["slices"]["codec"], take["figures"]["how"]) == ("vp8", "re-encoded")


def test_what_the_store_holds_is_what_was_received(candidate):
    take = candidate.begin().talk(6).end().at("clip", "ready").take()
    told = json.loads(candidate.product.flask("recordings", "verify", take["id"], "--receipt", take["sha256"]))
    assert told["state"] == "good" and len(told["originals"]) == 3

"""Somebody who sits the exam: a browser with a known camera that can be cut off, killed, and opened again.

The browser keeps its data on the disk, as anybody's does, and its live road leads over a relay.
"""

import contextlib
import json
import re
import signal
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path

import psutil
from playwright.sync_api import BrowserContext, Error, Page, Playwright, Route, expect
from support import camera, relay, services, system, witness
from support.system import PASSWORD

WAIT_MS = 60_000
POST_MS = 30_000
LIVE = re.compile(r"/recorder/whip/[0-9a-f-]+$")
OFFER = 'main[data-step="clip"][data-phase="offer"]'
"""The break is offered, and nothing of the next situation is shown yet."""
BETWEEN = f'main[data-step="clip"][data-phase="ready"], {OFFER}, main[data-step="saving"]'
SLICE = re.compile(r"/recorder/slices/[0-9a-f-]+/(\d+)$")
PRETENDED = """
["records", "camera", "clock", "turn", "giant", "beginsMs", "lines"].filter((what) => {
  const was = sessionStorage[what];
  sessionStorage.removeItem(what);
  return was;
}).length
"""
KEPT_HERE = """
new Promise((told) => {
  const opening = indexedDB.open("vignet-vault", 1);
  opening.onsuccess = () => {
    const asked = opening.result.transaction("takes").objectStore("takes").getAll();
    asked.onsuccess = () => {
      opening.result.close();
      told(asked.result.map((row) => [row.recording, row.at]));
    };
  };
})
"""
CLASHING_CAPTIONS = """
() => {
  const cues = [...document.querySelector("#clip").textTracks].flatMap((track) => [...(track.cues ?? [])]);
  const clash = (one, other) => other !== one && other.startTime < one.endTime && one.startTime < other.endTime;
  return cues.length ? cues.filter((one) => cues.some((other) => clash(one, other))).length : 1;
}
"""
LIFTED_CAPTIONS = """
() => [...document.querySelector("#clip").textTracks]
  .flatMap((track) => [...(track.cues ?? [])])
  .every((cue) => cue.line === -1 - cue.text.split("\\n").length)
"""


@dataclass(frozen=True)
class Kept:
    """What is left of an answer: all that is known of its take, and the folder that holds its film and originals."""

    take: dict
    folder: Path

    @property
    def decision(self) -> dict:
        return self.take["figures"]["decision"]

    @property
    def how(self) -> str:
        return self.take["figures"]["how"]

    def watch(self, name: str) -> camera.Seen:
        return camera.watch(self.folder / name)


class Candidate:
    """One candidate with a short exam, at its first situation."""

    def __init__(self, playwright: Playwright, product: system.System, filmed: tuple[Path, Path], folder: Path) -> None:
        self.playwright, self.product, self.folder = playwright, product, folder
        self.relay, self.witness = relay.Relay(), witness.Witness()
        port = int(product.origin.rpartition(":")[2])
        self.wire = self.relay.wire(port)
        self.email = f"kort-{uuid.uuid4().hex[:6]}@voorbeeld.example"
        told = json.loads(product.command("python", product.helper("short.py"), self.email, PASSWORD))
        self.sitting, self.answers, self.number = told["sitting"], told["answers"], 0
        self.faults: list[str] = []
        self._kept: dict[int, Kept] = {}
        self.flags = [
            *camera.chromium_flags(filmed),
            "--ignore-certificate-errors",
            f"--host-resolver-rules=MAP localhost:{port} 127.0.0.1:{self.wire}",
        ]
        self.context: BrowserContext
        self.page: Page
        self.open()
        self.page.get_by_role("checkbox").check()
        self.press("Verder naar de controle van uw camera").at("check").press("Camera en microfoon aanzetten")
        self.press("Tonen afspelen").press("Ja, ik hoor ze").press("Verder naar oefenen")
        # A machine that has other work to do gets a smaller picture.
        height = int(self.page.evaluate("localStorage['vignet-picture-height']"))
        self.picture = (height * 16 // 9, height)
        self.press("Verder zonder oefenen").press("Examen beginnen").at("clip", "ready")

    def open(self) -> "Candidate":
        """Start the browser with the data that it had, and log in."""
        self.context = self.playwright.chromium.launch_persistent_context(
            self.folder / "profile",
            executable_path="/usr/bin/chromium",
            args=self.flags,
            viewport={"width": 1280, "height": 720},
        )
        self.witness.attend(self.context)
        self.page = self.context.new_page()
        self.page.set_default_timeout(WAIT_MS)
        self.page.on("dialog", lambda dialog: dialog.accept())
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.route(LIVE, self._over_the_relay)
        self.page.goto(f"{self.product.origin}/examen")
        if "/inloggen" in self.page.url:
            self.page.get_by_label("E-mailadres").fill(self.email)
            self.page.get_by_label("Wachtwoord").fill(PASSWORD)
            self.press("Inloggen")
        return self

    def go_on(self) -> "Candidate":
        """Take the place again, where the new window is not taken for the old one."""
        self.page.wait_for_selector(f'main[data-step="elsewhere"], {BETWEEN}')
        if self.page.locator('main[data-step="elsewhere"]').is_visible():
            self.press("Hier verdergaan")
        return self.between()

    def processes(self) -> list[psutil.Process]:
        """All that the browser consists of."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if any(str(self.folder / "profile") in word for word in process.cmdline()):
                    found.append(process)
        return found

    def kill(self) -> None:
        """End the browser as a power cut does."""
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                process.send_signal(signal.SIGKILL)
        with contextlib.suppress(Error):
            self.context.close()

    def pretend(self, **what: str) -> "Candidate":
        """Load the page with another camera, clock or browser than there is (`witness.js`)."""
        self.page.evaluate("(what) => Object.assign(sessionStorage, what)", what)
        self.page.reload()
        return self.go_on()

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
        if self.between().page.locator(OFFER).is_visible():
            self.press("Verder met situatie")
        self.at("clip", "ready")
        self.number = int(re.search(r"Situatie (\d+)", self.page.locator("#step-title").inner_text())[1])
        self.press("Filmpje starten").at("clip", "playing")
        assert self.page.evaluate(CLASHING_CAPTIONS) == 0, "captions of this clip and of no other"
        assert self.page.evaluate(LIFTED_CAPTIONS), "a line is free below the captions"
        return self.at("record", "recording")

    def talk(self, seconds: float) -> "Candidate":
        self.page.evaluate("(ms) => new Promise((said) => setTimeout(said, ms))", seconds * 1000)
        return self

    def end(self) -> "Candidate":
        return self.press("Stoppen en bewaren").between()

    def between(self) -> "Candidate":
        """Wait until nothing is being recorded: the next clip waits, or all ten answers have been given."""
        self.page.wait_for_selector(BETWEEN)
        return self

    def cut(self, first: int) -> None:
        """From now on the slices from number `first` on do not get through."""

        def lost(route: Route) -> None:
            found = SLICE.search(route.request.url)
            if found and int(found[1]) >= first:
                route.abort()
            else:
                route.continue_()

        self.page.route("**/recorder/slices/**", lost)

    def network(self, on: bool) -> "Candidate":
        """Let nothing through, be it TCP or UDP, or all again. Nobody tells the browser, as behind a dead router."""
        self.relay.faults.away = not on
        return self

    def mend(self) -> None:
        """Everything works again, and the page is where it waits for the next answer."""
        self.relay.faults.mend()
        self.page.unroute("**/recorder/slices/**")
        pretended = self.page.evaluate(PRETENDED)
        if pretended or not self.page.locator(BETWEEN).is_visible():
            self.page.reload()
            self.go_on()

    def kept(self, number: int = 0, seconds: float = 120) -> Kept:
        """The newest take of this answer (the last one without a number), once it is stored or is to be repeated."""
        number = number or self.number
        if number in self._kept:
            return self._kept[number]
        folder = self.folder / f"answer-{number}-{uuid.uuid4().hex[:6]}"
        python = str(self.product.root / ".venv" / "bin" / "python")
        script = [python, self.product.helper("takes.py"), self.answers[number - 1], str(folder), str(seconds)]
        looking = subprocess.Popen(
            script,
            cwd=self.product.root,
            env=self.product.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        while looking.poll() is None:
            try:
                self.page.wait_for_timeout(100)
            except Error:  # The browser is gone; nothing of it is to be heard.
                looking.wait()
        told, complaint = looking.communicate()
        assert looking.returncode == 0, complaint[-2000:]
        kept = Kept(json.loads(told), folder)
        if kept.take["state"] == "stored":
            self._kept[number] = kept
        return kept

    def sent_all(self) -> "Candidate":
        """Wait until this browser keeps nothing any more."""
        services.wait_until(lambda: self.kept_here() == [], "the vault to be empty", 60)
        return self

    def kept_here(self) -> list:
        """The takes that this browser still keeps, and when it last wrote down what belongs to each."""
        return self.page.evaluate(KEPT_HERE)

    def _over_the_relay(self, route: Route) -> None:
        address = route.request.url.replace(self.product.origin, f"http://127.0.0.1:{self.wire}")
        try:
            answer = route.fetch(url=address, post_data=self.relay.offer(route.request.post_data), timeout=POST_MS)
            text = answer.text()
            route.fulfill(response=answer, body=self.relay.answer(text) if answer.status == 201 else text)
        except Error:
            # Nobody waits for it any more: the page has given up, or is gone.
            with contextlib.suppress(Error):
                route.abort()


def tell(what: str, kept: Kept, *names: str) -> list[camera.Seen]:
    """Watch the film, and these originals, of an answer; print what each of them holds."""
    print(f"\n{what}: {kept.how}, {kept.decision}")
    found = []
    for name in ("film.mp4", *names):
        seen = kept.watch(name)
        print(
            f"  {name:8} {seen.size[1]} lines, {len(seen.numbers)} pictures of {seen.span} shown, "
            f"{seen.seconds:.2f} s, {seen.sound_s:.2f} s of sound"
        )
        found.append(seen)
    return found

"""The main job, from the first log-in to the released result, in a real browser on the product as it is run.

A candidate watches ten clips and records ten answers; each stored film is held against what the camera showed.
"""

import base64
import json
import re
import uuid
from pathlib import Path

import camera
import pytest
import services
from playwright.sync_api import Browser, Page, expect

EMAIL, PASSWORD = f"kort-{uuid.uuid4().hex[:6]}@voorbeeld.example", "vignet-demo"
TALK_S = 6

# Keeps the last opened camera in reach, and can film the same stream beside the page.
REFERENCE = """
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => (window.seen = await open(wanted));
window.film = () => {
  window.parts = [];
  const kind = { mimeType: "video/webm;codecs=h264,opus", videoBitsPerSecond: 1.5e6 };
  window.reference = new MediaRecorder(window.seen, kind);
  window.reference.ondataavailable = (event) => window.parts.push(event.data);
  window.reference.start();
};
window.cut = () => new Promise((done) => {
  window.reference.onstop = () => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.split(",")[1]);
    reader.readAsDataURL(new Blob(window.parts));
  };
  window.reference.stop();
});
"""


@pytest.fixture(scope="module")
def sitting(product) -> dict:
    return json.loads(product.command("python", "tests/whole/short.py", EMAIL, PASSWORD))


def log_in(page: Page, origin: str, email: str) -> None:
    page.goto(f"{origin}/inloggen")
    page.get_by_label("E-mailadres").fill(email)
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_role("button", name="Inloggen").click()
    page.wait_for_url(lambda url: "inloggen" not in url)


def step(page: Page, name: str, phase: str | None = None):
    """Wait until the page is at a step (and within it at a phase)."""
    at = f'main[data-step="{name}"]' + (f'[data-phase="{phase}"]' if phase else "")
    return expect(page.locator(at)).to_be_visible(timeout=30_000)


def prepare(page: Page) -> None:
    """From the welcome page, by way of the camera check, to the first situation."""
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Verder naar de controle van uw camera").click()
    step(page, "check")
    page.locator("#check-act").click()
    page.get_by_role("button", name="Tonen afspelen").click()
    page.get_by_role("button", name="Ja, ik hoor ze").click()
    page.locator("#check-act").click()
    step(page, "practice")
    page.get_by_role("button", name="Verder zonder oefenen").click()
    page.get_by_role("button", name="Examen beginnen").click()


def answer(page: Page, number: int, folder: Path) -> Path:
    """Watch the clip and speak for TALK_S seconds; answers the film that the browser made of the same stream."""
    step(page, "clip", "ready")
    expect(page.locator("#place")).to_have_text(re.compile(rf"Situatie {number} van 10"))
    page.locator("#act").click()
    step(page, "prepare")
    page.evaluate("window.film()")
    step(page, "record", "recording")
    page.evaluate("(ms) => new Promise((said) => setTimeout(said, ms))", TALK_S * 1000)
    page.locator("#act").click()
    expect(page.locator('main[data-step="record"]')).not_to_be_visible(timeout=30_000)
    path = folder / f"reference-{number}.webm"
    path.write_bytes(base64.b64decode(page.evaluate("window.cut()")))
    return path


def test_a_candidate_records_ten_answers(product, sitting, browser: Browser, tmp_path):
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.add_init_script(REFERENCE)
    log_in(page, product.origin, EMAIL)
    prepare(page)
    references = [answer(page, number, tmp_path) for number in range(1, 11)]

    step(page, "saving")
    page.get_by_role("button", name="Afronden").click(timeout=60_000)
    expect(page.get_by_role("heading", name="Uw examen is afgerond")).to_be_visible(timeout=30_000)
    assert faults == []
    takes = {}
    for number, answer_id in enumerate(sitting["answers"], 1):
        takes[number] = services.wait_until(
            lambda a=answer_id: _stored(product, a), f"answer {number} to be stored", 120
        )
    page.reload()
    for take in takes.values():
        assert take["sha256"] in page.content()
    for number, take in takes.items():
        film = camera.watch(_film(product, take, tmp_path))
        expected = camera.watch(references[number - 1])
        print(
            f"answer {number}: {film.seconds:.2f} s, {len(film.numbers)} pictures, {film.share:.1%} of those shown, "
            f"A/V {1000 * camera.offset_s(film, expected):+.0f} ms, {take['figures']['how']}"
        )
        shown_s = (film.numbers[-1] - film.numbers[0] + 1) / camera.FPS
        assert abs(film.seconds - shown_s) < 0.5
        assert abs(film.seconds - take["seconds"]) < 0.5
        assert film.seconds > TALK_S - 0.5
        assert film.share >= 0.95
        assert film.size == (1280, 720)
        assert abs(camera.offset_s(film, expected)) < 0.1


def _stored(product, answer_id: str) -> dict | None:
    """The newest take of this answer, once it is stored."""
    found = product.command("python", "tests/whole/takes.py", answer_id).split()
    take = product.recording(found[-1])
    return take if take["state"] == "stored" else None


def _film(product, take: dict, folder: Path) -> Path:
    key = next(one["key"] for one in take["renditions"] if one["kind"] == "video")
    path = folder / f"{take['id']}.mp4"
    product.command("python", "tests/whole/takes.py", "--fetch", key, str(path))
    return path

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
PEOPLE = {
    "candidate": EMAIL,
    "first": "assessor@ksf.example",
    "second": "assessor2@ksf.example",
    "officer": "bureau@ksf.example",
    "other officer": "bureau2@ksf.example",
}

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
    step(page, "clip", "playing")
    overlapping = page.evaluate(
        """() => {
          const cues = [...document.querySelector("#clip").textTracks].flatMap((track) => [...(track.cues ?? [])]);
          return cues.filter((cue) => cues.some((other) => other !== cue && other.startTime < cue.endTime
            && cue.startTime < other.endTime)).length + (cues.length ? 0 : 1);
        }"""
    )
    assert overlapping == 0, "captions of this clip and of no other"
    step(page, "prepare")
    page.evaluate("window.film()")
    step(page, "record", "recording")
    page.evaluate("(ms) => new Promise((said) => setTimeout(said, ms))", TALK_S * 1000)
    page.locator("#act").click()
    expect(page.locator('main[data-step="record"]')).not_to_be_visible(timeout=30_000)
    path = folder / f"reference-{number}.webm"
    path.write_bytes(base64.b64decode(page.evaluate("window.cut()")))
    return path


@pytest.fixture(scope="module")
def recorded(product, sitting, chromium: Browser, tmp_path_factory) -> dict[int, Path]:
    """The whole sitting, once: answers the reference film of each answer."""
    folder = tmp_path_factory.mktemp("references")
    page = chromium.new_page(viewport={"width": 1280, "height": 720})
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.add_init_script(REFERENCE)
    log_in(page, product.origin, EMAIL)
    prepare(page)
    references = {number: answer(page, number, folder) for number in range(1, 11)}
    step(page, "saving")
    page.get_by_role("button", name="Afronden").click(timeout=60_000)
    expect(page.get_by_role("heading", name="Uw examen is afgerond")).to_be_visible(timeout=30_000)
    assert faults == []
    page.context.close()
    return references


@pytest.fixture(scope="module")
def takes(product, sitting, recorded) -> dict[int, dict]:
    """What is known of each take, once its film is stored."""
    return {
        number: services.wait_until(lambda a=answer_id: _stored(product, a), f"answer {number} to be stored", 120)
        for number, answer_id in enumerate(sitting["answers"], 1)
    }


def test_each_film_holds_what_the_camera_showed(product, recorded, takes, tmp_path):
    for number, take in takes.items():
        film, seen = camera.watch(_film(product, take, tmp_path)), camera.watch(recorded[number])
        offset_s = camera.offset_s(film, seen)
        print(
            f"answer {number}: {film.seconds:.2f} s, {len(film.numbers)} pictures, {film.share:.1%} of the numbers, "
            f"{camera.kept(film, seen):.1%} of what the browser filmed, A/V {1000 * offset_s:+.0f} ms, "
            f"{take['figures']['how']}"
        )
        assert abs(film.seconds - camera.shown_s(film, seen)) < 0.5
        assert abs(film.seconds - take["seconds"]) < 0.5
        assert film.seconds > TALK_S - 0.5
        assert camera.kept(film, seen) >= 0.95
        assert film.size == (1280, 720)
        assert abs(offset_s) < 0.1


def test_the_receipt_names_every_original(product, takes, chromium: Browser):
    page = chromium.new_page()
    log_in(page, product.origin, EMAIL)
    page.goto(f"{product.origin}/examen")
    for take in takes.values():
        assert take["sha256"] in page.content()
    page.context.close()


def test_two_assessors_judge_and_the_candidate_reads_the_result(product, sitting, takes, chromium: Browser):
    pages = {who: chromium.new_page(viewport={"width": 1280, "height": 720}) for who in PEOPLE}
    for who, page in pages.items():
        log_in(page, product.origin, PEOPLE[who])
    assign(pages["officer"], product.origin, sitting["sitting"])
    for who in ("first", "second"):
        judge_by_keyboard(pages[who], product.origin)
    release(pages["officer"], pages["other officer"], product.origin)
    result = pages["candidate"]
    result.goto(f"{product.origin}/uitslag")
    expect(result.get_by_role("heading", name=re.compile("geslaagd", re.IGNORECASE)).first).to_be_visible()
    assert "niet geslaagd" not in result.locator("h1").inner_text().lower()
    for page in pages.values():
        page.context.close()


def assign(page: Page, origin: str, sitting_id: str) -> None:
    """An officer gives the sitting to two assessors."""
    page.goto(f"{origin}/uitslagen/zittingen/{sitting_id}")
    for slot, name in ((1, "Anne Assessor"), (2, "Abe Assessor")):
        page.locator(f'[name="slot-{slot}"]').select_option(label=name)
    page.get_by_role("button", name="Werk toewijzen").click()
    page.wait_for_load_state()


def judge_by_keyboard(page: Page, origin: str) -> None:
    """All ten answers and phase 2, without a mouse: a level and a moment for each competency."""
    page.goto(f"{origin}/beoordelen")
    page.get_by_role("link", name=re.compile("met beoordelen$")).press("Enter")
    for _ in range(10):
        page.wait_for_url(re.compile(r"/beoordelen/[0-9a-f-]{36}"))
        here = page.url
        expect(page.locator("video.desk-video")).to_have_js_property("readyState", 4, timeout=30_000)
        for _ in range(page.locator("fieldset.mark").count()):
            for key in ("4", "b", "ArrowDown"):
                page.keyboard.press(key)
        expect(page.locator("[data-saved]")).to_contain_text("bewaard", timeout=10_000)
        page.keyboard.press("Control+Enter")
        page.wait_for_url(lambda url, here=here: url != here)
    page.goto(f"{origin}/beoordelen")
    page.get_by_role("link", name="Fase 2 openen").press("Enter")
    page.get_by_text("Fase 2 ondertekenen").first.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name=re.compile("ondertekenen", re.IGNORECASE)).press("Enter")
    page.wait_for_load_state()


def release(first: Page, second: Page, origin: str) -> None:
    """One officer checks the verdict, another makes it known."""
    first.goto(f"{origin}/uitslagen")
    first.get_by_role("link", name=re.compile("Controleren")).first.click()
    first.wait_for_url(re.compile(r"/uitslagen/[0-9a-f-]{36}"))
    verdict = first.url
    first.get_by_role("button", name="Eindoordeel is gecontroleerd").click()
    expect(first.get_by_role("button", name="Eindoordeel is gecontroleerd")).not_to_be_visible()
    second.goto(verdict)
    second.get_by_text("Uitslag vrijgeven").first.click()
    second.get_by_role("dialog").get_by_role("button", name="Vrijgeven").click()
    second.wait_for_load_state()


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

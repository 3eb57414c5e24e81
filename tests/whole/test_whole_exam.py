"""The main job, from the first log-in to the released result, in a real browser on the product as it is run.

A candidate watches ten clips and records ten answers; each stored film is held against what the browser recorded.
"""

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from support import camera, desk_site
from support.candidate import Candidate, Kept, tell
from support.system import log_in

pytestmark = pytest.mark.real_time

TALK_S = 3.5
PEOPLE = {
    "first": "assessor@ksf.example",
    "second": "assessor2@ksf.example",
    "officer": "bureau@ksf.example",
    "other officer": "bureau2@ksf.example",
}


@pytest.fixture(scope="module")
def finished(sitter: Candidate) -> list[int]:
    """All ten answers, one after the other; then the exam is finished."""
    given = []
    while sitter.page.locator('main[data-step="clip"]').is_visible():
        given.append(sitter.begin().talk(TALK_S).end().number)
    sitter.at("saving").press("Afronden")
    expect(sitter.page.get_by_role("heading", name="Uw examen is afgerond")).to_be_visible(timeout=30_000)
    return given


@pytest.fixture(scope="module")
def answers(sitter: Candidate, finished: list[int]) -> dict[int, Kept]:
    """What is left of each answer, once its film is stored."""
    return {number: sitter.kept(number) for number in range(1, 11)}


def test_each_film_holds_what_the_browser_recorded(sitter: Candidate, finished: list[int], answers: dict[int, Kept]):
    for number in finished:
        kept = answers[number]
        film, slices = tell(f"answer {number}", kept, "slices")
        assert abs(film.seconds - kept.take["seconds"]) < 0.1 and film.seconds > TALK_S - 0.5
        assert len(film.numbers) == len(set(film.numbers)) and len(camera.missing(film, slices)) <= 2
        assert film.size == sitter.picture and abs(film.sound_s - film.seconds) < 0.1
        assert abs(camera.apart_s(film, slices)) < 0.1


def test_the_receipt_names_every_original(sitter: Candidate, answers: dict[int, Kept]):
    sitter.page.goto(f"{sitter.product.origin}/examen")
    for kept in answers.values():
        assert kept.take["sha256"] in sitter.page.content()
    assert sitter.faults == []


def test_two_assessors_judge_and_the_candidate_reads_the_result(product, sitter, answers, chromium: Browser):
    pages = {who: chromium.new_page(viewport={"width": 1280, "height": 720}) for who in PEOPLE}
    for who, page in pages.items():
        log_in(page, product.origin, PEOPLE[who])
    assign(pages["officer"], product.origin, sitter.sitting)
    for who in ("first", "second"):
        judge_by_keyboard(pages[who], product.origin)
    release(pages["officer"], pages["other officer"], product.origin)
    result = sitter.page
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
        desk_site.sign_unseen(page)
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

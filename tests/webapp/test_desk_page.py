"""The desk in a real browser, with real recordings behind the real edge: scoring by keys, saving, offline, two tabs."""

import json
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import cast
import exam_house
import pytest
import services
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from storage.config import config
from storage.ratings import Rating, assign
from storage.recordings import Rendition, RenditionKind, latest_take
from storage.verdicts import decide

pytestmark = pytest.mark.one_database

FILM_S = 24
WAVE = {"per_second": 10, "seconds": FILM_S, "peaks": [40] * 50 + [0] * 40 + [35] * (FILM_S * 10 - 90)}
"""Something is heard, save from second 5 to second 9."""


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--mute-audio"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        yield browser
        browser.close()


@dataclass
class House:
    """A site with a sitting on an assessor's desk, one judged sitting, and people who can open pages of it."""

    address: str
    ratings: list[Rating]
    sitting: object
    second_phase: str

    def url(self, number: int) -> str:
        return f"{self.address}/beoordelen/{self.ratings[number - 1].id}"


@pytest.fixture
def house_with_work(house, session, people, object_store, tmp_path):
    # Logging in happens now, so the roles must hold now.
    now = datetime.now(UTC)
    sitting = cast.finished_sitting(session, people, now - timedelta(hours=2))
    exam_house.furnish(sitting, object_store)
    wave = tmp_path / "waveform.json"
    wave.write_text(json.dumps(WAVE))
    for answer in sitting.answers:
        take = latest_take(session, answer)
        take.seconds, take.figures = FILM_S, {"fps": 25}
        files = {RenditionKind.VIDEO: exam_house.CLIP.with_suffix(".mp4"), RenditionKind.WAVEFORM: wave}
        types = {RenditionKind.VIDEO: "video/mp4", RenditionKind.WAVEFORM: "application/json"}
        for kind, file in files.items():
            key = f"recordings/{take.id}/{file.name}"
            object_store.put_file(key, file, types[kind])
            take.renditions.append(
                Rendition(kind=kind, key=key, content_type=types[kind], size=file.stat().st_size, sha256="0" * 64)
            )
    ratings = assign(session, sitting, people.assessors[0], 1, now)
    judged = cast.finished_sitting(session, people, now - timedelta(hours=2), people.second_candidate, sitting.pack)
    own = cast.rate(session, judged, people.assessors[0], 1, 3, now)
    cast.rate(session, judged, people.assessors[1], 2, 4, now)
    verdict = decide(session, judged, now)
    verdict.confirm(people.officer, now)
    verdict.release(people.second_officer, now)
    session.commit()
    with exam_house.open_for_visitors(config(), tmp_path) as address:
        yield House(address, ratings, sitting, f"{address}/beoordelen/fase-2/{own[0].id}")


@pytest.fixture
def visitor(chromium, house_with_work):
    """`visitor("assessor")` logs in; whatever the browser complains of fails the test, save refusals and being away."""
    contexts, complaints = [], []

    def log_in(local, **options):
        context = chromium.new_context(viewport={"width": 1280, "height": 720}, locale="nl-NL", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{house_with_work.address}/inloggen")
        page.get_by_label("E-mailadres").fill(f"{local}@voorbeeld.example")
        page.get_by_label("Wachtwoord").fill(cast.PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_load_state("networkidle")
        return page

    yield log_in
    for context in contexts:
        context.close()
    expected = re.compile(r"status of (400|401|409|422)|ERR_INTERNET_DISCONNECTED")
    assert [one for one in complaints if not expected.search(one)] == []


def saved(page, within_s=4):
    told = re.compile(r"^bewaard \d\d:\d\d:\d\d ✓$")
    expect(page.locator("[data-saved]")).to_have_text(told, timeout=within_s * 1000)


def video(page):
    return page.locator(".desk-video").evaluate(
        "v => ({now: v.currentTime, paused: v.paused, speed: v.playbackRate, ready: v.readyState})"
    )


def ready(page):
    services.wait_until(lambda: video(page)["ready"] >= 2, "the recording to be there")


def open_card(page):
    return page.locator(".mark[data-open] legend").inner_text()


def score_all(page, level="3"):
    for _ in range(4):
        page.keyboard.press(level)
        page.keyboard.press("b")
        page.keyboard.press("ArrowDown")


def kept(session, rating):
    """The rating as it is in the database now; nothing stays locked, so that the site can go on."""
    session.expire_all()
    row = session.get(Rating, rating.id)
    assert row.answer.scenario and row.scores is not None and row.remarks is not None
    session.commit()
    return row


def test_one_answer_is_scored_by_keys_alone_and_the_next_stands_ready(session, visitor, house_with_work):
    page = visitor("assessor")
    page.get_by_role("link", name="Beginnen met beoordelen").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(house_with_work.url(1))
    ready(page)
    page.evaluate("window.stayed = true")
    page.keyboard.press(" ")
    services.wait_until(lambda: video(page)["now"] > 0.3, "the recording to play")
    page.keyboard.press("o")
    page.keyboard.type("Noemt de lunch.")
    assert video(page)["paused"]
    page.keyboard.press("Enter")
    services.wait_until(lambda: not video(page)["paused"], "the recording to go on")
    page.keyboard.press("k")
    page.keyboard.press("4")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("n")
    page.keyboard.type("Kwam niet ter sprake.")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".desk-missing")).to_contain_text("Nog 2 dingen")
    expect(page.locator(".desk-missing")).to_contain_text("kies een niveau")
    for _ in range(2):
        page.keyboard.press("2")
        page.keyboard.press("b")
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(house_with_work.url(2))
    assert page.evaluate("window.stayed") is True
    assert video(page)["ready"] >= 2
    row = kept(session, house_with_work.ratings[0])
    assert row.phase1_signed_at is not None
    by_place = [row.score(key) for key in row.shuffled]
    assert [(one.level, one.not_observable) for one in by_place] == [(4, False), (None, True), (2, False), (2, False)]
    assert (row.remarks[0].text, row.remarks[0].competency) == ("Noemt de lunch.", row.shuffled[0])


def test_it_fits_one_screen_and_saves_within_two_seconds(visitor, house_with_work):
    page = visitor("assessor")
    page.goto(house_with_work.url(1))
    ready(page)
    score_all(page)
    saved(page)
    size = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert size == [1280, 720]
    scores = page.locator(".desk-scores").evaluate("e => e.scrollHeight - e.clientHeight")
    assert scores <= 0
    page.reload()
    assert page.locator(".mark input:checked").count() == 4
    assert page.locator(".mark-piece").count() == 4


def test_coming_back_lands_on_the_same_second_and_speed(visitor, house_with_work):
    page = visitor("assessor")
    page.goto(house_with_work.url(1))
    ready(page)
    for key in ("l", "l", "+", "+"):
        page.keyboard.press(key)
    services.wait_until(lambda: video(page)["now"] >= 9.9, "the jump")
    at = video(page)
    assert at["speed"] == 1.5
    page.get_by_role("link", name="Werklijst").click()
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text("begonnen").first).to_be_visible()
    page.goto(house_with_work.url(1))
    ready(page)
    services.wait_until(lambda: abs(video(page)["now"] - at["now"]) < 0.5, "the same place")
    assert video(page)["speed"] == 1.5


def test_one_picture_at_a_time_and_straight_to_a_moment(visitor, house_with_work):
    page = visitor("assessor")
    page.goto(house_with_work.url(1))
    ready(page)
    page.keyboard.press("l")
    services.wait_until(lambda: video(page)["now"] > 4.9, "the jump")
    page.keyboard.press(".")
    frames = [round(video(page)["now"] * 25 - 0.5)]
    for key in (".", ".", ","):
        page.keyboard.press(key)
        frames.append(round(video(page)["now"] * 25 - 0.5))
    assert [frame - frames[0] for frame in frames] == [0, 1, 2, 1]
    page.keyboard.press("b")
    moment = video(page)["now"]
    page.keyboard.press("j")
    page.locator(".mark-piece .desk-jump").click()
    services.wait_until(lambda: abs(video(page)["now"] - moment) < 0.001, "exactly the moment")


def test_a_silence_is_skipped_when_asked(visitor, house_with_work):
    page = visitor("assessor")
    page.goto(house_with_work.url(1))
    ready(page)
    expect(page.get_by_label("stiltes overslaan")).to_be_enabled()
    page.keyboard.press("z")
    page.keyboard.press("l")
    page.keyboard.press("k")
    services.wait_until(lambda: video(page)["now"] > 8.7, "the silence to be over", 3)


def test_escape_forgets_what_was_typed(visitor, house_with_work):
    page = visitor("assessor")
    page.goto(house_with_work.url(1))
    ready(page)
    page.keyboard.press("o")
    page.keyboard.type("Toch niet? 1 2 3")
    page.keyboard.press("Escape")
    expect(page.get_by_placeholder("Typ een opmerking")).to_have_value("")
    assert page.locator(".remark-list li").count() == 0 and page.locator(".mark input:checked").count() == 0


def test_a_remark_that_was_taken_away_comes_back(visitor, house_with_work):
    page = visitor("assessor")
    page.goto(house_with_work.url(1))
    ready(page)
    page.keyboard.press("o")
    page.keyboard.type("Belangrijk.")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Opmerking op 0:00 weghalen").click()
    assert page.locator(".remark-list li").count() == 0
    page.get_by_role("button", name="Ongedaan maken").click()
    expect(page.locator(".remark-list")).to_contain_text("Belangrijk.")
    saved(page)


def test_without_a_connection_nothing_is_lost(session, visitor, house_with_work):
    page = visitor("assessor")
    page.goto(house_with_work.url(1))
    ready(page)
    page.context.set_offline(True)
    page.keyboard.press("4")
    page.keyboard.press("o")
    page.keyboard.type("Zonder verbinding.")
    page.keyboard.press("Enter")
    expect(page.locator("[data-saved]")).to_have_text("nog niet bewaard – we proberen het opnieuw", timeout=5000)
    assert kept(session, house_with_work.ratings[0]).version == 0
    page.context.set_offline(False)
    saved(page, 15)
    assert kept(session, house_with_work.ratings[0]).remarks[0].text == "Zonder verbinding."


def test_what_was_not_sent_is_sent_when_the_page_opens_again(session, visitor, house_with_work):
    page = visitor("assessor")
    page.goto(house_with_work.url(1))
    ready(page)
    page.context.set_offline(True)
    page.keyboard.press("5")
    expect(page.locator("[data-saved]")).to_contain_text("nog niet bewaard", timeout=5000)
    page.close()
    page.context.set_offline(False)
    again = page.context.new_page()
    again.goto(house_with_work.url(1))
    saved(again)
    assert [one.level for one in kept(session, house_with_work.ratings[0]).scores] == [5]
    assert (
        again.evaluate("Object.keys(localStorage).filter(key => key.startsWith('vignet-desk-') && key.length > 40)")
        == []
    )


def test_two_windows_join_and_lose_nothing(session, visitor, house_with_work):
    one = visitor("assessor")
    one.goto(house_with_work.url(1))
    ready(one)
    other = one.context.new_page()
    other.goto(house_with_work.url(1))
    ready(other)
    one.bring_to_front()
    one.keyboard.press("2")
    one.keyboard.press("ArrowDown")
    one.keyboard.press("3")
    saved(one)
    other.bring_to_front()
    other.keyboard.press("4")
    other.keyboard.press("o")
    other.keyboard.type("Uit het andere venster.")
    other.keyboard.press("Enter")
    expect(other.locator(".toast")).to_contain_text("in een ander venster veranderd")
    expect(other.locator(".toast")).to_contain_text(open_card(other))
    saved(other)
    row = kept(session, house_with_work.ratings[0])
    first, second = row.shuffled[:2]
    assert (row.score(first).level, row.score(second).level) == (4, 3)
    assert [remark.text for remark in row.remarks] == ["Uit het andere venster."]
    expect(other.locator(f"[data-competency={second}] input:checked")).to_have_value("3")


def test_who_was_logged_out_reads_it_and_loses_nothing(session, visitor, house_with_work):
    page = visitor("assessor")
    page.goto(house_with_work.url(1))
    ready(page)
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.keyboard.press("3")
    expect(page.locator("[data-saved]")).to_contain_text("u bent uitgelogd", timeout=5000)
    page.context.add_cookies(cookies)
    saved(page, 15)
    assert [one.level for one in kept(session, house_with_work.ratings[0]).scores] == [3]


def test_who_judges_long_is_told_to_rest_and_a_break_starts_anew(visitor, house_with_work):
    page = visitor("assessor")
    page.clock.install()
    page.goto(house_with_work.url(1))
    ready(page)
    page.clock.run_for("44:00")
    expect(page.locator(".toast")).to_have_count(0)
    page.clock.run_for("01:30")
    expect(page.locator(".toast")).to_contain_text("drie kwartier")
    page.clock.run_for("45:00")
    expect(page.locator(".toast")).to_contain_text("anderhalf uur")
    page.clock.fast_forward("12:00")
    page.clock.run_for("44:00")
    expect(page.locator(".toast")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page_of_judging(visitor, house_with_work, scheme):
    found = {}

    def check(page, name):
        rules = [(one["id"], [node["html"] for node in one["nodes"]]) for one in Axe().run(page).response["violations"]]
        if rules:
            found[name] = rules

    page = visitor("assessor", color_scheme=scheme)
    check(page, "list")
    page.goto(house_with_work.url(1))
    ready(page)
    check(page, "desk, empty")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".desk-missing")).to_be_visible()
    page.keyboard.press("n")
    page.keyboard.press("Tab")
    page.keyboard.press("o")
    page.keyboard.type("Iets.")
    page.keyboard.press("Enter")
    page.keyboard.press("w")
    check(page, "desk, half")
    page.keyboard.press("s")
    check(page, "situation")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    check(page, "keys")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Iets melden").click()
    check(page, "flags")
    page.goto(house_with_work.second_phase)
    check(page, "phase 2")
    officer = visitor("bureau", color_scheme=scheme)
    officer.goto(f"{house_with_work.address}/uitslagen")
    check(officer, "results")
    officer.get_by_role("link", name="Bekijken van").first.click()
    check(officer, "verdict")
    officer.goto(f"{house_with_work.address}/uitslagen/zittingen/{house_with_work.sitting.id}")
    check(officer, "assign")
    candidate = visitor("kandidaat2", color_scheme=scheme)
    candidate.goto(f"{house_with_work.address}/uitslag")
    check(candidate, "own result")
    candidate.set_viewport_size({"width": 390, "height": 800})
    assert candidate.evaluate("document.documentElement.scrollWidth") == 390
    assert found == {}

"""The computer of a location is measured by the check of the exam, and kept with the day on which that was."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect, sync_playwright
from support import cast
from support.judged_exam import tell
from support.visitors import text_of

from scenarios.chapters import LocationRules
from storage.base.database import session_scope
from storage.planning import locations
from storage.planning.locations import Location, LocationCheck

GOOD = {
    "width": 1280,
    "height": 720,
    "frames_per_second": 30,
    "loudest": 0.62,
    "speaker": True,
    "coded_per_second": 29,
    "line_kbps": 8200,
    "sample_rate": 48000,
}


@pytest.fixture
def hall(session, people):
    cast.scheme(session)
    row = locations.add(session, people.organisation, "Zaal Noord", "Proefstraat 1", "2.14", people.beheerder, cast.NOW)
    session.commit()
    return row


@pytest.fixture
def url(hall):
    return f"/organisatie/locaties/{hall.id}"


def measure(visitor, url, **more):
    return tell(visitor, f"{url}/meten", GOOD | more)


def test_what_was_measured_stands_with_the_location_for_the_beheerder_and_ksf(visit, people, hall, url):
    boss, officer = visit(people.beheerder), visit(people.officer)
    assert "computer niet gemeten" in boss.get(url).text
    answer = measure(boss, url)
    assert (answer.status_code, answer.json) == (200, {"next": url})
    for visitor, pages in (
        (boss, (url, "/organisatie/locaties")),
        (officer, (f"/bureau/locaties/{hall.id}", "/bureau/locaties")),
    ):
        for page in pages:
            assert "De meting geldt tot en met" in text_of(visitor.get(page).text), page
    page = text_of(officer.get(f"/bureau/locaties/{hall.id}").text)
    assert "Camera: 1280 × 720, 30 beelden per seconde" in page
    assert "Internet: 8,2 megabit per seconde versturen" in page
    assert "nog niet gecontroleerd" in page, "the list is gone through by hand besides"


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({"line_kbps": 300}, "Internet: 0,3 megabit per seconde"),
        ({"coded_per_second": 8}, "Computer: 8 beelden per seconde"),
        ({"height": 120, "width": 160}, "Camera: 160 × 120"),
        ({"loudest": 0.1}, "Microfoon: geluid tot 10 procent"),
        ({"speaker": False}, "Luidspreker"),
    ],
)
def test_what_is_not_good_enough_is_said(visit, people, url, found, words):
    boss = visit(people.beheerder)
    assert measure(boss, url, **found).status_code == 200
    page = text_of(boss.get(url).text)
    assert "Niet alles is goed genoeg" in page and "computer niet goed genoeg" in page
    with session_scope(writes=False) as session:
        (missing,) = session.query(LocationCheck).one().missing
    assert missing.startswith(words)


def test_a_browser_that_cannot_tell_its_pace_is_not_held_against(visit, people, url):
    measure(visit(people.beheerder), url, coded_per_second=None)
    with session_scope(writes=False) as session:
        assert session.query(Location).one().measured_fine


def test_a_measuring_lapses_like_a_check(visit, people, url):
    boss = visit(people.beheerder)
    measure(boss, url)
    with session_scope() as session:
        session.query(Location).one().measured_on -= timedelta(days=LocationRules().check_days + 1)
    assert "meting verlopen" in text_of(boss.get("/organisatie/locaties").text)


@pytest.mark.parametrize(
    "wrong",
    [
        {"width": "1280"},
        {"line_kbps": -1},
        {"line_kbps": None},
        {"loudest": 2},
        {"speaker": "ja"},
        {"coded_per_second": True},
        {"frames_per_second": 1e9},
    ],
)
def test_garbage_is_refused_and_keeps_nothing(visit, people, url, wrong):
    assert measure(visit(people.beheerder), url, **wrong).status_code == 400
    with session_scope(writes=False) as session:
        assert session.query(LocationCheck).count() == 0


def test_a_closed_location_is_not_measured_and_another_ones_is_not_there(visit, people, url):
    boss, other = visit(people.beheerder), visit(people.outsider_beheerder)
    assert other.get(f"{url}/meten").status_code == measure(other, url).status_code == 404
    assert other.post(f"{url}/meten/lijn").status_code == 404
    assert boss.post(f"{url}/meten/lijn").status_code == 204
    boss.post(f"{url}/sluiten")
    assert boss.get(f"{url}/meten").status_code == measure(boss, url).status_code == 409


FLAGS = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


@pytest.fixture
def camera() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


@pytest.mark.real_time
@pytest.mark.one_database
def test_a_real_browser_measures_and_the_result_is_kept(app, visit, people, served, url, camera):
    context = camera.new_context(permissions=["camera", "microphone"], reduced_motion="reduce")
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = visit(people.beheerder).client.get_cookie(name).value
    context.add_cookies([{"name": name, "value": cookie, "url": served}])
    page = context.new_page()
    page.goto(f"{served}{url}/meten")
    page.get_by_role("button", name="Camera en microfoon aanzetten").click()
    page.wait_for_selector("main[data-step=place][data-phase=open]")
    page.get_by_role("button", name="Tonen afspelen").click()
    page.get_by_role("button", name="Ja, ik hoor ze").click()
    keep = page.get_by_role("button", name="Meting bewaren")
    expect(keep).not_to_have_attribute("aria-disabled", "true", timeout=60_000)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    keep.click()
    page.wait_for_url(f"**{url}")
    with session_scope(writes=False) as fresh:
        row = fresh.query(LocationCheck).one()
        assert row.figures["height"] >= 360 and row.figures["line_kbps"] > 0 and row.figures["speaker"]
        assert row.remarks.startswith("Chrom")
    context.close()

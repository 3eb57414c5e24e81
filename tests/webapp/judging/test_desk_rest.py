"""Who judges long is told to rest and may stop, and is never stopped. Only the time of judging counts."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.one_database


def judge(page, minutes):
    """Be busy for so long, with a sign of life every four minutes."""
    for _ in range(minutes // 4):
        page.keyboard.press("w")
        page.clock.run_for("04:00")
    page.keyboard.press("w")
    page.clock.run_for(minutes % 4 * 60_000)


def test_a_word_after_45_minutes_an_offer_after_90_and_a_break_starts_anew(desk):
    page = desk.visit()
    page.clock.install()
    page.goto(desk.url(1))
    expect(page.locator(".mark[data-open]")).to_be_visible()
    judge(page, 44)
    expect(page.locator(".toast")).to_have_count(0)
    judge(page, 2)
    expect(page.locator(".toast")).to_contain_text("drie kwartier")
    judge(page, 43)
    expect(page.locator("#rest")).to_be_hidden()
    judge(page, 2)
    rest = page.get_by_role("dialog", name="Anderhalf uur beoordeeld")
    expect(rest).to_be_visible()
    rest.get_by_role("button", name="Nog even doorgaan").click()
    judge(page, 20)
    expect(rest).to_be_hidden()
    page.clock.run_for("12:00")
    judge(page, 44)
    expect(page.locator(".toast")).to_have_count(0)


def test_who_stops_sees_what_is_saved(desk):
    page = desk.visit()
    page.goto(desk.url(1))
    page.evaluate(
        "localStorage.setItem('vignet-desk-worked', JSON.stringify("
        "{worked: 90 * 60000, seen: Date.now(), active: Date.now(), told: 45}))"
    )
    page.reload()
    page.get_by_role("dialog").get_by_role("button", name="Nog even doorgaan").click()
    page.keyboard.press("4")
    page.evaluate("document.getElementById('rest').showModal()")
    page.get_by_role("link", name="Stoppen voor nu").click()
    page.wait_for_url("**/beoordelen/pauze")
    main = page.get_by_role("main")
    expect(main).to_contain_text("Alles wat u deed, is bewaard")
    expect(main).to_contain_text(desk.kept().answer.code)
    expect(main).to_contain_text("10 antwoorden")
    assert [one.level for one in desk.kept().scores] == [4]

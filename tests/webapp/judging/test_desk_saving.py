"""Nothing that was judged is lost: not by a lost line, a closed browser, a second window or an ended log-in."""

import pytest
from playwright.sync_api import expect
from support import services
from support.desk_site import ready, remark, saved, score_all

pytestmark = pytest.mark.one_database

NOT_YET = "nog niet bewaard – we proberen het opnieuw"


def kept_here(page):
    """What this browser keeps of the desk, as it lies there."""
    return page.evaluate("Object.entries(localStorage).filter(([name]) => name.startsWith('vignet-desk-kept'))")


@pytest.mark.real_time
def test_a_change_is_saved_within_two_seconds_and_is_there_after_a_reload(desk):
    page = desk.open()
    score_all(page)
    saved(page, 2)
    page.reload()
    expect(page.locator(".mark input:checked")).to_have_count(4)
    expect(page.locator(".mark-piece")).to_have_count(4)


def test_five_minutes_without_a_connection_lose_nothing(desk):
    page = desk.visit()
    page.clock.install()
    page.goto(desk.url(1))
    ready(page)
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    for minute in range(5):
        remark(page, f"Zonder verbinding, minuut {minute}.")
        page.keyboard.press(str(minute + 1))
        page.clock.run_for("01:00")
    expect(page.locator("[data-saved]")).to_have_text(NOT_YET)
    page.keyboard.press("]")
    page.wait_for_url(desk.url(2))
    page.keyboard.press("2")
    page.clock.run_for("00:10")
    expect(page.locator("[data-saved]")).to_have_text(NOT_YET)
    assert (desk.kept(1).version, desk.kept(2).version) == (0, 0)
    assert len(kept_here(page)) == 2
    page.context.set_offline(False)
    page.clock.run_for("00:10")
    saved(page, 15)
    services.wait_until(lambda: not kept_here(page), "the other answer to be sent")
    first, second = desk.kept(1), desk.kept(2)
    assert {one.text for one in first.remarks} == {f"Zonder verbinding, minuut {minute}." for minute in range(5)}
    assert ([one.level for one in first.scores], [one.level for one in second.scores]) == ([5], [2])


def test_what_was_not_sent_waits_sealed_and_is_sent_when_the_browser_opens_again(desk):
    page = desk.open()
    page.context.set_offline(True)
    page.keyboard.press("5")
    remark(page, "Alleen voor mij.")
    expect(page.locator("[data-saved]")).to_have_text(NOT_YET, timeout=5000)
    ((_, lies_there),) = kept_here(page)
    assert "Alleen" not in lies_there and "remarks" not in lies_there
    page.close()
    page.context.set_offline(False)
    again = page.context.new_page()
    again.goto(desk.url(1))
    saved(again)
    assert [one.level for one in desk.kept().scores] == [5]
    assert kept_here(again) == []


def test_the_list_of_work_sends_what_was_left_as_well(desk):
    page = desk.open()
    page.context.set_offline(True)
    page.keyboard.press("4")
    expect(page.locator("[data-saved]")).to_have_text(NOT_YET, timeout=5000)
    page.close()
    page.context.set_offline(False)
    later = page.context.new_page()
    later.goto(f"{desk.site.address}/beoordelen")
    expect(later.locator(".toast")).to_contain_text("is nu bewaard")
    assert [one.level for one in desk.kept().scores] == [4]


def test_two_windows_are_told_and_join_and_lose_nothing(desk):
    one = desk.open()
    other = one.context.new_page()
    other.goto(desk.url(1))
    ready(other)
    expect(other.get_by_text("Dit antwoord is ook in een ander venster open.")).to_be_visible()
    expect(one.get_by_text("Dit antwoord is ook in een ander venster open.")).to_be_hidden()
    one.bring_to_front()
    one.keyboard.press("2")
    one.keyboard.press("ArrowDown")
    one.keyboard.press("3")
    saved(one)
    other.bring_to_front()
    other.keyboard.press("4")
    remark(other, "Uit het andere venster.")
    open_card = other.locator(".mark[data-open] legend").inner_text()
    expect(other.locator(".toast")).to_contain_text("in een ander venster veranderd")
    expect(other.locator(".toast")).to_contain_text(open_card)
    saved(other)
    row = desk.kept()
    first, second = row.shuffled[:2]
    assert (row.score(first).level, row.score(second).level) == (4, 3)
    assert [remark.text for remark in row.remarks] == ["Uit het andere venster."]
    expect(other.locator(f"[data-competency={second}] input:checked")).to_have_value("3")
    one.close()
    expect(other.get_by_text("Dit antwoord is ook in een ander venster open.")).to_be_hidden()


def test_who_was_logged_out_reads_it_and_loses_nothing(desk):
    page = desk.open()
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.keyboard.press("3")
    expect(page.locator("[data-saved]")).to_contain_text("u bent uitgelogd", timeout=5000)
    page.context.add_cookies(cookies)
    saved(page, 15)
    assert [one.level for one in desk.kept().scores] == [3]

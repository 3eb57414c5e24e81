"""The screens of judging: everything on one screen, a border that moves, and nothing for axe to find."""

import pytest
from playwright.sync_api import expect
from support.desk_site import findings, ready, remark, saved, score_all

pytestmark = pytest.mark.one_database


def boxes(page):
    return [page.locator(one).bounding_box() for one in (".desk-left", ".desk-right")]


def test_everything_fits_one_screen_with_recording_and_scale_in_view(desk):
    page = desk.open()
    score_all(page)
    saved(page)
    size = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert size == [1280, 720]
    assert page.locator(".desk-scores").evaluate("e => e.scrollHeight - e.clientHeight") <= 0
    for place in (".desk-video", ".scrub", "#remark", ".mark >> nth=0", ".mark >> nth=3", "[data-act=sign]"):
        box = page.locator(place).bounding_box()
        assert box["x"] >= 0 and box["y"] >= 0, place
        assert box["x"] + box["width"] <= 1280 and box["y"] + box["height"] <= 720, place


def test_the_border_moves_by_key_and_pointer_and_stays_where_it_was_put(desk):
    page = desk.open()
    border = page.get_by_role("separator", name="Grens tussen opname en competenties")
    left = boxes(page)[0]["width"]
    border.focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect(border).to_have_attribute("aria-valuenow", "45")
    assert boxes(page)[0]["width"] < left
    assert page.locator(".mark input:checked").count() == 0
    at = border.bounding_box()
    page.mouse.move(at["x"] + at["width"] / 2, at["y"] + 200)
    page.mouse.down()
    page.mouse.move(760, at["y"] + 200, steps=4)
    page.mouse.up()
    dragged = boxes(page)
    assert abs(dragged[0]["width"] - 744) < 24
    page.reload()
    ready(page)
    assert [round(box["width"]) for box in boxes(page)] == [round(box["width"]) for box in dragged]
    border.dblclick()
    expect(border).to_have_attribute("aria-valuenow", "51")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_desk(desk, scheme):
    found = {}

    def check(name):
        if rules := findings(page):
            found[name] = rules

    page = desk.visit(color_scheme=scheme)
    page.goto(f"{desk.site.address}/beoordelen")
    check("list")
    page.goto(desk.url(1))
    ready(page)
    check("empty")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".desk-missing")).to_be_visible()
    page.keyboard.press("n")
    page.keyboard.press("Tab")
    remark(page, "Iets.")
    page.keyboard.press("w")
    check("half")
    for key, name in (("s", "situation"), ("?", "keys")):
        page.keyboard.press(key)
        check(name)
        page.keyboard.press("Escape")
    page.get_by_role("button", name="Iets melden").click()
    check("flags")
    page.goto(f"{desk.site.address}/beoordelen/pauze")
    check("stop")
    assert found == {}

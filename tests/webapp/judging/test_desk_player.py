"""The recording on the desk: speed without another pitch, jumps to exactly one picture, silences, the same second."""

import pytest
from playwright.sync_api import expect
from support import services
from support.desk_site import ready, video

pytestmark = [pytest.mark.real_time, pytest.mark.one_database]


def test_coming_back_lands_on_the_same_second_and_speed(desk):
    page = desk.open()
    for key in ("l", "l", "+", "+"):
        page.keyboard.press(key)
    services.wait_until(lambda: video(page)["now"] >= 9.9, "the jump")
    at = video(page)
    assert at["speed"] == 1.5 and at["pitch"]
    page.get_by_role("link", name="Werklijst").click()
    page.wait_for_load_state("networkidle")
    page.goto(desk.url(1))
    ready(page)
    services.wait_until(lambda: abs(video(page)["now"] - at["now"]) < 0.5, "the same place")
    assert video(page)["speed"] == 1.5


def test_the_speeds_run_from_three_quarters_to_double(desk):
    page = desk.open()
    speeds = []
    for key in ("-", "-", "+", "+", "+", "+", "+", "+"):
        page.keyboard.press(key)
        speeds.append(video(page)["speed"])
    assert speeds == [0.75, 0.75, 1, 1.25, 1.5, 1.75, 2, 2]


def test_one_picture_at_a_time_and_straight_to_a_moment(desk):
    page = desk.open()
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


def test_a_silence_is_skipped_when_asked(desk):
    page = desk.open()
    expect(page.get_by_label("stiltes overslaan")).to_be_enabled()
    page.keyboard.press("z")
    page.keyboard.press("l")
    page.keyboard.press("k")
    services.wait_until(lambda: video(page)["now"] > 8.7, "the silence to be over", 3)

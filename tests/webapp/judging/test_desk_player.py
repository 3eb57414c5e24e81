"""The recording on the desk: speed without another pitch, jumps to exactly one picture, silences, the same second."""

import subprocess

import pytest
from playwright.sync_api import expect
from support import services
from support.desk_site import ready, video

from recorder.media import ffmpeg
from storage.base.objects import sha256_of
from storage.exam.recordings import RenditionKind, latest_take
from webapp.media import PIECE

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


def test_the_sound_stays_as_loud_and_the_whole_screen_keeps_the_keys(desk):
    page = desk.open()
    page.get_by_role("slider", name="Geluid").fill("0.4")
    loud = "document.querySelector('.desk-video').volume"
    services.wait_until(lambda: page.evaluate(loud) == 0.4, "the sound")
    page.goto(desk.url(1))
    ready(page)
    services.wait_until(lambda: page.evaluate(loud) == 0.4, "the same sound")
    page.get_by_role("button", name="Volledig scherm").click()
    services.wait_until(lambda: page.evaluate("document.fullscreenElement?.className") == "desk-screen", "the screen")
    page.keyboard.press("l")
    services.wait_until(lambda: video(page)["now"] > 4.9, "the jump")
    page.keyboard.press("f")
    services.wait_until(lambda: page.evaluate("document.fullscreenElement") is None, "the page again")


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


LONG_S = 60
SEEK = """async (at) => {
  const video = document.querySelector(".desk-video"), began = performance.now();
  await new Promise((done, failed) => {
    video.addEventListener("seeked", done, { once: true });
    video.addEventListener("error", () => failed(video.error.message), { once: true });
    video.currentTime = at;
  });
  return performance.now() - began;
}"""


@pytest.fixture
def long_film(desk, tmp_path):
    """A film of many pieces behind the first answer: an encrypted one, as all are."""
    path = tmp_path / "long.mp4"
    picture = f"testsrc2=size=640x360:rate=25:duration={LONG_S},noise=alls=60:allf=t"
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-b:v", "3M", "-pix_fmt", "yuv420p", "-movflags", "+faststart"]
    command = [ffmpeg.binary(), "-loglevel", "error", "-f", "lavfi", "-i", picture, *coded, path]
    subprocess.run([str(word) for word in command], check=True, timeout=120)
    take = latest_take(desk.site.session, desk.ratings[0].answer)
    film, size = take.rendition(RenditionKind.VIDEO), path.stat().st_size
    desk.site.put(film.key, path, take.id)
    film.size, film.sha256 = size, sha256_of(path)
    desk.site.session.commit()
    assert size > 6 * PIECE
    return take.id, size


def test_a_film_of_many_pieces_is_sought_in_and_played_to_its_end(desk, long_film):
    (take, size), page, pieces = long_film, desk.visit(), []
    # The desk fetches the film of the next answer too.
    page.on("response", lambda one: one.url.endswith(f"/media/{take}") and pieces.append((one.status, one.headers)))
    page.goto(desk.url(1))
    ready(page)
    waits = [page.evaluate(SEEK, at) for at in (50, 5, 30, 58, 12, 41)]
    assert max(waits) < 5000
    page.evaluate("v = document.querySelector('.desk-video'); v.playbackRate = 2; v.currentTime = 52; v.play()")
    services.wait_until(lambda: page.evaluate("document.querySelector('.desk-video').ended"), "the end", 40)
    films = [headers for status, headers in pieces if status == 206 and headers["content-type"] == "video/mp4"]
    assert len(films) > 3
    assert all(int(headers["content-length"]) <= PIECE for headers in films)
    assert all(headers["content-range"].endswith(f"/{size}") for headers in films)
    print(f"a seek took {[round(one) for one in waits]} ms; {len(films)} answers for {size} bytes")

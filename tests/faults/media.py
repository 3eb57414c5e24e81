"""What camera and microphone do."""

from collections.abc import Iterator
from functools import partial

from faults.scene import BREAK_S, TALK_S, Scene
from faults.table import FPS, Bar, Result, Row

LATE_S = 2
"""How much later one of them begins (`witness.js`)."""
NOTICED_S = 3.5
"""Within three seconds, and the half second in which a test looks."""
LONG_S = 20
"""So long somebody talks on, that what was away is no fifth of it: a retake."""
GIANT_PIECES = 9
SMALLER = "camera.getVideoTracks()[0].applyConstraints({width: {exact: 640}, height: {exact: 360}})"

BROKEN = """
new Promise((resolve) => {
  const began = performance.now();
  const passed = () => (performance.now() - began) / 1000;
  const main = document.getElementById("main");
  let told = null;
  new MutationObserver(() => {
    if (main.dataset.phase === "interrupted") told ??= [passed(), document.getElementById("hint").textContent];
    if (told && main.dataset.phase === "recording") resolve([...told, passed()]);
  }).observe(main, { attributes: true, attributeFilter: ["data-phase"] });
  breakDevices();
})
"""
"""Break what is open; tell when that was noticed, what was said, and when all was well again."""


def with_camera(scene: Scene, how: str) -> None:
    """A whole answer with a camera that is like that, long enough for what it lacks to be no fifth of it: a retake."""
    scene.candidate.pretend("camera", how)
    scene.begin().talk(TALK_S + 3 * LATE_S).end()


def muted(scene: Scene) -> None:
    """The microphone is muted by the system in the middle of the answer."""
    scene.begin().talk(BREAK_S)
    scene.candidate.page.evaluate("camera.getAudioTracks()[0].enabled = false")
    scene.talk(TALK_S - BREAK_S).end()
    scene.candidate.page.evaluate("camera.getAudioTracks()[0].enabled = true")


def smaller(scene: Scene) -> None:
    """The camera gives a smaller picture from the middle of the answer on."""
    scene.begin().talk(BREAK_S)
    scene.candidate.page.evaluate(SMALLER)
    scene.talk(TALK_S - BREAK_S).end()


def coded_again(result: Result) -> Iterator[str]:
    if (result.more["decision"]["slices"]["codec"], result.more["how"]) != ("vp8", "re-encoded"):
        yield f"{result.more['decision']['slices']['codec']} was {result.more['how']}"


def without_h264(scene: Scene) -> None:
    """The browser records only VP8 by itself."""
    scene.candidate.pretend("onlyVp8", "1")
    scene.answer()


def breaks(scene: Scene, how: str) -> None:
    """A device breaks in the middle of the answer; the page notices, opens it again, and gives the time back."""
    scene.candidate.pretend("camera", how)
    scene.begin().talk(BREAK_S)
    page = scene.candidate.page
    noticed_s, said, away_s = page.evaluate(BROKEN)
    scene.check(noticed_s < NOTICED_S, f"noticed after {noticed_s:.1f} s")
    scene.check("Uw tijd staat stil" in said, f"the page says: {said}")
    scene.more["noticed_s"], scene.more["away_s"] = round(noticed_s, 1), round(away_s, 1)
    scene.talk(LONG_S).end()


def told(result: Result, word: str) -> Iterator[str]:
    """The figures say what the page saw."""
    saw = [note["what"] for note in result.more["decision"]["page_saw"]]
    if word not in saw:
        yield f"the page saw {saw}"


def giant(scene: Scene) -> None:
    """The browser holds its slices back, and hands over nine megabytes at once."""
    scene.candidate.pretend("giant", "1")
    scene.answer()


def in_pieces(result: Result) -> Iterator[str]:
    slices = result.more["decision"]["slices"]
    if slices["came"] != slices["recorded"] or slices["came"] < GIANT_PIECES:
        yield f"{slices['came']} of {slices['recorded']} slices came"


SOUND_LATE = Bar(sound_s=LATE_S + 0.2)
RETAKE = Bar(ends=("retake",))
AWAY = Bar(pictures=6 * FPS, sound_s=6.0)
"""What a device may take along that breaks and is opened again: it is noticed, and it takes a moment to open."""
ROWS = [
    Row("vp8", "the browser records no H.264", without_h264, proof=coded_again),
    Row("sound-first", "the picture begins 2 s after the sound", partial(with_camera, how="late picture")),
    Row("picture-first", "the sound begins 2 s after the picture", partial(with_camera, how="late sound"), SOUND_LATE),
    Row("no-sound", "the microphone gives nothing at all", partial(with_camera, how="no sound"), RETAKE),
    Row("giant-slice", "one slice is 9 MB, as when a browser held back", giant, proof=in_pieces),
    Row(
        "silenced",
        "the microphone gives nothing from 3 s on",
        partial(breaks, how="silenced"),
        AWAY,
        proof=partial(told, word="microphone_silent"),
    ),
    Row(
        "pulled",
        "the headset is pulled after 3 s",
        partial(breaks, how="pulled"),
        AWAY,
        proof=partial(told, word="microphone_ended"),
    ),
    Row(
        "hung",
        "the camera gives no picture from 3 s on",
        partial(breaks, how="hung"),
        AWAY,
        proof=partial(told, word="camera_silent"),
    ),
    Row(
        "frozen",
        "the camera gives the very same picture from 3 s on",
        partial(breaks, how="frozen"),
        AWAY,
        proof=partial(told, word="camera_still"),
    ),
    Row("muted", "the microphone is muted after 3 s", muted, Bar(sound_s=None)),
    Row("smaller", "the picture becomes smaller after 3 s", smaller),
]

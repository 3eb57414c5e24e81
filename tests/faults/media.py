"""What camera and microphone do."""

from collections.abc import Iterator
from functools import partial

from faults.scene import BREAK_S, TALK_S, Scene
from faults.table import Bar, Result, Row

LATE_S = 2
"""How much later one of them begins (`witness.js`)."""
SMALLER = "camera.getVideoTracks()[0].applyConstraints({width: {exact: 640}, height: {exact: 360}})"


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


SOUND_LATE = Bar(sound_s=LATE_S + 0.2)
RETAKE = Bar(ends=("retake",))
ROWS = [
    Row("vp8", "the browser records no H.264", without_h264, proof=coded_again),
    Row("sound-first", "the picture begins 2 s after the sound", partial(with_camera, how="late picture")),
    Row("picture-first", "the sound begins 2 s after the picture", partial(with_camera, how="late sound"), SOUND_LATE),
    Row("no-sound", "the microphone gives nothing at all", partial(with_camera, how="no sound"), RETAKE),
    Row("muted", "the microphone is muted after 3 s", muted, Bar(sound_s=None)),
    Row("smaller", "the picture becomes smaller after 3 s", smaller),
]

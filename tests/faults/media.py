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
VP8 = {"records": "without h264", "lines": "360"}
"""What a machine has time for that codes VP8 beside H.264, and films, serves and counts as well."""
APART_S = 0.3
"""How far picture and sound may be from where the live road has them, where only the page saw which came first."""
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


def with_camera(scene: Scene, how: str, **more: str) -> None:
    """A whole answer with a camera that is like that, long enough for what it lacks to be no fifth of it: a retake."""
    scene.candidate.pretend(camera=how, **more)
    scene.begin().talk(TALK_S + 3 * LATE_S).end()


def muted(scene: Scene) -> None:
    """The microphone is muted in the middle of the answer; the page opens it again, since nothing comes of it."""
    scene.begin().talk(BREAK_S)
    scene.candidate.page.evaluate("camera.getAudioTracks()[0].enabled = false")
    scene.talk(TALK_S - BREAK_S).end()
    scene.candidate.page.evaluate("camera.getAudioTracks()[0].enabled = true")


def smaller(scene: Scene, **more: str) -> None:
    """The camera gives a smaller picture from the middle of the answer on."""
    if more:
        scene.candidate.pretend(**more)
    scene.begin().talk(BREAK_S)
    scene.candidate.page.evaluate(SMALLER)
    scene.talk(TALK_S - BREAK_S).end()


def coded_again(result: Result) -> Iterator[str]:
    if (result.more["decision"]["slices"]["codec"], result.more["how"]) != ("vp8", "re-encoded"):
        yield f"{result.more['decision']['slices']['codec']} was {result.more['how']}"


def without_h264(scene: Scene) -> None:
    """The browser records only VP8 by itself."""
    scene.candidate.pretend(**VP8)
    scene.answer()


def breaks(scene: Scene, how: str, **more: str) -> None:
    """A device breaks in the middle of the answer; the page notices, opens it again, and gives the time back."""
    scene.candidate.pretend(camera=how, **more)
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
    scene.candidate.pretend(giant="1")
    scene.answer()


def in_pieces(result: Result) -> Iterator[str]:
    slices = result.more["decision"]["slices"]
    if slices["came"] != slices["recorded"] or slices["came"] < GIANT_PIECES:
        yield f"{slices['came']} of {slices['recorded']} slices came"


def begins(scene: Scene, seconds: float) -> None:
    """The clock of the browser's recording began so long before it did."""
    scene.candidate.pretend(beginsMs=str(round(1000 * seconds)))
    scene.answer()


def began(result: Result, seconds: float) -> Iterator[str]:
    """It really did, and the film is made of it, from 0 on."""
    if result.more["slices"]["begins_s"] < seconds:
        yield f"the recording begins at {result.more['slices']['begins_s']} s"
    if result.more["decision"]["took"] != "slices" or abs(result.more["slices"]["apart_s"]) > 0.1:
        yield f"{result.more['decision']['took']} was taken, {result.more['slices']['apart_s']} s out of step"


def in_step(result: Result) -> Iterator[str]:
    """The page's notes, or the live road, have set right what an MP4 cannot say."""
    if abs(result.more["live.mkv"]["apart_s"]) > APART_S:
        yield f"sound is {result.more['live.mkv']['apart_s']} s later than in the live road"


def two_files(result: Result) -> Iterator[str]:
    """An MP4 whose size may not change ends where it does."""
    if result.more["decision"]["slices"]["files"] != 2:
        yield f"the slices are {result.more['decision']['slices']['files']} files"


def seen_frozen(result: Result) -> Iterator[str]:
    """A technical retake, for the right reason."""
    if result.more["faults"] != ["frozen"]:
        yield f"the faults are {result.more['faults']}"


SOUND_LATE = Bar(sound_s=LATE_S + 0.2)
RETAKE = Bar(ends=("retake",))
AWAY = Bar(pictures=6 * FPS, sound_s=6.0)
"""What a device may take along that breaks and is opened again: it is noticed, and it takes a moment to open."""
ANEW = Bar(pictures=FPS // 2)
"""What may be missing where the browser's recorder begins anew, and its encoder with it."""
ROWS = [
    Row("vp8", "the browser records no H.264", without_h264, proof=coded_again),
    Row("sound-first", "the picture begins 2 s after the sound", partial(with_camera, how="late picture")),
    Row("picture-first", "the sound begins 2 s after the picture", partial(with_camera, how="late sound"), SOUND_LATE),
    Row(
        "no-sound",
        "the microphone gives nothing from the beginning on",
        partial(with_camera, how="no sound"),
        AWAY,
        proof=partial(told, word="microphone_silent"),
    ),
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
    *(
        Row(
            f"{how}-vp8",
            f"as `{how}`, in a browser that records VP8",
            partial(breaks, how=how, **VP8),
            AWAY,
            proof=partial(told, word=word),
        )
        for how, word in (("hung", "camera_silent"), ("frozen", "camera_still"))
    ),
    *(
        Row(
            f"stays-frozen{name}",
            f"the camera gives the very same picture to the end, {codec}",
            partial(breaks, how="frozen for good", **more),
            RETAKE,
            proof=seen_frozen,
        )
        for name, codec, more in (("", "H.264", {}), ("-vp8", "VP8", VP8))
    ),
    *(
        Row(
            f"begins-at-{seconds}",
            f"the recording's clock began {seconds} s before it",
            partial(begins, seconds=seconds),
            proof=partial(began, seconds=seconds),
        )
        for seconds in (0.7, 10)
    ),
    Row(
        "mp4-sound-first",
        "as `sound-first`, in a browser that records MP4",
        partial(with_camera, how="late picture", records="mp4"),
        proof=in_step,
    ),
    Row(
        "mp4-picture-first",
        "as `picture-first`, in a browser that records MP4",
        partial(with_camera, how="late sound", records="mp4"),
        SOUND_LATE,
        proof=in_step,
    ),
    Row("mp4-smaller", "as `smaller`, in MP4 (avc3)", partial(smaller, records="mp4")),
    Row("avc1-smaller", "as `smaller`, in MP4 (avc1)", partial(smaller, records="avc1"), ANEW, proof=two_files),
    Row("muted", "the microphone is muted after 3 s", muted, Bar(pictures=FPS // 2, sound_s=None)),
    Row("smaller", "the picture becomes smaller after 3 s", smaller),
]

"""The stand-in clips of the pack are sound, small, captioned and true to the text, and the builder can make more."""

import html
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from statistics import correlation

import av
import ffmpeg
import pytest

from demo.clips.__main__ import PACK
from demo.clips.build import build
from demo.clips.captions import LINE, LINES, cues
from demo.clips.cast import looks_of, voice_of
from demo.clips.motion import mouths
from demo.clips.speech import FPS, LEAD_S, REST_S, Voice, envelope, speak, split
from recorder.media.ffmpeg import binary
from scenarios.catalogue import Pack, Scenario, parse_pack
from scenarios.scheme import parse

CLIPS = PACK / "clips"
MEGABYTE = 1_000_000
NUMBERS = range(11)


@pytest.fixture(scope="module")
def pack() -> Pack:
    return parse_pack((PACK / "scenarios.toml").read_bytes(), parse((PACK / "scheme.toml").read_bytes()))


@pytest.fixture(scope="module")
def newcomer(pack: Pack) -> Scenario:
    """Someone whom the builder has only the pack's hints of."""
    known = pack.scenario(5)
    person = replace(known.person, name="Noor Çelik", role="nieuwe collega")
    names = {"clip": "77-nieuw.mp4", "captions": "77-nieuw.vtt"}
    spoken = "Ik zeg dit één keer. Hoort u mij?"
    return replace(known, number=77, key="newcomer", person=person, spoken=spoken, **names)


@pytest.fixture(scope="module")
def built(newcomer: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(newcomer, tmp_path_factory.mktemp("clips"))


def seconds(path: Path) -> float:
    with av.open(str(path)) as container:
        return container.duration / av.time_base


def assert_playable(path: Path) -> None:
    with av.open(str(path)) as container:
        picture, sound = container.streams.video[0], container.streams.audio[0]
        assert len(container.streams) == 2
        assert (picture.codec_context.name, picture.profile, picture.pix_fmt) == ("h264", "High", "yuv420p")
        assert (picture.width, picture.height, picture.average_rate) == (1280, 720, FPS)
        assert (sound.codec_context.name, sound.rate, sound.layout.name) == ("aac", 48000, "stereo")
        assert not {"creation_time", "title", "encoder"} & container.metadata.keys()
        keys = [float(p.pts * p.time_base) for p in container.demux(picture) if p.pts is not None and p.is_keyframe]
    assert keys[0] == 0
    assert max(b - a for a, b in pairwise(keys)) <= 2.05
    head = path.read_bytes()
    assert head.index(b"moov") < head.index(b"mdat"), "the index must come first, or a browser waits for the whole file"


def loudness(path: Path) -> tuple[float, float]:
    """Integrated loudness in LUFS and true peak in dBTP."""
    graph = ffmpeg.input(str(path)).audio.filter("ebur128", peak="true").output("-", format="null")
    _, log = graph.run(cmd=binary(), capture_stdout=True, capture_stderr=True)
    summary = log.decode().rsplit("Summary:", 1)[1]
    return float(re.search(r"I:\s+(\S+) LUFS", summary)[1]), float(re.search(r"Peak:\s+(\S+) dBFS", summary)[1])


def read_captions(path: Path) -> list[tuple[float, float, str]]:
    head, *blocks = path.read_text(encoding="utf-8").strip().split("\n\n")
    assert head == "WEBVTT"
    found = []
    for block in blocks:
        times, text = block.split("\n", 1)
        clock = re.fullmatch(r"(\d\d):(\d\d):(\d\d\.\d{3}) --> (\d\d):(\d\d):(\d\d\.\d{3})", times)
        h1, m1, s1, h2, m2, s2 = map(float, clock.groups())
        found.append((h1 * 3600 + m1 * 60 + s1, h2 * 3600 + m2 * 60 + s2, html.unescape(text)))
    return found


@pytest.mark.parametrize("number", NUMBERS)
def test_a_clip_plays_everywhere_at_broadcast_loudness(pack: Pack, number: int) -> None:
    path = CLIPS / pack.scenario(number).clip
    assert_playable(path)
    assert 20 + LEAD_S <= seconds(path) <= 45 + LEAD_S
    level, peak = loudness(path)
    assert level == pytest.approx(-23, abs=0.5)
    assert peak <= -1.5


@pytest.mark.parametrize("number", NUMBERS)
def test_captions_say_all_that_is_said_in_lines_that_one_can_read(pack: Pack, number: int) -> None:
    scenario = pack.scenario(number)
    shown = read_captions(CLIPS / scenario.captions)
    assert " ".join(text for _, _, text in shown).split() == scenario.spoken.split()
    for _, _, text in shown:
        assert len(text.splitlines()) <= LINES
        assert all(len(line) <= LINE for line in text.splitlines())
    times = [time for start, end, _ in shown for time in (start, end)]
    assert times == sorted(times)
    assert times[0] == pytest.approx(LEAD_S, abs=0.05)
    assert times[-1] <= seconds(CLIPS / scenario.clip) - REST_S + 0.3


def test_the_clips_stay_small_and_none_is_left_over(pack: Pack) -> None:
    everyone = (pack.practice, *pack.scenarios)
    expected = {name for one in everyone for name in (one.clip, one.captions)}
    assert {path.name for path in CLIPS.iterdir()} == expected
    assert sum((CLIPS / one.clip).stat().st_size for one in everyone) <= 20 * MEGABYTE


def test_no_two_people_look_or_sound_alike(pack: Pack) -> None:
    everyone = (pack.practice, *pack.scenarios)
    assert len({voice_of(one) for one in everyone}) == len(everyone)
    looks = [looks_of(one) for one in everyone]
    for trait in ("skin", "top", "room"):
        assert len({getattr(one, trait) for one in looks}) == len(everyone), trait
    assert len({one.hair_style for one in looks}) >= 7


def test_the_mouth_follows_the_sound_and_rests_in_silence(newcomer: Scenario) -> None:
    speech = speak(newcomer.spoken, voice_of(newcomer))
    sounds = envelope(speech.samples)
    shapes = mouths(sounds)
    assert len(shapes) == speech.frames
    assert correlation([s.level for s in sounds], [m.opening for m in shapes]) > 0.75
    assert max(m.opening for m in shapes) > 0.8
    assert max(m.spread for m in shapes) - min(m.spread for m in shapes) > 0.6
    first, second = speech.sentences
    for quiet in (
        slice(0, int((LEAD_S - 0.1) * FPS)),
        slice(int((first.end + 0.25) * FPS), int((second.start - 0.1) * FPS)),
    ):
        assert {m.opening for m in shapes[quiet]} == {0.0}


def test_in_the_finished_film_the_dark_of_the_mouth_moves_with_the_sound(built: Path) -> None:
    assert_playable(built)
    dark, loud = [], {}
    with av.open(str(built)) as container:
        for frame in container.decode(video=0):
            red, green, _ = frame.to_ndarray(format="rgb24")[420:510, 590:690].transpose(2, 0, 1)
            dark.append(int(((red > 45) & (red < 110) & (green < 45)).sum()))
        container.seek(0)
        for frame in container.decode(audio=0):
            values = memoryview(bytes(frame.planes[0])).cast("f")[: frame.samples]
            loud.setdefault(int(frame.time * FPS), []).append(max(map(abs, values)))
    level = [max(loud.get(i, [0.0])) for i in range(len(dark))]
    assert correlation(dark, level) > 0.5
    assert max(dark[: int((LEAD_S - 0.2) * FPS)]) < max(dark) / 10


@pytest.mark.proof
def test_the_same_text_gives_the_same_bytes(newcomer: Scenario, built: Path, tmp_path: Path) -> None:
    assert build(newcomer, tmp_path).read_bytes() == built.read_bytes()
    assert (tmp_path / newcomer.captions).read_bytes() == (built.parent / newcomer.captions).read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == [newcomer.clip, newcomer.captions]


def test_a_long_sentence_becomes_several_captions_cut_between_words() -> None:
    spoken = (
        "Omdat het systeem al de hele ochtend plat ligt, en niemand mij iets vertelt, heb ik iedereen die belt " * 2
    )
    (sentence,) = speak(spoken.strip() + ".", Voice("m3", 45, 160)).sentences
    parts = cues([sentence])
    assert len(parts) >= 3
    assert " ".join(" ".join(c.text.split()) for c in parts) == sentence.text
    assert all(len(line) <= LINE for c in parts for line in c.text.splitlines())
    assert all(a.end <= b.start for a, b in pairwise(parts))


def test_sentences_are_cut_where_a_speaker_would_breathe() -> None:
    assert split("Hé! Kost dat € 4.50?  Ja… een 6,2.\nNou.") == ["Hé!", "Kost dat € 4.50?", "Ja…", "een 6,2.", "Nou."]

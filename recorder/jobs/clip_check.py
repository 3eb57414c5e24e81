"""Checks a folder with the filmed clips of a pack: everything there, and every clip fit to be played in an exam.

All that is wrong is said at once, in sentences for the one who delivers the clips. Nothing here changes anything.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import av

from recorder.media.measure import Measured, measure
from scenarios.catalogue import Pack, Scenario

SIZE = (1280, 720)
SHORTEST_S, LONGEST_S = 20, 45
LOUDNESS_LUFS, LOUDNESS_TOLERANCE = -23, 1
CAPTIONED_SHARE = 0.95
_TIMING = re.compile(r"(?:(\d+):)?(\d\d):(\d\d)\.(\d{3}) --> (?:(\d+):)?(\d\d):(\d\d)\.(\d{3})")


@dataclass(frozen=True)
class FoundClip:
    """A clip that may be used, by the number of its slot and its place in it. Length in seconds."""

    number: int
    parallel: int
    video: Path
    captions: Path
    seconds: float


@dataclass(frozen=True)
class Checked:
    """The contents of a folder: the clips, and every problem as a Dutch sentence."""

    clips: tuple[FoundClip, ...]
    problems: tuple[str, ...]


def check(folder: Path, pack: Pack, progress: Callable[[float], None] | None = None) -> Checked:
    """Look at the clip and the captions of every scenario of `pack`. `progress` gets the share done, 0 to 1."""
    everyone = pack.everyone
    clips: list[Any] = []
    problems = _strangers(folder, everyone)
    for done, scenario in enumerate(everyone):
        if progress:
            progress(done / len(everyone))
        found = _problems(folder, scenario, pack.slot(scenario.number).index(scenario))
        problems += found.problems
        clips += found.clips
    return Checked(tuple(clips), tuple(problems))


def _strangers(folder: Path, everyone: tuple[Scenario, ...]) -> list[str]:
    known = {name for scenario in everyone for name in (scenario.clip, scenario.captions)}
    present = sorted(path.name for path in folder.iterdir() if path.suffix in (".mp4", ".vtt"))
    return [f"{name} hoort bij geen enkele situatie." for name in present if name not in known]


def _problems(folder: Path, scenario: Scenario, parallel: int) -> Checked:
    video, captions = folder / scenario.clip, folder / scenario.captions
    problems = [f"{path.name} ontbreekt." for path in (video, captions) if not path.is_file()]
    seconds = None
    if video.is_file():
        measured = measure(video, looking=False)
        problems += [f"{video.name}: {sentence}" for sentence in _film(video, measured)]
        seconds = measured.measurement.seconds
    if captions.is_file():
        problems += [f"{captions.name}: {sentence}" for sentence in _captions(captions, scenario.spoken, seconds)]
    clip = (FoundClip(scenario.number, parallel, video, captions, seconds or 0.0),)
    return Checked(() if problems else clip, tuple(problems))


def _film(path: Path, measured: Measured) -> list[str]:
    m, scan = measured.measurement, measured.scan
    if not m.readable:
        return ["dit is geen leesbaar filmbestand."]
    sentences = []
    if scan.video_codec != "h264" or _pixels(path) not in ("yuv420p", "yuvj420p"):
        sentences.append("het beeld moet H.264 zijn, 8 bits, 4:2:0.")
    if scan.resolutions and {size[1:] for size in scan.resolutions} != {SIZE}:
        sizes = " en ".join(f"{width} × {height}" for _, width, height in scan.resolutions)
        sentences.append(f"het beeld is {sizes} beeldpunten groot; dat moet {SIZE[0]} × {SIZE[1]} zijn.")
    if scan.audio_codec is None:
        sentences.append("er is geen geluid.")
    elif scan.audio_codec != "aac":
        sentences.append("het geluid moet AAC zijn.")
    if m.seconds is not None and not SHORTEST_S <= m.seconds <= LONGEST_S:
        sentences.append(
            f"de clip duurt {_dutch(m.seconds)} seconden; dat moeten er {SHORTEST_S} tot {LONGEST_S} zijn."
        )
    if scan.audio_codec and (m.loudness_lufs is None or abs(m.loudness_lufs - LOUDNESS_LUFS) > LOUDNESS_TOLERANCE):
        found = "niet te meten" if m.loudness_lufs is None else f"{_dutch(m.loudness_lufs)} LUFS"
        wanted = f"{LOUDNESS_LUFS} LUFS, met {LOUDNESS_TOLERANCE} speling"
        sentences.append(f"de geluidssterkte is {found}; dat moet {wanted} zijn.")
    if scan.video_codec and not _starts_at_once(path):
        sentences.append("afspelen kan pas beginnen als alles binnen is; sla de clip op met 'faststart'.")
    return sentences


def _pixels(path: Path) -> str | None:
    with av.open(str(path)) as container:
        return container.streams.video[0].codec_context.pix_fmt if container.streams.video else None


def _starts_at_once(path: Path) -> bool:
    """True when the index of an MP4 stands before its media."""
    with path.open("rb") as file:
        while len(head := file.read(8)) == 8:
            size, kind = int.from_bytes(head[:4], "big"), head[4:]
            if kind in (b"moov", b"mdat"):
                return kind == b"moov"
            if size < 8:
                return False
            file.seek(size - 8, 1)
    return False


def _captions(path: Path, spoken: str, seconds: float | None) -> list[str]:
    """True when the captions are WebVTT, in order, inside the clip, and say what is said."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        return ["de ondertiteling moet in UTF-8 zijn."]
    if not text.startswith("WEBVTT"):
        return ["dit is geen WebVTT: de eerste regel moet WEBVTT zijn."]
    cues = re.split(r"\n\s*\n", text.replace("\r\n", "\n"))[1:]
    times, words = [], []
    for cue in cues:
        if found := _TIMING.search(cue):
            times.append(tuple(_seconds(found.groups()[at : at + 4]) for at in (0, 4)))
            words += _words(re.sub(r"<[^>]*>", "", cue[found.end() :].partition("\n")[2]))
    sentences = []
    if not times:
        return ["er staat geen enkele ondertitel in."]
    if any(begin >= end for begin, end in times) or sorted(times) != times:
        sentences.append("de tijden van de ondertitels lopen niet op.")
    if seconds is not None and max(end for _, end in times) > seconds + 0.5:
        sentences.append("de ondertitels lopen door na het einde van de clip.")
    wanted = _words(spoken)
    blocks = SequenceMatcher(None, wanted, words, autojunk=False).get_matching_blocks()
    said = sum(block.size for block in blocks)
    if said < CAPTIONED_SHARE * len(wanted):
        sentences.append(f"{said} van de {len(wanted)} gesproken woorden staan erin; dat moeten ze allemaal zijn.")
    return sentences


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _dutch(number: float) -> str:
    return f"{number:.1f}".replace(".", ",")

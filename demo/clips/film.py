"""Sound and frames to one small MP4 that every browser plays: H.264 High, AAC, -23 LUFS, the same bytes each time."""

import json
import re
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ffmpeg

from recorder.media.ffmpeg import binary

from .room import HEIGHT, WIDTH
from .speech import FPS, RATE, Speech

LOUDNESS_LUFS, PEAK_DBTP = -23.0, -2.0
LOUDNESS = {"I": LOUDNESS_LUFS, "TP": PEAK_DBTP, "LRA": 20}
# What takes the edge off a synthetic voice: no rumble, less buzz, a hint of a room.
WARMTH: tuple[tuple[str, tuple[Any, ...], dict[str, Any]], ...] = (
    ("highpass", (), {"f": 75}),
    ("equalizer", (), {"f": 3200, "t": "q", "w": 1.2, "g": -3}),
    ("lowpass", (), {"f": 9000}),
    ("aecho", (0.9, 0.7, "17|29", "0.10|0.06"), {}),
)


def film(speech: Speech, frames: Iterable[bytes], path: Path) -> None:
    """Writes one clip, whole or not at all. `frames` are 1280x720 BGRA, FPS a second.

    Raises ffmpeg.Error with ffmpeg's own words.
    """
    with TemporaryDirectory() as folder:
        sound, made = Path(folder) / "sound.wav", Path(folder) / path.name
        _level(speech, sound)
        picture = ffmpeg.input("pipe:", format="rawvideo", pix_fmt="bgra", s=f"{WIDTH}x{HEIGHT}", framerate=FPS)
        picture = picture.video.filter("scale", out_color_matrix="bt709", out_range="tv").filter("format", "yuv420p")
        job = ffmpeg.output(
            picture,
            ffmpeg.input(str(sound)).audio,
            str(made),
            vcodec="libx264",
            preset="veryslow",
            crf=25,
            tune="animation",
            g=2 * FPS,
            keyint_min=2 * FPS,
            sc_threshold=0,
            threads=2,
            acodec="aac",
            ar=48000,
            ac=2,
            map_metadata=-1,
            movflags="+faststart",
            fflags="+bitexact",
            loglevel="error",
            colorspace="bt709",
            color_primaries="bt709",
            color_trc="bt709",
            **{"b:a": "96k", "profile:v": "high", "flags:v": "+bitexact", "flags:a": "+bitexact"},
        )
        with job.overwrite_output().run_async(cmd=binary(), pipe_stdin=True, pipe_stderr=True) as process:
            with suppress(BrokenPipeError):  # ffmpeg gave up: its own words, read below, say why
                for frame in frames:
                    process.stdin.write(frame)
            _, words = process.communicate()
        if process.returncode:
            raise ffmpeg.Error("ffmpeg", b"", words)
        shutil.move(made, path)


def _level(speech: Speech, path: Path) -> None:
    """Two passes: what is measured in the first lets the second move the whole by one gain, without pumping."""
    data = speech.samples.tobytes()
    first = _voice().filter("loudnorm", **LOUDNESS, print_format="json")
    _, words = first.output("-", format="null").run(cmd=binary(), input=data, capture_stdout=True, capture_stderr=True)
    found = json.loads(re.findall(rb"\{[^{}]+\}", words)[-1])
    measured = {f"measured_{key}": found[f"input_{key.lower()}"] for key in ("I", "TP", "LRA", "thresh")}
    second = _voice().filter("loudnorm", **LOUDNESS, **measured, offset=found["target_offset"], linear="true")
    job = second.output(str(path), ar=48000, ac=2, acodec="pcm_s16le", fflags="+bitexact", loglevel="error")
    job.overwrite_output().run(cmd=binary(), input=data, capture_stderr=True)


def _voice() -> ffmpeg.nodes.FilterableStream:
    sound = ffmpeg.input("pipe:", format="s16le", ar=RATE, ac=1).audio
    for name, positions, options in WARMTH:
        sound = sound.filter(name, *positions, **options)
    return sound

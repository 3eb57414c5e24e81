"""Makes of one recording what an assessor sees: an MP4, a poster, thumbnails and a waveform for the scrub bar.

One ffmpeg command makes it all. The picture is copied when any player can show it as it is, else encoded again. The
sound is brought to -23 LUFS (EBU R 128) by what was measured before. Then the result is decoded completely: it is
only believed when every picture and all sound came out, in step.
"""

import json
import logging
from array import array
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from math import ceil
from pathlib import Path
from statistics import median
from typing import Any, cast

import av
import ffmpeg

from recorder.media.ffmpeg import FfmpegError, Progress, run
from recorder.media.measure import Measured, Scan, loudness_in

log = logging.getLogger(__name__)

TARGET_LUFS, TARGET_PEAK_DB, TARGET_RANGE_LU = -23, -1.5, 20
LOUDEST_LUFS, BOTH_SIDES_LU = -5.0, 3.01
"""The level that louder sound is brought to first; how much louder the sound of one side is when it comes from both."""
KEYFRAME_AT_LEAST_S = 4.0
_KEYFRAME_S, _SHORT_SIDE = 2, 720
_CELL, _COLUMNS, _CELLS, _CELL_S = (160, 90), 10, 100, 2
_PEAKS_PER_S, _PEAK_RATE = 10, 8000
# How far the result may be from the original.
_LENGTH_S, _FRAMES_SHARE, _SOUND_S, _OFFSET_MS = 0.5, 0.95, 0.5, 100


class How(StrEnum):
    """How the picture was made."""

    COPIED = "copied"
    ENCODED = "re-encoded"


class NotProven(RuntimeError):
    """The result is not what was recorded, so nobody may rely on it."""


@dataclass(frozen=True)
class Proof:
    """Measurements of the result, decoded completely. `av_offset_ms` is positive when the sound lags.

    `loudness_lufs` is that of the sound before it was coded; None when nothing was loud enough to be measured.
    `unproven` names what of the result is not as it was recorded; None when all of it is.
    """

    seconds: float
    frames: int
    audio_seconds: float
    width: int
    height: int
    av_offset_ms: float
    loudness_lufs: float | None = None
    unproven: str | None = None


@dataclass(frozen=True)
class Result:
    """The files that were made, and how."""

    video: Path
    poster: Path
    thumbnails: Path
    thumbnails_index: Path
    waveform: Path
    how: How
    proof: Proof


def how(scan: Scan) -> How:
    """True when the picture can stay as it is: H.264 set up once, no larger than wanted, with keyframes enough."""
    fits = scan.size is not None and min(scan.size) <= _SHORT_SIDE
    often = scan.keyframe_gap_s <= KEYFRAME_AT_LEAST_S
    return How.COPIED if scan.video_codec == "h264" and scan.one_shape and fits and often else How.ENCODED


def transcode(
    source: Path, measured: Measured, folder: Path, progress: Progress | None = None, strict: bool = True
) -> Result:
    """Make everything of `source` into `folder`, and prove it. Raises FfmpegError, FfmpegAway or NotProven.

    Not `strict`: a film that can be played is taken although it is not proven, and the proof names what is wrong.
    """
    way = how(measured.scan)
    try:
        return _make(way, source, measured, folder, progress, True)
    except (FfmpegError, NotProven) as error:
        if way is How.ENCODED and strict:
            raise
        log.warning("the picture is encoded again: %s", error)
        return _make(How.ENCODED, source, measured, folder, progress, strict)


def _make(way: How, source: Path, measured: Measured, folder: Path, progress: Progress | None, strict: bool) -> Result:
    scan = measured.scan
    result = Result(
        video=folder / "video.mp4",
        poster=folder / "poster.jpg",
        thumbnails=folder / "thumbnails.jpg",
        thumbnails_index=folder / "thumbnails.json",
        waveform=folder / "waveform.json",
        how=way,
        proof=Proof(0, 0, 0, 0, 0, 0),
    )
    cells = max(1, min(_CELLS, ceil(scan.seconds / _CELL_S)))
    samples = folder / "samples.raw"
    graph = ffmpeg.input(str(source), reinit_filter=0)
    if way is How.COPIED:
        # A copied picture is decoded for the stills alone, and its keyframes are enough for them. They are read on
        # their own: what is left out while decoding would make ffmpeg guess the times of what is copied.
        keyframes = ffmpeg.input(str(source), **{"skip_frame:v": "nokey"})
        picture, small = graph["v:0"], keyframes["v:0"]
        coding: dict[str, Any] = {"c:v": "copy"}
    else:
        if scan.size is None:
            raise NotProven("the size of the picture is not known")
        size, picture = _fitting(scan.size), graph["v:0"]
        if {size} != {shape[1:] for shape in scan.resolutions}:
            picture = picture.filter("scale", *size, force_original_aspect_ratio="decrease")
            picture = picture.filter("pad", *size, -1, -1)
        split = picture.filter("setsar", 1).filter("format", "yuv420p").split()
        picture, small = split[0], split[1]
        coding = {
            "c:v": "libx264",
            "preset": "veryfast",
            "crf": 23,
            "force_key_frames": f"expr:gte(t,n_forced*{_KEYFRAME_S})",
            "fps_mode": "passthrough",
            "enc_time_base:v": "1:90000",
            # Else ffmpeg writes the encoder's name here.
            "metadata:s:v": "encoder=video",
        }
    streams = [picture]
    outputs = _stills(small, cells, scan.seconds, result)
    if scan.audio_codec:
        sound = _levelled(graph["a:0"], measured).asplit()
        streams.append(sound[0].filter("ebur128", framelog="quiet"))
        coding |= {"c:a": "aac", "b:a": "96k", "aac_coder": "fast"}
        outputs.append(ffmpeg.output(sound[1], str(samples), format="s16le", ac=2, ar=_PEAK_RATE))
    video = ffmpeg.output(
        *streams,
        str(result.video),
        format="mp4",
        movflags="+faststart",
        map_metadata=-1,
        map_chapters=-1,
        fflags="+bitexact",
        video_track_timescale=90_000,
        # Without SEI: encoders sign their work there.
        **{"bsf:v": "filter_units=remove_types=6", "flags:v": "+bitexact", "flags:a": "+bitexact"},
        **coding,
    )
    timeout_s = 300 + 20 * scan.seconds
    log = run(video, *outputs, timeout_s=timeout_s, seconds=scan.seconds, progress=progress, verbose=True).log
    _write_index(result.thumbnails_index, cells, scan.seconds)
    _write_waveform(result.waveform, samples, scan.seconds)
    samples.unlink(missing_ok=True)
    proof = replace(prove(result.video, measured, strict), loudness_lufs=loudness_in(log))
    return replace(result, proof=proof)


def _fitting(size: tuple[int, int]) -> tuple[int, int]:
    """The size to encode in: that of the largest picture, its shorter side at most 720, both even."""
    scale = min(1.0, _SHORT_SIDE / min(size))
    width, height = (max(2, round(side * scale / 2) * 2) for side in size)
    return width, height


def _levelled(sound: ffmpeg.nodes.Stream, measured: Measured) -> ffmpeg.nodes.Stream:
    """Sound without holes from the very start on, from both sides, at -23 LUFS when its loudness could be measured."""
    sound = sound.filter("aresample", 48_000, **{"async": 1, "first_pts": 0, "min_hard_comp": 0.015})
    loudness, side = measured.loudness, measured.only_side
    if side is not None:
        sound = sound.filter("channelmap", map=f"{side}|{side}", channel_layout="stereo")
        loudness = loudness and loudness.louder(BOTH_SIDES_LU)
    if loudness and loudness.integrated > LOUDEST_LUFS:
        # The filter below takes no measured loudness above 0.
        gain = LOUDEST_LUFS - loudness.integrated
        sound, loudness = sound.filter("volume", f"{gain:.2f}dB"), loudness.louder(gain)
    if loudness:
        sound = sound.filter(
            "loudnorm",
            I=TARGET_LUFS,
            TP=TARGET_PEAK_DB,
            LRA=TARGET_RANGE_LU,
            measured_I=loudness.integrated,
            measured_TP=loudness.peak,
            measured_LRA=max(0.1, loudness.range_lu),
            measured_thresh=loudness.threshold,
            linear="true",
        )
    return sound.filter("aresample", 48_000).filter("aformat", channel_layouts="stereo")


def _stills(pictures: ffmpeg.nodes.Stream, cells: int, seconds: float, result: Result) -> list[Any]:
    """The poster, the most typical of the first pictures, and one sheet of thumbnails, evenly spread in time."""
    width, height = _CELL
    rows = ceil(cells / _COLUMNS)
    split = pictures.filter("fps", f"{cells}/{max(seconds, 0.1):.3f}", start_time=0).split()
    poster = split[0].filter("thumbnail", 5).filter("format", "yuvj420p")
    sheet = (
        split[1]
        .filter("scale", width, height, force_original_aspect_ratio="decrease")
        .filter("pad", width, height, -1, -1)
        .filter("setsar", 1)
        .filter("format", "yuvj420p")
        .filter("tpad", stop_mode="clone", stop=cells)
        .filter("trim", end_frame=cells)
        .filter("tile", f"{_COLUMNS}x{rows}")
    )
    still = {"vframes": 1, "update": 1, "c:v": "mjpeg", "q:v": 4, "fflags": "+bitexact", "flags:v": "+bitexact"}
    return [
        ffmpeg.output(poster, str(result.poster), **still),
        ffmpeg.output(sheet, str(result.thumbnails), **still),
    ]


def _write_index(path: Path, cells: int, seconds: float) -> None:
    width, height = _CELL
    index = {"columns": _COLUMNS, "count": cells, "width": width, "height": height, "interval_s": seconds / cells}
    path.write_text(json.dumps(index))


def _write_waveform(path: Path, samples: Path, seconds: float) -> None:
    """Ten peaks a second, 0 to 100, of what is heard."""
    heard = array("h", samples.read_bytes()) if samples.exists() else array("h")
    # Both sides, one sample after the other: a sum would be silence where the two are opposite.
    step = 2 * _PEAK_RATE // _PEAKS_PER_S
    blocks = (heard[at : at + step] for at in range(0, len(heard), step))
    peaks = [min(100, round(max(max(block), -min(block)) / 327.67)) for block in blocks]  # noqa: PLW3301 (a block is long)
    path.write_text(json.dumps({"per_second": _PEAKS_PER_S, "seconds": round(seconds, 3), "peaks": peaks}))


def prove(path: Path, measured: Measured, strict: bool = True) -> Proof:
    """Decode a result completely and compare it with what its original says. Raises NotProven.

    Not `strict`: only what cannot be decoded is refused; all else that is wrong is named in the proof.
    """
    scan = measured.scan
    times, sizes, samples, heard_from, heard_to = [], set(), 0, None, 0.0
    try:
        with av.open(str(path)) as container:
            streams = [*container.streams.video[:1], *container.streams.audio[:1]]
            for stream in container.streams.video:
                # Nobody looks at these pictures, so the filter that smoothes them is left out.
                stream.codec_context.options = {"skip_loop_filter": "all"}
            for frame in _frames(container, streams):
                if isinstance(frame, av.VideoFrame):
                    times.append(frame.time)
                    sizes.add((frame.width, frame.height))
                else:
                    samples += frame.samples
                    heard_from = frame.time if heard_from is None else heard_from
                    heard_to = (frame.time or 0.0) + frame.samples / frame.sample_rate
            seconds = container.duration / 1e6 if container.duration else 0.0
            rate = container.streams.audio[0].rate if container.streams.audio else 1
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise NotProven(f"the result cannot be decoded: {error}") from error
    offset_ms = 0.0
    if scan.audio_codec and heard_from is not None and times and scan.times:
        # The sound is filled from zero on: it must begin there and end where the original ends, save for the rest
        # of the last AAC frame.
        ends_late = heard_to - scan.audio_end_s
        ends_late -= min(max(ends_late, 0.0), 1024 / rate)
        offset_ms = 1000 * ((heard_from + ends_late) / 2 - median(times) + median(scan.times))
    width, height = max(sizes, default=(0, 0))
    proof = Proof(round(seconds, 3), len(times), round(samples / rate, 3), width, height, round(offset_ms, 1))
    wanted_sound_s = scan.audio_end_s if scan.audio_codec else 0.0
    # Sound that overlaps would be played once: then the times are wrong, not the sound.
    fallen_out_s = measured.sound_s - (scan.audio_end_s - scan.audio_start_s)
    checks = (
        (abs(seconds - scan.seconds) > _LENGTH_S, f"{seconds:.2f} s instead of {scan.seconds:.2f} s"),
        (len(times) < _FRAMES_SHARE * len(scan.times), f"{len(times)} of {len(scan.times)} pictures"),
        (len(sizes) != 1, f"{len(sizes)} sizes of picture"),
        (abs(proof.audio_seconds - wanted_sound_s) > _SOUND_S, f"{proof.audio_seconds} s of sound"),
        (fallen_out_s > _SOUND_S, f"{fallen_out_s:.2f} s less sound than was recorded"),
        (abs(offset_ms) > _OFFSET_MS, f"picture and sound {offset_ms:.0f} ms apart"),
    )
    wrong = "; ".join(sentence for is_wrong, sentence in checks if is_wrong)
    if wrong and (strict or not times):
        raise NotProven(f"the result has {wrong}")
    return replace(proof, unproven=wrong or None)


def _frames(container: av.container.InputContainer, streams: list[Any]) -> Iterator[av.VideoFrame | av.AudioFrame]:
    """Everything that can be decoded. What cannot is passed over here and missed in the count."""
    for packet in container.demux(streams):
        with suppress(av.error.InvalidDataError):
            yield from cast("list[av.VideoFrame | av.AudioFrame]", packet.decode())

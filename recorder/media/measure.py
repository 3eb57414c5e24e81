"""Measures a file: what its packets say, and what one pass over all pictures and all sound shows."""

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import inf, isnan, prod
from pathlib import Path
from typing import Any
from zlib import crc32

import av
import ffmpeg
import numpy as np

from recorder.media import freeze, packets
from recorder.media.clock import usual_step
from recorder.media.ffmpeg import FfmpegError, Progress, run
from scenarios.quality import Measurement

# Five small pictures a second show freezing and blackness as well as all of them do, at a tenth of the cost.
_LOOK = (320, 180)
_GRAIN_RATE, _BLACK_S = 6, 1
_SILENCE_DB, _SILENCE_S = -50, 0.5
_FULL_SCALE_DB = -0.01
_HEARD_DB, _ONE_SIDE_DB = -60, 40
"""The level from which one side is heard, and how much softer the other must be for all sound to come from that one."""
_SEEN_GAP_S, _HEARD_GAP_S = 0.25, 0.05
# Times farther apart are damage, and filters that fill holes would fill the memory with them.
_LONGEST_S = 900
# What ebur128 answers when nothing was loud enough to be measured.
_UNMEASURABLE_LUFS = -70.0


Span = tuple[float, float]
"""From when to when, in seconds."""


class Unreadable(ValueError):
    """No demuxer or decoder accepts the file."""


@dataclass(frozen=True)
class Loudness:
    """EBU R 128: integrated loudness (LUFS), its gate (LUFS), range (LU) and true peak (dBTP)."""

    integrated: float
    threshold: float
    range_lu: float
    peak: float

    def louder(self, by_lu: float) -> "Loudness":
        """The same sound, played so much louder."""
        return replace(
            self,
            integrated=round(self.integrated + by_lu, 2),
            threshold=round(self.threshold + by_lu, 2),
            peak=round(self.peak + by_lu, 2),
        )


@dataclass(frozen=True)
class Scan:
    """Measures from the packets, without decoding more than a keyframe here and there. Times in seconds.

    Times begin where the file begins. `times` are those of the pictures, rising, `keyframes` those of the keyframes;
    `keyframe_gap_s` is the longest way to the next. `one_shape`: the picture is set up once and never changes (H.264:
    every SPS is equal).
    `left_out_s`: silence that the encoder left out (DTX). `picture_gaps`, `sound_gaps`: from when to when
    nothing came of a track that is there, where that is seen or heard. `breaks`: by how many seconds in all the
    clock of a track was set right; `wild`: how many single times were. `begin_off_s`: how much later the first packet
    is than where FFmpeg begins the file; 0 but for some short files.
    """

    seconds: float = 0.0
    times: tuple[float, ...] = ()
    video_codec: str | None = None
    audio_codec: str | None = None
    audio_start_s: float = 0.0
    audio_end_s: float = 0.0
    keyframes: tuple[float, ...] = ()
    keyframe_gap_s: float = 0.0
    one_shape: bool = True
    left_out_s: float = 0.0
    picture_gaps: tuple[Span, ...] = ()
    sound_gaps: tuple[Span, ...] = ()
    breaks: Mapping[str, float] = field(default_factory=dict)
    wild: int = 0
    begin_off_s: float = 0.0
    resolutions: tuple[tuple[float, int, int], ...] = ()

    @property
    def steady(self) -> bool:
        """True when the file's own times can be used as they are."""
        return not self.breaks and not self.wild and not self.begin_off_s

    @property
    def fps(self) -> float | None:
        """Pictures a second over the whole answer, gaps and edges included."""
        return len(self.times) / self.seconds if self.times[1:] and self.seconds > 0 else None

    @property
    def picture_gaps_s(self) -> float:
        """How long in all the picture is missing; 0 when there is none at all."""
        return sum(end - begin for begin, end in self.picture_gaps)

    @property
    def sound_gaps_s(self) -> float:
        """How long in all the sound is missing; 0 when there is none at all."""
        return sum(end - begin for begin, end in self.sound_gaps)

    @property
    def bare_s(self) -> float:
        """How long there is no picture before the first one and after the last one."""
        if not self.times:
            return self.seconds
        edges = (self.times[0], self.seconds - self.times[-1] - usual_step(self.times))
        return sum(edge for edge in edges if edge >= freeze.FROZEN_S)

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height of the largest picture."""
        return max(((w, h) for _, w, h in self.resolutions), key=lambda size: size[0] * size[1], default=None)


@dataclass(frozen=True)
class Measured:
    """All that was found out about one file; `loudness` is None without sound loud enough to be measured.

    `only_side`: 0 or 1 when all sound comes from the left or the right; None when it comes from both, or is mono.
    `sound_s`: the sound that was decoded, in seconds.
    """

    measurement: Measurement
    scan: Scan
    loudness: Loudness | None
    only_side: int | None = None
    sound_s: float = 0.0


def measure(path: Path | None, progress: Progress | None = None, looking: bool = True) -> Measured:
    """Measure a file. No file at all is a recording of nothing. Never raises for what is in the file.

    `looking`: False when all pictures are to be decoded but none is to be looked at, which is most of the work: what
    freezes, stands still or is black is not known then. Raises FfmpegAway when ffmpeg could not do its work.
    """
    if path is None:
        return Measured(Measurement(seconds=0.0, frames=0, audio_seconds=0.0), Scan(), None)
    try:
        found = scan(path)
        return _watch(path, found, progress, looking)
    except (Unreadable, FfmpegError):
        return Measured(Measurement(readable=False), Scan(), None)


def scan(path: Path) -> Scan:
    """Read the packets of the first picture and the first sound track. Raises Unreadable."""
    try:
        with av.open(str(path)) as container:
            return _scan(container)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise Unreadable(f"{path.name}: {error}") from error


def _scan(container: av.container.InputContainer) -> Scan:
    video, audio = packets.tracks(container)
    if not (video or audio):
        raise Unreadable("neither picture nor sound")
    keys: list[int] = []
    shapes: set[Any] = set()
    sizes: list[tuple[int, int, int]] = []
    for track, packet in packets.packets(container, video, audio):
        track.add(packet)
        if track is video and packet.is_keyframe and isinstance(video.stream, av.VideoStream):
            number = len(video.times) - 1
            keys.append(number)
            shape = _shape(video.stream, bytes(packet))
            if shape not in shapes or len(shapes) > 1:
                shapes.add(shape)
                width, height = _size(video.stream, packet)
                if width and (not sizes or sizes[-1][1:] != (width, height)):
                    sizes.append((number, width, height))
    begin = packets.lay(container, video, audio)
    shown = [time - begin for time in video.laid.times] if video else []
    heard = [time - begin for time in audio.laid.times] if audio else []
    times = sorted(shown)
    step = usual_step(times)
    end = times[-1] + step if len(times) > 1 else 0.0
    heard_to = (
        max((time + length for time, length in zip(heard, audio.lengths, strict=True)), default=0.0) if audio else 0.0
    )
    if max(end, heard_to) > _LONGEST_S:
        raise Unreadable(f"it says to last {max(end, heard_to):.0f} s")
    spoken = list(audio.lengths) if audio else []
    for number in audio.silent_after if audio else ():
        spoken[number] = max(spoken[number], heard[number + 1] - heard[number])
    ways = [b - a for a, b in pairwise([*(shown[number] for number in keys), end])] if keys else []
    return Scan(
        seconds=max(end, heard_to),
        times=tuple(times),
        video_codec=video.stream.codec_context.name if video and times else None,
        audio_codec=audio.stream.codec_context.name if audio and heard else None,
        audio_start_s=heard[0] if heard else 0.0,
        audio_end_s=heard_to,
        left_out_s=audio.left_out_s if audio else 0.0,
        picture_gaps=_gaps([(time, min(step, _SEEN_GAP_S)) for time in times], max(end, heard_to), _SEEN_GAP_S),
        sound_gaps=_gaps(sorted(zip(heard, spoken, strict=True)), max(end, heard_to), _HEARD_GAP_S),
        keyframes=tuple(shown[number] for number in keys),
        keyframe_gap_s=max(ways, default=end),
        one_shape=len(shapes) <= 1 and (not times or (bool(keys) and shown[keys[0]] <= times[0])),
        resolutions=tuple((round(shown[number], 3), width, height) for number, width, height in sizes),
        breaks={
            kind: round(sum(map(abs, track.laid.breaks)), 3)
            for kind, track in (("video", video), ("audio", audio))
            if track and track.laid.breaks
        },
        begin_off_s=round(begin - (container.start_time or 0) / 1e6, 3),
        wild=sum(track.laid.wild for track in (video, audio) if track),
    )


def _gaps(items: Sequence[Span], seconds: float, longer_s: float) -> tuple[Span, ...]:
    """From when to when nothing came of a track, edges included, in longer gaps; `items` as (when, how long)."""
    if not items:
        return ()
    sides = pairwise([(0.0, 0.0), *items, (seconds, 0.0)])
    gaps = ((sooner + length, later) for (sooner, length), (later, _) in sides)
    return tuple((begin, end) for begin, end in gaps if end - begin > longer_s)


def _shape(video: av.VideoStream, data: bytes) -> bytes:
    """The parameter sets at this keyframe: equal bytes, equal shape."""
    name = video.codec_context.name
    if name == "h264":
        prefixed = (video.codec_context.extradata or b"")[:1] == b"\1"
        return b"".join(unit for unit in _units(data, prefixed) if unit[:1] and unit[0] & 0x1F == 7)
    if name == "vp8":
        return data[6:10]
    return data[:64]


def _units(data: bytes, prefixed: bool) -> Iterator[bytes]:
    if not prefixed:
        yield from re.split(rb"\x00\x00\x00?\x01", data)
        return
    at = 0
    while at + 4 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 4 + size]
        at += 4 + size


def _size(video: av.VideoStream, packet: "av.Packet[Any]") -> tuple[int, int]:
    """The size of this keyframe, by decoding it."""
    decoder: Any = av.CodecContext.create(video.codec_context.name, "r")
    decoder.extradata = video.codec_context.extradata
    decoder.thread_count = 1  # others would take longer to start than one picture does
    try:
        frames = [*decoder.decode(packet), *decoder.decode(None)]
    except av.error.FFmpegError:
        return 0, 0
    return (frames[0].width, frames[0].height) if frames else (0, 0)


def _watch(path: Path, found: Scan, progress: Progress | None, looking: bool) -> Measured:
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        return _look(path, found, Path(folder), progress, looking)


def _look(path: Path, found: Scan, folder: Path, progress: Progress | None, looking: bool) -> Measured:
    # The deblocking filter makes pictures nicer to look at, and nothing else.
    source = ffmpeg.input(str(path), reinit_filter=0, **{"skip_loop_filter:v": "all"})
    outputs = []
    if found.video_codec:
        outputs.append(ffmpeg.output(source["v:0"], "-", format="null", fps_mode="passthrough"))
    if found.video_codec and looking:
        some = source["v:0"].filter("fps", freeze.RATE, start_time=round(found.times[0], 3)).split()
        look = (
            some[0]
            .filter("scale", *_LOOK, flags="area")
            .filter("blackdetect", d=_BLACK_S)
            .filter("scale", *freeze.CELLS, flags="area")
            .filter("format", "gray")
        )
        # From one picture to the next, in a quarter of the points: the share of those that changed at all.
        grain = (
            source["v:0"]
            .filter("scale", "iw/2", "ih/2", flags="neighbor")
            .filter("format", "gray")
            .filter("tblend", all_mode="difference")
            .filter("select", f"isnan(prev_selected_t)+gte(t-prev_selected_t,{1 / _GRAIN_RATE:.3f})")
            .filter("lut", y="if(gt(val,0),255,0)")
            .filter("signalstats")
            .filter("metadata", mode="print", key="lavfi.signalstats.YAVG", file=str(folder / "grain"))
        )
        points = some[1].filter("scale", *_LOOK, flags="neighbor").filter("format", "gray")
        outputs.append(ffmpeg.output(look, str(folder / "pictures"), format="rawvideo", fps_mode="passthrough"))
        outputs.append(ffmpeg.output(grain, "-", format="null", fps_mode="passthrough"))
        outputs.append(ffmpeg.output(points, str(folder / "points"), format="rawvideo", fps_mode="passthrough"))
    if found.audio_codec:
        listen = (
            source["a:0"]
            .filter("silencedetect", n=f"{_SILENCE_DB}dB", d=_SILENCE_S)
            .filter("aformat", sample_fmts="s16")
            .filter("astats", measure_perchannel="RMS_level", measure_overall="Peak_level+Peak_count+Number_of_samples")
            .filter("ebur128", peak="true", framelog="quiet")
        )
        outputs.append(ffmpeg.output(listen, "-", format="null"))
    if not outputs:
        raise Unreadable(f"{path.name}: neither picture nor sound")
    finished = run(*outputs, timeout_s=120 + 4 * found.seconds, seconds=found.seconds, progress=progress, verbose=True)
    log, seconds = finished.log, found.seconds
    heard = _Sound(log) if found.audio_codec else None
    with av.open(str(path)) as container:
        rate = container.streams.audio[0].rate if heard else 0
    audio_seconds = heard.samples / rate + found.left_out_s if heard and rate else 0.0
    silence_s = min(_spans(log, "silence_start: ", "silence_end: ", seconds), audio_seconds)
    frames = finished.frames if found.video_codec else 0
    width, height = found.size or (None, None)
    seen = bool(frames) and looking
    frozen = _frozen(path, folder, found) if seen else freeze.Frozen(0.0, 0.0)
    measurement = Measurement(
        seconds=_ms(seconds),
        frames=frames,
        fps=_ms(found.fps),
        width=width,
        height=height,
        resolutions=found.resolutions,
        freeze_s=_ms(frozen.proven_s + found.bare_s) if seen else None,
        still_s=_ms(frozen.likely_s) if seen else None,
        black_s=_ms(_spans(log, "black_start:", "black_end:", seconds)) if seen else None,
        audio_seconds=_ms(audio_seconds),
        silence_s=_ms(silence_s) if heard else None,
        speech_s=_ms(audio_seconds - silence_s) if heard else None,
        loudness_lufs=heard.loudness.integrated if heard and heard.loudness else None,
        clipping_share=heard.clipping_share if heard else None,
    )
    decoded_s = heard.samples / rate if heard and rate else 0.0
    return Measured(
        measurement, found, heard.loudness if heard else None, heard.only_side if heard else None, decoded_s
    )


def _frozen(path: Path, folder: Path, found: Scan) -> freeze.Frozen:
    data, size = (folder / "pictures").read_bytes(), freeze.CELLS[0] * freeze.CELLS[1]
    begin = found.times[0]
    points = np.fromfile(folder / "points", np.uint8)
    lines = re.findall(r"pts_time:(-?[\d.]+)\n\S+YAVG=([\d.]+)", (folder / "grain").read_text())
    look = freeze.Look(
        pictures=[data[at : at + size] for at in range(0, len(data), size)],
        changes=[(float(time) - begin, float(share) / 255) for time, share in lines],
        apart=freeze.apart(points[: len(points) // prod(_LOOK) * prod(_LOOK)].reshape(-1, prod(_LOOK))),
        keyframes=[time - begin for time in found.keyframes],
        prints=_prints(path, begin),
        gaps=[(a - begin, b - begin) for a, b in pairwise(found.times) if b - a >= freeze.FROZEN_S],
    )
    return freeze.frozen(look)


def _prints(path: Path, begin: float) -> list[tuple[float, int]]:
    """Of the picture of each keyframe its time, and a checksum of what is light and dark in it."""
    found = []
    with suppress(av.error.FFmpegError, ValueError), av.open(str(path)) as container:
        start = (container.start_time or 0) / 1e6
        stream = container.streams.video[0]
        stream.codec_context.skip_frame = "NONKEY"
        for frame in container.decode(stream):
            plane = frame.planes[0]
            rows = np.frombuffer(bytes(plane), np.uint8).reshape(-1, plane.line_size)[:, : frame.width]
            found.append(((frame.time or 0.0) - start - begin, crc32(rows.tobytes())))
    return found


class _Sound:
    """The figures that astats and ebur128 wrote at the end of the log."""

    def __init__(self, log: str) -> None:
        self.samples = int(_last(log, r"Number of samples: (\d+)") or 0)
        peak_db, peaks = _last(log, r"Peak level dB: (\S+)"), _last(log, r"\] Peak count: (\S+)")
        clipped = self.samples and peak_db and peak_db[0] != "n" and float(peak_db) > _FULL_SCALE_DB
        self.clipping_share = round(float(peaks) / self.samples, 6) if peaks and clipped else 0.0
        names = (r"I:\s+(\S+) LUFS", r"Threshold:\s+(\S+) LUFS\n\n", r"LRA:\s+(\S+) LU\b", r"Peak:\s+(\S+) dBFS")
        values = [float(value) for value in (_last(log, name) for name in names) if value is not None]
        sides = [_decibel(one) for one in re.findall(r"\] Channel: \d+\n.*\] RMS level dB: (\S+)", log)]
        self.only_side = sides.index(max(sides)) if len(sides) == 2 and _is_one_sided(sides) else None
        self.loudness = None
        if len(values) == len(names) and values[0] > _UNMEASURABLE_LUFS:
            self.loudness = Loudness(*values)


def loudness_in(log: str) -> float | None:
    """The integrated loudness (LUFS) that ebur128 wrote at the end of a log; None when nothing could be measured."""
    found = _last(log, r"I:\s+(\S+) LUFS")
    return float(found) if found is not None and float(found) > _UNMEASURABLE_LUFS else None


def _decibel(text: str) -> float:
    """A level as astats writes it; minus infinity for digital silence, whatever it calls that."""
    try:
        level = float(text)
    except ValueError:
        return -inf
    return -inf if isnan(level) else level


def _is_one_sided(levels: Sequence[float]) -> bool:
    """True when one side is heard and the other is not, by the levels of both in dB."""
    return max(levels) > _HEARD_DB and max(levels) - min(levels) > _ONE_SIDE_DB


def _last(log: str, pattern: str) -> str | None:
    found = re.findall(pattern, log)
    return found[-1] if found else None


def _spans(log: str, begin: str, end: str, until: float) -> float:
    """The seconds between each begin and its end; what is still going on at the end of the file lasts until then."""
    total, since = 0.0, None
    for word, number in re.findall(rf"({re.escape(begin)}|{re.escape(end)})(-?[\d.]+)", log):
        if word == begin:
            since = max(0.0, float(number))
        elif since is not None:
            total, since = total + float(number) - since, None
    return total + (max(0.0, until - since) if since is not None else 0.0)


def _ms(value: float | None) -> float | None:
    return None if value is None else round(value, 3)

"""Measures a file: what its packets say, and what one pass over all pictures and all sound shows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

import av
import ffmpeg

from recorder.media.ffmpeg import FfmpegError, Progress, run
from scenarios.quality import Measurement

# Five small pictures a second show freezing and blackness as well as all of them do, at a tenth of the cost.
_LOOK = {"fps": 5, "width": 320}
_FROZEN_DIFFERENCE, _FROZEN_S, _BLACK_S = 0.0003, 2, 1
_SILENCE_DB, _SILENCE_S = -50, 0.5
_FULL_SCALE_DB = -0.01
# Times farther apart are damage, and filters that fill holes would fill the memory with them.
_LONGEST_S = 900
# What ebur128 answers when nothing was loud enough to be measured.
_UNMEASURABLE_LUFS = -70.0


class Unreadable(ValueError):
    """No demuxer or decoder accepts the file."""


@dataclass(frozen=True)
class Loudness:
    """EBU R 128: integrated loudness (LUFS), its gate (LUFS), range (LU) and true peak (dBTP)."""

    integrated: float
    threshold: float
    range_lu: float
    peak: float


@dataclass(frozen=True)
class Scan:
    """What the packets say, without decoding more than a keyframe here and there. Times in seconds.

    `times` are those of the pictures, rising. `keyframe_gap_s` is the longest way to the next keyframe. `one_shape`:
    the picture is set up once and never changes (H.264: every SPS is equal).
    """

    seconds: float = 0.0
    times: tuple[float, ...] = ()
    video_codec: str | None = None
    audio_codec: str | None = None
    audio_start_s: float = 0.0
    audio_end_s: float = 0.0
    keyframe_gap_s: float = 0.0
    one_shape: bool = True
    resolutions: tuple[tuple[float, int, int], ...] = ()

    @property
    def fps(self) -> float | None:
        """Pictures a second over the whole, gaps included."""
        span = self.times[-1] - self.times[0] if self.times else 0.0
        return (len(self.times) - 1) / span if span > 0 else None

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height of the largest picture."""
        return max(((w, h) for _, w, h in self.resolutions), key=lambda size: size[0] * size[1], default=None)


@dataclass(frozen=True)
class Measured:
    """All that was found out about one file; `loudness` is None without sound loud enough to be measured."""

    measurement: Measurement
    scan: Scan
    loudness: Loudness | None


def measure(path: Path | None, progress: Progress | None = None) -> Measured:
    """Measure a file. No file at all is a recording of nothing. Never raises for what is in the file.

    Raises FfmpegAway when ffmpeg could not do its work.
    """
    if path is None:
        return Measured(Measurement(seconds=0.0, frames=0, audio_seconds=0.0), Scan(), None)
    try:
        found = scan(path)
        return _watch(path, found, progress)
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
    # A track whose codec nobody knows has no codec context.
    video = next((stream for stream in container.streams.video if stream.codec_context), None)
    audio = next((stream for stream in container.streams.audio if stream.codec_context), None)
    if not (video or audio):
        raise Unreadable("neither picture nor sound")
    times, keys, shapes, sizes = [], [], set(), []
    heard_from, heard_to = None, 0.0
    for packet in container.demux([stream for stream in (video, audio) if stream]):
        if packet.pts is None:
            continue
        at = float(packet.pts * packet.time_base)
        if packet.stream is audio:
            heard_from = at if heard_from is None else heard_from
            heard_to = max(heard_to, at + float((packet.duration or 0) * packet.time_base))
            continue
        times.append(at)
        if packet.is_keyframe:
            keys.append(at)
            shape = _shape(video, bytes(packet))
            if shape not in shapes or len(shapes) > 1:
                shapes.add(shape)
                width, height = _size(video, packet)
                if width and (not sizes or sizes[-1][1:] != (width, height)):
                    sizes.append((round(at, 3), width, height))
    times.sort()
    end = times[-1] + median(b - a for a, b in pairwise(times)) if len(times) > 1 else 0.0
    first = min([0.0, *times[:1], heard_from or 0.0])
    if max(end, heard_to) - first > _LONGEST_S:
        raise Unreadable(f"it says to last {max(end, heard_to) - first:.0f} s")
    ways = [b - a for a, b in pairwise([*keys, end])] if keys else []
    return Scan(
        seconds=max(end, heard_to),
        times=tuple(times),
        video_codec=video.codec_context.name if video and times else None,
        audio_codec=audio.codec_context.name if audio and heard_from is not None else None,
        audio_start_s=heard_from or 0.0,
        audio_end_s=heard_to,
        keyframe_gap_s=max(ways, default=end),
        one_shape=len(shapes) <= 1 and (not times or (bool(keys) and keys[0] <= times[0])),
        resolutions=tuple(sizes),
    )


def _shape(video: av.VideoStream, data: bytes) -> bytes:
    """What sets the picture up at this keyframe: equal bytes, equal shape."""
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


def _size(video: av.VideoStream, packet: av.Packet) -> tuple[int, int]:
    """The size of this keyframe, by decoding it."""
    decoder = av.CodecContext.create(video.codec_context.name, "r")
    decoder.extradata = video.codec_context.extradata
    try:
        frames = [*decoder.decode(packet), *decoder.decode(None)]
    except av.error.FFmpegError:
        return 0, 0
    return (frames[0].width, frames[0].height) if frames else (0, 0)


def _watch(path: Path, found: Scan, progress: Progress | None) -> Measured:
    # The deblocking filter makes pictures nicer to look at, and nothing else.
    source = ffmpeg.input(str(path), reinit_filter=0, **{"skip_loop_filter:v": "all"})
    outputs = []
    if found.video_codec:
        look = (
            source["v:0"]
            .filter("fps", _LOOK["fps"])
            .filter("scale", _LOOK["width"], 180, flags="fast_bilinear")
            .filter("freezedetect", n=_FROZEN_DIFFERENCE, d=_FROZEN_S)
            .filter("blackdetect", d=_BLACK_S)
        )
        outputs.append(ffmpeg.output(source["v:0"], "-", format="null", fps_mode="passthrough"))
        outputs.append(ffmpeg.output(look, "-", format="null"))
    if found.audio_codec:
        listen = (
            source["a:0"]
            .filter("silencedetect", n=f"{_SILENCE_DB}dB", d=_SILENCE_S)
            .filter("aformat", sample_fmts="s16")
            .filter("astats", measure_perchannel="none", measure_overall="Peak_level+Peak_count+Number_of_samples")
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
    audio_seconds = heard.samples / rate if heard and rate else 0.0
    silence_s = min(_spans(log, "silence_start: ", "silence_end: ", seconds), audio_seconds)
    frames = finished.frames if found.video_codec else 0
    width, height = found.size or (None, None)
    measurement = Measurement(
        seconds=_ms(seconds),
        frames=frames,
        fps=_ms(found.fps),
        width=width,
        height=height,
        resolutions=found.resolutions,
        freeze_s=_ms(_spans(log, "freeze_start: ", "freeze_end: ", seconds)) if frames else None,
        black_s=_ms(_spans(log, "black_start:", "black_end:", seconds)) if frames else None,
        audio_seconds=_ms(audio_seconds),
        silence_s=_ms(silence_s) if heard else None,
        speech_s=_ms(audio_seconds - silence_s) if heard else None,
        loudness_lufs=heard.loudness.integrated if heard and heard.loudness else None,
        clipping_share=heard.clipping_share if heard else None,
    )
    return Measured(measurement, found, heard.loudness if heard else None)


class _Sound:
    """What astats and ebur128 wrote at the end of the log."""

    def __init__(self, log: str) -> None:
        self.samples = int(_last(log, r"Number of samples: (\d+)") or 0)
        peak_db, peaks = _last(log, r"Peak level dB: (\S+)"), _last(log, r"\] Peak count: (\S+)")
        clipped = self.samples and peaks and peak_db and peak_db[0] != "n" and float(peak_db) > _FULL_SCALE_DB
        self.clipping_share = round(float(peaks) / self.samples, 6) if clipped else 0.0
        names = (r"I:\s+(\S+) LUFS", r"Threshold:\s+(\S+) LUFS\n\n", r"LRA:\s+(\S+) LU\b", r"Peak:\s+(\S+) dBFS")
        values = [_last(log, name) for name in names]
        self.loudness = None
        if None not in values and float(values[0]) > _UNMEASURABLE_LUFS:
            self.loudness = Loudness(*(float(value) for value in values))


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

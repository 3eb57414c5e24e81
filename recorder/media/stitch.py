"""Lays two recordings of one answer on one clock, and makes one file of the one and what the other has in its gaps."""

from array import array
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from fractions import Fraction
from heapq import merge
from math import inf
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeAlias, cast

import av
import numpy as np

from recorder.media.ffmpeg import FfmpegError
from recorder.media.live_source import Source
from recorder.media.measure import Span
from recorder.media.road import Fill, Road, between
from recorder.spool.manifest import Manifest

_BLOCK_S, _ENVELOPE_RATE, _QUIET = 0.01, 8000, 50
_ALIKE, _OVERLAP_S, _FLAT = 0.6, 2.0, 1e-9
WRONG_S = {"clock": 0.4, "publish": 0.9}
"""How far each way of knowing when the live road began may be wrong."""
_RATE, _TICKS = 48_000, 90_000
_IN_TURN_S = 0.03
"""Sound that comes so little before or after its turn comes in its turn."""
_KEYFRAME_S, _SILENCE_S = 2.0, 1.0
_Levels: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"
_TURNS = {90: ("transpose=cclock",), 180: ("hflip", "vflip"), 270: ("transpose=clock",)}
"""A telephone may say by how many degrees its picture is to be turned, against the clock."""


def align(head: Road, other: Road, manifest: Manifest | None, live: Source) -> tuple[float, str]:
    """By how many seconds the live road begins later than the slices, and by what that is known."""
    guess_s, by = 0.0, "nothing"
    delay_s = next((session.delay_s for session in live.sessions if session.delay_s is not None), None)
    started_s = manifest.started_ms / 1000 if manifest and head.begun else 0.0
    if started_s and delay_s is not None:
        guess_s, by = live.start_s - delay_s - started_s, "clock"
    elif manifest and started_s and manifest.published_ms:
        guess_s, by = manifest.published_ms[0] / 1000 - started_s, "publish"
    # A guess may be wrong by a little; without one the whole answer is searched.
    look_s = WRONG_S.get(by) or max(head.seconds, other.seconds)
    heard_s = lag_s(envelope(head), envelope(other), guess_s, look_s)
    return (round(guess_s, 3), by) if heard_s is None else (round(heard_s, 3), "sound")


def envelope(road: Road) -> _Levels:
    """How loud it is to an ear in each hundredth of a second, from time zero of the road on, as far as it goes."""
    step = round(_ENVELOPE_RATE * _BLOCK_S)
    samples = heard(road)
    blocks = np.abs(samples[: len(samples) // step * step].reshape(-1, step).astype(np.float64))
    return cast("_Levels", np.log1p(blocks.sum(axis=1) / step / _QUIET))


def heard(road: Road) -> "np.ndarray[Any, np.dtype[np.int16]]":
    """The sound of a road as samples, mono, 8000 a second, from time zero on, silence where there is none."""
    samples = array("h")
    with suppress(av.error.FFmpegError, ValueError), av.open(str(road.path)) as container:
        streams, begin_s = container.streams.audio[:1], _begin_s(container, road)
        resampler = av.AudioResampler("s16", "mono", _ENVELOPE_RATE)
        for frame in container.decode(streams) if streams else ():
            for part in resampler.resample(cast("av.AudioFrame", frame)):
                silence = round(((part.time or 0.0) - begin_s) * _ENVELOPE_RATE) - len(samples)
                if silence > _ENVELOPE_RATE * _BLOCK_S:
                    samples.frombytes(bytes(2 * silence))
                samples.frombytes(bytes(part.planes[0])[: 2 * part.samples])
    return np.frombuffer(samples, np.int16)


def lag_s(ours: _Levels, theirs: _Levels, guess_s: float, look_s: float) -> float | None:
    """The lag, near `guess_s`, by which two envelopes are most alike; None when they are not alike anywhere."""
    guess, look = round(guess_s / _BLOCK_S), round(look_s / _BLOCK_S)
    lags = np.arange(max(guess - look, -len(theirs)), min(guess + look, len(ours)) + 1)
    if not len(lags):
        return None
    alike = _correlations(ours, theirs, lags)
    best = int(alike.argmax())
    return float(lags[best]) * _BLOCK_S if alike[best] > _ALIKE else None


def _correlations(ours: _Levels, theirs: _Levels, lags: Any) -> _Levels:
    """How alike two envelopes are (Pearson's r) at each of these lags, where both have sound; 0 where that is short.

    Where one has none, which is what a hole becomes, it says nothing: else two holes would be taken for each other. By
    way of their spectra, since for a quarter of an hour each lag by itself would take most of a minute.
    """
    points = 1 << (len(ours) + len(theirs)).bit_length()
    there = [(values != 0).astype(float) for values in (ours, theirs)]
    # About their means, for the sake of exactness.
    centred = [
        (values - values.sum() / max(1.0, has.sum())) * has for values, has in zip((ours, theirs), there, strict=True)
    ]
    one, two = (
        [np.fft.rfft(part, points) for part in (has, values, values**2)]
        for has, values in zip(there, centred, strict=True)
    )

    def sums(first: int, second: int) -> _Levels:
        return cast("_Levels", np.fft.irfft(one[first] * two[second].conj(), points)[lags % points])

    count = np.maximum(sums(0, 0), 1.0)
    ours_sum, theirs_sum = sums(1, 0), sums(0, 1)
    together = sums(1, 1) - ours_sum * theirs_sum / count
    spread = np.maximum(sums(2, 0) - ours_sum**2 / count, 0.0) * np.maximum(sums(0, 2) - theirs_sum**2 / count, 0.0)
    # What does not change at all is like nothing.
    told = (count * _BLOCK_S > _OVERLAP_S - _BLOCK_S / 2) & (spread > (_FLAT * count) ** 2)
    return cast("_Levels", np.where(told, together / np.sqrt(np.where(told, spread, 1)), 0))


def stitch(road: Road, other: Road, shift_s: float, filled: Fill, path: Path) -> Path:
    """The road, with what the other one has where `filled` says so, as one file. Raises FfmpegError.

    The picture is coded so well, and the sound without any loss, that the answer can be made of it once more. Where
    neither has a picture the last one stays; where neither has sound it is silent.
    """
    sizes = [one.found.size for one in (road, other) if one.found.size]
    try:
        with av.open(str(path), "w", format="matroska") as made:
            _write(made, road, other, shift_s, filled, max(sizes, key=lambda size: size[0] * size[1], default=None))
    except (av.error.FFmpegError, ValueError) as error:
        raise FfmpegError(f"not joined: {error}") from error
    return path


def _write(
    made: av.container.OutputContainer,
    road: Road,
    other: Road,
    shift_s: float,
    filled: Fill,
    size: tuple[int, int] | None,
) -> None:
    own = {kind: between([(-inf, -inf), *spans, (inf, inf)]) for kind, spans in asdict(filled).items()}
    parts = [_pictures(road, 0.0, own["picture"]), _pictures(other, shift_s, filled.picture)]
    parts += [_sounds(road, 0.0, own["sound"]), _sounds(other, shift_s, filled.sound)]
    screen = _Screen(made, size) if size else None
    speaker = _Speaker(made) if road.found.audio_codec or other.found.audio_codec else None
    for at_s, item in merge(*parts, key=itemgetter(0)):
        if screen and isinstance(item, av.VideoFrame):
            screen.show(at_s, item)
        elif speaker and isinstance(item, np.ndarray):
            speaker.play(at_s, item)
    for track in (screen, speaker):
        if track:
            made.mux(track.stream.encode(None))


class _Screen:
    """The picture of a file that is written: H.264 of one size, whatever size comes."""

    def __init__(self, made: av.container.OutputContainer, size: tuple[int, int]) -> None:
        self.made, self.size = made, (size[0] + size[0] % 2, size[1] + size[1] % 2)
        # In the order in which they are shown: of few pictures a second others would look like a clock that jumps back.
        options = {"preset": "veryfast", "crf": "18", "bf": "0", "forced-idr": "1"}
        self.stream = made.add_stream("libx264", rate=30, options=options)
        self.stream.width, self.stream.height = self.size
        self.stream.pix_fmt = "yuv420p"
        self.stream.codec_context.time_base = Fraction(1, _TICKS)
        self._fitting: dict[tuple[Any, ...], Any] = {}
        self._next, self._keyframe_s = 0, -inf

    def show(self, at_s: float, picture: av.VideoFrame) -> None:
        # Matroska counts in milliseconds, and two pictures at once would look like a clock that stands still.
        at = max(round(at_s * _TICKS), self._next)
        self._next = at + _TICKS // 1000
        picture.pts, picture.time_base = at, Fraction(1, _TICKS)
        shown = self._fitted(picture)
        shown.pict_type = av.video.frame.PictureType.NONE
        if at_s >= self._keyframe_s + _KEYFRAME_S:
            shown.pict_type, self._keyframe_s = av.video.frame.PictureType.I, at_s
        self.made.mux(self.stream.encode(shown))

    def _fitted(self, picture: av.VideoFrame) -> av.VideoFrame:
        """As large as the others, with black beside it where its shape is another one."""
        kind = (picture.width, picture.height, picture.format.name, picture.rotation)
        if kind == (*self.size, "yuv420p", 0):
            return picture
        if kind not in self._fitting:
            self._fitting[kind] = _graph(picture, self.size)
        graph = self._fitting[kind]
        graph.push(picture)
        return cast("av.VideoFrame", graph.pull())


def _graph(picture: av.VideoFrame, size: tuple[int, int]) -> av.filter.Graph:
    graph, width_height = av.filter.Graph(), f"{size[0]}:{size[1]}"
    turns = _TURNS.get(picture.rotation % 360, ())
    steps = [
        *turns,
        f"scale={width_height}:force_original_aspect_ratio=decrease",
        f"pad={width_height}:-1:-1",
        "setsar=1",
        "format=yuv420p",
    ]
    nodes = [
        graph.add_buffer(
            width=picture.width, height=picture.height, format=picture.format, time_base=picture.time_base
        ),
        *(graph.add(*step.split("=", 1)) for step in steps),
        graph.add("buffersink"),
    ]
    graph.link_nodes(*nodes)
    graph.configure()
    return graph


class _Speaker:
    """The sound of a file that is written, without a gap: FLAC of 48 kHz, stereo."""

    def __init__(self, made: av.container.OutputContainer) -> None:
        self.made, self.samples = made, 0
        self.stream = made.add_stream("flac", rate=_RATE, layout="stereo", format="s16")

    def play(self, at_s: float, block: "np.ndarray[Any, Any]") -> None:
        ahead = round(at_s * _RATE) - self.samples
        if abs(ahead) <= _IN_TURN_S * _RATE:
            ahead = 0
        while ahead > 0:
            silence = min(ahead, round(_SILENCE_S * _RATE))
            self._encode(np.zeros((silence, 2), np.int16))
            ahead -= silence
        if len(block) + ahead > 0:
            self._encode(block[-ahead:])

    def _encode(self, block: "np.ndarray[Any, Any]") -> None:
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block).reshape(1, -1), "s16", "stereo")
        frame.sample_rate, frame.pts, frame.time_base = _RATE, self.samples, Fraction(1, _RATE)
        self.samples += len(block)
        self.made.mux(self.stream.encode(frame))


def _pictures(road: Road, later_s: float, spans: Sequence[Span]) -> Iterator[tuple[float, Any]]:
    """When each picture of a road comes, by the clock of what is made, and the picture, within these spans."""
    with av.open(str(road.path)) as container:
        streams = container.streams.video[:1]
        for at_s, frame in _decoded(container, streams, later_s - _begin_s(container, road), spans):
            if any(begin <= at_s < end for begin, end in spans):
                yield at_s, frame


def _sounds(road: Road, later_s: float, spans: Sequence[Span]) -> Iterator[tuple[float, Any]]:
    """When each block of sound of a road comes, by the clock of what is made, and its samples, within these spans."""
    resamplers: dict[tuple[Any, ...], av.AudioResampler] = {}
    with av.open(str(road.path)) as container:
        begin_s = _begin_s(container, road)
        for _, frame in _decoded(container, container.streams.audio[:1], later_s - begin_s, spans):
            kind = (frame.format.name, frame.layout.name, frame.sample_rate)
            resampler = resamplers.setdefault(kind, av.AudioResampler("s16", "stereo", _RATE))
            for part in resampler.resample(frame):
                samples, at_s = part.to_ndarray().reshape(-1, 2), (part.time or 0.0) - begin_s + later_s
                for span in spans:
                    first, last = (round(min(max((edge - at_s) * _RATE, 0), len(samples))) for edge in span)
                    if last > first:
                        yield at_s + first / _RATE, samples[first:last]


def _begin_s(container: av.container.InputContainer, road: Road) -> float:
    """When a road begins by the clock of its file, which is not always when FFmpeg says that the file does."""
    return (container.start_time or 0) / 1e6 + road.found.begin_off_s


def _decoded(
    container: av.container.InputContainer, streams: Sequence[Any], later_s: float, spans: Sequence[Span]
) -> Iterator[tuple[float, Any]]:
    """Everything of a track that can be decoded, up to the end of these spans, `later_s` later than its file says."""
    if not spans:
        return
    for stream in streams:
        stream.thread_type = "AUTO"
    for packet in container.demux(streams) if streams else ():
        with suppress(av.error.InvalidDataError):
            for frame in cast("list[av.VideoFrame | av.AudioFrame]", packet.decode()):
                if frame.time is None:
                    continue
                if (at_s := frame.time + later_s) >= spans[-1][1]:
                    return
                yield at_s, frame

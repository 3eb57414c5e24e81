"""Lays two recordings of one answer on one clock, and makes one file of the begin of one and the end of the other."""

from array import array
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from math import log1p, sqrt
from operator import mul
from pathlib import Path
from statistics import fmean, median
from typing import Any, cast

import av
import ffmpeg

from recorder.media.ffmpeg import run
from recorder.media.live_source import Source
from recorder.media.measure import Scan
from recorder.spool.manifest import Manifest

_BLOCK_S, _ENVELOPE_RATE, _QUIET = 0.01, 8000, 50
_ALIKE, _OVERLAP_S = 0.6, 2.0
_WRONG_S = {"clock": 0.4, "publish": 0.9}
"""How far each way of knowing when the live road began may be wrong."""


@dataclass(frozen=True)
class Road:
    """One road as a file that can be played."""

    path: Path
    found: Scan

    @property
    def seconds(self) -> float:
        return self.found.seconds

    @property
    def cut_s(self) -> float:
        """Up to where picture and sound are both whole."""
        times = self.found.times
        picture_s = times[-1] + (median(b - a for a, b in pairwise(times)) if times[1:] else 0.0) if times else 0.0
        return min(picture_s, self.found.audio_end_s) if self.found.audio_codec and times else self.seconds

    @property
    def gaps_s(self) -> float:
        """How long in all picture or sound is missing of a track that is there."""
        return self.found.picture_gaps_s + self.found.sound_gaps_s

    def figures(self) -> dict[str, Any]:
        heard_s = self.found.audio_end_s - self.found.audio_start_s if self.found.audio_codec else 0.0
        size = self.found.size
        figures = {
            "seconds": round(self.seconds, 3),
            "frames": len(self.found.times),
            "audio_s": round(heard_s, 3),
            "codec": self.found.video_codec,
            "size": f"{size[0]}x{size[1]}" if size else None,
        }
        gaps = {"picture_gaps_s": self.found.picture_gaps_s, "sound_gaps_s": self.found.sound_gaps_s}
        figures |= {name: round(gap_s, 3) for name, gap_s in gaps.items() if gap_s}
        # What its own clock said wrong; a plain recording has nothing of it.
        clock = {"clock_breaks_s": dict(self.found.breaks), "wild_times": self.found.wild}
        return figures if self.found.steady else figures | clock


def align(head: Road, other: Road, manifest: Manifest | None, live: Source) -> tuple[float, str]:
    """By how many seconds the live road begins later than the slices, and by what that is known."""
    guess_s, by = 0.0, "nothing"
    delay_s = next((session.delay_s for session in live.sessions if session.delay_s is not None), None)
    if manifest and manifest.started_ms and delay_s is not None:
        guess_s, by = live.start_s - delay_s - manifest.started_ms / 1000, "clock"
    elif manifest and manifest.started_ms and manifest.published_ms:
        guess_s, by = (manifest.published_ms[0] - manifest.started_ms) / 1000, "publish"
    # A guess may be wrong by a little; without one the whole answer is searched.
    look_s = _WRONG_S.get(by) or max(head.seconds, other.seconds)
    heard_s = lag_s(envelope(head.path), envelope(other.path), guess_s, look_s)
    return (round(guess_s, 3), by) if heard_s is None else (round(heard_s, 3), "sound")


def envelope(path: Path) -> list[float]:
    """How loud it is to an ear in each hundredth of a second, from time zero of the file on, as far as it goes."""
    samples = array("h")
    with suppress(av.error.FFmpegError, ValueError), av.open(str(path)) as container:
        streams, begin_s = container.streams.audio[:1], (container.start_time or 0) / 1e6
        resampler = av.AudioResampler("s16", "mono", _ENVELOPE_RATE)
        for frame in container.decode(streams) if streams else ():
            for part in resampler.resample(cast("av.AudioFrame", frame)):
                silence = round(((part.time or 0.0) - begin_s) * _ENVELOPE_RATE) - len(samples)
                if silence > _ENVELOPE_RATE * _BLOCK_S:
                    samples.frombytes(bytes(2 * silence))
                samples.frombytes(bytes(part.planes[0])[: 2 * part.samples])
    step = round(_ENVELOPE_RATE * _BLOCK_S)
    blocks = (samples[at : at + step] for at in range(0, len(samples) - step + 1, step))
    return [log1p(sum(map(abs, block)) / step / _QUIET) for block in blocks]


def lag_s(ours: Sequence[float], theirs: Sequence[float], guess_s: float, look_s: float) -> float | None:
    """The lag, near `guess_s`, by which two envelopes are most alike; None when they are not alike anywhere."""
    guess, look = round(guess_s / _BLOCK_S), round(look_s / _BLOCK_S)
    best_lag, best = None, _ALIKE
    for lag in range(guess - look, guess + look + 1):
        one = ours[max(0, lag) : max(0, lag + len(theirs))]
        other = theirs[max(0, -lag) :][: len(one)]
        one = one[: len(other)]
        if len(one) * _BLOCK_S >= _OVERLAP_S and (alike := _correlation(one, other)) > best:
            best_lag, best = lag, alike
    return None if best_lag is None else best_lag * _BLOCK_S


def _correlation(one: Sequence[float], other: Sequence[float]) -> float:
    mean_one, mean_other, count = fmean(one), fmean(other), len(one)
    together = sum(map(mul, one, other)) - count * mean_one * mean_other
    spread = (sum(map(mul, one, one)) - count * mean_one**2) * (sum(map(mul, other, other)) - count * mean_other**2)
    return together / sqrt(spread) if spread > 0 else 0.0


def lacks_track(head: Road, other: Road) -> bool:
    """True when the other road has a picture, or sound, and the head has none at all.

    The head of an MP4 may end before the browser has written any sound to it.
    """
    ours, theirs = head.found, other.found
    return bool(theirs.video_codec) > bool(ours.video_codec) or bool(theirs.audio_codec) > bool(ours.audio_codec)


def whole_s(head: Road, other: Road) -> float:
    """Up to where the head has whole what the other road could add."""
    return 0.0 if lacks_track(head, other) else head.cut_s


def seam_s(head: Road, other: Road, shift_s: float) -> float:
    """Up to when the head is used: as long as it is whole, or all of it when the other begins later."""
    return max(whole_s(head, other), min(head.seconds, shift_s))


def stitch(head: Road, other: Road, shift_s: float, path: Path) -> Path:
    """The head up to the seam, and the other road from there on, as one file. Raises FfmpegError.

    The picture is coded so well, and the sound without any loss, that the answer can be made of it once more.
    """
    cut_s = seam_s(head, other, shift_s)
    gap_s = max(0.0, shift_s - cut_s)
    sizes = [road.found.size for road in (head, other) if road.found.size]
    size = max(sizes, key=lambda size: size[0] * size[1], default=(16, 16))
    parts = _part(head, 0.0, cut_s, gap_s, size) + _part(other, max(0.0, cut_s - shift_s), other.seconds, 0.0, size)
    joined = ffmpeg.concat(*parts, n=2, v=1, a=1).node
    coding = {
        "c:v": "libx264",
        "preset": "veryfast",
        "crf": 18,
        # In the order in which they are shown: of few pictures a second others would look like a clock that jumps back.
        "bf": 0,
        "force_key_frames": "expr:gte(t,n_forced*2)",
        "fps_mode": "passthrough",
        "enc_time_base:v": "1:90000",
        "c:a": "flac",
    }
    timeout_s = 300 + 20 * (other.seconds + shift_s)
    run(ffmpeg.output(joined[0], joined[1], str(path), format="matroska", **coding), timeout_s=timeout_s)
    return path


def _part(road: Road, begin_s: float, end_s: float, gap_s: float, size: tuple[int, int]) -> list[Any]:
    """Picture and sound of a road between two moments of its own, with a still and silence of `gap_s` behind them."""
    graph, window = ffmpeg.input(str(road.path), reinit_filter=0), {"start": begin_s, "end": end_s}
    if road.found.video_codec:
        picture = graph["v:0"].filter("trim", **window).filter("setpts", f"PTS-{begin_s}/TB")
        picture = picture.filter("scale", *size, force_original_aspect_ratio="decrease").filter("pad", *size, -1, -1)
    else:
        still = f"color=black:s={size[0]}x{size[1]}:r=5:d={end_s - begin_s:.3f}"
        picture = ffmpeg.input(still, f="lavfi")["v:0"]
    if road.found.audio_codec:
        sound = graph["a:0"].filter("aresample", 48_000, **{"async": 1, "first_pts": 0})
        sound = sound.filter("atrim", **window).filter("asetpts", f"PTS-{begin_s}/TB")
    else:
        sound = ffmpeg.input(f"anullsrc=r=48000:cl=stereo:d={end_s - begin_s:.3f}", f="lavfi")["a:0"]
    sound = sound.filter("aformat", sample_fmts="s16", sample_rates=48_000, channel_layouts="stereo")
    if gap_s:
        picture = picture.filter("tpad", stop_mode="clone", stop_duration=gap_s)
        sound = sound.filter("apad", pad_dur=gap_s)
    return [picture.filter("setsar", 1).filter("format", "yuv420p"), sound]

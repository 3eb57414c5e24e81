"""A camera and a microphone whose every moment is known: a talking person with a number painted above, a flash and a
beep each second, Dutch speech.

Chromium plays both from files, over and over. What comes out at the other end is decoded and the numbers are read.
Nobody knows when a browser opens which of the two, so flash and beep of one file are held against those of another.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import av
import numpy as np

FPS, WIDTH, HEIGHT = 30, 1280, 720
PICTURES = 20 * FPS
BITS, BAND, PATCH = 16, 64, 160
RATE = 48_000
FLASH_S, TONE_HZ = 0.1, 3000
WHITE, BLACK = 235, 16


def make(clip: Path, folder: Path) -> tuple[Path, Path]:
    """A .mjpeg of PICTURES pictures and a .wav, from a clip in which somebody talks."""
    camera, microphone = folder / "camera.mjpeg", folder / "microphone.wav"
    pictures, sound = _pictures(clip), _sound(clip)
    with av.open(str(camera), "w", format="mjpeg") as out:
        stream = out.add_stream("mjpeg", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuvj420p"
        stream.codec_context.qmin = stream.codec_context.qmax = 5
        for number in range(PICTURES):
            place = number * len(pictures) // PICTURES
            frame = av.VideoFrame.from_ndarray(_numbered(pictures[place], number), format="rgb24")
            frame.pts = None
            out.mux(stream.encode(frame.reformat(format="yuvj420p")))
        out.mux(stream.encode(None))
    with av.open(str(microphone), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(_beeping(sound)[None, :], format="s16", layout="mono")
        frame.sample_rate = RATE
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return camera, microphone


def chromium_flags(filmed: tuple[Path, Path]) -> list[str]:
    """With these a Chromium takes the two files for its camera and its microphone, and asks nobody."""
    picture, sound = filmed
    return [
        "--no-sandbox",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={picture}",
        f"--use-file-for-fake-audio-capture={sound}",
        "--autoplay-policy=no-user-gesture-required",
    ]


def _pictures(clip: Path) -> list[np.ndarray]:
    """Every fifth picture of twenty seconds of the clip, as seen by a camera: enough to move, small enough to hold."""
    with av.open(str(clip)) as container:
        return [
            frame.to_ndarray(format="rgb24")
            for number, frame in enumerate(container.decode(video=0))
            if number % 5 == 0 and frame.time < 20
        ]


def _sound(clip: Path) -> np.ndarray:
    with av.open(str(clip)) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        parts = [part.to_ndarray()[0] for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    return np.concatenate(parts)[RATE : RATE * 21]


def _numbered(picture: np.ndarray, number: int) -> np.ndarray:
    picture = picture.copy()
    for bit in range(BITS):
        left = bit * WIDTH // BITS
        picture[:BAND, left : left + WIDTH // BITS] = WHITE if number >> bit & 1 else BLACK
    picture[BAND : BAND + PATCH, :PATCH] = WHITE if number % FPS < FLASH_S * FPS else BLACK
    return picture


def _beeping(sound: np.ndarray) -> np.ndarray:
    sound = sound.copy()
    length = round(FLASH_S * RATE)
    tone = 8000 * np.sin(2 * np.pi * TONE_HZ * np.arange(length) / RATE) * np.hanning(length) ** 0.1
    for begin in range(0, len(sound) - length, RATE):
        sound[begin : begin + length] = tone
    return sound


@dataclass(frozen=True)
class Seen:
    """What a file holds. `numbers` are counted on through the loop; times in seconds; `sound` is mono at RATE.

    `flashes`: when the pictures with these numbers began to be bright.
    """

    numbers: list[int]
    times: list[float]
    flashes: dict[int, float]
    sound: np.ndarray
    sound_from_s: float
    size: tuple[int, int]

    @property
    def sound_s(self) -> float:
        """How long it sounds."""
        return len(self.sound) / RATE

    @property
    def seconds(self) -> float:
        begin = min(self.times[0], self.sound_from_s)
        return max(self.times[-1] + 1 / FPS, self.sound_from_s + self.sound_s) - begin

    @property
    def span(self) -> int:
        """How many pictures the camera showed from the first one that is here to the last."""
        return self.numbers[-1] - self.numbers[0] + 1

    @cached_property
    def beeps(self) -> list[float]:
        """When each beep begins."""
        step, window = RATE // 200, RATE // 100
        if len(self.sound) < window:
            return []
        blocks = np.lib.stride_tricks.sliding_window_view(self.sound.astype(np.float64), window)[::step]
        power = np.abs(np.fft.rfft(blocks * np.hanning(window), axis=1)) ** 2
        tone = power[:, TONE_HZ * window // RATE - 1 : TONE_HZ * window // RATE + 2].sum(axis=1)
        heard = (tone > 0.5 * power.sum(axis=1)) & (tone > 0.05 * np.percentile(tone, 98))
        begins = [
            place for place in range(1, len(heard) - 8) if heard[place : place + 8].all() and not heard[place - 1]
        ]
        return [self.sound_from_s + place * step / RATE for place in begins]


def watch(path: Path) -> Seen:
    """Decode a file wholly and read the numbers in its pictures."""
    numbers, times, flashes, size, bright = [], [], {}, (0, 0), True
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            size = (frame.width, frame.height)
            grey = frame.to_ndarray(format="gray")
            number = _read(grey)
            if numbers:
                number += (numbers[-1] - number + PICTURES // 2) // PICTURES * PICTURES
            numbers.append(number)
            times.append(frame.time)
            bright, before = _flashes(grey), bright
            if bright and not before:
                flashes[number] = frame.time
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        parts, start = [], None
        for frame in container.decode(audio=0):
            start = frame.time if start is None else start
            parts += [part.to_ndarray()[0] for part in resampler.resample(frame)]
    return Seen(numbers, times, flashes, np.concatenate(parts), start, size)


def missing(seen: Seen, *others: Seen) -> list[int]:
    """The pictures that `seen` lacks, between its first and its last, and that one of the others holds."""
    first = seen.numbers[0] % PICTURES
    ours, theirs = (
        {(number - first) % PICTURES for one in several for number in one.numbers} for several in ([seen], others)
    )
    return sorted(number for number in theirs - ours if number < seen.span)


def apart_s(one: Seen, other: Seen) -> float:
    """How much later `one` has its sound, against its own pictures, than `other` has: by flash and beep of each."""
    ours, theirs = _beep_after_flash(one), _beep_after_flash(other)
    both = ours.keys() & theirs.keys()
    assert len(both) >= 2, (ours, theirs)
    return float(np.median([(ours[flash] - theirs[flash] + 0.5) % 1 - 0.5 for flash in both]))


def _beep_after_flash(seen: Seen) -> dict[int, float]:
    beeps = np.array(seen.beeps)
    return {
        number // FPS * FPS % PICTURES: float(beeps[np.argmin(abs(beeps - time))] - time)
        for number, time in seen.flashes.items()
        if len(beeps) and number % FPS == 0
    }


def _flashes(grey: np.ndarray) -> bool:
    height, width = grey.shape
    margin = PATCH // 4
    top, bottom, right = (BAND + margin, BAND + PATCH - margin, PATCH - margin)
    patch = grey[top * height // HEIGHT : bottom * height // HEIGHT, margin * width // WIDTH : right * width // WIDTH]
    return bool(patch.mean() > 125)


def _read(grey: np.ndarray) -> int:
    height, width = grey.shape
    row = grey[: round(height * BAND / HEIGHT)][5:-8]
    number = 0
    for bit in range(BITS):
        left, right = bit * width // BITS, (bit + 1) * width // BITS
        margin = (right - left) // 4
        number |= int(row[:, left + margin : right - margin].mean() > 125) << bit
    return number

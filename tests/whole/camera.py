"""A camera and a microphone whose every picture is known: a talking person with a number painted above, Dutch speech.

Chromium plays both from files, over and over. What comes out at the other end is decoded, the numbers are read, and
picture and sound are laid beside a reference, since nobody knows when a browser opens which of the two files.
"""

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

FPS, WIDTH, HEIGHT = 30, 1280, 720
PICTURES = 20 * FPS
BITS, BAND = 16, 64
RATE = 48_000


def make(clip: Path, folder: Path) -> tuple[Path, Path]:
    """A .mjpeg of PICTURES pictures and a .wav, from a clip in which somebody talks."""
    camera, microphone = folder / "camera.mjpeg", folder / "microphone.wav"
    pictures, sound = _pictures(clip), _sound(clip)
    with av.open(str(camera), "w", format="mjpeg") as out:
        stream = out.add_stream("mjpeg", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuvj420p"
        stream.codec_context.qmin = stream.codec_context.qmax = 5
        for number in range(PICTURES):
            # Forth and back, so that the loop has no jump.
            place = number * len(pictures) // PICTURES
            frame = av.VideoFrame.from_ndarray(_numbered(pictures[place], number), format="rgb24")
            frame.pts = None
            out.mux(stream.encode(frame.reformat(format="yuvj420p")))
        out.mux(stream.encode(None))
    with av.open(str(microphone), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(sound[None, :], format="s16", layout="mono")
        frame.sample_rate = RATE
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return camera, microphone


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
        picture[:BAND, left : left + WIDTH // BITS] = 235 if number >> bit & 1 else 16
    return picture


@dataclass(frozen=True)
class Seen:
    """What a file holds. `numbers` are counted on through the loop; times in seconds; `sound` is mono at RATE."""

    numbers: list[int]
    times: list[float]
    sound: np.ndarray
    seconds: float
    size: tuple[int, int]

    @property
    def share(self) -> float:
        """Of the pictures that the camera showed between the first and the last one, the share that is there."""
        return len(set(self.numbers)) / (self.numbers[-1] - self.numbers[0] + 1)


def watch(path: Path) -> Seen:
    """Decode a file wholly and read the numbers in its pictures."""
    numbers, times, size = [], [], (0, 0)
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            size = (frame.width, frame.height)
            number = _read(frame.to_ndarray(format="gray"))
            if numbers:
                number += (numbers[-1] - number + PICTURES // 2) // PICTURES * PICTURES
            numbers.append(number)
            times.append(frame.time)
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        parts, start = [], None
        for frame in container.decode(audio=0):
            start = frame.time if start is None else start
            parts += [part.to_ndarray()[0] for part in resampler.resample(frame)]
    sound = np.concatenate(parts) if parts else np.zeros(0, np.int16)
    silence = np.zeros(max(0, round((start or 0) * RATE)), np.int16)
    sound = np.concatenate([silence, sound])
    return Seen(numbers, times, sound, max(times[-1] + 1 / FPS, len(sound) / RATE), size)


def kept(film: Seen, seen: Seen) -> float:
    """Of the pictures that the browser's own recorder got from the camera while `film` ran, the share in `film`."""
    ours, whole = {number % PICTURES for number in film.numbers}, film.numbers[-1] - film.numbers[0]
    first = film.numbers[0] % PICTURES
    during = [number for number in seen.numbers if (number - first) % PICTURES <= whole]
    return sum(number % PICTURES in ours for number in during) / len(during)


def shown_s(film: Seen, seen: Seen) -> float:
    """How long, by the browser's own recorder, the camera took from the first picture of `film` to the last.

    Not by the numbers: on a busy machine a camera played from a file falls behind.
    """
    when = {number % PICTURES: time for number, time in zip(seen.numbers, seen.times, strict=True)}
    both = [number for number in film.numbers if number % PICTURES in when]
    missing = (film.numbers[-1] - both[-1] + both[0] - film.numbers[0] + 1) / FPS
    return when[both[-1] % PICTURES] - when[both[0] % PICTURES] + missing


def _read(grey: np.ndarray) -> int:
    height, width = grey.shape
    row = grey[: round(height * BAND / HEIGHT)][5:-8]
    number = 0
    for bit in range(BITS):
        left, right = bit * width // BITS, (bit + 1) * width // BITS
        margin = (right - left) // 4
        number |= int(row[:, left + margin : right - margin].mean() > 125) << bit
    return number


def offset_s(one: Seen, other: Seen) -> float:
    """How much later `one` has its sound, against its own pictures, than `other` has."""
    return _sound_lag_s(one.sound, other.sound) - _picture_lag_s(one, other)


def _picture_lag_s(one: Seen, other: Seen) -> float:
    """When `one` shows a picture, minus when `other` does; the loop of the camera may differ by whole rounds."""
    when = {number % PICTURES: time for number, time in zip(other.numbers, other.times, strict=True)}
    pairs = zip(one.numbers, one.times, strict=True)
    return float(np.median([time - when[number % PICTURES] for number, time in pairs if number % PICTURES in when]))


def _sound_lag_s(one: np.ndarray, other: np.ndarray) -> float:
    """By which lag the two sound most alike."""
    size = 1 << (len(one) + len(other)).bit_length()
    ours, theirs = (np.fft.rfft(sound.astype(np.float64), size) for sound in (one, other))
    likeness = np.fft.irfft(ours * np.conj(theirs), size)
    best = int(np.argmax(likeness))
    return (best if best < size // 2 else best - size) / RATE

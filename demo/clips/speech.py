"""Dutch speech by espeak-ng, sentence by sentence: only so are the times of the captions and of the pauses exact."""

import itertools
import math
import re
import subprocess
import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

RATE = 22050
FPS = 25
LEAD_S, REST_S = 1.0, 1.5
PAUSES_S = {"?": 0.55, "!": 0.45, "…": 0.75, ".": 0.45}
SILENT = 120  # of 32768: what espeak-ng puts around a sentence


@dataclass(frozen=True)
class Voice:
    """`variant` is one of espeak-ng's, `pitch` 0 to 99, `pace` words a minute."""

    variant: str
    pitch: int
    pace: int


@dataclass(frozen=True)
class Sentence:
    """One sentence and when it sounds, in seconds from the start of the clip."""

    text: str
    start: float
    end: float


@dataclass(frozen=True)
class Speech:
    """All that is said in one clip: 16-bit mono samples at RATE, from the first frame to the last."""

    samples: "array[int]"
    sentences: tuple[Sentence, ...]

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE

    @property
    def frames(self) -> int:
        return math.ceil(self.seconds * FPS)


def split(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?…])\s+", " ".join(text.split())) if part]


def speak(text: str, voice: Voice) -> Speech:
    """The text spoken with natural pauses. Raises FileNotFoundError without espeak-ng."""
    samples = array("h", bytes(2 * round(LEAD_S * RATE)))
    sentences = []
    for text_part in split(text):
        start = len(samples)
        samples.extend(_say(text_part, voice))
        sentences.append(Sentence(text_part, start / RATE, len(samples) / RATE))
        samples.extend(array("h", bytes(2 * round(PAUSES_S.get(text_part[-1], 0.4) * RATE))))
    rest = round((sentences[-1].end + REST_S) * RATE)
    samples = samples[:rest] + array("h", bytes(2 * max(0, rest - len(samples))))
    return Speech(samples, tuple(sentences))


def _say(text: str, voice: Voice) -> "array[int]":
    command = ["espeak-ng", "-v", f"nl+{voice.variant}", "-p", str(voice.pitch), "-s", str(voice.pace), "-g", "1"]
    wave = subprocess.run([*command, "-z", "--stdin", "--stdout"], input=text.encode(), capture_output=True, check=True)
    body = wave.stdout[wave.stdout.index(b"data") + 8 :]
    samples = array("h", body[: len(body) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    loud = [i for i, value in enumerate(samples) if abs(value) > SILENT]
    return samples[loud[0] : loud[-1] + 1] if loud else samples


@dataclass(frozen=True)
class Sound:
    """The sound of one frame: `level` 0 to 1 of this voice's loud, `bright` 0 (dark, oo) to 1 (bright, ee, s)."""

    level: float
    bright: float


def envelope(samples: Sequence[int]) -> list[Sound]:
    """One Sound a frame of the picture.

    Brightness is the strength of the differences between neighbouring samples against that of the samples: high for
    sounds with much energy above. Enough to tell a rounded mouth from a broad one, and an s from a vowel.
    """
    step = RATE // FPS
    power, tone = [], []
    for at in range(0, len(samples), step):
        part = samples[at : at + step]
        total = math.sqrt(sum(v * v for v in part) / len(part))
        change = math.sqrt(sum((b - a) ** 2 for a, b in itertools.pairwise(part)) / len(part))
        power.append(total)
        tone.append(change / total if total > SILENT else 0.0)
    loud = _share(power, 0.93) or 1.0
    voiced = [t for t, p in zip(tone, power, strict=True) if p > loud * 0.12]
    low, high = (_share(voiced, 0.1), _share(voiced, 0.9)) if voiced else (0.0, 1.0)
    span = max(high - low, 1e-6)
    return [Sound(min(p / loud, 1.0), min(max((t - low) / span, 0.0), 1.4)) for p, t in zip(power, tone, strict=True)]


def _share(values: list[float], share: float) -> float:
    """The value that this share of the sounding values stays under."""
    sounding = sorted(v for v in values if v > 0)
    return sounding[min(int(len(sounding) * share), len(sounding) - 1)] if sounding else 0.0

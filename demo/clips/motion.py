"""How a drawn person moves: the mouth follows the sound, and breath, blinks, glances and a restless head give life."""

import math
import random
from collections.abc import Iterator, Sequence

from .face import blink_curve
from .looks import Mouth, Pose
from .speech import FPS, Sentence, Sound

BLINK_S = 0.24
# Slow swings that never line up: seconds a swing, and how much each counts.
SWINGS = ((7.3, 0.5), (4.1, 0.32), (2.3, 0.18))


def mouths(sounds: Sequence[Sound]) -> list[Mouth]:
    """A mouth shape a frame: it opens within a frame of the sound and shuts a little slower."""
    opening, spread, shapes = 0.0, 0.0, []
    for i, sound in enumerate(sounds):
        ahead = sounds[i + 1] if i + 1 < len(sounds) else sound
        level = max(sound.level, ahead.level * 0.5)
        hiss = 1.0 if sound.bright > 1.05 and sound.level > 0.05 else 0.0
        wanted = 0.0 if level < 0.06 else min(level, 1.0) ** 0.75 * (0.4 if hiss else 1.0)
        opening += (wanted - opening) * (0.8 if wanted > opening else 0.55)
        aim = (sound.bright - 0.45) * 1.6 if sound.level > 0.1 else 0.0
        spread += (max(-1.0, min(1.0, aim)) - spread) * 0.5
        shapes.append(Mouth(round(opening, 3) if opening > 0.03 else 0.0, round(spread, 3), hiss))
    return shapes


class Performance:
    """All frames of one clip. The same `seed` gives the same performance."""

    def __init__(
        self, sounds: Sequence[Sound], sentences: Sequence[Sentence], seed: int, restless: float = 0.35
    ) -> None:
        self._sounds, self._sentences, self._restless = sounds, sentences, restless
        dice = random.Random(seed)
        self._phases = [[dice.uniform(0, math.tau) for _ in SWINGS] for _ in range(5)]
        seconds = len(sounds) / FPS
        self._blinks = list(self._blink_times(dice, seconds))
        self._glances = list(self._glance_times(dice, seconds))

    def poses(self) -> Iterator[Pose]:
        talk, stress, look = 0.0, 0.0, (0.0, 0.0)
        for i, mouth in enumerate(mouths(self._sounds)):
            t = i / FPS
            speaking = any(s.start - 0.3 <= t <= s.end for s in self._sentences)
            talk += ((1.0 if speaking else 0.25) - talk) * 0.08
            stress += (self._sounds[i].level - stress) * 0.16
            aim = next((g for at, g in reversed(self._glances) if at <= t), (0.0, 0.0))
            look = (look[0] + (aim[0] - look[0]) * 0.45, look[1] + (aim[1] - look[1]) * 0.45)
            turn = 0.4 * talk * self._swing(0, t) + look[0] * 0.25
            yield Pose(
                dx=7 * talk * self._swing(1, t),
                dy=3 * talk * self._swing(2, t) + 3.5 * stress * talk,
                roll=1.7 * talk * self._swing(3, t),
                turn=turn,
                nod=0.25 * talk * self._swing(4, t) + 0.5 * (stress - 0.3) * talk,
                breath=0.5 + 0.5 * math.sin(math.tau * t / 3.9),
                blink=max((blink_curve((t - at) / BLINK_S) for at in self._blinks), default=0.0),
                brow=self._brow(t) + 0.25 * stress,
                gaze=look,
                mouth=mouth,
            )

    def _swing(self, channel: int, t: float) -> float:
        phases = self._phases[channel]
        return sum(part * math.sin(math.tau * t / period + p) for (period, part), p in zip(SWINGS, phases, strict=True))

    def _brow(self, t: float) -> float:
        """Brows go up where a sentence starts, higher and longer for a question."""
        best = 0.0
        for s in self._sentences:
            last = min(s.end - s.start, 2.2 if s.text.endswith("?") else 0.9)
            if s.start - 0.1 <= t <= s.start + last:
                best = max(
                    best, math.sin(math.pi * (t - s.start + 0.1) / (last + 0.1)) * (0.9 if "?" in s.text else 0.55)
                )
        return best

    def _blink_times(self, dice: random.Random, seconds: float) -> Iterator[float]:
        at = dice.uniform(0.4, 1.6)
        while at < seconds:
            yield at
            at += dice.uniform(2.0, 4.8)

    def _glance_times(self, dice: random.Random, seconds: float) -> Iterator[tuple[float, tuple[float, float]]]:
        """Mostly at the viewer, now and then aside for a moment."""
        at = dice.uniform(2.0, 3.5)
        while self._restless and at < seconds - 2:
            yield at, (dice.choice((-1, 1)) * dice.uniform(0.3, 0.75), dice.uniform(-0.3, 0.3) + 0.5 * self._restless)
            away = dice.uniform(0.5, 1.0) + 0.8 * self._restless
            yield at + away, (0.0, 0.0)
            at += away + dice.uniform(2.0, 4.5) / (0.5 + self._restless)

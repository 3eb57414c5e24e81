"""Judges the technique of a recording, never the candidate: is this file fit to be seen by an assessor?

Poor picture and sound lower human scores even after a warning, so the technique is judged before a person looks.
Silence is no fault: who says nothing has answered.
"""

# ruff: noqa: RUF009 (`within` and `many` return dataclasses.field)

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from scenarios.reading import within


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limits for a recording. Shares are of the recorded length, 0 to 1; a value exactly on a limit passes.

    `freeze_seconds` is what may stand still in all, however long the answer is.
    """

    minimum_seconds: Fraction = within(1, 60)
    minimum_height: int = within(120, 2160)
    minimum_fps: int = within(1, 60)
    freeze_share: Fraction = within(0, 1)
    freeze_seconds: Fraction = within(0, 600, default=Fraction(20))
    black_share: Fraction = within(0, 1)
    audio_missing_share: Fraction = within(0, 1)
    av_offset_ms: int = within(40, 5000)
    minimum_speech_s: Fraction = within(0, 60)


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """Measurements of one recording; None where it could not be measured, which is never held against it.

    `readable` false: no decoder could open the file. `seconds` is the length of the whole recording, `audio_seconds`
    the length of decoded sound (0 when there is no sound track), `frames` the decoded pictures (0 when there is no
    picture). `resolutions` lists each change of picture size as (seconds from the start, width, height).
    `freeze_s` is how long the camera surely hung, `still_s` how long it perhaps did beside that: who sits very still
    looks the same. `loudness_lufs` is integrated loudness, `clipping_share` the share of samples at full scale.
    `av_offset_ms` is positive when the sound comes after the picture.
    """

    readable: bool = True
    seconds: float | None = None
    frames: int | None = None
    fps: float | None = None
    width: int | None = None
    height: int | None = None
    resolutions: tuple[tuple[float, int, int], ...] = ()
    freeze_s: float | None = None
    still_s: float | None = None
    black_s: float | None = None
    audio_seconds: float | None = None
    silence_s: float | None = None
    speech_s: float | None = None
    loudness_lufs: float | None = None
    clipping_share: float | None = None
    av_offset_ms: float | None = None


class FaultKind(StrEnum):
    """Kinds of faults. Little speech and a still picture are remarks and never faults; lost is said by the office."""

    UNREADABLE = "unreadable"
    TOO_SHORT = "too_short"
    NO_PICTURE = "no_picture"
    NO_SOUND = "no_sound"
    SOUND_BROKEN = "sound_broken"
    FROZEN = "frozen"
    BLACK = "black"
    TOO_SMALL = "too_small"
    TOO_FEW_FRAMES = "too_few_frames"
    OUT_OF_STEP = "out_of_step"
    LITTLE_SPEECH = "little_speech"
    STILL = "still"
    LOST = "lost"


@dataclass(frozen=True)
class Fault:
    """One limit that was passed: what was found and what was needed, in the unit of that limit."""

    kind: FaultKind
    found: float | None
    needed: float | None


def judge(measurement: Measurement, limits: Limits) -> tuple[Fault, ...]:
    """The measured faults that allow a technical retake, worst first; empty when the recording is fit to be seen."""
    m = measurement
    if not m.readable:
        return (Fault(FaultKind.UNREADABLE, None, None),)
    faults = []

    def too_low(kind: FaultKind, found: float | None, needed: float | Fraction, tolerance: float = 0) -> None:
        if found is not None and found + tolerance < needed:
            faults.append(Fault(kind, found, float(needed)))

    def too_high(kind: FaultKind, found: float | Fraction | None, allowed: float | Fraction) -> None:
        if found is not None and found > allowed:
            faults.append(Fault(kind, float(found), float(allowed)))

    too_low(FaultKind.TOO_SHORT, m.seconds, limits.minimum_seconds)
    too_low(FaultKind.NO_PICTURE, m.frames, 1)
    if m.audio_seconds == 0:
        faults.append(Fault(FaultKind.NO_SOUND, 0.0, None))
    elif m.audio_seconds is not None and m.seconds is not None:
        missing = max(0.0, m.seconds - m.audio_seconds)
        too_high(FaultKind.SOUND_BROKEN, _share(missing, m.seconds), limits.audio_missing_share)
    if m.frames == 0:
        return tuple(faults)
    too_high(FaultKind.FROZEN, _share(m.freeze_s, m.seconds), limits.freeze_share)
    if FaultKind.FROZEN not in {fault.kind for fault in faults}:
        # A small share of a long answer may be a whole sentence.
        too_high(FaultKind.FROZEN, m.freeze_s, limits.freeze_seconds)
    too_high(FaultKind.BLACK, _share(m.black_s, m.seconds), limits.black_share)
    # A telephone held upright swaps width and height, so the shorter side counts.
    if m.width is not None and m.height is not None:
        too_low(FaultKind.TOO_SMALL, min(m.width, m.height), limits.minimum_height)
    # A camera of 15 pictures a second delivers 14.9 by another clock.
    too_low(FaultKind.TOO_FEW_FRAMES, m.fps, limits.minimum_fps, tolerance=0.5)
    if m.av_offset_ms is not None:
        too_high(FaultKind.OUT_OF_STEP, abs(m.av_offset_ms), limits.av_offset_ms)
    return tuple(faults)


def judge_camera(facts: Mapping[str, object], limits: Limits) -> tuple[Fault, ...]:
    """The faults that a recording would have, by what the camera gives before anything is recorded.

    `facts` are `width` and `height` in pixels and `frames_per_second`; what a browser does not know (0, or missing) is
    not held against it.
    """
    known = {
        name: value
        for name in ("width", "height", "frames_per_second")
        if isinstance(value := facts.get(name), int | float) and not isinstance(value, bool) and 0 < value < 1e6
    }
    camera = Measurement(
        width=_pixels(known.get("width")), height=_pixels(known.get("height")), fps=known.get("frames_per_second")
    )
    return judge(camera, limits)


def _pixels(value: float | None) -> int | None:
    return None if value is None else int(value)


def remarks(measurement: Measurement, limits: Limits) -> tuple[Fault, ...]:
    """Facts worth showing beside the recording that never allow a retake.

    Little or no speech is an answer; a picture that stands still without proof that the camera hung may be somebody who
    sits still, so a person looks.
    """
    m = measurement
    found = []
    if m.readable and m.speech_s is not None and m.speech_s < limits.minimum_speech_s:
        found.append(Fault(FaultKind.LITTLE_SPEECH, m.speech_s, float(limits.minimum_speech_s)))
    if m.readable and m.still_s and m.freeze_s is not None:
        share = _share(m.freeze_s + m.still_s, m.seconds)
        if share is not None and share > limits.freeze_share:
            found.append(Fault(FaultKind.STILL, float(share), float(limits.freeze_share)))
        elif m.freeze_s + m.still_s > limits.freeze_seconds:
            found.append(Fault(FaultKind.STILL, m.freeze_s + m.still_s, float(limits.freeze_seconds)))
    return tuple(found)


def _share(part: float | None, whole: float | None) -> Fraction | None:
    """`part` of `whole`, at most 1, exact in the decimals that were measured, so that 12 of 60 is one fifth."""
    if part is None or not whole:
        return None
    return min(Fraction(1), Fraction(str(part)) / Fraction(str(whole)))

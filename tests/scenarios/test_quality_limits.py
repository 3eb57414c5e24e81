"""Technique is judged, never the candidate: silence is an answer, a frozen picture is a fault."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scenarios
from scenarios.quality import Fault, FaultKind, Measurement, judge, remarks
from scenarios.scheme import parse

LIMITS = parse((Path(scenarios.__file__).parent / "branchecertificaat_b" / "scheme.toml").read_bytes()).quality

GOOD = Measurement(
    seconds=60.0,
    frames=1500,
    fps=25.0,
    width=1280,
    height=720,
    resolutions=((0.0, 640, 360), (4.2, 1280, 720)),
    freeze_s=0.0,
    black_s=0.0,
    audio_seconds=60.0,
    silence_s=12.0,
    speech_s=48.0,
    loudness_lufs=-21.0,
    clipping_share=0.0,
    av_offset_ms=35.0,
)


def kinds(**values) -> list[FaultKind]:
    return [fault.kind for fault in judge(replace(GOOD, **values), LIMITS)]


def test_a_good_recording_has_no_fault():
    assert judge(GOOD, LIMITS) == ()
    assert remarks(GOOD, LIMITS) == ()


def test_silence_alone_is_an_answer():
    silent = replace(GOOD, silence_s=60.0, speech_s=0.0, loudness_lufs=float("-inf"))
    assert judge(silent, LIMITS) == ()
    assert remarks(silent, LIMITS) == (Fault(FaultKind.LITTLE_SPEECH, 0.0, 3.0),)


def test_360p_at_15_pictures_a_second_passes():
    assert kinds(width=640, height=360, fps=15.0, frames=900) == []
    assert kinds(width=640, height=360, fps=14.9, frames=894) == []
    assert kinds(width=640, height=358) == [FaultKind.TOO_SMALL]
    assert kinds(fps=14.4) == [FaultKind.TOO_FEW_FRAMES]


def test_a_telephone_held_upright_is_judged_by_its_shorter_side():
    assert kinds(width=360, height=640) == []
    assert kinds(width=240, height=640) == [FaultKind.TOO_SMALL]


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"readable": False}, Fault(FaultKind.UNREADABLE, None, None)),
        ({"seconds": 2.9, "audio_seconds": 2.9}, Fault(FaultKind.TOO_SHORT, 2.9, 3.0)),
        ({"audio_seconds": 0.0}, Fault(FaultKind.NO_SOUND, 0.0, None)),
        ({"audio_seconds": 30.0}, Fault(FaultKind.SOUND_BROKEN, 0.5, 0.2)),
        ({"frames": 0, "fps": 0.0, "width": 0, "height": 0}, Fault(FaultKind.NO_PICTURE, 0, 1.0)),
        ({"freeze_s": 15.0}, Fault(FaultKind.FROZEN, 0.25, 0.2)),
        ({"black_s": 45.0}, Fault(FaultKind.BLACK, 0.75, 0.5)),
        ({"av_offset_ms": 900.0}, Fault(FaultKind.OUT_OF_STEP, 900.0, 400.0)),
        ({"av_offset_ms": -900.0}, Fault(FaultKind.OUT_OF_STEP, 900.0, 400.0)),
    ],
)
def test_each_fault_says_what_was_found_and_needed(values, fault):
    assert judge(replace(GOOD, **values), LIMITS) == (fault,)


def test_a_value_exactly_on_the_limit_passes():
    assert kinds(seconds=3.0, audio_seconds=3.0) == []
    assert kinds(freeze_s=12.0) == []
    assert kinds(freeze_s=12.01) == [FaultKind.FROZEN]
    assert kinds(audio_seconds=48.0) == []
    assert kinds(av_offset_ms=400.0) == []


def test_a_picture_that_perhaps_stood_still_is_looked_at_and_never_a_retake():
    still = replace(GOOD, freeze_s=6.0, still_s=9.0)
    assert judge(still, LIMITS) == ()
    assert remarks(still, LIMITS) == (Fault(FaultKind.STILL, 0.25, 0.2),)
    assert remarks(replace(GOOD, seconds=200.0, still_s=21.0), LIMITS) == (Fault(FaultKind.STILL, 21.0, 20.0),)
    assert remarks(replace(GOOD, still_s=12.0), LIMITS) == () == remarks(replace(GOOD, still_s=None), LIMITS)


def test_sound_longer_than_the_picture_is_no_fault():
    assert kinds(audio_seconds=61.0) == []


def test_an_unreadable_file_is_nothing_but_unreadable():
    assert kinds(readable=False, audio_seconds=0.0, frames=0) == [FaultKind.UNREADABLE]
    assert remarks(Measurement(readable=False, speech_s=0.0), LIMITS) == ()


def test_several_faults_are_all_told():
    assert kinds(seconds=2.0, audio_seconds=0.0, freeze_s=2.0, fps=5.0) == [
        FaultKind.TOO_SHORT,
        FaultKind.NO_SOUND,
        FaultKind.FROZEN,
        FaultKind.TOO_FEW_FRAMES,
    ]


def test_what_was_not_measured_is_never_held_against_the_recording():
    assert judge(Measurement(), LIMITS) == ()


maybe = st.none() | st.floats(0, 10_000)


@settings(max_examples=20, deadline=None)
@given(
    st.builds(Measurement, seconds=maybe, freeze_s=maybe, black_s=maybe, fps=maybe, audio_seconds=maybe), maybe, maybe
)
def test_speech_silence_and_loudness_never_change_the_judgement(measurement, speech, silence):
    other = replace(measurement, speech_s=speech, silence_s=silence, loudness_lufs=-90.0, clipping_share=1.0)
    assert judge(other, LIMITS) == judge(measurement, LIMITS)


@settings(max_examples=20, deadline=None)
@given(st.floats(3, 600), st.floats(0, 1), st.floats(0, 1))
def test_more_frozen_picture_never_makes_a_recording_better(seconds, one, other):
    less, more = sorted((one, other))
    with_less = judge(replace(GOOD, seconds=seconds, audio_seconds=seconds, freeze_s=seconds * less), LIMITS)
    with_more = judge(replace(GOOD, seconds=seconds, audio_seconds=seconds, freeze_s=seconds * more), LIMITS)
    assert len(with_less) <= len(with_more)

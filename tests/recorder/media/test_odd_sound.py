"""Sound as microphones really give it: too loud, from one side, opposite on both, too short to measure."""

import json
import subprocess

import av
import pytest
from test_measure import made

from recorder.media.ffmpeg import binary
from recorder.media.measure import measure
from recorder.media.transcode import transcode

PICTURE = "testsrc2=s=320x180:r=15:d={}"
TONE = "0.25*sin(2*PI*440*t)*(0.3+0.7*gt(mod(t,1),0.5))"


def film(folder, tone, seconds=6):
    source = made(folder / "a.mkv", PICTURE.format(seconds), tone, "-c:a", "libopus", "-b:a", "96k", "-g", "15")
    (folder / "out").mkdir()
    measured = measure(source)
    return measured, transcode(source, measured, folder / "out")


def loudness(path):
    return measure(path).measurement.loudness_lufs


def peaks_of(result):
    return json.loads(result.waveform.read_text())["peaks"]


def side_levels(path):
    """The loudest sample of the left and of the right, 0 to 1."""
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
    return [max(float(abs(frame[side]).max()) for frame in frames) for side in (0, 1)]


def test_howling_becomes_a_film_at_the_usual_loudness(tmp_path):
    measured, result = film(tmp_path, "aevalsrc='if(gt(sin(2*PI*2500*t),0),0.99,-0.99)':s=48000:d=6")
    assert measured.loudness.integrated > 0, "louder than the filter takes"
    assert loudness(result.video) == pytest.approx(-23, abs=0.5)
    assert result.proof.loudness_lufs == pytest.approx(-23, abs=0.5)


@pytest.mark.parametrize("tone", ["anullsrc=r=48000:cl=mono:d=6", "sine=440:r=48000:d=0.3"], ids=["silence", "short"])
def test_what_cannot_be_measured_is_left_as_it_is(tmp_path, tone):
    measured, result = film(tmp_path, tone)
    assert measured.loudness is None and result.proof.loudness_lufs is None
    assert result.proof.frames == 90


@pytest.mark.parametrize("side", [0, 1])
def test_sound_of_one_side_comes_from_both_at_the_same_loudness(tmp_path, side):
    sides = [TONE, "0"] if side == 0 else ["0", TONE]
    measured, result = film(tmp_path, f"aevalsrc='{'|'.join(sides)}':s=48000:d=6")
    assert measured.only_side == side
    left, right = side_levels(result.video)
    assert left == pytest.approx(right, rel=0.1) and left > 0.05
    assert loudness(result.video) == pytest.approx(-23, abs=0.5)


def test_sound_of_both_sides_stays_as_it_is(tmp_path):
    measured, result = film(tmp_path, f"aevalsrc='{TONE}|0.05*sin(2*PI*300*t)':s=48000:d=6")
    assert measured.only_side is None
    left, right = side_levels(result.video)
    assert left > 2 * right


def test_opposite_sides_are_drawn_as_they_sound(tmp_path):
    _, same = film(tmp_path, f"aevalsrc='{TONE}|{TONE}':s=48000:d=6")
    (tmp_path / "other").mkdir()
    _, opposite = film(tmp_path / "other", f"aevalsrc='{TONE}|-1*{TONE}':s=48000:d=6")
    assert max(peaks_of(same)) > 5
    assert max(peaks_of(opposite)) == pytest.approx(max(peaks_of(same)), rel=0.25)


def test_the_loudness_is_that_of_the_film(tmp_path):
    """What the figures say is what another reader measures."""
    _, result = film(tmp_path, f"aevalsrc='0.02*{TONE}':s=48000:d=6")
    told = subprocess.run(
        [binary(), "-hide_banner", "-i", result.video, "-af", "ebur128=framelog=quiet", "-vn", "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=True,
    )
    measured = float(told.stderr.rpartition("I:")[2].split()[0])
    assert result.proof.loudness_lufs == pytest.approx(measured, abs=0.3)

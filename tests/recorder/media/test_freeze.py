"""A camera that hangs is told from somebody who sits still: by what moves, and by the grain, whatever the codec."""

import subprocess
from dataclasses import replace

import numpy as np
import pytest

from recorder.media.ffmpeg import binary
from recorder.media.freeze import CELLS, RATE, Look, apart, frozen
from recorder.media.measure import measure

COUNT = CELLS[0] * CELLS[1]
LIVE = [(number / 6, 0.2) for number in range(180)]
DEAD = [(number / 6, 0.0) for number in range(180)]
BREATHES = [(number / RATE, 0.01) for number in range(150)]
REFINES = [(number / RATE, 0.0004) for number in range(150)]
QUIET = [(number / RATE, 0.0) for number in range(150)]
SECONDS = 10


def picture(grey, part=0):
    """A small picture, all of one grey but for a part that is lighter."""
    return bytes([grey + part]) + bytes([grey]) * (COUNT - 1)


def look(pictures=None, changes=DEAD, apart=REFINES, keyframes=(0,), prints=None):
    """What was looked at in ten seconds of one grey; each keyframe is another picture."""
    pictures = pictures if pictures is not None else [picture(90)] * SECONDS * RATE
    until_s = len(pictures) / RATE
    return Look(
        pictures=pictures,
        changes=[one for one in changes if one[0] < until_s],
        apart=[one for one in apart if one[0] < until_s],
        keyframes=list(keyframes),
        prints=prints or [(time, number) for number, time in enumerate(keyframes)],
    )


def frozen_s(found):
    """How long it stood still, surely or perhaps."""
    return sum(frozen(found))


def test_only_what_is_proven_is_called_so():
    assert frozen(look()) == (0, SECONDS), "nothing moves, but the coder may have left out what lives"
    assert frozen(look(apart=QUIET)) == (SECONDS, 0)


def test_what_an_encoder_refines_counts_little_over_a_second():
    points = np.full((8, 1000), 90, np.uint8)
    points[6, :10], points[7, :10] = 95, 88
    assert apart(points) == [(1.0, 0.0), (1.2, 0.01), (1.4, pytest.approx(0.01 / 32))]


def test_the_same_picture_without_grain_is_frozen():
    assert frozen_s(look(keyframes=[0, 2, 4, 6, 8])) == SECONDS
    assert frozen_s(look([picture(90)] * RATE)) == 0, "a second is no fault"
    assert frozen_s(look([])) == 0


def test_grain_is_life_and_so_is_a_part_that_moves():
    assert frozen_s(look(changes=LIVE)) == 0
    moves = [picture(90, number % 2 * 9) for number in range(SECONDS * RATE)]
    assert frozen_s(look(moves)) == 0


def test_who_breathes_where_the_coder_left_the_grain_out_is_looked_at_and_not_called_frozen():
    assert frozen(look(apart=BREATHES)) == (0, SECONDS)
    assert frozen(look(apart=BREATHES, keyframes=[0, 5])) == (0, SECONDS)


def test_where_keyframes_are_so_near_that_no_second_is_without_one_only_the_same_picture_is_a_proof():
    often = [number / 2 for number in range(2 * SECONDS)]
    assert frozen(look(apart=BREATHES, keyframes=often)) == (0, SECONDS)
    same = [(time, 99 if time >= 4 else number) for number, time in enumerate(often)]
    moves = [picture(90, number % 2 * 20) for number in range(SECONDS * RATE)]
    assert frozen_s(look(moves, LIVE, BREATHES, often, same)) == pytest.approx(SECONDS - 4, abs=0.6)


def test_a_picture_that_comes_back_once_is_no_proof():
    often = [number / 2 for number in range(2 * SECONDS)]
    once = [(time, 99 if time in (2, 3, 8) else number) for number, time in enumerate(often)]
    assert frozen_s(look(None, LIVE, BREATHES, often, once)) == 0


def test_a_second_in_which_no_point_changes_is_a_proof_whatever_the_encoder_refines_elsewhere():
    late = [one if one[0] < 5 else (one[0], 0.0) for one in BREATHES]
    assert frozen_s(look(changes=LIVE, apart=QUIET)) == SECONDS
    assert frozen_s(look(changes=LIVE, apart=late)) == pytest.approx(SECONDS - 4 + 2.4, abs=0.5)


def test_a_keyframe_draws_the_same_picture_a_little_otherwise():
    pictures = [picture(90 + number // (2 * RATE) % 2 * 8) for number in range(SECONDS * RATE)]
    assert frozen_s(look(pictures, keyframes=range(0, SECONDS, 2))) == pytest.approx(SECONDS, abs=1)
    moves = [picture(90 + number // RATE % 2 * 8) for number in range(SECONDS * RATE)]
    assert frozen_s(look(moves)) == 0, "what changes like that without a keyframe has moved"


def test_where_no_picture_comes_nothing_lives():
    """The same picture is looked at again and again; of what lives around it nothing is frozen."""
    gone = [one for one in LIVE if not 4 <= one[0] < 8]
    same = [(time, 0.0 if 5 <= time < 8 else share) for time, share in BREATHES]
    found = replace(look([picture(90)] * 11 * RATE, gone, same), gaps=[(4.0, 8.0)])
    assert frozen(found) == (4, 0)


# A negative `-cpu-used`: by a positive one VP8 follows the clock, and codes otherwise on a machine that is busy.
@pytest.mark.parametrize(
    "codec", ["libx264 -preset ultrafast -tune zerolatency", "libvpx -deadline realtime -cpu-used -8 -threads 1"]
)
def test_a_camera_that_hangs_behind_keyframes(tmp_path, codec):
    """Key frames each two seconds, of which each differs from the picture before it."""
    path = tmp_path / "hangs.mkv"
    hang = "testsrc2=d=3:s=640x360:r=30,noise=alls=4:allf=t,tpad=stop_mode=clone:stop_duration=15"
    coding = ["-c:v", *codec.split(), "-b:v", "1M", "-g", "60", "-keyint_min", "60", "-pix_fmt", "yuv420p"]
    subprocess.run([binary(), "-v", "error", "-f", "lavfi", "-i", hang, *coding, path], check=True, timeout=120)
    assert measure(path).measurement.freeze_s == pytest.approx(15, abs=1.5)


@pytest.mark.parametrize(
    "codec",
    [
        "libx264 -preset ultrafast -tune zerolatency",
        "libopenh264 -rc_mode bitrate",
        "libvpx -deadline realtime -cpu-used -8 -threads 1",
    ],
    ids=["x264", "openh264", "vp8"],
)
@pytest.mark.parametrize("keyframe", ["15", "60"])
def test_who_sits_still_and_breathes_is_not_frozen_however_few_bits_there_are(tmp_path, codec, keyframe):
    path = tmp_path / "breathes.mkv"
    person = "color=c=0x6b5a4e:s=640x360:r=30,drawbox=x=240:y=60:w=160:h=300:c=0xc9a58a:t=fill,trim=end_frame=1"
    still = f"{person},loop=loop=-1:size=1,setpts=N/30/TB,fps=30"
    sway = "rotate='0.006*(sin(2*PI*t/4)+0.3*sin(2*PI*t/11.3))':c=0x6b5a4e,noise=alls=2:allf=t"
    coding = ["-c:v", *codec.split(), "-b:v", "300k", "-g", keyframe, "-pix_fmt", "yuv420p", "-t", "12"]
    source = ["-f", "lavfi", "-i", f"{still},{sway}"]
    subprocess.run([binary(), "-v", "error", *source, *coding, path], check=True, timeout=120)
    assert measure(path).measurement.freeze_s == 0

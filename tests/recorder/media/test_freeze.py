"""A camera that hangs is told from somebody who sits still: by what moves, and by the grain, whatever the codec."""

import subprocess

import pytest

from recorder.media.ffmpeg import binary
from recorder.media.freeze import CELLS, RATE, frozen_s
from recorder.media.measure import measure

COUNT = CELLS[0] * CELLS[1]
LIVE = [(number / 6, 0.2) for number in range(180)]
DEAD = [(number / 6, 0.0) for number in range(180)]


def picture(grey, part=0):
    """A small picture, all of one grey but for a part that is lighter."""
    return bytes([grey + part]) + bytes([grey]) * (COUNT - 1)


def test_the_same_picture_without_grain_is_frozen():
    assert frozen_s([picture(90)] * 10 * RATE, DEAD, [0, 2, 4, 6, 8]) == 10
    assert frozen_s([picture(90)] * RATE, DEAD, [0]) == 0, "a second is no fault"
    assert frozen_s([], [], []) == 0


def test_grain_is_life_and_so_is_a_part_that_moves():
    assert frozen_s([picture(90)] * 10 * RATE, LIVE, [0]) == 0
    assert frozen_s([picture(90, number % 2 * 9) for number in range(10 * RATE)], DEAD, [0]) == 0


def test_a_keyframe_draws_the_same_picture_a_little_otherwise():
    pictures = [picture(90 + number // RATE % 2 * 8) for number in range(10 * RATE)]
    assert frozen_s(pictures, DEAD, list(range(10))) == pytest.approx(10, abs=1)
    assert frozen_s(pictures, DEAD, [0]) == 0, "what changes like that without a keyframe has moved"


def test_where_no_picture_comes_nothing_lives():
    gap = [(time, share) for time, share in LIVE if not 4 <= time < 8]
    assert frozen_s([picture(90)] * 11 * RATE, gap, [0]) == pytest.approx(4, abs=0.5)


@pytest.mark.parametrize(
    "codec", ["libx264 -preset ultrafast -tune zerolatency", "libvpx -deadline realtime -threads 1"]
)
def test_a_camera_that_hangs_behind_keyframes(tmp_path, codec):
    """Key frames each two seconds, of which each differs from the picture before it."""
    path = tmp_path / "hangs.mkv"
    hang = "testsrc2=d=3:s=640x360:r=30,noise=alls=4:allf=t,tpad=stop_mode=clone:stop_duration=15"
    coding = ["-c:v", *codec.split(), "-b:v", "1M", "-g", "60", "-keyint_min", "60", "-pix_fmt", "yuv420p"]
    subprocess.run([binary(), "-v", "error", "-f", "lavfi", "-i", hang, *coding, path], check=True, timeout=120)
    assert measure(path).measurement.freeze_s == pytest.approx(15, abs=1.5)

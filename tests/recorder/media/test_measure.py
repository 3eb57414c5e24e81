"""What is measured of a file is what is in it."""

import subprocess
from dataclasses import replace

import ffmpeg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.sender import SIZE, send, sound, spool, video

from recorder.media.ffmpeg import FfmpegAway, FfmpegError, binary, run
from recorder.media.live_source import join
from recorder.media.measure import measure, scan
from scenarios.quality import Measurement


def recorded(folder, sent, codec="H264"):
    return join([spool(folder / "whip-1.rtp", sent, codec=codec)], folder / "live.mkv").path


def made(path, picture, tone, *options):
    """A file made by ffmpeg of a picture and a sound that are described in lavfi's words."""
    inputs = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", tone]
    subprocess.run([binary(), "-v", "error", *inputs, "-preset", "ultrafast", *options, path], check=True, timeout=60)
    return path


@pytest.mark.parametrize("codec", ["H264", "VP8"])
def test_a_good_recording(tmp_path, codec):
    found = measure(recorded(tmp_path, send(video(codec, 6), sound(6)), codec))
    m = found.measurement
    assert (m.readable, m.seconds, m.frames, m.fps, m.width, m.height) == (True, 6, 180, 30, *SIZE)
    assert (m.freeze_s, m.black_s, m.audio_seconds, m.clipping_share) == (0, 0, 6, 0)
    assert m.resolutions == ((0, *SIZE),)
    assert -20 < m.loudness_lufs < -12
    assert found.scan.keyframe_gap_s == pytest.approx(1, abs=0.01)
    assert found.scan.one_shape


def test_what_is_not_looked_at_is_not_known_and_all_else_is_the_same(tmp_path):
    path = recorded(tmp_path, send(video("H264", 6), sound(6)))
    seen, decoded = measure(path), measure(path, looking=False)
    unknown = {"freeze_s": None, "still_s": None, "black_s": None}
    assert decoded == replace(seen, measurement=replace(seen.measurement, **unknown))


@pytest.mark.parametrize("codec", ["H264", "VP8"])
def test_each_change_of_size_is_named(tmp_path, codec):
    big = (640, 384)
    found = measure(recorded(tmp_path, send(video(codec, 4, (SIZE, big)), sound(4)), codec))
    assert found.measurement.resolutions == ((0, *SIZE), (2, *big))
    assert (found.measurement.width, found.measurement.height) == big
    assert found.measurement.frames == 120
    assert not found.scan.one_shape


def test_standing_still_and_blackness_are_seen(tmp_path):
    still = "testsrc2=s=320x180:r=15:d=4,tpad=stop_mode=clone:stop_duration=5[a];color=black:s=320x180:r=15:d=3[b]"
    path = made(tmp_path / "a.mkv", f"{still};[a][b]concat", "anoisesrc=a=0.05:d=12", "-c:a", "libopus")
    m = measure(path).measurement
    assert m.black_s == pytest.approx(3, abs=0.3)
    # Blackness does not move either.
    assert m.freeze_s == pytest.approx(8, abs=0.5)


@pytest.mark.parametrize(("noise", "frozen_s"), [(2, 0), (0, 8)])
def test_who_sits_still_before_a_camera_is_no_frozen_picture(tmp_path, noise, frozen_s):
    """The weak noise of a sensor tells a person who says nothing and does not move from a picture that hangs."""
    lit = "color=s=640x360:r=15,trim=end_frame=1,geq=lum=40+X/5+Y/5:cb=118:cr=140,loop=119:1"
    still = f"{lit},noise=alls={noise}:allf=t:all_seed=7"
    coding = ["-tune", "zerolatency", "-b:v", "800k", "-maxrate", "800k", "-bufsize", "800k", "-pix_fmt", "yuv420p"]
    path = made(tmp_path / "a.mkv", still, "anullsrc=d=8", *coding, "-g", "30", "-c:a", "libopus")
    assert measure(path).measurement.freeze_s == pytest.approx(frozen_s, abs=0.5)


def test_a_hole_between_sessions_is_a_picture_that_stands_still(tmp_path):
    first = spool(tmp_path / "whip-1.rtp", send(video("H264", 3), sound(3)))
    second = spool(tmp_path / "whip-2.rtp", send(video("H264", 3), sound(3), start_s=1_800_000_008.0), session=2)
    m = measure(join([first, second], tmp_path / "live.mkv").path).measurement
    assert m.seconds == pytest.approx(11, abs=0.05)
    assert m.freeze_s == pytest.approx(5, abs=0.3)
    assert m.audio_seconds == pytest.approx(6, abs=0.05)


def test_silence_and_loudness_and_clipping(tmp_path):
    tone = "sine=f=440:d=6:r=48000,volume='if(lt(t,2),0,if(lt(t,4),2,200))':eval=frame"
    m = measure(made(tmp_path / "a.mkv", "testsrc2=s=320x180:r=15:d=6", tone, "-c:a", "pcm_s16le")).measurement
    assert m.silence_s == pytest.approx(2, abs=0.1)
    assert m.speech_s == pytest.approx(4, abs=0.1)
    assert m.clipping_share > 0.2
    quiet = made(tmp_path / "b.mkv", "testsrc2=s=320x180:r=15:d=3", "anullsrc=d=3", "-c:a", "libopus")
    m = measure(quiet).measurement
    assert (m.silence_s, m.speech_s, m.loudness_lufs) == (pytest.approx(3, abs=0.1), pytest.approx(0, abs=0.1), None)


def test_picture_or_sound_may_be_missing(tmp_path):
    m = measure(recorded(tmp_path, send((), sound(3)))).measurement
    assert (m.frames, m.width, m.freeze_s) == (0, None, None)
    assert m.audio_seconds == pytest.approx(3, abs=0.03)
    (tmp_path / "b").mkdir()
    m = measure(recorded(tmp_path / "b", send(video("VP8", 3)), "VP8")).measurement
    assert (m.frames, m.audio_seconds, m.loudness_lufs) == (90, 0, None)


def test_nothing_recorded_is_measured_as_nothing():
    assert measure(None).measurement == Measurement(seconds=0.0, frames=0, audio_seconds=0.0)


@settings(max_examples=12, deadline=None)
@given(st.binary(max_size=300))
def test_garbage_is_unreadable(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("garbage") / "a.mkv"
    path.write_bytes(data)
    assert measure(path).measurement == Measurement(readable=False)


@settings(max_examples=8, deadline=None)
@given(st.data())
def test_a_damaged_file_is_measured_or_unreadable(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("damaged")
    path = recorded(folder, send(video("H264", 1), sound(1)))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 40))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    measure(path)


def test_times_that_cannot_be_are_unreadable(tmp_path):
    """A damaged time must not make a filter fill years with pictures."""
    path = made(tmp_path / "a.mkv", "testsrc2=s=64x64:r=5:d=2", "sine=d=2", "-c:a", "pcm_s16le")
    shifted = tmp_path / "b.mkv"
    late = ["-itsoffset", "9999999", "-i", path, "-i", path, "-map", "0:v", "-map", "1:a", "-c", "copy"]
    subprocess.run([binary(), "-v", "error", *late, shifted], check=True, timeout=60)
    assert measure(shifted).measurement == Measurement(readable=False)


def test_progress_runs_up_to_the_end_and_may_stop_the_work(tmp_path):
    path = recorded(tmp_path, send(video("H264", 6), sound(6)))
    shares = []
    measure(path, shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1, abs=0.05)

    def stop(_share):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        measure(path, stop)


def test_a_run_that_takes_too_long_is_ended():
    endless = ffmpeg.input("testsrc2=s=1280x720:r=30", f="lavfi").output("-", format="null")
    with pytest.raises(FfmpegAway, match="stopped after"):
        run(endless, timeout_s=0.5)


def test_a_refusal_says_why(tmp_path):
    nothing = ffmpeg.input(str(tmp_path / "none.mkv")).output("-", format="null")
    with pytest.raises(FfmpegError, match=r"none\.mkv.*No such file"):
        run(nothing, timeout_s=10)


def test_h264_from_elsewhere_is_scanned_too(tmp_path):
    clip = made(tmp_path / "a.mp4", "testsrc2=s=320x180:r=25:d=6", "sine=d=6", "-c:a", "aac", "-g", "125", "-bf", "2")
    found = scan(clip)
    assert (found.video_codec, found.audio_codec, found.one_shape) == ("h264", "aac", True)
    assert found.keyframe_gap_s == pytest.approx(5, abs=0.05)
    assert found.fps == pytest.approx(25, abs=0.01)


def test_a_picture_between_start_codes_is_read_too(tmp_path):
    """As browsers write it into WebM, and as MPEG-TS has it: no lengths before the units."""
    source = recorded(tmp_path, send(video("H264", 4), sound(4)))
    other = tmp_path / "other.ts"
    subprocess.run([binary(), "-v", "error", "-i", source, "-c:v", "copy", "-an", other], check=True)
    found = scan(other)
    assert (len(found.times), found.one_shape, found.size) == (120, True, SIZE)
    (tmp_path / "changing").mkdir()
    changing = recorded(tmp_path / "changing", send(video("H264", 4, ((320, 192), (640, 384)))))
    subprocess.run([binary(), "-v", "error", "-y", "-i", changing, "-c:v", "copy", other], check=True)
    assert not scan(other).one_shape

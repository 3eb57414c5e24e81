"""What an assessor gets to see: all of it, in step, at -23 LUFS, and nothing about who or with what."""

import json

import av
import pytest
from av.bitstream import BitStreamFilterContext
from support.sender import SIZE, START_S, lose, send, sound, spool, video, watch
from test_measure import made, recorded

from recorder.media import matroska, transcode
from recorder.media.live_source import join
from recorder.media.matroska import AUDIO, VIDEO, Block, VideoTrack
from recorder.media.measure import measure, scan
from recorder.spool import packet_file


def finish(folder, source, progress=None):
    folder.mkdir(exist_ok=True)
    return transcode.transcode(source, measure(source), folder, progress)


def bytes_of(result):
    return [path.read_bytes() for path in (result.video, result.poster, result.thumbnails)]


@pytest.mark.parametrize("codec", ["H264", "VP8"])
def test_all_pictures_and_all_sound_in_step(tmp_path, codec):
    shares = []
    source = recorded(tmp_path, send(video(codec, 6), sound(6)), codec)
    result = finish(tmp_path / "out", source, shares.append)
    assert result.how == ("copied" if codec == "H264" else "re-encoded")
    seen = watch(result.video)
    assert seen.numbers == list(range(180))
    assert (seen.times[0], seen.times[-1]) == (0, pytest.approx(6 - 1 / 30, abs=0.001))
    assert len(seen.offsets_ms) == 6 and max(map(abs, seen.offsets_ms)) < 30
    proof = result.proof
    assert (proof.frames, proof.seconds) == (180, pytest.approx(6, abs=0.05))
    assert (proof.width, proof.height) == SIZE
    assert proof.audio_seconds == pytest.approx(6, abs=0.05)
    assert abs(proof.av_offset_ms) < 5
    after = measure(result.video)
    assert after.measurement.loudness_lufs == pytest.approx(-23, abs=0.5)
    assert after.scan.keyframe_gap_s <= 2.1
    assert (after.scan.video_codec, after.scan.audio_codec) == ("h264", "aac")
    assert shares == sorted(shares) and shares[-1] > 0.9


def test_playing_can_begin_before_all_is_there_and_nothing_tells_who_made_it(tmp_path):
    source = recorded(tmp_path, send(video("VP8", 4), sound(4)), "VP8")
    result, again = finish(tmp_path / "out", source), finish(tmp_path / "again", source)
    data = result.video.read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")
    for name in (b"x264", b"Lavf", b"Lavc", b"vignet", str(tmp_path).encode()):
        assert not any(name in content for content in bytes_of(result))
    assert bytes_of(result) == bytes_of(again)
    with av.open(str(result.video)) as container:
        assert "creation_time" not in container.metadata


def test_poster_thumbnails_and_waveform(tmp_path):
    source = recorded(tmp_path, send(video("H264", 6), sound(6)))
    result = finish(tmp_path / "out", source)
    index = json.loads(result.thumbnails_index.read_text())
    assert index == {"columns": 10, "count": 3, "width": 160, "height": 90, "interval_s": 2.0}
    with av.open(str(result.thumbnails)) as sheet, av.open(str(result.poster)) as poster:
        frame = next(sheet.decode(video=0))
        assert (frame.width, frame.height) == (1600, 90)
        grey = frame.reformat(format="gray").planes[0]
        row = bytes(grey)[70 * grey.line_size :][:1600]
        assert [sum(row[cell * 160 + 40 : cell * 160 + 120]) / 80 > 50 for cell in range(4)] == [
            True,
            True,
            True,
            False,
        ]
        first = next(poster.decode(video=0))
        assert (first.width, first.height) == SIZE
    wave = json.loads(result.waveform.read_text())
    assert (wave["per_second"], wave["seconds"], len(wave["peaks"])) == (10, 6.0, pytest.approx(60, abs=1))
    assert [peak > 10 for peak in wave["peaks"][:60:10]] == [True] * 6
    assert max(wave["peaks"][5:10]) < 5


@pytest.mark.parametrize("codec", ["H264", "VP8"])
def test_a_picture_that_changes_its_size_is_encoded_in_one_size(tmp_path, codec):
    sizes = (SIZE, (640, 384), SIZE)
    result = finish(tmp_path / "out", recorded(tmp_path, send(video(codec, 6, sizes), sound(6)), codec))
    assert (result.how, result.proof.width, result.proof.height) == ("re-encoded", 640, 384)
    seen = watch(result.video)
    assert seen.numbers == list(range(180))
    assert max(map(abs, seen.offsets_ms)) < 30
    assert json.loads(result.thumbnails_index.read_text())["count"] == 3


def test_rare_keyframes_or_a_large_picture_are_encoded(tmp_path):
    rare = finish(tmp_path / "a", recorded(tmp_path, send(video("H264", 6, gop=300), sound(6))))
    assert (rare.how, rare.proof.frames) == ("re-encoded", 180)
    assert scan(rare.video).keyframe_gap_s <= 2.1
    picture = "testsrc2=s=1080x1920:r=5:d=2"
    large = finish(tmp_path / "b", made(tmp_path / "large.mkv", picture, "sine=d=2", "-c:a", "libopus", "-g", "5"))
    assert (large.how, large.proof.width, large.proof.height) == ("re-encoded", 720, 1280)


def test_holes_of_any_kind_move_nothing(tmp_path):
    """Sound first, later lost for half a second; pictures lost; the session broken off and begun anew."""
    pictures = video("H264", 6)

    def unlucky(number, one):
        return number < 2 or number == 400 if one.kind == packet_file.Kind.VIDEO else 150 <= number < 175

    first = lose(send(pictures, sound(6)), unlucky)
    second = send(video("H264", 3, first=1000), sound(3), start_s=START_S + 8, timestamp=2**32 - 999)
    paths = [spool(tmp_path / f"whip-{k}.rtp", sent, session=k) for k, sent in enumerate((first, second), 1)]
    source = join(paths, tmp_path / "live.mkv")
    result = finish(tmp_path / "out", source.path)
    seen = watch(result.video)
    assert result.how == "copied"
    assert seen.numbers == watch(source.path).numbers
    assert seen.times[-1] == pytest.approx(11, abs=0.05)
    assert seen.sound_s == pytest.approx(11, abs=0.05)
    # The first picture is shown from the start, so its own flash is early.
    assert max(map(abs, seen.offsets_ms[1:])) < 30
    assert abs(result.proof.av_offset_ms) < 10


def test_sound_that_begins_late_stays_late(tmp_path):
    sent = lose(send(video("VP8", 6), sound(6)), lambda number, one: one.kind == packet_file.Kind.AUDIO and number < 75)
    seen = watch(finish(tmp_path / "out", recorded(tmp_path, sent, "VP8")).video)
    assert seen.beeps[0] == pytest.approx(2, abs=0.03)
    assert seen.sound_s == pytest.approx(6, abs=0.05)


@pytest.mark.parametrize("level", [0.02, 0.9])
def test_soft_and_loud_speech_come_out_equally_loud(tmp_path, level):
    # Little noise: of white noise AAC leaves out what nobody's voice reaches, and with it loudness.
    heard = sound(6, level, noise=level / 20)
    result = finish(tmp_path / "out", recorded(tmp_path, send(video("H264", 6), heard)))
    after = measure(result.video)
    assert after.measurement.loudness_lufs == pytest.approx(-23, abs=1)
    assert after.loudness.peak <= -1


def test_a_result_without_sound_of_any_strength(tmp_path):
    source = made(tmp_path / "a.mkv", "testsrc2=s=320x180:r=15:d=3", "anullsrc=d=3", "-c:a", "libopus", "-g", "15")
    result = finish(tmp_path / "out", source)
    assert result.proof.audio_seconds == pytest.approx(3, abs=0.05)
    assert set(json.loads(result.waveform.read_text())["peaks"]) == {0}
    (tmp_path / "b").mkdir()
    mute = finish(tmp_path / "c", recorded(tmp_path / "b", send(video("VP8", 2)), "VP8"))
    assert (mute.proof.frames, mute.proof.audio_seconds) == (60, 0)


def test_a_result_that_is_not_what_was_recorded_is_not_believed(tmp_path):
    source = recorded(tmp_path, send(video("H264", 6), sound(6)))
    result = finish(tmp_path / "out", source)
    original = measure(source)
    data = result.video.read_bytes()
    result.video.write_bytes(data[: len(data) // 2])
    with pytest.raises(transcode.NotProven, match="of 180 pictures"):
        transcode.prove(result.video, original)
    result.video.write_bytes(b"nothing")
    with pytest.raises(transcode.NotProven, match="cannot be decoded"):
        transcode.prove(result.video, original)
    with pytest.raises(transcode.NotProven, match="cannot be decoded"):
        transcode.prove(result.video, original, strict=False)
    other = made(tmp_path / "b.mp4", "testsrc2=s=320x180:r=30:d=6", "sine=d=4", "-c:a", "aac")
    with pytest.raises(transcode.NotProven, match="s of sound"):
        transcode.prove(other, original)
    named = transcode.prove(other, original, strict=False)
    assert "s of sound" in named.unproven and named.frames == 180


def between_start_codes(source, destination):
    """The same file as browsers write it: no setup data in front, and no lengths before the units."""
    with av.open(str(source)) as container:
        picture, tone = container.streams.video[0], container.streams.audio[0]
        change, blocks = BitStreamFilterContext("h264_mp4toannexb", picture), []
        for packet in container.demux(picture, tone):
            if packet.size and packet.stream is picture:
                blocks += [
                    Block(float(one.pts * one.time_base), VIDEO, one.is_keyframe, bytes(one))
                    for one in change.filter(packet)
                ]
            elif packet.size:
                blocks.append(Block(float(packet.pts * packet.time_base), AUDIO, True, bytes(packet)))
        matroska.write(destination, VideoTrack("V_MPEG4/ISO/AVC", picture.width, picture.height), True, blocks)
    return destination


def test_a_picture_between_start_codes_is_copied_whole(tmp_path):
    source = recorded(tmp_path, send(video("H264", 6), sound(6)))
    result = finish(tmp_path / "out", between_start_codes(source, tmp_path / "browser.webm"))
    seen = watch(result.video)
    assert (result.how, seen.numbers) == ("copied", list(range(180)))
    assert seen.times[0] == 0 and max(map(abs, seen.offsets_ms)) < 30 and abs(result.proof.av_offset_ms) < 5

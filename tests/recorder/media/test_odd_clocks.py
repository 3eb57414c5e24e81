"""Files whose clock begins late, breaks or goes wild: every picture and all sound of them is in the film."""

import subprocess

import av
import pytest
from support.sender import send, sound, spool, video, watch

from recorder.media import matroska, select_source
from recorder.media.ffmpeg import binary
from recorder.media.live_source import join
from recorder.media.matroska import AUDIO, VIDEO, Block, VideoTrack
from recorder.media.measure import measure, scan
from recorder.media.packets import opus_s
from recorder.media.transcode import transcode

SECONDS = 8
TALK = f"sine=f=440:r=48000:d={SECONDS},volume='0.1+0.9*gt(mod(t,1),0.5)':eval=frame"
BROWSER = ("-f", "matroska", "-live", "1", "-cluster_time_limit", "1000")
FRAGMENTS = ("-f", "mp4", "-movflags", "+frag_keyframe+empty_moov+default_base_moof")


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """A recording as a browser makes it, with a number in each picture: 240 pictures in 8 s."""
    folder = tmp_path_factory.mktemp("plain")
    return join(
        [spool(folder / "whip-1.rtp", send(video("H264", SECONDS), sound(SECONDS)), codec="H264")], folder / "live.mkv"
    ).path


def begun_earlier(source, path, seconds, options):
    """The same recording by a clock that began `seconds` earlier."""
    command = [binary(), "-v", "error", "-copyts", "-itsoffset", str(seconds), "-i", source, "-c", "copy"]
    if options is FRAGMENTS:
        # Muxers of phones write the first time into each fragment, and no edit list.
        options = (
            *FRAGMENTS[:2],
            "-movflags",
            "+frag_keyframe+empty_moov+default_base_moof+frag_discont",
            "-use_editlist",
            "0",
        )
    subprocess.run([*command, *options, "-avoid_negative_ts", "disabled", path], check=True, timeout=60)
    return path


def film(path, folder):
    folder.mkdir()
    chosen = select_source._playable(path)
    measured = measure(chosen.path)
    return measured, transcode(chosen.path, measured, folder)


def rewritten(source, path, monkeypatch, change, kind):
    """A copy of a file in which `change(seconds)` says the time of each packet of `kind`; None leaves it out.

    Written packet by packet in the old order, each in a cluster of its own, since no muxer writes times that go back.
    The clock begins at 5,000 s, so that it may go back far.
    """
    blocks = []
    with av.open(str(source)) as was:
        picture = was.streams.video[0]
        track = VideoTrack("V_MPEG4/ISO/AVC", picture.width, picture.height, bytes(picture.codec_context.extradata))
        for packet in was.demux():
            if packet.pts is None:
                continue
            seconds = float(packet.pts * packet.time_base)
            now = change(seconds) if packet.stream.type == kind else seconds
            if now is not None:
                number = VIDEO if packet.stream is picture else AUDIO
                blocks.append(Block(now + 5000, number, packet.is_keyframe, bytes(packet)))
    with monkeypatch.context() as patch:
        patch.setattr(matroska, "sorted", lambda given, key: list(given), raising=False)
        patch.setattr(matroska, "_CLUSTER_TICKS", -(10**12))
        matroska.write(path, track, True, blocks)
    return path


@pytest.mark.parametrize("seconds", [0.25, 0.7, 10])
@pytest.mark.parametrize("options", [BROWSER, FRAGMENTS], ids=["webm", "mp4"])
def test_a_recording_that_does_not_begin_at_zero(plain, tmp_path, seconds, options):
    source = begun_earlier(plain, tmp_path / "late", seconds, options)
    with av.open(str(source)) as container:
        assert container.start_time / 1e6 == pytest.approx(seconds, abs=0.05)
    measured, result = film(source, tmp_path / "out")
    assert measured.measurement.seconds == pytest.approx(SECONDS, abs=0.05)
    assert (measured.measurement.fps, measured.measurement.freeze_s) == (pytest.approx(30, abs=0.2), 0)
    seen = watch(result.video)
    assert seen.numbers == list(range(SECONDS * 30))
    assert result.proof.seconds == pytest.approx(SECONDS, abs=0.05)
    assert max(map(abs, seen.offsets_ms)) < 30


@pytest.mark.parametrize("sound_from", [None, 2.5], ids=["no sound", "late sound"])
def test_a_short_file_begins_with_its_first_packet(plain, tmp_path, sound_from):
    """FFmpeg finds no begin of a few pictures with holes: they would come after 10 s of nothing, or fall out."""
    with av.open(str(plain)) as container:
        picture = container.streams.video[0]
        track = VideoTrack("V_MPEG4/ISO/AVC", picture.width, picture.height, bytes(picture.codec_context.extradata))
        pictures = [(one.is_keyframe, bytes(one)) for one in container.demux(picture) if one.pts is not None]
    source = tmp_path / "short.mkv"
    blocks = [Block(10 + number / 30, VIDEO, *one) for number, one in enumerate(pictures[:30:3])]
    if sound_from:
        blocks += [Block(10 + sound_from + at, AUDIO, True, data) for at, data in sound(1) if at < 0.5]
    matroska.write(source, track, True, blocks)
    with av.open(str(source)) as container:
        assert container.start_time != 10_000_000
    found = select_source._playable(source).found
    assert found.seconds == pytest.approx(sound_from + 0.5 if sound_from else 1 / 3, abs=0.05)
    assert len(found.times) == 10 and found.times[0] == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("kind", ["webm", "mp4"])
def test_a_hole_in_slices_of_a_late_clock_is_filled_by_the_live_road(plain, tmp_path, kind):
    """The join cuts by one clock: nothing falls out between the slices and the live road that goes on after them.

    An MP4 that is torn in mid-fragment lacks the picture to its sound at its end: that comes from the live road too.
    """
    source = begun_earlier(plain, tmp_path / "slices-0-5", 0.7, BROWSER if kind == "webm" else FRAGMENTS)
    data = source.read_bytes()
    (tmp_path / "slices-0-5").write_bytes(data[: len(data) // 2])
    live = spool(tmp_path / "whip-1.rtp", send(video("H264", SECONDS), sound(SECONDS)), codec="H264")
    (tmp_path / "work").mkdir()
    chosen = select_source.best([tmp_path / "slices-0-5", live], tmp_path / "work")
    assert chosen.decision["took"] == "both"
    measured = measure(chosen.path)
    (tmp_path / "out").mkdir()
    seen = watch(transcode(chosen.path, measured, tmp_path / "out").video)
    assert len(set(seen.numbers)) >= SECONDS * 30 - 2


def test_a_sound_clock_that_jumps_back_loses_no_sound(plain, tmp_path, monkeypatch):
    source = rewritten(plain, tmp_path / "back.mkv", monkeypatch, lambda at: at if at < 5 else at - 3, "audio")
    found = scan(source)
    assert found.breaks["audio"] == pytest.approx(3, abs=0.05)
    measured, result = film(source, tmp_path / "out")
    assert measured.measurement.audio_seconds == pytest.approx(SECONDS, abs=0.05)
    assert result.proof.audio_seconds == pytest.approx(SECONDS, abs=0.1)
    seen = watch(result.video)
    assert len(seen.offsets_ms) == SECONDS and max(map(abs, seen.offsets_ms)) < 60


@pytest.mark.parametrize("kind", ["audio", "video"])
@pytest.mark.parametrize("wild", [4000.0, -4000.0])
def test_one_wild_time_is_no_retake(plain, tmp_path, monkeypatch, kind, wild):
    hits = []

    def change(at):
        if at >= 4 and not hits:
            hits.append(at)
            return at + wild
        return at

    measured, result = film(rewritten(plain, tmp_path / "wild.mkv", monkeypatch, change, kind), tmp_path / "out")
    assert measured.measurement.readable and measured.measurement.seconds == pytest.approx(SECONDS, abs=0.1)
    assert len(watch(result.video).numbers) >= SECONDS * 30 - 1


@pytest.mark.parametrize("edge", ["late", "early"])
def test_where_there_is_no_picture_it_stands_still(plain, tmp_path, monkeypatch, edge):
    """The sound goes on, the picture ends early or begins late: that is a frozen picture over the whole answer."""
    keep = (lambda at: at if at >= 5 else None) if edge == "late" else (lambda at: at if at < 3 else None)
    chosen = select_source._playable(rewritten(plain, tmp_path / "edge.mkv", monkeypatch, keep, "video"))
    found = measure(chosen.path).measurement
    assert found.seconds == pytest.approx(SECONDS, abs=0.1)
    assert found.freeze_s == pytest.approx(5, abs=0.3)
    assert found.fps == pytest.approx(30 * 3 / 8, abs=0.5)


def test_a_new_sender_in_mid_session_is_heard_and_seen(tmp_path):
    """Another SSRC, with sequence numbers and a clock of its own, goes on where the first one ended."""
    first = send(video("H264", 4), sound(4))
    pictures = [(number, at + 4, data) for number, at, data in video("H264", 4, first=120)]
    then = send(pictures, [(at + 4, data) for at, data in sound(4)], sequence=40_000, timestamp=900_000_000)
    other = [one.__class__(one.arrival_s, one.kind, _other_ssrc(one.data, one.kind)) for one in then]
    source = join([spool(tmp_path / "whip-1.rtp", [*first, *other], codec="H264")], tmp_path / "live.mkv")
    loss = source.sessions[0]
    assert (loss.video.foreign, loss.audio.foreign, loss.video.sources, loss.audio.sources) == (0, 0, 2, 2)
    found = measure(source.path)
    assert found.measurement.seconds == pytest.approx(8, abs=0.1)
    assert found.measurement.audio_seconds == pytest.approx(8, abs=0.1)
    (tmp_path / "out").mkdir()
    seen = watch(transcode(source.path, found, tmp_path / "out").video)
    assert seen.numbers == list(range(240))


def _other_ssrc(data, kind):
    at = 4 if data[1] in range(200, 208) else 8
    return data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :]


def test_the_sound_clock_of_a_sender_may_jump_back_too(tmp_path):
    packets = [(at if at < 3 else at - 2, data) for at, data in sound(6)]
    sent = send(video("H264", 6), sound(6))
    late = send([], packets)
    times = iter(one.arrival_s for one in sent if one.kind.name == "AUDIO")
    moved = [one.__class__(next(times), one.kind, one.data) for one in late if one.kind.name == "AUDIO"]
    rest = [one for one in sent if one.kind.name != "AUDIO"]
    mixed = sorted([*rest, *moved], key=lambda one: one.arrival_s)
    source = join([spool(tmp_path / "whip-1.rtp", mixed, codec="H264")], tmp_path / "live.mkv")
    found = measure(source.path).measurement
    assert found.audio_seconds == pytest.approx(6, abs=0.1) and found.seconds == pytest.approx(6, abs=0.1)
    assert source.sessions[0].audio.clock_breaks_s == pytest.approx(2, abs=0.1)


def test_silence_that_opus_leaves_out_is_not_broken_sound(tmp_path):
    """DTX: an encoder sends a packet of a byte or two, and then nothing for as long as nothing is said."""
    said = [(at, data) for at, data in sound(6) if at < 1 or at >= 5]
    rests = [(1 + 0.4 * number, b"\xf8") for number in range(10)]
    source = join(
        [spool(tmp_path / "whip-1.rtp", send(video("VP8", 6), sorted([*said, *rests])), codec="VP8")],
        tmp_path / "live.mkv",
    )
    found = measure(source.path).measurement
    assert found.audio_seconds == pytest.approx(6, abs=0.2)
    lost = [(at, data) for at, data in sound(6) if at < 1 or at >= 5]
    holed = join([spool(tmp_path / "whip-2.rtp", send(video("VP8", 6), lost), codec="VP8")], tmp_path / "holed.mkv")
    assert measure(holed.path).measurement.audio_seconds == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize(
    "packet, seconds",
    [(b"", 0), (b"\xf8", 0.02), (b"\xf9", 0.04), (b"\xfb\x03", 0.06), (b"\x18", 0.06), (b"\xe0", 0.0025), (b"\xfb", 0)],
)
def test_how_long_a_packet_of_opus_is(packet, seconds):
    assert opus_s(packet) == pytest.approx(seconds)

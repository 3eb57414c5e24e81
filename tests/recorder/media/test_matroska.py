"""From packets to a file: every picture that can be shown is in it, at its time, in step with the sound."""

import random
import socket
import subprocess
import threading
import time
from dataclasses import replace
from itertools import pairwise

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.sender import SIZE, START_S, VIDEO_PT, Sent, lose, packet, send, sound, spool, video, watch

from recorder.media import live_source
from recorder.media.depacketize import CODECS, Packet, depacketize
from recorder.media.ffmpeg import binary
from recorder.spool import packet_file

CODEC_NAMES = sorted(CODECS)
BIG = (640, 384)


def join(folder, *sessions, codec="H264"):
    paths = [spool(folder / f"whip-{k}.rtp", sent, session=k, codec=codec) for k, sent in enumerate(sessions, 1)]
    return live_source.join(paths, folder / "joined.mkv")


@pytest.mark.parametrize("codec", CODEC_NAMES)
def test_every_picture_and_all_sound_arrive_in_step(tmp_path, codec):
    source = join(tmp_path, send(video(codec, 6), sound(6)), codec=codec)
    seen = watch(source.path)
    assert seen.numbers == list(range(180))
    assert seen.sound_s == pytest.approx(6, abs=0.03)
    assert len(seen.offsets_ms) == 6
    assert max(map(abs, seen.offsets_ms)) < 10
    assert (source.sessions[0].sync, source.sessions[0].end) == ("reports", "delete")


@pytest.mark.parametrize("codec", CODEC_NAMES)
def test_numbers_wrap_around(tmp_path, codec):
    sent = send(video(codec, 6), sound(6), sequence=65_400, timestamp=2**32 - 100_000)
    seen = watch(join(tmp_path, sent, codec=codec).path)
    assert seen.numbers == list(range(180))
    assert max(map(abs, seen.offsets_ms)) < 10


@pytest.mark.parametrize("codec", CODEC_NAMES)
def test_late_and_doubled_packets_do_no_harm(tmp_path, codec):
    chance = random.Random(7)
    sent = [
        Sent(one.arrival_s + (0.2 * chance.random() if one.kind != packet_file.Kind.REPORT else 0), one.kind, one.data)
        for one in send(video(codec, 6), sound(6))
        for _ in range(2 if chance.random() < 0.1 else 1)
    ]
    source = join(tmp_path, sorted(sent, key=lambda one: one.arrival_s), codec=codec)
    assert watch(source.path).numbers == list(range(180))
    loss = source.sessions[0].video
    assert loss.duplicates > 10 and loss.reordered > 10 and loss.lost == 0


@pytest.mark.parametrize("codec", CODEC_NAMES)
@pytest.mark.parametrize("part", [0, -1])
def test_after_a_loss_nothing_is_shown_until_the_next_keyframe(tmp_path, codec, part):
    pictures = video(codec, 6)
    before = sum(len(payloads) for _, _, payloads in pictures[:40])
    unlucky = before + range(len(pictures[40][2]))[part]
    sent = send(pictures, sound(6))
    sent = lose(sent, lambda number, one: one.kind == packet_file.Kind.VIDEO and number == unlucky)
    source = join(tmp_path, sent, codec=codec)
    seen = watch(source.path)
    assert seen.numbers == [*range(40), *range(60, 180)]
    assert max(map(abs, seen.offsets_ms)) < 10
    assert source.sessions[0].video.lost == 1
    assert source.sessions[0].video.dropped == (20 if len(pictures[40][2]) > 1 else 19)


def test_lost_sound_leaves_a_hole_and_moves_nothing(tmp_path):
    sent = lose(
        send(video("H264", 6), sound(6)), lambda number, one: one.kind == packet_file.Kind.AUDIO and 60 <= number < 85
    )
    source = join(tmp_path, sent)
    seen = watch(source.path)
    assert seen.sound_s == pytest.approx(5.5, abs=0.03)
    assert max(map(abs, seen.offsets_ms)) < 10
    assert source.sessions[0].audio.lost == 25


def test_sender_reports_beat_arrival(tmp_path):
    """Sound held up for 0.3 s on its way is put where it belongs; without reports nobody can know."""
    late = watch(join(tmp_path, send(video("H264", 6), sound(6), audio_late_s=0.3, sender_clock_s=-7.5)).path)
    assert max(map(abs, late.offsets_ms)) < 10
    (tmp_path / "blind").mkdir()
    blind = join(tmp_path / "blind", send(video("H264", 6), sound(6), audio_late_s=0.3, reports=False))
    assert blind.sessions[0].sync == "arrival"
    assert watch(blind.path).offsets_ms == pytest.approx([306] * 6, abs=10)


def test_the_second_report_of_a_compound_is_read_too(tmp_path):
    sent = send(video("H264", 6), sound(6), audio_late_s=0.3, sender_clock_s=-7.5)
    reports = [one for one in sent if one.kind is packet_file.Kind.REPORT]
    both = [replace(one, data=one.data + two.data) for one, two in zip(reports[::2], reports[1::2], strict=True)]
    source = join(tmp_path, sorted([one for one in sent if one not in reports] + both, key=lambda one: one.arrival_s))
    assert source.sessions[0].sync == "reports"
    assert max(map(abs, watch(source.path).offsets_ms)) < 10


@pytest.mark.parametrize("clock", [1.0005, 0.9995])
def test_a_clock_that_runs_fast_is_heard_by_nobody(tmp_path, clock):
    """Half a thousandth is ten times what a sound card may be wrong; over an answer of 90 s it stays below a frame."""
    seen = watch(join(tmp_path, send(video("H264", 20), sound(20), sound_clock=clock)).path)
    assert len(seen.offsets_ms) == 20
    assert max(map(abs, seen.offsets_ms)) < 15
    assert abs(seen.offsets_ms[-1] - seen.offsets_ms[0]) == pytest.approx(9.5, abs=5)


def test_sound_before_the_first_picture_is_kept(tmp_path):
    sent = lose(send(video("H264", 6), sound(6)), lambda number, one: one.kind == packet_file.Kind.VIDEO and number < 3)
    seen = watch(join(tmp_path, sent).path)
    assert seen.numbers == list(range(30, 180))
    assert seen.times[:2] == [0.0, pytest.approx(31 / 30, abs=0.002)]
    assert seen.sound_s == pytest.approx(6, abs=0.03)
    assert max(map(abs, seen.offsets_ms[1:])) < 10


def test_picture_before_the_first_sound_is_kept(tmp_path):
    sent = lose(
        send(video("H264", 6), sound(6)), lambda number, one: one.kind == packet_file.Kind.AUDIO and number < 75
    )
    seen = watch(join(tmp_path, sent).path)
    assert len(seen.numbers) == 180
    assert seen.sound_start_s == pytest.approx(1.5, abs=0.002)
    assert max(map(abs, seen.offsets_ms)) < 10


def test_sound_or_picture_may_be_missing(tmp_path):
    only_picture = watch(join(tmp_path, send(video("VP8", 6)), codec="VP8").path)
    assert (len(only_picture.numbers), only_picture.sound_s) == (180, 0)
    (tmp_path / "sound").mkdir()
    only_sound = watch(join(tmp_path / "sound", send((), sound(6))).path)
    assert (only_sound.numbers, round(only_sound.sound_s)) == ([], 6)


@pytest.mark.parametrize("codec", CODEC_NAMES)
def test_the_picture_may_change_its_size(tmp_path, codec):
    source = join(tmp_path, send(video(codec, 4, (SIZE, BIG)), sound(4)), codec=codec)
    seen = watch(source.path)
    assert seen.numbers == list(range(120))
    assert seen.sizes == {SIZE, BIG}


def test_nothing_recorded(tmp_path):
    source = join(tmp_path, [])
    assert source.path is None
    assert source.sessions[0].video.packets == 0


def test_a_torn_tail_costs_the_last_picture_only(tmp_path):
    path = spool(tmp_path / "whip-1.rtp", send(video("H264", 6), sound(6)), end=None)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    source = live_source.join([path], tmp_path / "joined.mkv")
    seen = watch(source.path)
    assert seen.numbers == list(range(len(seen.numbers)))
    assert 115 <= len(seen.numbers) <= 125
    assert source.sessions[0].end is None


def test_three_sessions_become_one_recording_on_one_clock(tmp_path):
    """The second begins 1.5 s after the end of the first, the third while the second still runs."""
    pictures, sounds = video("H264", 3), sound(3)
    parts = [
        send(pictures, sounds),
        send(video("H264", 3, first=1000), sounds, start_s=START_S + 4.5, sequence=9, timestamp=2**31),
        send(video("H264", 3, first=2000), sounds, start_s=START_S + 7, sequence=65_530, sender_clock_s=3600),
    ]
    source = join(tmp_path, *parts)
    seen = watch(source.path)
    assert seen.numbers == [*range(90), *range(1000, 1075), *range(2000, 2090)]
    assert all(a < b for a, b in pairwise(seen.times))
    assert seen.times[90] == pytest.approx(4.5, abs=0.01)
    assert seen.times[-1] == pytest.approx(10 - 1 / 30, abs=0.01)
    assert seen.sound_s == pytest.approx(8.5, abs=0.05)
    assert max(map(abs, seen.offsets_ms)) < 12
    assert [session.start_s for session in source.sessions] == pytest.approx([0, 4.5, 7], abs=0.01)


def test_foreign_packets_are_counted_and_left_out(tmp_path):
    sent = send(video("H264", 3), sound(3))
    other = [
        Sent(START_S + 1, packet_file.Kind.VIDEO, packet(VIDEO_PT + 1, True, 9, 9, 9, b"\x65\x88")) for _ in range(5)
    ]
    source = join(
        tmp_path, sorted([*sent, *other, Sent(START_S, packet_file.Kind.VIDEO, b"\0")], key=lambda o: o.arrival_s)
    )
    assert len(watch(source.path).numbers) == 90
    assert source.sessions[0].video.foreign == 6


def test_what_a_real_sender_sends(tmp_path):
    """ffmpeg's own RTP muxer, over UDP, with its own packetizer, times and sender reports."""
    source = join(tmp_path, send(video("H264", 4), sound(4)))
    ends = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(4)]
    for offset, end in enumerate(ends):
        end.bind(("127.0.0.1", 18200 + offset))
        end.settimeout(0.1)
    sent, done = [], threading.Event()

    def listen(end: socket.socket, kind: packet_file.Kind) -> None:
        while not done.is_set():
            try:
                data = end.recv(2048)
            except TimeoutError:
                continue
            sent.append(Sent(time.time(), packet_file.Kind.REPORT if 200 <= data[1] <= 204 else kind, data))

    kinds = (packet_file.Kind.VIDEO, packet_file.Kind.REPORT, packet_file.Kind.AUDIO, packet_file.Kind.REPORT)
    threads = [threading.Thread(target=listen, args=pair) for pair in zip(ends, kinds, strict=True)]
    for thread in threads:
        thread.start()
    to_video = "-map 0:v -c copy -bsf:v h264_mp4toannexb -payload_type 102 -ssrc 161 -f rtp rtp://127.0.0.1:18200"
    to_audio = "-map 0:a -c copy -payload_type 111 -ssrc 178 -f rtp rtp://127.0.0.1:18202"
    streams = [*to_video.split(), *to_audio.split()]
    subprocess.run(
        [binary(), "-v", "error", "-re", "-i", str(source.path), *streams],
        check=True,
        timeout=30,
    )
    done.set()
    for thread, end in zip(threads, ends, strict=True):
        thread.join()
        end.close()
    (tmp_path / "again").mkdir()
    again = join(tmp_path / "again", sorted(sent, key=lambda one: one.arrival_s))
    seen = watch(again.path)
    assert seen.numbers == list(range(120))
    assert again.sessions[0].sync == "reports"
    assert max(map(abs, seen.offsets_ms)) < 60


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_garbage_is_unreadable_and_nothing_worse(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("garbage")
    (folder / "whip-1.rtp").write_bytes(data)
    source = live_source.join([folder / "whip-1.rtp"], folder / "joined.mkv")
    assert source.path is None
    assert source.unreadable == ("whip-1.rtp",)


@settings(max_examples=60, deadline=None)
@given(st.recursive(st.none() | st.floats() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner)))
def test_a_strange_header_is_unreadable_and_nothing_worse(tmp_path_factory, value):
    folder = tmp_path_factory.mktemp("header")
    path = spool(folder / "whip-1.rtp", send(video("VP8", 1)[:3]), codec=value)
    assert live_source.join([path], folder / "joined.mkv").path is None


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_flipped_bytes_never_raise(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("flipped")
    codec = data.draw(st.sampled_from(CODEC_NAMES))
    path = spool(folder / "whip-1.rtp", send(video(codec, 1), sound(1)), codec=codec)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 30))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    source = live_source.join([path], folder / "joined.mkv")
    if source.path:
        with av.open(str(source.path)) as container:
            for _ in container.demux():
                pass


@given(st.sampled_from(CODEC_NAMES), st.lists(st.tuples(st.binary(max_size=40), st.booleans(), st.integers(0, 3))))
def test_depacketizing_garbage_gives_no_picture_or_a_picture(codec, parts):
    packets, sequence = [], 0
    for payload, marker, step in parts:
        sequence += max(1, step)
        packets.append(Packet(sequence, sequence // 3, marker, 0.0, payload))
    found = depacketize(packets, CODECS[codec]())
    assert not found.pictures or found.pictures[0].keyframe

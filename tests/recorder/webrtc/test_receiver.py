"""What the intake writes of packets as they come, in whatever order and from whatever source."""

import asyncio
import struct
from collections.abc import Callable
from pathlib import Path

from recorder.spool import packet_file
from recorder.webrtc.receiver import Intake, Stream

VIDEO = packet_file.Track("video", "H264", 102, 90000, 7)
AUDIO = packet_file.Track("audio", "opus", 111, 48000)


def packet(sequence: int, ssrc: int = 7, payload_type: int = 102, payload: bytes = b"frame", marker: int = 0) -> bytes:
    return struct.pack(">BBHII", 0x80, marker << 7 | payload_type, sequence, 3000 * sequence, ssrc) + payload


def repair(sequence: int, original: int, payload: bytes = b"frame", marker: int = 0) -> bytes:
    header = struct.pack(">BBHII", 0x80, marker << 7 | 103, sequence, 3000 * original, 8)
    return header + struct.pack(">H", original) + payload


def written(path: Path, act: Callable[[Intake], None]) -> list[tuple[int, bytes]]:
    """Kind and payload of each record after the header."""

    async def scene() -> None:
        writer = packet_file.Writer(path / "whip-1.rtp", packet_file.Header("r", 1, (VIDEO, AUDIO)), 1)
        intake = Intake([Stream(VIDEO, repair_type=103), Stream(AUDIO)], writer)
        act(intake)
        intake.disconnect()
        writer.close()

    asyncio.run(scene())
    return [(record.kind, record.payload) for record in packet_file.read(path / "whip-1.rtp")][1:]


def test_packets_are_kept_as_they_come(tmp_path: Path) -> None:
    sent = [packet(65535), packet(1), packet(0), packet(2, payload=b"")]

    def act(intake: Intake) -> None:
        for one in sent:
            intake.accept(one)
        assert intake.packets == 4 and not intake.missing

    assert written(tmp_path, act) == [(packet_file.Kind.VIDEO, one) for one in sent]


def test_what_is_nobodys_is_left_out(tmp_path: Path) -> None:
    def act(intake: Intake) -> None:
        for data in (b"", b"\x80" * 11, packet(1, payload_type=99), repair(1, 5), repair(2, 5)[:13]):
            intake.accept(data)
        assert intake.packets == 0

    assert written(tmp_path, act) == []


def test_a_retransmission_becomes_the_packet_that_was_lost_and_only_once(tmp_path: Path) -> None:
    lost = packet(11, payload=b"lost", marker=1)

    def act(intake: Intake) -> None:
        for data in (packet(10), packet(12), repair(1, 11, b"lost", 1), repair(2, 11, b"lost", 1), repair(3, 10)):
            intake.accept(data)
        assert not intake.missing

    assert written(tmp_path, act) == [(1, packet(10)), (1, packet(12)), (1, lost)]


def test_padding_of_a_retransmission_is_cut(tmp_path: Path) -> None:
    padded = bytearray(repair(1, 11, b"lost") + b"\0\0\3")
    padded[0] |= 0x20

    def act(intake: Intake) -> None:
        for data in (packet(10), packet(12), bytes(padded)):
            intake.accept(data)

    assert written(tmp_path, act)[-1] == (1, packet(11, payload=b"lost"))


def test_a_source_that_was_not_announced_or_changes_is_noted(tmp_path: Path) -> None:
    def act(intake: Intake) -> None:
        intake.accept(packet(1, ssrc=50, payload_type=111))
        intake.accept(packet(5, ssrc=7))
        intake.accept(packet(900, ssrc=51))
        assert not intake.missing, "numbers of another source say nothing about a hole"

    kinds = written(tmp_path, act)
    assert [kind for kind, _ in kinds] == [
        packet_file.Kind.NOTE,
        packet_file.Kind.AUDIO,
        packet_file.Kind.VIDEO,
        packet_file.Kind.NOTE,
        packet_file.Kind.VIDEO,
    ]
    assert kinds[0][1] == b'{"track": "audio", "ssrc": 50}'
    assert kinds[3][1] == b'{"track": "video", "ssrc": 51}'


def test_only_reports_of_our_streams_are_kept(tmp_path: Path) -> None:
    def report(ssrc: int) -> bytes:
        return struct.pack(">BBHIQIII", 0x80, 200, 6, ssrc, 1 << 40, 0, 0, 0)

    async def scene() -> list[tuple[int, bytes]]:
        writer = packet_file.Writer(tmp_path / "whip-1.rtp", packet_file.Header("r", 1, (VIDEO,)), 1)
        intake = Intake([Stream(VIDEO)], writer)
        for data in (report(7), report(99), b"\x80\xc8"):
            await intake._slow_rtcp(data)
        writer.close()
        return [(record.kind, record.payload) for record in packet_file.read(writer.path)][1:]

    assert asyncio.run(scene()) == [(packet_file.Kind.REPORT, report(7))]


def in_compound(data: bytes) -> list[tuple[int, int]]:
    """Type and format of each packet."""
    found, at = [], 0
    while at < len(data):
        found.append((data[at + 1], data[at] & 0x1F))
        at += 4 + 4 * int.from_bytes(data[at + 2 : at + 4], "big")
    return found


def test_what_is_said_back_each_second_and_after_a_loss(tmp_path: Path, monkeypatch) -> None:
    """REMB and a report each second, a key frame every other second, at once after a new source and after a loss."""
    said: list[tuple[int, int]] = []
    monkeypatch.setattr(Intake, "_send", lambda self, data: said.extend(in_compound(data)))
    nack, key_frame, bit_rate, report = (205, 1), (206, 1), (206, 15), (201, 2)

    def act(intake: Intake) -> None:
        intake.accept(packet(1, ssrc=9))
        assert said == [bit_rate, key_frame], "a new source is greeted"
        intake.accept(packet(1, ssrc=11, payload_type=111))
        for _ in range(2):
            said.clear()
            intake.second()
            assert said[0] == report, "RFC 3550 section 6.1: a compound packet begins with a report"
            assert said.count(bit_rate) == said.count(report) == 1
        assert said.count(key_frame) == 1
        said.clear()
        intake.accept(packet(5, ssrc=9))
        for stream, sequence in zip(intake.streams, (5, 3), strict=True):
            stream.reception.missing = {sequence - 1: [packet_file.now_us(), packet_file.now_us()]}
        intake._ask()
        assert said.count(nack) == 2, "sound is asked for again as well as the picture"
        said.clear()
        intake.streams[0].reception.missing = {4: [0, 0]}
        intake._ask()
        assert said == [key_frame], "what never came needs a key frame"

    written(tmp_path, act)

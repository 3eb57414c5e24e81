"""The spool file: what was written is read, whatever happened to its end."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.spool import packet_file

HEADER = packet_file.Header(
    "3f0c",
    2,
    (
        packet_file.Track("video", "H264", 102, 90000, 7, "profile-level-id=42e01f"),
        packet_file.Track("audio", "opus", 111, 48000),
    ),
)


def write(path: Path, records: list[tuple[int, int, bytes]]) -> bytes:
    writer = packet_file.Writer(path, HEADER, 1)
    for record in records:
        writer.append(*record)
    writer.close()
    return path.read_bytes()


def test_reads_back_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "whip-2.rtp"
    writer = packet_file.Writer(path, HEADER, 1_000_000)
    writer.append(packet_file.Kind.VIDEO, 1_000_001, b"v" * 1200)
    writer.append(packet_file.Kind.AUDIO, 1_000_002, b"a")
    writer.append(packet_file.Kind.REPORT, 1_000_003, b"sr")
    writer.note(1_000_004, end=packet_file.End.DELETE)
    writer.close()
    writer.close()

    header, video, audio, report, note = packet_file.read(path)
    assert (
        packet_file.Header.from_json(header.json())
        == HEADER
        == packet_file.Header.from_json(next(packet_file.read(path)).json())
    )
    assert HEADER.track("audio").ssrc is None and HEADER.track("data") is None
    assert video == (packet_file.Kind.VIDEO, 1_000_001, b"v" * 1200)
    assert (audio.payload, report.kind, note.json()) == (b"a", packet_file.Kind.REPORT, {"end": "delete"})
    assert path.stat().st_size == writer.size


def test_nothing_is_held_back_after_a_flush(tmp_path: Path) -> None:
    path = tmp_path / "whip-1.rtp"
    writer = packet_file.Writer(path, HEADER, 1)
    assert len(list(packet_file.read(path))) == 1
    writer.append(packet_file.Kind.AUDIO, 2, b"x")
    assert len(list(packet_file.read(path))) == 1
    writer.flush()
    assert len(list(packet_file.read(path))) == 2
    writer.close()


def test_a_session_never_writes_in_a_file_that_exists(tmp_path: Path) -> None:
    path = tmp_path / "whip-1.rtp"
    before = write(path, [(1, 2, b"x")])
    with pytest.raises(FileExistsError):
        packet_file.Writer(path, HEADER, 3)
    assert path.read_bytes() == before


def test_a_torn_tail_is_cut_at_each_byte(tmp_path: Path) -> None:
    path = tmp_path / "whip-1.rtp"
    whole = write(path, [(1, 2, b"first"), (2, 3, b"second")])
    last = len(whole) - 11 - len(b"second")
    for size in range(last, len(whole)):
        path.write_bytes(whole[:size])
        assert [record.payload for record in packet_file.read(path)][1:] == [b"first"]


@pytest.mark.parametrize("tail", [bytes(4096), b"\xff" * 50])
def test_what_a_failed_disk_leaves_behind_is_no_record(tmp_path: Path, tail: bytes) -> None:
    path = tmp_path / "whip-1.rtp"
    path.write_bytes(write(path, [(1, 2, b"first")]) + tail)
    assert [record.payload for record in packet_file.read(path)][1:] == [b"first"]


@pytest.mark.parametrize("content", [b"", b"\0" * 5, struct.pack(">BQH", 1, 1, 1) + b"x"])
def test_a_file_without_header_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "whip-1.rtp"
    path.write_bytes(content)
    with pytest.raises(packet_file.SpoolError):
        packet_file.Header.from_json(next(packet_file.read(path)).json())


def test_another_version_is_refused() -> None:
    with pytest.raises(packet_file.SpoolError):
        packet_file.Header.from_json({"version": 2})


def test_parses_extension_csrc_and_padding() -> None:
    fixed = struct.pack(">BBHII", 0x80 | 0x20 | 0x10 | 1, 0x80 | 102, 65535, 90000, 0xCAFE)
    packet = fixed + b"csrc" + struct.pack(">HH", 0xBEDE, 1) + b"exte" + b"payload" + b"\0\0\3"
    header = packet_file.parse(packet)
    assert header[:5] == (102, True, 65535, 90000, 0xCAFE)
    assert packet[header.start : header.end] == b"payload"


def test_padding_alone_is_an_empty_payload() -> None:
    packet = struct.pack(">BBHII", 0xA0, 96, 1, 2, 3) + b"\0\2"
    header = packet_file.parse(packet)
    assert header.start == header.end


@given(st.binary(max_size=80))
def test_any_bytes_parse_or_are_refused(data: bytes) -> None:
    try:
        header = packet_file.parse(data)
    except packet_file.RtpError:
        return
    assert 12 <= header.start <= header.end <= len(data)
